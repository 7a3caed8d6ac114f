"""Games written in Python."""

import itertools
import math
import sys
import threading

import pytest

import jarvis2


class Dice:
    """Roll a die up to so many times; keep a face and be paid that many dollars. A state: (face, rolls left, kept)."""

    def actions(self, table):
        return ["keep", "roll"] if table[1] > 0 else ["keep"]

    def outcomes(self, table, action):
        face, rolls_left, _ = table
        if action == "keep":
            return [(1.0, float(face), (face, rolls_left, True))]
        return [(1 / 6, 0.0, (face, rolls_left - 1, False)) for face in range(1, 7)]

    def terminal_worth(self, table):
        return 0.0 if table[2] else None


def test_the_lesson_of_the_crate():
    tree = jarvis2.search(Dice(), (0, 3, False), lambda table: float(table[0]))
    assert tree.stop_reason == "solved" and tree.best_action == "roll"
    assert tree.worth() == pytest.approx(14 / 3, abs=1e-12)
    roll = next(edge for edge in tree.edges() if edge.action == "roll")
    branches = tree.outcomes(0, roll.index)
    assert sum(branch.probability for branch in branches) == pytest.approx(1)
    replies = [max(tree.edges(b.node), key=lambda e: e.worth if e.worth is not None else -1).action for b in branches]
    assert replies == ["roll"] * 4 + ["keep"] * 2
    assert tree.counts.nodes == len(tree) and tree.visits() == 1 + sum(edge.visits for edge in tree.edges())
    assert tree.principal_line[0].action == "roll" and tree.choice.action == "roll"
    assert tree.status() == "solved" and tree.state() == (0, 3, False)


class Keyed(Dice):
    def key(self, table):
        return table


def test_equal_keys_share_a_node():
    apart = jarvis2.search(Dice(), (0, 3, False), lambda table: 0.0)
    shared = jarvis2.search(Keyed(), (0, 3, False), lambda table: 0.0)
    assert shared.counts.nodes < apart.counts.nodes and shared.counts.cache_hits > 0
    assert shared.worth() == pytest.approx(apart.worth())


class Batches:
    calls = 0

    def evaluate(self, states):
        Batches.calls += 1
        return [jarvis2.Judgement(float(face), spread=0.5, priors=[1.0] * (2 if left else 1)) for face, left, _ in states]


def test_a_judge_may_take_many_at_once_and_know_its_error():
    tree = jarvis2.search(Dice(), (0, 6, False), Batches(), evaluations=200, batch=16)
    assert tree.counts.batches == Batches.calls
    assert tree.counts.evaluations <= 200 and tree.spread() is not None
    assert sum(tree.improved_policy()) == pytest.approx(1)
    same = jarvis2.search(Dice(), (0, 6, False), Batches(), evaluations=200, batch=16)
    assert [edge.visits for edge in same.edges()] == [edge.visits for edge in tree.edges()]


def test_what_python_raises_comes_out():
    class Broken(Dice):
        def outcomes(self, table, action):
            raise LookupError("no such table")

    with pytest.raises(LookupError, match="no such table"):
        jarvis2.search(Broken(), (0, 3, False), lambda table: 0.0)

    def judge(table):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jarvis2.search(Dice(), (0, 3, False), judge)

    class Short(Dice):
        def outcomes(self, table, action):
            return [(0.5, 0.0, (1, 0, True))]

    with pytest.raises(jarvis2.UsageError, match="sum to 0.5"):
        jarvis2.search(Short(), (0, 3, False), lambda table: 0.0)
    with pytest.raises(jarvis2.BadInput, match="node is 1000000: give a whole number from 0 to ") as caught:
        jarvis2.search(Dice(), (0, 1, False), lambda table: 0.0).outcomes(10**6, 0)
    assert (caught.value.what, caught.value.value) == ("node", "1000000")


def test_the_caller_may_end_it():
    seen = []

    def keep_going(counts):
        seen.append(counts.evaluations)
        return len(seen) < 3

    tree = jarvis2.search(Dice(), (0, 9, False), lambda table: 0.0, batch=1, keep_going=keep_going)
    assert len(seen) == 3 and tree.stop_reason == "asked"


def test_two_players_by_a_negative_discount():
    """Take one or two of the sticks; who takes the last one wins."""

    class Sticks:
        def actions(self, sticks):
            return [n for n in (1, 2) if n <= sticks]

        def outcomes(self, sticks, action):
            return [(1.0, 1.0 if action == sticks else 0.0, sticks - action)]

        def terminal_worth(self, sticks):
            return 0.0 if sticks == 0 else None

        def discount(self, sticks, action):
            return -1.0

        def key(self, sticks):
            return sticks

    for sticks in range(1, 12):
        tree = jarvis2.search(Sticks(), sticks, lambda state: 0.0)
        assert tree.worth() == (-1.0 if sticks % 3 == 0 else 1.0)


