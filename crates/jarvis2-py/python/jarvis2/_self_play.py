"""Players in many processes, one learner."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, Union

from jarvis2._errors import DataError, UsageError
from jarvis2._on_ray import at_least, got, the_ray
from jarvis2._trials import read_file, write_file

_Weights = TypeVar("_Weights")
_Record = TypeVar("_Record")
_WeightsIn = TypeVar("_WeightsIn", contravariant=True)
_WeightsOut = TypeVar("_WeightsOut", covariant=True)
_RecordIn = TypeVar("_RecordIn", contravariant=True)
_RecordOut = TypeVar("_RecordOut", covariant=True)

_CHECKPOINT = "self_play.checkpoint"


def seed_of(seed: int, number: int) -> int:
    """The seed of a job or game, 0 to 2^53 - 1: of its number alone, whoever runs it.

    SplitMix64 (Steele, Lea & Flood, OOPSLA 2014), its upper 53 bits, so that every reader of JSON keeps it whole.
    """
    mask = (1 << 64) - 1
    bits = (seed + (number + 1) * 0x9E3779B97F4A7C15) & mask
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & mask
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & mask
    return (bits ^ (bits >> 31)) >> 11


class Player(Protocol[_WeightsIn, _RecordOut]):
    """Plays games. Lives in a worker; after the worker's death another is made, so that it may keep nothing from game to game."""

    def play(self, number: int, seed: int, weights: _WeightsIn, /) -> _RecordOut:
        """A game. What it returns depends on the arguments alone."""
        ...


class Learner(Protocol[_WeightsOut, _RecordIn]):
    """Learns from games. There is one, in the process that calls ``self_play``."""

    def weights(self) -> _WeightsOut:
        """What the players of the next round play by."""
        ...

    def learn(self, number: int, record: _RecordIn, /) -> None:
        """One game; they come in the order of their numbers."""
        ...

    def save(self) -> bytes:
        """Everything that it knows."""
        ...

    def load(self, state: bytes, /) -> None:
        """What ``save`` gave, in place of what it knows."""
        ...


def self_play(
    make_player: Callable[[], Player[_Weights, _Record]],
    learner: Learner[_Weights, _Record],
    *,
    games: int,
    round_games: int = 16,
    workers: int = 2,
    seed: int = 0,
    folder: Union[str, "os.PathLike[str]", None] = None,
    identity: str = "",
    retries: int = 3,
) -> int:
    """Players on Ray feed one learner, until ``games`` games are learnt. Returns how many of them this call has played.

    Games go by number. Game ``n`` has the seed ``seed_of(seed, n)`` and is played by the weights of after round
    ``n // round_games - 1``; the learner takes it when it has taken all before it. So what is learnt depends neither on how many
    workers there are nor on who dies. A dead worker is started again and plays its game again, at most ``retries`` times each.

    ``folder``: where a checkpoint is written after every round, aside and then renamed. A call that finds one there goes on from
    it, and must have its ``seed``, ``round_games`` and ``identity``: your word for who plays and learns, such as a version and its
    arguments. This process may die at any moment: at most a round is played again. Without ``folder`` every call begins with game 0,
    so that the learner must be a new one.
    """
    at_least(0, games=games, workers=workers, retries=retries)
    at_least(1, round_games=round_games)
    path = None if folder is None else Path(folder) / _CHECKPOINT
    head = {"seed": seed, "round_games": round_games, "identity": identity}
    first = None if path is None else _resume(path, learner, head)
    if first is None:
        first = 0
        # A first round that is cut short has taught the learner something, too: who begins again begins from here.
        if path is not None:
            _keep(path, learner, head, 0)
    pool = _Here(make_player) if workers == 0 else _Actors(make_player, workers, retries)
    try:
        for start in range(first, games, round_games):
            numbers = range(start, min(start + round_games, games))
            tasks = [(number, seed_of(seed, number)) for number in numbers]
            for number, record in zip(numbers, pool.play(tasks, learner.weights())):
                learner.learn(number, record)
            # A round that is cut short is no end of a round: its later games would be played by other weights.
            if path is not None and len(numbers) == round_games:
                _keep(path, learner, head, numbers.stop)
    finally:
        pool.close()
    return max(games - first, 0)


