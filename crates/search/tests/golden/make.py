"""Writes recorded games beside what mctx 0.0.71 answers on them: the golden files of `tests/compat_*.rs`.

    python make.py golden        writes games.jsonl, trees.jsonl and toy.json beside this file
    python make.py fuzz DIR N S  writes N files of one game each into DIR (seed S), for `examples/replay.rs`

A line or file is {"game": <the form of the replay example>, "answer": {"visits", "q", "value", "action"}}.
The games are drawn from a hash of the actions taken, so that the same path always meets the same node. mctx runs
without Dirichlet noise and without its tie-breaking noise; Gumbel numbers are those of the file. Nothing of mctx
is copied: its answers are data. Needs `pip install mctx==0.0.71`.
"""

import json
import os
import sys
import types

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import jax
import jax.numpy as jnp
import mctx
import numpy as np
from mctx._src import action_selection, policies

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "benches", "peers"))


def without_noise(gumbel=None):
    """No tie-breaking noise, and Gumbel numbers as given."""
    namespace = types.SimpleNamespace
    zeros = namespace(uniform=lambda key, shape: jnp.zeros(shape))
    action_selection.jax = namespace(nn=jax.nn, lax=jax.lax, random=zeros)
    ours = namespace(**{name: getattr(jax.random, name) for name in ("split", "dirichlet", "categorical")})
    ours.gumbel = lambda key, shape, dtype: jnp.asarray(gumbel, dtype).reshape(shape)
    policies.jax = namespace(nn=jax.nn, lax=jax.lax, tree=jax.tree, tree_util=jax.tree_util, vmap=jax.vmap, random=ours)


def mix(x):
    x = jnp.asarray(x, jnp.uint32)
    x = (x ^ (x >> 16)) * jnp.uint32(0x7FEB352D)
    x = (x ^ (x >> 15)) * jnp.uint32(0x846CA68B)
    return x ^ (x >> 16)


def uniform(h, salt):
    """In [-1, 1), exactly representable."""
    return (mix(h ^ mix(jnp.uint32(salt))) >> 8).astype(jnp.float32) * jnp.float32(2.0**-23) - jnp.float32(1.0)


def numbers(kind, h, salt):
    u = uniform(h, salt)
    return {
        "smooth": u,
        "wide": 3.0 * u,
        "coarse": jnp.round(2.0 * u) / 2.0,
        "third": jnp.full_like(u, 0.3),
        "zero": jnp.zeros_like(u),
        "large": 1000.0 * u,
    }[kind]


def play(case, seeds):
    """Runs one batch of games; yields (game, answer)."""
    actions, batch = case["actions"], len(seeds)
    h0 = mix(jnp.asarray(seeds, jnp.uint32))

    def logits(h):
        return jnp.stack([numbers(case["logits"], h, 100 + a) for a in range(actions)], axis=-1)

    def discount(h):
        if case["discount"] == "mixed":
            return jnp.where(uniform(h, 3) < 0.0, jnp.float32(-1.0), jnp.round(5.0 * uniform(h, 4)) / 5.0)
        return jnp.full(h.shape, case["discount"], jnp.float32)

    def recurrent(params, key, action, h):
        h = mix(h * jnp.uint32(0x9E3779B1) + action.astype(jnp.uint32) + 1)
        step = mctx.RecurrentFnOutput(
            reward=numbers(case["reward"], h, 1),
            discount=discount(h),
            prior_logits=logits(h),
            value=numbers(case["value"], h, 2),
        )
        return step, h

    root = mctx.RootFnOutput(prior_logits=logits(h0), value=numbers(case["value"], h0, 2), embedding=h0)
    rng = np.random.default_rng(seeds[0])
    invalid = np.zeros((batch, actions), bool)
    if case["invalid"]:
        invalid = rng.random((batch, actions)) < 0.4
        if case["invalid"] != "all":
            invalid[np.arange(batch), rng.integers(0, actions, batch)] = False
        else:
            invalid[0] = True
    gumbel = np.zeros((batch, actions), np.float32)
    if case["gumbel"]:
        gumbel = rng.gumbel(size=(batch, actions)).astype(np.float32)
    without_noise(gumbel)
    # A mask without an invalid action and no mask at all are two ways of mctx, a last bit apart: both are used.
    mask = jnp.asarray(invalid, jnp.float32) if case["invalid"] or case["mask"] else None
    common = dict(params=(), rng_key=jax.random.PRNGKey(0), root=root, recurrent_fn=recurrent,
                  num_simulations=case["simulations"], max_depth=case["max_depth"], invalid_actions=mask)
    if case["mode"] == "muzero":
        out = jax.jit(lambda: mctx.muzero_policy(dirichlet_fraction=0.0, **common))()
    else:
        out = jax.jit(lambda: mctx.gumbel_muzero_policy(max_num_considered_actions=case["max_considered"], **common))()
    yield from record(case, root, gumbel, invalid, out)


