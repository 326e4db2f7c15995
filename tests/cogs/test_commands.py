"""What Discord is sent: the commands, word for word and within its limits, and every body.

The commands are kept in `tests/golden/commands.json`. After a change that is meant, write them
anew with `PLANTAIN_WRITE_GOLDEN=1 pytest tests/cogs/test_commands.py` and read the diff.
"""

import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest
from PIL import Image
from simcord.types import HttpLogEntry

from bot.jobs.delivery import Picture
from bot.jobs.job import Receipt
from bot.people.setting import Setting
from bot.ui.delivery import DiscordDelivery
from tests.bodies import SCHEMAS, problems, schema_of, wrong

GOLDEN = Path(__file__).parents[1] / "golden"
NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")
"""Discord's rule for names of commands and options, which must be in lower case as well."""


@pytest.fixture
def commands(scene) -> list[dict[str, Any]]:
    """The command tree as it was synchronised."""
    [put] = [request for request in scene.env.http_requests if request.method == "PUT"]
    return put.json


MENU = 3
"""The type of a command in a message's menu, which has a name and nothing else."""


def described(commands: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every command that is typed, every command in a group, and every option."""
    for command in commands:
        if "description" not in command:
            continue
        yield command
        yield from described(command.get("options", []))


def levels(commands: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The commands that are typed, and those in each group, whose names must differ."""
    typed = [one for one in commands if one["type"] in (1, 2) and "description" in one]
    if typed:
        yield typed
    for one in typed:
        yield from levels(one.get("options", []))


async def test_the_commands_are_what_they_were(commands):
    golden = GOLDEN / "commands.json"
    text = json.dumps(commands, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("PLANTAIN_WRITE_GOLDEN"):
        golden.write_text(text, "utf-8")

    assert text == golden.read_text("utf-8")


async def test_the_commands_are_within_discords_limits(commands):
    names = [command["name"] for command in commands]
    typed = {"imagine", "edit", "balance", "show", "quota", "gift", "team", "settings", "help"}
    assert set(names) >= typed
    assert len(names) <= 100
    assert names[-2:] == ["Edit this picture", "Use as reference"]
    for menu in commands[-2:]:
        assert menu["type"] == MENU
        assert all(1 <= len(n) <= 32 for n in (menu["name"], *menu["name_localizations"].values()))
        assert menu["name_localizations"].keys() == {"zh-CN", "zh-TW"}
    for item in described(commands):
        assert NAME.fullmatch(item["name"])
        assert item["name"] == item["name"].lower()
        for name in item.get("name_localizations", {}).values():
            assert NAME.fullmatch(name)
    for level in levels(commands):
        for chinese in ("zh-CN", "zh-TW"):
            called = [item["name_localizations"][chinese] for item in level]
            assert len(set(called)) == len(called)
        for text in (item["description"], *item["description_localizations"].values()):
            assert 1 <= len(text) <= 100
        choices = item.get("choices", [])
        assert len(choices) <= 25
        assert not (choices and item.get("autocomplete"))
        assert all(1 <= len(choice["name"]) <= 100 for choice in choices)
        assert all(1 <= len(str(choice["value"])) <= 100 for choice in choices)
        assert len({choice["name"] for choice in choices}) == len(choices)
    for command in described(commands):
        options = command.get("options", [])
        assert len(options) <= 25
        assert len({option["name"] for option in options}) == len(options)
        required = [option.get("required", False) for option in options]
        assert required == sorted(required, reverse=True)


async def test_a_command_has_at_most_8000_characters_in_any_language(commands):
    def length(item: dict[str, Any]) -> int:
        languages = [item["description"], *item["description_localizations"].values()]
        choices = sum(len(c["name"]) + len(str(c["value"])) for c in item.get("choices", []))
        return len(item["name"]) + max(map(len, languages)) + choices

    for command in commands:
        assert sum(map(length, described([command]))) <= 8000


async def test_every_description_is_translated_for_both_chinese_locales(commands):
    for item in described(commands):
        texts = item["description_localizations"]
        assert set(texts) == {"zh-CN", "zh-TW"}
        assert texts["zh-CN"] == texts["zh-TW"]
        assert re.search("[\u4e00-\u9fff]", texts["zh-CN"]), item["name"]
        assert not re.search("[\u4e00-\u9fff]", item["description"]), item["name"]


async def test_every_command_says_where_it_works_and_who_may_bring_it(commands):
    """What is for a server needs the bot in it; everything else goes wherever its user goes."""
    for command in commands:
        brought, contexts = command["integration_types"], command["contexts"]
        assert (brought, contexts) in (([0, 1], [0, 1, 2]), ([0], [0])), command["name"]


async def test_the_choices_are_what_the_core_knows(commands):
    options = {option["name"]: option for option in commands[0]["options"]}

    ratios = [choice["value"] for choice in options["aspect_ratio"]["choices"]]
    assert len(ratios) == 15
    assert {"auto", "1:1", "16:9", "21:9", "1:8"} <= set(ratios)
    assert [c["value"] for c in options["resolution"]["choices"]] == ["512", "1K", "2K", "4K"]
    assert [c["value"] for c in options["count"]["choices"]] == [1, 2, 3, 4]
    assert [c["value"] for c in options["thinking"]["choices"]] == ["minimal", "medium", "high"]
    names = [c["name_localizations"]["zh-CN"] for c in options["thinking"]["choices"]]
    assert all(re.search("[\u4e00-\u9fff]", name) for name in names)
    assert options["prompt"]["max_length"] == 6000
    assert options["model"]["autocomplete"] is True


# --- every body -----------------------------------------------------------------------------


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "PNG")
    return buffer.getvalue()


async def test_a_usual_day_sends_bodies_of_every_kind_and_notifies_whom_it_should(scene):
    """Each scene compares its bodies with Discord's description when it ends, as this one does."""
    alice = scene.member("alice")
    made = await alice.slash(
        scene.channel, "imagine", prompt="a body of *work*", count=2, aspect_ratio="16:9"
    )
    await alice.slash(scene.channel, "edit", prompt="bluer", image=("in.png", png()))
    await alice.click(made.response, label="Again · 14 credits")
    form = await alice.click(made.response, label="Edit this")
    more = [("in.png", png())]
    edited = await scene.fill(
        alice, form, which=["1"], what="add a gull", more=more, resolution=["2K"]
    )
    await scene.fill(alice, await alice.click(made.response, label="Vary · 7 credits"), which=["1"])
    await scene.fill(alice, await scene.choose(alice, made.response, "remix"), number=["4"])
    await scene.choose(alice, made.response, "details")
    versions = await alice.click(edited, label="Versions")
    await alice.click(versions.response, label="Compare with the one before")
    await scene.choose(alice, versions.response, (await scene.jobs())[0]["id"])
    await alice.click(edited, label="Undo")
    await scene.fill(alice, await scene.choose(alice, edited, "delete"))
    await alice.slash(scene.channel, "balance")
    staff = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    boss = scene.guild.add_member(scene.env.create_user("boss"), roles=[staff])
    await boss.slash(scene.channel, "quota report")
    bob = scene.member("bob")
    gift = await alice.slash(scene.channel, "gift", member=bob, credits=1, note="*for* you")
    await alice.click(gift.response, label="Give 1 credit")
    await alice.slash(scene.channel, "team create", name="Foxes", credits=1, expires=7)
    await alice.slash(scene.channel, "team add", member=bob)
    await alice.slash(scene.channel, "team show")
    await alice.slash(scene.channel, "team close")
    await alice.slash(
        scene.channel, "imagine", prompt="too tall", model="nano-banana-pro", aspect_ratio="1:8"
    )
    await look_at_settings(scene, boss)
    await use_styles(scene, boss, alice)
    await boss.slash(scene.channel, "help")
    await boss.slash(scene.channel, "moderation words list")
    await boss.slash(scene.channel, "preferences")
    await alice.slash(scene.channel, "imagine", prompt="a body, text only")
    await alice.slash(scene.channel, "imagine", prompt="a body, blocked", private=True)
    await alice.slash(scene.channel, "edit", prompt="x", image=("note.png", b"just words"))
    await alice.autocomplete(scene.channel, "imagine", "model", "banana")

    sent = [
        (schema_of(request.method, request.path), request)
        for request in scene.env.http_requests
        if request.json is not None
    ]
    assert len(sent) > 20
    assert {body for body, _ in sent} == set(SCHEMAS["bodies"]) - {
        "channel_message", "message_edit", "direct_message", "thread",
    }  # fmt: skip
    answers = {r.json["type"] for body, r in sent if body == "interaction_callback"}
    assert answers == {4, 5, 6, 7, 8, 9}
    rung = [mentioned(r.json) for _, r in sent if r.method == "POST"]
    # A gift tells who gets it, and a team who may use it again: nobody else is ever notified.
    assert [names for names in rung if names] == [[str(bob.id)], [str(bob.id)]]


async def look_at_settings(scene, boss) -> None:
    """Each on its card, and the form of one."""
    settings = await boss.slash(scene.channel, "settings")
    for setting in Setting:
        await boss.select(settings.response, [setting])
        await boss.click(settings.response, label="Back")
    await boss.select(settings.response, [Setting.HOUSE_STYLE])
    await boss.click(settings.response, label="Change")


async def use_styles(scene, boss, alice) -> None:
    """A server's: saved, listed, offered, chosen in /compose, and not one's own to remove."""
    await boss.slash(scene.channel, "style save", name="ink", words="ink wash", owner="server")
    await alice.slash(scene.channel, "style list")
    await alice.autocomplete(scene.channel, "imagine", "style", "in")
    form = await alice.slash(scene.channel, "compose", style="ink")
    await scene.fill(alice, form, subject="a body of water", lighting=["golden-hour"])
    await alice.slash(scene.channel, "style remove", name="ink")


def mentioned(body: dict[str, Any]) -> list[str]:
    """Who would be notified of a body that says something; it has to say that itself."""
    holder = body.get("data", body) if "type" in body and "data" in body else body
    if "components" not in holder or holder.get("custom_id"):
        return []
    allowed = holder["allowed_mentions"]
    assert allowed["parse"] == []
    assert not allowed.get("replied_user")
    return [str(user) for user in allowed.get("users", [])]


async def test_a_body_posted_without_an_interaction_is_too(scene):
    """A picture handed over in the channel, as its reply has expired; the card points to it."""
    await scene.member("alice").slash(scene.channel, "imagine", prompt="a body for the channel")
    [job] = await scene.jobs()
    client = scene.app.client
    stored = await client.services.studio.stored(job["id"])
    [image] = stored.results
    picture = Picture(scene.app.workshop.store.path(image), image.mime, image, "unchanged")
    late = DiscordDelivery(client=client, cards=client.services.cards, now=lambda: 2**62)
    before = len(scene.env.http_requests)

    await late.deliver(stored.job, [picture], Receipt(7, 93, 1, 5), None)

    posted = [request for request in scene.env.http_requests[before:] if request.json is not None]
    bodies = [schema_of(request.method, request.path) for request in posted]
    assert bodies == ["channel_message", "message_edit"]
    assert posted[0].json["enforce_nonce"] is True
    assert posted[0].json["message_reference"]["fail_if_not_exists"] is False


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("command_sync", [{"name": "x" * 33, "description": "too long a name", "type": 1}]),
        ("command_sync", [{"name": "x", "description": "y" * 101, "type": 1}]),
        ("followup", {"content": "x" * 2001}),
        ("reply_edit", {"attachments": [{"id": str(n)} for n in range(11)]}),
        ("reply_edit", {"components": [{"type": 10, "content": ""}]}),
        (
            "reply_edit",
            {
                "components": [
                    {"type": 1, "components": [{"type": 2, "style": 2, "label": "l" * 81}]}
                ]
            },
        ),
        ("interaction_callback", {"type": 99}),
        ("interaction_callback", {"type": 9, "data": {"title": "t" * 46, "custom_id": "c"}}),
    ],
)
def test_the_check_of_bodies_can_fail(body, content):
    assert problems(body, content)


def test_a_scene_fails_for_a_body_that_is_wrong_or_not_described():
    good = HttpLogEntry("PATCH", "/channels/1/messages/2", {}, {"content": "x"}, None)
    none = replace(good, json=None)
    long = replace(good, json={"content": "x" * 4001})
    odd = replace(good, path="/channels/1/webhooks", json={})

    found = wrong([good, none, long, odd])

    assert [line.partition(":")[0] for line in found] == [
        "PATCH /channels/1/messages/2 content",
        "PATCH /channels/1/webhooks",
    ]