class _Here:
    """A player in this process."""

    def __init__(self, make_player: Callable[[], Player[Any, Any]]) -> None:
        self.player = make_player()

    def play(self, tasks: Sequence[tuple[int, int]], weights: Any) -> Iterator[Any]:
        for number, seed in tasks:
            yield self.player.play(number, seed, weights)

    def close(self) -> None:
        pass


class _Actor:
    """A player in a worker."""

    def __init__(self, make_player: Callable[[], Player[Any, Any]]) -> None:
        self.player = make_player()

    def play(self, number: int, seed: int, weights: Any) -> Any:
        return self.player.play(number, seed, weights)


class _Actors:
    """Players in workers; records come in the order of their games."""

    def __init__(self, make_player: Callable[[], Player[Any, Any]], workers: int, retries: int) -> None:
        self.ray = the_ray()
        self.retries = retries
        actor = self.ray.remote(_Actor).options(num_cpus=1, max_restarts=retries, max_task_retries=retries)
        self.actors = [actor.remote(make_player) for _ in range(workers)]
        # Where there are fewer processors some never come. Those that have come play.
        self.coming = {actor.__ray_ready__.remote(): actor for actor in self.actors}
        self.come: list[Any] = []

    def play(self, tasks: Sequence[tuple[int, int]], weights: Any) -> Iterator[Any]:
        shared = self.ray.put(weights)
        # Each has a second game waiting, so that it does not wait for us.
        idle = self.come * 2
        left = list(reversed(tasks))
        under_way: dict[Any, tuple[int, Any]] = {}
        done: dict[int, Any] = {}
        for wanted, _ in tasks:
            while wanted not in done:
                while idle and left:
                    number, seed = left.pop()
                    actor = idle.pop(0)
                    under_way[actor.play.remote(number, seed, shared)] = (number, actor)
                (ready,), _ = self.ray.wait([*under_way, *self.coming], num_returns=1)
                if ready in self.coming:
                    actor = self.coming.pop(ready)
                    got(ready, "a player", self.retries)
                    self.come.append(actor)
                    idle += [actor, actor]
                    continue
                number, actor = under_way.pop(ready)
                done[number] = got(ready, f"game {number}", self.retries)
                idle.append(actor)
            yield done.pop(wanted)

    def close(self) -> None:
        for actor in self.actors:
            self.ray.kill(actor)


def _keep(path: Path, learner: Learner[Any, Any], head: Mapping[str, object], games: int) -> None:
    state = learner.save()
    whole = {"version": 1, "games": games, **head, "sha256": hashlib.sha256(state).hexdigest()}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, json.dumps(whole).encode() + b"\n" + state)


def _resume(path: Path, learner: Learner[Any, Any], asked: Mapping[str, object]) -> int | None:
    """Games that are learnt; ``None`` where there is no checkpoint."""
    content = read_file(path)
    if not content:
        return None
    line, _, state = content.partition(b"\n")
    try:
        head = json.loads(line)
        whole = head["version"] == 1 and head["sha256"] == hashlib.sha256(state).hexdigest()
        games, kept = int(head["games"]), {"seed": head["seed"], "round_games": head["round_games"], "identity": head.get("identity", "")}
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: not a checkpoint of self-play ({error!r}); take it away to start anew") from error
    if not whole:
        raise DataError(f"{path}: its checksum or version is another; take it away to start anew")
    for name, value in asked.items():
        if kept[name] != value:
            said = f"its games have {name}={kept[name]!r}, and {value!r} is asked for"
            raise UsageError(f"{path}: {said}; say the same or name another folder")
    learner.load(state)
    return games
