"""/imagine, /compose and /edit: an interaction becomes a job; the runner shows the rest."""

from functools import partial
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.generation.cast import NAME_LIMIT as CHARACTER_LIMIT
from bot.generation.policy import PROMPT_LIMIT
from bot.generation.request import AspectRatio, Resolution, Thinking
from bot.jobs.job import JobKind
from bot.jobs.onward import ANY_WORDS, Step
from bot.jobs.uploads import Upload
from bot.people.defaults import Choice
from bot.people.styles import NAME_LIMIT as STYLE_LIMIT
from bot.pressing import NothingToEdit
from bot.ui.character_cards import choices
from bot.ui.compose_form import ComposeForm
from bot.ui.finds import Avatar
from bot.ui.finds import emoji as find_emoji
from bot.ui.options import RATIOS, RESOLUTIONS, models
from bot.ui.replies import ask
from bot.ui.style_cards import StyleCards
from bot.ui.translator import localized
from bot.ui.whereabouts import who

Count = Literal[1, 2, 3, 4]
Name = app_commands.Range[str, 1, CHARACTER_LIMIT + 1]
"""With its sign."""
Prompt = app_commands.Range[str, 1, PROMPT_LIMIT]
StyleName = app_commands.Range[str, 1, STYLE_LIMIT]

THINKING = [
    app_commands.Choice(name=localized(f"thinking-{level}"), value=level.value)
    for level in Thinking
]
SHARED = {
    "model": localized("option-model"),
    "aspect_ratio": localized("option-aspect_ratio"),
    "resolution": localized("option-resolution"),
    "count": localized("option-count"),
    "thinking": localized("option-thinking"),
    "character": localized("option-character"),
    "private": localized("option-private"),
    "style": localized("option-style"),
}


