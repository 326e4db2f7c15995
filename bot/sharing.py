"""What is refused of gifts and teams: leaves of the family in `bot.errors`, as facts alone."""

from dataclasses import dataclass

from bot.errors import Refusal


@dataclass(eq=False)
class TooFewCredits(Refusal):
    """For a gift or a team's pot; both in credits."""

    key = "refusal-too-few-credits"
    needed: int
    available: int


@dataclass(eq=False)
class ServerOnly(Refusal):
    """A command of servers, used in a direct message."""

    key = "refusal-server-only"


@dataclass(eq=False)
class GiftToOneself(Refusal):
    key = "refusal-gift-to-oneself"


@dataclass(eq=False)
class BotsHaveNoCredits(Refusal):
    """Somebody chose a bot where only people can be chosen."""

    key = "refusal-bots-have-no-credits"


@dataclass(eq=False)
class NotInThisServer(Refusal):
    """Somebody chose a person who is not a member here."""

    key = "refusal-not-in-this-server"


@dataclass(eq=False)
class DailyGiftsReached(Refusal):
    """`limit` credits a day, of which `left` may still be given until `opens_at`, microseconds."""

    key = "refusal-daily-gifts"
    limit: int
    left: int
    opens_at: int


@dataclass(eq=False)
class GiftOver(Refusal):
    """A gift that was cancelled, is older than a day, or is not the presser's to confirm."""

    key = "refusal-gift-over"


@dataclass(eq=False)
class NoTeam(Refusal):
    """There is none in this channel or thread."""

    key = "refusal-no-team"


@dataclass(eq=False)
class NotYourTeam(Refusal):
    """Only who made it and who manages the channel may close a team."""

    key = "refusal-not-your-team"
