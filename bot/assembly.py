"""Every service of the bot, built once from what has been opened: the composition root's hands."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.client import Client, Services
from bot.db.database import Database
from bot.db.patient import Patient
from bot.generation.pricing import Ranking
from bot.i18n import Sentences
from bot.images.codec import UPLOAD_LIMIT
from bot.jobs.album import Album
from bot.jobs.alerts import Alerts
from bot.jobs.archive import Archives
from bot.jobs.bank import Bank, tariff_of
from bot.jobs.batches import Batches
from bot.jobs.board import Board
from bot.jobs.cancellation import Cancellations
from bot.jobs.characters import Characters
from bot.jobs.confirmations import Confirmations
from bot.jobs.courier import Courier
from bot.jobs.delivery import BatchDelivery, Delivery
from bot.jobs.dispatch import Dispatcher, InProcessDispatcher
from bot.jobs.estimates import Estimates
from bot.jobs.exhibit import Gallery
from bot.jobs.gifts import Gifts
from bot.jobs.history import History
from bot.jobs.job import Job
from bot.jobs.kept import Kept
from bot.jobs.lease import Leases
from bot.jobs.limits import Limits
from bot.jobs.links import Links
from bot.jobs.onward import Onward
from bot.jobs.outlets import Outlets
from bot.jobs.outlook import Outlooks
from bot.jobs.pots import Pots
from bot.jobs.quiet import Quiet
from bot.jobs.reports import Reports
from bot.jobs.runner import Runner
from bot.jobs.service import Quote, Studio
from bot.jobs.standing import Standings
from bot.jobs.supply import Supply
from bot.jobs.sweeper import Sweeper
from bot.jobs.treasury import Treasury
from bot.jobs.uploads import Uploads
from bot.jobs.versions import Versions
from bot.ledger.wallets import Wallets
from bot.people.doorway import Doorway
from bot.people.house import language, rules
from bot.people.people import People
from bot.privacy.eraser import Eraser
from bot.privacy.exports import Exports
from bot.privacy.forgetting import Forgetting
from bot.privacy.privacy import Policy, Privacy
from bot.privacy.rounds import Rounds
from bot.providers.base import Provider
from bot.providers.download import Downloader
from bot.providers.speed import Speeds
from bot.settings import Settings
from bot.ui.alert_cards import AlertCards
from bot.ui.alerts import DiscordTeller
from bot.ui.batch_cards import BatchCards
from bot.ui.batch_delivery import DiscordBatchDelivery
from bot.ui.batch_desk import BatchDesk
from bot.ui.cards import Cards
from bot.ui.care_cards import CareCards
from bot.ui.confirm_cards import ConfirmCards
from bot.ui.delivery import DiscordDelivery
from bot.ui.desk import Desk
from bot.ui.gallery_cards import GalleryCards
from bot.ui.limit_cards import LimitCards
from bot.ui.preflight import Preflight
from bot.ui.salon import Salon
from bot.ui.scribe import DiscordScribe
from bot.ui.showing import Showing
from bot.ui.veil import Veil
from bot.workshop import Workshop, World

LINK_SECONDS = 20.0
"""For a picture that a member's message links to."""


