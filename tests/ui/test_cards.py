"""Every card in both languages, word for word, and within Discord's limits whatever is in it.

The words are kept in `tests/golden/cards/<language>/<card>.txt`. After a change that is meant,
write them anew with `PLANTAIN_WRITE_GOLDEN=1 pytest tests/ui/test_cards.py` and read the diff.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import (
    BeingForgotten,
    CopyCut,
    ExportTooSoon,
    MemberBlocked,
    NoSuchStyle,
    NotOnOffer,
    OperatorsStay,
    RoleNeeded,
    TooDear,
    TooManyPictures,
    TooManyStyles,
    TooManyWords,
    UnusableStyle,
    UnusableWord,
    WordKeptOut,
    WrongChannel,
)
from bot.errors import (
    Billed,
    CommitUnknown,
    DeliveryFailed,
    DiscordUnreachable,
    EmptyPrompt,
    ErrorKind,
    GivenBack,
    Instead,
    Interrupted,
    JobUnknown,
    LedgerWrong,
    LimitReached,
    ManagersOnly,
    NobodyNamed,
    NoSuchAmount,
    NotAPicture,
    NotEnoughCredits,
    NothingToRefund,
    NoThinking,
    OperatorsOnly,
    PictureKept,
    PictureTooHeavy,
    PlantainError,
    PromptTooLong,
    ProviderError,
    Scope,
    SettingsError,
    ShuttingDown,
    StorageError,
    TeamBusy,
    TeamExists,
    TooManyPixels,
    TooManyReferenceImages,
    Unexpected,
    UnknownModel,
    UnsupportedAspectRatio,
    UnsupportedResolution,
    UnsupportedThinking,
)
from bot.generation.cast import NAME_LIMIT as CHARACTER_LIMIT
from bot.generation.cast import Cast, Character
from bot.generation.catalog import Catalog
from bot.generation.pricing import Price
from bot.generation.request import (
    AspectRatio,
    GenerationRequest,
    ImageRef,
    Resolution,
    Style,
    Thinking,
)
from bot.i18n import Sentences
from bot.jobs.album import PAGE, Cursor, Page, Print, View
from bot.jobs.characters import Ensemble
from bot.jobs.characters import Saved as SavedCharacter
from bot.jobs.confirmations import Asked
from bot.jobs.delivery import Picture
from bot.jobs.gifts import NOTE_LIMIT, Gift, GiftOffer, GiftState, Given
from bot.jobs.history import Details
from bot.jobs.job import (
    Button,
    Job,
    JobKind,
    JobState,
    Origin,
    Place,
    Receipt,
    Shortfall,
    Stored,
)
from bot.jobs.kept import Shelf
from bot.jobs.levels import POOL, Alert, Level
from bot.jobs.limits import Overview
from bot.jobs.onward import Choices
from bot.jobs.outlets import Outlet
from bot.jobs.outlook import KeyState, Outlook, Trouble
from bot.jobs.payers import PaidBy
from bot.jobs.pots import NAME_LIMIT, ClosedPot, OpenedPot, Pot
from bot.jobs.question import Question
from bot.jobs.reports import Report, Span
from bot.jobs.service import Draft, Quote
from bot.jobs.standing import Running, Spending, Standing
from bot.jobs.tally import Group, Ranking, Share, Sums
from bot.jobs.treasury import Moved
from bot.jobs.versions import MOST, Tree, Version
from bot.ledger.entry import Account, LedgerEntry, MovementKind
from bot.ledger.teams import Team, TeamMember
from bot.ledger.wallets import Statement
from bot.mirror import QuestionExpired, QuestionOver, UpstreamClosed
from bot.people.defaults import Defaults
from bot.people.doorway import Note
from bot.people.house import House
from bot.people.house import Overview as HouseOverview
from bot.people.moderation import Entry
from bot.people.setting import STYLE_LIMIT, Range, Setting
from bot.people.styles import MOST_STYLES, WORDS_LIMIT, Owner, Saved, Wardrobe
from bot.people.styles import NAME_LIMIT as STYLE_NAME_LIMIT
from bot.pressing import (
    AgeRestrictedOnly,
    AgeRestrictedPicture,
    BotMayNot,
    Cancelled,
    GalleryBarred,
    GalleryClosed,
    GalleryUnseen,
    InGalleryAlready,
    KeptNoLonger,
    MayNotUseHere,
    MessageGone,
    NoGalleryChannel,
    NoPictureThere,
    NoSuchCharacter,
    NoSuchDay,
    NoSuchEmoji,
    NotForGallery,
    NothingBefore,
    NothingSaid,
    NothingToEdit,
    NotYourPicture,
    PictureUnreachable,
    TooLateToCancel,
    TooManyCharacters,
    UnusableName,
)
from bot.privacy.forgetting import Remains
from bot.privacy.privacy import Policy
from bot.providers.base import Balance
from bot.providers.meters import Reading
from bot.quotas.allowance import Allowance, Purse
from bot.quotas.budget import KeyUse, Spend
from bot.quotas.calendar import Period
from bot.quotas.limit import Limit, Measure, Use, Whose
from bot.sharing import (
    BotsHaveNoCredits,
    DailyGiftsReached,
    GiftOver,
    GiftToOneself,
    NoTeam,
    NotInThisServer,
    NotYourTeam,
    ServerOnly,
    TooFewCredits,
)
from bot.ui.alert_cards import AlertCards
from bot.ui.balance_cards import BalanceCards
from bot.ui.cards import Cards, harmless, quoted
from bot.ui.care_cards import CareCards
from bot.ui.character_cards import CharacterCards
from bot.ui.compose_form import ComposeForm
from bot.ui.confirm_cards import ConfirmCards
from bot.ui.detail_cards import DetailCards
from bot.ui.gallery_cards import GalleryCards
from bot.ui.gift_cards import GiftCards
from bot.ui.help_cards import HelpCards, Listed
from bot.ui.kept_cards import KeptCards
from bot.ui.limit_cards import LimitCards
from bot.ui.modals import DeleteModal, EditModal, PickModal, RemixModal
from bot.ui.parcels import Handed
from bot.ui.preference_cards import PreferenceCards
from bot.ui.privacy_cards import PrivacyCards
from bot.ui.report_cards import ReportCards
from bot.ui.setting_form import SettingForm
from bot.ui.settings_cards import SettingsCards
from bot.ui.style_cards import StyleCards
from bot.ui.team_cards import TeamCards
from bot.ui.version_cards import VersionCards
from tests.ui.batch_samples import BATCH_ERRORS, batch_cards

GOLDEN = Path(__file__).parents[1] / "golden" / "cards"
LOCALES = MappingProxyType({"en": "en-US", "zh-CN": "zh-CN"})
CATALOG = Catalog.load()
SENTENCES = Sentences.load()
SIZES = (
    Quote(Resolution.R1K, Price(credits=7, usd_micros=33_600)),
    Quote(Resolution.R2K, Price(credits=11, usd_micros=50_400)),
    Quote(Resolution.R4K, Price(credits=23, usd_micros=113_000)),
)


def larger(job: Job) -> list[Quote]:
    """What is above the job's resolution, at a price as large as the job's."""
    sizes = list(Resolution)
    above = sizes[sizes.index(job.request.resolution) + 1 :]
    dear = job.price.credits > 10**6
    return [
        replace(quote, price=job.price) if dear else quote
        for quote in SIZES
        if quote.resolution in above
    ]


CARDS = Cards(sentences=SENTENCES, catalog=CATALOG, larger=larger)
GIFT_CARDS, TEAM_CARDS = GiftCards(SENTENCES), TeamCards(SENTENCES)
BALANCE_CARDS = BalanceCards(SENTENCES)
CONFIRM_CARDS = ConfirmCards(cards=CARDS, say=SENTENCES.say)
DETAIL_CARDS = DetailCards(sentences=SENTENCES, cards=CARDS)
GALLERY_CARDS = GalleryCards(sentences=SENTENCES, cards=CARDS)
VERSION_CARDS, KEPT_CARDS = VersionCards(SENTENCES), KeptCards(SENTENCES)
CHARACTER_CARDS = CharacterCards(SENTENCES)
ALERT_CARDS, REPORT_CARDS = AlertCards(SENTENCES.say), ReportCards(SENTENCES.say)
LIMIT_CARDS = LimitCards(cards=CARDS, say=SENTENCES.say)
CHOICES = Range(models=lambda: list(CATALOG.models.values()), languages=SENTENCES.languages)
SETTINGS_CARDS = SettingsCards(SENTENCES, CHOICES)
PREFERENCE_CARDS = PreferenceCards(SENTENCES, CHOICES)
HELP_CARDS = HelpCards(sentences=SENTENCES, payers=("team", "server", "member"))
CARE_CARDS, STYLE_CARDS = CareCards(SENTENCES.say), StyleCards(SENTENCES.say)
PRIVACY_CARDS = PrivacyCards(SENTENCES, Policy())
NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC in microseconds."""
PROMPT = "a **lighthouse** at dusk\nfor @everyone & <@123456789012345678>"
REQUEST = GenerationRequest(prompt=PROMPT, model="gemini-nano-banana-2.1")
MANY = replace(REQUEST, aspect_ratio=AspectRatio.W16_H9, resolution=Resolution.R4K, count=4)
STYLE = Style("old *ink*", "ink wash, **much** white paper\n@here")
STYLED = replace(MANY, style=STYLE, house_style="flat *colours*\nfor @everyone, photorealistic")
CLASHING = replace(STYLED, prompt="an anime _fox_, " + "very " * 200)
THOUGHT = replace(REQUEST, thinking=Thinking.HIGH)
ORIGINAL = ImageRef("0" * 64, "image/png", 5504, 3072, 30_000_000)
PLACE = Place(
    member_id=1,
    guild_id=2,
    channel_id=3,
    message_id=4,
    application_id=5,
    reply_token="token",
    locale="en-US",
    private=False,
    upload_limit=10_485_760,
)
JOB = Job(
    id="18e9ed7f4d8eec53de800a7ef336b9f2",
    kind=JobKind.IMAGINE,
    state=JobState.RUNNING,
    place=PLACE,
    request=REQUEST,
    provider="google",
    price=Price(credits=7, usd_micros=33_600),
    account_id="member:1",
    reservation_id="r",
    created_at=NOON,
    started_at=NOON + 2_000_000,
)
STATEMENT = Statement(
    available=1_086,
    held=14,
    spent_this_month=1,
    month_start=NOON - 20 * 86_400_000_000,
    entries=tuple(
        LedgerEntry(kind, available, held, "", None, NOON - number * 60_000_000)
        for number, (kind, available, held) in enumerate(
            [
                (MovementKind.SETTLE, 2, -9),
                (MovementKind.RESERVE, -9, 9),
                (MovementKind.RELEASE, 7, -7),
                (MovementKind.REFUND, 7, 0),
                (MovementKind.TRANSFER, -1_000, 0),
                (MovementKind.GRANT, 100, 0),
            ]
        )
    ),
)


