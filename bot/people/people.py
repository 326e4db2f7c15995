"""All that servers and their people choose, composed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from bot.db.database import Database
from bot.generation.catalog import Catalog, ImageModel
from bot.jobs.outlets import Outlets
from bot.people.arrivals import Arrivals
from bot.people.blocks import Blocks
from bot.people.defaults import Usual
from bot.people.house import Houses
from bot.people.moderation import Moderation
from bot.people.profile import Profiles
from bot.people.setting import Range
from bot.people.styles import Styles


@dataclass(frozen=True, slots=True)
class People:
    arrivals: Arrivals
    choices: Range
    houses: Houses
    profiles: Profiles
    styles: Styles
    moderation: Moderation
    blocks: Blocks

    @classmethod
    def of(
        cls,
        database: Database,
        *,
        catalog: Catalog,
        models: Callable[[], Sequence[ImageModel]],
        languages: Sequence[str],
        now: Callable[[], int],
    ) -> Self:
        """`models` are those on offer, the usual one first; `now` in microseconds UTC."""
        choices = Range(models=models, languages=languages)
        outlets = Outlets(database=database, now=now)
        usual = Usual(catalog=catalog, models=models)
        return cls(
            arrivals=Arrivals(database=database),
            choices=choices,
            houses=Houses(database=database, outlets=outlets, choices=choices, now=now),
            profiles=Profiles(database=database, choices=choices, usual=usual, now=now),
            styles=Styles(database=database, now=now),
            moderation=Moderation(database=database, now=now),
            blocks=Blocks(database=database, now=now),
        )
