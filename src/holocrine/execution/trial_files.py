"""The data of a trial written as Parquet and CSV, chunk by chunk, so that memory does not grow with the patients."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from holocrine.domain.trial import TrialDesign
from holocrine.errors import FileError, InputError
from holocrine.trials.dataset import TrialData
from holocrine.trials.tabular import Coded, Column, Study, Table
from holocrine.trials.tabulation import TABLES, dictionary

MOST_AS_CSV = 20_000
"""Patients above which only Parquet is written: the same rows as text would fill gigabytes."""
DICTIONARY = "data-dictionary.csv"


def write_data(folder: Path, design: TrialDesign, study: str, chunks: Iterator[TrialData], patients: int) -> list[str]:
    """Write every table of the trial into `folder`; the names of the files. `chunks` come in the order of patients."""
    arrow, parquet = _library("pyarrow"), _library("pyarrow.parquet")
    text = _library("pyarrow.csv") if patients <= MOST_AS_CSV else None
    names: list[str] = []
    with ExitStack() as files:
        writers: dict[str, list[Any]] = {}
        for number, data in enumerate(chunks):
            shaped = Study(study, design, data)
            for name, make in TABLES.items():
                table = _arrow_table(arrow, make(shaped))
                if not number:
                    writers[name] = [
                        files.enter_context(parquet.ParquetWriter(folder / f"{name}.parquet", table.schema))
                    ]
                    names.append(f"{name}.parquet")
                    if text is not None:
                        schema = _plain(arrow, table).schema
                        writers[name].append(files.enter_context(text.CSVWriter(folder / f"{name}.csv", schema)))
                        names.append(f"{name}.csv")
                writers[name][0].write_table(table)
                if text is not None:
                    writers[name][1].write_table(_plain(arrow, table))
            if not number:
                _write_dictionary(folder / DICTIONARY, shaped)
    return [*names, DICTIONARY]


def _write_dictionary(path: Path, study: Study) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("table", "column", "meaning", "type", "words"))
        writer.writerows(dictionary(study))


def _arrow_table(arrow: Any, table: Table) -> Any:
    return arrow.table({name: _arrow_column(arrow, column) for name, column in table.items()})


def _arrow_column(arrow: Any, column: Column) -> Any:
    if isinstance(column, Coded):
        return arrow.DictionaryArray.from_arrays(arrow.array(column.codes.astype(np.int32)), arrow.array(column.words))
    return arrow.array(column, from_pandas=True)  # not a number means no value


def _plain(arrow: Any, table: Any) -> Any:
    """The table with words instead of codes."""
    types = [arrow.string() if arrow.types.is_dictionary(field.type) else field.type for field in table.schema]
    return table.cast(arrow.schema(list(zip(table.schema.names, types, strict=True))))


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(
            "The data of trials are written with pyarrow, which is not installed. Install holocrine[trials]."
        ) from error


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A hidden folder beside `folder` to write into; what is in it moves to `folder` once everything is there.

    Files of the same name are replaced, others stay. Raises FileError when the place cannot be written.
    """
    staging = folder.parent / f".{folder.name}.unfinished"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        yield staging
        for file in sorted(path for path in staging.rglob("*") if path.is_file()):
            final = folder / file.relative_to(staging)
            final.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, final)
    except OSError as error:
        raise FileError(f"{folder}: cannot be written ({error.strerror}). Choose another folder with -o.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
