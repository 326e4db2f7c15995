"""The first upstream fails with X, the second works: calls, charges and losses for every X.

Through the real core over real HTTP to the stand-in, whose journal is the witness for what was
paid. The expectations are written out from the tables of kinds, never asked of the code.
"""

from dataclasses import dataclass

import pytest

from bot.errors import DeliveryFailed, PictureKept
from bot.settings import Key

WELCOME = 1000
CLOSED = "http://127.0.0.1:1"
"""Nothing listens there."""


@dataclass(frozen=True)
class First:
    """An upstream that is asked first, for a model at this price, which is so many credits."""

    name: str
    model: str
    usd_micros: int
    credits: int
    second: str
    second_usd_micros: int


PRO = "gemini-3-pro-image"
GOOGLE = First("google", PRO, 134_000, 27, "apiyi", 90_000)
APIYI = First("apiyi", PRO, 90_000, 18, "google", 134_000)
CHAT = First("apiyi-chat", PRO, 90_000, 18, "google", 134_000)
EVOLINK_CHAT = First("evolink-chat", "gemini-3.1-flash-image", 53_600, 11, "toapis", 67_000)
EVOLINK = First("evolink", PRO, 107_200, 22, "apiyi", 90_000)
TOAPIS = First("toapis", PRO, 134_000, 27, "evolink", 107_200)
AIVIDEO = First("aivideoapi", "gemini-3.1-flash-image", 80_000, 16, "toapis", 67_000)

