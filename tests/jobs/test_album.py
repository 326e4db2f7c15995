"""Past pictures page by page, favourites and posts, on both engines."""

from dataclasses import replace

import pytest

from bot.errors import JobUnknown
from bot.generation.pricing import Price
from bot.generation.request import GenerationRequest, ImageRef
from bot.images.store import ImageStore
from bot.jobs import queue, search
from bot.jobs.album import PAGE, Album
from bot.jobs.favourites import Favourites
from bot.jobs.history import History
from bot.jobs.job import Job, JobKind, JobState, Place, Stored
from bot.jobs.posts import STUCK, Post, Posts
from bot.pressing import GalleryClosed, NoSuchDay
from bot.quotas.limit import Who

ME, BOB = 7, 8
GUILD, CHANNEL, STAFF = 2**60 + 9, 50, 51
SECOND = 1_000_000
DAY = 86_400 * SECOND


class Paper:
    """Says how many thumbnails, and which of them have stars."""

    async def draw_contact_sheet(self, files, starred):
        return "".join("*" if one else "." for one in starred).encode()


class Wall:
    """Jobs that have made pictures, a second apart."""

    def __init__(self, books, folder):
        self.books, self.database = books, books.database
        now = lambda: books.now  # noqa: E731
        self.store = ImageStore(folder / "images")
        self.album = Album(
            database=books.database,
            store=self.store,
            codec=Paper(),
            calendar=books.bank.calendar,
            now=now,
            new_id=books.new_id,
        )
        self.favourites = Favourites(database=books.database, now=now)
        self.posts = Posts(database=books.database, now=now)
        self.history = History(database=books.database, studio=None, store=self.store, now=now)

    async def hang(
        self,
        prompt,
        *,
        member=ME,
        guild=GUILD,
        channel=CHANNEL,
        private=False,
        model="nano",
        count=1,
        state=JobState.DONE,
    ):
        self.books.now += SECOND
        held = await self.books.reserve(member, count)
        job = Job(
            id=self.books.new_id(),
            kind=JobKind.IMAGINE,
            state=JobState.QUEUED,
            place=Place(member, guild, channel, 4, 5, "token", "en-US", private, 1000),
            request=GenerationRequest(prompt=prompt, model=model, count=count),
            provider="google",
            price=Price(1, 1),
            account_id=held.account_id,
            reservation_id=held.reservation_id,
            created_at=self.books.now,
        )
        images = tuple(
            ImageRef(f"{job.id}{place:032x}", "image/png", 64, 64, 100) for place in range(count)
        )

        async def write(tx):
            await queue.add(tx, job)
            for place, image in enumerate(images):
                await queue.tie(tx, job.id, image, picture=place, now=job.created_at)
            await tx.query("UPDATE jobs SET state = :state WHERE id = :id", id=job.id, state=state)

        await self.database.write(write)
        return Stored(job.evolve(state=state), images)

    async def see(self, member=ME, maker=None, *, guild=GUILD, sees=(CHANNEL,), **wishes):
        """The first page."""
        return await self.album.open(
            member,
            maker_id=member if maker is None else maker,
            guild_id=guild,
            sees=lambda channel: channel in sees,
            **wishes,
        )

    async def found(self, *arguments, **wishes):
        return [one.prompt for one in (await self.see(*arguments, **wishes)).prints]

    async def turn(self, page, *, newer=False, member=ME, sees=(CHANNEL,)):
        cursor = page.newer if newer else page.older
        see = lambda channel: channel in sees  # noqa: E731
        return await self.album.turn(page.view.id, member, cursor, see, newer=newer)


@pytest.fixture
def wall(books, tmp_path):
    async def reserve(member, amount):
        return await books.database.write(
            lambda tx: books.bank.payers.reserve(tx, Who(member, 0), (), amount, reason="")
        )

    books.reserve = reserve
    return Wall(books, tmp_path)


def shown(page):
    return [(one.prompt, one.cursor.picture) for one in page.prints]


