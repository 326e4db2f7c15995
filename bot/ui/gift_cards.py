"""The cards of a gift: to confirm, confirmed, given up, and for who receives it."""

import discord
from discord.utils import format_dt

from bot.i18n import Sentences
from bot.jobs.gifts import Gift, GiftOffer, Given
from bot.ui.cards import quoted
from bot.ui.parts import BANANA, card, text
from bot.ui.times import moment


class GiftCards:
    def __init__(self, sentences: Sentences) -> None:
        self._say = sentences.say

    def offered(self, offer: GiftOffer, locale: str) -> discord.ui.LayoutView:
        """What would be given, with the buttons."""
        gift = offer.gift
        facts = self._say(
            "gift-offer-facts",
            locale,
            available=self._credits(offer.available, locale),
            left=self._credits(offer.left_today, locale),
            until=format_dt(moment(gift.open_until), "f"),
        )
        row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow(
            discord.ui.Button(
                label=self._say("button-give", locale, credits=self._credits(gift.amount, locale)),
                emoji="🎁",
                style=discord.ButtonStyle.success,
                custom_id=f"gift:give:{gift.id}",
            ),
            discord.ui.Button(
                label=self._say("button-cancel", locale), custom_id=f"gift:cancel:{gift.id}"
            ),
        )
        head = self._about("gift-offer", gift, locale)
        return card(BANANA, text(f"{_with_note(head, gift)}\n-# {facts}"), row)

    def given(self, given: Given, locale: str) -> discord.ui.LayoutView:
        """For the giver, in place of the buttons."""
        head = self._about("gift-given", given.gift, locale)
        left = self._say("gift-left", locale, left=self._credits(given.available, locale))
        return card(BANANA, text(f"{_with_note(head, given.gift)}\n-# {left}"))

    def cancelled(self, gift: Gift, locale: str) -> discord.ui.LayoutView:
        """For the giver, in place of the buttons."""
        return card(BANANA, text(self._about("gift-cancelled", gift, locale)))

    def received(self, gift: Gift, locale: str) -> discord.ui.LayoutView:
        """For all to see; it mentions both, and is sent so that only the receiver is notified."""
        head = self._about("gift-received", gift, locale)
        hint = self._say("gift-received-hint", locale)
        return card(BANANA, text(f"{_with_note(head, gift)}\n-# {hint}"))

    def _about(self, key: str, gift: Gift, locale: str) -> str:
        return self._say(
            key,
            locale,
            credits=self._credits(gift.amount, locale),
            giver=f"<@{gift.from_id}>",
            receiver=f"<@{gift.to_id}>",
        )

    def _credits(self, amount: int, locale: str) -> str:
        return self._say("credits", locale, credits=amount)


def _with_note(head: str, gift: Gift) -> str:
    return f"{head}\n{quoted(gift.note)}" if gift.note else head