# What happens and what we call it; where it ends the job, also whether we think it is billed, and
# how many calls the stand-in bills.
MOVES_ON = {
    GOOGLE: [
        ("429", "rate_limited"),
        ("rate limited for 900 seconds", "rate_limited"),
        ("429 daily", "quota_daily"),
        ("429 zero", "billing_exhausted"),
        ("402", "billing_exhausted"),
        ("prepay", "billing_exhausted"),
        ("insufficient quota", "billing_exhausted"),
        ("spending cap", "spend_limit"),
        ("hourly spend limit", "spend_limit"),
        ("503", "overloaded"),
        ("500", "upstream_error"),
        ("bad key", "auth_invalid"),
        ("leaked key", "auth_invalid"),
        ("region", "region_blocked"),
        ("no channel", "model_unavailable"),
    ],
    APIYI: [
        ("429", "rate_limited"),
        ("402", "billing_exhausted"),
        ("bad key", "auth_invalid"),
        ("no channel", "model_unavailable"),
    ],
    CHAT: [
        ("429", "rate_limited"),
        # The gateway passes every 429 on under one code, whatever it was for.
        ("429 daily", "rate_limited"),
        ("spending cap", "rate_limited"),
        ("402", "billing_exhausted"),
        ("insufficient quota", "billing_exhausted"),
        ("503", "overloaded"),
        ("500", "upstream_error"),
        ("bad key", "auth_invalid"),
        ("leaked key", "auth_invalid"),
        ("region", "region_blocked"),
        ("no channel", "model_unavailable"),
    ],
    EVOLINK_CHAT: [("429", "rate_limited"), ("402", "billing_exhausted")],
    EVOLINK: [
        ("429", "rate_limited"),
        ("402", "billing_exhausted"),
        ("spending cap", "billing_exhausted"),
        ("daily spend limit", "quota_daily"),
        ("503", "overloaded"),
        ("500", "upstream_error"),
        ("bad key", "auth_invalid"),
        ("region", "permission_denied"),
        ("no channel", "model_unavailable"),
    ],
    TOAPIS: [
        ("429", "rate_limited"),
        ("402", "billing_exhausted"),
        ("503", "overloaded"),
        ("500", "upstream_error"),
        ("bad key", "auth_invalid"),
        ("region", "permission_denied"),
        ("no channel", "model_unavailable"),
        # A failed task whose maker answered 500: paid back, and nobody's fault but the maker's.
        ("no image", "upstream_error"),
    ],
    AIVIDEO: [
        ("429", "rate_limited"),
        ("402", "billing_exhausted"),
        ("hourly spend limit", "spend_limit"),
        ("daily spend limit", "spend_limit"),
        ("total spend limit", "spend_limit"),
        ("503", "upstream_error"),
        ("500", "upstream_error"),
        ("bad key", "auth_invalid"),
        ("region", "permission_denied"),
        ("no channel", "model_unavailable"),
        ("no image", "upstream_error"),
    ],
}
ENDS = {
    GOOGLE: [
        ("504", "upstream_error", "unknown", 0),
        ("payload too large", "payload_too_large", "no", 0),
        ("bad input", "invalid_image", "no", 0),
        ("blocked", "content_blocked", "no", 0),
        ("unsafe picture", "content_blocked", "no", 0),
        ("recitation", "recitation", "no", 0),
        ("no image", "no_image", "unknown", 0),
        ("empty", "no_image", "unknown", 0),
        ("text only", "text_only", "yes", 1),
        ("max tokens", "truncated", "yes", 1),
        ("hang", "timeout_unknown", "unknown", 1),
        ("slow body", "timeout_unknown", "unknown", 1),
        ("drop", "timeout_unknown", "unknown", 1),
        ("html", "malformed_response", "unknown", 0),
        ("not an image", "malformed_response", "unknown", 1),
        ("bad base64", "malformed_response", "unknown", 1),
        ("truncated", "malformed_response", "unknown", 1),
        ("cut json", "malformed_response", "unknown", 1),
    ],
    APIYI: [
        ("blocked", "content_blocked", "yes", 1),
        ("unsafe picture", "content_blocked", "yes", 1),
        ("recitation", "recitation", "yes", 1),
        ("no image", "no_image", "unknown", 1),
    ],
    CHAT: [
        ("504", "upstream_error", "unknown", 0),
        ("payload too large", "payload_too_large", "no", 0),
        ("blocked", "content_blocked", "yes", 1),
        ("unsafe picture", "content_blocked", "yes", 1),
        ("recitation", "content_blocked", "yes", 1),
        ("no image", "no_image", "unknown", 1),
        ("empty", "no_image", "unknown", 1),
        ("text only", "text_only", "yes", 1),
        ("max tokens", "truncated", "yes", 1),
        ("hang", "timeout_unknown", "unknown", 1),
        ("slow body", "timeout_unknown", "unknown", 1),
        ("drop", "timeout_unknown", "unknown", 1),
        ("html", "malformed_response", "unknown", 0),
        ("not an image", "malformed_response", "unknown", 1),
        ("truncated", "malformed_response", "unknown", 1),
        ("cut json", "malformed_response", "unknown", 1),
    ],
    EVOLINK: [
        ("504", "upstream_error", "unknown", 0),
        ("payload too large", "payload_too_large", "no", 0),
        ("blocked", "content_blocked", "no", 0),
        ("bad input", "invalid_image", "no", 0),
        ("no image", "no_image", "no", 0),
        ("hang", "task_timeout", "unknown", 1),
        ("drop", "timeout_unknown", "unknown", 1),
        ("html", "malformed_response", "unknown", 0),
        ("private link", "unsafe_url", "yes", 1),
        ("redirect home", "unsafe_url", "yes", 1),
        ("not an image", "malformed_response", "yes", 1),
        ("truncated", "result_unavailable", "yes", 1),
    ],
    TOAPIS: [("blocked", "content_blocked", "no", 0), ("drop", "timeout_unknown", "unknown", 1)],
    AIVIDEO: [("blocked", "content_blocked", "no", 0), ("drop", "timeout_unknown", "unknown", 1)],
}
AGAIN = {
    *((first, word) for first in (GOOGLE, CHAT) for word in ("no image", "empty", "html")),
    *((first, "not an image") for first in (GOOGLE, CHAT)),
    (GOOGLE, "bad base64"),
    (APIYI, "no image"),
    (EVOLINK, "no image"),
}
"""A whole answer without a picture is worth one more try there, as it is where no other is."""
LATE = {"hang", "slow body"}
"""These get a moment, and a task, whose seconds pass as fast as its polls, three."""


