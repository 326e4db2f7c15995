"""A picture made to fit an upload limit."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

How = Literal["unchanged", "lossless", "lossy", "smaller"]


@dataclass(frozen=True, slots=True)
class Fitted:
    """`size` in bytes, sides in pixels. `how` says what the picture lost, from nothing upwards.

    An unchanged picture's `path` is the file that was given.
    """

    path: Path
    mime: str
    width: int
    height: int
    size: int
    how: How
