"""Owns how a file comes to be: written beside its place, flushed, then renamed, so that no half of one is ever seen."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


def write_file(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Writes a whole file, text as UTF-8 with plain line ends. The file of before stays as it was until the new one is whole.

    A device or pipe is written to as it is. Raises OSError where the place cannot be written.
    """
    place = Path(path)
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    if place.exists() and not (place.is_file() or place.is_dir()):
        place.write_bytes(data)
        return
    if place.is_dir():
        raise IsADirectoryError(21, os.strerror(21), str(place))
    # a link is followed, so that it is its target that is replaced
    target = place.resolve()
    handle, beside = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(beside, _mode(target))
        os.replace(beside, target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _mode(target: Path) -> int:
    """The rights of the file of before, or those that the user's mask gives a new one."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
