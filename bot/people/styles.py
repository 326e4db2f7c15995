"""Styles: words that members and servers save under a name, to go along with prompts."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.care import NoSuchStyle, TooManyStyles, UnusableStyle
from bot.db.database import Database, Transaction
from bot.generation.request import Style
from bot.jobs.limits import Caller, managed
from bot.people.words import plain

NAME_LIMIT = 32
WORDS_LIMIT = 500
"""Characters; what a style adds counts against a model's limit for prompts."""
MOST_STYLES = 25
"""Of one owner; Discord offers no more of them at once."""


class Owner(StrEnum):
    MEMBER = "member"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Saved:
    """A style as it is kept; `replaced` when there was one of that name."""

    style: Style
    owner: Owner
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """What somebody may use in a place, by name."""

    own: tuple[Style, ...]
    servers: tuple[Style, ...]

    def like(self, typed: str) -> list[tuple[Owner, Style]]:
        """Those with that in their name: one's own, then what these do not hide, as for `find`."""
        wanted, own = _fold(typed), {_fold(style.name) for style in self.own}
        named = [(Owner.MEMBER, style) for style in self.own]
        named += [(Owner.SERVER, one) for one in self.servers if _fold(one.name) not in own]
        return [(owner, style) for owner, style in named if wanted in _fold(style.name)]


class Styles:
    """A server's styles are for its managers to change and for everybody there to use.

    `now` in microseconds UTC.
    """

    def __init__(self, *, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    async def save(self, caller: Caller, owner: Owner, name: str, words: str) -> Saved:
        """Keep words under a name; raises ManagersOnly, UnusableStyle and TooManyStyles."""
        owner_id, style = _owner_id(caller, owner), _tidy(name, words)
        folded = _fold(name)

        async def write(tx: Transaction) -> bool:
            known = await tx.one("style", owner=owner, owner_id=owner_id, folded=folded)
            await tx.run(
                "save_style",
                owner=owner,
                owner_id=owner_id,
                folded=folded,
                name=style.name,
                words=style.words,
                set_by=caller.member_id,
                now=self._now(),
            )
            if known is None and len(await styles(tx, owner, owner_id)) > MOST_STYLES:
                raise TooManyStyles(MOST_STYLES)
            return known is not None

        return Saved(style, owner, await self._database.write(write))

    async def remove(self, caller: Caller, owner: Owner, name: str) -> Saved:
        """Keep it no longer; raises ManagersOnly and NoSuchStyle."""
        owner_id, folded = _owner_id(caller, owner), _fold(name)
        gone = await self._database.write(
            lambda tx: tx.one("remove_style", owner=owner, owner_id=owner_id, folded=folded)
        )
        if gone is None:
            raise NoSuchStyle(name)
        return Saved(Style(gone["name"], gone["words"]), owner)

    async def list(self, member_id: int, guild_id: int) -> Wardrobe:
        """A member's own and those of a server; `guild_id` 0 is none."""

        async def look(tx: Transaction) -> Wardrobe:
            own = await styles(tx, Owner.MEMBER, member_id)
            return Wardrobe(own, await styles(tx, Owner.SERVER, guild_id))

        return await self._database.read(look)

    async def find(self, member_id: int, guild_id: int, name: str) -> Style:
        """The one that a member means: their own before the server's; raises NoSuchStyle."""
        owners, folded = ((Owner.MEMBER, member_id), (Owner.SERVER, guild_id)), _fold(name)

        async def look(tx: Transaction) -> Style | None:
            for owner, owner_id in owners:
                row = await tx.one("style", owner=owner, owner_id=owner_id, folded=folded)
                if row is not None:
                    return Style(row["name"], row["words"])
            return None

        found = await self._database.read(look)
        if found is None:
            raise NoSuchStyle(name)
        return found


async def styles(tx: Transaction, owner: Owner, owner_id: int) -> tuple[Style, ...]:
    """All that an owner has, by name."""
    rows = await tx.all("styles", owner=owner, owner_id=owner_id)
    return tuple(Style(row["name"], row["words"]) for row in rows)


def _owner_id(caller: Caller, owner: Owner) -> int:
    return managed(caller) if owner is Owner.SERVER else caller.member_id


def _fold(name: str) -> str:
    """A name as names are compared."""
    return " ".join(plain(name).split())


def _tidy(name: str, words: str) -> Style:
    # A lone surrogate is no text that could be stored or sent.
    kept, said = (
        " ".join(text.encode("utf-8", "replace").decode().split()) for text in (name, words)
    )
    if not _fold(kept) or not said or len(kept) > NAME_LIMIT or len(said) > WORDS_LIMIT:
        raise UnusableStyle(NAME_LIMIT, WORDS_LIMIT)
    return Style(kept, said)
