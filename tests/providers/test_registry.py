"""An operator's settings decide which providers there are, where they lie and how they try."""

from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.errors import ProviderError, SettingsError
from bot.generation.catalog import Catalog
from bot.generation.formats import sniff
from bot.providers.download import Downloader
from bot.providers.pace import OpenGate
from bot.providers.registry import Outfit, build
from bot.settings import Key, Settings


@pytest.fixture
def providers_for(catalog, transport, monkeypatch, tmp_path):
    """Build from these settings alone: no `.env`, no environment of this machine's."""

    async def sleep(seconds):
        return None

    def make(*, attempts=None, time_limit=None, **values):
        settings = Settings(_env_file=None, **values)
        outfit = Outfit(
            transport=transport,
            downloader=Downloader(allowed_hosts=settings.result_hosts),
            locate=lambda ref: tmp_path / ref.digest,
            sleep=sleep,
            random=lambda: 0.0,
            clock=lambda: 0.0,
            time_limit=time_limit,
        )
        ways = build(settings, catalog=catalog, outfit=outfit, attempts=attempts)
        return {way.name: way.patient for way in ways}

    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return make


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        ({"gemini_api_key": "a"}, ["google"]),
        ({"apiyi_api_key": "b"}, ["apiyi", "apiyi-chat"]),
        ({"apiyi_api_key": "b", "gemini_api_key": "a"}, ["google", "apiyi", "apiyi-chat"]),
        ({"evolink_api_key": "c"}, ["evolink", "evolink-chat"]),
        ({"toapis_api_key": "d"}, ["toapis"]),
        ({"aivideoapi_api_key": "e"}, ["aivideoapi"]),
    ],
)
def test_a_key_turns_a_provider_on(providers_for, keys, names):
    providers = providers_for(**keys)
    assert list(providers) == names
    assert [provider.name for provider in providers.values()] == names


async def test_addresses_versions_and_keys_reach_the_wire(
    providers_for, upstream, request_for, observer, folder, answer, png
):
    upstream.script(upstream.reply(200, answer(png)))
    providers = providers_for(
        gemini_api_key=" key-a\n",
        gemini_base_url=upstream.url,
        gemini_api_version="v1",
        apiyi_api_key="key-b",
        apiyi_base_url=f"{upstream.url}/gateway",
    )
    for name in ("google", "apiyi"):
        await providers[name].generate(request_for(), folder=folder, observer=observer)
    google, apiyi = upstream.received
    assert google.path == "/v1/models/gemini-3-pro-image:generateContent"
    assert google.header("x-goog-api-key") == ["key-a"]
    assert apiyi.path == "/gateway/v1beta/models/gemini-3-pro-image:generateContent"
    assert apiyi.header("authorization") == ["Bearer key-b"]
    assert observer.calls == [("google", 1), ("apiyi", 1)]


async def test_attempts_reach_the_retrying(providers_for, upstream, request_for, observer, folder):
    upstream.script(upstream.reply(503, b""))
    for attempts, calls in ((1, 1), (2, 2), (None, 4)):
        upstream.received.clear()
        providers = providers_for(
            gemini_api_key="a", gemini_base_url=upstream.url, attempts=attempts
        )
        with pytest.raises(ProviderError):
            await providers["google"].generate(request_for(), folder=folder, observer=observer)
        assert len(upstream.received) == calls


