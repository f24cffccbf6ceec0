"""The style sheets, packaged beside this file: `report.css` for the page, `figure.css` for every SVG."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


@cache
def figure_style() -> str:
    """What every figure carries inside, so that a saved SVG looks as it does in the report."""
    return _packed("figure.css")


@cache
def report_style() -> str:
    """The whole style sheet of the report, figures included; it fetches nothing."""
    return _packed("report.css") + figure_style()


def _packed(name: str) -> str:
    """A packaged style sheet without comments and line breaks."""
    text = files("holocrine.report").joinpath(name).read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "", text)
