"""The card of /help, and the first one in a new server."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.i18n import Sentences
from bot.people.setting import Setting
from bot.ui.parts import BANANA, card, rule, text

FIRST = (Setting.CHANNELS, Setting.MAX_CREDITS, Setting.LANGUAGE)
"""What the managers of a new server may want to set at once."""
LIST_LENGTH, MANAGERS_LENGTH = 1700, 900
"""Characters of the two lists of commands; a card holds 4,000 in all."""
ALL = "all"


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as it is typed everywhere, and the keys of what it does and of what it is called
    in the reader's language. Only managers `manage`.
    """

    name: str
    about: str
    called: str
    manage: bool = False


class HelpCards:
    """`payers` is who is asked first to pay, by the operator's word for each."""

    def __init__(self, *, sentences: Sentences, payers: Sequence[str]) -> None:
        self._say = sentences.say
        self._payers = payers

    def help(
        self, commands: Sequence[Listed], locale: str, *, here: int | None, manages: bool
    ) -> discord.ui.LayoutView:
        """Everything in one card; `here` is the server, None for none."""
        mine = [one for one in commands if not one.manage]
        theirs = [one for one in commands if one.manage] if manages else []
        items: list[discord.ui.Item[discord.ui.LayoutView]] = [
            text("\n".join([self._say("help-title", locale), self._say("help-start", locale)])),
            rule(),
            text(
                "\n".join(
                    [self._say("help-commands", locale), *self._list(mine, LIST_LENGTH, locale)]
                )
            ),
            rule(),
            text("\n".join([self._who_pays(here, locale), self._say("help-trouble", locale)])),
        ]
        if theirs and here is not None:
            lines = [
                self._say("help-managers", locale),
                *self._list(theirs, MANAGERS_LENGTH, locale),
            ]
            items += [rule(), text("\n".join(lines)), self._buttons((), here, locale)]
        return card(BANANA, *items)

    def welcome(self, guild_id: int, locale: str) -> discord.ui.LayoutView:
        """The first card in a new server, for those who manage it."""
        lines = [
            self._say("welcome-title", locale),
            self._say("welcome-start", locale),
            self._say("welcome-managers", locale),
        ]
        return card(
            BANANA,
            text("\n".join(lines)),
            text(self._who_pays(guild_id, locale)),
            self._buttons(FIRST, guild_id, locale),
        )

    def _who_pays(self, here: int | None, locale: str) -> str:
        payers = self._payers if here is not None else ("member",)
        named = [self._say(f"help-payer-{payer}", locale) for payer in payers]
        key = "help-pays-first" if len(named) > 1 else "help-pays"
        said = self._say(key, locale, payers=" → ".join(named))
        return f"{said}\n{self._say('help-price', locale)}"

    def _name(self, one: Listed, locale: str) -> str:
        """As all can type it, and as it is called in this language."""
        called = f"/{self._say(one.called, locale)}"
        return one.name if one.name == called else f"{one.name}` · `{called}"

    def _list(self, commands: Sequence[Listed], length: int, locale: str) -> list[str]:
        lines: list[str] = []
        for number, one in enumerate(commands):
            about = self._say(one.about, locale)
            lines.append(self._say("help-line", locale, name=self._name(one, locale), about=about))
            if sum(map(len, lines)) > length:
                lines[-1] = self._say("settings-more", locale, count=len(commands) - number)
                break
        return lines

    def _buttons(
        self, settings: Sequence[Setting], guild_id: int, locale: str
    ) -> discord.ui.ActionRow[discord.ui.LayoutView]:
        return discord.ui.ActionRow(
            *(
                discord.ui.Button(
                    label=self._say(f"setting-{one}", locale),
                    custom_id=f"settings:open:{one}:{guild_id}",
                )
                for one in settings
            ),
            discord.ui.Button(
                label=self._say("button-settings", locale),
                emoji="⚙️",
                style=discord.ButtonStyle.primary,
                custom_id=f"settings:open:{ALL}:{guild_id}",
            ),
        )
