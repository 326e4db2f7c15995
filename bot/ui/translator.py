"""Discord asks for each name and description of a command in each language; Fluent answers."""

import discord
from discord import app_commands

from bot.i18n import Sentences

ENGLISH = Sentences.load()
TRANSLATED = {discord.Locale.chinese: "zh-CN", discord.Locale.taiwan_chinese: "zh-CN"}


class FluentTranslator(app_commands.Translator):
    """A `locale_str` whose extra `key` names a message is translated; others stay as they are."""

    def __init__(self, sentences: Sentences) -> None:
        super().__init__()
        self._sentences = sentences

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        del context
        key = string.extras.get("key")
        language = TRANSLATED.get(locale)
        if key is None or language is None:
            return None
        return self._sentences.say(key, language)


def localized(key: str) -> app_commands.locale_str:
    """The English text of `key`, which the translator can find again in other languages."""
    return app_commands.locale_str(ENGLISH.say(key, "en"), key=key)
