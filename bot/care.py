"""What rules, operators, styles and privacy refuse: leaves of `bot.errors`, as facts."""

from dataclasses import dataclass

from bot.errors import PlantainError, Refusal


@dataclass(eq=False)
class WrongChannel(Refusal):
    """The server has the bot used elsewhere: in `channels`, by their ids."""

    key = "refusal-wrong-channel"
    channels: tuple[int, ...]


@dataclass(eq=False)
class RoleNeeded(Refusal):
    """The server has the bot used by others: those with one of `roles`, by their ids."""

    key = "refusal-role-needed"
    roles: tuple[int, ...]


@dataclass(eq=False)
class TooManyPictures(Refusal):
    """More pictures at once than the server allows."""

    key = "refusal-too-many-pictures"
    given: int
    limit: int


@dataclass(eq=False)
class TooDear(Refusal):
    """More credits at once than the server allows."""

    key = "refusal-too-dear"
    needed: int
    limit: int


@dataclass(eq=False)
class WordKeptOut(Refusal):
    """The server keeps a word out of prompts; `word` is as it stands in this one."""

    key = "refusal-word-kept-out"
    word: str


@dataclass(eq=False)
class MemberBlocked(Refusal):
    """Whoever runs the bot does not serve this member."""

    key = "refusal-member-blocked"


@dataclass(eq=False)
class OperatorsStay(Refusal):
    """Whoever runs the bot cannot be shut out of it."""

    key = "refusal-operators-stay"


@dataclass(eq=False)
class UnusableWord(Refusal):
    """`word` as it was typed has no letters to look for, or more stars than allowed."""

    key = "refusal-unusable-word"
    word: str


@dataclass(eq=False)
class TooManyWords(Refusal):
    """A server's list is full."""

    key = "refusal-too-many-words"
    limit: int


@dataclass(eq=False)
class NotOnOffer(Refusal):
    """`value` is none of what a setting can be."""

    key = "refusal-not-on-offer"
    value: str


@dataclass(eq=False)
class NoSuchStyle(Refusal):
    """Neither the member nor the server has a style of this `name`."""

    key = "refusal-no-such-style"
    name: str


@dataclass(eq=False)
class UnusableStyle(Refusal):
    """Its name or its words are empty or too long; the limits in characters."""

    key = "refusal-unusable-style"
    name_limit: int
    words_limit: int


@dataclass(eq=False)
class TooManyStyles(Refusal):
    """Whoever saves one has as many as can be."""

    key = "refusal-too-many-styles"
    limit: int


@dataclass(eq=False)
class BeingForgotten(Refusal):
    """Who asks wants to be forgotten, and that is not done yet."""

    key = "refusal-being-forgotten"


@dataclass(eq=False)
class ExportTooSoon(Refusal):
    """They had a copy of everything just now; `minutes` until they may have another."""

    key = "refusal-export-too-soon"
    minutes: int


@dataclass(eq=False)
class CopyCut(PlantainError):
    """Discord took so many `parts` of a copy of everything, and then no more."""

    key = "error-copy-cut"
    parts: int
