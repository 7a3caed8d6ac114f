"""What can go wrong. `kind` is a word for programs, as in the JSON of the command line."""

from __future__ import annotations

from typing import Any


class Error(Exception):
    """Anything that Jarvis2 refuses. The message says what, where, the value and the remedy."""

    kind: str = "internal"
    #: What the command line would end with.
    exit_code: int = 6
    #: Where a command had its answer before something went wrong (a diary that cannot be written, say): that answer.
    answer: Any = None


class BadInput(Error, ValueError):
    """A number or a word that cannot be used."""

    kind = "bad_input"
    exit_code = 2

    def __init__(self, message: str, what: str = "", value: str = "", row: int | None = None) -> None:
        super().__init__(message)
        #: Which input, in words.
        self.what = what
        #: What it was, as text.
        self.value = value
        #: Its place, in C order, where it is one of many.
        self.row = row


class NoAnswer(Error, ValueError):
    """Good input without an answer, such as a price that no volatility gives. `kind` is a word of `jarvis2.STATUS`."""

    exit_code = 3

    def __init__(self, message: str, kind: str = "not_converged", row: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.row = row


class UsageError(Error, ValueError):
    """A command was asked wrongly, or a configuration or account says what cannot be."""

    kind = "usage"
    exit_code = 2


class DataError(Error):
    """A file was rejected."""

    kind = "data"
    exit_code = 3


class ResourceError(Error):
    """There is not enough memory, disk or time."""

    kind = "resources"
    exit_code = 5


class InternalError(Error):
    """A mistake in Jarvis2; please report it."""

    kind = "internal"
    exit_code = 6


class Interrupted(Error):
    """A command was asked to end early."""

    kind = "interrupted"
    exit_code = 130
