"""Write the files of an answer: all of them, or none."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from holocrine.domain.case import Case
from holocrine.domain.reading import write_plan
from holocrine.errors import FileError
from holocrine.knowledge.block_posterior import BlockPosterior
from holocrine.knowledge.posterior import Posterior
from holocrine.modelling.cache import write_atomically
from holocrine.report import render_refusal, render_report
from holocrine.report.printed import render_pdf
from holocrine.services import Answer


def write_answer(folder: Path, case: Case, answer: Answer) -> list[Path]:
    """Write report.html and, where there is a plan, plan.toml, forecast.json and report.pdf into `folder`; their paths.

    Everything is rendered before the first byte is written, and every file is moved into place complete.
    Raises FileError when the folder cannot be written.
    """
    contents: dict[str, str | bytes] = {}
    if answer.plan and answer.forecast and answer.face:
        contents["plan.toml"] = write_plan(answer.plan)
        contents["forecast.json"] = answer.forecast.model_dump_json(by_alias=True, indent=2) + "\n"
        contents["report.html"] = render_report(
            case, answer.assessment, answer.plan, answer.forecast, answer.face, answer.maps, answer.sheets
        )
        contents["report.pdf"] = render_pdf(case, answer.assessment, answer.plan, answer.forecast, answer.face)
    else:
        contents["report.html"] = render_refusal(case, answer.assessment)
    staged: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            staged.append((_stage(folder, content), folder / name))
        _refuse_folders([final for _, final in staged])
        for temporary, final in staged:
            os.replace(temporary, final)
    except OSError as error:
        raise FileError(f"{folder}: cannot be written ({error.strerror}). Choose another folder with -o.") from error
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
    return [final for _, final in staged]


def write_export(file: Path, text: str, *, mark: str) -> None:
    """Write one exported `text` to `file`, complete or not at all.

    An existing file is replaced only if its first 4 kB hold `mark`, so that no other work is lost to a slip.
    Raises FileError otherwise, and when the file cannot be written.
    """
    try:
        if file.exists():
            _refuse_folders([file])
            with file.open("rb") as old:
                if mark.encode() not in old.read(4096):
                    raise FileError(f"{file}: exists and is another kind of file. Choose another name with -o.")
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = _stage(file.parent, text)
        try:
            os.replace(temporary, file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"{file}: cannot be written ({error.strerror}). Choose another name with -o.") from error


def write_posterior(file: Path, posterior: Posterior | BlockPosterior) -> None:
    """Write a posterior to `file`, complete or not at all. Raises FileError when it cannot be written."""
    try:
        if file.is_dir():
            _refuse_folders([file])
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, posterior.to_bytes())
    except OSError as error:
        raise FileError(f"{file}: cannot be written ({error.strerror}). Choose another name with -o.") from error


def check_folder(folder: Path) -> None:
    """Before anything is computed: raise FileError when `folder` cannot be made or written; makes nothing."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise FileError(f"{folder}: cannot be written, {place} is a file. Choose another folder with -o.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise FileError(f"{folder}: {place} cannot be written. Choose another folder with -o.")


def _stage(folder: Path, content: str | bytes) -> Path:
    """A finished file under a hidden name. `mkstemp` makes it readable by its owner alone."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".holocrine-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _refuse_folders(files: list[Path]) -> None:
    """Before the first file is replaced: a folder of the same name would stop us half way."""
    for file in files:
        if file.is_dir():
            raise FileError(f"{file}: is a folder. Move it away or choose another folder with -o.")
