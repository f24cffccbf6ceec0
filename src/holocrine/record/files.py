"""Files from outside, read within limits before anything looks at them; files for outside, written complete or not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from holocrine.errors import FileError

LARGEST_TEXT, LARGEST_FORECAST, LARGEST_PHOTO = 1_000_000, 20_000_000, 30_000_000
"""Bytes."""


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a file. Raises FileError when it cannot be read or is longer than `limit` bytes."""
    try:
        with path.open("rb") as source:
            data = source.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is impossible"
        raise FileError(f"{path}: cannot be read ({reason}). Give the path of the file.") from error
    if len(data) > limit:
        raise FileError(f"{path}: is larger than {limit:,} bytes, the limit. Check that it is the right file.")
    return data


def read_text(path: Path, limit: int = LARGEST_TEXT) -> str:
    """The text of a file in UTF-8; raises as `read_bytes`, and FileError for another encoding."""
    try:
        return read_bytes(path, limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: not UTF-8 text. Save it as UTF-8.") from error


def chunks(path: Path) -> Iterator[bytes]:
    """The content of a file of any length, in pieces of 1 MB."""
    with path.open("rb") as source:
        while piece := source.read(1 << 20):
            yield piece


def write_new(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file that only its owner can read: complete, on the disk, and never over another one.

    Raises FileError when it is there already or cannot be written.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".holocrine-")
        try:
            with os.fdopen(handle, "wb") as file:
                for part in parts:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise
    except FileExistsError as error:
        raise FileError(f"{path}: exists, and is not overwritten. Choose another name.") from error
    except OSError as error:
        raise FileError(f"{path}: cannot be written ({error.strerror}). Choose another name.") from error