def limit_refusals() -> Iterator[LimitReached]:
    """Every owner and every measure, with each kind of advice."""
    works = Instead("Nano Banana 2.1", "1K", 1, 7)
    opens = {Measure.RATE: NOON + 90_000_000, Measure.JOBS: None, Measure.TOTAL: None}
    for whose in Whose:
        ask = "operator" if whose is Whose.BOT else "manager"
        yield LimitReached(Measure.DAY, whose, 50, 43, 14, NOON + 43_200_000_000, works, ask)
        for measure in Measure:
            when = opens.get(measure, NOON + 3_600_000_000)
            yield LimitReached(measure, whose, 10, 10, 14, when, None, ask)
            yield LimitReached(measure, whose, 0, 0, 14, when, None, ask)


def upstream_refusals() -> Iterator[UpstreamClosed]:
    """Every reason, with each kind of advice."""
    works = Instead("Nano Banana", "1K", 1, 8)
    model, opens = "Nano Banana 2.1", NOON + 3_600_000_000
    for scope in (Scope.HOUR, Scope.DAY, Scope.MONTH):
        yield UpstreamClosed(model, ErrorKind.SPEND_LIMIT, scope, opens, sure=True)
    yield UpstreamClosed(model, ErrorKind.SPEND_LIMIT, Scope.TOTAL, None, sure=True)
    yield UpstreamClosed(model, ErrorKind.SPEND_LIMIT, Scope.DAY, opens, True, works)
    for kind in (ErrorKind.BILLING_EXHAUSTED, ErrorKind.OVERLOADED, ErrorKind.AUTH_INVALID):
        yield UpstreamClosed(model, kind, None, opens, sure=False)


ERRORS: tuple[PlantainError, ...] = (
    SettingsError("DISCORD_TOKEN", "set it"),
    StorageError("disk I/O error"),
    CommitUnknown("the connection to the database was lost"),
    LedgerWrong(2),
    EmptyPrompt(),
    PromptTooLong(6001, 6000),
    PromptTooLong(1203, 1000, 303),
    UnknownModel("dall-e", "gemini-nano-banana-2.1, gemini-3-pro-image"),
    UnsupportedAspectRatio("Nano Banana Pro", "1:8", "1:1, 16:9"),
    UnsupportedResolution("Nano Banana", "4K", "1K"),
    UnsupportedThinking("Nano Banana 2", "medium", "minimal, high"),
    NoThinking("Nano Banana Pro"),
    TooManyReferenceImages("Nano Banana", 4, 3),
    NotEnoughCredits(7, 5),
    NotEnoughCredits(1, 0),
    NotEnoughCredits(28, 20, Instead("Nano Banana 2.1", "2K", 2, 20), "manager"),
    NotEnoughCredits(28, 0, None, "manager"),
    NotEnoughCredits(28, 0, None, "operator"),
    *limit_refusals(),
    *upstream_refusals(),
    QuestionOver(),
    QuestionExpired(14),
    ManagersOnly(),
    OperatorsOnly(),
    NoSuchAmount("a **lot**"),
    NobodyNamed("role"),
    NothingToRefund("7ef336b9"),
    TeamExists(),
    TeamBusy(),
    TooFewCredits(20, 1),
    ServerOnly(),
    GiftToOneself(),
    BotsHaveNoCredits(),
    NotInThisServer(),
    DailyGiftsReached(200, 15, NOON),
    GiftOver(),
    NoTeam(),
    NotYourTeam(),
    MayNotUseHere(),
    NotYourPicture(),
    *(BotMayNot(lacks) for lacks in ("seeing", "writing", "threads", "files")),
    AgeRestrictedOnly(),
    TooLateToCancel(),
    MessageGone(),
    NothingBefore(),
    NoPictureThere(),
    NothingToEdit(),
    *BATCH_ERRORS,
    NoSuchEmoji("a *face*"),
    KeptNoLonger(),
    NoSuchCharacter("Mia_1"),
    UnusableName("two [words](x)", 32),
    TooManyCharacters(5),
    PictureUnreachable("my_**fox**.png"),
    NothingSaid(),
    NoSuchDay("*some* day"),
    GalleryClosed(),
    NoGalleryChannel(),
    GalleryUnseen(),
    GalleryBarred("files"),
    NotForGallery(),
    AgeRestrictedPicture(),
    InGalleryAlready(),
    WrongChannel((3, 4)),
    RoleNeeded((7, 8)),
    TooManyPictures(4, 1),
    TooManyPictures(4, 2),
    TooDear(14, 10),
    WordKeptOut("a *word*"),
    MemberBlocked(),
    BeingForgotten(),
    *(CopyCut(parts) for parts in (0, 1, 3)),
    *(ExportTooSoon(minutes) for minutes in (1, 42)),
    OperatorsStay(),
    UnusableWord("**"),
    TooManyWords(200),
    NoSuchStyle("old *ink*"),
    UnusableStyle(32, 500),
    TooManyStyles(25),
    NotOnOffer("dall-e"),
    ShuttingDown(),
    JobUnknown(),
    NotAPicture("my_**note**.png"),
    PictureTooHeavy("big.png", 20_971_521, 20_971_520),
    TooManyPixels("wide.png", 144, 40),
    DiscordUnreachable("timeout"),
    DeliveryFailed("403"),
    PictureKept("a1b2c3d4"),
    Interrupted(),
    GivenBack(),
    Cancelled(),
    Unexpected("7ef336b9"),
    *(ProviderError(kind, "google", Billed.NO) for kind in ErrorKind),
    ProviderError(ErrorKind.RATE_LIMITED, "google", Billed.NO, retry_after=38),
    ProviderError(ErrorKind.TEXT_ONLY, "google", Billed.YES, said="I *cannot*, @here, draw that."),
)

