"""All that /gallery and its buttons ask, composed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

import discord

from bot.db.database import Database
from bot.jobs.album import Album
from bot.jobs.exhibit import Gallery
from bot.jobs.favourites import Favourites
from bot.jobs.posts import Posts
from bot.people.house import House
from bot.ui.gallery_cards import GalleryCards
from bot.ui.showcase import Showcase
from bot.ui.veil import Veil


@dataclass(frozen=True, slots=True)
class Salon:
    album: Album
    showcase: Showcase
    cards: GalleryCards

    @classmethod
    def of(
        cls,
        database: Database,
        *,
        client: discord.Client,
        album: Album,
        gallery: Gallery,
        cards: GalleryCards,
        veil: Veil,
        rules: Callable[[int], Awaitable[House]],
        now: Callable[[], int],
    ) -> Self:
        """`rules` finds what a server has set, by its id; `now` in microseconds UTC."""
        showcase = Showcase(
            client=client,
            gallery=gallery,
            cards=cards,
            favourites=Favourites(database=database, now=now),
            posts=Posts(database=database, now=now),
            veil=veil,
            rules=rules,
        )
        return cls(album, showcase, cards)
