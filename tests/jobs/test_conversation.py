"""Conversations on a real file: what is kept with a picture, and how far back it is recalled."""

from dataclasses import replace
from itertools import count

import pytest

from bot.db import engine
from bot.generation.pricing import Price
from bot.generation.request import GenerationRequest, ImageRef
from bot.jobs import conversation, queue
from bot.jobs.job import Drawn, Job, JobKind, JobState, Origin, Place
from bot.ledger.ledger import Ledger

NOW = 1_000_000
ALICE = Place(7, None, 2, 3, 4, "token", "en-US", False, 10_000_000)
BOB = replace(ALICE, member_id=8)


def image(number: int) -> ImageRef:
    return ImageRef(f"{number:064x}", "image/png", 10, 20, 300)


@pytest.fixture
async def database(address):
    async with engine.opened(address) as opened:
        yield opened


@pytest.fixture
def add(database):
    """Store a queued job; given `drawn`, with these pictures and what was said with them."""
    ids = count()
    ledger = Ledger(now=lambda: NOW, new_id=lambda: f"id{next(ids):04}", welcome=10_000)

    async def add_job(
        prompt="a fox",
        *,
        origin=None,
        references=(),
        place=ALICE,
        drawn=(),
        model="m",
        brought_by=None,
    ) -> Job:
        async def work(tx):
            account = f"member:{place.member_id}"
            await ledger.open(tx, account)
            job = Job(
                id=f"job{next(ids):04}",
                kind=JobKind.EDIT,
                state=JobState.QUEUED,
                place=place,
                request=GenerationRequest(prompt, model, reference_images=tuple(references)),
                provider="google",
                price=Price(7, 33_600),
                account_id=account,
                reservation_id=await ledger.reserve(tx, account, 7, reason="edit"),
                created_at=NOW,
                origin=origin,
                brought_by=brought_by,
            )
            await queue.add(tx, job)
            for one in drawn:
                tied = await queue.tie(tx, job.id, one.image, picture=one.picture, now=NOW)
                await conversation.keep(tx, job, one, place=tied)
            return job

        return await database.write(work)

    return add_job


@pytest.fixture
def claim(database):
    async def claimed(job):
        return await database.write(
            lambda tx: conversation.claim(tx, job.id, token="t", now=NOW, until=NOW)
        )

    return claimed


@pytest.fixture
def chain(add):
    """Edits of edits; returns the last job, which draws nothing yet."""

    async def make(*made_by, places=None, models=None):
        job = await add("step 0", drawn=[Drawn(image(0), 0, made_by[0], '["said 0"]')])
        for number, provider in enumerate(made_by[1:], start=1):
            job = await add(
                f"step {number}",
                origin=Origin(job.id, 0),
                references=[image(number - 1)],
                place=(places or {}).get(number, ALICE),
                model=(models or {}).get(number, "m"),
                drawn=[Drawn(image(number), 0, provider, f'["said {number}"]')],
            )
        return await add("go on", origin=Origin(job.id, 0), references=[image(len(made_by) - 1)])

    return make


async def test_a_job_comes_back_with_its_origin_and_whose_its_pictures_are(database, add):
    first = await add(drawn=[Drawn(image(1), 0, "google", None)])
    second = await add(origin=Origin(first.id, 0), references=[image(1)], brought_by=9)

    assert await database.read(lambda tx: queue.get(tx, second.id)) == second
    assert first.origin is None


async def test_the_conversation_is_told_from_its_beginning(claim, chain):
    job = await claim(await chain("google", "google"))

    told = [
        (turn.provider, turn.model, turn.prompt, turn.reference_images, turn.image, turn.parts)
        for turn in job.request.history
    ]
    assert told == [
        ("google", "m", "step 0", (), image(0), '["said 0"]'),
        ("google", "m", "step 1", (image(0),), image(1), '["said 1"]'),
    ]
    assert job.request.reference_images == (image(1),)
    assert (job.state, job.claim) == (JobState.RUNNING, "t")


async def test_at_most_three_turns_are_recalled(claim, chain):
    job = await claim(await chain(*["google"] * 5))

    assert [turn.prompt for turn in job.request.history] == ["step 2", "step 3", "step 4"]


@pytest.mark.parametrize(
    ("made_by", "changes", "prompts"),
    [
        (["google", "apiyi", "google"], {}, ["step 2"]),
        (["google", "google", "apiyi"], {}, ["step 2"]),
        (["google"] * 3, {"models": {1: "other"}}, ["step 2"]),
        (["google"] * 3, {"places": {1: BOB}}, ["step 2"]),
        (["google"] * 3, {"places": {2: BOB}}, []),
    ],
    ids=["another upstream", "the last by another", "another model", "another's", "not mine"],
)
async def test_it_goes_no_further_back_than_one_model_and_one_person(
    claim, chain, made_by, changes, prompts
):
    job = await claim(await chain(*made_by, **changes))

    assert [turn.prompt for turn in job.request.history] == prompts


async def test_each_picture_of_a_job_has_its_own_turn(claim, add):
    """One of them without: going on from that one tells nothing."""
    drawn = [
        Drawn(image(1), 0, "google", '["first"]'),
        Drawn(image(2), 1, "google", None),
        Drawn(image(3), 2, "apiyi", '["third"]'),
    ]
    first = await add(drawn=drawn)

    said = []
    for number in range(4):
        job = await add(origin=Origin(first.id, number), references=[image(9)])
        claimed = await claim(job)
        said.append([(turn.image, turn.parts) for turn in claimed.request.history])
    assert said == [[(image(1), '["first"]')], [], [(image(3), '["third"]')], []]


async def test_keeping_again_changes_nothing(database, claim, add):
    first = await add(drawn=[Drawn(image(1), 0, "google", '["once"]')])
    again = Drawn(image(1), 0, "apiyi", '["twice"]')
    await database.write(lambda tx: conversation.keep(tx, first, again, place=0))

    job = await claim(await add(origin=Origin(first.id, 0), references=[image(1)]))
    assert [turn.parts for turn in job.request.history] == ['["once"]']


async def test_a_job_that_is_taken_is_not_to_be_had(claim, chain):
    job = await chain("google")

    assert await claim(job) is not None
    assert await claim(job) is None


@pytest.mark.parametrize(
    ("brought_by", "references", "prompts"),
    [
        (BOB.member_id, [image(5)], ["step 1"]),
        (BOB.member_id, [], ["step 0", "step 1"]),
        (ALICE.member_id, [image(5)], ["step 0", "step 1"]),
        (None, [image(5)], ["step 0", "step 1"]),
        (0, [image(5)], ["step 1"]),
    ],
    ids=["another's", "of nothing", "mine, from another's Again", "mine", "nobody knows whose"],
)
async def test_only_who_brought_the_pictures_goes_on_from_them(
    claim, add, brought_by, references, prompts
):
    """The first job is an Again, of which the member was not shown the reference images."""
    first = await add(
        "step 0",
        references=references,
        brought_by=brought_by,
        drawn=[Drawn(image(1), 0, "google", '["said 0"]')],
    )
    second = await add(
        "step 1",
        origin=Origin(first.id, 0),
        references=[image(1)],
        drawn=[Drawn(image(2), 0, "google", '["said 1"]')],
    )

    job = await claim(await add("go on", origin=Origin(second.id, 0), references=[image(2)]))
    assert [turn.prompt for turn in job.request.history] == prompts
