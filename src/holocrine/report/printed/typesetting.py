"""The template and its data turned into PDF by typst: no network, no fonts of the machine, no clock."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files

import typst

from holocrine.errors import InternalError


def pdf(content: str, day: dt.date) -> bytes:
    """The template filled with `content` (JSON) as PDF/UA-1, dated to `day`.

    The content is data to the template and never part of its text: nothing in it can become a command. Raises
    InternalError when typst refuses, as it does when PDF/UA would be broken, such as by a figure without words.
    """
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    try:
        made = typst.compile(
            _template(),
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"report": content},
            pdf_standards=["ua-1"],
            timestamp=int(midnight.timestamp()),
        )
    except typst.TypstError as error:
        raise InternalError(f"the printed report could not be set: {error.message}") from error
    if not isinstance(made, bytes):
        raise InternalError("the printed report could not be set: typst returned no document")
    return made


@cache
def _template() -> bytes:
    return files("holocrine.report.printed").joinpath("report.typ").read_bytes()
