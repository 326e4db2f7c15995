"""An operator's settings decide which providers there are, where they lie and how they try."""

import pytest

from bot.errors import ProviderError
from bot.providers.registry import build
from bot.settings import Settings


@pytest.fixture
def providers_for(catalog, transport, monkeypatch, tmp_path):
    """Build from these settings alone: no `.env`, no environment of this machine's."""

    async def sleep(seconds):
        return None

    def make(*, attempts=None, time_limit=None, **values):
        settings = Settings(_env_file=None, **values)
        return build(
            settings,
            catalog=catalog,
            transport=transport,
            locate=lambda ref: tmp_path / ref.sha256,
            sleep=sleep,
            random=lambda: 0.0,
            clock=lambda: 0.0,
            attempts=attempts,
            time_limit=time_limit,
        )

    for name in ("GEMINI_API_KEY", "APIYI_API_KEY", "GEMINI_BASE_URL", "GEMINI_API_VERSION"):
        monkeypatch.delenv(name, raising=False)
    return make


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        ({}, []),
        ({"gemini_api_key": "a"}, ["google"]),
        ({"apiyi_api_key": "b"}, ["apiyi"]),
        ({"apiyi_api_key": "b", "gemini_api_key": "a"}, ["google", "apiyi"]),
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
    for provider in providers.values():
        await provider.generate(request_for(), folder=folder, observer=observer)
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
