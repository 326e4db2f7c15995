"""A member's past pictures, page by page: found by words, model, day and star."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.db.database import Database, Row, Transaction
from bot.generation.request import ImageRef
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import queue, search
from bot.pressing import GalleryClosed, NoSuchDay
from bot.quotas.calendar import Calendar

PAGE = 9
"""What one contact sheet has."""
LOOK = 100
"""Pictures read at once where not all of them may be seen."""
MOST_LOOKS = 10
"""For one page; who looks on goes on from there."""
KEPT = 7 * 86_400 * 1_000_000
"""Microseconds for which the buttons of a page work."""
EVER = 2**62
SPANS = {"today": 0, "week": 6, "month": 29, "year": 364}
"""Days before today that a word stands for."""
STATEMENTS = {
    (False, False): "pictures_older",
    (False, True): "pictures_newer",
    (True, False): "favourites_older",
    (True, True): "favourites_newer",
}
"""By whether favourites are looked through, and whether towards the newer ones."""
Sees = Callable[[int | None], bool]
"""Whether who looks may see a channel, by its id."""


@dataclass(frozen=True, slots=True)
class View:
    """What `member_id` looks through: pictures of `maker_id`, 0 for anybody's.

    `guild_id` is the server it was opened in, None for none; `since` in microseconds UTC.
    """

    id: str
    member_id: int
    maker_id: int
    guild_id: int | None
    words: str = ""
    model: str = ""
    since: int = 0
    starred: bool = False

    @property
    def own(self) -> bool:
        """Whether all of it is theirs, so that nothing has to be hidden."""
        return self.maker_id == self.member_id


@dataclass(frozen=True, slots=True)
class Cursor:
    """A picture among others: the newest is first, and of one job the first."""

    at: int
    job_id: str
    picture: int


NEWEST = Cursor(EVER, "", 0)


@dataclass(frozen=True, slots=True)
class Print:
    """One picture of a page; `prompt` may be cut."""

    cursor: Cursor
    member_id: int
    channel_id: int | None
    model: str
    prompt: str
    image: ImageRef
    starred: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The newest first. `older` and `newer` are where its neighbours begin, None for no such page.

    `sheet` is a JPEG of them all, None where it could not be drawn or there are none.
    """

    view: View
    prints: tuple[Print, ...]
    older: Cursor | None
    newer: Cursor | None
    sheet: bytes | None


class Album:
    """`now` in microseconds UTC."""

    def __init__(
        self,
        *,
        database: Database,
        store: ImageStore,
        codec: Codec,
        calendar: Calendar,
        now: Callable[[], int],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._store = store
        self._codec = codec
        self._calendar = calendar
        self._now = now
        self._new_id = new_id

    async def open(
        self,
        member_id: int,
        *,
        maker_id: int,
        guild_id: int | None,
        sees: Sees,
        words: str = "",
        model: str = "",
        since: str = "",
        starred: bool = False,
    ) -> Page:
        """The first page, and buttons for the others; raises NoSuchDay.

        With `starred` and a `maker_id` of 0 they are whoever's they may be.
        """
        now = self._now()
        view = View(
            self._new_id(), member_id, maker_id, guild_id, words, model, self._since(since), starred
        )
        values = {
            "id": view.id,
            "member_id": member_id,
            "maker_id": maker_id,
            "guild_id": guild_id,
            "words": words,
            "model": model,
            "since": view.since,
            "starred": int(starred),
        }

        async def keep(tx: Transaction) -> None:
            await tx.run("drop_gallery_views", before=now - KEPT)
            await tx.run("open_gallery_view", **values, now=now)

        await self._database.write(keep)
        return await self._page(view, NEWEST, sees, newer=False)

    async def turn(
        self, view_id: str, member_id: int, cursor: Cursor, sees: Sees, *, newer: bool
    ) -> Page:
        """The page before or after a picture.

        Raises GalleryClosed where it is open no more, and for who did not open it.
        """
        row = await self._database.read(
            lambda tx: tx.one("gallery_view", id=view_id, member_id=member_id)
        )
        if row is None:
            raise GalleryClosed
        view = View(**{**row, "starred": bool(row["starred"])})
        page = await self._page(view, cursor, sees, newer=newer)
        if newer and page.newer is None:
            # The first page is a full one.
            return await self._page(view, NEWEST, sees, newer=False)
        return page

    async def _page(self, view: View, cursor: Cursor, sees: Sees, *, newer: bool) -> Page:
        found, further = await self._look(view, cursor, sees, newer=newer)
        prints = tuple(reversed(found) if newer else found)
        first, last = (prints[0].cursor, prints[-1].cursor) if prints else (cursor, cursor)
        further_on = further is not None
        before = first if (further_on if newer else cursor is not NEWEST) else None
        after = last if newer else further
        sheet = await self._draw(prints) if prints else None
        return Page(view, prints, older=after, newer=before, sheet=sheet)

    async def _look(
        self, view: View, cursor: Cursor, sees: Sees, *, newer: bool
    ) -> tuple[list[Print], Cursor | None]:
        """At most a page of pictures, and where to look on; None for nowhere."""
        statement = STATEMENTS[view.starred, newer]
        values = {
            "viewer_id": view.member_id,
            "maker_id": view.maker_id,
            "guild_id": view.guild_id,
            "model": view.model,
            "since": view.since,
            **search.patterns(view.words),
        }
        most = PAGE + 1 if view.own else LOOK
        shown: list[Print] = []
        for _ in range(MOST_LOOKS):
            at = {"at": cursor.at, "job_id": cursor.job_id, "position": cursor.picture}
            rows = await self._rows(statement, {**values, **at, "most": most})
            for row in rows:
                one = _print(row)
                if one.member_id != view.member_id and not sees(one.channel_id):
                    continue
                if len(shown) == PAGE:
                    return shown, shown[-1].cursor
                shown.append(one)
            if len(rows) < most:
                return shown, None
            cursor = _print(rows[-1]).cursor
        return shown, cursor

    async def _rows(self, statement: str, values: dict[str, object]) -> list[Row]:
        return await self._database.read(lambda tx: tx.all(statement, **values))

    async def _draw(self, prints: tuple[Print, ...]) -> bytes | None:
        images = [one.image for one in prints]
        files = [(self._store.path(image), self._store.small(image)) for image in images]
        return await self._codec.draw_contact_sheet(files, [one.starred for one in prints])

    def _since(self, said: str) -> int:
        """When the day begins that a word of SPANS or a date such as 2026-05-01 names."""
        said = said.strip().casefold()
        if not said:
            return 0
        if said in SPANS:
            day = self._calendar.date(self._now()) - timedelta(SPANS[said])
        elif (named := day_of(said)) is not None:
            day = named
        else:
            raise NoSuchDay(said)
        return max(0, self._calendar.midnight(day))


def day_of(said: str) -> date | None:
    """The day that a date such as 2026-05-01 names; None for what is none."""
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        return None


def _print(row: Row) -> Print:
    return Print(
        Cursor(row["created_at"], row["id"], row["position"]),
        row["member_id"],
        row["channel_id"],
        row["model"],
        row["prompt"],
        queue.image(row),
        bool(row["starred"]),
    )