def but(**rules):
    """The game of dice with other rules."""
    return type("Odd", (Dice,), {name: staticmethod(rule) for name, rule in rules.items()})()


ROOT = (0, 3, False)
KEEP = (1.0, 0.0, (1, 0, True))


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"actions": lambda s: None}, r"^actions\(\(0, 3, False\)\) gave None: a list or another iterable of actions"),
        ({"actions": lambda s: 7}, "gave 7: a list or another iterable"),
        ({"actions": lambda s: []}, "the state at root has no legal action and no terminal worth"),
        ({"actions": lambda s: [[1]]}, r"actions\(\(0, 3, False\)\) gave \[1\]: it must be hashable; a tuple"),
        ({"actions": lambda s: itertools.count()}, r"actions\(\(0, 3, False\)\) gave more than 1048576: does it end\?"),
        ({"outcomes": lambda s, a: None}, r"outcomes\(\(0, 3, False\), 'roll|keep'\) gave None: a list or another iterable of \(prob"),
        ({"outcomes": lambda s, a: []}, "the probabilities of action 0|1 at root sum to 0, not to 1"),
        ({"outcomes": lambda s, a: [1.0]}, r"outcome 0 of outcomes\(.*\) gave 1.0: a tuple \(probability, reward, state\)"),
        ({"outcomes": lambda s, a: [KEEP[:2]]}, r"gave \(1.0, 0.0\): a tuple"),
        ({"outcomes": lambda s, a: [("1", 0.0, s)]}, r"gave \('1', 0.0, .*\): a tuple"),
        ({"outcomes": lambda s, a: [(1.0, None, s)]}, r"gave \(1.0, None, .*\): a tuple"),
        ({"outcomes": lambda s, a: [(1.0, 10**400, s)]}, r"gave \(1.0, 10000000.*\.\.\.: a tuple"),
        ({"outcomes": lambda s, a: itertools.repeat((0.0, 0.0, s))}, "gave more than 1048576: does it end"),
        ({"outcomes": lambda s, a: [(-0.5, 0.0, s), (1.5, 0.0, s)]}, "outcome 0 of action . at root has probability -0.5, outside"),
        ({"outcomes": lambda s, a: [(math.nan, 0.0, s)]}, "has probability NaN, outside"),
        ({"outcomes": lambda s, a: [(1e308, 0.0, s)] * 2}, "has probability 1"),
        ({"outcomes": lambda s, a: [(1.0, math.nan, s)]}, "outcome 0 of action . at root pays NaN: it must be finite"),
        ({"outcomes": lambda s, a: [(1.0, math.inf, s)]}, "pays inf: it must be finite"),
        ({"outcomes": lambda s, a: [(1.0, -1e308, (1, 0, False))], "discount": lambda s, a: 10.0}, "overflows: -inf|overflows: inf"),
        ({"terminal_worth": lambda s: "no"}, r"terminal_worth\(\(0, 3, False\)\) gave 'no': a number is needed, or None"),
        ({"terminal_worth": lambda s: math.nan}, "the worth of the state at root is NaN: it must be finite"),
        ({"terminal_worth": lambda s: 10**400}, "gave 10000000.*: a number is needed"),
        ({"discount": lambda s, a: None}, r"discount\(\(0, 3, False\), 'keep'\) gave None: a number is needed"),
        ({"discount": lambda s, a: math.inf}, "the discount of action 0 at root is inf: it must be finite"),
        ({"key": lambda s: [s]}, r"key\(\(0, 3, False\)\) gave \[\(0, 3, False\)\]: it must be hashable"),
        ({"key": lambda s: 1}, "returns to an earlier state: put the step count in the key"),
    ],
    ids=str,
)
def test_a_rule_that_is_none_is_named(rules, said):
    with pytest.raises(jarvis2.UsageError, match=said):
        jarvis2.search(but(**rules), ROOT, lambda table: 0.0 if rules.keys() != {"discount", "outcomes"} else -1e308)


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (None, r"evaluate\(\(0, 3, False\)\) gave None: a number is needed, or a jarvis2.Judgement"),
        ("a lot", "gave 'a lot': a number"),
        (10**400, r"gave 10000000.*\.\.\.: a number"),
        ((), r"gave \(\): a number is needed, or a jarvis2.Judgement"),
        ((1.0, None, [], 4), "of one to three"),
        (("x", None, []), r"evaluate\(\(0, 3, False\)\): worth gave 'x'"),
        ((0.0, "x", []), "spread gave 'x': a number is needed, or None"),
        ((0.0, None, 3), "priors gave 3: a list of numbers"),
        ((0.0, None, ["x", 1]), "priors gave 'x': a list of numbers"),
        ((0.0, None, itertools.repeat(1.0)), "priors gave more than 1048576"),
        (math.nan, "the worth of the state at root is NaN"),
        (-math.inf, "the worth of the state at root is -inf"),
        ((0.0, -1.0), "the spread of the state at root is -1: it must be finite and not negative"),
        ((0.0, math.nan), "the spread of the state at root is NaN"),
        ((0.0, None, [1.0]), r"the priors at root must be 2 finite weights, none negative and not all zero, but are \[1.0\]"),
        ((0.0, None, [1.0, -1.0]), "none negative"),
        ((0.0, None, [math.nan, 1.0]), "none negative"),
        ((0.0, None, [1e308, 1e308]), "finite weights"),
        ((0.0, None, [0.0, 0.0]), "not all zero"),
    ],
    ids=str,
)
def test_a_judgement_that_is_none_is_named(judged, said):
    class Many:
        def evaluate(self, states):
            return [judged for _ in states]

    for judge in (lambda table: judged, Many()):
        with pytest.raises(jarvis2.UsageError, match=said):
            jarvis2.search(Dice(), ROOT, judge)