def record(case, root, gumbel, invalid, out, constants=None):
    """The recorded games of a batch that mctx has searched, with its answers."""
    actions = case["actions"]
    tree = jax.tree.map(np.asarray, out.search_tree)
    summary = jax.tree.map(np.asarray, out.search_tree.summary())
    for b in range(len(root.value)):
        nodes = {}
        paths = {0: ""}
        # A node's index is the simulation that made it, so parents come first.
        for node in range(1, case["simulations"] + 1):
            if tree.node_visits[b, node] == 0:
                continue
            parent, action = int(tree.parents[b, node]), int(tree.action_from_parent[b, node])
            paths[node] = (paths[parent] + "," if parent else "") + str(action)
            # Logits of a node that was never left do not matter: zeros are short.
            left = (tree.children_index[b, node] >= 0).any() or constants is None
            nodes[paths[node]] = {
                "reward": short(tree.children_rewards[b, parent, action]),
                "discount": short(tree.children_discounts[b, parent, action]),
                "value": short(tree.raw_values[b, node]),
                "logits": [short(x) if left else 0 for x in tree.children_prior_logits[b, node]],
            }
        visits = summary.visit_counts[b].astype(int)
        action = int(visits.argmax()) if case["mode"] == "muzero" else int(out.action[b])
        game = {
            "mode": case["mode"], "simulations": case["simulations"], "max_depth": case["max_depth"],
            "actions": actions, "max_considered": case["max_considered"],
            "gumbel": [short(x) for x in gumbel[b]], "invalid": invalid[b].tolist(),
            "root": {"value": short(root.value[b]), "logits": [short(x) for x in root.prior_logits[b]]},
            "nodes": nodes,
        }
        if constants is not None:
            game["constants"] = constants
        q = [short(x) if n else None for x, n in zip(summary.qvalues[b], visits)]
        yield game, {"visits": visits.tolist(), "q": q, "value": short(summary.value[b]), "action": action}


def stored_trees():
    """The trees that mctx keeps for its own tests, searched again."""
    import functools

    from mctx._src.tests import tree_test

    folder = os.path.join(os.path.dirname(tree_test.__file__), "test_data")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            stored = json.load(file)
        actions = len(stored["tree"]["child_stats"])
        simulations = stored["tree"]["visit"] - 1
        config = stored["algorithm_config"]
        kwargs = config.pop("qtransform_kwargs", {})
        transform = functools.partial(getattr(mctx, config.pop("qtransform")), **kwargs)
        root = tree_test._prepare_root(batch_size=3, num_actions=actions)
        invalid = np.zeros((3, actions), bool)
        invalid[1, 1:] = True
        invalid[2, 2:] = True
        gumbel = np.zeros((3, actions), np.float32)
        without_noise(gumbel)
        mode = {"gumbel_muzero": "gumbel"}.get(stored["algorithm"], stored["algorithm"])
        policy = mctx.gumbel_muzero_policy if mode == "gumbel" else mctx.muzero_policy
        out = jax.jit(lambda: policy(
            params=(), rng_key=jax.random.PRNGKey(1), root=root,
            recurrent_fn=tree_test._prepare_recurrent_fn(actions, **stored["env_config"]),
            num_simulations=simulations, qtransform=transform, invalid_actions=jnp.asarray(invalid, jnp.float32), **config))()
        constants = {k: v for k, v in kwargs.items() if k in ("value_scale", "maxvisit_init", "rescale_values")}
        if "min_value" in kwargs:
            constants["bounds"] = [kwargs["min_value"], kwargs["max_value"]]
        case = {"mode": mode, "actions": actions, "simulations": simulations, "max_depth": None,
                "max_considered": config.get("max_num_considered_actions", 16)}
        for b, (game, answer) in enumerate(record(case, root, gumbel, invalid, out, constants)):
            if b == 0:
                ours = {c["action"]: c.get("visit", 0) for c in stored["tree"]["child_stats"]}
                differing = sum(ours.get(a, 0) != n for a, n in enumerate(answer["visits"]))
                print(name, "actions whose visits differ from mctx's stored tree:", differing)
            yield f"{name[:-5]} {b}", game, answer


