"""What cogs ask about privacy, composed."""

from dataclasses import dataclass

from bot.privacy.exports import Exports
from bot.privacy.forgetting import Forgetting
from bot.privacy.rounds import Rounds


@dataclass(frozen=True, slots=True)
class Policy:
    """`days` is how long prompts and pictures are kept, None for ever; `url` is the operator's."""

    days: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Privacy:
    """`rounds` go on with who is to be forgotten, and erase what is too old."""

    forgetting: Forgetting
    exports: Exports
    rounds: Rounds
    policy: Policy
