"""The form for a setting that is typed."""

from collections.abc import Awaitable, Callable

import discord


class SettingForm(discord.ui.Modal):
    """`submit` gets the interaction that brought it and what was typed, maybe nothing."""

    def __init__(
        self,
        title: str,
        label: discord.ui.Label[discord.ui.Modal],
        submit: Callable[[discord.Interaction, str], Awaitable[None]],
    ) -> None:
        super().__init__(title=title, timeout=14 * 60)
        self._label = label
        self._submit = submit
        self.add_item(label)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        field = self._label.component
        typed = field.value if isinstance(field, discord.ui.TextInput) else ""
        await self._submit(interaction, typed)
