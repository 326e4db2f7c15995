"""A ZIP of pictures, which are compressed as they are; made in a worker process."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

OVERHEAD = 1024
"""The most bytes an entry takes beside its content, with a name of 150 letters in any script."""


def pack(
    files: Sequence[tuple[str, Path]], texts: Sequence[tuple[str, bytes]], target: Path
) -> Path:
    """Write `target`, from disk to disk; see `Codec.bundle`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
        for name, content in texts:
            archive.writestr(name, content)
        for name, file in files:
            archive.write(file, name)
    return target
