"""The cards of /gallery: a page of thumbnails, one picture, and what goes to a gallery channel."""

from collections.abc import Iterator
from io import BytesIO

import discord
from discord.utils import format_dt

from bot.i18n import Sentences
from bot.jobs.album import Cursor, Page, Print
from bot.jobs.delivery import Picture
from bot.jobs.job import Stored
from bot.ui.buttons import Row
from bot.ui.cards import Cards, harmless, quoted
from bot.ui.parts import BANANA, card, text
from bot.ui.times import moment

SHEET = "gallery.jpg"
LABEL = 90
WORDS_SHOWN = 60
"""Characters of a prompt in a line; there are nine of them, and quoting may double each."""
Button = discord.ui.Button[discord.ui.LayoutView]


class GalleryCards:
    def __init__(self, *, sentences: Sentences, cards: Cards) -> None:
        self._say = sentences.say
        self._cards = cards

    def page(self, page: Page, locale: str) -> discord.ui.LayoutView:
        """To be sent with the file of `sheet`."""
        items: list[discord.ui.Item[discord.ui.LayoutView]] = [text(self._head(page, locale))]
        if page.sheet:
            alt = self._say("gallery-alt", locale, count=len(page.prints))
            picture = discord.MediaGalleryItem(f"attachment://{SHEET}", description=alt)
            items.append(discord.ui.MediaGallery(picture))
        if page.prints:
            items.append(text("\n".join(self._lines(page, locale))))
            items.append(discord.ui.ActionRow(self._select(page, locale)))
        if page.older or page.newer:
            items.append(
                discord.ui.ActionRow(
                    self._turn("newer", page, page.newer, locale),
                    self._turn("older", page, page.older, locale),
                )
            )
        return card(BANANA, *items)

    def sheet(self, page: Page) -> list[discord.File]:
        """The picture on the page, where there is one."""
        return [discord.File(BytesIO(page.sheet), filename=SHEET)] if page.sheet else []

    def picture(
        self,
        stored: Stored,
        picture: Picture,
        name: str,
        locale: str,
        *,
        starred: bool,
        postable: bool,
        removable: bool,
    ) -> discord.ui.LayoutView:
        """One picture for who looks at it, to be sent with the file called `name`."""
        place = picture.number - 1
        which = f"{stored.job.id}:{place}"
        buttons = [
            self._button("button-open", "🖼️", f"gallery:open:{which}", locale),
            self._button("button-edit", "✏️", f"edit:{which}", locale),
            self._button("button-star", "⭐", f"star:{which}", locale),
        ]
        if postable:
            buttons.append(self._button("button-to-gallery", "🏛️", f"gallery:post:{which}", locale))
        if removable:
            buttons.append(self._button("button-delete", "🗑️", f"gallery:delete:{which}", locale))
        lines = [self._about(stored, place, locale)]
        if starred:
            lines.append(self._say("gallery-starred", locale))
        return card(
            BANANA,
            text(quoted(stored.job.request.prompt)),
            self._shown(stored, name),
            text("\n".join(f"-# {line}" for line in lines)),
            discord.ui.ActionRow(*buttons),
        )

    def exhibit(
        self, stored: Stored, picture: int, name: str, locale: str, *, chosen_by: int
    ) -> discord.ui.LayoutView:
        """A picture in a server's gallery channel, to be sent with the file called `name`."""
        maker = stored.job.place.member_id
        head = self._say("gallery-by", locale, member=f"<@{maker}>")
        lines = [self._about(stored, picture, locale)]
        if chosen_by != maker:
            lines.append(self._say("gallery-chosen-by", locale, member=f"<@{chosen_by}>"))
        which = f"{stored.job.id}:{picture}"
        return card(
            BANANA,
            text(f"{head}\n{quoted(stored.job.request.prompt)}"),
            self._shown(stored, name),
            text("\n".join(f"-# {line}" for line in lines)),
            discord.ui.ActionRow(
                self._button("button-star", "⭐", f"star:{which}", locale),
                self._button("button-edit", "✏️", f"edit:{which}", locale),
            ),
        )

    def starred(
        self, stored: Stored, picture: int, locale: str, *, starred: bool, postable: bool
    ) -> discord.ui.LayoutView:
        """A picture was starred, or its star taken back."""
        said = text(self._say("gallery-star-on" if starred else "gallery-star-off", locale))
        if not postable:
            return card(BANANA, said)
        which = f"{stored.job.id}:{picture}"
        button = self._button("button-to-gallery", "🏛️", f"gallery:post:{which}", locale)
        row: Row = discord.ui.ActionRow(button)
        return card(BANANA, said, row)

    def posted(self, channel_id: int, link: str, locale: str) -> discord.ui.LayoutView:
        """A picture is in the gallery channel."""
        said = self._say("gallery-posted", locale, channel=f"<#{channel_id}>", link=link)
        return card(BANANA, text(said))

    def _head(self, page: Page, locale: str) -> str:
        view = page.view
        if view.own and not view.starred:
            title = self._say("gallery-title", locale)
        elif view.maker_id in (0, view.member_id):
            title = self._say("gallery-title-starred", locale)
        else:
            key = "gallery-title-starred-of" if view.starred else "gallery-title-of"
            title = self._say(key, locale, member=f"<@{view.maker_id}>")
        chosen = [*self._chosen(page, locale)]
        lines = [title, *([f"-# {' · '.join(chosen)}"] if chosen else [])]
        if not page.prints and view.starred and not chosen:
            lines.append(self._say("gallery-no-favourites", locale))
        elif not page.prints:
            lines.append(self._say("gallery-none" if chosen else "gallery-empty", locale))
        return "\n".join(lines)

    def _chosen(self, page: Page, locale: str) -> Iterator[str]:
        """What was looked for."""
        view = page.view
        if view.words:
            yield self._say("gallery-words", locale, words=harmless(_line_of(view.words)))
        if view.model:
            yield harmless(self._cards.model_name(view.model))
        if view.since:
            day = format_dt(moment(view.since), "D")
            yield self._say("gallery-since", locale, day=day)

    def _lines(self, page: Page, locale: str) -> Iterator[str]:
        for number, one in enumerate(page.prints, start=1):
            words = quoted(_line_of(one.prompt), WORDS_SHOWN).removeprefix("> ")
            when = format_dt(moment(one.cursor.at), "d")
            line = self._say("gallery-line", locale, number=number, words=words, when=when)
            if page.view.maker_id == 0 and one.member_id != page.view.member_id:
                line = self._say("gallery-line-by", locale, line=line, member=f"<@{one.member_id}>")
            yield f"{line} ⭐" if one.starred else line

    def _select(self, page: Page, locale: str) -> discord.ui.Select[discord.ui.LayoutView]:
        return discord.ui.Select(
            custom_id="gallery:pick",
            placeholder=self._say("select-picture", locale),
            options=[_option(number, one) for number, one in enumerate(page.prints, start=1)],
        )

    def _turn(self, way: str, page: Page, cursor: Cursor | None, locale: str) -> Button:
        at = cursor or Cursor(0, "0" * 32, 0)
        newer = way == "newer"
        return discord.ui.Button(
            label=self._say("button-newer" if newer else "button-older", locale),
            emoji="◀️" if newer else "▶️",
            custom_id=f"gallery:{way}:{page.view.id}:{at.at:x}.{at.job_id}.{at.picture}",
            disabled=cursor is None,
        )

    def _about(self, stored: Stored, picture: int, locale: str) -> str:
        job, image = stored.job, stored.results[picture]
        return self._say(
            "gallery-about",
            locale,
            model=self._cards.nickname(job),
            pixels=f"{image.width}×{image.height}",
            when=format_dt(moment(job.created_at), "f"),
            job=job.id[-8:],
        )

    def _shown(self, stored: Stored, name: str) -> discord.ui.MediaGallery[discord.ui.LayoutView]:
        alt = stored.job.request.prompt[:1000]
        item = discord.MediaGalleryItem(f"attachment://{name}", description=alt)
        return discord.ui.MediaGallery(item)

    def _button(self, key: str, emoji: str, custom_id: str, locale: str) -> Button:
        label = self._say(key, locale)
        return discord.ui.Button(label=label, emoji=emoji, custom_id=custom_id)


def _option(number: int, one: Print) -> discord.SelectOption:
    label = f"{number} · {_line_of(one.prompt)}"[:LABEL]
    return discord.SelectOption(
        label=label,
        value=f"{one.cursor.job_id}:{one.cursor.picture}",
        emoji="⭐" if one.starred else None,
    )


def _line_of(prompt: str) -> str:
    return " ".join(prompt.split())