def rows_of(table):
    return [
        pytest.param(first, *row, id=f"{first.name}: {row[0]}")
        for first, rows in table.items()
        for row in rows
    ]


def calls_to(calls, *keys):
    """What the stand-in was asked with these keys: for each route the calls and the paid ones."""
    ours = {Key.of(key).fingerprint for key in keys}
    found = {}
    for call in calls.of("a pair of foxes"):
        if call["key_hash"] in ours:
            asked, paid = found.get(call["route"], (0, 0))
            found[call["route"]] = (asked + 1, paid + call["paid"])
    return found


async def noted(shop):
    return [
        tuple(row[name] for name in ("provider", "key", "model", "usd_micros", "outcome", "billed"))
        for row in await shop.attempts()
    ]


@pytest.mark.parametrize(("first", "word", "kind"), rows_of(MOVES_ON))
async def test_after_a_definite_unbilled_failure_the_second_draws(
    open_shop, key, calls, first, word, kind
):
    """One call each, one paid; the member pays what was quoted, and nothing is lost."""
    bad, good = key(word), key()
    async with open_shop({first.name: bad, first.second: good}) as shop:
        job = await shop.run("a pair of foxes", model=first.model)

        assert calls_to(calls, bad, good) == {first.name: (1, 0), first.second: (1, 1)}
        await assert_drawn_by_the_second(shop, job, first, kind, (bad, good))


async def assert_drawn_by_the_second(shop, job, first, kind, keys):
    bad, good = (Key.of(key).fingerprint for key in keys)
    row = await shop.job(job)
    assert (row["state"], row["failure"]) == ("done", None)
    assert row["credits_charged"] == first.credits
    account = await shop.account()
    assert (account.available, account.held) == (WELCOME - first.credits, 0)
    assert shop.told.delivered == [(job.id, 1, first.credits)]
    assert shop.told.explained == []
    assert await noted(shop) == [
        (first.name, bad, first.model, first.usd_micros, kind, "no"),
        (first.second, good, first.model, first.second_usd_micros, "image", "yes"),
    ]
    assert await shop.spending() == {
        (first.name, bad): (1, 0, 0, 0),
        (first.second, good): (1, first.second_usd_micros, 0, 0),
    }
    await shop.assert_books_balance()


@pytest.mark.parametrize(("first", "word", "kind", "billed", "paid"), rows_of(ENDS))
async def test_after_any_other_failure_nothing_is_sent_elsewhere(
    open_shop, key, calls, first, word, kind, billed, paid
):
    """The member is released, and what may be on the bill is on the books."""
    bad, good = key(word), key()
    limit = (3.0 if first is EVOLINK else 0.6) if word in LATE else None
    async with open_shop({first.name: bad, first.second: good}, time_limit=limit) as shop:
        job = await shop.run("a pair of foxes", model=first.model)

        times = 2 if (first, word) in AGAIN else 1
        assert calls_to(calls, bad, good) == {first.name: (times, times * paid)}
        await assert_given_up(shop, job, first, kind, billed, bad, times=times)


async def assert_given_up(shop, job, first, kind, billed, bad, *, times=1):
    fingerprint = Key.of(bad).fingerprint
    row = await shop.job(job)
    assert (row["state"], row["failure"], row["credits_charged"]) == ("failed", kind, None)
    account = await shop.account()
    assert (account.available, account.held) == (WELCOME, 0)
    assert shop.told.delivered == []
    [(explained, error)] = shop.told.explained
    assert (explained, error.kind, error.billed) == (job.id, kind, billed)
    expected = (first.name, fingerprint, first.model, first.usd_micros, kind, billed)
    assert await noted(shop) == [expected] * times
    paid = times * first.usd_micros if billed == "yes" else 0
    in_doubt = times * first.usd_micros if billed == "unknown" else 0
    lost = {(first.name, fingerprint): (times, paid, in_doubt, paid + in_doubt)}
    assert await shop.spending() == lost
    await shop.assert_books_balance()


