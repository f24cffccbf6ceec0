"""Where a store is: the file of the user's data folder, another file, or a PostgreSQL database by its URL."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from holocrine.errors import FileError, InputError

SHORTEST_KEY = 12
_LONGEST_KEY_FILE = 4096
_RAW_KEY = re.compile(r"[0-9A-Fa-f]{64}")


@dataclass(frozen=True)
class Location:
    """One store. `key` encrypts a SQLite file; it never shows in messages."""

    url: URL
    key: str | None = field(default=None, repr=False)

    @property
    def is_file(self) -> bool:
        """SQLite; else PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path:
        """The file of a SQLite store."""
        return Path(self.url.database or "")

    def __str__(self) -> str:
        return str(self.path) if self.is_file else self.url.render_as_string(hide_password=True)


def default_file() -> Path:
    """The store that is used when none is named."""
    return platformdirs.user_data_path("holocrine") / "record.db"


def locate(store: str | Path | None = None, key: str | None = None) -> Location:
    """The store named by a path, by `sqlite:///path` or by `postgresql://user@host/database`; None is the default.

    Raises InputError when the text is no such thing, or when a key is given for a server.
    """
    if store is None:
        store = default_file()
    text = str(store)
    if "://" not in text:
        if not text.strip() or "\0" in text:
            raise InputError("--store: the name is empty. Allowed: a file, or postgresql://user@host/database.")
        return Location(URL.create("sqlite", database=text), _usable(key))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise _no_store() from error
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return Location(URL.create("sqlite", database=url.database), _usable(key))
    if url.get_backend_name() == "postgresql" and url.database:
        if key is not None:
            raise InputError(
                "--key-file (or HOLOCRINE_RECORD_KEY): a key encrypts a file; on PostgreSQL the server does it. "
                "Leave the key out."
            )
        return Location(url.set(drivername="postgresql+psycopg"))
    raise _no_store()


def read_key(file: Path) -> str:
    """The key in a file, without the line end. Raises FileError when it cannot be read or is no key."""
    try:
        with file.open("rb") as source:
            data = source.read(_LONGEST_KEY_FILE + 1)
    except OSError as error:
        raise FileError(f"{file}: cannot be read ({error.strerror}). Give the file that holds the key.") from error
    if len(data) > _LONGEST_KEY_FILE:
        raise FileError(f"{file}: is longer than a key. Allowed: one line of text. Give the file that holds the key.")
    try:
        return data.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError as error:
        raise FileError(
            f"{file}: is not text. Allowed: one line in UTF-8. Give the file that holds the key."
        ) from error


def key_statement(key: str) -> str:
    """The statement that unlocks a connection: 64 hexadecimal digits are the key itself, other text is stretched."""
    quoted = f"x'{key}'" if _RAW_KEY.fullmatch(key) else key.replace("'", "''")
    return f'PRAGMA key = "{quoted}"' if quoted.startswith("x'") else f"PRAGMA key = '{quoted}'"


def make_private(path: Path) -> None:
    """An empty file that only its owner can read, in a folder (made if missing) that only its owner can enter.

    Raises FileError when that is not possible.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise FileError(f"{path}: cannot be made ({error.strerror}). Choose another file with --store.") from error


def _usable(key: str | None) -> str | None:
    if key is not None and (len(key) < SHORTEST_KEY or not key.isprintable()):
        raise InputError(
            f"the key is shorter than {SHORTEST_KEY} characters or not one line of printable text. Allowed: a longer "
            "pass phrase, or 64 hexadecimal digits. Write it into a file and give that with --key-file."
        )
    return key


def _no_store() -> InputError:
    return InputError(
        "--store: this is no place for a record. Allowed: the path of a file, sqlite:///path, or "
        "postgresql://user@host/database. Correct it, or leave it out for the file in your data folder."
    )