TEAM = Team("t", 2, 3, "the *best* of @everyone", 40, NOON + 86_400_000_000, 1, NOON)
AWAY = TeamMember(1, 50, 14, away=True)
POT = Pot(
    team=TEAM,
    available=86,
    held=7,
    members=(TeamMember(1, 50, 14, away=False), TeamMember(5, 10, 0, away=True)),
    me=TeamMember(1, 50, 14, away=False),
    over=False,
)
ENDLESS = replace(POT, team=replace(TEAM, per_member=None, expires_at=None), me=None)
CLOSED = ClosedPot(TEAM, {5: 1, 1: 20}, expired=False)
GIFT = Gift(JOB.id, 1, 5, 20, "for *you*\n# and @here", GiftState.OFFERED, NOON)
DAYS = tuple(date(2026, 10, 23) + timedelta(days=n) for n in range(30))
STANDING = Standing(
    member_id=5,
    statement=replace(
        STATEMENT,
        entries=(
            *STATEMENT.entries,
            *(
                LedgerEntry(MovementKind.TRANSFER, 20, 0, reason, None, NOON)
                for reason in ("gift", "team", "team closed", "fund by 5", "take by 1: gift")
            ),
        ),
    ),
    purse=Purse(Allowance(2, 2, 50, Period.WEEK, 10), used=14, carried=4, renews_at=NOON),
    pool=Account("server:2", 1_000, 7),
    pot=POT,
    uses=(
        Use(Whose.MEMBER, Measure.RATE, 10, 0, None),
        Use(Whose.ROLE, Measure.DAY, 200, 30, NOON + 43_200_000_000),
        Use(Whose.SERVER, Measure.JOBS, 4, 1, None),
        Use(Whose.BOT, Measure.TOTAL, 1_000_000, 999_999, None),
    ),
    running=(
        Running(2, 3, 4, private=False, credits=7),
        Running(None, 3, 4, private=False, credits=14),
        *(Running(2, 3, 4, private=True, credits=1) for _ in range(5)),
    ),
    spending=Spending(DAYS, (0,) * 20 + (7, 42, 42) + (0,) * 7, b"PNG"),
)
REPORT = Report(
    guild_id=2,
    span=Span.DAYS,
    days=DAYS,
    amounts=(0,) * 20 + (7, 42, 42) + (0,) * 7,
    sums=Sums(paid=1_091, refunded=7, pictures=140, jobs=120, by_pool=1_000, by_teams=84),
    rankings={
        Group.MEMBER: Ranking((Share("5", 1_084, 139), Share("1", 7, 1)), 0),
        Group.CHANNEL: Ranking(tuple(Share(f"{n}", 9 - n, 10 - n) for n in range(3, 8)), 16),
        Group.MODEL: Ranking((Share("a *new* model", 1_091, 140),), 0),
        Group.SERVER: Ranking((Share("2", 1_090, 139), Share("", 1, 1), Share("9", 0, 0)), 1),
    },
    chart=b"PNG",
    table=b"CSV",
)
DAY_LIMIT = Level("server:2", 2, Measure.DAY, NOON + 43_200_000_000, 812, 1_000)
CHOSEN = Defaults("gemini-3-pro-image", AspectRatio.W16_H9, Resolution.R2K, True, "zh-CN")
HOUSE = House(
    CHOSEN,
    channels=(3, 4),
    roles=(2, 7),
    spoilers=(4,),
    max_count=1,
    max_credits=20,
    house_style="flat *colours*\nfor @everyone",
    gallery_channel=5,
    log_channel=6,
)
NEWCOMER = Standing(
    member_id=5,
    statement=replace(STATEMENT, held=0, entries=()),
    purse=None,
    pool=None,
    pot=None,
    uses=(),
    running=(),
    spending=Spending(DAYS, (0,) * 30),
)


CLOSURES = tuple(upstream_refusals())
KEY = KeyState("google", "0a1b2c3d4e5f", (), (), None)
OUTLOOK = Outlook(
    closures=(CLOSURES[1], CLOSURES[5]),
    everything=False,
    keys=(
        KEY,
        replace(KEY, troubles=(Trouble(None, ErrorKind.BILLING_EXHAUSTED, NOON),)),
        replace(
            KEY,
            provider="evolink",
            troubles=(Trouble("Nano Banana 2", ErrorKind.MODEL_UNAVAILABLE, NOON),),
            uses=tuple(KeyUse(KEY.key, measure, 20_000_000, 12_345_600, NOON) for measure in Spend),
            reading=Reading(Balance(Decimal("1234.5"), "credits"), NOON),
        ),
        *(
            replace(KEY, provider="toapis", reading=Reading(balance, NOON))
            for balance in (
                Balance(Decimal(7), "USD"),
                Balance(Decimal(7), "unknown"),
                Balance(Decimal(0), "unknown", unlimited=True),
            )
        ),
    ),
)
QUESTION = Question(
    id=JOB.id,
    member_id=1,
    kind=JobKind.IMAGINE,
    request=MANY,
    origin=None,
    brought_by=None,
    button=None,
    kept=0,
    private=False,
    credits=92,
    state="asked",
    asked_at=NOON,
)
ASKED = Asked(QUESTION, Draft(JobKind.IMAGINE, MANY, "google", Price(23, 113_000)), PaidBy.MEMBER)


def job(locale: str, request: GenerationRequest = REQUEST) -> Job:
    return JOB.evolve(place=replace(PLACE, locale=locale), request=request)


def private(job: Job) -> Job:
    return job.evolve(place=replace(job.place, private=True))


def pictures(*how: str) -> list[tuple[str, Picture]]:
    return [
        (f"plantain-{n}.webp", Picture(Path("x"), "image/webp", ORIGINAL, way))
        for n, way in enumerate(how, start=1)
    ]


