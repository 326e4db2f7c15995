"""What a bot with a public address gives upstreams: a way to call it, and pictures to fetch."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Callback(Protocol):
    """One paid call's way of being told that something has happened. What happened is looked up."""

    @property
    def url(self) -> str | None:
        """The address to give the upstream; None where it cannot call us."""

    async def called(self) -> None:
        """Return once the upstream has called since this last returned; at once if it has already.

        Any number of calls in between are one.
        """


class Callbacks(Protocol):
    """Gives every paid call an address of its own."""

    def expect(self, provider: str, *, signed: bool) -> AbstractContextManager[Callback]:
        """A callback whose address nobody can guess, and which is forgotten at the end.

        `signed` where `provider` signs what it sends; it is then given an address only if the
        signature can be checked.
        """


class Shelf(Protocol):
    """Lends stored pictures to upstreams that take them by public address only."""

    def offer(self, path: Path, mime: str) -> AbstractContextManager[str]:
        """An address that nobody can guess, where the file is until the end."""
