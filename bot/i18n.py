"""A message key, a locale and facts in; the sentence a person reads out."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Self

from fluent.runtime import FluentBundle, FluentResource

from bot.errors import (
    LimitReached,
    PictureTooHeavy,
    PlantainError,
    ProviderError,
)
from bot.mirror import UpstreamClosed
from bot.pressing import BotMayNot

DEFAULT_LOCALE = "en"
MEGABYTE = 1_000_000


class Sentences:
    """Every sentence of every language, read once from `locales/<language>/*.ftl`."""

    def __init__(self, bundles: Mapping[str, FluentBundle]) -> None:
        self._bundles = bundles

    @classmethod
    def load(cls, locales: Traversable | None = None) -> Self:
        """Read the languages that come with the package; adding one is adding a folder.

        `locales` is where those folders are, when elsewhere.
        """
        return cls(_read(locales) if locales else _shipped())

    @property
    def languages(self) -> tuple[str, ...]:
        """The folder names, such as `en` and `zh-CN`."""
        return tuple(sorted(self._bundles))

    def say(self, key: str, locale: str, /, **facts: object) -> str:
        """The sentence `key` for a Discord locale such as `en-US`; English where there is none.

        Raises LookupError for a key no language has, which is our bug and not the reader's.
        """
        for language in (self.language(locale), DEFAULT_LOCALE):
            bundle = self._bundles[language]
            if not bundle.has_message(key):
                continue
            pattern = bundle.get_message(key).value
            if pattern is None:
                continue
            sentence, problems = bundle.format_pattern(pattern, dict(facts))
            if problems or not isinstance(sentence, str):
                raise LookupError(f"{key} in {language}: {problems}")
            return sentence
        raise LookupError(key)

    def explain(
        self, error: PlantainError, locale: str, *, clean: Callable[[str], str] = str
    ) -> str:
        """What a person reads about `error`; `clean` makes its texts from outside fit to show."""
        if isinstance(error, ProviderError):
            wait, unit = _in_words(error.retry_after or 0)
            again = self.say(f"again-{unit}", locale, wait=wait)
            return self.say(f"provider-{error.kind}", locale, again=again)
        facts = {
            name: clean(value) if isinstance(value, str) else value
            for name, value in error.facts.items()
        }
        if isinstance(error, PictureTooHeavy):
            facts |= {"size": -(-error.size // MEGABYTE), "limit": error.limit // MEGABYTE}
        if isinstance(error, LimitReached):
            facts["owner"] = self.say(f"limit-owner-{error.whose}", locale)
            facts["counted"] = self.say(f"limit-measure-{error.measure}", locale)
            return self.say(_limit_key(error), locale, **facts)
        if isinstance(error, UpstreamClosed):
            facts = {"model": facts["model"], "why": self.say(f"upstream-{error.reason}", locale)}
        if isinstance(error, BotMayNot):
            facts = {"permission": self.say(f"permission-{error.lacks}", locale)}
        return self.say(error.key, locale, **facts)

    def language(self, locale: str) -> str:
        """Which of the languages a Discord locale is spoken to in."""
        if locale in self._bundles:
            return locale
        language = locale.partition("-")[0]
        return next((name for name in self._bundles if name.partition("-")[0] == language), "en")


@cache
def _shipped() -> Mapping[str, FluentBundle]:
    """Those of the package: they do not change, and reading them takes half of a second."""
    return _read(resources.files("bot").joinpath("locales"))


def _read(locales: Traversable) -> Mapping[str, FluentBundle]:
    bundles: dict[str, FluentBundle] = {}
    for folder in locales.iterdir():
        if not folder.is_dir():
            continue
        bundle = FluentBundle([folder.name, DEFAULT_LOCALE], use_isolating=False)
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".ftl"):
                bundle.add_resource(FluentResource(file.read_text("utf-8")))
        bundles[folder.name] = bundle
    return bundles


def _limit_key(error: LimitReached) -> str:
    if not error.limit:
        return "refusal-limit-none"
    if error.measure == "requests_per_minute":
        return "refusal-limit-rate"
    return "refusal-limit-jobs" if error.measure == "concurrent_jobs" else error.key


def _in_words(seconds: int) -> tuple[int, str]:
    """A wait as people say it: a number and its unit, rounded up; `soon` when none is known."""
    if not seconds:
        return 0, "soon"
    for size, unit, most in ((1, "seconds", 90), (60, "minutes", 90), (3600, "hours", 48)):
        amount = -(-seconds // size)
        if amount <= most:
            return amount, unit
    return -(-seconds // 86400), "days"
