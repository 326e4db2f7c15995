"""Every body that Discord is sent, against what Discord's own description says of it."""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from simcord.types import HttpLogEntry

SCHEMAS = json.loads((Path(__file__).parent / "golden" / "discord-schemas.json").read_text("utf-8"))
# discord.py numbers new files and names people by number; Discord takes numbers for its ids too,
# its description does not.
SCHEMAS["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
BODIES = {
    ("PUT", r"/applications/\d+/commands"): "command_sync",
    ("POST", r"/interactions/\d+/[^/]+/callback"): "interaction_callback",
    ("POST", r"/webhooks/\d+/[^/]+"): "followup",
    ("PATCH", r"/webhooks/\d+/[^/]+/messages/(@original|\d+)"): "reply_edit",
    ("POST", r"/channels/\d+/messages"): "channel_message",
    ("PATCH", r"/channels/\d+/messages/\d+"): "message_edit",
    ("POST", r"/users/@me/channels"): "direct_message",
    ("POST", r"/channels/\d+/threads"): "thread",
}


def schema_of(method: str, path: str) -> str | None:
    return next(
        (
            body
            for (wanted, pattern), body in BODIES.items()
            if wanted == method and re.fullmatch(pattern, path)
        ),
        None,
    )


@cache
def _validator(body: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        {
            "$schema": SCHEMAS["$schema"],
            "components": SCHEMAS["components"],
            **SCHEMAS["bodies"][body],
        }
    )


def problems(body: str, content: Any) -> list[str]:
    """What Discord's own description of a body finds wrong with one of ours."""
    return [
        f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
        for error in _validator(body).iter_errors(content)
    ]


def wrong(requests: Iterable[HttpLogEntry]) -> list[str]:
    """What is wrong with the bodies among these; one that nothing is known of is."""
    found = []
    for request in requests:
        if request.json is not None:
            found += flaws(request.method, request.path, request.json)
    return found


def flaws(method: str, path: str, content: Any) -> list[str]:
    """What is wrong with one body, and where it was sent."""
    body, where = schema_of(method, path), f"{method} {path}"
    if body is None:
        return [f"{where}: not described"]
    return [f"{where} {problem}" for problem in problems(body, content)]
