"""Games written in Python."""

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
    with pytest.raises(jarvis2.UsageError, match="there is no such action|nodes 0 to"):
        jarvis2.search(Dice(), (0, 1, False), lambda table: 0.0).outcomes(10**6, 0)


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