def test_a_judge_of_many_answers_for_each():
    class Many:
        def __init__(self, answer):
            self.answer = answer

        def evaluate(self, states):
            return self.answer

    for answer, said in (([], "gave 0 judgements for 1 states"), ([1.0, 2.0], "gave 2 judgements for 1"), (None, r"evaluate\(\) of 1 states gave None: a list"), (5, "gave 5")):
        with pytest.raises(jarvis2.UsageError, match=said):
            jarvis2.search(Dice(), ROOT, Many(answer))
    for judge in (None, 3, type("Judge", (), {"evaluate": 7})()):
        with pytest.raises(jarvis2.UsageError, match="a function of one state is needed|a method is needed"):
            jarvis2.search(Dice(), ROOT, judge)


def test_a_game_without_its_methods_is_refused_before_it_begins():
    class Half:
        def actions(self, state):
            return [1]

    for game, said in ((Half(), "has no method `outcomes`: `jarvis2.Game`"), (None, "the game None has no method `actions`"), (3, "the game 3 has no"), (Dice, "gave|missing")):
        with pytest.raises((jarvis2.UsageError, TypeError), match=said):
            jarvis2.search(game, ROOT, lambda table: 0.0)
    game = Dice()
    game.discount = 0.99
    with pytest.raises(jarvis2.UsageError, match="discount of .* is 0.99: a method is needed"):
        jarvis2.search(game, ROOT, lambda table: 0.0)


class Mine(BaseException):
    pass


def raising(error):
    def rule(*_):
        raise error

    return rule


class Sour:
    """Neither a number nor hashable, and says so in its own words."""

    def __float__(self):
        raise Mine("as a number")

    def __index__(self):
        raise Mine("as a number")

    def __hash__(self):
        raise Mine("its hash")

    def __iter__(self):
        raise Mine("its items")

    def __bool__(self):
        raise Mine("its truth")

    def __repr__(self):
        raise Mine("its looks")


@pytest.mark.parametrize("rule", ["actions", "outcomes", "terminal_worth", "discount", "key"])
@pytest.mark.parametrize("error", [Mine("mine"), TypeError("mine"), OverflowError("mine"), ValueError("mine"), StopIteration("mine"), SystemExit("mine"), RecursionError("mine")], ids=repr)
def test_what_a_rule_raises_comes_out_as_it_is(rule, error):
    for late in (False, True):
        calls = []

        def when(*arguments, rule=rule):
            calls.append(arguments)
            if not late or len(calls) > 3:
                raise error
            return getattr(Keyed(), rule)(*arguments) if rule != "discount" else 1.0

        with pytest.raises(type(error)) as caught:
            jarvis2.search(but(**{rule: when}), ROOT, lambda table: 0.0)
        assert caught.value is error

    def generator(*_):
        yield from ()
        raise error

    if rule in ("actions", "outcomes") and not isinstance(error, StopIteration):
        with pytest.raises(type(error)) as caught:
            jarvis2.search(but(**{rule: generator}), ROOT, lambda table: 0.0)
        assert caught.value is error


