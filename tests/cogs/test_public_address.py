"""With a public address upstreams call back and fetch what they work from, and only then."""

import socket

import pytest

from bot.app import World, open_app
from bot.errors import SettingsError

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc````\x00\x00\x00\x05\x00\x01\xa5\xf6E@"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def only_aivideoapi(settings, upstream):
    """No other upstream is on."""
    chosen = {
        "gemini_api_key": None,
        "aivideoapi_api_key": "sk-test",
        "aivideoapi_base_url": f"{upstream.url}/aivideoapi",
        "result_hosts": "127.0.0.1",
    }
    return type(settings).model_validate(settings.model_dump() | chosen)


@pytest.fixture
def public(only_aivideoapi, free_port):
    chosen = {
        "public_url": f"http://127.0.0.1:{free_port}",
        "web_host": "127.0.0.1",
        "web_port": free_port,
    }
    return type(only_aivideoapi).model_validate(only_aivideoapi.model_dump() | chosen)


async def edit(scene, prompt):
    alice = scene.member("alice")
    return await alice.slash(scene.channel, "edit", prompt=prompt, image=("in.png", PNG))


async def test_an_upstream_that_takes_addresses_fetches_the_picture_and_calls_back(
    scene_over, public, calls
):
    async with scene_over(public, world=World()) as scene:
        shown = await edit(scene, "by its address")
        assert len(shown.response.attachments) == 1
        [call] = calls.of("by its address")
        assert call["callback"] == 204
        assert [job["state"] for job in await scene.jobs()] == ["done"]


async def test_without_an_address_it_is_not_asked_to_edit(scene_over, only_aivideoapi, calls):
    async with scene_over(only_aivideoapi) as scene:
        await edit(scene, "no address")
        assert calls.count("no address") == 0
        assert await scene.jobs() == []


async def test_a_port_that_is_taken_is_named(public, free_port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        with pytest.raises(SettingsError) as caught:
            async with open_app(public):
                pass
    assert caught.value.setting == "WEB_PORT"


@pytest.mark.parametrize("host", ["192.0.2.1", "a" * 64, "no host"])
async def test_a_host_that_is_not_this_machines_is_named(public, host):
    with pytest.raises(SettingsError) as caught:
        async with open_app(public.model_copy(update={"web_host": host})):
            pass
    assert caught.value.setting == "WEB_HOST"
    assert host in caught.value.problem
