"""The card of /preferences: what somebody likes best, each with a list to change it."""

import discord

from bot.i18n import Sentences
from bot.people.defaults import Defaults
from bot.people.setting import OWN, Range, Setting
from bot.ui.parts import BANANA, card, text
from bot.ui.settings_cards import SettingsCards

NONE = "-"
"""The value of the option that takes a choice back."""


class PreferenceCards:
    def __init__(self, sentences: Sentences, choices: Range) -> None:
        self._say = sentences.say
        self._settings = SettingsCards(sentences, choices)

    def shown(
        self, chosen: Defaults, locale: str, *, changed: Setting | None = None
    ) -> discord.ui.LayoutView:
        """For whose they are alone."""
        head = [self._say("preferences-title", locale), self._say("preferences-about", locale)]
        if changed is not None:
            name = self._say(f"setting-{changed}", locale)
            head.append(self._say("settings-changed", locale, name=name))
        items: list[discord.ui.Item[discord.ui.LayoutView]] = [text("\n".join(head))]
        for setting in OWN:
            items += self._row(setting, getattr(chosen, setting), locale)
        return card(BANANA, *items)

    def _row(
        self, setting: Setting, value: object, locale: str
    ) -> list[discord.ui.Item[discord.ui.LayoutView]]:
        unset = self._say("preferences-unset", locale)
        said = self._settings.default(setting, value, locale) or unset
        name = self._say(f"setting-{setting}", locale)
        select: discord.ui.Select[discord.ui.LayoutView] = discord.ui.Select(
            custom_id=f"preferences:{setting}",
            placeholder=name,
            options=[
                discord.SelectOption(label=unset, value=NONE, default=value is None),
                *self._settings.options(setting, value, locale),
            ],
        )
        line = self._say("settings-line", locale, name=name, value=said)
        return [text(line), discord.ui.ActionRow(select)]