def test_what_objects_of_the_game_raise_comes_out_as_it_is():
    sour = Sour()
    games = [but(actions=lambda s: [sour]), but(actions=lambda s: sour), but(outcomes=lambda s, a: sour), but(outcomes=lambda s, a: [(sour, 0.0, s)])]
    games += [but(terminal_worth=lambda s: sour), but(discount=lambda s, a: sour), but(key=lambda s: sour)]
    for game in games:
        with pytest.raises(Mine):
            jarvis2.search(game, ROOT, lambda table: 0.0)
    for judged in (sour, (sour,), (0.0, sour), (0.0, None, sour), (0.0, None, [sour, sour])):
        with pytest.raises(Mine):
            jarvis2.search(Dice(), ROOT, lambda table: judged)
    with pytest.raises(Mine, match="its truth"):
        jarvis2.search(Dice(), ROOT, lambda table: 0.0, keep_going=lambda counts: sour)
    with pytest.raises(Mine, match="mine"):
        jarvis2.search(Dice(), ROOT, lambda table: 0.0, keep_going=raising(Mine("mine")))
    # An action that cannot be shown can be played, and be complained of.
    unseen = type("Unseen", (), {"__repr__": lambda self: 1 / 0})()
    with pytest.raises(jarvis2.UsageError, match=r"outcomes\(\(0, 3, False\), one of <class '.*Unseen'> that cannot be shown\) gave None"):
        jarvis2.search(but(actions=lambda s: [unseen], outcomes=lambda s, a: None), ROOT, lambda table: 0.0)


def test_actions_that_are_equal_now_and_then():
    class Moody:
        def __init__(self, n):
            self.n = n

        def __hash__(self):
            return 1

        def __eq__(self, other):
            Moody.asked += 1
            return Moody.asked % 3 == 0

    Moody.asked = 0
    actions = [Moody(n) for n in range(40)]
    game = but(actions=lambda s: actions, outcomes=lambda s, a: [(1.0, float(a.n), (s[0], s[1] - 1, s[1] < 2))])
    tree = jarvis2.search(game, ROOT, lambda table: 0.0, evaluations=500)
    assert all(isinstance(edge.action, Moody) for edge in tree.edges()) and tree.principal_line


def test_a_search_within_a_search_ends():
    """One may call another; without end it is refused before the stack is."""
    depth = []

    def inner(state):
        depth.append(state)
        tree = jarvis2.search(Dice(), (1, 1, False), lambda table: 0.0)
        return tree.worth()

    assert jarvis2.search(Dice(), ROOT, inner).worth() == pytest.approx(14 / 3)

    def without_end(state):
        depth.append(state)
        return jarvis2.search(Dice(), ROOT, without_end).worth()

    def seek():
        depth.clear()
        with pytest.raises(jarvis2.UsageError, match="32 times over: does a rule or the judge call its own search without end"):
            jarvis2.search(Dice(), ROOT, without_end)
        assert len(depth) == 32
        # What was refused has left nothing behind.
        assert jarvis2.search(Dice(), ROOT, lambda table: 0.0).stop_reason == "solved"
        done.append(True)

    done = []
    seek()
    thread = threading.Thread(target=seek)
    thread.start()
    thread.join()
    assert done == [True, True]

    def deep(state):
        return deep(state)

    with pytest.raises(RecursionError):
        jarvis2.search(Dice(), ROOT, deep)


def test_a_long_line_of_play():
    """As deep as the budget: nothing in the search or in its answers calls itself."""

    class Walk:
        def actions(self, state):
            return [1]

        def outcomes(self, state, action):
            return [(1.0, 1.0, state + 1)]

        def terminal_worth(self, state):
            return None

    tree = jarvis2.search(Walk(), 0, lambda state: 0.0, evaluations=3000, batch=1)
    assert len(tree.principal_line) == 2999 and tree.worth() == 2999 and tree.counts.depth == 2999


@pytest.mark.parametrize("worth", [1.7e308, 5e-324])
def test_numbers_at_the_ends_of_their_range(worth):
    game = but(outcomes=lambda s, a: [(1.0, 0.0, (0 if a == "keep" else 1, 0, True))], terminal_worth=lambda s: (worth if s[0] else -worth) if s[2] else None)
    for considered in (None, 2):
        tree = jarvis2.search(game, ROOT, lambda table: 0.0, considered=considered, noise=1.0, interior="gumbel")
        assert tree.best_action == "roll" and tree.worth() == worth
        assert sum(tree.improved_policy()) == pytest.approx(1)


