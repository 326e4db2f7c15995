"""What a PostgreSQL server's refusals mean for a transaction, in words that may be logged."""

from enum import Enum, auto

import asyncpg

from bot.errors import StorageError

TROUBLE = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    ValueError,
    OverflowError,
)
"""All that asyncpg raises; the last two for values that the engine cannot take."""

_LOST = ("08", "57P", "25P03")
"""How the codes begin of a connection that has ended, or is ended by the server."""
_GONE = ("closed", "closing", "released")
"""What asyncpg says of a connection that ended before the statement was sent."""
_CLASH = "40"
"""Deadlocks, and what cannot be put in an order with what others did."""


class Trouble(Enum):
    """What may be done about a failure."""

    LOST = auto()
    """The connection is gone, and with it what was not committed: repeat on another."""
    CLASH = auto()
    """Others were in the way and have won: repeat."""
    OVERTAKEN = auto()
    """A row is there that was not when it was looked for, or ever was: repeat once."""
    LASTING = auto()


def judge(error: BaseException | None) -> Trouble:
    """What kind of trouble an exception in TROUBLE is."""
    code = str(getattr(error, "sqlstate", None) or "")
    if isinstance(error, asyncpg.UniqueViolationError):
        return Trouble.OVERTAKEN
    if code.startswith(_CLASH) or isinstance(error, asyncpg.InvalidCachedStatementError):
        return Trouble.CLASH
    if isinstance(error, TimeoutError):
        return Trouble.LASTING
    # The last is asyncpg being told of the end between two statements.
    if code.startswith(_LOST) or isinstance(error, OSError | asyncpg.InternalClientError):
        return Trouble.LOST
    if isinstance(error, asyncpg.InterfaceError) and any(word in str(error) for word in _GONE):
        return Trouble.LOST
    return Trouble.LASTING


def told(error: BaseException) -> StorageError:
    """As the family's error, with `error` as its cause; neither tells what is in a row.

    What the server or asyncpg add to their sentence may be what people wrote, or a token.
    """
    if isinstance(error, asyncpg.PostgresError) and getattr(error, "severity", None):
        error.detail = error.hint = error.context = None
        problem = str(error.args[0])
    elif isinstance(error, TimeoutError):
        problem = "the database did not answer in time"
    elif isinstance(error, OSError):
        problem = f"the database cannot be reached ({error.strerror or type(error).__name__})"
    elif judge(error) is Trouble.LOST:
        problem = "the connection to the database was lost"
    else:
        error.args = (problem := "the database cannot take a value",)
    failure = StorageError(problem)
    failure.__cause__ = error
    return failure
