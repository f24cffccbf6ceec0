"""The options of every verb that works on the record: which store, its key, JSON, seed; the author and the time."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from holocrine.cli_common import seed_or_default, whole_number
from holocrine.errors import InputError

if TYPE_CHECKING:
    from holocrine.record.store import Store

KEY_VARIABLE = "HOLOCRINE_RECORD_KEY"

Author = Annotated[str | None, Parameter(help="Who writes this. Without it: the login name.")]


@Parameter(name="*")
@dataclass(frozen=True)
class StoreOptions:
    """Options of a verb on the record."""

    store: Annotated[
        str | None,
        Parameter(
            env_var="HOLOCRINE_STORE",
            help="File, or postgresql://user@host/database. Without it: record.db in your data folder.",
        ),
    ] = None
    key_file: Annotated[
        Path | None, Parameter(help=f"File with the key of an encrypted record; or the variable {KEY_VARIABLE}.")
    ] = None
    json: Annotated[bool, Parameter(negative="", help="One JSON document on standard output, nothing else.")] = False
    seed: Annotated[
        int | None, Parameter(converter=whole_number, help="Accepted for uniformity: nothing is drawn here.")
    ] = None

    @property
    def key(self) -> str | None:
        """The key, out of the file or the environment; never off the command line, where others could read it."""
        from holocrine.record.location import read_key

        seed_or_default(self.seed)
        return read_key(self.key_file) if self.key_file is not None else os.environ.get(KEY_VARIABLE)

    def open(self, *, create: bool = False) -> Store:
        """The store these options name, which must be there unless it may be made."""
        from holocrine.record.store import open_store

        return open_store(self.store, key=self.key, create=create)


STORE_DEFAULTS = StoreOptions()


def author_or_login(name: str | None) -> str:
    """The author given, or the login name. Raises InputError when there is neither."""
    if name is not None:
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise InputError("--author: this login has no name. Give the author.") from error


def now() -> dt.datetime:
    """The time of writing."""
    return dt.datetime.now(dt.UTC)
