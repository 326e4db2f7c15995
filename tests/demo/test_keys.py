"""Words in a key, and the questions that cost nothing: lists of models and balances."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.journal import Asked, Journal
from bot.demo.misbehaviour import (
    MISBEHAVIOURS,
    ORDINARY,
    RATE_LIMITED,
    Way,
    find,
    find_in_key,
    strike,
)

ROUTES = ("google", "apiyi", "apiyi-chat", "evolink-chat", "evolink", "toapis", "aivideoapi")
TASKS = ("evolink", "toapis", "aivideoapi")
LISTS = {
    "/v1beta/models": "models",
    "/v1/models": "models",
    "/apiyi/v1beta/models": "models",
    "/apiyi/v1/models": "data",
    "/evolink/v1/models": "data",
    "/toapis/v1/models": "data",
}
BALANCES = {
    "evolink": "/evolink/v1/credits",
    "toapis": "/toapis/v1/user/balance",
    "aivideoapi": "/aivideoapi/v1/credits",
}


@pytest.fixture
def create(client):
    """One call on any route; its status and body."""

    async def send(route, prompt, key):
        model = "nano-banana-2" if route == "aivideoapi" else "gemini-3.1-flash-image-preview"
        path, body = f"/{route}/v1/images/generations", {"model": model, "prompt": prompt}
        if route == "aivideoapi":
            body = {"model": model, "input": {"prompt": prompt}}
        elif route.endswith("-chat"):
            gateway = route.removesuffix("-chat")
            path = f"/{gateway}/v1/chat/completions"
            body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
        elif route not in TASKS:
            prefix = "/apiyi" if route == "apiyi" else ""
            reply = await client.ask(prompt, key=key, prefix=prefix)
            return reply.status, reply.body
        headers = {"Authorization": f"Bearer {key}"}
        async with client.session.post(client.url + path, json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    return send


@pytest.fixture
def see(client):
    """A free question with a key in both headers."""

    async def ask(path, key):
        headers = {"x-goog-api-key": key, "Authorization": f"Bearer {key}"} if key else {}
        async with client.session.get(client.url + path, headers=headers) as response:
            return response.status, await response.json()

    return ask


# --- the words of a key ---------------------------------------------------------------------


@pytest.mark.parametrize("phrase", sorted(MISBEHAVIOURS))
def test_every_word_can_be_a_keys_end(phrase):
    spoken = phrase.replace("N", "7")
    for slug in (spoken.replace(" ", "-"), spoken.replace(" ", "_").upper()):
        assert [word.phrase for word in find_in_key(f"sk-test-{slug}")] == [phrase]


def test_a_key_without_words_is_a_good_one():
    for key in (
        "",
        "test-key",
        "sk-evo-0123456789abcdef4290",
        "AIzaSyD500x-402y",
        "gateway-key-77",
    ):
        assert find_in_key(key) == ()


def test_the_seconds_of_a_limit_are_read():
    for text, seconds in (("rate limited for 30 seconds", 30), ("Rate  limited for 1 seconds", 1)):
        [word] = find(text)
        assert (word.phrase, word.seconds) == (RATE_LIMITED, seconds)
    assert find("rate limited for ages") == ()


@pytest.mark.parametrize("route", ROUTES)
async def test_one_key_is_refused_while_another_draws(create, client, route):
    """On every route, with the same prompt; what a key does is its own."""
    poor, answer = await create(route, "a key fox", "test-key-402")
    good, _ = await create(route, "a key fox", "test-key")

    assert good == 200
    assert poor == (429 if route == "google" else 402)
    assert answer["error"]["message"]
    calls = await client.look("/calls")
    assert [(call["outcome"], call["paid"]) for call in calls] == [
        ("402", False),
        ("picture", True),
    ]


def test_a_limit_ends_when_its_seconds_are_over():
    """It counts from the first call, for this key and prompt alone, and says what is left."""
    clock = [datetime(2026, 11, 21, tzinfo=UTC)]
    journal = Journal(now=lambda: clock[0])

    def left(prompt="rate limited for 30 seconds", key="k"):
        call = journal.begin(route="google", key=key, asked=Asked("m", prompt, 0))
        return [word.seconds for word in strike(journal, call, key)]

    assert left() == [30]
    clock[0] += timedelta(seconds=12.5)
    assert left() == [18]
    assert left(key="other") == left(prompt="rate limited for 30 seconds, a fox") == [30]
    assert left(key="sk-rate-limited-for-9-seconds", prompt="a fox") == [9]
    clock[0] += timedelta(seconds=17.5)
    assert left() == []
    assert left(key="sk-rate-limited-for-9-seconds", prompt="a bird") == []
    journal.forget()
    assert left() == [30]


def test_only_the_ways_a_route_knows_strike_there():
    journal = Journal(now=lambda: datetime(2026, 11, 21, tzinfo=UTC))
    prompt = "a fox as link, dead link, drafts, 503"
    call = journal.begin(route="google", key="k", asked=Asked("m", prompt, 0))
    named = [word.phrase for word in strike(journal, call, "k", Way.REJECTED, Way.PICTURE)]
    assert named == ["503", "drafts"]


async def test_how_long_to_wait_is_told_where_the_upstream_tells_it(create):
    word = "rate limited for 40 seconds"
    _, google = await create("google", word, "k")
    _, apiyi = await create("apiyi", word, "k")
    _, evolink = await create("evolink", word, "k")
    delays = [d["retryDelay"] for d in google["error"]["details"] if "retryDelay" in d]
    assert delays == ["40s"]
    assert "retry in 40s" in apiyi["error"]["message"]
    assert evolink["error"]["fallback_suggestion"] == "retry after 40 seconds"


SPENT = [
    ("evolink", "hourly", 402, "token_quota_exceeded"),
    ("evolink", "daily", 402, "token_daily_quota_exceeded"),
    ("evolink", "total", 402, "token_quota_exceeded"),
    ("toapis", "hourly", 402, "insufficient_quota"),
    ("toapis", "daily", 402, "insufficient_quota"),
    ("toapis", "total", 402, "insufficient_quota"),
    ("aivideoapi", "hourly", 429, "spend_limit_exceeded"),
    ("aivideoapi", "daily", 429, "spend_limit_exceeded"),
    ("aivideoapi", "total", 429, "spend_limit_exceeded"),
    ("apiyi", "total", 403, "pre_consume_token_quota_failed"),
    ("google", "total", 429, 429),
]


@pytest.mark.parametrize(("route", "window", "status", "code"), SPENT)
async def test_a_spend_limit_has_its_window(create, route, window, status, code):
    """aivideoapi says it in words alone, EvoLink by its code."""
    answered, body = await create(route, f"a fox, {window} spend limit", "k")
    assert (answered, body["error"]["code"]) == (status, code)
    if route == "aivideoapi":
        assert window in body["error"]["message"]


async def test_an_account_without_money_is_evolinks_third_402(create):
    _, body = await create("evolink", "a fox, 402", "k")
    assert (body["error"]["code"], body["error"]["type"]) == (402, "insufficient_quota_error")


# --- free questions -------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(LISTS))
async def test_models_are_listed_to_a_good_key(see, client, path):
    status, answer = await see(path, "a-key")
    assert status == 200
    named = {row.get("id") or row["name"].removeprefix("models/") for row in answer[LISTS[path]]}
    assert "gemini-nano-banana-2.1" in named
    assert await client.look("/calls") == []


@pytest.mark.parametrize("path", sorted(LISTS))
@pytest.mark.parametrize("key", ["", "bad-key-1", "sk-leaked-key", "sk-503"])
async def test_a_bad_key_sees_none(see, path, key):
    """As each says it: Google by a 400 with its reason, gateways by a 401."""
    status, answer = await see(path, key)
    google = path.startswith("/v1")
    nobodys = not key or key.startswith("bad")
    expected = {"sk-leaked-key": 403, "sk-503": 503}.get(key, 400 if google else 401)
    assert status == expected
    if google and nobodys:
        assert answer["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    assert ("type" in answer["error"]) != google


async def test_one_model_is_told_or_not_found(see):
    status, model = await see("/v1beta/models/gemini-3-pro-image", "a-key")
    assert (status, model["name"]) == (200, "models/gemini-3-pro-image")
    assert "generateContent" in model["supportedGenerationMethods"]
    status, missing = await see("/v1beta/models/gemini-9", "a-key")
    assert (status, missing["error"]["status"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("name", TASKS)
async def test_a_balance_is_the_keys_own(see, name):
    """Empty behind a key without money, which may still ask."""

    def left(answer):
        data = answer.get("data", {})
        user = data.get("user", {}).get("remaining_credits")
        return next(
            n for n in (user, data.get("credits"), answer.get("remain_balance")) if n is not None
        )

    assert left((await see(BALANCES[name], "sk-a"))[1]) > 0
    status, broke = await see(BALANCES[name], "sk-402")
    assert (status, left(broke)) == (200, 0)
    assert [(await see(BALANCES[name], key))[0] for key in ("", "bad-key", "sk-503")] == [
        401, 401, 503,
    ]  # fmt: skip


# --- the page and the journal ---------------------------------------------------------------


async def test_the_page_says_where_a_word_strikes(client):
    """From the table the code uses."""
    async with client.session.get(client.url) as response:
        page = await response.text()

    for phrase, word in MISBEHAVIOURS.items():
        assert f"<code>{phrase}</code></td><td>{word.way.place}</td>" in page
    for phrase in ("402", "dead link", "private link", "redirect home", "as link", "as base64"):
        assert phrase in MISBEHAVIOURS
    assert set(MISBEHAVIOURS) >= ORDINARY


async def test_thinking_and_turns_are_in_the_journal(client, create):
    first = await client.ask("a thinking fox")
    turns = [
        {"role": "user", "parts": [{"text": "a thinking fox"}]},
        {"role": "model", "parts": first.parts},
        {"role": "user", "parts": [{"text": "now blue"}]},
    ]
    config = {
        "imageConfig": {"imageSize": "512"},
        "thinkingConfig": {"thinkingLevel": "HIGH"},
    }
    reply = await client.send({"contents": turns, "generationConfig": config})
    assert reply.status == 200
    talk = {"model": "gemini-3.1-flash-image", "messages": [
        {"role": "user", "content": "a fox"},
        {"role": "assistant", "content": "Here you go."},
        {"role": "user", "content": "now red"},
    ]}  # fmt: skip
    headers = {"Authorization": "Bearer k"}
    url = f"{client.url}/apiyi/v1/chat/completions"
    async with client.session.post(url, json=talk, headers=headers) as response:
        assert response.status == 200
    await create("evolink", "a fox", "k")

    calls = await client.look("/calls")

    signed = sum("thoughtSignature" in part for part in first.parts)
    assert signed >= 2
    asked = [(call["thinking"], call["turns"], call["signatures"]) for call in calls]
    assert asked == [(None, 1, 0), ("high", 3, signed), (None, 3, 0), (None, 1, 0)]


async def test_a_key_in_the_address_is_read_by_google_alone(client):
    async with client.session.get(f"{client.url}/v1beta/models?key=sk-1") as response:
        assert response.status == 200
    async with client.session.get(f"{client.url}/toapis/v1/user/balance?key=sk-1") as response:
        assert response.status == 401
