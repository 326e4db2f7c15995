"""What somebody prefers, and what they are asked nothing about again."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.care import NotOnOffer
from bot.db.database import Database, Transaction
from bot.people.defaults import Choice, Defaults, Usual
from bot.people.house import House, house
from bot.people.setting import OWN, Range, Setting


class Profiles:
    """`now` in microseconds UTC."""

    def __init__(
        self, *, database: Database, choices: Range, usual: Usual, now: Callable[[], int]
    ) -> None:
        self._database = database
        self._choices = choices
        self._usual = usual
        self._now = now

    async def show(self, member_id: int) -> Defaults:
        """What a member prefers."""
        return await self._database.read(lambda tx: _preferences(tx, member_id))

    async def set(self, member_id: int, setting: Setting, values: Sequence[str]) -> Defaults:
        """Choose one thing, or with no values take the choice back; raises NotOnOffer."""
        if setting not in OWN:
            raise NotOnOffer(setting)
        value = self._choices.read(setting, values)

        async def write(tx: Transaction) -> Defaults:
            await tx.run("hold_preferences", member_id=member_id, now=self._now())
            before = await _preferences(tx, member_id)
            now = replace(before, **{str(setting): value})  # type: ignore[arg-type]
            await tx.run(
                "set_preferences",
                member_id=member_id,
                model=now.model,
                aspect_ratio=now.aspect_ratio,
                resolution=now.resolution,
                private=None if now.private is None else int(now.private),
                language=now.language,
            )
            return now

        return await self._database.write(write)

    async def choose(self, member_id: int, guild_id: int, typed: Choice, *, shape: bool) -> Choice:
        """What was typed, and for the rest what they prefer here; `shape` as for `Usual.fill`."""

        async def look(tx: Transaction) -> tuple[Defaults, House]:
            return await _preferences(tx, member_id), await house(tx, guild_id)

        own, rules = await self._database.read(look)
        chosen = self._usual.fill(typed, (own, rules.defaults), shape=shape)
        return replace(chosen, house_style=rules.house_style)


async def _preferences(tx: Transaction, member_id: int) -> Defaults:
    return Defaults.of(await tx.one("preferences", member_id=member_id))