def golden():
    with open(os.path.join(HERE, "trees.jsonl"), "w") as file:
        for name, game, answer in stored_trees():
            if name.startswith(("muzero_tree", "gumbel_muzero_tree 1", "gumbel_muzero_tree 2")):
                continue  # a quarter of a megabyte each
            file.write(json.dumps({"name": name, "game": game, "answer": answer}, separators=(",", ":")) + "\n")
    rng = np.random.default_rng(20260101)
    written = 0
    with open(os.path.join(HERE, "games.jsonl"), "w") as file:
        while written < 90:
            case = draw(rng)
            case["simulations"] = int(rng.choice([1, 2, 5, 9, 16, 24]))
            case["actions"] = min(case["actions"], 5) if written % 9 else case["actions"]
            for game, answer in play(case, list(rng.integers(0, 2**31, 3))):
                file.write(json.dumps({"name": f"game {written}", "game": game, "answer": answer}, separators=(",", ":")) + "\n")
                written += 1


def short(x):
    """The shortest decimal that reads back as the same f32."""
    return float(str(np.float32(x)))


def draw(rng):
    pick = lambda *options: options[rng.integers(len(options))]
    return {
        "mode": pick("muzero", "gumbel"),
        "actions": pick(1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 32, 35),
        "simulations": pick(1, 2, 3, 5, 8, 13, 16, 31, 40, 64),
        "max_depth": pick(None, None, 1, 2, 3, 5),
        "max_considered": pick(1, 2, 3, 4, 8, 16, 64),
        "discount": pick(0.0, 1.0, 0.99, 0.99, -1.0, -1.0, "mixed"),
        "reward": pick("zero", "zero", "smooth", "wide", "coarse", "large"),
        "value": pick("smooth", "smooth", "coarse", "third", "zero", "large"),
        "logits": pick("smooth", "wide", "wide", "coarse", "zero"),
        "invalid": pick(False, False, True, "all"),
        "mask": pick(True, False),
        "gumbel": pick(True, True, False),
    }


def fuzz(folder, count, seed):
    os.makedirs(folder, exist_ok=True)
    rng = np.random.default_rng(seed)
    written = 0
    while written < count:
        case = draw(rng)
        batch = [1, 4, 16][rng.integers(3)]
        for game, answer in play(case, list(rng.integers(0, 2**31, batch))):
            with open(os.path.join(folder, f"{written}.json"), "w") as file:
                json.dump({"case": case | {"batch": batch}, "game": game, "answer": answer}, file)
            written += 1


def toy_visits():
    """Root visits in the toy environment: 64 roots at 128 simulations and one at 512, for each policy."""
    import toy

    without_noise(np.zeros((1, 1)))
    out = {}
    for policy in ("muzero", "gumbel", "stochastic"):
        for batch, simulations in ((64, 128), (1, 512)):
            # The Gumbel numbers are zeros, of whatever shape is asked for.
            policies.jax.random.gumbel = lambda key, shape, dtype: jnp.zeros(shape, dtype)
            visits = toy.search(policy, batch, simulations, 768)()
            out[f"{policy} {batch} {simulations}"] = [" ".join(map(str, row)) for row in visits.tolist()]
        # Every third action invalid, depth up to 5.
        visits = toy.search(policy, 16, 64, 768, max_depth=5, masked=True)()
        out[f"{policy} masked"] = [" ".join(map(str, row)) for row in visits.tolist()]
    with open(os.path.join(HERE, "toy.json"), "w") as file:
        json.dump(out, file, indent=0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["fuzz"]:
        fuzz(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1:2] == ["golden"]:
        golden()
        toy_visits()
    else:
        sys.exit(__doc__)
