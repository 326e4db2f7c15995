"""The cards of /settings: everything at a glance, and one thing to change."""

from collections.abc import Container, Sequence

import discord

from bot.generation.request import AspectRatio, Resolution
from bot.i18n import Sentences
from bot.people.house import Overview
from bot.people.setting import COUNTS, MOST_PLACES, NO, OWN, STYLE_LIMIT, YES, Range, Setting
from bot.ui.cards import harmless
from bot.ui.parts import BANANA, card, rule, text

PLACES_SHOWN = 10
STYLE_SHOWN = 300
"""Characters of a house style on the card; all of it is in the form."""
OPTIONS = 25
WRITABLE = [discord.ChannelType.text, discord.ChannelType.news]
USABLE = [*WRITABLE, discord.ChannelType.voice, discord.ChannelType.forum]
TYPED = (Setting.MAX_CREDITS, Setting.HOUSE_STYLE)
"""What is typed into a form; the rest is chosen from a list."""
Item = discord.ui.Item[discord.ui.LayoutView]


class SettingsCards:
    """Cards for one manager, in their language."""

    def __init__(self, sentences: Sentences, choices: Range) -> None:
        self._say = sentences.say
        self._choices = choices

    def overview(
        self,
        seen: Overview,
        guild_id: int,
        locale: str,
        *,
        changed: Setting | None = None,
        closed: Container[int] = (),
    ) -> discord.ui.LayoutView:
        """Everything that is set. Into the channels in `closed` the bot cannot write."""
        head = [self._say("settings-title", locale)]
        if changed is not None:
            name = self._say(f"setting-{changed}", locale)
            head.append(self._say("settings-changed", locale, name=name))
        lines = [self._line(setting, seen, guild_id, locale) for setting in Setting]
        written = (seen.house.gallery_channel, seen.house.log_channel, seen.outlet.channel_id)
        lines += [
            self._say("alerts-not-writable", locale, channel=f"<#{channel}>")
            for channel in dict.fromkeys(written)
            if channel is not None and channel in closed
        ]
        menu: discord.ui.Select[discord.ui.LayoutView] = discord.ui.Select(
            custom_id=f"settings:menu:all:{guild_id}",
            placeholder=self._say("settings-choose", locale),
            options=[
                discord.SelectOption(label=self._say(f"setting-{one}", locale), value=one)
                for one in Setting
            ],
        )
        row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow(menu)
        return card(BANANA, text("\n".join(head)), rule(), text("\n".join(lines)), row)

    def panel(
        self,
        setting: Setting,
        seen: Overview,
        guild_id: int,
        locale: str,
        *,
        present: Container[int] = (),
    ) -> discord.ui.LayoutView:
        """One setting to change. Of what it lists, only what is `present` can be shown chosen."""
        lines = [
            self._line(setting, seen, guild_id, locale),
            self._say(f"setting-about-{setting}", locale),
        ]
        tail = f"{setting}:{guild_id}"
        buttons: list[Item] = [
            discord.ui.Button(
                label=self._say("button-clear", locale), custom_id=f"settings:clear:{tail}"
            ),
            discord.ui.Button(
                label=self._say("button-back", locale), custom_id=f"settings:back:{tail}"
            ),
        ]
        if setting in TYPED:
            change = discord.ui.Button[discord.ui.LayoutView](
                label=self._say("button-type", locale),
                style=discord.ButtonStyle.primary,
                custom_id=f"settings:type:{tail}",
            )
            return card(BANANA, text("\n".join(lines)), discord.ui.ActionRow(change, *buttons))
        control = self._control(setting, seen, f"settings:set:{tail}", locale, present)
        return card(
            BANANA,
            text("\n".join(lines)),
            discord.ui.ActionRow(control),
            discord.ui.ActionRow(*buttons),
        )

    def form(
        self, setting: Setting, seen: Overview, locale: str
    ) -> tuple[str, discord.ui.Label[discord.ui.Modal]]:
        """The title and the field of the form for what is typed."""
        long = setting is Setting.HOUSE_STYLE
        chosen = seen.house.house_style if long else seen.house.max_credits
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
            default="" if chosen is None else str(chosen),
            max_length=STYLE_LIMIT if long else 20,
            required=False,
        )
        name = self._say(f"setting-{setting}", locale)
        hint = self._say("settings-form-hint", locale)
        return name, discord.ui.Label(text=name, description=hint, component=field)

    def _line(self, setting: Setting, seen: Overview, guild_id: int, locale: str) -> str:
        name = self._say(f"setting-{setting}", locale)
        value = self._value(setting, seen, guild_id, locale)
        return self._say("settings-line", locale, name=name, value=value)

    def _value(self, setting: Setting, seen: Overview, guild_id: int, locale: str) -> str:
        said = self._values(seen, guild_id, locale)[setting]
        return said or self._say(f"setting-unset-{setting}", locale)

    def _values(self, seen: Overview, guild_id: int, locale: str) -> dict[Setting, str]:
        """What is chosen, in words; nothing for what is not."""
        house, say, outlet = seen.house, self._say, seen.outlet
        roles = [self._role(role, guild_id, locale) for role in house.roles]
        nobody = say("setting-alerts-nobody", locale) if outlet.off else ""
        return {
            Setting.CHANNELS: self._listed(list(map(_channel, house.channels)), locale),
            Setting.ROLES: self._listed(roles, locale),
            **{one: self.default(one, getattr(house.defaults, one), locale) for one in OWN},
            Setting.MAX_COUNT: self.default(Setting.MAX_COUNT, house.max_count, locale),
            Setting.MAX_CREDITS: self.default(Setting.MAX_CREDITS, house.max_credits, locale),
            Setting.HOUSE_STYLE: _one_line(house.house_style or ""),
            Setting.SPOILERS: self._listed(list(map(_channel, house.spoilers)), locale),
            Setting.GALLERY: _channel(house.gallery_channel),
            Setting.ALERTS: nobody or _channel(outlet.channel_id),
            Setting.LOG: _channel(house.log_channel),
        }

    def default(self, setting: Setting, value: object, locale: str) -> str:
        """A choice in words; nothing for none."""
        say = self._say
        if value is None:
            return ""
        if setting is Setting.MODEL:
            return harmless(self._choices.nickname(str(value)))
        if setting is Setting.LANGUAGE:
            return say("language-name", str(value))
        if setting is Setting.PRIVATE:
            return say("setting-private-yes" if value else "setting-private-no", locale)
        counted = {Setting.MAX_CREDITS: "credits", Setting.MAX_COUNT: "setting-pictures"}
        key = counted.get(setting)
        return say(key, locale, credits=value, count=value) if key else str(value)

    def options(self, setting: Setting, chosen: object, locale: str) -> list[discord.SelectOption]:
        """What such a setting can be, with the one that is chosen marked."""
        values: Sequence[tuple[str, object, str]]
        if setting is Setting.MODEL:
            values = [(one.id, one.id, one.nickname) for one in self._choices.models()]
        elif setting is Setting.MAX_COUNT:
            values = [(str(n), n, self.default(setting, n, locale)) for n in COUNTS]
        elif setting is Setting.PRIVATE:
            values = [
                (word, yes, self.default(setting, yes, locale))
                for word, yes in ((YES, True), (NO, False))
            ]
        elif setting is Setting.LANGUAGE:
            known = self._choices.languages
            values = [(one, one, self.default(setting, one, locale)) for one in known]
        else:
            kind = AspectRatio if setting is Setting.ASPECT_RATIO else Resolution
            values = [(one.value, one, one.value) for one in kind]
        return [
            discord.SelectOption(label=label[:100], value=value, default=meant == chosen)
            for value, meant, label in values[:OPTIONS]
        ]

    def _control(
        self, setting: Setting, seen: Overview, custom_id: str, locale: str, present: Container[int]
    ) -> Item:
        house = seen.house
        if setting is Setting.ROLES:
            return discord.ui.RoleSelect(
                custom_id=custom_id,
                max_values=MOST_PLACES,
                default_values=[discord.Object(one) for one in house.roles if one in present],
            )
        if setting in {Setting.CHANNELS, Setting.SPOILERS}:
            places = house.channels if setting is Setting.CHANNELS else house.spoilers
            return _channels(custom_id, USABLE, MOST_PLACES, [p for p in places if p in present])
        if setting in {Setting.GALLERY, Setting.ALERTS, Setting.LOG}:
            return _channels(custom_id, WRITABLE, 1, [])
        chosen = getattr(house.defaults, setting, None) or getattr(house, setting, None)
        return discord.ui.Select(custom_id=custom_id, options=self.options(setting, chosen, locale))

    def _role(self, role_id: int, guild_id: int, locale: str) -> str:
        """A mention, which is shown and rings for nobody; the role of everyone in words."""
        return (
            self._say("quota-whose-everyone", locale) if role_id == guild_id else f"<@&{role_id}>"
        )

    def _listed(self, named: Sequence[str], locale: str) -> str:
        hidden = len(named) - PLACES_SHOWN
        more = [self._say("settings-more", locale, count=hidden)] if hidden > 0 else []
        return " ".join([*named[:PLACES_SHOWN], *more])


def _channel(channel_id: int | None) -> str:
    return f"<#{channel_id}>" if channel_id else ""


def _one_line(style: str) -> str:
    shown = harmless(" ".join(style[:STYLE_SHOWN].split()))
    return shown + ("…" if len(style) > STYLE_SHOWN else "")


def _channels(
    custom_id: str, kinds: list[discord.ChannelType], most: int, chosen: Sequence[int]
) -> Item:
    return discord.ui.ChannelSelect(
        custom_id=custom_id,
        channel_types=kinds,
        max_values=most,
        default_values=[
            discord.SelectDefaultValue(id=one, type=discord.SelectDefaultValueType.channel)
            for one in chosen
        ],
    )
