"""SimCord's backend as the state behind a real Discord: real time, real bytes, real nonces.

Its private modules, which 3.2.1 has and the pin in `pyproject.toml` keeps.
"""

import hashlib
import re
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from simcord import interactions
from simcord._clock import Clock
from simcord.backend import Backend
from simcord.backend.cdn import CdnStore
from simcord.backend.errors import BackendError
from simcord.backend.models import Interaction, Message

NONCE_SECONDS = 180.0
"""Discord says "the past few minutes"."""
KEPT_FILES = 400
ANSWER_SECONDS = 3.0
"""Then Discord drops an interaction."""
COMMAND, COMPONENT = 2, 3
BUTTON = 2


class WallClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.elapsed)


class Files(CdnStore):
    """Keeps the last files' bytes, and of every file what it was."""

    def __init__(self) -> None:
        super().__init__()
        self._blobs = OrderedDict()
        self.facts: dict[str, dict[str, object]] = {}

    def store_attachment(self, attachment_id, channel_id, filename, data, description):
        stored = super().store_attachment(attachment_id, channel_id, filename, data, description)
        self.facts[stored["id"]] = {
            "filename": filename,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "signed": signature(data),
        }
        while len(self._blobs) > KEPT_FILES:
            self._blobs.popitem(last=False)
        return stored


@dataclass
class Told:
    """One interaction, and how long it took until it was answered; None where it never was."""

    record: Interaction
    sent_at: float
    options: dict[str, object] = field(default_factory=dict)
    answered: float | None = None


class Simulation:
    """One server with a channel and `members` people, whose interactions are made here."""

    def __init__(self, members: int) -> None:
        self.backend = Backend(clock=WallClock())
        self.backend.cdn = Files()
        self.guild = self.backend.create_guild("Crash")
        self.channel = self.backend.create_channel(self.guild.id, "art")
        self.members = []
        for number in range(members):
            user = self.backend.make_user(f"member{number}")
            self.backend.add_member(self.guild.id, user.id)
            self.members.append(user.id)
        self.told: dict[int, Told] = {}
        self.spared = 0
        """Posts that were answered with the one they would have repeated."""
        self._nonces: dict[tuple[int, str], tuple[float, int]] = {}

    def imagine(self, member: int, options: dict[str, object]) -> tuple[Told, dict[str, object]]:
        """A `/imagine` of the member with that number, and the event that tells of it."""
        command = self.backend.find_command("imagine", self.guild.id)
        if command is None:
            raise BackendError(409, 0, "the bot has registered no command yet")
        types = {option["name"]: option["type"] for option in command["options"]}
        data = {
            "id": command["id"],
            "name": "imagine",
            "type": 1,
            "options": [
                {"name": name, "type": types[name], "value": value}
                for name, value in options.items()
            ],
        }
        return self._interact(COMMAND, member, data, options)

    def press(self, member: int, message_id: int, label: str) -> tuple[Told, dict[str, object]]:
        """That member's press on the first button whose label begins so."""
        message = self._find(message_id)
        for button in buttons(message.components):
            if str(button.get("label", "")).startswith(label):
                data = {"custom_id": button["custom_id"], "component_type": BUTTON}
                data["id"] = button.get("id")
                told, payload = self._interact(COMPONENT, member, data, {"pressed": label})
                told.record.source_message_id = message_id
                payload["message"] = self._shown(message)
                return told, payload
        raise BackendError(404, 0, f"no button {label!r} there")

    def known_post(self, channel_id: int, body: dict[str, object]) -> Message | None:
        """The message that this one would repeat, by its nonce, where that is to be enforced."""
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        found = self._nonces.get((channel_id, str(body["nonce"])))
        if found is None or time.monotonic() - found[0] > NONCE_SECONDS:
            return None
        message = self.backend.messages[channel_id].get(found[1])
        self.spared += message is not None
        return message

    def note_post(self, channel_id: int, body: dict[str, object], message_id: int) -> None:
        if body.get("nonce") is not None:
            self._nonces[channel_id, str(body["nonce"])] = (time.monotonic(), message_id)

    def note_answer(self, interaction_id: int, at: float) -> None:
        told = self.told[interaction_id]
        if told.answered is None:
            told.answered = at - told.sent_at

    def expire_tokens(self) -> None:
        """From now on no reply to anything so far can be edited."""
        for told in self.told.values():
            told.record.expires_at = self.backend.now_iso()

    def _interact(self, kind, member, data, options) -> tuple[Told, dict[str, object]]:
        record, payload = interactions.base_payload(
            self.backend,
            type=kind,
            channel_id=self.channel.id,
            guild_id=self.guild.id,
            user_id=self.members[member],
            data=data,
        )
        told = Told(record, time.monotonic(), options)
        self.told[record.id] = told
        return told, payload

    def _find(self, message_id: int) -> Message:
        for messages in self.backend.messages.values():
            if message_id in messages:
                return messages[message_id]
        raise BackendError(404, 10008, "Unknown Message")

    def _shown(self, message: Message) -> dict[str, object]:
        from simcord.backend import serializers  # noqa: PLC0415 - beside the one place of its use

        return dict(serializers.message_payload(self.backend, message))

    # --- what can be read from outside ------------------------------------------------------

    def record(self, since: int) -> dict[str, object]:
        """Every interaction and every message that came after an id, as plain JSON.

        `now` is such an id for another time.
        """
        return {
            "now": self.backend.snowflake(),
            "interactions": [
                self._interaction(told) for told in self.told.values() if told.record.id > since
            ],
            "messages": [
                self._message(message)
                for messages in self.backend.messages.values()
                for message in messages.values()
                if message.id > since
            ],
            "spared": self.spared,
        }

    def _interaction(self, told: Told) -> dict[str, object]:
        record = told.record
        return {
            "id": record.id,
            "member": record.user_id,
            "options": told.options,
            "answered": told.answered,
            "late": told.answered is None and time.monotonic() - told.sent_at > ANSWER_SECONDS,
            "message": record.message_id,
            "followups": record.followup_ids,
            "expired": self.backend.now_iso() >= record.expires_at,
        }

    def _message(self, message: Message) -> dict[str, object]:
        channel = self.backend.get_channel(message.channel_id)
        metadata = message.interaction_metadata or {}
        return {
            "id": message.id,
            "channel": message.channel_id,
            "private": message.is_ephemeral or channel.guild_id is None,
            "author": message.author_id,
            "interaction": int(metadata["id"]) if "id" in metadata else None,
            "seen_by": channel.recipient_ids[0] if channel.recipient_ids else None,
            "text": "\n".join(texts(message.components)),
            "files": [self.backend.cdn.facts[str(file["id"])] for file in message.attachments],
        }


def texts(components) -> list[str]:
    """Every text of a card, in order."""
    found = []
    for component in components:
        found += [component[name] for name in ("content", "label") if component.get(name)]
        found += texts(component.get("components", []))
        if "accessory" in component:
            found += texts([component["accessory"]])
    return found


def buttons(components) -> list[dict[str, object]]:
    found = []
    for component in components:
        if component.get("type") == BUTTON and component.get("custom_id"):
            found.append(component)
        found += buttons(component.get("components", []))
        if "accessory" in component:
            found += buttons([component["accessory"]])
    return found


SIGNED = re.compile(rb"tEXtwish\0([^\0]*?)\0")


def signature(data: bytes) -> str | None:
    """The prompt that the stand-in wrote into its picture; see `upstream`."""
    found = SIGNED.search(data)
    return found[1].decode("utf-8", "replace") if found else None
