"""A write that is seen to its end, also by who gives up while it is under way."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def whole(writing: Awaitable[T]) -> T:
    """What it brings; a caller that is cancelled leaves only when it is over.

    A write goes on either way. On a server it might come after the one that its caller makes next,
    to take it back.
    """
    task = asyncio.ensure_future(writing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise
