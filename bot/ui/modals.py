"""Forms people fill in."""

from collections.abc import Awaitable, Callable

import discord

from bot.generation.policy import PROMPT_LIMIT

MODAL_TEXT_LIMIT = min(PROMPT_LIMIT, 4000)


class EditModal(discord.ui.Modal):
    """One text: what should change. `submit` gets it with the interaction that brought it."""

    def __init__(
        self,
        say: Callable[..., str],
        locale: str,
        submit: Callable[[discord.Interaction, str], Awaitable[None]],
    ) -> None:
        super().__init__(title=say("modal-edit-title", locale), timeout=14 * 60)
        self._submit = submit
        self._wish: discord.ui.TextInput[EditModal] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder=say("modal-edit-placeholder", locale),
            max_length=MODAL_TEXT_LIMIT,
        )
        self.add_item(discord.ui.Label(text=say("modal-edit-label", locale), component=self._wish))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._submit(interaction, self._wish.value)
