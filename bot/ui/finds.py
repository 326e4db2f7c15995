"""Pictures in anybody's message: attached, embedded, in a gallery, or forwarded."""

from collections.abc import Iterator, Sequence

import discord

from bot.jobs.links import Links
from bot.jobs.uploads import Upload
from bot.pressing import NoPictureThere, NoSuchEmoji, PictureUnreachable

MOST = 10
"""What is offered of one message."""
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".heic", ".heif")
EMOJI_ADDRESS = "https://cdn.discordapp.com/emojis/{id}.png?size=256"
AVATAR_SIZE = 1024

Source = discord.Message | discord.MessageSnapshot


def pictures(message: discord.Message, links: Links) -> Sequence[Upload]:
    """Everything that says it is a picture, not read yet; raises NoPictureThere."""
    sources: list[Source] = [message, *message.message_snapshots]
    files = [file for source in sources for file in source.attachments if _is_picture(file)]
    addresses = dict.fromkeys(url for source in sources for url in _addresses(source))
    found: list[Upload] = [*files, *(links.upload(url) for url in addresses)]
    if not found:
        raise NoPictureThere
    return found[:MOST]


def attached(message: discord.Message) -> list[Upload]:
    """The pictures that are attached to it."""
    found: list[Upload] = [file for file in message.attachments if _is_picture(file)]
    return found[:MOST]


class Avatar:
    """What stands for a member here, as an Upload; its size is not known before it is read."""

    def __init__(self, member: discord.User | discord.Member) -> None:
        self._asset = member.display_avatar.replace(size=AVATAR_SIZE, format="png")
        self.filename = f"{member.name}.png"
        self.size = 0

    async def read(self) -> bytes:
        try:
            return await self._asset.read()
        except discord.DiscordException as error:
            raise PictureUnreachable(self.filename) from error


def emoji(text: str, links: Links) -> Upload:
    """The picture of a custom emoji, as it is written in a message; raises NoSuchEmoji."""
    found = discord.PartialEmoji.from_str(text.strip())
    if found.id is None:
        raise NoSuchEmoji(text)
    return links.upload(EMOJI_ADDRESS.format(id=found.id))


def _is_picture(file: discord.Attachment) -> bool:
    said = file.content_type or ""
    return said.startswith("image/") or file.filename.lower().endswith(ENDINGS)


def _addresses(source: Source) -> Iterator[str]:
    """Where embeds' and galleries' pictures lie, by Discord's own proxy where there is one."""
    for embed in source.embeds:
        for shown in (embed.image, embed.thumbnail):
            # An attached picture is among the attachments.
            if shown.url and not shown.url.startswith("attachment:"):
                yield shown.proxy_url or shown.url
                break
    files = {file.id for file in source.attachments}
    for media in _in_galleries(source.components):
        if media.attachment_id not in files:
            yield media.proxy_url or media.url


def _in_galleries(components: Sequence[object]) -> Iterator[discord.UnfurledMediaItem]:
    for component in components:
        if isinstance(component, discord.MediaGalleryComponent):
            yield from (item.media for item in component.items)
        yield from _in_galleries(getattr(component, "children", ()))