def ask(**settings):
    return jarvis2.search(Dice(), ROOT, lambda table: 0.0, **settings)


@pytest.mark.parametrize(
    ("settings", "what", "said"),
    [
        *(({name: value}, name, f"{name} is {value}: give a whole number from {least} to ") for name, least in (("evaluations", 1), ("simulations", 1), ("batch", 1), ("considered", 1), ("depth_max", 0), ("seed", 0)) for value in (-1, 2**70, -(2**70))),
        *(({name: 0}, name, f"{name} is 0: give a whole number from 1 to 4294967295") for name in ("evaluations", "simulations", "batch", "considered")),
        *(({name: value}, name, f"{name} is .*: it must be finite") for name in ("exploration", "deviations", "tolerance", "temperature") for value in (math.nan, math.inf, -1.0, 10**400)),
        ({"noise": math.nan, "considered": 2}, "noise", "noise is NaN: it must be finite"),
        ({"temperature": 0.0}, "temperature", "temperature is 0: it must be finite and positive"),
        ({"widening": (0, 0.5)}, "widening.from", "widening.from is 0"),
        ({"widening": (1, 1.5)}, "widening.exponent", "widening.exponent is 1.5: it must be from 0 to 1"),
        ({"widening": (1, 0.5, 3)}, "widening", r"widening is \(1, 0.5, 3\): give a tuple \(from, exponent\)"),
        ({"widening": 4}, "widening", "widening is 4: give a tuple"),
        ({"baseline": (-1, 0.0)}, "baseline.action", "baseline.action is -1"),
        ({"baseline": (2, 0.0)}, "baseline.action", "baseline.action is 2: it is not among the actions of the root"),
        ({"baseline": (0, math.nan)}, "baseline.margin", "baseline.margin is NaN"),
        ({"baseline": ("keep", 0.0)}, "baseline", r"baseline is \('keep', 0.0\): give a tuple \(index of an action, margin\)"),
        ({"interior": "deep"}, "interior", 'interior is "deep": write "puct" or "gumbel"'),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_is_named(settings, what, said):
    with pytest.raises(jarvis2.BadInput, match=said) as caught:
        ask(**settings)
    assert caught.value.what == what and caught.value.value


def test_settings_of_other_types_are_pythons_errors():
    for name in ("evaluations", "batch", "noise", "seed", "temperature", "exploration"):
        with pytest.raises(TypeError) as caught:
            ask(**{name: "many"})
        assert name in "".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    with pytest.raises(jarvis2.UsageError, match="keep_going is 5: a function"):
        ask(keep_going=5)
    assert ask(evaluations=2**32 - 1, seed=2**64 - 1, batch=True).stop_reason == "solved"


def test_questions_of_a_tree_that_cannot_be():
    tree = jarvis2.search(Dice(), ROOT, lambda table: 0.0)
    for question in (tree.state, tree.worth, tree.spread, tree.visits, tree.status, tree.edges, tree.improved_policy, lambda node: tree.outcomes(node, 0)):
        for node in (-1, len(tree), 2**70, -(2**70)):
            with pytest.raises(jarvis2.BadInput, match=f"node is {node}: give a whole number from 0 to {len(tree) - 1}") as caught:
                question(node)
            assert (caught.value.what, caught.value.value) == ("node", str(node))
        for node in (None, "0", 0.5, []):
            if node is not None or question not in (tree.state, tree.worth, tree.spread, tree.visits, tree.status, tree.edges, tree.improved_policy):
                with pytest.raises(TypeError):
                    question(node)
    for index in (-1, 2, 2**70):
        with pytest.raises(jarvis2.BadInput, match=f"index is {index}: give a whole number from 0 to 1"):
            tree.outcomes(0, index)
    leaf = next(node for node in range(len(tree)) if not tree.edges(node))
    with pytest.raises(jarvis2.BadInput, match=f"node {leaf} has no actions in the tree"):
        tree.outcomes(leaf, 0)
    # A root that is finished is a tree too.
    over = jarvis2.search(Dice(), (6, 0, True), lambda table: 0.0)
    assert (over.best_action, over.choice, over.principal_line, over.edges(), over.improved_policy(), over.worth()) == (None, None, [], [], [], 0.0)


def test_nothing_of_a_failed_search_is_kept():
    state, before = object(), None
    for _ in range(50):
        with pytest.raises(jarvis2.UsageError):
            jarvis2.search(but(actions=lambda s: None, terminal_worth=lambda s: None), state, lambda table: 0.0)
        before = before or sys.getrefcount(state)
    assert sys.getrefcount(state) == before
