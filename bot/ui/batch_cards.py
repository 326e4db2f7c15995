"""The cards of a batch: what is wrong with its list, its price, how far it is, what came of it."""

from collections.abc import Sequence

import discord
from discord.utils import format_dt

from bot.jobs.batch import Course, Item, Piece, fate
from bot.jobs.batches import Proposal
from bot.jobs.delivery import Picture
from bot.jobs.history import short
from bot.jobs.lines import Fault
from bot.jobs.payers import PaidBy
from bot.ui.cards import Cards, harmless
from bot.ui.parts import BANANA, TROUBLE, card, rule, text
from bot.ui.refusals import Say
from bot.ui.times import moment

FAULTS_LENGTH = 3500
"""Characters of what is wrong with a list; a card holds 4,000 in all."""
TROUBLES_SHOWN, SORTS_SHOWN = 12, 8
WORDS_SHOWN = 60
"""Characters of a prompt among others."""
ALT_TEXT = 1000
LABEL = 100
BAR = 10
Row = discord.ui.ActionRow[discord.ui.LayoutView]


class BatchCards:
    """Cards in the language of who asked; what only they see in the language of who looks."""

    def __init__(self, *, cards: Cards, say: Say) -> None:
        self._cards = cards
        self._say = say

    def faults(self, faults: Sequence[Fault], locale: str) -> discord.ui.LayoutView:
        """Every line that cannot be drawn and why; nothing was held."""
        lines = [self._say("batch-faults", locale, count=len(faults))]
        for number, fault in enumerate(faults):
            why = self._cards.sentence(fault.error, locale)
            line = self._say("batch-fault", locale, line=fault.number, why=why)
            if sum(map(len, [*lines, line])) > FAULTS_LENGTH:
                lines.append(self._say("batch-more", locale, count=len(faults) - number))
                break
            lines.append(line)
        lines.append(f"-# {self._say('batch-nothing-held', locale)}")
        return card(TROUBLE, text("\n".join(lines)))

    def asked(self, proposal: Proposal, locale: str) -> discord.ui.LayoutView:
        """What it costs and what that is made of, who would pay, and the buttons."""
        price = self._cards.credits(proposal.credits, locale)
        count = proposal.pictures
        key = "batch-asked"
        if proposal.changed or proposal.repaid:
            key = "batch-asked-changed" if proposal.changed else "batch-asked-payer"
        lines = [self._say(key, locale, count=count, price=price)]
        sorts = proposal.sorts
        lines += [
            self._say(
                "batch-sort",
                locale,
                count=one.pictures,
                model=self._cards.model_name(one.model),
                resolution=one.resolution,
                each=self._cards.credits(one.credits, locale),
                price=self._cards.credits(one.credits * one.pictures, locale),
            )
            for one in sorts[:SORTS_SHOWN]
        ]
        if len(sorts) > SORTS_SHOWN:
            lines.append(self._say("batch-more", locale, count=len(sorts) - SORTS_SHOWN))
        until = format_dt(moment(proposal.batch.open_until), "R")
        lines += [
            f"-# {self._payer(proposal, locale)}",
            f"-# {self._say('confirm-until', locale, until=until)}",
        ]
        batch_id = proposal.batch.id
        row: Row = discord.ui.ActionRow(
            discord.ui.Button(
                label=self._say("button-batch-draw", locale, count=count, price=price),
                emoji="🍌",
                style=discord.ButtonStyle.success,
                custom_id=f"batch:draw:{batch_id}:{proposal.paid_by}",
            ),
            discord.ui.Button(
                label=self._say("button-never-mind", locale), custom_id=f"batch:drop:{batch_id}"
            ),
        )
        return card(BANANA, text("\n".join(lines)), row)

    def taken(self, locale: str) -> discord.ui.LayoutView:
        """In place of the question's buttons."""
        return card(BANANA, text(self._say("confirm-taken", locale)))

    def declined(self, locale: str) -> discord.ui.LayoutView:
        """In place of the question's buttons."""
        return card(BANANA, text(self._say("confirm-declined", locale)))

    def accepted(self, proposal: Proposal, locale: str) -> discord.ui.LayoutView:
        """The first card, before the credits are held."""
        price = self._cards.credits(proposal.credits, locale)
        head = self._say("batch-title", locale, count=proposal.pictures, price=price)
        return card(BANANA, text(f"{head}\n{self._say('card-accepted', locale)}"))

    def progress(self, course: Course, ready_at: int | None) -> discord.ui.LayoutView:
        """How far it is, and the button that takes back the rest."""
        batch, locale = course.batch, course.batch.place.locale
        counts = course.counts
        done = BAR * counts.ended // max(1, counts.asked)
        member = f"<@{batch.place.member_id}>"
        lines = [
            self._title(course),
            f"-# {self._say('batch-by', locale, member=member)}",
            self._say("batch-bar", locale, bar="▰" * done + "▱" * (BAR - done), done=counts.ended),
            self._tally(course),
        ]
        if batch.cancelled_at is not None:
            lines.append(self._say("batch-cancelling", locale))
        elif ready_at is not None:
            ready = format_dt(moment(ready_at), "R")
            lines.append(f"-# {self._say('card-ready', locale, ready=ready)}")
        if batch.deliver_tries:
            lines.append(self._say("batch-kept", locale))
        rows: list[Row] = []
        if batch.cancelled_at is None and counts.left:
            rows.append(self._button("button-cancel", "✖️", f"batch:cancel:{batch.id}", locale))
        return card(BANANA, text("\n".join(lines)), *rows)

    def over(self, course: Course, link: str | None) -> discord.ui.LayoutView:
        """What it came to; `link` is where the archive is."""
        locale = course.batch.place.locale
        lines = [self._title(course), self._ended(course), self._tally(course)]
        if link is not None:
            lines.append(self._say("batch-archive-there", locale, link=link))
        return self._with_troubles(course, lines)

    def pictures(
        self, course: Course, shown: Sequence[tuple[Piece, str, Picture]]
    ) -> discord.ui.LayoutView:
        """Some of its pictures, by the file names they are uploaded under, and a menu of them."""
        locale = course.batch.place.locale
        lines = [self._say("batch-pictures", locale, batch=short(course.batch.id))]
        lines += [
            f"`{piece.item.line}` {_words(piece.item)} · `{short(piece.item.job_id)}`"
            for piece, _, _ in shown
        ]
        gallery = discord.ui.MediaGallery[discord.ui.LayoutView](
            *(
                discord.MediaGalleryItem(
                    f"attachment://{name}", description=piece.item.prompt[:ALT_TEXT]
                )
                for piece, name, _ in shown
            )
        )
        items = {piece.item.job_id: piece.item for piece, _, _ in shown}
        menu: discord.ui.Select[discord.ui.LayoutView] = discord.ui.Select(
            custom_id=f"batch:open:{course.batch.id}",
            placeholder=self._say("select-batch-picture", locale),
            options=[
                discord.SelectOption(
                    label=f"{item.line} · {' '.join(item.prompt.split())}"[:LABEL],
                    value=job_id,
                )
                for job_id, item in items.items()
            ],
        )
        return card(BANANA, gallery, text("\n".join(lines)), discord.ui.ActionRow(menu))

    def archive(
        self, course: Course, names: Sequence[str], *, first: int, of: int
    ) -> discord.ui.LayoutView:
        """ZIP files, the last of them with what it all came to."""
        locale = course.batch.place.locale
        last = first + len(names) - 1
        lines = [self._title(course), self._part(first, last, of, locale)]
        files = [discord.ui.File[discord.ui.LayoutView](f"attachment://{name}") for name in names]
        if last < of:
            return card(BANANA, text("\n".join(lines)), *files)
        lines[1:1] = [self._ended(course), self._tally(course)]
        return card(BANANA, text("\n".join(lines)), *files)

    def fetched(
        self, course: Course, names: Sequence[str], locale: str, *, first: int, of: int
    ) -> discord.ui.LayoutView:
        """ZIP files for who asked for them once more."""
        last = first + len(names) - 1
        said = self._part(first, last, of, locale)
        files = [discord.ui.File[discord.ui.LayoutView](f"attachment://{name}") for name in names]
        return card(BANANA, text(f"{self._title(course, locale)}\n{said}"), *files)

    def mine(self, courses: Sequence[Course], locale: str) -> discord.ui.LayoutView:
        """A member's batches, and a menu to have the pictures of one."""
        lines = [self._say("batch-mine", locale)]
        for course in courses:
            when = format_dt(moment(course.batch.begun_at or course.batch.asked_at), "R")
            title = self._title(course, locale)
            lines.append(f"{title} · {when}\n-# {self._tally(course, locale)}")
        lines.append(f"-# {self._say('batch-how', locale)}")
        there = [course for course in courses if course.pieces]
        if not there:
            return card(BANANA, text("\n".join(lines)))
        menu: discord.ui.Select[discord.ui.LayoutView] = discord.ui.Select(
            custom_id="batch:fetch",
            placeholder=self._say("select-batch", locale),
            options=[
                discord.SelectOption(label=self._label(course, locale), value=course.batch.id)
                for course in there
            ],
        )
        return card(BANANA, text("\n".join(lines)), discord.ui.ActionRow(menu))

    def _label(self, course: Course, locale: str) -> str:
        words = " ".join(course.items[0].prompt.split())[:LABEL]
        name, pictures = short(course.batch.id), len(course.pieces)
        label = self._say("batch-label", locale, batch=name, count=pictures, words=words)
        return label[:LABEL]

    def _title(self, course: Course, locale: str | None = None) -> str:
        locale = locale or course.batch.place.locale
        return self._say(
            "batch-title-named",
            locale,
            batch=short(course.batch.id),
            count=course.counts.asked,
            price=self._cards.credits(course.batch.credits, locale),
        )

    def _part(self, first: int, last: int, of: int, locale: str) -> str:
        if of == 1:
            return self._say("batch-archive", locale)
        key = "batch-archive-one" if first == last else "batch-archive-part"
        said = self._say(key, locale, first=first, last=last, of=of)
        return said if first > 1 else f"{said}\n-# {self._say('batch-archive-list', locale)}"

    def _ended(self, course: Course) -> str:
        locale = course.batch.place.locale
        key = "batch-over" if course.batch.cancelled_at is None else "batch-over-cancelled"
        member_id = course.batch.place.member_id
        paid = self._cards.charged(course.charged, course.paid_by, member_id, locale)
        return self._say(key, locale, paid=paid)

    def _tally(self, course: Course, locale: str | None = None) -> str:
        """How many pictures came to what; what there is none of is left out."""
        counts = course.counts
        said = [
            self._say(f"batch-{what}", locale or course.batch.place.locale, count=count)
            for what in ("drawn", "refused", "failed", "cancelled", "running", "waiting")
            if (count := getattr(counts, what)) or what == "drawn"
        ]
        return " · ".join(said)

    def _with_troubles(self, course: Course, lines: Sequence[str]) -> discord.ui.LayoutView:
        """With the lines of which something is missing, and why."""
        locale = course.batch.place.locale
        troubled = list(course.troubled)
        if not troubled:
            return card(BANANA, text("\n".join(lines)))
        missing = [
            self._say(
                "batch-missing",
                locale,
                line=item.line,
                what=self._say(f"batch-fate-{fate(item)}", locale),
                words=_words(item),
            )
            for item in troubled[:TROUBLES_SHOWN]
        ]
        if len(troubled) > TROUBLES_SHOWN:
            missing.append(self._say("batch-more", locale, count=len(troubled) - TROUBLES_SHOWN))
        missing.append(f"-# {self._say('batch-missing-free', locale)}")
        return card(BANANA, text("\n".join(lines)), rule(), text("\n".join(missing)))

    def _payer(self, proposal: Proposal, locale: str) -> str:
        if proposal.paid_by is PaidBy.TEAM:
            return self._say("confirm-paid-team", locale, name=harmless(proposal.team))
        by_server = proposal.paid_by is PaidBy.SERVER
        return self._say("confirm-paid-server" if by_server else "confirm-paid-member", locale)

    def _button(self, key: str, emoji: str, custom_id: str, locale: str) -> Row:
        return discord.ui.ActionRow(
            discord.ui.Button(label=self._say(key, locale), emoji=emoji, custom_id=custom_id)
        )


def _words(item: Item) -> str:
    words = " ".join(item.prompt.split())
    return harmless(words if len(words) <= WORDS_SHOWN else f"{words[: WORDS_SHOWN - 1]}…")
