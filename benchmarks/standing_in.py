"""Every upstream of `client.py` at one address; bare sockets, for a stream copies what it sends."""

import asyncio
import base64
import json
import os
import re
import socket

from blake3 import blake3

LARGE, SMALL = "large", "small"
SMALL_BYTES = 64 * 1024
PROMPTS = {LARGE: "A red fox in snow", SMALL: "A fox to warm up with"}

HEAD = (
    b'{"candidates":[{"content":{"role":"model","parts":[{"inlineData":{"mimeType":"image/png",'
    b'"data":"'
)
TAIL = b'"}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"totalTokenCount":3301}}'
_CHAT_HEAD = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"Here.\\n![image](data:image/png;base64,'
)
_CHAT_TAIL = (
    b')"},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}'
)


def serve(size, ready):
    """Answer forever; first send the address and the digest of the large picture.

    The large picture has `size` bytes that nothing can compress. Which picture is drawn is told
    by the prompt; a task has the picture's name as its id, and is completed when first asked for.
    """
    pictures = {
        name: b"\x89PNG\r\n\x1a\n" + os.urandom(length - 8)
        for name, length in ((LARGE, size), (SMALL, SMALL_BYTES))
    }
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        listening.setblocking(False)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        answers = {}
        for name, picture in pictures.items():
            answers |= _answers(name, picture, url)
        ready.send((url, blake3(pictures[LARGE]).hexdigest()))
        asyncio.run(_accept(listening, answers))


def _answers(name, picture, url):
    """What is asked for, and for which picture, to the body and its type."""
    encoded = base64.b64encode(picture)
    result = f"{url}/{name}.png"
    # Each task dialect reads its own part of these two.
    created = {"id": name, "status": "pending", "data": {"taskId": name}}
    completed = {
        "id": name,
        "status": "completed",
        "results": [result],
        "result": {"data": [{"url": result}]},
        "output": {"urls": [result]},
    }
    return {
        ("generateContent", name): (HEAD + encoded + TAIL, "application/json"),
        ("completions", name): (_CHAT_HEAD + encoded + _CHAT_TAIL, "application/json"),
        ("generations", name): (json.dumps(created).encode(), "application/json"),
        ("GET", name): (json.dumps(completed).encode(), "application/json"),
        ("GET", f"{name}.png"): (picture, "image/png"),
    }


async def _accept(listening, answers):
    loop = asyncio.get_running_loop()
    tasks = set()
    while True:
        accepted, _ = await loop.sock_accept(listening)
        task = loop.create_task(_respond(loop, accepted, answers))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _respond(loop, accepted, answers):
    """One request, one answer, and the connection's end."""
    with accepted:
        method, path, content = await _read(loop, accepted)
        asked = re.split("[/:]", path)[-1]
        if method == "GET":
            key = (method, asked)
        else:
            key = (asked, SMALL if PROMPTS[SMALL].encode() in content else LARGE)
        body, kind = answers[key]
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        await loop.sock_sendall(accepted, head.encode())
        await loop.sock_sendall(accepted, body)


async def _read(loop, accepted):
    """The request's method, path and content."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += await _more(loop, accepted)
    head, _, content = received.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    while length and len(content) < int(length[1]):
        content += await _more(loop, accepted)
    method, path, _ = head.decode("latin-1").split(" ", 2)
    return method, path, content


async def _more(loop, accepted):
    received = await loop.sock_recv(accepted, 64 * 1024)
    if not received:
        raise ConnectionError("a request that broke off")
    return received