class Generate(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._client = client
        self._studio = client.services.studio
        self._profiles = client.services.people.profiles
        self._styles = client.services.people.styles
        self._style_cards = StyleCards(client.services.sentences.say)
        self._cards = client.services.cards
        self._kept = client.services.kept
        self._characters = client.services.characters
        self._links = client.services.links
        self._desk = client.services.desk

    @app_commands.command(name="imagine", description=localized("imagine-description"))
    @app_commands.describe(
        prompt=localized("option-prompt"),
        image=localized("option-image"),
        image2=localized("option-more-image"),
        image3=localized("option-more-image"),
        **SHARED,
    )
    @app_commands.choices(aspect_ratio=RATIOS, resolution=RESOLUTIONS, thinking=THINKING)
    async def imagine(
        self,
        interaction: discord.Interaction,
        prompt: Prompt,
        model: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        count: Count = 1,
        thinking: str | None = None,
        image: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        character: Name | None = None,
        private: bool | None = None,
        style: StyleName | None = None,
    ) -> None:
        await self._make(
            interaction,
            JobKind.IMAGINE,
            prompt,
            model=model,
            aspect_ratio=aspect_ratio,
            resolution=resolution,
            count=count,
            thinking=thinking,
            uploads=(image, image2, image3),
            character=character,
            private=private,
            style=style,
        )

    @app_commands.command(name="compose", description=localized("compose-description"))
    @app_commands.describe(**SHARED)
    @app_commands.choices(aspect_ratio=RATIOS, resolution=RESOLUTIONS, thinking=THINKING)
    async def compose(
        self,
        interaction: discord.Interaction,
        model: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        count: Count = 1,
        thinking: str | None = None,
        character: Name | None = None,
        private: bool | None = None,
        style: StyleName | None = None,
    ) -> None:
        make = partial(
            self._make,
            model=model,
            aspect_ratio=aspect_ratio,
            resolution=resolution,
            count=count,
            thinking=thinking,
            uploads=(),
            character=character,
            private=private,
            style=style,
        )

        async def submit(submitted: discord.Interaction, prompt: str) -> None:
            async with self._client.telling(submitted, prompt=prompt):
                await make(submitted, JobKind.IMAGINE, prompt)

        # What cannot be drawn is refused before anybody fills in a form for it.
        await make(interaction, JobKind.IMAGINE, ANY_WORDS, only_look=True)
        say = self._client.services.sentences.say
        form = ComposeForm(say=say, locale=interaction.locale.value, submit=submit)
        await ask(interaction, form)

    @app_commands.command(name="edit", description=localized("edit-description"))
    @app_commands.describe(
        prompt=localized("option-edit-prompt"),
        image=localized("option-edit-image"),
        **{f"image{number}": localized("option-more-image") for number in range(2, 11)},
        member=localized("option-edit-member"),
        emoji=localized("option-edit-emoji"),
        **SHARED,
    )
    @app_commands.choices(aspect_ratio=RATIOS, resolution=RESOLUTIONS, thinking=THINKING)
    async def edit(
        self,
        interaction: discord.Interaction,
        prompt: Prompt,
        image: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        image6: discord.Attachment | None = None,
        image7: discord.Attachment | None = None,
        image8: discord.Attachment | None = None,
        image9: discord.Attachment | None = None,
        image10: discord.Attachment | None = None,
        member: discord.User | None = None,
        emoji: str | None = None,
        character: Name | None = None,
        model: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        count: Count = 1,
        thinking: str | None = None,
        private: bool | None = None,
        style: StyleName | None = None,
    ) -> None:
        more = (image2, image3, image4, image5, image6, image7, image8, image9, image10)
        faces = [Avatar(member)] if member else []
        smileys = [find_emoji(emoji, self._links)] if emoji else []
        await self._make(
            interaction,
            JobKind.EDIT,
            prompt,
            model=model,
            aspect_ratio=aspect_ratio,
            resolution=resolution,
            count=count,
            thinking=thinking,
            uploads=(image, *more, *faces, *smileys),
            character=character,
            private=private,
            style=style,
        )

    @imagine.autocomplete("model")
    @compose.autocomplete("model")
    @edit.autocomplete("model")
    async def offer_models(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return models(self._studio.menu(), typed, self._cards, interaction.locale.value)

    @imagine.autocomplete("style")
    @compose.autocomplete("style")
    @edit.autocomplete("style")
    async def offer_styles(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        whose = who(interaction)
        wardrobe = await self._styles.list(whose.member_id, whose.guild_id)
        return self._style_cards.choices(wardrobe, typed, interaction.locale.value)

    @imagine.autocomplete("character")
    @compose.autocomplete("character")
    @edit.autocomplete("character")
    async def offer_characters(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        mine = await self._characters.all(interaction.user.id)
        return choices(mine, typed)

    async def _make(
        self,
        interaction: discord.Interaction,
        kind: JobKind,
        prompt: str,
        *,
        model: str | None,
        aspect_ratio: str | None,
        resolution: str | None,
        count: int,
        thinking: str | None,
        uploads: tuple[Upload | None, ...],
        character: str | None,
        private: bool | None,
        style: str | None,
        only_look: bool = False,
    ) -> None:
        """Draft it and submit it; with `only_look` raise what speaks against that, and no more."""
        given = [upload for upload in uploads if upload is not None]
        kept = await self._kept.look(interaction.user.id)
        cast = await self._characters.cast(interaction.user.id, prompt, also=character)
        if kind is JobKind.EDIT and not (given or kept or cast.pictures):
            raise NothingToEdit
        await self._studio.refresh()
        typed = Choice(
            model,
            AspectRatio(aspect_ratio) if aspect_ratio else None,
            Resolution(resolution) if resolution else None,
            private,
        )
        whose, pictures = who(interaction), len(given) + len(kept)
        # What works from a picture keeps that picture's shape, unless somebody says otherwise.
        chosen = await self._profiles.choose(
            whose.member_id,
            whose.guild_id,
            typed,
            shape=kind is JobKind.IMAGINE and not pictures,
        )
        worn = None
        if style is not None:
            worn = await self._styles.find(whose.member_id, whose.guild_id, style)
        draft = self._studio.draft(
            kind,
            prompt,
            model=chosen.model,
            aspect_ratio=chosen.aspect_ratio,
            resolution=chosen.resolution,
            count=count,
            thinking=Thinking(thinking) if thinking else None,
            reference_images=pictures + len(cast.pictures),
            style=worn,
            house_style=chosen.house_style,
            characters=cast.after(pictures),
        )
        if only_look:
            return
        step = Step(draft, uploads=given, kept=kept, cast=cast.pictures)
        await self._desk.submit(interaction, step, private=bool(chosen.private))


async def setup(client: Client) -> None:
    await client.add_cog(Generate(client))