async def test_the_time_limit_reaches_the_call(
    providers_for, upstream, request_for, observer, folder
):
    upstream.script(upstream.hang())
    providers = providers_for(gemini_api_key="a", gemini_base_url=upstream.url, time_limit=0.1)
    with pytest.raises(ProviderError) as caught:
        await providers["google"].generate(request_for(), folder=folder, observer=observer)
    assert caught.value.kind == "timeout_unknown"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("evolink", "/gateway/v1/images/generations"),
        ("toapis", "/gateway/v1/images/generations"),
        ("aivideoapi", "/gateway/v1/images/generations"),
    ],
)
async def test_a_task_upstream_gets_its_address_its_key_and_patience(
    providers_for, upstream, told, request_for, observer, folder, name, path
):
    """A refusal that passes is tried again; one attempt is what the operator allows."""
    upstream.script(told({"error": {"code": "internal_error", "message": "m"}}, 500))
    for attempts, calls in ((1, 1), (None, 2)):
        upstream.received.clear()
        providers = providers_for(
            attempts=attempts,
            **{f"{name}_api_key": "key-c", f"{name}_base_url": f"{upstream.url}/gateway"},
        )
        with pytest.raises(ProviderError) as caught:
            await providers[name].generate(
                request_for(model="gemini-3.1-flash-image"), folder=folder, observer=observer
            )
        assert caught.value.kind == "upstream_error"
        assert [received.path for received in upstream.received] == [path] * calls
        assert upstream.received[0].header("authorization") == ["Bearer key-c"]


@pytest.mark.parametrize("suffix", ["/v1", "/v1/", "/gateway/v1", "/v1beta"])
@pytest.mark.parametrize("name", ["evolink", "toapis", "aivideoapi", "apiyi-chat", "evolink-chat"])
async def test_a_base_url_as_sdks_write_it_does_not_get_its_version_twice(
    providers_for, upstream, told, request_for, observer, folder, name, suffix
):
    upstream.script(told({"error": {"message": "m"}}, 400))
    variable, route = name.removesuffix("-chat"), name.endswith("-chat")
    providers = providers_for(
        **{f"{variable}_api_key": "key-v", f"{variable}_base_url": f"{upstream.url}{suffix}"}
    )

    with pytest.raises(ProviderError):
        await providers[name].generate(
            request_for(model="gemini-3.1-flash-image"), folder=folder, observer=observer
        )

    prefix = "/gateway" if suffix.startswith("/gateway") else ""
    ending = "chat/completions" if route else "images/generations"
    assert upstream.received[0].path == f"{prefix}/v1/{ending}"


async def test_uploads_and_result_hosts_are_the_operators(
    providers_for, upstream, told, request_for, stored_reference, tmp_path, observer, folder, png
):
    """Pictures to edit go to the files' address; a private result's host must be named."""
    reference = stored_reference(png)
    (tmp_path / reference.digest).write_bytes(png)
    done = {"id": "t-1", "status": "completed", "results": [f"{upstream.url}/a.png"]}
    steps = [
        told({"success": True, "data": {"file_url": "https://files.example/a.png"}}),
        told({"id": "t-1", "status": "pending"}),
        told(done),
        told(png),
    ]
    chosen = {
        "evolink_api_key": "key-c",
        "evolink_base_url": f"{upstream.url}/api",
        "evolink_files_url": f"{upstream.url}/files",
    }
    asked = request_for(model="gemini-3.1-flash-image", reference_images=(reference,))
    upstream.script(*steps)
    provider = providers_for(**chosen)["evolink"]
    with pytest.raises(ProviderError) as caught:
        await provider.generate(asked, folder=folder, observer=observer)
    assert caught.value.kind == "unsafe_url"
    upstream.received.clear()
    provider = providers_for(**chosen, result_hosts="cdn.example, 127.0.0.1")["evolink"]
    generation = await provider.generate(asked, folder=folder, observer=observer)
    assert generation.images[0].path.read_bytes() == png
    assert [received.path for received in upstream.received] == [
        "/files/api/v1/files/upload/stream",
        "/api/v1/images/generations",
        "/api/v1/tasks/t-1",
        "/a.png",
    ]


def test_without_a_key_the_operator_is_told_which_there_are(providers_for):
    with pytest.raises(SettingsError) as caught:
        providers_for()
    assert caught.value.setting == "GEMINI_API_KEY"
    assert "TOAPIS_API_KEY" in caught.value.problem


def test_a_preferred_provider_nobody_knows_is_named(providers_for):
    with pytest.raises(SettingsError) as caught:
        providers_for(gemini_api_key="a", preferred_providers="apiyi,nobody")
    assert caught.value.setting == "PREFERRED_PROVIDERS"
    assert "nobody" in caught.value.problem


