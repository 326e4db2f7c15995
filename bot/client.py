"""The Discord client: intents, cogs by name, command sync, and one place where errors are told."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

import discord
import structlog
from aiohttp import ClientError
from discord import app_commands
from discord.ext import commands

from bot.care import MemberBlocked
from bot.errors import DiscordUnreachable, PlantainError, SettingsError, StorageError, Unexpected
from bot.i18n import DEFAULT_LOCALE, Sentences
from bot.jobs.alerts import Alerts
from bot.jobs.batches import Batches
from bot.jobs.cancellation import Cancellations
from bot.jobs.characters import Characters
from bot.jobs.confirmations import Confirmations
from bot.jobs.courier import Courier
from bot.jobs.dispatch import InProcessDispatcher
from bot.jobs.gifts import Gifts
from bot.jobs.history import History
from bot.jobs.kept import Kept
from bot.jobs.limits import Limits
from bot.jobs.links import Links
from bot.jobs.onward import Onward
from bot.jobs.outlets import Outlets
from bot.jobs.pots import Pots
from bot.jobs.reports import Reports
from bot.jobs.service import Studio
from bot.jobs.standing import Standings
from bot.jobs.sweeper import Sweeper
from bot.jobs.treasury import Treasury
from bot.jobs.versions import Versions
from bot.people.arrivals import Arrival
from bot.people.people import People
from bot.pressing import NothingSaid
from bot.privacy.privacy import Privacy
from bot.ui.batch_cards import BatchCards
from bot.ui.batch_desk import BatchDesk
from bot.ui.cards import Cards
from bot.ui.confirm_cards import ConfirmCards
from bot.ui.desk import Desk
from bot.ui.letters import tell_author
from bot.ui.limit_cards import LimitCards
from bot.ui.replies import server, tell
from bot.ui.salon import Salon
from bot.ui.scribe import DiscordScribe
from bot.ui.showing import Showing
from bot.ui.translator import FluentTranslator, locale_of
from bot.ui.veil import Veil

TOKEN_REFUSED = 4004
"""The gateway's close code for a token that was reset while the bot ran."""
COGS = (
    "cogs.generate",
    "cogs.style",
    "cogs.balance",
    "cogs.result",
    "cogs.versions",
    "cogs.cancel",
    "cogs.show",
    "cogs.gallery",
    "cogs.pictures",
    "cogs.character",
    "cogs.reply",
    "cogs.confirm",
    "cogs.batch",
    "cogs.quota",
    "cogs.gift",
    "cogs.team",
    "cogs.settings",
    "cogs.preferences",
    "cogs.moderation",
    "cogs.operator",
    "cogs.privacy",
    "cogs.help",
)
Command = app_commands.Command[Any, ..., Any] | app_commands.Group
FOR_ALL = frozenset({"help", "privacy"})
"""Commands that also those may use whom the bot does not serve."""


class Screen(Protocol):
    """What shows progress beside the jobs."""

    async def close(self) -> None:
        """Show nothing more."""


@dataclass(frozen=True, slots=True)
class Services:
    """What cogs may ask. `sweeper` takes up jobs, such as those a stopped process left behind;
    `screens` are closed after `dispatcher`.

    `operators` are the ids of those who run the bot beside the application's owner; `payers` is
    who is asked to pay, the first first.
    """

    studio: Studio
    onward: Onward
    history: History
    versions: Versions
    kept: Kept
    characters: Characters
    links: Links
    desk: Desk
    showing: Showing
    salon: Salon
    veil: Veil
    cancellations: Cancellations
    gifts: Gifts
    pots: Pots
    standings: Standings
    limits: Limits
    treasury: Treasury
    batches: Batches
    batch_desk: BatchDesk
    batch_cards: BatchCards
    courier: Courier
    confirmations: Confirmations
    reports: Reports
    alerts: Alerts
    outlets: Outlets
    people: People
    scribe: DiscordScribe
    privacy: Privacy
    cards: Cards
    confirm_cards: ConfirmCards
    limit_cards: LimitCards
    sentences: Sentences
    dispatcher: InProcessDispatcher
    screens: Sequence[Screen]
    sweeper: Sweeper
    payers: Sequence[str] = ("member",)
    operators: frozenset[int] = frozenset()


