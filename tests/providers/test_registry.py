"""An operator's settings decide which providers there are, where they lie and how they try."""

import pytest

from bot.errors import ProviderError, SettingsError
from bot.providers.download import Downloader
from bot.providers.registry import Outfit, build
from bot.settings import Settings


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