def cards(locale: str) -> dict[str, list[discord.ui.LayoutView]]:
    """Every card there is, by the name of its golden file."""
    draft = Draft(JobKind.IMAGINE, REQUEST, "google", JOB.price)
    one, many = job(locale), job(locale, MANY)
    edited = one.evolve(origin=Origin(JOB.id, 0))
    again = edited.evolve(brought_by=5)
    short = Shortfall(missing=1, kind=ErrorKind.OVERLOADED)
    return {
        "accepted": [
            CARDS.accepted(draft, locale),
            CARDS.accepted(replace(draft, request=MANY), locale),
            *(
                CARDS.accepted(replace(draft, request=replace(MANY, thinking=level)), locale)
                for level in Thinking
            ),
            CARDS.accepted(draft, locale, again.press),
            CARDS.accepted(replace(draft, request=STYLED), locale),
            CARDS.accepted(replace(draft, request=CLASHING), locale),
            CARDS.accepted(replace(draft, request=CLASHING), locale, again.press),
            *(
                CARDS.accepted(
                    draft, locale, edited.evolve(button=button).press, reference_images=2, kept=kept
                )
                for kept, button in zip((0, 1, 2) * 2, Button, strict=True)
            ),
        ],
        "queued": [
            *(CARDS.queued(one, ahead) for ahead in (0, 1, 2)),
            CARDS.queued(again, 0),
            CARDS.queued(one, 3, NOON),
        ],
        "cancelled": [CARDS.cancelled(one)],
        "postponed": [CARDS.postponed(one, NOON + 38_000_000)],
        "moved": [CARDS.moved(one, "https://discord.com/channels/1/2/3")],
        "drawing": [
            CARDS.drawing(one),
            CARDS.drawing(one, NOON),
            CARDS.drawing(many.evolve(started_at=None)),
        ],
        "waiting": [CARDS.waiting(one, NOON + 38_000_000)],
        "result": [
            CARDS.result(one, pictures("unchanged"), Receipt(7, 93, 1, 13), None),
            CARDS.result(one, pictures("lossless"), Receipt(1, 1, 1, 3600), None),
            CARDS.result(many, pictures("lossy", "smaller", "lossy"), Receipt(21, 0, 4, 61), short),
            CARDS.result(job(locale, STYLED), pictures("unchanged"), Receipt(7, 93, 1, 9), None),
            CARDS.result(job(locale, THOUGHT), pictures("unchanged"), Receipt(7, 93, 1, 29), None),
            CARDS.result(again, pictures("unchanged"), Receipt(7, 93, 1, 13), None),
            CARDS.result(edited, pictures("unchanged"), Receipt(7, 93, 1, 13), None),
            CARDS.result(private(one), pictures("unchanged"), Receipt(7, 93, 1, 13), None),
            *(
                CARDS.result(
                    one.evolve(account_id=account),
                    pictures("unchanged"),
                    Receipt(7, None, 1, 13),
                    None,
                )
                for account in ("team:0a", "server:2")
            ),
        ],
        **batch_cards(locale, CARDS),
        "problems": [
            *(CARDS.problem(error, locale) for error in ERRORS),
            CARDS.problem(ERRORS[-1], locale, prompt=PROMPT),
        ],
        "confirm": [
            CONFIRM_CARDS.asked(ASKED, locale),
            CONFIRM_CARDS.asked(replace(ASKED, paid_by=PaidBy.SERVER, changed=True), locale),
            CONFIRM_CARDS.asked(
                replace(ASKED, paid_by=PaidBy.TEAM, team=TEAM.name, repaid=True), locale
            ),
            CONFIRM_CARDS.asked(
                replace(ASKED, draft=replace(ASKED.draft, request=CLASHING)), locale
            ),
            CONFIRM_CARDS.taken(QUESTION, locale),
            CONFIRM_CARDS.declined(QUESTION, locale),
        ],
        "balance": [
            BALANCE_CARDS.balance(replace(NEWCOMER, outlook=OUTLOOK), locale),
            BALANCE_CARDS.balance(
                replace(NEWCOMER, outlook=replace(OUTLOOK, everything=True, keys=())), locale
            ),
            BALANCE_CARDS.balance(STANDING, locale),
            BALANCE_CARDS.balance(NEWCOMER, locale),
            BALANCE_CARDS.balance(replace(STANDING, statement=None, pool=None), locale),
        ],
        "gift": [
            GIFT_CARDS.offered(GiftOffer(GIFT, 100, 200), locale),
            GIFT_CARDS.given(Given(GIFT, 80, now=True), locale),
            GIFT_CARDS.cancelled(GIFT, locale),
            GIFT_CARDS.received(GIFT, locale),
            GIFT_CARDS.received(replace(GIFT, amount=1, note=""), locale),
        ],
        "team": [
            TEAM_CARDS.shown(POT, locale),
            TEAM_CARDS.shown(replace(POT, held=0, over=True, me=AWAY), locale),
            TEAM_CARDS.opened(OpenedPot(ENDLESS, None), locale),
            TEAM_CARDS.opened(OpenedPot(ENDLESS, replace(CLOSED, expired=True)), locale),
            TEAM_CARDS.topped_up(POT, 5, 10, locale),
            TEAM_CARDS.joined(POT, 6, locale),
            TEAM_CARDS.left(POT, locale),
            TEAM_CARDS.closed(CLOSED, locale),
            TEAM_CARDS.closed(replace(CLOSED, returned={}), locale),
        ],
        "limits": limit_cards(locale),
        "details": detail_cards(locale, one),
        "versions": version_cards(locale),
        "gallery": gallery_cards(locale),
        "kept": [
            KEPT_CARDS.kept(Shelf((ORIGINAL,) * count, NOON), locale) for count in (1, 2)
        ] + [KEPT_CARDS.dropped(locale)],
        "character": character_cards(locale),
        "sentences": [CARDS.fetching(locale), CARDS.said("reply-refused", locale)],
        "settings": settings_cards(locale),
        "preferences": [
            PREFERENCE_CARDS.shown(Defaults(), locale),
            PREFERENCE_CARDS.shown(CHOSEN, locale, changed=Setting.LANGUAGE),
        ],
        "help": help_cards(locale),
        "care": care_cards(locale),
        "styles": style_cards(locale),
        "privacy": privacy_cards(locale),
        "report": report_cards(locale),
        "alerts": alert_cards(locale),
    }  # fmt: skip


def detail_cards(locale: str, one: Job) -> list[discord.ui.LayoutView]:
    """For its payer, for an operator, and of a prompt that is too long for a card."""
    known = Details(Stored(one, (ORIGINAL,)), Receipt(7, None, 1, 13), None, ENTRIES)
    team = one.evolve(account_id="team:0a")
    server = one.evolve(
        account_id="server:2", request=replace(MANY, prompt="x" * 2000, thinking=Thinking.HIGH)
    )
    styled = one.evolve(request=replace(STYLED, style=replace(STYLE, words="w" * 500)))
    return [
        DETAIL_CARDS.details(known, locale),
        DETAIL_CARDS.details(replace(known, stored=Stored(styled, (ORIGINAL,))), locale),
        DETAIL_CARDS.details(
            replace(known, stored=Stored(team, (ORIGINAL,)), providers=("google", "apiyi")), locale
        ),
        DETAIL_CARDS.details(
            replace(known, stored=Stored(server, (ORIGINAL,) * 3), entries=()), locale
        ),
    ]


ENTRIES = (
    LedgerEntry(MovementKind.RESERVE, -7, 7, "", "r", NOON),
    LedgerEntry(MovementKind.SETTLE, 0, -7, "", "r", NOON + 13_000_000),
)


def tree(locale: str, prompts: list[str], strip: bytes | None = b"PNG") -> Tree:
    """A line of edits whose last but one was edited twice."""
    versions = []
    for place, prompt in enumerate(prompts):
        parent = None if place == 0 else min(place - 1, len(prompts) - 3)
        made = job(locale, replace(REQUEST, prompt=prompt)).evolve(
            id=f"{place:032x}", origin=None if parent is None else Origin(f"{parent:032x}", 0)
        )
        versions.append(Version(Stored(made, (ORIGINAL,)), parent))
    return Tree(tuple(versions), len(prompts) - 1, strip)


def version_cards(locale: str) -> list[discord.ui.LayoutView]:
    """A tree, one that could not be drawn of a lone picture, and a comparison."""
    edits = tree(locale, ["a **lighthouse**", "at dusk\nor @here", "at dawn", "at noon"])
    alone = tree(locale, ["alone"], strip=None)
    return [
        VERSION_CARDS.versions(edits, locale),
        VERSION_CARDS.versions(replace(alone, current=0), locale),
        VERSION_CARDS.compared(edits.versions[1].stored, "pair.jpg", locale, member_id=7),
    ]


MIA = Character("Mia_1", (ORIGINAL,) * 2)


def character_cards(locale: str) -> list[discord.ui.LayoutView]:
    """Kept, kept anew, listed, looked at, gone; and a request they take part in."""
    both, files = (MIA, Character("小明", (ORIGINAL,))), [Path("a.png"), Path("b.webp")]
    acting = job(locale, replace(REQUEST, characters=Cast(both).after(1)))
    return [
        CHARACTER_CARDS.saved(SavedCharacter(MIA, anew=False), locale),
        CHARACTER_CARDS.saved(SavedCharacter(both[1], anew=True), locale),
        CHARACTER_CARDS.listed(Ensemble(both, b"PNG"), locale),
        CHARACTER_CARDS.listed(Ensemble((), None), locale),
        CHARACTER_CARDS.shown(MIA, files, locale),
        CHARACTER_CARDS.shown(MIA, [], locale),
        CHARACTER_CARDS.removed(MIA, locale),
        CARDS.queued(acting, 0),
        CARDS.result(acting, pictures("unchanged"), Receipt(7, 93, 1, 13), None),
    ]


VIEW = View("0" * 32, 1, 1, 2)


def page_of(prompts: list[str], view: View = VIEW, *, turned: bool = True) -> Page:
    """Every third one starred and by somebody else, with pages before and after where `turned`."""
    prints = tuple(
        Print(
            Cursor(NOON + place, f"{place:032x}", 3),
            1 if place % 3 else 5,
            3,
            REQUEST.model,
            prompt,
            ORIGINAL,
            starred=not place % 3,
        )
        for place, prompt in enumerate(prompts)
    )
    older, newer = (prints[-1].cursor, prints[0].cursor) if turned else (None, None)
    return Page(view, prints, older=older, newer=newer, sheet=b"JPEG" if prints else None)


