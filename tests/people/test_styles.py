"""Saved styles on a real file and on PostgreSQL: whose they are, their names, and how many."""

import pytest

from bot.care import NoSuchStyle, TooManyStyles, UnusableStyle
from bot.db import engine
from bot.errors import ManagersOnly
from bot.generation.request import Style
from bot.jobs.limits import Caller
from bot.people.styles import MOST_STYLES, NAME_LIMIT, WORDS_LIMIT, Owner, Styles

ALICE, BOSS = Caller(7, 2), Caller(8, 2, manages=True)
MINE, SERVERS = Owner.MEMBER, Owner.SERVER


@pytest.fixture
async def styles(address):
    async with engine.opened(address) as database:
        yield Styles(database=database, now=lambda: 1)


async def test_each_owner_has_a_name_once_in_whatever_case(styles):
    saved = await styles.save(ALICE, MINE, "  Old   Ink ", "ink wash,\n much  white")
    assert (saved.style, saved.replaced) == (Style("Old Ink", "ink wash, much white"), False)
    saved = await styles.save(ALICE, MINE, "ＯＬＤ ink", "black ink")
    assert saved.replaced
    await styles.save(BOSS, MINE, "old ink", "his own")
    await styles.save(BOSS, SERVERS, "old ink", "everybody's")
    await styles.save(BOSS, SERVERS, "狐狸", "红色")

    assert await styles.find(7, 2, "OLD INK") == Style("ＯＬＤ ink", "black ink")
    assert await styles.find(8, 2, "old ink") == Style("old ink", "his own")
    assert await styles.find(9, 2, " old  Ink") == Style("old ink", "everybody's")
    assert (await styles.list(9, 2)).servers == (
        Style("old ink", "everybody's"), Style("狐狸", "红色"),
    )  # fmt: skip
    wardrobe = await styles.list(7, 2)
    assert [(owner, one.name) for owner, one in wardrobe.like("")] == [
        (MINE, "ＯＬＤ ink"), (SERVERS, "狐狸"),
    ]  # fmt: skip
    assert wardrobe.like(" INK")[0][1].words == "black ink"
    assert wardrobe.like("pen") == []
    for member_id, guild_id, name in ((9, 3, "old ink"), (9, 0, "狐狸"), (7, 2, "older ink")):
        with pytest.raises(NoSuchStyle):
            await styles.find(member_id, guild_id, name)

    assert (await styles.remove(ALICE, MINE, "Old INK")).style.words == "black ink"
    assert await styles.find(7, 2, "old ink") == Style("old ink", "everybody's")
    with pytest.raises(NoSuchStyle):
        await styles.remove(ALICE, MINE, "old ink")


async def test_a_servers_are_for_its_managers_to_change(styles):
    await styles.save(BOSS, SERVERS, "house", "flat colours")
    for attempt in (
        styles.save(ALICE, SERVERS, "other", "x"),
        styles.remove(ALICE, SERVERS, "house"),
        styles.save(Caller(8, 0), SERVERS, "other", "x"),
    ):
        with pytest.raises(ManagersOnly):
            await attempt
    assert [one.name for one in (await styles.list(7, 2)).servers] == ["house"]


async def test_there_is_room_for_so_many_and_for_so_many_letters(styles):
    for number in range(MOST_STYLES):
        await styles.save(ALICE, MINE, f"style {number}", "w" * WORDS_LIMIT)
    with pytest.raises(TooManyStyles):
        await styles.save(ALICE, MINE, "one more", "words")
    assert (await styles.save(ALICE, MINE, "STYLE 3", "words")).replaced
    assert len((await styles.list(7, 0)).own) == MOST_STYLES

    for name, words in (
        ("n" * (NAME_LIMIT + 1), "words"),
        (" \u200b ", "words"),
        ("name", " \n"),
        ("name", "w" * (WORDS_LIMIT + 1)),
    ):
        with pytest.raises(UnusableStyle):
            await styles.save(BOSS, MINE, name, words)
