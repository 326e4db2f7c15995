"""Somebody whom a command names."""

from dataclasses import dataclass

from bot.sharing import BotsHaveNoCredits, NotInThisServer


@dataclass(frozen=True, slots=True)
class Person:
    """`here` says whether they are a member of the server that the command is used in."""

    id: int
    bot: bool
    here: bool

    def check(self) -> None:
        """Raise BotsHaveNoCredits or NotInThisServer for who can be given nothing."""
        if self.bot:
            raise BotsHaveNoCredits
        if not self.here:
            raise NotInThisServer
