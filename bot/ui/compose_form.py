"""The form of /compose: a prompt in five parts, with suggestions where a list of them helps."""

from collections.abc import Awaitable, Callable, Iterable

import discord

from bot.generation.composition import LIGHTS, MOST_LIGHTS, STYLES, VIEWS, Composition
from bot.ui.modals import HOURS
from bot.ui.refusals import Say

SUBJECT_LENGTH, PLACE_LENGTH, DETAILS_LENGTH = 1000, 300, 1000
ANY = "any"
"""Leaves the style to the model, or to what else goes along."""

Composed = Callable[[discord.Interaction, str], Awaitable[None]]


class ComposeForm(discord.ui.Modal):
    """`submit` gets the interaction that brought it and the prompt, in the form's language.

    Suggestions are words of that language: they are part of what the person says.
    """

    def __init__(self, *, say: Say, locale: str, submit: Composed) -> None:
        super().__init__(title=say("compose-title", locale), timeout=HOURS)
        self._submit = submit
        self._words = {one: say(f"suggestion-{one}", locale) for one in (*STYLES, *LIGHTS, *VIEWS)}
        self._subject = self._text(say("compose-subject-hint", locale), SUBJECT_LENGTH, needed=True)
        any_style = discord.SelectOption(
            label=say("compose-style-any", locale), value=ANY, default=True
        )
        self._style: discord.ui.Select[ComposeForm] = discord.ui.Select(
            options=[any_style, *self._options(STYLES)], required=False
        )
        self._place = self._text(say("compose-environment-hint", locale), PLACE_LENGTH)
        self._lighting: discord.ui.Select[ComposeForm] = discord.ui.Select(
            options=self._options((*LIGHTS, *VIEWS)),
            placeholder=say("compose-lighting-hint", locale),
            min_values=0,
            max_values=MOST_LIGHTS,
            required=False,
        )
        self._details = self._text(say("compose-details-hint", locale), DETAILS_LENGTH)
        parts: tuple[tuple[str, discord.ui.Item[ComposeForm]], ...] = (
            (say("compose-subject", locale), self._subject),
            (say("compose-style", locale), self._style),
            (say("compose-environment", locale), self._place),
            (say("compose-lighting", locale), self._lighting),
            (say("compose-details", locale), self._details),
        )
        for label, component in parts:
            self.add_item(discord.ui.Label(text=label, component=component))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._submit(interaction, self._composition().prompt)

    def _composition(self) -> Composition:
        """What was chosen are data from outside: only what was suggested becomes words."""
        known = self._words
        return Composition(
            self._subject.value,
            style=next((known[one] for one in self._style.values if one in STYLES), ""),
            environment=self._place.value,
            lighting=tuple(known[one] for one in self._lighting.values if one in known),
            details=self._details.value,
        )

    def _options(self, suggestions: Iterable[str]) -> list[discord.SelectOption]:
        return [discord.SelectOption(label=self._words[one], value=one) for one in suggestions]

    def _text(
        self, hint: str, length: int, *, needed: bool = False
    ) -> discord.ui.TextInput["ComposeForm"]:
        long = length > PLACE_LENGTH
        return discord.ui.TextInput(
            style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
            placeholder=hint,
            max_length=length,
            required=needed,
        )