@pytest.mark.parametrize(
    ("url", "kind"), [(CLOSED, "connect_failed"), ("/nowhere", "wrong_endpoint")]
)
@pytest.mark.parametrize("first", [GOOGLE, CHAT, EVOLINK], ids=lambda first: first.name)
async def test_where_no_upstream_is_the_second_draws(
    open_shop, key, calls, upstream, first, url, kind
):
    """A closed port, and an address where something else answers."""
    bad, good = key(), key()
    urls = {first.name: url if url == CLOSED else upstream.url + url}
    async with open_shop({first.name: bad, first.second: good}, urls=urls) as shop:
        job = await shop.run("a pair of foxes", model=first.model)

        assert calls_to(calls, bad, good) == {first.second: (1, 1)}
        await assert_drawn_by_the_second(shop, job, first, kind, (bad, good))


@pytest.mark.parametrize("first", [GOOGLE, CHAT, EVOLINK], ids=lambda first: first.name)
async def test_of_two_keys_the_one_with_money_draws(open_shop, key, calls, first):
    """The other is closed for all that follow, and the dearer upstream is not asked."""
    broke, rich, good = key("402"), key(), key()
    async with open_shop({first.name: f"{broke},{rich}", first.second: good}) as shop:
        for _ in range(3):
            await shop.run("a pair of foxes", model=first.model)

        assert calls_to(calls, broke) == {first.name: (1, 0)}
        assert calls_to(calls, rich) == {first.name: (3, 3)}
        assert calls_to(calls, good) == {}
        assert (await shop.account()).available == WELCOME - 3 * first.credits
        assert [row["outcome"] for row in await shop.attempts()] == [
            "billing_exhausted", "image", "image", "image"]  # fmt: skip
        assert await shop.spending() == {
            (first.name, Key.of(broke).fingerprint): (1, 0, 0, 0),
            (first.name, Key.of(rich).fingerprint): (3, 3 * first.usd_micros, 0, 0),
        }
        await shop.assert_books_balance()


@pytest.mark.parametrize("first", [GOOGLE, CHAT, EVOLINK], ids=lambda first: first.name)
async def test_when_all_fail_the_last_says_why_and_nobody_pays(open_shop, key, calls, first):
    """The last one left is asked again as the policy allows; then both are left alone."""
    broke, busy = key("402"), key("503")
    async with open_shop({first.name: broke, first.second: busy}) as shop:
        job = await shop.run("a pair of foxes", model=first.model)

        assert calls_to(calls, broke, busy) == {first.name: (1, 0), first.second: (4, 0)}
        row = await shop.job(job)
        assert (row["state"], row["failure"]) == ("failed", "overloaded")
        assert [row["outcome"] for row in await shop.attempts()] == [
            "billing_exhausted", *["overloaded"] * 4]  # fmt: skip
        account = await shop.account()
        assert (account.available, account.held) == (WELCOME, 0)
        assert await shop.spending() == {
            (first.name, Key.of(broke).fingerprint): (1, 0, 0, 0),
            (first.second, Key.of(busy).fingerprint): (4, 0, 0, 0),
        }
        await shop.assert_books_balance()


async def test_when_all_are_closed_no_call_is_made_and_none_is_on_record(open_shop, key, calls):
    broke, capped = key("402"), key("spending cap")
    async with open_shop({"google": broke, "apiyi-chat": capped}) as shop:
        await shop.run("a pair of foxes", model=PRO)
        before = calls_to(calls, broke, capped)

        job = await shop.run("a pair of foxes", model=PRO)

        assert calls_to(calls, broke, capped) == before
        assert (await shop.job(job))["state"] == "failed"
        assert [row for row in await shop.attempts() if row["job_id"] == job.id] == []
        assert (await shop.account()).available == WELCOME


