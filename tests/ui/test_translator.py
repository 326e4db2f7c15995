"""The texts of commands in the readers' languages, by the key they carry."""

import shutil
from datetime import date
from pathlib import Path

import discord
import pytest
from discord import app_commands

from bot.i18n import Sentences
from bot.people.defaults import Defaults
from bot.people.setting import Range
from bot.ui.preference_cards import PreferenceCards
from bot.ui.translator import FluentTranslator, locale_of, localized

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


async def test_adding_a_language_is_adding_files(tmp_path):
    """It is spoken, counts and dates in its own way, can be chosen, and names the commands."""
    english = Path(__file__).parents[2] / "bot" / "locales" / "en"
    for language in ("en", "pt-BR"):
        shutil.copytree(english, tmp_path / language)
    for name, old, new in (
        ("settings.ftl", "language-name = English", "language-name = Português"),
        ("commands.ftl", "option-count = How many pictures", "option-count = Quantas imagens"),
    ):
        file = tmp_path / "pt-BR" / name
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")

    sentences = Sentences.load(tmp_path)

    assert sentences.languages == ("en", "pt-BR")
    assert sentences.say("credits", "pt-BR", credits=1000) == "1.000 credits"
    chart = sentences.say("balance-chart", "pt-BR", total="", most="", day=date(2026, 10, 30))
    assert "30 de out. de 2026" in chart
    translator, brazil = FluentTranslator(sentences), discord.Locale.brazil_portuguese
    assert await translator.translate(localized("option-count"), brazil, CONTEXT) == (
        "Quantas imagens"
    )
    assert (
        await translator.translate(localized("option-count"), discord.Locale.german, CONTEXT)
        is None
    )
    choices = Range(models=list, languages=sentences.languages)
    card = PreferenceCards(sentences, choices).shown(Defaults(language="pt-BR"), "pt-BR")
    assert "Português" in str(card.to_components())
    assert locale_of("pt-BR") is brazil


@pytest.mark.parametrize("language", SENTENCES.languages)
def test_every_language_is_one_that_discord_has(language):
    assert SENTENCES.language(locale_of(language).value) == language
