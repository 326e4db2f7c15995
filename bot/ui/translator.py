"""Discord asks for each name and description of a command in each language; Fluent answers."""

import discord
from discord import app_commands

from bot.i18n import DEFAULT_LOCALE, Sentences

ENGLISH = Sentences.load()
Named = (app_commands.Command, app_commands.Group)


class FluentTranslator(app_commands.Translator):
    """A `locale_str` whose extra `key` names a message is translated, and so is what a command is
    called; others stay as they are.
    """

    def __init__(self, sentences: Sentences) -> None:
        super().__init__()
        self._sentences = sentences
        # Discord.py asks thousands of times at a start.
        self._spoken = {locale: sentences.language(locale.value) for locale in discord.Locale}

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        key = string.extras.get("key")
        if key is None and isinstance(context.data, Named) and string.message == context.data.name:
            key = name_key(context.data.qualified_name)
        language = self._spoken[locale]
        if key is None or language == DEFAULT_LOCALE:
            return None
        return self._sentences.say(key, language)


def name_key(command: str) -> str:
    """The key of what a command is called, by all of its English name, such as "team top-up"."""
    return f"name-{command.replace(' ', '-')}"


def localized(key: str) -> app_commands.locale_str:
    """The English text of `key`, which the translator can find again in other languages."""
    return app_commands.locale_str(ENGLISH.say(key, "en"), key=key)


def locale_of(language: str) -> discord.Locale:
    """The Discord locale of a language, by the name of its folder."""
    named = (locale for locale in discord.Locale if locale.value == language)
    kin = (locale for locale in discord.Locale if locale.value.partition("-")[0] == language)
    return [*named, *kin, discord.Locale.american_english][0]