@pytest.fixture
def ways_for(transport, monkeypatch, tmp_path):
    """The ways that an operator's file and settings make; `gates` are those that were asked for."""

    async def sleep(seconds):
        return None

    def make(text="", *, gates=None, **values):
        file = tmp_path / "plantain.toml"
        file.write_text(text, "utf-8")
        settings = Settings(_env_file=None, **values)
        outfit = Outfit(
            transport=transport,
            downloader=Downloader(allowed_hosts=settings.result_hosts),
            locate=lambda ref: tmp_path / ref.sha256,
            sleep=sleep,
            random=lambda: 0.0,
            clock=lambda: 0.0,
        )

        def make_gate(*limits):
            gates.append(limits)
            return OpenGate()

        return build(
            settings,
            catalog=Catalog.load(file),
            outfit=outfit,
            make_gate=make_gate if gates is not None else None,
        )

    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return make


GATEWAYS = """
[providers.native-gate]
dialect = "gemini"
key = "NATIVE_API_KEY"
base_url = "{url}/apiyi"
[providers.native-gate.models."gemini-3-pro-image"]
id = "gemini-3-pro-image-preview"
usd = {{ 1K = 0.01, 2K = 0.01 }}

[providers.chat-gate]
dialect = "openai-chat"
key = "CHAT_API_KEY"
base_url = "{url}/evolink/"
[providers.chat-gate.models."gemini-3.1-flash-image"]
id = "gemini-3.1-flash-image-preview"
usd = {{ 1K = 0.02 }}
"""


async def test_two_gateways_added_by_the_file_alone_draw(
    ways_for, request_for, observer, folder, standin
):
    """One in each protocol, over real HTTP: the stand-in gives a picture and notes whose key."""
    native, chat = ways_for(
        GATEWAYS.format(url=standin.url),
        gateway_keys={"NATIVE_API_KEY": "sk-native", "CHAT_API_KEY": "sk-chat"},
    )
    assert (native.name, chat.name) == ("native-gate", "chat-gate")
    wanted = ((native, "gemini-3-pro-image"), (chat, "gemini-3.1-flash-image"))

    for way, model in wanted:
        request = request_for(prompt="two gateways and a bridge", model=model)
        generation = await way.patient.generate(request, folder=folder, observer=observer)
        assert generation.provider == way.name
        assert sniff(generation.images[0].path.read_bytes()[:16])
        assert await way.probe() is None

    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{standin.url}/calls", params={"contains": "two gateways"}) as answer,
    ):
        calls = await answer.json()
    assert [(call["route"], call["model"], call["paid"], call["key_hash"]) for call in calls] == [
        ("apiyi", "gemini-3-pro-image-preview", True, Key.of("sk-native").fingerprint),
        ("evolink-chat", "gemini-3.1-flash-image-preview", True, Key.of("sk-chat").fingerprint),
    ]
    assert [provider for provider, _ in observer.calls] == ["native-gate", "chat-gate"]


def test_a_gateway_whose_key_is_not_set_is_off(ways_for):
    ways = ways_for(
        GATEWAYS.format(url="https://gate.example"), gateway_keys={"CHAT_API_KEY": "sk-chat"}
    )

    assert [way.name for way in ways] == ["chat-gate"]


async def test_each_key_is_a_way_of_its_own(ways_for, upstream, request_for, observer, folder):
    """In their order, one given twice once; each sends itself and is told apart by its hash."""
    ways = ways_for(gemini_api_key="k-1, k-2,k-1 ,, k-3", gemini_base_url=upstream.url)
    upstream.script(upstream.reply(400, b"{}"))

    for way in ways:
        with pytest.raises(ProviderError):
            await way.hasty.generate(request_for(), folder=folder, observer=observer)

    sent = [received.header("x-goog-api-key") for received in upstream.received]
    assert sent == [["k-1"], ["k-2"], ["k-3"]]
    assert [way.key for way in ways] == [Key.of(f"k-{n}").fingerprint for n in (1, 2, 3)]
    assert {way.name for way in ways} == {"google"}
    assert not any("k-1" in repr(way) for way in ways)


