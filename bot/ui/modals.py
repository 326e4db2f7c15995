"""Forms people fill in."""

from collections.abc import Awaitable, Callable

import discord

from bot.generation.policy import PROMPT_LIMIT

MODAL_TEXT_LIMIT = min(PROMPT_LIMIT, 4000)


class EditModal(discord.ui.Modal):
    """What should change, and in which of several `pictures`.

    `submit` gets the interaction that brought it, the words and the picture's place, from 0.
    `price` is in words, such as "7 credits".
    """

    def __init__(
        self,
        *,
        say: Callable[..., str],
        locale: str,
        pictures: int,
        price: str,
        submit: Callable[[discord.Interaction, str, int], Awaitable[None]],
    ) -> None:
        super().__init__(title=say("modal-edit-title", locale), timeout=14 * 60)
        self._submit = submit
        self._choice: discord.ui.Select[EditModal] = discord.ui.Select(
            options=[
                discord.SelectOption(
                    label=say("modal-edit-picture", locale, number=number + 1),
                    value=str(number),
                    default=number == 0,
                )
                for number in range(pictures)
            ]
        )
        self._wish: discord.ui.TextInput[EditModal] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder=say("modal-edit-placeholder", locale),
            max_length=MODAL_TEXT_LIMIT,
        )
        if pictures > 1:
            which = say("modal-edit-which", locale)
            self.add_item(discord.ui.Label(text=which, component=self._choice))
        self.add_item(
            discord.ui.Label(
                text=say("modal-edit-label", locale),
                description=say("modal-edit-price", locale, price=price),
                component=self._wish,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._submit(interaction, self._wish.value, int(next(iter(self._choice.values), 0)))