def gallery_cards(locale: str) -> list[discord.ui.LayoutView]:
    """One's own, favourites found by everything there is, another's, nothing; and one picture."""
    prompts = ["a **lighthouse**", "at dusk\nor @here", "at dawn", "at noon"]
    sought = View("f" * 32, 1, 0, 2, words="*a* fox", model=REQUEST.model, since=NOON, starred=True)
    theirs = replace(VIEW, maker_id=5)
    stored = Stored(job(locale, REQUEST), (ORIGINAL,) * 2)
    shown = pictures("unchanged")[0][1]
    return [
        GALLERY_CARDS.page(page_of(prompts), locale),
        GALLERY_CARDS.page(replace(page_of(prompts, sought), newer=None), locale),
        GALLERY_CARDS.page(page_of(prompts[:1], theirs, turned=False), locale),
        GALLERY_CARDS.page(page_of([], replace(theirs, starred=True), turned=False), locale),
        GALLERY_CARDS.page(page_of([], turned=False), locale),
        GALLERY_CARDS.picture(
            stored, shown, "one.png", locale, starred=True, postable=True, removable=True
        ),
        GALLERY_CARDS.exhibit(stored, 1, "one.png", locale, chosen_by=5),
        GALLERY_CARDS.starred(stored, 1, locale, starred=True, postable=True),
        GALLERY_CARDS.starred(stored, 1, locale, starred=False, postable=False),
        GALLERY_CARDS.posted(3, "https://discord.com/channels/2/3/4", locale),
    ]


def settings_cards(locale: str) -> list[discord.ui.LayoutView]:
    """What /settings answers: all of it, then each part to change."""
    nothing, full = HouseOverview(House(), Outlet()), HouseOverview(HOUSE, Outlet(8))
    return [
        SETTINGS_CARDS.overview(nothing, 2, locale),
        SETTINGS_CARDS.overview(full, 2, locale, changed=Setting.MODEL, closed={6, 8}),
        SETTINGS_CARDS.overview(HouseOverview(HOUSE, Outlet(off=True)), 2, locale),
        *(SETTINGS_CARDS.panel(one, full, 2, locale, present={2, 3, 4}) for one in Setting),
    ]


def help_cards(locale: str) -> list[discord.ui.LayoutView]:
    """What /help answers, and the first card in a new server."""
    commands = [
        Listed("/imagine", "imagine-description", "name-imagine"),
        Listed("/settings", "settings-description", "name-settings", manage=True),
    ]
    return [
        HELP_CARDS.help(commands, locale, here=2, manages=True),
        HELP_CARDS.help(commands, locale, here=2, manages=False),
        HELP_CARDS.help(commands, locale, here=None, manages=False),
        HELP_CARDS.welcome(2, locale),
    ]


def style_cards(locale: str) -> list[discord.ui.LayoutView]:
    """What /style answers: nothing yet, both lists, and each change."""
    full = Wardrobe((STYLE,), (Style("狐狸", "w" * 200), STYLE))
    return [
        STYLE_CARDS.listed(Wardrobe((), ()), None, locale),
        STYLE_CARDS.listed(Wardrobe((), ()), HOUSE.house_style, locale),
        STYLE_CARDS.listed(full, HOUSE.house_style, locale),
        *(
            STYLE_CARDS.saved(Saved(STYLE, owner, replaced=replaced), locale)
            for owner in Owner
            for replaced in (False, True)
        ),
        *(STYLE_CARDS.removed(Saved(STYLE, owner), locale) for owner in Owner),
    ]


def privacy_cards(locale: str) -> list[discord.ui.LayoutView]:
    """What /privacy answers, from the first card to the last part of a copy."""
    some = PrivacyCards(SENTENCES, Policy(90, "https://plantain.example/privacy"))
    return [
        PRIVACY_CARDS.shown(locale),
        some.shown(locale),
        *(PRIVACY_CARDS.asked(Remains(jobs, 100), locale) for jobs in (0, 1, 2)),
        *(PRIVACY_CARDS.forgotten(locale, done=done) for done in (True, False)),
        PRIVACY_CARDS.stayed(locale),
        PRIVACY_CARDS.packing(locale),
        PRIVACY_CARDS.part(2, "plantain-2026-11-21-2.zip", locale),
        *(PRIVACY_CARDS.handed(Handed(parts, True), locale) for parts in (0, 1, 3)),
        *(PRIVACY_CARDS.handed(Handed(parts, False), locale) for parts in (1, 3)),
    ]


def care_cards(locale: str) -> list[discord.ui.LayoutView]:
    """What /moderation and /operator answer, and what a server's log says."""
    entries = [Entry("a *word*", changed=changed) for changed in (True, False)]
    asked = Note(2, 5, PROMPT, JOB.id, (3, 4))
    return [
        *(CARE_CARDS.added(entry, locale) for entry in entries),
        *(CARE_CARDS.removed(entry, locale) for entry in entries),
        CARE_CARDS.listed([], locale),
        CARE_CARDS.listed(["a *word*", "b*d"], locale),
        CARE_CARDS.tested(PROMPT, None, locale),
        CARE_CARDS.tested(PROMPT, "dusk", locale),
        *(CARE_CARDS.blocked(5, locale, changed=changed) for changed in (True, False)),
        *(CARE_CARDS.unblocked(5, locale, changed=changed) for changed in (True, False)),
        CARE_CARDS.note(asked, locale),
        CARE_CARDS.note(replace(asked, message=None), locale),
        CARE_CARDS.note(Note(2, 5, PROMPT, word="dusk"), locale),
    ]


def report_cards(locale: str) -> list[discord.ui.LayoutView]:
    """What /quota report answers."""
    nothing = replace(REPORT, span=Span.TODAY, days=DAYS[:1], sums=Sums(), chart=None, table=None)
    one = Sums(paid=1, pictures=1, jobs=1)
    return [
        REPORT_CARDS.report(REPORT, locale),
        REPORT_CARDS.report(
            replace(REPORT, guild_id=0, span=Span.LAST_MONTH, table=None),
            locale,
            servers={2: "the *best* of @everyone"},
        ),
        REPORT_CARDS.report(nothing, locale),
        *(
            REPORT_CARDS.report(replace(REPORT, span=span, sums=one, chart=None), locale)
            for span in (Span.WEEK, Span.MONTH)
        ),
    ]


def alert_cards(locale: str) -> list[discord.ui.LayoutView]:
    """Alerts of every kind, and what /quota alerts answers."""
    pool = Level("server:2", 2, POOL, 3, 500, 500)
    bot = Level("bot", 0, Measure.TOTAL, 0, 1_000_000, 1_000_000)
    key = Level("key:d0", 0, "usd_per_hour", NOON, 8_123_456, 10_000_000, "*google* 1")
    spent = (
        replace(key, measure=f"usd_{window}", turn=turn, used=10_000_000)
        for window, turn in (("per_day", NOON), ("per_month", NOON), ("in_total", 0))
    )
    windows = (Measure.HOUR, Measure.MONTH)
    return [
        ALERT_CARDS.alert(Alert("a", DAY_LIMIT, 80), locale),
        ALERT_CARDS.alert(Alert("a", DAY_LIMIT, 80), locale, server="the *best* of @everyone"),
        *(
            ALERT_CARDS.alert(
                Alert("a", replace(DAY_LIMIT, measure=window, used=1_000), 100), locale
            )
            for window in windows
        ),
        ALERT_CARDS.alert(Alert("a", replace(pool, used=250), 50), locale),
        ALERT_CARDS.alert(Alert("a", pool, 100), locale),
        ALERT_CARDS.alert(Alert("a", bot, 100), locale),
        ALERT_CARDS.alert(Alert("a", key, 80), locale),
        *(ALERT_CARDS.alert(Alert("a", level, 100), locale) for level in spent),
        ALERT_CARDS.outlet(Outlet(), locale, now=False),
        ALERT_CARDS.outlet(Outlet(3), locale, now=True),
        ALERT_CARDS.outlet(Outlet(3), locale, now=False, writable=False),
        ALERT_CARDS.outlet(Outlet(off=True), locale, now=True),
    ]


