"""Every command and every refusal once in Chinese, as it reaches somebody who chose it.

A new command needs a line in COMMANDS.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import discord
import pytest
from PIL import Image

from bot import care, listing, mirror, pressing, sharing
from bot.errors import CommitUnknown, ErrorKind, PictureKept, PlantainError, ProviderError, Scope

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b(the|you|your|this|with|was|is|nothing|and|of)\b")
SAMPLES = {
    "bool": True,
    "int": 3,
    "str": "词",
    "str | None": "词",
    "int | None": 3,
    "bot.errors.Instead | None": None,
    "ErrorKind": ErrorKind.SPEND_LIMIT,
    "bot.errors.Scope | None": Scope.DAY,
    "tuple[int, ...]": (3, 4),
}
MENU = discord.AppCommandType.message.value
NAMED = {"whose": "member", "measure": "credits_per_day", "lacks": "files"}
"""Facts that choose a sentence."""
assert sharing
assert care
assert listing
assert mirror
assert pressing


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "PNG")
    return buffer.getvalue()


COMMANDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("preferences", {}),
    ("settings", {}),
    ("help", {}),
    ("batch", {"file": ("list.txt", "一只狐狸\n".encode())}),
    ("privacy", {}),
    ("imagine", {"prompt": "灯塔"}),
    ("compose", {}),
    ("style save", {"name": "水墨", "words": "水墨画，大量留白"}),
    ("style list", {}),
    ("style remove", {"name": "水墨"}),
    ("edit", {"prompt": "更蓝", "image": ("a.png", png())}),
    ("show", {"job": "made"}),
    ("character save", {"name": "小狐", "image": ("a.png", png())}),
    ("character list", {}),
    ("character show", {"name": "小狐"}),
    ("character remove", {"name": "小狐"}),
    ("gallery", {}),
    ("balance", {}),
    ("gift", {"member": "bob", "credits": 1, "note": "送你"}),
    ("team create", {"name": "狐狸", "credits": 5, "expires": 7}),
    ("team show", {}),
    ("team top-up", {"credits": 1}),
    ("team leave", {}),
    ("team add", {"member": "bob"}),
    ("team close", {}),
    ("quota set", {"whose": "server", "measure": "credits_per_day", "amount": "1000"}),
    ("quota show", {}),
    ("quota clear", {"whose": "server", "measure": "credits_per_day"}),
    ("quota allowance", {"role": "staff", "credits": 5, "period": "day"}),
    ("quota clear-allowance", {"role": "staff"}),
    ("quota fund", {"credits": 1}),
    ("quota grant", {"credits": 1, "reason": "试"}),
    ("quota take", {"credits": 1, "reason": "试"}),
    ("quota refund", {"job": "12345678", "reason": "试"}),
    ("quota report", {}),
    ("quota alerts", {}),
    ("moderation words add", {"word": "血腥"}),
    ("moderation words list", {}),
    ("moderation words test", {"prompt": "很血腥"}),
    ("moderation words remove", {"word": "血腥"}),
    ("operator block", {"member": "bob"}),
    ("operator unblock", {"member": "bob"}),
)


def typed(commands: list[dict[str, Any]], before: str = "") -> Iterator[str]:
    """Every command as it is typed, those in groups too; menus of messages are not."""
    for command in commands:
        if command["type"] == MENU:
            continue
        inner = [one for one in command.get("options", []) if one["type"] in {1, 2}]
        name = f"{before}{command['name']}"
        yield from typed(inner, f"{name} ") if inner else [name]


def leaves(of: type[PlantainError] = PlantainError) -> list[type[PlantainError]]:
    below = of.__subclasses__()
    own = [of] if "key" in vars(of) else []
    return [*own, *(leaf for child in below for leaf in leaves(child))]


def errors() -> Iterator[PlantainError]:
    for leaf in leaves():
        if leaf is ProviderError:
            yield from (ProviderError(kind, "google") for kind in ErrorKind)
            continue
        kinds = {f.name: getattr(f.type, "__name__", str(f.type)) for f in fields(leaf)}
        if "tuple" in kinds.values():
            kinds = {name: "tuple[int, ...]" if k == "tuple" else k for name, k in kinds.items()}
        yield leaf(**{name: NAMED.get(name) or SAMPLES[kind] for name, kind in kinds.items()})


@pytest.fixture
async def boss(scene):
    """Manages the server, runs the bot, has an English Discord, and prefers Chinese."""
    role = scene.guild.create_role("bosses", permissions=discord.Permissions(administrator=True))
    boss = scene.guild.add_member(scene.env.create_user("boss"), roles=[role])
    client = scene.app.client
    client.services = replace(client.services, operators=frozenset({boss.id}))
    shown = await boss.slash(scene.channel, "preferences")
    await boss.select(shown.response, ["zh-CN"], custom_id="preferences:language")
    return boss


async def test_every_command_answers_in_chinese_to_who_chose_it(scene, boss):
    [put] = [request for request in scene.env.http_requests if request.method == "PUT"]
    assert {name for name, _ in COMMANDS} == set(typed(put.json))
    handles = {"bob": scene.member("bob"), "staff": scene.guild.create_role("staff")}
    for name, options in COMMANDS:
        if name == "show":
            handles["made"] = (await scene.jobs())[0]["id"]
        known = {
            key: handles.get(value, value) if isinstance(value, str) else value
            for key, value in options.items()
        }
        shown = await boss.slash(scene.channel, name, **known)
        said = [scene.text(message) for message in (shown.response, *shown.followups) if message]
        if shown.modal is not None:
            said = [shown.modal["title"], *(part["label"] for part in shown.modal["components"])]
        assert said, name
        for text in said:
            assert CHINESE.search(text), name
            assert not ENGLISH.search(text), (name, text)


async def test_every_refusal_and_failure_is_told_in_chinese_alone(scene, boss, monkeypatch):
    """With what it was, that nothing was charged, and in the words of no blame."""
    telling: list[PlantainError] = []

    def refuse(*_: object, **__: object) -> None:
        raise telling[-1]

    monkeypatch.setattr(scene.app.client.services.studio, "draft", refuse)
    for error in errors():
        telling.append(error)
        shown = await boss.slash(scene.channel, "imagine", prompt="灯塔")
        text = scene.text(shown.response)
        assert shown.response.ephemeral
        if not isinstance(error, CommitUnknown | PictureKept | pressing.TooLateToCancel):
            assert "没有扣除任何积分" in text
        assert not ENGLISH.search(text), text
        assert not re.search("违规|禁止你|你不应该", text)
    assert len(telling) > 70