@dataclass(frozen=True, slots=True)
class _BackRoom:
    """Those who see jobs and batches to their end."""

    veil: Veil
    alerts: Alerts
    batch_cards: BatchCards
    board: Board
    courier: Courier
    runner: Runner
    dispatcher: InProcessDispatcher
    cancellations: Cancellations


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What every service is built from; `scrub` is the database's."""

    settings: Settings
    world: World
    database: Database
    scrub: Callable[[], Awaitable[bool]]
    bank: Bank
    workshop: Workshop
    provider: Provider
    ranking: Ranking
    supply: Supply
    speeds: Speeds

    def services(self, client: Client) -> Services:
        """All that cogs may ask, around this very client."""
        sentences = self.world.sentences()

        def larger(job: Job) -> Sequence[Quote]:
            # The studio comes last: it wakes the runner, which shows cards.
            return onward.larger(job)

        cards = Cards(sentences=sentences, catalog=self.workshop.catalog, larger=larger)
        confirm_cards = ConfirmCards(cards=cards, say=sentences.say)
        now, database, bank = self.world.now, self.database, self.bank
        scribe = DiscordScribe(client=client, cards=CareCards(sentences.say))
        back = self._back_room(client, cards, sentences)
        dispatcher, store, codec = back.dispatcher, self.workshop.store, self.workshop.codec
        uploads = Uploads(store=store, codec=codec)
        studio = self._studio(uploads, dispatcher, Doorway(database=database, scribe=scribe))
        onward = Onward(studio=studio, sentences=sentences)
        confirmations = self._confirmations(studio, uploads)
        characters = self._characters(uploads)
        batches = self._batches(studio, characters, dispatcher, back.courier)
        pots = Pots(database=database, ledger=bank.ledger, teams=bank.teams, now=now)
        return Services(
            studio=studio,
            onward=onward,
            history=History(database=database, studio=studio, store=store, now=now),
            versions=Versions(database=database, store=store, codec=codec),
            kept=Kept(database=database, uploads=uploads, now=now),
            characters=characters,
            links=self._links(),
            desk=self._desk(studio, cards, confirmations, confirm_cards),
            showing=self._showing(cards, back),
            salon=self._salon(client, GalleryCards(sentences=sentences, cards=cards), back.veil),
            veil=back.veil,
            cancellations=back.cancellations,
            privacy=self._privacy(back.cancellations),
            gifts=self._gifts(),
            pots=pots,
            standings=self._standings(pots, studio),
            limits=Limits(database=database, bank=bank),
            treasury=Treasury(database=database, ledger=bank.ledger, payers=bank.payers),
            alerts=back.alerts,
            outlets=Outlets(database=database, now=now),
            people=self._people(studio, sentences),
            scribe=scribe,
            reports=self._reports(),
            batches=batches,
            batch_desk=self._batch_desk(batches, back.batch_cards),
            batch_cards=back.batch_cards,
            courier=back.courier,
            confirmations=confirmations,
            cards=cards,
            confirm_cards=confirm_cards,
            limit_cards=LimitCards(cards=cards, say=sentences.say),
            sentences=sentences,
            dispatcher=dispatcher,
            screens=(back.runner, back.courier, back.board),
            sweeper=self._sweeper(dispatcher, back.courier),
            payers=self.settings.payers,
            operators=self.settings.operators,
        )

    def _back_room(self, client: Client, cards: Cards, sentences: Sentences) -> _BackRoom:
        now, leases = self.world.now, self._leases()
        veil = Veil(client=client, rules=partial(rules, self.database))
        alerts = self._alerts(client, sentences)
        batch_cards = BatchCards(cards=cards, say=sentences.say)
        board = self._board(DiscordDelivery(client=client, cards=cards, now=now, veil=veil))
        shown = DiscordBatchDelivery(client=client, cards=batch_cards, now=now, veil=veil)

        async def cancel(job: Job) -> None:
            # Whoever cancels comes last: it stops what the runner runs.
            await cancellations.cancel(job, reply_token="")

        courier = self._courier(shown, leases, cancel)
        runner = self._runner(Quiet(board, database=self.database, nudge=courier.nudge), leases)
        dispatcher = InProcessDispatcher(
            courier.after(alerts.after(runner.run)),
            postpone=runner.postpone,
            now=now,
            sleep=self.world.sleep,
        )
        cancellations = self._cancellations(leases, runner, dispatcher)
        return _BackRoom(
            veil, alerts, batch_cards, board, courier, runner, dispatcher, cancellations
        )

    def _gallery(self) -> Gallery:
        store, codec = self.workshop.store, self.workshop.codec
        return Gallery(database=self.database, store=store, codec=codec)

    def _salon(self, client: Client, cards: GalleryCards, veil: Veil) -> Salon:
        album = Album(
            database=self.database,
            store=self.workshop.store,
            codec=self.workshop.codec,
            calendar=self.bank.calendar,
            now=self.world.now,
            new_id=self.world.new_id,
        )
        return Salon.of(
            self.database,
            client=client,
            album=album,
            gallery=self._gallery(),
            cards=cards,
            veil=veil,
            rules=partial(rules, self.database),
            now=self.world.now,
        )

    def _showing(self, cards: Cards, back: _BackRoom) -> Showing:
        return Showing(
            gallery=self._gallery(),
            cards=cards,
            collect=back.runner.collect,
            veil=back.veil,
        )

    def _board(self, delivery: Delivery) -> Board:
        world = self.world
        return Board(
            delivery,
            database=self.database,
            now=world.now,
            monotonic=world.monotonic,
            sleep=world.sleep,
        )

    def _leases(self) -> Leases:
        world = self.world
        return Leases(
            database=self.database,
            now=world.now,
            tick=world.tick,
            seconds=self.settings.lease_seconds,
        )

    def _runner(self, delivery: Delivery, leases: Leases) -> Runner:
        world, slots = self.world, self.settings.max_jobs
        return Runner(
            database=Patient(self.database, sleep=world.sleep),
            ledger=self.bank.ledger,
            payers=self.bank.payers,
            provider=self.provider,
            catalog=self.workshop.catalog,
            store=self.workshop.store,
            codec=self.workshop.codec,
            delivery=delivery,
            leases=leases,
            new_id=world.new_id,
            slots=slots,
            each=self.settings.max_jobs_per_member,
            together=self.settings.max_jobs_per_server,
            budgets=self.supply.budgets,
            estimates=Estimates(speeds=self.speeds, slots=slots, now=world.now),
        )

    def _cancellations(
        self, leases: Leases, runner: Runner, dispatcher: InProcessDispatcher
    ) -> Cancellations:
        return Cancellations(
            database=self.database,
            payers=self.bank.payers,
            leases=leases,
            store=self.workshop.store,
            tell=runner.tell,
            dispatcher=dispatcher,
            new_id=self.world.new_id,
        )

    def _privacy(self, cancellations: Cancellations) -> Privacy:
        database, store, now = self.database, self.workshop.store, self.world.now
        eraser = Eraser(database=database, store=store, now=now)
        forgetting = Forgetting(
            database=database,
            scrub=self.scrub,
            ledger=self.bank.ledger,
            cancellations=cancellations,
            eraser=eraser,
            now=now,
            new_id=self.world.new_id,
        )
        rounds = Rounds(
            forgetting=forgetting,
            eraser=eraser,
            scrub=self.scrub,
            days=self.settings.retention_days,
            now=now,
            monotonic=self.world.monotonic,
            tick=self.world.tick,
        )
        codec = self.workshop.codec
        exports = Exports(database=database, store=store, codec=codec, now=now)
        url, days = self.settings.privacy_url, self.settings.retention_days
        policy = Policy(days, str(url) if url else None)
        return Privacy(forgetting, exports, rounds, policy)

    def _desk(
        self,
        studio: Studio,
        cards: Cards,
        confirmations: Confirmations,
        confirm_cards: ConfirmCards,
    ) -> Desk:
        return Desk(
            studio=studio,
            cards=cards,
            confirmations=confirmations,
            confirm_cards=confirm_cards,
            preflight=self._preflight(),
        )

    def _preflight(self) -> Preflight:
        return Preflight(age_restricted_only=self.settings.age_restricted_only)

    def _archives(self) -> Archives:
        return Archives(store=self.workshop.store, codec=self.workshop.codec)

    def _batch_desk(self, batches: Batches, cards: BatchCards) -> BatchDesk:
        return BatchDesk(
            batches=batches, archives=self._archives(), cards=cards, preflight=self._preflight()
        )

    def _courier(
        self, delivery: BatchDelivery, leases: Leases, cancel: Callable[[Job], Awaitable[None]]
    ) -> Courier:
        world = self.world
        return Courier(
            database=Patient(self.database, sleep=world.sleep),
            archives=self._archives(),
            delivery=delivery,
            cancel=cancel,
            leases=leases,
            monotonic=world.monotonic,
            sleep=world.sleep,
            new_id=world.new_id,
        )

    def _batches(
        self, studio: Studio, characters: Characters, dispatcher: Dispatcher, courier: Courier
    ) -> Batches:
        async def house_style(guild_id: int) -> str | None:
            return (await rules(self.database, guild_id)).house_style

        return Batches(
            database=self.database,
            studio=studio,
            characters=characters,
            house_style=house_style,
            payers=self.bank.payers,
            dispatcher=dispatcher,
            nudge=courier.nudge,
            now=self.world.now,
            new_id=self.world.new_id,
        )

    def _sweeper(self, dispatcher: InProcessDispatcher, courier: Courier) -> Sweeper:
        return Sweeper(
            database=self.database,
            dispatcher=dispatcher,
            provider=self.provider,
            payers=self.bank.payers,
            store=self.workshop.store,
            now=self.world.now,
            monotonic=self.world.monotonic,
            tick=self.world.tick,
            lease=self.settings.lease_seconds,
            more=(courier.sweep,),
        )

    def _studio(self, uploads: Uploads, dispatcher: Dispatcher, gate: Doorway) -> Studio:
        return Studio(
            catalog=self.workshop.catalog,
            providers=tuple(dict.fromkeys(way.name for way in self.workshop.ways)),
            ranking=self.ranking,
            default_model=self.settings.default_model,
            tariff=tariff_of(self.settings),
            database=self.database,
            payers=self.bank.payers,
            uploads=uploads,
            dispatcher=dispatcher,
            today=self.world.today,
            now=self.world.now,
            new_id=self.world.new_id,
            openings=self.supply.openings,
            gate=gate,
        )

    def _people(self, studio: Studio, sentences: Sentences) -> People:
        return People.of(
            self.database,
            catalog=self.workshop.catalog,
            models=studio.models,
            languages=sentences.languages,
            now=self.world.now,
        )

    def _confirmations(self, studio: Studio, uploads: Uploads) -> Confirmations:
        return Confirmations(
            database=self.database,
            studio=studio,
            uploads=uploads,
            now=self.world.now,
            new_id=self.world.new_id,
            threshold=self.settings.confirm_from_credits,
        )

    def _characters(self, uploads: Uploads) -> Characters:
        return Characters(
            database=self.database,
            uploads=uploads,
            store=self.workshop.store,
            codec=self.workshop.codec,
            now=self.world.now,
            new_id=self.world.new_id,
        )

    def _links(self) -> Links:
        # What a member links to may lie in no private network, whatever the operator allows.
        downloader = Downloader(limit=UPLOAD_LIMIT, time_limit=LINK_SECONDS)
        return Links(downloader=downloader, store=self.workshop.store)

    def _gifts(self) -> Gifts:
        return Gifts(
            database=self.database,
            ledger=self.bank.ledger,
            calendar=self.bank.calendar,
            now=self.world.now,
            new_id=self.world.new_id,
            daily=self.settings.gift_daily_credits,
        )

    def _standings(self, pots: Pots, studio: Studio) -> Standings:
        ledger, now = self.bank.ledger, self.world.now
        return Standings(
            database=self.database,
            ledger=ledger,
            wallets=Wallets(database=self.database, ledger=ledger, now=now),
            allowances=self.bank.allowances,
            quotas=self.bank.quotas,
            pots=pots,
            calendar=self.bank.calendar,
            codec=self.workshop.codec,
            now=now,
            outlooks=Outlooks(studio=studio, catalog=self.workshop.catalog, supply=self.supply),
        )

    def _alerts(self, client: Client, sentences: Sentences) -> Alerts:
        return Alerts(
            database=self.database,
            quotas=self.bank.quotas,
            teller=DiscordTeller(
                client=client,
                cards=AlertCards(sentences.say),
                operators=client.operator_ids,
                language=partial(language, self.database),
            ),
            now=self.world.now,
            new_id=self.world.new_id,
            sleep=self.world.sleep,
            more=self.supply.levels,
        )

    def _reports(self) -> Reports:
        models = self.workshop.catalog.models
        return Reports(
            database=self.database,
            calendar=self.bank.calendar,
            codec=self.workshop.codec,
            now=self.world.now,
            # A model may have left the catalog since.
            nickname=lambda model: models[model].nickname if model in models else model,
        )
