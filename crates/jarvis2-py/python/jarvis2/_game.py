"""What ``search`` must be told, as types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

State = TypeVar("State")
Action = TypeVar("Action")
Seen = TypeVar("Seen", contravariant=True)


class Game(Protocol[State, Action]):
    """The rules of a game with chance; everything is known but the dice.

    Actions are hashable, and equal ones are the same. Two methods may be there besides. ``discount(state, action)``: what one unit of
    worth after the action is worth before it (1.0; -1.0 where the move passes to an opponent who wants the opposite).
    ``key(state)``: something hashable; states with equal keys share one node, ``None`` is never shared. Equal keys must mean equal
    futures, and no line of play may return to a key that it has passed.
    """

    def actions(self, state: State, /) -> Iterable[Action]:
        """The legal actions of an unfinished state. A state without any must have a terminal worth."""
        ...

    def outcomes(self, state: State, action: Action, /) -> Iterable[tuple[float, float, State]]:
        """Every ``(probability, reward, state)`` that the action may lead to; probabilities sum to 1 within 1e-9."""
        ...

    def terminal_worth(self, state: State, /) -> float | None:
        """Exact worth of a finished state; ``None`` while the game goes on."""
        ...


class Judgement(NamedTuple):
    """What a judge thinks of one state."""

    #: Expected discounted rewards from here to the end, played well.
    worth: float
    #: Standard deviation of the error of ``worth``; ``None`` if not known.
    spread: float | None = None
    #: One weight per legal action, in their order; empty means that all look alike.
    priors: Sequence[float] = ()


class Judge(Protocol[Seen]):
    """Judges many states at once, as a net does. A function of one state will do too."""

    def evaluate(self, states: Sequence[Seen], /) -> Sequence[float | Judgement]:
        """One judgement for each state, in order."""
        ...