async def test_pages_are_turned_both_ways_and_no_picture_is_missed_or_shown_twice(wall):
    """Jobs of the same instant, of several pictures each, in pages that cut through them."""
    for number in range(8):
        await wall.hang(f"n{number}", count=3)
        if number % 2:
            wall.books.now -= SECOND
    await wall.hang("unfinished", state=JobState.RUNNING)
    await wall.hang("taken back", state=JobState.CANCELLED)
    first = await wall.see()
    assert (len(first.prints), first.newer, first.sheet) == (PAGE, None, b"." * PAGE)
    assert shown(first)[:4] == [("n7", 0), ("n7", 1), ("n7", 2), ("n6", 0)]
    second = await wall.turn(first)
    third = await wall.turn(second)
    everything = [one for page in (first, second, third) for one in shown(page)]
    assert len(everything) == len(set(everything)) == 24
    assert [len(page.prints) for page in (second, third)] == [9, 6]
    assert third.older is None
    back = await wall.turn(third, newer=True)
    assert shown(back) == shown(second)
    assert shown(await wall.turn(back, newer=True)) == shown(first)
    new = await wall.hang("newest of all")
    again = await wall.turn(back, newer=True)
    assert shown(again) == shown(first)
    assert shown(await wall.turn(again, newer=True))[0] == ("newest of all", 0)
    await wall.history.forget(new, ME)
    assert shown(await wall.see()) == shown(first)

    for view, member in ((first.view.id, BOB), ("0" * 32, ME)):
        with pytest.raises(GalleryClosed):
            await wall.album.turn(view, member, first.older, lambda _: True, newer=False)
    wall.books.now += 8 * DAY
    await wall.see(BOB)
    with pytest.raises(GalleryClosed):
        await wall.turn(first)


async def test_pictures_are_found_by_words_model_and_day(wall):
    """In any case and script; what means something to LIKE is looked for as it is written."""
    for prompt in (
        "A Red FOX in snow",
        "КРАСНАЯ лиса",
        "ÉTÉ à Paris, 100% wool_x",
        "灯塔在ＦＯＸ边",
    ):
        await wall.hang(prompt)
    old = "written down before it was folded, FOX"
    job = (await wall.hang(old, model="pro")).job
    await wall.database.write(
        lambda tx: tx.query("UPDATE jobs SET folded = NULL WHERE id = :id", id=job.id)
    )
    for words, wanted in (
        ("fox RED", ["A Red FOX in snow"]),
        ("красная Лиса", ["КРАСНАЯ лиса"]),
        ("été", ["ÉTÉ à Paris, 100% wool_x"]),
        ("100%", ["ÉTÉ à Paris, 100% wool_x"]),
        ("l_x", ["ÉTÉ à Paris, 100% wool_x"]),
        ("d_x", []),
        ("1%0", []),
        ("!", []),
        ("塔 fox", ["灯塔在ＦＯＸ边"]),
        ("fox", [old, "灯塔在ＦＯＸ边", "A Red FOX in snow"]),
        ("fox badger", []),
    ):
        assert await wall.found(words=words) == wanted, words
    assert await wall.found(model="pro") == [old]

    # 2026-11-21 in Berlin, which begins an hour before UTC's.
    assert len(await wall.found(since="today")) == 5
    assert len(await wall.found(since="2026-11-21")) == 5
    assert await wall.found(since="2026-11-22") == []
    wall.books.now += DAY
    await wall.hang("tomorrow")
    assert await wall.found(since="Today") == ["tomorrow"]
    assert len(await wall.found(since="week", words="o")) == 5
    page = await wall.see(since="2026-11-21")
    assert page.view.since == 1_795_262_400 * SECOND - 13 * 3600 * SECOND
    assert (await wall.see(since="0001-01-01")).view.since == 0
    for nonsense in ("yesterday-ish", "2026-13-01", "9" * 30):
        with pytest.raises(NoSuchDay):
            await wall.see(since=nonsense)


