"""Self-play on Ray that learns: the wheel on a lattice, with a table of worths.

    pip install jarvis2[ray]
    python self_play.py --games 256 --workers 2 --folder runs/lattice

A player searches before every move (``jarvis2.search``), judges leaves by the learner's table, and reports what the search found each
situation to be worth; the learner moves its table there. Worths are graded against backward induction, which knows them exactly.

The game is that of the crate ``search`` (``problems::wheel_lattice``): sell puts while holding cash, calls while holding the share, one
option per cycle of a month of four steps. The table is a lesson in the shape of a learner, not a net: it knows nothing of a situation
that nobody has been in. Nets are trained by ``jarvis2 train``, in Rust, on one machine.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import random
import time
from collections.abc import Iterable
from typing import NamedTuple, Optional

import jarvis2
from jarvis2.distributed import self_play

SPOT_USD, SIGMA, IMPLIED_VOL, RATE, GROWTH = 100.0, 0.25, 0.27, 0.03, 0.03
FEE_USD, COST_USD, GUARD_USD = 0.01, 0.02, 1e-9
CYCLE_YEARS, STEPS = 1 / 12, 4
DISCOUNT = math.exp(-RATE * CYCLE_YEARS)
UP = math.exp(SIGMA * math.sqrt(CYCLE_YEARS / STEPS))
UP_PROBABILITY = (math.exp(GROWTH * CYCLE_YEARS / STEPS) - 1 / UP) / (UP - 1 / UP)
CHANCES = [(2 * k - STEPS, math.comb(STEPS, k) * UP_PROBABILITY**k * (1 - UP_PROBABILITY) ** (STEPS - k)) for k in range(STEPS + 1)]


class State(NamedTuple):
    cycle: int
    #: Up moves less down moves.
    level: int
    share: bool


#: What to do, and the strike as a multiple of the spot.
Action = tuple[str, float]
CASH: list[Action] = [("idle", 0.0), ("buy", 0.0), ("put", 0.9), ("put", 0.95), ("put", 1.0)]
SHARE: list[Action] = [("hold", 0.0), ("sell", 0.0), ("call", 1.0), ("call", 1.05), ("call", 1.1)]
#: Dollars at a spot of one dollar.
PREMIUMS = {action: jarvis2.price(action[0], 1, action[1], CYCLE_YEARS, RATE, IMPLIED_VOL) for action in CASH + SHARE if action[1]}


def price(level: int) -> float:
    return SPOT_USD * UP**level


class Lattice:
    def __init__(self, cycles: int) -> None:
        self.cycles = cycles

    def actions(self, state: State, /) -> Iterable[Action]:
        return SHARE if state.share else CASH

    def outcomes(self, state: State, action: Action, /) -> Iterable[tuple[float, float, State]]:
        spot, (kind, multiple) = price(state.level), action
        strike = multiple * spot
        now = {"buy": -spot - COST_USD, "sell": spot - COST_USD}.get(kind, 0.0)
        if multiple:
            now = PREMIUMS[action] * spot - FEE_USD
        found = []
        for moved, probability in CHANCES:
            end, share, settled = price(state.level + moved), kind in ("hold", "buy"), 0.0
            if kind == "put" and strike - end > GUARD_USD:
                share, settled = True, -strike
            if kind == "call":
                share = end - strike <= GUARD_USD
                settled = 0.0 if share else strike
            found.append((probability, now + DISCOUNT * settled, State(state.cycle + 1, state.level + moved, share)))
        return found

    def terminal_worth(self, state: State, /) -> Optional[float]:
        return liquidation(state) if state.cycle == self.cycles else None

    def discount(self, state: State, action: Action, /) -> float:
        return DISCOUNT

    def key(self, state: State, /) -> State:
        return state

    def solve(self) -> Worths:
        """What every situation is worth, played well: backward induction."""
        worths: Worths = {}
        for cycle in range(self.cycles, -1, -1):
            for level in range(-STEPS * cycle, STEPS * cycle + 1, 2):
                for share in (False, True):
                    state = State(cycle, level, share)
                    end = self.terminal_worth(state)
                    worths[state] = end if end is not None else max(
                        sum(p * (reward + DISCOUNT * worths[after]) for p, reward, after in self.outcomes(state, action))
                        for action in self.actions(state)
                    )
        return worths


def liquidation(state: State) -> float:
    """What it would fetch now: all that is known of a situation that nobody has been in."""
    return price(state.level) if state.share else 0.0


#: A `State` as a plain tuple, which equals it: what travels between processes travels without its class.
Place = tuple[int, int, bool]
#: Situations, and what they are worth.
Worths = dict[Place, float]


class Player:
    """Plays one game from the start, with an odd move now and then so that other situations are seen too."""

    def __init__(self, cycles: int = 6, evaluations: int = 64, odd: float = 0.25) -> None:
        self.game, self.evaluations, self.odd = Lattice(cycles), evaluations, odd

    def play(self, number: int, seed: int, weights: Worths, /) -> list[tuple[Place, float]]:
        dice = random.Random(seed)
        state = State(0, 0, dice.random() < 0.5)
        record: list[tuple[Place, float]] = []
        while state.cycle < self.game.cycles:
            judge = lambda leaf: weights.get(leaf, liquidation(leaf))  # noqa: E731
            tree = jarvis2.search(self.game, state, judge, evaluations=self.evaluations, seed=dice.getrandbits(63))
            record.append(((state.cycle, state.level, state.share), tree.worth()))
            actions = list(self.game.actions(state))
            action = tree.best_action
            if action is None or dice.random() < self.odd:
                action = dice.choice(actions)
            outcomes = list(self.game.outcomes(state, action))
            state = dice.choices([after for _, _, after in outcomes], [probability for probability, _, _ in outcomes])[0]
        return record


class Table:
    """A worth for each situation that was met: the mean of what searches found, later ones counting more."""

    def __init__(self) -> None:
        self.worths: Worths = {}
        self.seen: dict[Place, int] = {}

    def weights(self) -> Worths:
        return dict(self.worths)

    def learn(self, number: int, record: list[tuple[Place, float]], /) -> None:
        for state, worth in record:
            self.seen[state] = self.seen.get(state, 0) + 1
            before = self.worths.get(state, worth)
            self.worths[state] = before + max(1 / self.seen[state], 0.2) * (worth - before)

    def save(self) -> bytes:
        return json.dumps([[*state, worth, self.seen[state]] for state, worth in self.worths.items()]).encode()

    def load(self, state: bytes, /) -> None:
        rows = [((cycle, level, share), worth, seen) for cycle, level, share, worth, seen in json.loads(state)]
        self.worths = {state: worth for state, worth, _ in rows}
        self.seen = {state: seen for state, _, seen in rows}


def error_usd(worths: Worths, exact: Worths, cycles: int) -> float:
    """Mean distance from the truth, over all situations that are no end."""
    errors = [abs(worths.get(place, liquidation(State(*place))) - worth) for place, worth in exact.items() if place[0] < cycles]
    return sum(errors) / len(errors)


def main() -> None:
    parser = argparse.ArgumentParser(description="Self-play on Ray that learns the wheel on a lattice.")
    parser.add_argument("--games", type=int, default=256)
    parser.add_argument("--workers", type=int, default=2, help="0: in this process, without Ray")
    parser.add_argument("--evaluations", type=int, default=64, help="of each search")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", help="where the checkpoint is kept; a call that finds one goes on from it")
    asked = parser.parse_args()
    table = Table()
    make_player = functools.partial(Player, evaluations=asked.evaluations)
    start_s = time.perf_counter()
    identity = f"lattice, {asked.evaluations} evaluations"
    played = self_play(make_player, table, games=asked.games, workers=asked.workers, seed=asked.seed, folder=asked.folder, identity=identity)
    seconds = time.perf_counter() - start_s
    game = Player().game
    exact = game.solve()
    start = State(0, 0, False)
    learnt = table.worths.get(start)
    print(f"{played} games played in {seconds:.1f} s, {len(table.worths)} situations met")
    print(f"mean error: ${error_usd({}, exact, game.cycles):.4f} before, ${error_usd(table.worths, exact, game.cycles):.4f} after")
    print(f"the start with cash: {'n/a (never met)' if learnt is None else f'${learnt:.4f}'}, exactly ${exact[start]:.4f}")


if __name__ == "__main__":
    main()
