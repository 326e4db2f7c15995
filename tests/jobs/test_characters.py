"""Pictures under a name: how many, by which names, and what is left of them; on both engines."""

import asyncio
from dataclasses import dataclass

import pytest
from PIL import Image

from bot.db import engine
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.characters import MOST, Characters
from bot.pressing import NoSuchCharacter, TooManyCharacters, UnusableName

ALICE, BOB = 7, 8


class Straight:
    """Uploads that are clean already: what comes is a colour."""

    def __init__(self, store):
        self._store = store

    async def take(self, uploads):
        taken = []
        for colour in uploads:
            async with self._store.scratch() as folder:
                Image.new("RGB", (8, 8), colour).save(folder / "it.png")
                taken.append(await self._store.add(folder / "it.png"))
        return tuple(taken)


@dataclass
class Album:
    characters: Characters
    store: ImageStore
    database: object

    async def names(self, member_id=ALICE):
        return [one.name for one in await self.characters.all(member_id)]

    def there(self, character):
        return [self.store.path(image).exists() for image in character.pictures]


@pytest.fixture
async def album(address, tmp_path):
    store = ImageStore(tmp_path / "images")
    ids = (f"{number:032x}" for number in range(1, 1000))
    async with engine.opened(address) as database:
        characters = Characters(
            database=database,
            uploads=Straight(store),
            store=store,
            codec=None,
            now=lambda: 1,
            new_id=lambda: next(ids),
        )
        yield Album(characters, store, database)


async def test_a_name_is_one_character_however_it_is_written(album):
    """Saved again it shows other pictures, and those from before are gone, but for shared ones."""
    save = album.characters.save
    first = await save(ALICE, "@Mia", ["red", "blue"])
    other = await save(ALICE, "小明", ["blue"])
    assert (first.anew, other.anew) == (False, False)
    await save(BOB, "mia", ["green"])

    again = await save(ALICE, "MIA", ["white", "black", "white"])
    assert again.anew
    assert await album.names() == ["MIA", "小明"]
    assert await album.names(BOB) == ["mia"]
    assert album.there(again.character) == [True] * 3
    assert album.there(first.character) == [False, True]  # the blue one is 小明's as well

    found = await album.characters.find(ALICE, "＠ｍｉａ")
    assert found == again.character
    cast = await album.characters.cast(ALICE, "@mia and @小明在一起 and @Tom", also="小明")
    assert [one.name for one in cast.characters] == ["小明", "MIA"]
    assert cast.pictures == (*other.character.pictures, *again.character.pictures)
    assert (await album.characters.cast(BOB, "no sign")).characters == ()
    for ask in (album.characters.find, album.characters.remove):
        with pytest.raises(NoSuchCharacter):
            await ask(BOB, "小明")
    with pytest.raises(NoSuchCharacter):
        await album.characters.cast(BOB, "", also="小明")
    with pytest.raises(UnusableName):
        await save(ALICE, "two words", ["red"])


async def test_there_are_five_at_most_also_when_they_come_at_once(album):
    """And of those that bear one name, one."""
    names = [*(f"n{number}" for number in range(8)), "N0", "n1"]
    ends = await asyncio.gather(
        *(album.characters.save(ALICE, name, ["red"]) for name in names), return_exceptions=True
    )
    refused = [end for end in ends if isinstance(end, BaseException)]
    assert all(isinstance(end, TooManyCharacters) for end in refused)
    kept = await album.names()
    assert len(kept) == MOST
    assert len({name.casefold() for name in kept}) == MOST
    with pytest.raises(TooManyCharacters):
        await album.characters.save(ALICE, "more", ["red"])

    gone = await asyncio.gather(
        *(album.characters.remove(ALICE, kept[0]) for _ in range(2)), return_exceptions=True
    )
    assert sorted(isinstance(end, NoSuchCharacter) for end in gone) == [False, True]
    assert not (await album.characters.save(ALICE, "more", ["red"])).anew


async def test_what_another_needs_outlives_a_character(album):
    """Here a picture that somebody keeps for their next request."""
    saved = (await album.characters.save(ALICE, "Mia", ["red", "blue"])).character
    red, blue = saved.pictures

    async def keep(tx):
        await queue.remember(tx, red, now=1)
        await tx.run("keep_picture", member_id=BOB, digest=red.digest, now=1, expires_at=2)

    await album.database.write(keep)
    assert await album.characters.files(saved) == [album.store.path(red), album.store.path(blue)]
    assert await album.characters.remove(ALICE, "mia") == saved
    assert album.there(saved) == [True, False]
    assert await album.characters.files(saved) == [album.store.path(red)]
    assert await album.names() == []
