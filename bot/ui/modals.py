"""Forms people fill in."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

import discord

from bot.generation.policy import PROMPT_LIMIT
from bot.generation.request import AspectRatio, Resolution
from bot.jobs.onward import Choices, Wish
from bot.jobs.service import Quote
from bot.ui.refusals import Say

MODAL_TEXT_LIMIT = min(PROMPT_LIMIT, 4000)
HINTS = ("modal-delete-hint", "modal-delete-others-hint")
"""Of deleting: for its maker, and for others."""
HOURS = 3600.0
"""Seconds for which a form that was opened is waited for; sending it is an interaction anew."""

Submit = Callable[[discord.Interaction, Wish], Awaitable[None]]


class EditModal(discord.ui.Modal):
    """What should change, in which of several `pictures`, with what else to work from.

    `submit` gets the interaction that brought it, and the wish.
    """

    def __init__(
        self, *, say: Say, locale: str, pictures: int, choices: Choices, submit: Submit
    ) -> None:
        super().__init__(title=say("modal-edit-title", locale), timeout=HOURS)
        self._submit = submit
        self._which = _which(say, locale, pictures)
        self._words: discord.ui.TextInput[EditModal] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder=say("modal-edit-placeholder", locale),
            max_length=MODAL_TEXT_LIMIT,
        )
        self._uploads: discord.ui.FileUpload[EditModal] = discord.ui.FileUpload(
            required=False, max_values=max(1, choices.uploads)
        )
        self._ratio = _ratios(say, locale, choices, None)
        self._size = _sizes(say, locale, choices)
        if pictures > 1:
            self.add_item(discord.ui.Label(text=say("modal-which", locale), component=self._which))
        self.add_item(
            discord.ui.Label(
                text=say("modal-edit-label", locale),
                description=_charged(say, locale, choices.usual),
                component=self._words,
            )
        )
        if choices.uploads > 0:
            text = say("modal-edit-uploads", locale)
            self.add_item(discord.ui.Label(text=text, component=self._uploads))
        self.add_item(discord.ui.Label(text=say("modal-ratio", locale), component=self._ratio))
        self.add_item(discord.ui.Label(text=say("modal-size", locale), component=self._size))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._submit(
            interaction,
            Wish(
                self._words.value,
                _number(self._which),
                tuple(self._uploads.values),
                aspect_ratio=_ratio(self._ratio),
                resolution=_size(self._size),
            ),
        )


class RemixModal(discord.ui.Modal):
    """The same request with other words; `prompt` is there already."""

    def __init__(
        self,
        *,
        say: Say,
        locale: str,
        prompt: str,
        ratio: AspectRatio,
        count: int,
        choices: Choices,
        submit: Submit,
    ) -> None:
        super().__init__(title=say("modal-remix-title", locale), timeout=HOURS)
        self._submit = submit
        self._words: discord.ui.TextInput[RemixModal] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            default=prompt[:MODAL_TEXT_LIMIT],
            max_length=MODAL_TEXT_LIMIT,
        )
        self._ratio = _ratios(say, locale, choices, ratio)
        self._size = _sizes(say, locale, choices)
        self._count: discord.ui.Select[discord.ui.Modal] = _select(
            (str(n), say("modal-count-pictures", locale, count=n), n == count) for n in range(1, 5)
        )
        self.add_item(
            discord.ui.Label(
                text=say("modal-remix-label", locale),
                description=_charged(say, locale, choices.usual),
                component=self._words,
            )
        )
        self.add_item(discord.ui.Label(text=say("modal-ratio", locale), component=self._ratio))
        self.add_item(discord.ui.Label(text=say("modal-size", locale), component=self._size))
        self.add_item(discord.ui.Label(text=say("modal-count", locale), component=self._count))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._submit(
            interaction,
            Wish(
                self._words.value,
                aspect_ratio=_ratio(self._ratio),
                resolution=_size(self._size),
                count=_number(self._count) or 1,
            ),
        )


class PickModal(discord.ui.Modal):
    """Which of several pictures; `hint` says what becomes of it, such as a price."""

    def __init__(
        self,
        *,
        say: Say,
        locale: str,
        title: str,
        pictures: int,
        submit: Callable[[discord.Interaction, int], Awaitable[None]],
        hint: str | None = None,
    ) -> None:
        super().__init__(title=title, timeout=HOURS)
        self._submit = submit
        self._which = _which(say, locale, pictures)
        label = say("modal-which", locale)
        self.add_item(discord.ui.Label(text=label, description=hint, component=self._which))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._submit(interaction, _number(self._which))


class DeleteModal(discord.ui.Modal):
    """Whether a picture goes; `submit` is told whether from its maker's history too.

    `gallery` is for one whose message is elsewhere; `posted` is whether it has one at all.
    """

    def __init__(
        self,
        *,
        say: Say,
        locale: str,
        maker: bool,
        submit: Callable[[discord.Interaction, bool], Awaitable[None]],
        gallery: bool = False,
        posted: bool = True,
    ) -> None:
        super().__init__(title=say("modal-delete-title", locale), timeout=HOURS)
        self._submit = submit
        here, history = ("posted", "everywhere") if gallery else ("here", "history")
        places = [*([here] if posted else []), *([history] if maker else [])]
        self._where: discord.ui.Select[discord.ui.Modal] = _select(
            (place, say(f"modal-delete-{place}", locale), place == places[0]) for place in places
        )
        self._usual, self._history = places[0], history
        hints = ("gallery-delete-hint", "gallery-delete-others-hint") if gallery else HINTS
        self.add_item(discord.ui.TextDisplay(say(hints[0 if maker else 1], locale)))
        text = say("modal-delete-label", locale)
        self.add_item(discord.ui.Label(text=text, component=self._where))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        chosen = _chosen(self._where) or self._usual
        await self._submit(interaction, chosen == self._history)


def _which(say: Say, locale: str, pictures: int) -> discord.ui.Select[discord.ui.Modal]:
    return _select(
        (str(number), say("modal-picture", locale, number=number + 1), number == 0)
        for number in range(pictures)
    )


def _ratios(
    say: Say, locale: str, choices: Choices, usual: AspectRatio | None
) -> discord.ui.Select[discord.ui.Modal]:
    """Every ratio the model has; the first leaves it to the model and the picture."""
    auto = (AspectRatio.AUTO, say("modal-ratio-auto", locale), usual in (None, AspectRatio.AUTO))
    return _select([auto, *((ratio, ratio, ratio is usual) for ratio in choices.ratios)])


def _sizes(say: Say, locale: str, choices: Choices) -> discord.ui.Select[discord.ui.Modal]:
    return _select(
        (
            quote.resolution,
            say(
                "modal-size-price",
                locale,
                resolution=quote.resolution,
                price=say("credits", locale, credits=quote.price.credits),
            ),
            quote.resolution == choices.usual.resolution,
        )
        for quote in choices.sizes
    )


def _select(options: Iterable[tuple[str, str, bool]]) -> discord.ui.Select[discord.ui.Modal]:
    """One of several values, each with its label and whether it is chosen at first."""
    return discord.ui.Select(
        options=[
            discord.SelectOption(value=value, label=label, default=default)
            for value, label, default in options
        ],
        required=False,
    )


def _charged(say: Say, locale: str, quote: Quote) -> str:
    price = say("credits", locale, credits=quote.price.credits)
    return say("modal-edit-price", locale, price=price)


def _chosen(select: discord.ui.Select[discord.ui.Modal]) -> str | None:
    values: Sequence[str] = select.values
    return next(iter(values), None)


def _number(select: discord.ui.Select[discord.ui.Modal]) -> int:
    return int(_chosen(select) or 0)


def _ratio(select: discord.ui.Select[discord.ui.Modal]) -> AspectRatio | None:
    chosen = _chosen(select)
    return AspectRatio(chosen) if chosen else None


def _size(select: discord.ui.Select[discord.ui.Modal]) -> Resolution | None:
    chosen = _chosen(select)
    return Resolution(chosen) if chosen else None
