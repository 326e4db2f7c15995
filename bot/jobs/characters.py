"""Characters: pictures that members keep under a name, to take part in what they ask for."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from bot.db.database import Database, Transaction
from bot.generation.cast import NAME_LIMIT, NOBODY, SIGNS, Cast, Character, fold, mentioned, tidy
from bot.generation.request import ImageRef
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.onward import Wish
from bot.jobs.question import LASTS
from bot.jobs.uploads import Upload, Uploads
from bot.pressing import NoSuchCharacter, TooManyCharacters, UnusableName

MOST = 5
"""Of one member."""
MOST_PICTURES = 4
"""Of one character."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A character as it is kept now; `anew` when there was one of that name."""

    character: Character
    anew: bool


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Everybody a member has; `strip` is a PNG with a row for each, None where it failed."""

    characters: tuple[Character, ...]
    strip: bytes | None


class Characters:
    """`now` in microseconds UTC."""

    def __init__(
        self,
        *,
        database: Database,
        uploads: Uploads,
        store: ImageStore,
        codec: Codec,
        now: Callable[[], int],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._uploads = uploads
        self._store = store
        self._codec = codec
        self._now = now
        self._new_id = new_id

    async def save(self, member_id: int, name: str, uploads: Sequence[Upload]) -> Saved:
        """Keep these pictures under a name, in place of what was under it.

        Raises UnusableName, TooManyCharacters, and as `Uploads.take` does.
        """
        called = tidy(name)
        if called is None:
            raise UnusableName(name, NAME_LIMIT)
        known = {fold(one.name) for one in await self.all(member_id)}
        if fold(called) not in known and len(known) >= MOST:
            raise TooManyCharacters(MOST)
        character = Character(called, await self._uploads.take(uploads))

        async def save(tx: Transaction) -> tuple[bool, list[ImageRef]]:
            character_id, anew = await self._hold(tx, member_id, called)
            before = await _find(tx, member_id, called)
            await tx.run("drop_character_pictures", character_id=character_id)
            for position, image in enumerate(character.pictures):
                await queue.remember(tx, image, now=self._now())
                await tx.run(
                    "add_character_picture",
                    character_id=character_id,
                    position=position,
                    digest=image.digest,
                )
            return anew, await self._unused(tx, before.pictures if before else ())

        anew, unused = await self._database.write(save)
        await self._remove(unused)
        return Saved(character, anew)

    async def all(self, member_id: int) -> tuple[Character, ...]:
        """Everybody a member has, the first saved first."""
        found = await self._database.read(lambda tx: _all(tx, member_id))
        return tuple(character for _, character in found)

    async def gather(self, member_id: int) -> Ensemble:
        """Everybody, with a picture of them all."""
        found = await self.all(member_id)
        rows = [[(self._store.path(one), self._store.small(one)) for one in character.pictures]
                for character in found]  # fmt: skip
        return Ensemble(found, await self._codec.draw_rows(rows) if rows else None)

    async def find(self, member_id: int, name: str) -> Character:
        """The one called so; raises NoSuchCharacter."""
        found = await self._database.read(lambda tx: _find(tx, member_id, name))
        if found is None:
            raise NoSuchCharacter(name)
        return found

    async def files(self, character: Character) -> list[Path]:
        """Where its pictures lie; one that has been lost is left out."""
        files = [self._store.path(image) for image in character.pictures]
        return await asyncio.to_thread(lambda: [file for file in files if file.exists()])

    async def remove(self, member_id: int, name: str) -> Character:
        """Keep one no longer, nor its pictures, but for jobs that work from them.

        Raises NoSuchCharacter.
        """

        async def remove(tx: Transaction) -> tuple[Character, list[ImageRef]]:
            folded = fold(tidy(name) or name)
            row = await tx.one("hold_character", member_id=member_id, folded=folded)
            found = await _find(tx, member_id, name)
            if row is None or found is None:
                raise NoSuchCharacter(name)
            await tx.run("drop_character_pictures", character_id=row["id"])
            await tx.run("drop_character", id=row["id"])
            return found, await self._unused(tx, found.pictures)

        character, unused = await self._database.write(remove)
        await self._remove(unused)
        return character

    async def cast(self, member_id: int, prompt: str, *, also: str | None = None) -> Cast:
        """Who takes part in a request: `also`, and whom the prompt names by @Name.

        Raises NoSuchCharacter for `also` alone.
        """
        if also is None and not any(sign in prompt for sign in SIGNS):
            return NOBODY
        known = {fold(one.name): one for one in await self.all(member_id)}
        # In a thread: a prompt of thousands of signs takes its time.
        found = await asyncio.to_thread(mentioned, prompt, known) if known else []
        if also is not None:
            chosen = known.get(fold(tidy(also) or also))
            if chosen is None:
                raise NoSuchCharacter(also)
            found = [chosen, *(one for one in found if one != chosen)]
        return Cast(tuple(found))

    async def join(self, wish: Wish, member_id: int) -> Wish:
        """The same with whom its words name."""
        return replace(wish, cast=await self.cast(member_id, wish.words))

    async def _hold(self, tx: Transaction, member_id: int, name: str) -> tuple[str, bool]:
        """The id of the one called so, new or not; two who save at once wait for each other."""
        named = {"member_id": member_id, "name": name, "folded": fold(name), "now": self._now()}
        for _ in range(MOST + 1):
            if (row := await tx.one("resave_character", **named)) is not None:
                return str(row["id"]), True
            taken = {row["slot"] for row in await tx.all("characters", member_id=member_id)}
            free = sorted(set(range(1, MOST + 1)) - taken)
            if not free:
                break
            character_id = self._new_id()
            if await tx.one("save_character", id=character_id, slot=free[0], **named) is not None:
                return character_id, False
        raise TooManyCharacters(MOST)

    async def _unused(self, tx: Transaction, pictures: Sequence[ImageRef]) -> list[ImageRef]:
        """Those that nobody needs any more."""
        before = self._now() - LASTS
        rows = [
            await tx.one("picture_of_none", digest=image.digest, asked_after=before)
            for image in pictures
        ]
        return [queue.image(row) for row in rows if row is not None]

    async def _remove(self, pictures: Sequence[ImageRef]) -> None:
        for picture in pictures:
            await self._store.remove(picture)


async def _all(tx: Transaction, member_id: int) -> list[tuple[str, Character]]:
    """Everybody a member has, by folded name."""
    rows = await tx.all("characters", member_id=member_id)
    sets = [list(of) for _, of in groupby(rows, key=lambda row: row["id"])]
    return [(of[0]["folded"], Character(of[0]["name"], tuple(map(queue.image, of)))) for of in sets]


async def _find(tx: Transaction, member_id: int, name: str) -> Character | None:
    return dict(await _all(tx, member_id)).get(fold(tidy(name) or name))