def limit_cards(locale: str) -> list[discord.ui.LayoutView]:
    """What /quota answers."""
    server = Limit(Whose.SERVER, 2, 2, Measure.MONTH, 5000)
    limits = [
        server,
        Limit(Whose.ROLE, 2, 2, Measure.RATE, 10),
        Limit(Whose.ROLE, 2, 9, Measure.JOBS, 0),
        Limit(Whose.MEMBER, 2, 8, Measure.TOTAL, None),
    ]
    uses = [
        Use(Whose.SERVER, Measure.MONTH, 5000, 4999, NOON),
        Use(Whose.SERVER, Measure.JOBS, 0, 0, None),
    ]
    allowances = [
        Allowance(2, 2, 50, Period.DAY),
        Allowance(2, 9, 300, Period.WEEK, 100),
        Allowance(2, 10, 0, Period.MONTH),
    ]
    pool = Account("server:2", 1200, 14)
    return [
        *(LIMIT_CARDS.set(limit, locale) for limit in limits),
        *(LIMIT_CARDS.cleared(server, locale, was_set=was_set) for was_set in (True, False)),
        LIMIT_CARDS.overview(Overview(2, uses, limits, allowances, pool), locale),
        LIMIT_CARDS.overview(Overview(2, [], [], [], Account("server:2", 0, 0)), locale),
        LIMIT_CARDS.allowed(allowances[1], locale),
        LIMIT_CARDS.disallowed(2, 9, locale, was_set=True),
        LIMIT_CARDS.disallowed(2, 2, locale, was_set=False),
        LIMIT_CARDS.funded(30, 1230, locale),
        LIMIT_CARDS.granted(Moved("member:8", 50, 150), locale),
        LIMIT_CARDS.taken(Moved("server:2", -20, 1210), locale),
        LIMIT_CARDS.refunded(Moved("team:0a", 7, 27), locale),
        LIMIT_CARDS.refunded(Moved("team:0a", 7, 0), locale),
    ]


# --- the words ------------------------------------------------------------------------------


SEEN = (
    "accent_color", "label", "custom_id", "style", "placeholder", "title", "description",
    "max_length", "max_values", "required",
)  # fmt: skip
"""What is written down of a component, beside its words."""


