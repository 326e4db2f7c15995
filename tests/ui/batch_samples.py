"""Every card of a batch, and every refusal of a list."""

from dataclasses import replace
from pathlib import Path

import discord

from bot.care import WordKeptOut
from bot.errors import (
    EmptyPrompt,
    ErrorKind,
    LimitReached,
    NotEnoughCredits,
    UnknownModel,
)
from bot.generation.pricing import Price
from bot.generation.request import GenerationRequest, ImageRef, Resolution
from bot.i18n import Sentences
from bot.jobs.batch import Batch, BatchState, Course, Item, Piece
from bot.jobs.batches import Proposal
from bot.jobs.delivery import Picture
from bot.jobs.job import JobKind, JobState, Place
from bot.jobs.lines import Fault
from bot.jobs.payers import PaidBy
from bot.jobs.service import Draft
from bot.listing import (
    BatchEmpty,
    BatchOver,
    BatchUnknown,
    CellsLeftOver,
    ListMissing,
    ListTooLarge,
    NoPromptColumn,
    NoPrompts,
    NoTable,
    NotOneOf,
    NotText,
    TooManyPrompts,
    UnknownColumn,
)
from bot.quotas.limit import Measure, Whose
from bot.ui.batch_cards import BatchCards
from bot.ui.cards import Cards

SAY = Sentences.load().say
NOON = 1_795_262_400_000_000
BATCH_ERRORS = (
    ListMissing(),
    ListTooLarge(2048, 1024),
    NotText(),
    NoTable(7),
    NoPrompts(),
    TooManyPrompts(51, 50),
    NoPromptColumn("prompt, model"),
    UnknownColumn("a *colour*", "prompt, model"),
    NotOneOf("count", "5", "1, 2, 3, 4"),
    CellsLeftOver(),
    BatchUnknown(),
    BatchEmpty(),
    BatchOver(),
    *(NotEnoughCredits(350, 100, None, "manager", fit) for fit in (0, 1, 14)),
    LimitReached(Measure.JOBS, Whose.SERVER, 10, 3, 50, None, None, "manager", 7),
)
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
STATES = (
    *((JobState.DONE, None, 2),) * 3,
    (JobState.DONE, ErrorKind.OVERLOADED, 1),
    (JobState.FAILED, ErrorKind.CONTENT_BLOCKED, 0),
    (JobState.FAILED, "error-interrupted", 0),
    (JobState.RUNNING, None, 0),
    (JobState.QUEUED, None, 0),
)
IMAGE = ImageRef("0" * 64, "image/png", 1024, 1024, 1_500_000)


def course(locale: str, prompt: str, *states: tuple, times: int = 1, **changes: object) -> Course:
    """A batch with a line of two pictures for each state, what is done of it in one message."""
    batch = Batch(
        "18e9ed7f4d8eec53de800a7ef336b9f2",
        BatchState.RUNNING,
        replace(PLACE, locale=locale),
        credits=112,
        asked_at=NOON,
        token_at=NOON,
        begun_at=NOON,
    )
    items = tuple(
        Item(
            position=position,
            line=position + 3,
            job_id=f"{position:032x}",
            state=state,
            prompt=prompt,
            count=2,
            drawn=drawn,
            charged=7 * drawn,
            paid_by=PaidBy.MEMBER,
            failure=failure,
            stored_at=NOON,
            forgotten=False,
        )
        for position, (state, failure, drawn) in enumerate(states * times)
    )
    pieces = tuple(Piece(item, picture, IMAGE) for item in items for picture in range(item.drawn))
    return Course(replace(batch, **changes), items, pieces, ())


def batch_cards(
    locale: str, cards: Cards, prompt: str = "a **lighthouse** at dusk\nfor @everyone"
) -> dict[str, list[discord.ui.LayoutView]]:
    """By the names of their golden files; with another prompt as full as can be."""
    views = BatchCards(cards=cards, say=SAY)
    full = 6 if prompt[:4] != "a **" else 1
    running = course(locale, prompt, *STATES, times=full)
    ended = course(locale, prompt, *STATES[:6], times=full)
    cancelled = course(locale, prompt, STATES[0], (JobState.CANCELLED, None, 0), cancelled_at=NOON)
    request = GenerationRequest(prompt=prompt, model="gemini-nano-banana-2.1")
    drafts = tuple(
        Draft(
            JobKind.IMAGINE,
            replace(request, resolution=size, count=count),
            "google",
            Price(credits=each, usd_micros=1),
        )
        for size, count, each in ((Resolution.R1K, 2, 7), (Resolution.R4K, 1, 23))
    )
    many = Proposal(ended.batch, drafts * full, PaidBy.MEMBER)
    single = replace(many, drafts=drafts[1:])
    shown = [
        (piece, f"plantain-batch-7ef336b9-1-{number}.png", _picture(number))
        for number, piece in enumerate(ended.pieces[:10], start=1)
    ]
    faults = [
        Fault(3, EmptyPrompt()),
        Fault(7, UnknownModel(prompt, "Nano Banana")),
        Fault(9, WordKeptOut(prompt)),
    ] * full
    named = [replace(ended, batch=replace(ended.batch, id=f"{n:032x}")) for n in range(9)]
    zips = ["plantain-batch-7ef336b9-2-1.zip", "plantain-batch-7ef336b9-2-2.zip"]
    return {
        "batch-asked": [
            views.asked(many, locale),
            views.asked(single, locale),
            views.asked(replace(many, paid_by=PaidBy.TEAM, team=prompt[:50], changed=True), locale),
            views.asked(replace(many, paid_by=PaidBy.SERVER, repaid=True), locale),
            views.taken(locale),
            views.declined(locale),
            views.accepted(many, locale),
        ],
        "batch-faults": [views.faults(faults, locale), views.faults(faults[:1], locale)],
        "batch-progress": [
            views.progress(running, None),
            views.progress(running, NOON + 60_000_000),
            views.progress(replace(running, batch=replace(running.batch, cancelled_at=NOON)), None),
            views.progress(replace(ended, batch=replace(ended.batch, deliver_tries=1)), None),
        ],
        "batch-over": [
            views.over(ended, "https://discord.com/channels/2/3/5"),
            views.over(ended, None),
            views.over(cancelled, None),
        ],
        "batch-pictures": [views.pictures(ended, shown)],
        "batch-archive": [
            views.archive(ended, zips[:1], first=1, of=1),
            views.archive(ended, zips, first=1, of=3),
            views.archive(ended, zips[:1], first=3, of=3),
            views.fetched(ended, zips, locale, first=1, of=2),
        ],
        "batch-mine": [
            views.mine([running, *named][: 10 if full > 1 else 2], locale),
            views.mine([course(locale, prompt, STATES[4])], locale),
        ],
    }


def _picture(number: int) -> Picture:
    return Picture(Path("x.png"), "image/png", IMAGE, "unchanged", number)