class Client(commands.Bot):
    """Plantain on Discord. `compose` builds the services around this very client."""

    def __init__(self, *, compose: Callable[["Client"], Services]) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            # Words reach us only where they mention us, and are then read and not kept.
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            help_command=None,
            tree_cls=Tree,
        )
        self.services = compose(self)
        self._sweeping: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("client")

    async def setup_hook(self) -> None:
        await self.tree.set_translator(FluentTranslator(self.services.sentences))
        for name in COGS:
            await self.load_extension(name)
        for command in self.tree.get_commands():
            _admit(command)
        await self.tree.sync()
        self.services.alerts.start()
        # From now on people can be told.
        self._sweeping = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.services.sweeper.watch())
            group.create_task(self.services.privacy.rounds.watch())

    async def connect_with(self, token: str) -> None:
        """Log in and stay connected until closed. Raises SettingsError, DiscordUnreachable."""
        try:
            await self.start(token)
        except discord.LoginFailure as error:
            raise SettingsError(
                "DISCORD_TOKEN", "Discord refused it; copy the bot's token again"
            ) from error
        except discord.ConnectionClosed as error:
            if error.code == TOKEN_REFUSED:
                raise SettingsError(
                    "DISCORD_TOKEN", "Discord no longer accepts it; copy the bot's token again"
                ) from error
            raise DiscordUnreachable(str(error)) from error
        except (discord.DiscordException, ClientError, OSError) as error:
            # discord.py lets the errors of the HTTP library below it through.
            raise DiscordUnreachable(f"{type(error).__name__}: {error}") from error

    async def on_message(self, message: discord.Message, /) -> None:
        """Words are no commands here; a cog listens for replies."""

    async def is_operator(self, user: discord.abc.User) -> bool:
        """Whether this is who runs the bot: its application's owner or team, or named by them."""
        return user.id in self.services.operators or await self.is_owner(user)

    async def operator_ids(self) -> frozenset[int]:
        """Everybody who runs the bot: `is_operator` is true for these."""
        about = await self.application_info()
        if about.team is None:
            return self.services.operators | {about.owner.id}
        may = {discord.TeamMemberRole.admin, discord.TeamMemberRole.developer}
        team = {member.id for member in about.team.members if member.role in may}
        return self.services.operators | team

    async def close(self) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.wait([self._sweeping])
        await super().close()

    async def meet(self, interaction: discord.Interaction) -> bool:
        """Have the interaction's locale be the language that was chosen, if one was.

        False for whom the bot does not serve.
        """
        theirs = interaction.extras.setdefault("locale", interaction.locale)
        arrival = await self._arrival(interaction.user.id, server(interaction) or 0)
        interaction.locale = locale_of(arrival.language) if arrival.language else theirs
        return not arrival.blocked

    async def serves(self, interaction: discord.Interaction) -> bool:
        """Whether the bot serves who comes; whom it does not is told so."""
        if await self.meet(interaction):
            return True
        await self.tell_error(interaction, MemberBlocked())
        return False

    @asynccontextmanager
    async def telling(
        self, interaction: discord.Interaction, *, prompt: str = ""
    ) -> AsyncIterator[None]:
        """Whatever goes wrong inside is told to the person alone, in their language.

        `prompt` is what they would have to write again, to copy it.
        """
        await self.meet(interaction)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the one place where every error ends
            await self.tell_error(interaction, error, prompt)

    @asynccontextmanager
    async def telling_author(self, message: discord.Message) -> AsyncIterator[str | None]:
        """The same for a message; what they have and may do is not for the channel to read.

        Gives the language that was chosen, if one was: a message does not say its author's.
        """
        cards, guild = self.services.cards, message.guild
        chosen = (await self._arrival(message.author.id, guild.id if guild else 0)).language
        try:
            yield chosen
        except Exception as error:  # noqa: BLE001 - as above
            locale = chosen or (guild.preferred_locale.value if guild else DEFAULT_LOCALE)
            card = cards.problem(self._ours(error), locale)
            hint = None if isinstance(error, NothingSaid) else cards.said("reply-refused", locale)
            try:
                await tell_author(message, card, hint)
            except Exception as trouble:  # noqa: BLE001 - telling is the last thing to try
                self._log.warning("could not tell an error", problem=str(trouble))

    async def tell_error(
        self, interaction: discord.Interaction, error: Exception, prompt: str = ""
    ) -> None:
        """Show the sentence for an error; one that is not ours is logged with its trace first."""
        locale = interaction.locale.value
        card = self.services.cards.problem(self._ours(error), locale, prompt=prompt)
        try:
            await tell(interaction, card)
        except Exception as trouble:  # noqa: BLE001 - telling is the last thing that can be tried
            self._log.warning("could not tell an error", error=str(error), problem=str(trouble))

    async def _arrival(self, member_id: int, guild_id: int) -> Arrival:
        try:
            return await self.services.people.arrivals.meet(member_id, guild_id)
        except StorageError as error:
            # What they came for will find out by itself, and say so.
            self._log.warning("nothing is known of who comes", error=str(error))
            return Arrival(None, blocked=False)

    def _ours(self, error: Exception) -> PlantainError:
        if isinstance(error, PlantainError):
            return error
        reference = secrets.token_hex(4)
        self._log.error("unexpected", reference=reference, exc_info=error)
        return Unexpected(reference)


def _admit(command: Command | app_commands.ContextMenu) -> None:
    """Unless it is for servers alone, a command works wherever its user goes with it.

    What is for servers needs the bot to be installed there.
    """
    if command.allowed_contexts is None:
        command.allowed_contexts = app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=True
        )
    anywhere = bool(command.allowed_contexts.dm_channel)
    command.allowed_installs = app_commands.AppInstallationType(guild=True, user=anywhere)


class Tree(app_commands.CommandTree[Client]):
    """Commands whose errors all end in `Client.tell_error`."""

    async def interaction_check(self, interaction: discord.Interaction[Client], /) -> bool:
        typing = interaction.type is discord.InteractionType.autocomplete
        name = cast(dict[str, object], interaction.data or {}).get("name")
        if typing or name in FOR_ALL:
            await self.client.meet(interaction)
            return True
        return await self.client.serves(interaction)

    async def on_error(
        self, interaction: discord.Interaction[Client], error: app_commands.AppCommandError
    ) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await self.client.tell_error(interaction, cause)
