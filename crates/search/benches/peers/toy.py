"""The toy environment of `benches/toy/world.rs` in JAX, and searches of mctx 0.0.71 over it."""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import jax
import jax.numpy as jnp
import mctx
import numpy as np

ACTIONS, OUTCOMES, FEATURES, DISCOUNT = 32, 8, 768, 0.99


def mix(x):
    x = np.asarray(x, np.uint32)
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def uniform(column, count, first=0):
    with np.errstate(over="ignore"):
        index = np.arange(first, first + count, dtype=np.uint32) * np.uint32(0x9E3779B1)
    return (mix(index ^ mix(column)) >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-23) - np.float32(1.0)


def weights(column, logits):
    sizes = [FEATURES, 512, 256, logits + 1]
    return [
        jnp.asarray((uniform(column + l, a * b) * np.sqrt(np.float32(6.0) / np.float32(a))).reshape(a, b))
        for l, (a, b) in enumerate(zip(sizes, sizes[1:]))
    ]


def judge(net, e):
    x = jnp.tile(e, (1, FEATURES // e.shape[-1]))
    x = jax.nn.relu(x @ net[0])
    x = jax.nn.relu(x @ net[1])
    x = x @ net[2]
    return x[:, :-1], jnp.tanh(x[:, -1])


def search(policy, batch, simulations, width, first=0, max_depth=None, masked=False):
    """A function without arguments that runs one search, compiled."""
    params = dict(
        state=weights(10, ACTIONS), after=weights(20, OUTCOMES),
        actions=jnp.asarray(np.float32(0.5) * uniform(1, ACTIONS * width).reshape(ACTIONS, width)),
        outcomes=jnp.asarray(np.float32(0.5) * uniform(2, OUTCOMES * width).reshape(OUTCOMES, width)),
    )
    e0 = jnp.asarray(np.float32(0.5) * uniform(3, batch * width, first * width).reshape(batch, width))

    def recurrent(params, key, action, e):
        e = 0.9 * e + params["actions"][action]
        logits, value = judge(params["state"], e)
        zero = jnp.zeros_like(value)
        return mctx.RecurrentFnOutput(reward=zero, discount=zero + DISCOUNT, prior_logits=logits, value=value), e

    def decide(params, key, action, e):
        f = 0.9 * e + params["actions"][action]
        logits, value = judge(params["after"], f)
        return mctx.DecisionRecurrentFnOutput(chance_logits=logits, afterstate_value=value), f

    def fall(params, key, outcome, f):
        # mctx computes both branches at every node; outcome is out of range where an action is meant.
        e = 0.9 * f + params["outcomes"][outcome]
        logits, value = judge(params["state"], e)
        zero = jnp.zeros_like(value)
        return mctx.ChanceRecurrentFnOutput(action_logits=logits, value=value, reward=zero, discount=zero + DISCOUNT), e

    def run(params, key, e0):
        logits, value = judge(params["state"], e0)
        root = mctx.RootFnOutput(prior_logits=logits, value=value, embedding=e0)
        common = dict(params=params, rng_key=key, root=root, num_simulations=simulations, max_depth=max_depth)
        if masked:
            common["invalid_actions"] = jnp.asarray(np.add.outer(np.arange(batch), np.arange(ACTIONS)) % 3 == 0, jnp.float32)
        if policy == "muzero":
            out = mctx.muzero_policy(recurrent_fn=recurrent, dirichlet_fraction=0.0, **common)
        elif policy == "gumbel":
            out = mctx.gumbel_muzero_policy(recurrent_fn=recurrent, gumbel_scale=0.0, **common)
        else:
            out = mctx.stochastic_muzero_policy(
                decision_recurrent_fn=decide, chance_recurrent_fn=fall, dirichlet_fraction=0.0, **common)
        return out.search_tree.summary().visit_counts

    compiled = jax.jit(run)
    key = jax.random.PRNGKey(0)
    return lambda: np.asarray(compiled(params, key, e0)).astype(int)


def table_search(policy, batch, simulations, actions=ACTIONS, max_depth=None):
    """As `search`, with a model that costs nothing: logits and value out of a table of 256 rows."""
    table = jnp.asarray(uniform(30, 256 * (actions + 1)).reshape(256, actions + 1))

    def recurrent(table, key, action, h):
        h = h * jnp.uint32(1664525) + action.astype(jnp.uint32) * jnp.uint32(1013904223) + jnp.uint32(1)
        row = table[h >> 24]
        zero = jnp.zeros_like(row[:, 0])
        step = mctx.RecurrentFnOutput(
            reward=zero, discount=zero + DISCOUNT, prior_logits=row[:, :-1], value=row[:, -1])
        return step, h

    def run(table, key):
        h = jnp.arange(batch, dtype=jnp.uint32) * jnp.uint32(0x9E3779B1)
        row = table[h >> 24]
        root = mctx.RootFnOutput(prior_logits=row[:, :-1], value=row[:, -1], embedding=h)
        common = dict(params=table, rng_key=key, root=root, recurrent_fn=recurrent, num_simulations=simulations,
                      max_depth=max_depth)
        if policy == "muzero":
            out = mctx.muzero_policy(dirichlet_fraction=0.0, **common)
        else:
            out = mctx.gumbel_muzero_policy(gumbel_scale=0.0, **common)
        return out.search_tree.summary().visit_counts

    compiled = jax.jit(run)
    key = jax.random.PRNGKey(0)
    return lambda: np.asarray(compiled(table, key)).astype(int)
