"""What buttons, replies, characters and galleries refuse: leaves of `bot.errors`, as facts."""

from dataclasses import dataclass

from bot.errors import PlantainError, Refusal


@dataclass(eq=False)
class MayNotUseHere(Refusal):
    """Somebody who may not use applications in this channel pressed a button or replied."""

    key = "refusal-may-not-use-here"


@dataclass(eq=False)
class BotMayNot(Refusal):
    """The bot lacks a permission in this channel or thread: seeing, writing, threads or files."""

    key = "refusal-bot-may-not"
    lacks: str


@dataclass(eq=False)
class AgeRestrictedOnly(Refusal):
    """Whoever runs the bot has it make pictures in age-restricted channels alone."""

    key = "refusal-age-restricted-only"


@dataclass(eq=False)
class NotYourPicture(Refusal):
    """Only its maker, and who may manage messages, takes a picture away."""

    key = "refusal-not-your-picture"


@dataclass(eq=False)
class Cancelled(PlantainError):
    """Who asked, or who may manage messages, no longer wanted it."""

    key = "error-cancelled"


@dataclass(eq=False)
class TooLateToCancel(Refusal):
    """What was to be cancelled has been drawn, or has ended otherwise."""

    key = "refusal-too-late-to-cancel"


@dataclass(eq=False)
class MessageGone(Refusal):
    """The message that was to be changed has been deleted."""

    key = "refusal-message-gone"


@dataclass(eq=False)
class NothingBefore(Refusal):
    """Undo of a picture that is no edit."""

    key = "refusal-nothing-before"


@dataclass(eq=False)
class NoPictureThere(Refusal):
    """A message without a picture."""

    key = "refusal-no-picture-there"


@dataclass(eq=False)
class NothingToEdit(Refusal):
    """/edit without any picture."""

    key = "refusal-nothing-to-edit"


@dataclass(eq=False)
class KeptNoLonger(Refusal):
    """What was kept for this request has been used for another, or taken away, in the meantime."""

    key = "refusal-kept-no-longer"


@dataclass(eq=False)
class NoSuchCharacter(Refusal):
    """Who asks has no character called `name`."""

    key = "refusal-no-such-character"
    name: str


@dataclass(eq=False)
class UnusableName(Refusal):
    """`name` as it was typed has other than letters, digits and underscores, or over `limit`."""

    key = "refusal-unusable-name"
    name: str
    limit: int


@dataclass(eq=False)
class TooManyCharacters(Refusal):
    """A member has `limit` characters, which is the most."""

    key = "refusal-too-many-characters"
    limit: int


@dataclass(eq=False)
class NoSuchEmoji(Refusal):
    """`emoji` as it was typed is no custom emoji."""

    key = "refusal-no-such-emoji"
    emoji: str


@dataclass(eq=False)
class PictureUnreachable(Refusal):
    """A picture that a message only links to could not be fetched; `name` as in its address."""

    key = "refusal-picture-unreachable"
    name: str


@dataclass(eq=False)
class NothingSaid(Refusal):
    """A reply to a picture without any words."""

    key = "refusal-nothing-said"


@dataclass(eq=False)
class NoSuchDay(Refusal):
    """`day` as it was typed is no date."""

    key = "refusal-no-such-day"
    day: str


@dataclass(eq=False)
class GalleryClosed(Refusal):
    """A page of a gallery was turned that was opened long ago, or by somebody else."""

    key = "refusal-gallery-closed"


@dataclass(eq=False)
class NoGalleryChannel(Refusal):
    """The server has chosen no gallery channel, or has deleted it."""

    key = "refusal-no-gallery-channel"


@dataclass(eq=False)
class GalleryUnseen(Refusal):
    """Who wants to put a picture into the gallery channel may not see it."""

    key = "refusal-gallery-unseen"


@dataclass(eq=False)
class GalleryBarred(BotMayNot):
    """The bot lacks a permission in the gallery channel."""

    key = "refusal-gallery-barred"


@dataclass(eq=False)
class NotForGallery(Refusal):
    """What goes to a gallery channel was made in that server, for all to see there."""

    key = "refusal-not-for-gallery"


@dataclass(eq=False)
class AgeRestrictedPicture(Refusal):
    """A picture from an age-restricted channel, for a gallery channel that is none."""

    key = "refusal-age-restricted-picture"


@dataclass(eq=False)
class InGalleryAlready(Refusal):
    """A picture is put into a gallery channel once."""

    key = "refusal-in-gallery-already"
