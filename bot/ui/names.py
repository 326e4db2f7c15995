"""What a member is called on a card."""

from bot.ui.refusals import Say


def named(member_id: int, say: Say, locale: str) -> str:
    """A mention, which is shown and rings for nobody; words for one who was forgotten."""
    return f"<@{member_id}>" if member_id > 0 else say("nobody-named", locale)