@pytest.mark.parametrize(
    ("first", "word", "kind"),
    [
        (GOOGLE, "drop", "timeout_unknown"),
        (CHAT, "truncated", "malformed_response"),
        (EVOLINK, "drop", "timeout_unknown"),
    ],
    ids=["google", "apiyi-chat", "evolink"],
)
async def test_pressing_again_after_a_doubt_is_a_new_paid_call(
    open_shop, key, calls, first, word, kind
):
    """Never by itself; each doubt is booked, and the member has paid for none."""
    bad, good = key(word), key()
    async with open_shop({first.name: bad, first.second: good}) as shop:
        for times in (1, 2):
            job = await shop.run("a pair of foxes", model=first.model)

            assert (await shop.job(job))["failure"] == kind
            assert calls_to(calls, bad, good) == {first.name: (times, times)}
            doubt = times * first.usd_micros
            assert await shop.spending() == {
                (first.name, Key.of(bad).fingerprint): (times, 0, doubt, doubt)
            }
            assert (await shop.account()).available == WELCOME
        await shop.assert_books_balance()


async def test_of_two_pictures_the_one_in_doubt_is_lost_and_the_other_paid(open_shop, key, calls):
    """Two keys take one each; the member pays for the picture that came."""
    lost, good = key("drop"), key()
    async with open_shop({"google": f"{lost},{good}"}) as shop:
        job = await shop.run("a pair of foxes", model=PRO, count=2)

        assert calls_to(calls, lost) == calls_to(calls, good) == {"google": (1, 1)}
        row = await shop.job(job)
        assert (row["state"], row["credits_charged"]) == ("done", 27)
        account = await shop.account()
        assert (account.available, account.held) == (WELCOME - 27, 0)
        assert await shop.spending() == {
            ("google", Key.of(lost).fingerprint): (1, 0, 134_000, 134_000),
            ("google", Key.of(good).fingerprint): (1, 134_000, 0, 0),
        }
        await shop.assert_books_balance()


async def test_four_pictures_move_on_together_and_each_is_paid_once(open_shop, key, calls):
    bad, good = key("402"), key()
    async with open_shop({"google": bad, "apiyi": good}) as shop:
        job = await shop.run("a pair of foxes", model=PRO, count=4)

        assert calls_to(calls, good) == {"apiyi": (4, 4)}
        assert calls_to(calls, bad)["google"][1] == 0
        assert (await shop.job(job))["credits_charged"] == 4 * 27
        assert (await shop.account()).available == WELCOME - 4 * 27
        spending = await shop.spending()
        assert spending["apiyi", Key.of(good).fingerprint] == (4, 4 * 90_000, 0, 0)
        assert spending["google", Key.of(bad).fingerprint][1:] == (0, 0, 0)
        await shop.assert_books_balance()


async def test_a_picture_that_discord_refuses_is_our_loss(open_shop, key, calls):
    """Drawn by the second and paid for there; it is kept, and the member has not paid yet."""
    bad, good = key("402"), key()
    async with open_shop({"google": bad, "apiyi": good}) as shop:
        shop.told.refusal = DeliveryFailed("the channel is gone")
        job = await shop.run("a pair of foxes", model=PRO)

        assert calls_to(calls, bad, good) == {"google": (1, 0), "apiyi": (1, 1)}
        assert (await shop.job(job))["state"] == "generated"
        [(_, kept)] = shop.told.explained
        assert (type(kept), kept.job) == (PictureKept, job.id[-8:])
        account = await shop.account()
        assert (account.available, account.held) == (WELCOME - job.reserved, job.reserved)
        assert await shop.spending() == {
            ("google", Key.of(bad).fingerprint): (1, 0, 0, 0),
            ("apiyi", Key.of(good).fingerprint): (1, 90_000, 0, 0),
        }
        await shop.assert_books_balance()
