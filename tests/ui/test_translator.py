"""The texts of commands in the readers' languages, by the key they carry."""

import discord
import pytest
from discord import app_commands

from bot.i18n import Sentences
from bot.ui.translator import FluentTranslator, localized

SENTENCES = Sentences.load()
TRANSLATOR = FluentTranslator(SENTENCES)
CONTEXT = app_commands.TranslationContext(
    app_commands.TranslationContextLocation.other, data=app_commands.locale_str("")
)


async def translate(string: app_commands.locale_str, locale: discord.Locale) -> str | None:
    return await TRANSLATOR.translate(string, locale, CONTEXT)


def test_a_localized_text_is_english_and_carries_its_key():
    text = localized("option-prompt")

    assert str(text) == "What the picture should show, in your own words"
    assert text.extras == {"key": "option-prompt"}


def test_a_key_that_is_not_there_fails_when_the_module_is_loaded():
    with pytest.raises(LookupError, match="option-nonsense"):
        localized("option-nonsense")


@pytest.mark.parametrize("locale", [discord.Locale.chinese, discord.Locale.taiwan_chinese])
async def test_both_chinese_locales_get_chinese(locale):
    assert await translate(localized("option-count"), locale) == "几张图片"


@pytest.mark.parametrize(
    "locale",
    [each for each in discord.Locale if not each.value.startswith("zh")],
    ids=lambda locale: locale.value,
)
async def test_every_other_locale_keeps_the_english(locale):
    """None leaves the field out, so that Discord shows the default."""
    assert await translate(localized("option-count"), locale) is None


async def test_a_text_without_a_key_stays_as_it_is():
    assert await translate(app_commands.locale_str("1:1"), discord.Locale.chinese) is None
