"""What can be set, and what was chosen read out of what Discord hands over."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from bot.care import NotOnOffer
from bot.errors import NoSuchAmount
from bot.generation.catalog import ImageModel
from bot.generation.request import AspectRatio, Resolution
from bot.jobs.limits import NO_LIMIT
from bot.quotas.limit import MOST

COUNTS = (1, 2, 3, 4)
MOST_PLACES = 25
"""Channels or roles that one setting lists; a select of Discord's has no more."""
STYLE_LIMIT = 1000
"""Characters of a house style."""
ID_LENGTH = 20
YES, NO = "yes", "no"
Value = str | int | bool | tuple[int, ...] | None


class Setting(StrEnum):
    """What a server's managers set, in the order people see it."""

    CHANNELS = "channels"
    ROLES = "roles"
    MODEL = "model"
    ASPECT_RATIO = "aspect_ratio"
    RESOLUTION = "resolution"
    MAX_COUNT = "max_count"
    MAX_CREDITS = "max_credits"
    HOUSE_STYLE = "house_style"
    PRIVATE = "private"
    SPOILERS = "spoilers"
    GALLERY = "gallery_channel"
    ALERTS = "alerts"
    LOG = "log_channel"
    LANGUAGE = "language"


OWN = (
    Setting.MODEL,
    Setting.ASPECT_RATIO,
    Setting.RESOLUTION,
    Setting.PRIVATE,
    Setting.LANGUAGE,
)
"""What anybody prefers for themselves; the order people see it."""
LISTS = (Setting.CHANNELS, Setting.ROLES, Setting.SPOILERS)


class Range:
    """What there is to choose from: `models` on offer now, and the `languages` by their folders."""

    def __init__(
        self, *, models: Callable[[], Sequence[ImageModel]], languages: Sequence[str]
    ) -> None:
        self._models = models
        self.languages = tuple(languages)

    def models(self) -> list[ImageModel]:
        return list(self._models())

    def nickname(self, model_id: str) -> str:
        """What people call a model; its id where it is not on offer any more."""
        named = (model.nickname for model in self._models() if model.id == model_id)
        return next(named, model_id)

    def read(self, setting: Setting, values: Sequence[str]) -> Value:
        """What was chosen, None for nothing, which takes a choice back.

        Values are data from outside. Raises NotOnOffer and NoSuchAmount.
        """
        said = [value.strip() for value in values if value.strip()][:MOST_PLACES]
        if setting in LISTS:
            return tuple(sorted({_id(value) for value in said}))
        if not said:
            return None
        if setting is Setting.MAX_CREDITS:
            return _amount(said[0])
        if setting is Setting.HOUSE_STYLE:
            return said[0][:STYLE_LIMIT]
        if setting in {Setting.GALLERY, Setting.ALERTS, Setting.LOG}:
            return _id(said[0])
        allowed = self._allowed(setting)
        if said[0] not in allowed:
            raise NotOnOffer(said[0])
        return allowed[said[0]]

    def _allowed(self, setting: Setting) -> dict[str, Value]:
        if setting is Setting.MODEL:
            return {model.id: model.id for model in self._models()}
        if setting is Setting.LANGUAGE:
            return {language: language for language in self.languages}
        if setting is Setting.MAX_COUNT:
            return {str(count): count for count in COUNTS}
        if setting is Setting.PRIVATE:
            return {YES: True, NO: False}
        return {one.value: one for one in _sizes(setting)}


def _sizes(setting: Setting) -> list[AspectRatio] | list[Resolution]:
    return list(AspectRatio) if setting is Setting.ASPECT_RATIO else list(Resolution)


def _id(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= ID_LENGTH):
        raise NotOnOffer(value)
    return int(value)


def _amount(text: str) -> int | None:
    if text.casefold() in NO_LIMIT:
        return None
    digits = text.replace(",", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit()) or int(digits[:ID_LENGTH]) > MOST:
        raise NoSuchAmount(text)
    return int(digits)
