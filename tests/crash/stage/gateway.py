"""Discord's gateway: sessions that outlive their sockets, for as long as it takes to resume."""

import asyncio
import copy
import json
import secrets
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import discord
from aiohttp import WSMsgType, web
from simcord import intents
from simcord.backend import serializers

from tests.crash.stage.simulation import Simulation

HEARTBEAT_MS = 41_250
ACK_SECONDS = 0.05
REMEMBERED = 2000
DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
TOKEN_REFUSED = 4004


@dataclass
class Session:
    """What one identify began. `said` are the last events with their numbers, to say again."""

    id: str
    intents: discord.Intents
    socket: "Socket | None"
    said: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def say(self, event: str, payload: object) -> None:
        number = next(self.numbers)
        text = json.dumps({"op": DISPATCH, "s": number, "t": event, "d": payload})
        self.said.append((number, text))
        if self.socket is not None:
            self.socket.send(text)


class Socket:
    """One connection, whose writes wait their turn here so that no event waits for a slow bot."""

    def __init__(self, response: web.WebSocketResponse, *, compressed: bool) -> None:
        self._response = response
        self._zlib = zlib.compressobj() if compressed else None
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    def send(self, text: str) -> None:
        self._waiting.put_nowait(text)

    def command(self, code: int, payload: object = None) -> None:
        self.send(json.dumps({"op": code, "d": payload, "s": None, "t": None}))

    async def write(self) -> None:
        """Until cancelled, or the other end is gone."""
        with suppress(ConnectionError):
            while True:
                text = await self._waiting.get()
                if self._zlib is None:
                    await self._response.send_str(text)
                    continue
                packed = self._zlib.compress(text.encode())
                await self._response.send_bytes(packed + self._zlib.flush(zlib.Z_SYNC_FLUSH))

    async def close(self, code: int) -> None:
        await self._response.close(code=code)


class Gateway:
    """Says what happens to every session; each interaction to one alone, turn by turn.

    A real Discord tells every session of a shard everything. Here processes that share a database
    share the interactions too, as shards would.
    """

    def __init__(self, simulation: Simulation, *, url: str = "") -> None:
        self.url = url
        self._simulation = simulation
        self._sessions: dict[str, Session] = {}
        self._turn = 0
        self.identified = 0
        self.resumed = 0
        simulation.backend.subscribers.append(self.emit)

    @property
    def live(self) -> list[Session]:
        return [session for session in self._sessions.values() if session.socket is not None]

    def interact(self, payload: object) -> bool:
        """Tell one live session of an interaction; False where nobody is there."""
        live = self.live
        if not live:
            return False
        self._turn += 1
        live[self._turn % len(live)].say("INTERACTION_CREATE", payload)
        return True

    def emit(self, event: str, payload: object) -> None:
        """As SimCord's backend wants its listeners called."""
        gate = intents.required_intent(event, payload)
        for session in self._sessions.values():
            if gate is None or getattr(session.intents, gate):
                session.say(event, payload)

    async def disconnect(self, *, resumable: bool) -> int:
        """Ask every bot to connect again; how many there were."""
        live = self.live
        for session in live:
            session.socket.command(RECONNECT)
            if not resumable:
                del self._sessions[session.id]
        return len(live)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse(max_msg_size=0)
        await response.prepare(request)
        socket = Socket(response, compressed=request.query.get("compress") == "zlib-stream")
        writing = asyncio.create_task(socket.write())
        socket.command(HELLO, {"heartbeat_interval": HEARTBEAT_MS})
        session: Session | None = None
        try:
            async for message in response:
                if message.type is not WSMsgType.TEXT:
                    break
                said = json.loads(message.data)
                if said["op"] == HEARTBEAT:
                    # discord.py counts from after it has sent, and takes a sooner one for the last.
                    asyncio.get_running_loop().call_later(ACK_SECONDS, socket.command, ACK)
                elif said["op"] == IDENTIFY:
                    session = await self._identify(socket, said["d"])
                elif said["op"] == RESUME:
                    session = self._resume(socket, said["d"])
        finally:
            writing.cancel()
            if session is not None and session.socket is socket:
                session.socket = None
        return response

    async def _identify(self, socket: Socket, given: dict[str, object]) -> Session | None:
        if "refused" in str(given["token"]):
            await socket.close(TOKEN_REFUSED)
            return None
        self.identified += 1
        backend = self._simulation.backend
        wanted = discord.Intents._from_value(int(given["intents"]))
        session = Session(secrets.token_hex(8), wanted, socket)
        self._sessions[session.id] = session
        session.say(
            "READY",
            {
                "v": 10,
                "user": serializers.user_payload(backend.bot_user),
                "guilds": [{"id": str(guild), "unavailable": True} for guild in backend.guilds],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "shard": given.get("shard") or [0, 1],
                "application": {"id": str(backend.application_id), "flags": 0},
            },
        )
        for guild in backend.guilds.values():
            payload = copy.deepcopy(dict(serializers.guild_create_payload(backend, guild)))
            intents.prune_guild_create(payload, wanted, backend.bot_user.id)
            session.say("GUILD_CREATE", payload)
        return session

    def _resume(self, socket: Socket, given: dict[str, object]) -> Session | None:
        session = self._sessions.get(str(given["session_id"]))
        if session is None:
            socket.command(INVALID, payload=False)
            return None
        self.resumed += 1
        missed = [text for number, text in session.said if number > int(given["seq"])]
        session.socket = socket
        for text in missed:
            socket.send(text)
        session.say("RESUMED", {})
        return session
