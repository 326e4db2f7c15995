"""The private cards of /privacy: what is kept, a copy of it, and being forgotten."""

import discord

from bot.i18n import Sentences
from bot.privacy.forgetting import Remains
from bot.privacy.privacy import Policy
from bot.ui.parcels import Handed
from bot.ui.parts import BANANA, TROUBLE, card, rule, text

TOLD = ("kept", "time", "seen", "sent", "posted")
"""What the first card says, in this order."""
ASKED = ("stays", "posted", "back")
"""What is said beside what goes."""


class PrivacyCards:
    def __init__(self, sentences: Sentences, policy: Policy) -> None:
        self._say = sentences.say
        self._days = policy.days
        self._url = policy.url

    def shown(self, locale: str) -> discord.ui.LayoutView:
        """What is kept, for how long, who sees it, and two buttons."""
        lines = [self._say("privacy-title", locale)]
        lines += [
            self._time(locale) if one == "time" else self._say(f"privacy-{one}", locale)
            for one in TOLD
        ]
        return card(
            BANANA,
            text("\n\n".join(lines)),
            rule(),
            text(self._say("privacy-choices", locale)),
            self._buttons(locale),
        )

    def asked(self, remains: Remains, locale: str) -> discord.ui.LayoutView:
        """What goes for good, what stays, and the button that does it."""
        goes = self._say(
            "forget-goes",
            locale,
            jobs=remains.jobs,
            credits=self._say("credits", locale, credits=remains.credits),
        )
        told = (goes, *(self._say(f"forget-{one}", locale) for one in ASKED))
        row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow(
            discord.ui.Button(
                label=self._say("button-forget-surely", locale),
                style=discord.ButtonStyle.danger,
                custom_id="privacy:surely",
            ),
            discord.ui.Button(
                label=self._say("button-never-mind", locale), custom_id="privacy:stay"
            ),
        )
        return card(TROUBLE, text("\n\n".join([self._say("forget-title", locale), *told])), row)

    def forgotten(self, locale: str, *, done: bool) -> discord.ui.LayoutView:
        """Done, or as good as done."""
        return self._said("forget-done" if done else "forget-later", locale)

    def stayed(self, locale: str) -> discord.ui.LayoutView:
        """They thought better of it."""
        return self._said("forget-not", locale)

    def packing(self, locale: str) -> discord.ui.LayoutView:
        """A copy is being made."""
        return self._said("export-begun", locale)

    def part(self, number: int, file: str, locale: str) -> discord.ui.LayoutView:
        """One file of it."""
        return card(
            BANANA,
            text(self._say("export-part", locale, part=number)),
            discord.ui.File(f"attachment://{file}"),
        )

    def handed(self, handed: Handed, locale: str) -> discord.ui.LayoutView:
        """All of it is there."""
        if not handed.parts:
            return self._said("export-nothing", locale)
        key = "export-done" if handed.directly else "export-done-here"
        return card(BANANA, text(self._say(key, locale, parts=handed.parts)))

    def _said(self, key: str, locale: str) -> discord.ui.LayoutView:
        return card(BANANA, text(self._say(key, locale)))

    def _time(self, locale: str) -> str:
        if self._days is None:
            return self._say("privacy-time", locale)
        return self._say("privacy-time-days", locale, days=self._days)

    def _buttons(self, locale: str) -> discord.ui.ActionRow[discord.ui.LayoutView]:
        row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow(
            discord.ui.Button(
                label=self._say("button-export", locale), emoji="📦", custom_id="privacy:export"
            ),
            discord.ui.Button(
                label=self._say("button-forget", locale),
                style=discord.ButtonStyle.danger,
                custom_id="privacy:forget",
            ),
        )
        if self._url is not None:
            row.add_item(
                discord.ui.Button(label=self._say("button-privacy-policy", locale), url=self._url)
            )
        return row