def outline(component: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """A component and what it holds, as lines of text."""
    kind = discord.ComponentType(component["type"]).name
    seen = {name: component[name] for name in SEEN if component.get(name) is not None}
    if component.get("emoji"):
        seen["emoji"] = component["emoji"]["name"]
    yield "  " * depth + kind + "".join(f" {name}={value!r}" for name, value in seen.items())
    for line in component.get("content", "").splitlines():
        yield "  " * depth + f"  | {line}"
    if "file" in component:
        yield "  " * depth + f"  {component['file']['url']}"
    for item in component.get("items", []):
        yield "  " * depth + f"  {item['media']['url']} alt={item['description']!r}"
    for option in component.get("options", []):
        chosen = " (chosen)" if option.get("default") else ""
        hint = f" | {option['description']}" if option.get("description") else ""
        yield "  " * depth + f"  - {option['value']}: {option['label']}{hint}{chosen}"
    for default in component.get("default_values", []):
        yield "  " * depth + f"  - {default['type']} {default['id']} (chosen)"
    for child in component.get("components", []):
        yield from outline(child, depth + 1)
    if component.get("component"):
        yield from outline(component["component"], depth + 1)


@pytest.mark.parametrize("language", LOCALES)
def test_every_card_says_what_it_said_before(language, flaws):
    for card, views in cards(LOCALES[language]).items():
        text = "\n\n".join(
            "\n".join(line for component in view.to_components() for line in outline(component))
            for view in views
        )
        with flaws.of(card):
            assert_golden(GOLDEN / language / f"{card}.txt", text)


@pytest.mark.parametrize("language", LOCALES)
async def test_every_form_says_what_it_said_before(language):
    """Its fields' ids are made up anew each time."""
    text = "\n\n".join(
        "\n".join([form["title"], *(line for part in form["components"] for line in outline(part))])
        for form in forms(LOCALES[language])
    )
    assert_golden(GOLDEN / language / "forms.txt", re.sub(r" custom_id='[0-9a-f]{32}'", "", text))


def assert_golden(golden: Path, text: str) -> None:
    if os.environ.get("PLANTAIN_WRITE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(f"{text}\n", "utf-8")

    assert f"{text}\n" == golden.read_text("utf-8")


def test_no_golden_card_is_left_over():
    kept = {str(file.relative_to(GOLDEN)) for file in GOLDEN.rglob("*.txt")}

    named = [*cards("en-US"), "forms"]
    assert kept == {f"{language}/{card}.txt" for language in LOCALES for card in named}


def test_the_golden_problems_show_every_error_there_is():
    """A new leaf of the family must be put into ERRORS."""

    def leaves(of: type[PlantainError]) -> set[type[PlantainError]]:
        below = {leaf for child in of.__subclasses__() for leaf in leaves(child)}
        return below | ({of} if "key" in vars(of) else set())

    assert {type(error) for error in ERRORS} == leaves(PlantainError)


@pytest.mark.parametrize("locale", LOCALES.values())
def test_a_refusal_for_a_limit_says_whose_it_is_when_it_opens_and_what_to_do(locale, flaws):
    for error in limit_refusals():
        with flaws.of(error):
            assert_told(error, locale)


def assert_told(error, locale):
    [card] = CARDS.problem(error, locale).to_components()
    text = "\n".join(line for line in outline(card))

    say = SENTENCES.say
    assert say(f"limit-owner-{error.whose}", locale) in text
    assert say("problem-not-charged", locale) in text
    by_itself = error.limit and (error.opens_at or error.measure is Measure.JOBS)
    never = say("limit-never-opens", locale)
    assert (never in text) != bool(by_itself)
    assert ("<t:" in text) == bool(error.limit and error.opens_at)
    raised = say(f"limit-ask-{error.ask}", locale)
    assert (raised in text) != bool(error.instead and error.instead.model in text)


# --- the limits -----------------------------------------------------------------------------

HOSTILE = {
    "markdown": "*_~`|>#-[a](b)" * 430,
    "mentions": "@everyone @here <@123456789012345678> <@&123456789012345678>" * 100,
    "lines": "*\n" * 3000,
    "bare lines": "\n" * 5999 + "x",
    "carriage returns": "#\r- \u2028> " * 700,
    "chinese": "灯塔" * 3000,
    "emoji": "👩‍👩‍👧‍👦" * 850,
    "no break": "x" * 6000,
    "links": "https://example.com/" + "_a" * 2990,
    "fluent": "{ $credits } " * 460,
}
NAME = "[**n**](https://e.vil) @here " * 40


def every_component(view: discord.ui.LayoutView) -> Iterator[dict[str, Any]]:
    waiting = list(view.to_components())
    while waiting:
        component = waiting.pop()
        waiting += component.get("components", [])
        yield component


def assert_within_limits(view: discord.ui.LayoutView) -> None:
    """Discord's limits for Components V2: a card beyond one of them is not shown at all."""
    components = list(every_component(view))
    texts = [part["content"] for part in components if "content" in part]
    assert len(components) <= 40
    assert sum(map(len, texts)) <= 4000
    assert all(texts)
    for part in components:
        assert len(part.get("custom_id", "")) <= 100
        assert len(part.get("label", "")) <= 80
        assert len(part.get("placeholder", "")) <= 150
        options = part.get("options", [])
        assert len(options) <= 25
        assert len({option["value"] for option in options}) == len(options)
        assert all(1 <= len(option["label"]) <= 100 for option in options)
        assert all(len(option.get("description") or "") <= 100 for option in options)
        assert len(part.get("default_values", [])) <= 25
        assert discord.ComponentType(part["type"]).name != "action_row" or (
            len(part["components"]) <= 5
        )
        items = part.get("items", [])
        assert len(items) <= 10
        assert all(1 <= len(item["description"]) <= 1024 for item in items)
    ids = [part["custom_id"] for part in components if "custom_id" in part]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("prompt", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("locale", LOCALES.values())
def test_any_prompt_fits_on_every_card(locale, prompt):
    """Four pictures at a price and a balance of thirteen digits, all made smaller, some missing."""
    # With as many characters, styles and hints as there can be.
    names = [Character("_" * CHARACTER_LIMIT, (ORIGINAL,) * 4)] * 5
    style = Style(prompt[:STYLE_NAME_LIMIT], f"anime, photorealistic, {prompt}"[:WORDS_LIMIT])
    house = f"minimalist, highly detailed, {prompt}"[:STYLE_LIMIT]
    cast = Cast(tuple(names)).after(0)
    request = replace(MANY, prompt=prompt[:6000], style=style, house_style=house, characters=cast)
    price = Price(credits=10**12, usd_micros=1)
    large = job(locale, request).evolve(price=price, brought_by=2**63)
    large = large.evolve(place=replace(large.place, member_id=2**63))
    short = Shortfall(missing=1, kind=ErrorKind.BILLING_EXHAUSTED)
    receipt = Receipt(charged=4 * 10**12, left=10**15, asked=4, seconds=100_000)
    how = ("lossless", "lossy", "smaller", "smaller")

    draft = Draft(JobKind.EDIT, request, "google", price)
    by_team = replace(ASKED, draft=draft, paid_by=PaidBy.TEAM, team=prompt[:NAME_LIMIT])
    for view in (
        CONFIRM_CARDS.asked(by_team, locale),
        CONFIRM_CARDS.taken(replace(QUESTION, request=request), locale),
        CARDS.accepted(draft, locale),
        CARDS.queued(large, 10**6, NOON),
        CARDS.drawing(large, NOON),
        CARDS.cancelled(large),
        CARDS.waiting(large, NOON),
        CARDS.result(large, pictures(*how), receipt, short),
        CARDS.result(private(large), pictures(*how), receipt, short),
        CARDS.result(
            large.evolve(
                origin=Origin(JOB.id, 0), request=replace(request, resolution=Resolution.R512)
            ),
            pictures(*how),
            receipt,
            short,
        ),
        DETAIL_CARDS.details(
            Details(
                Stored(large, (ORIGINAL,) * 4),
                receipt,
                tuple(f"gateway-{n}" for n in range(9)),
                tuple(replace(entry, available_change=-(10**12)) for entry in ENTRIES * 2),
            ),
            locale,
        ),
        VERSION_CARDS.versions(tree(locale, [prompt[:6000]] * MOST), locale),
        VERSION_CARDS.compared(Stored(large, (ORIGINAL,)), "pair.jpg", locale, member_id=2**63),
        GALLERY_CARDS.page(
            page_of(
                [prompt[:200]] * PAGE,
                View("f" * 32, 1, 0, 2, prompt[:100], prompt[:100], NOON, starred=True),
            ),
            locale,
        ),
        GALLERY_CARDS.picture(
            Stored(large, (ORIGINAL,) * 4),
            pictures(*how)[3][1],
            "one.png",
            locale,
            starred=True,
            postable=True,
            removable=True,
        ),
        GALLERY_CARDS.exhibit(
            Stored(large, (ORIGINAL,) * 4), 3, "one.png", locale, chosen_by=2**63
        ),
        *(view for views in batch_cards(locale, CARDS, prompt[:6000]).values() for view in views),
    ):
        assert_within_limits(view)


@pytest.mark.parametrize("locale", LOCALES.values())
def test_any_problem_fits_on_its_card(locale, flaws):
    """A file's name has a thousand characters, a model's may be six thousand."""
    errors = [
        NotAPicture(NAME),
        PictureTooHeavy(NAME, 10**12, 1),
        TooManyPixels(NAME, 10**9, 1),
        *(UnknownModel(text[:6000], text[:6000]) for text in HOSTILE.values()),
        *(
            ProviderError(ErrorKind.TEXT_ONLY, "google", said=text[:6000])
            for text in HOSTILE.values()
        ),
        *ERRORS,
    ]
    for number, error in enumerate(errors):
        with flaws.of(type(error).__name__, number):
            assert_within_limits(CARDS.problem(error, locale))


@pytest.mark.parametrize("locale", LOCALES.values())
def test_any_failure_fits_on_a_card_with_its_prompt(locale, flaws):
    for (what, said), (asked, prompt) in product(HOSTILE.items(), repeat=2):
        error = ProviderError(ErrorKind.TEXT_ONLY, "google", said=said[:6000])

        with flaws.of(what, "for", asked):
            assert_within_limits(CARDS.problem(error, locale, prompt=prompt[:6000]))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("locale", LOCALES.values())
def test_a_full_balance_fits_on_its_card(locale, text):
    """Every limit there is, with numbers of thirteen digits, and a team with a hostile name."""
    entry = LedgerEntry(MovementKind.RESERVE, -(10**12), 10**12, "", None, NOON)
    most = 10**12
    full = replace(
        STANDING,
        member_id=2**63,
        statement=Statement(most, most, most, NOON, (entry,) * 10),
        purse=Purse(Allowance(2, 2, most, Period.MONTH, most), most, most, NOON),
        pool=Account("server:2", most, most),
        pot=large_pot(text),
        uses=tuple(
            Use(whose, measure, most, most, NOON)
            for whose in (Whose.ROLE, Whose.SERVER, Whose.BOT)
            for measure in Measure
        ),
        running=(Running(2**63, 2**63, 2**63, private=False, credits=most),) * 50,
        spending=Spending(DAYS, (most,) * 30, b"PNG"),
        outlook=FULL_OUTLOOK,
    )

    assert_within_limits(BALANCE_CARDS.balance(full, locale))


FULL_KEY = KeyState(
    "n" * 32,
    KEY.key,
    (Trouble("N" * 40, ErrorKind.REGION_BLOCKED, NOON),) * 5,
    tuple(KeyUse(KEY.key, measure, 10**12, 10**12 - 1, NOON) for measure in Spend),
    Reading(Balance(Decimal("1234567890.123456"), "credits"), NOON),
)
FULL_OUTLOOK = Outlook(
    (UpstreamClosed("N" * 40, ErrorKind.SPEND_LIMIT, Scope.MONTH, NOON, sure=True),) * 9,
    everything=False,
    keys=(FULL_KEY,) * 40,
)


def large_pot(name: str) -> Pot:
    """A thousand members, and every number as large as can be."""
    most = 10**12
    member = TeamMember(2**63, most, most, away=True)
    team = Team("t", 2, 2**63, name[:NAME_LIMIT], most, NOON, 2**63, NOON)
    return Pot(team, most, most, (member,) * 1000, replace(member, away=False), over=False)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("locale", LOCALES.values())
def test_any_setting_and_any_word_fit_on_their_cards(locale, text):
    """Every list as long as can be, and the longest style; and a full list of long words."""
    places = tuple(range(2**63, 2**63 + 25))
    house = House(
        replace(CHOSEN, model=text[:1000]),
        channels=places,
        roles=places,
        spoilers=places,
        max_count=4,
        max_credits=10**12,
        house_style=text[:STYLE_LIMIT],
        gallery_channel=2**63,
        log_channel=2**63 + 1,
    )
    seen = HouseOverview(house, Outlet(2**63 + 2))
    commands = [
        Listed(f"/{'n' * 32}{n}", "quota-report-description", "name-preferences", manage=n > 20)
        for n in range(40)
    ]
    style = Style(text[:STYLE_NAME_LIMIT], text[:WORDS_LIMIT])
    full = Wardrobe((style,) * MOST_STYLES, (style,) * MOST_STYLES)
    for choice in STYLE_CARDS.choices(replace(full, own=()), "", locale):
        assert 1 <= len(choice.name) <= 100
    views = (
        SETTINGS_CARDS.overview(seen, 2**63, locale, changed=Setting.LOG, closed=range(2**64)),
        *(SETTINGS_CARDS.panel(one, seen, 2**63, locale, present=places) for one in Setting),
        PREFERENCE_CARDS.shown(house.defaults, locale, changed=Setting.MODEL),
        HELP_CARDS.help(commands, locale, here=2**63, manages=True),
        CARE_CARDS.listed([text[:60] or "x"] * 200, locale),
        STYLE_CARDS.listed(full, house.house_style, locale),
        STYLE_CARDS.saved(Saved(full.own[0], Owner.SERVER), locale),
        CARE_CARDS.tested(text[:6000], text[:500], locale),
        CARE_CARDS.note(Note(2**63, 2**63, text[:6000], word=text[:500]), locale),
    )

    for view in views:
        assert_within_limits(view)


@pytest.mark.parametrize("locale", LOCALES.values())
@pytest.mark.parametrize("setting", [Setting.MAX_CREDITS, Setting.HOUSE_STYLE])
async def test_the_form_of_a_setting_is_within_discords_limits(locale, setting):
    async def submit(*_: object) -> None: ...

    full = HouseOverview(replace(HOUSE, house_style="x" * STYLE_LIMIT), Outlet())
    title, label = SETTINGS_CARDS.form(setting, full, locale)
    form = SettingForm(title, label, submit).to_dict()

    [part] = form["components"]
    assert 1 <= len(form["title"]) <= 45
    assert 1 <= len(part["label"]) <= 45
    assert 1 <= len(part["description"]) <= 100
    assert len(part["component"]["value"]) <= part["component"]["max_length"] <= 4000


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("locale", LOCALES.values())
def test_any_team_and_any_gift_fit_on_their_cards(locale, text):
    pot = large_pot(text)
    closed = ClosedPot(pot.team, dict.fromkeys(range(2**62, 2**62 + 1000), 10**12), expired=True)
    gift = Gift("0" * 32, 2**63, 2**63 - 1, 10**12, text[:NOTE_LIMIT], GiftState.OFFERED, NOON)

    for view in (
        TEAM_CARDS.shown(pot, locale),
        TEAM_CARDS.opened(OpenedPot(pot, closed), locale),
        TEAM_CARDS.topped_up(pot, 2**63, 10**12, locale),
        TEAM_CARDS.joined(pot, 2**63, locale),
        TEAM_CARDS.left(pot, locale),
        TEAM_CARDS.closed(closed, locale),
        GIFT_CARDS.offered(GiftOffer(gift, 10**12, 10**12), locale),
        GIFT_CARDS.given(Given(gift, 10**12, now=True), locale),
        GIFT_CARDS.cancelled(gift, locale),
        GIFT_CARDS.received(gift, locale),
    ):
        assert_within_limits(view)


@pytest.mark.parametrize("locale", LOCALES.values())
def test_any_number_of_limits_fits_on_its_card(locale):
    largest = 10**12
    uses = [Use(Whose.SERVER, measure, largest, largest, NOON * 100) for measure in Measure]
    limits = [
        Limit(Whose.ROLE, 2, 10**19 - number, measure, largest)
        for measure in Measure
        for number in range(50)
    ]
    roles = [Allowance(2, 10**19 - n, largest, Period.MONTH, largest) for n in range(250)]
    pool = Account("server:2", 10**15, 10**15)

    assert_within_limits(LIMIT_CARDS.overview(Overview(2, uses, limits, roles, pool), locale))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("locale", LOCALES.values())
def test_any_report_and_any_alert_fit_on_their_cards(locale, text):
    """Of any number of members, with names and numbers as long as can be."""
    most = 10**15
    full = Ranking(tuple(Share(f"{2**63}", most, most) for _ in range(5)), 10**6)
    names = Ranking(tuple(Share(text, most, most) for _ in range(5)), 10**6)
    rankings = dict.fromkeys(Group, full) | {Group.MODEL: names}
    sums = Sums(most, most, most, most, most, most)
    report = replace(REPORT, rankings=rankings, amounts=(most,) * 30, sums=sums)
    level = Level("key:d0", 0, "usd_per_month", NOON, most * 10**6, most * 10**6, text)

    for view in (
        REPORT_CARDS.report(report, locale),
        REPORT_CARDS.report(replace(report, guild_id=0), locale, servers={2**63: text}),
        ALERT_CARDS.alert(Alert("a", level, 100), locale, server=text),
    ):
        assert_within_limits(view)


@pytest.mark.parametrize("locale", LOCALES.values())
def test_choices_of_models_fit(locale):
    for model in CATALOG.models.values():
        quote = Quote(Resolution.R1K, Price(10**12, 1))
        assert 1 <= len(CARDS.model_choice(model, quote, locale)) <= 100


def forms(locale: str, amount: int = 7) -> list[dict[str, Any]]:
    """Every form there is; four pictures and two, a prompt that is too long for its field."""

    async def submit(interaction: discord.Interaction, wish: object) -> None:
        """Never sent."""

    say, model = SENTENCES.say, CATALOG.model(REQUEST.model)
    price = Price(amount, 1)
    sizes = tuple(replace(quote, price=price) if amount > 10**6 else quote for quote in SIZES)
    choices = Choices(model.aspect_ratios, sizes, Quote(Resolution.R1K, price), 10)
    hint = say("modal-edit-price", locale, price=CARDS.credits(amount, locale))
    edit = {"say": say, "locale": locale, "submit": submit}
    return [
        EditModal(**edit, pictures=4, choices=choices).to_dict(),
        EditModal(**edit, pictures=1, choices=replace(choices, uploads=0)).to_dict(),
        RemixModal(
            **edit, prompt="x" * 6000, ratio=AspectRatio.W16_H9, count=2, choices=choices
        ).to_dict(),
        *(
            PickModal(**edit, title=say(title, locale), pictures=2, hint=hint).to_dict()
            for title in (
                "modal-vary-title",
                "modal-upscale-title",
                "modal-keep-title",
                "modal-star-title",
            )
        ),
        *(
            DeleteModal(**edit, maker=maker, gallery=gallery, posted=posted).to_dict()
            for gallery, maker, posted in (
                (False, True, True),
                (False, False, True),
                (True, True, True),
                (True, True, False),
                (True, False, True),
            )
        ),
        ComposeForm(**edit).to_dict(),
    ]


@pytest.mark.parametrize("locale", LOCALES.values())
async def test_every_form_fits(locale):
    for form in forms(locale, 10**12):
        assert 1 <= len(form["title"]) <= 45
        assert 1 <= len(form["components"]) <= 5
        assert len(form["custom_id"]) <= 100
        labels = [part for part in form["components"] if "label" in part]
        assert labels
        for label in labels:
            field = label["component"]
            assert 1 <= len(label["label"]) <= 45
            assert len(label.get("description") or "") <= 100
            assert len(field.get("placeholder") or "") <= 100
            assert len(field.get("value") or "") <= 4000
            assert 1 <= (field.get("max_length") or 4000) <= 4000
            assert 1 <= (field.get("max_values") or 1) <= 10
            options = field.get("options", [])
            assert len(options) <= 25
            assert all(1 <= len(option["label"]) <= 100 for option in options)
            chosen = sum(option.get("default", False) for option in options)
            assert chosen == bool(options and field.get("max_values", 1) == 1)


# --- text from outside ----------------------------------------------------------------------

SHARP = st.text(
    st.sampled_from("@<>!&#*_~`|-[]()\\ \n\r\u2028\x0b1e") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=6000,
) | st.lists(
    st.sampled_from(
        ["@everyone", "@here", "<@123456789012345678>", "\n# ", "\r# ", "**", "```", "[", "](b)"]
    )
).map("".join).filter(bool)  # fmt: skip


@given(SHARP)
def test_a_quoted_prompt_pings_nobody_and_formats_nothing(prompt):
    """Every line is a quote, no mention survives, and no mark of a heading or list is bare."""
    shown = quoted(prompt)

    assert len(shown) <= 3200
    for mention in ("@everyone", "@here", "<@1"):
        assert mention not in shown
    for line in shown.split("\n"):
        assert line.startswith("> ") or not shown
        assert not line.startswith(("> #", "> -", "> > "))
        # Inside an address nothing formats, and a backslash would break it.
        assert ":/" in prompt or not {"**", "```"} & {line[n : n + 2] for n in range(len(line))}


def test_a_prompt_is_shortened_only_when_it_is_long():
    assert quoted("x" * 900) == "> " + "x" * 900
    assert quoted("x" * 901) == "> " + "x" * 899 + "…"


def test_what_is_harmless_stays_as_it_is():
    assert harmless("A plain name, 2.5 (final).png") == "A plain name, 2.5 (final).png"


@pytest.mark.parametrize("locale", LOCALES.values())
def test_a_problem_says_that_nothing_was_charged_and_names_no_upstream(locale):
    """A member reads neither an upstream's name nor its technical words."""
    error = ProviderError(
        ErrorKind.AUTH_INVALID, "google", Billed.NO, detail="HTTP 400 at generativelanguage"
    )

    text = json.dumps(CARDS.problem(error, locale).to_components(), ensure_ascii=False)

    assert SENTENCES.say("problem-not-charged", locale) in text
    assert "google" not in text.lower()
    assert "generativelanguage" not in text