async def test_others_see_what_was_public_in_this_server_and_where_they_may_look(wall):
    await wall.hang("public")
    await wall.hang("private", private=True)
    await wall.hang("elsewhere", guild=3)
    await wall.hang("in a message", guild=None)
    await wall.hang("for staff", channel=STAFF)
    gone = await wall.hang("forgotten")
    await wall.history.forget(gone, ME)

    assert await wall.found(BOB, ME) == ["public"]
    assert await wall.found(BOB, ME, sees=(CHANNEL, STAFF)) == ["for staff", "public"]
    assert await wall.found(BOB, ME, guild=None) == []
    assert await wall.found(BOB, ME, guild=3, sees=(CHANNEL,)) == ["elsewhere"]
    assert len(await wall.found(ME)) == 5
    for number in range(26):  # more than one look
        await wall.hang(f"s{number}", channel=STAFF, count=4)
    page = await wall.see(BOB, ME)
    assert (shown(page), page.older) == ([("public", 0)], None)


async def test_a_star_is_a_members_own_and_goes_with_what_is_forgotten(wall):
    mine = await wall.hang("mine", count=2)
    secret = await wall.hang("my secret", private=True)
    theirs = await wall.hang("theirs", member=BOB)
    staff = await wall.hang("their staff's", member=BOB, channel=STAFF)
    abroad = await wall.hang("theirs abroad", member=BOB, guild=3)
    assert await wall.favourites.toggle(mine, 1, ME)
    for one in (secret, theirs, staff, abroad):
        assert await wall.favourites.toggle(one, 0, ME)
    assert await wall.favourites.has(mine, 1, ME)
    assert not await wall.favourites.has(mine, 1, BOB)
    for place in (-1, 2):
        with pytest.raises(JobUnknown):
            await wall.favourites.toggle(mine, place, ME)

    page = await wall.see(ME, 0, starred=True)
    assert shown(page) == [("theirs", 0), ("my secret", 0), ("mine", 1)]
    assert page.sheet == b"***"
    assert await wall.found(ME, BOB, starred=True) == ["theirs"]
    assert await wall.found(ME, ME, starred=True) == ["my secret", "mine"]
    assert await wall.found(ME, 0, starred=True, guild=None) == ["my secret", "mine"]
    assert await wall.found(ME, 0, starred=True, words="SECRET") == ["my secret"]
    assert (await wall.see(ME)).sheet == b"*.*"
    assert await wall.found(BOB, 0, starred=True) == []

    assert not await wall.favourites.toggle(mine, 1, ME)
    await wall.history.forget(theirs, BOB)
    assert await wall.found(ME, 0, starred=True) == ["my secret"]
    rows = await wall.database.read(lambda tx: tx.query("SELECT job_id FROM favourites"))
    assert {row["job_id"] for row in rows} == {
        one.job.id for one in (secret, staff, abroad)
    }  # none of what is forgotten


async def test_a_picture_is_posted_once_and_what_was_taken_away_meanwhile_is_not(wall):
    stored = await wall.hang("for the gallery", count=2)
    post = Post(stored.job, 0, GUILD, 60)
    assert await wall.posts.claim(post, BOB)
    assert not await wall.posts.claim(post, ME)
    await wall.posts.drop(post)
    assert await wall.posts.claim(post, BOB)
    wall.books.now += STUCK  # whoever sent it was stopped
    assert await wall.posts.claim(replace(post, channel_id=61), ME)
    assert await wall.posts.note(post, 99)
    wall.books.now += STUCK
    assert not await wall.posts.claim(post, ME)
    assert await wall.posts.of(stored.job) == [(61, 99)]
    assert await wall.found(BOB, 0, starred=True) == ["for the gallery"]

    other = replace(post, picture=1)
    assert await wall.posts.claim(other, ME)
    await wall.posts.withdraw(stored.job)
    assert not await wall.posts.note(other, 100)
    assert await wall.found(BOB, ME) == []
    assert await wall.posts.of(stored.job) == [(61, 99)]
    gone = await wall.hang("gone at once")
    late = Post(gone.job, 0, GUILD, 60)
    assert await wall.posts.claim(late, ME)
    await wall.history.forget(gone, ME)
    assert not await wall.posts.note(late, 101)


def test_no_more_words_are_looked_for_than_there_are_places():
    found = search.patterns("a B  ｃ d% e_ f! g")
    assert list(found.values()) == ["%a%", "%b%", "%c%", "%d!%%", "%e!_%"]
    assert set(search.patterns("").values()) == {"%"}