@pytest.mark.parametrize(
    ("chosen", "header", "value"),
    [
        ("", "authorization", "Bearer sk-native"),
        ('key_header = "authorization"', "authorization", "Bearer sk-native"),
        ('key_header = "x-goog-api-key"', "x-goog-api-key", "sk-native"),
    ],
)
async def test_a_gateways_key_goes_in_the_header_it_reads(
    ways_for, upstream, request_for, observer, folder, chosen, header, value
):
    """On paid calls and on the free question alike, and in no other header."""
    text = GATEWAYS.format(url=upstream.url).replace('key = "NATIVE', f'{chosen}\nkey = "NATIVE')
    [way] = ways_for(text, gateway_keys={"NATIVE_API_KEY": "sk-native"})
    upstream.script(upstream.reply(400, b"{}", {"Connection": "close"}))

    with pytest.raises(ProviderError):
        await way.hasty.generate(request_for(), folder=folder, observer=observer)
    with pytest.raises(ProviderError):
        await way.probe()

    paid, free = upstream.received
    assert (paid.method, free.method) == ("POST", "GET")
    for received in (paid, free):
        found = [name.lower() for name, text in received.headers if "sk-native" in text]
        assert (found, received.header(header)) == ([header], [value])
        assert "sk-native" not in received.path


@pytest.mark.parametrize(
    ("text", "values", "limits"),
    [
        ("", {}, []),
        ("[providers.google]\nrpm = 60", {}, [("g", 60, None)]),
        ("[providers.google]\nrpm = 60\nconcurrency = 4", {}, [("g", 60, 4)]),
        ("[providers.google]\nrpm = 60", {"gemini_rpm": 5}, [("g", 5, None)]),
        ("", {"gemini_concurrency": 2}, [("g", None, 2)]),
        ("", {"apiyi_rpm": 7}, [("a", 7, None)]),
        ("[providers.apiyi]\nrpm = 9", {}, [("a", 9, None)]),
        ("[providers.apiyi-chat]\nrpm = 9", {}, [("a", 9, None)]),
        (
            "[providers.apiyi]\nrpm = 9\nconcurrency = 3\n"
            "[providers.apiyi-chat]\nrpm = 4\nconcurrency = 8",
            {},
            [("a", 4, 3)],
        ),
    ],
)
def test_limits_reach_the_gates(ways_for, text, values, limits):
    """Settings before the file; routes that share a key keep the strictest limit of any."""
    gates = []
    ways = ways_for(text, gates=gates, gemini_api_key="g", apiyi_api_key="a", **values)

    assert gates == [(Key.of(key).fingerprint, *rest) for key, *rest in limits]
    assert ways[1].gate is ways[2].gate
    assert ways[0].gate is not ways[1].gate


def test_each_of_several_keys_has_a_gate_of_its_own(ways_for):
    gates = []
    ways = ways_for(gates=gates, gemini_api_key="g1,g2", gemini_rpm=60)

    assert gates == [(Key.of(key).fingerprint, 60, None) for key in ("g1", "g2")]
    assert ways[0].gate is not ways[1].gate


async def test_every_call_passes_the_gate_of_its_key(
    ways_for, upstream, request_for, observer, folder
):
    """Before it is noted down, and again for each time it is tried again."""
    ways = ways_for(gemini_api_key="g", gemini_base_url=upstream.url, gemini_rpm=60, gates=[])
    passed = []

    class Counting:
        def delay(self, party):
            return 0.0

        @asynccontextmanager
        async def call(self, party, check):
            passed.append((party, len(observer.calls), len(upstream.received)))
            yield

    way = ways[0]
    for retrying in (way.hasty, way.patient):
        retrying._gate = Counting()
    observer.party = 7
    upstream.script(upstream.reply(503, b""))

    with pytest.raises(ProviderError):
        await way.patient.generate(request_for(), folder=folder, observer=observer)

    assert passed == [(7, n, n) for n in range(4)]
