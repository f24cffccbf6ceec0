"""The printed report as it leaves the house: PDF/UA, repeatable, complete, and words stay words."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pypdf
import pytest
import typst
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject

from holocrine.deliver import write_answer
from holocrine.domain.plan import Override
from holocrine.report import wording
from holocrine.report.markup import OFF_LABEL
from holocrine.report.printed import Signature, document, render_pdf
from holocrine.services import Answer

UNIT_TESTS = Path(__file__).parents[1] / "unit"
MM_PER_POINT = 25.4 / 72.0
MARKUP = '#read("/etc/passwd") *bold* _soft_ $x^2$ \\ `raw` @ref <label> = head // comment [content] #panic()'


def _module(name: str) -> ModuleType:
    """A helper of the unit tests; pytest's importlib mode does not put their folder on the path."""
    spec = importlib.util.spec_from_file_location(name, UNIT_TESTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


made = _module("report_fixture")


def printed(**parts: Any) -> bytes:
    """The PDF of the fixture, or with other `parts`."""
    values = {
        "case": made.case(),
        "assessment": made.assessment(),
        "plan": made.plan(),
        "forecast": made.forecast(),
        "face": made.FACE,
    }
    return render_pdf(**(values | parts))


@cache
def usual() -> bytes:
    return printed()


def reader(file: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(file))


@cache
def words(file: bytes) -> str:
    """All that a reader sees, in order, in single spaces."""
    return " ".join(" ".join(page.extract_text() for page in reader(file).pages).split())


def tagged(file: bytes) -> Iterator[Any]:
    """Every element of the structure tree."""
    root: Any = reader(file).trailer["/Root"]
    waiting = [root["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, ArrayObject):
            waiting.extend(element)
        elif isinstance(element, DictionaryObject):
            yield element
            waiting.extend([element["/K"]] if "/K" in element else [])


# The file -------------------------------------------------------------------------------------------


def test_it_says_what_it_is_in_its_metadata() -> None:
    root: Any = reader(usual()).trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "Treatment plan for P-014" in xmp
    facts: Any = reader(usual()).metadata
    assert facts["/Title"] == "Treatment plan for P-014"
    assert facts["/CreationDate"] == "D:20261103000000Z"  # the day of the case, never the clock


def test_it_can_be_read_aloud() -> None:
    elements = list(tagged(usual()))
    roles = [element.get("/S") for element in elements]
    for role in ("/H1", "/H2", "/P", "/L", "/Table", "/TH", "/Caption", "/Figure"):
        assert role in roles, role
    figures = [element for element in elements if element.get("/S") == "/Figure"]
    assert figures
    assert all("scale 1:1" in element["/Alt"] for element in figures)
    assert roles.count("/Table") == roles.count("/THead") > 8


def test_every_typeface_is_inside_and_none_is_the_machines() -> None:
    pages: Any = reader(usual()).pages
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]: font.get_object()
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all(name.startswith(("LibertinusSerif", "DejaVuSansMono")) for name in fonts)
    for font in fonts.values():
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described)


def test_nothing_runs_and_nothing_is_fetched() -> None:
    for forbidden in (b"/JavaScript", b"/Launch", b"/URI", b"/EmbeddedFile", b"/SubmitForm"):
        assert forbidden not in usual()


def test_the_same_input_gives_the_same_bytes_here_and_in_another_process() -> None:
    assert printed() == usual()
    script = (
        f"import sys, hashlib; sys.path.insert(0, {str(UNIT_TESTS)!r}); import report_fixture as made;"
        "from holocrine.report.printed import render_pdf;"
        "pdf = render_pdf(made.case(), made.assessment(), made.plan(), made.forecast(), made.FACE);"
        "print(hashlib.sha256(pdf).hexdigest())"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/")
    assert elsewhere.stdout.strip() == hashlib.sha256(usual()).hexdigest()


def test_it_is_a4() -> None:
    for page in reader(usual()).pages:
        width, height = (float(side) * MM_PER_POINT for side in page.mediabox[2:])
        assert (round(width), round(height)) == (210, 297)


def test_it_is_written_beside_the_page_where_there_is_a_plan(tmp_path: Path) -> None:
    whole = Answer(made.assessment(), made.plan(), made.forecast(), made.FACE, made.maps())
    files_written = write_answer(tmp_path / "plan", made.case(), whole)
    assert [file.name for file in files_written] == ["plan.toml", "forecast.json", "report.html", "report.pdf"]
    assert (tmp_path / "plan" / "report.pdf").read_bytes() == usual()
    refusal = write_answer(tmp_path / "refusal", made.case(), Answer(made.refused()))
    assert [file.name for file in refusal] == ["report.html"]


# The edge of every page -----------------------------------------------------------------------------


def test_every_page_says_off_label_draft_who_and_its_number() -> None:
    pages = reader(usual()).pages
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        for expected in (OFF_LABEL, "DRAFT until signed", "P-014, 3 November 2026", f"page {number} of {len(pages)}"):
            assert expected in text, (number, expected)


def test_a_signed_plan_is_no_draft() -> None:
    text = words(printed(signature=Signature("Dr A. Example", made.case().assessed_on)))
    assert "DRAFT" not in text
    assert text.count("Signed by Dr A. Example, 3 November 2026") == len(reader(usual()).pages)


# The content ----------------------------------------------------------------------------------------


def test_every_point_of_the_plan_is_in_the_table_and_no_other() -> None:
    plan = made.plan()
    row = re.compile(r"\b(F\d+) forehead (\S+) (\S+) (\S+) intradermal (\S+) (\S+) (\S+)")
    found = {match[0]: match[1:] for match in row.findall(words(usual()))}
    assert list(found) == [point.id for point in plan.points]
    for point in plan.points:
        printed_numbers = [float(number.replace(wording.MINUS, "-")) for number in found[point.id]]
        planned = [point.x, point.y, point.depth, point.units, point.volume, point.syringe_marks]
        assert printed_numbers == pytest.approx(planned, abs=0.05)  # to a tenth of a millimetre


def test_doses_products_and_limits_are_those_of_the_plan() -> None:
    plan, text = made.plan(), words(usual())
    product = plan.solution.product
    assert f"{wording.dose(plan.total_units, product)} in {wording.volume(plan.total_volume)}" in text
    assert set(re.findall(r"units? (\w+toxinA)", text)) == {product}
    for check in plan.limits:
        assert check.rule_id in text
        assert check.statement in text


@pytest.mark.parametrize(
    "item",
    [
        "swallowing, speaking or breathing becomes difficult",
        "hours to weeks after treatment",
        "eye pain",
        "the same day",
        "6 November 2026 to 17 November 2026 (days 3 to 14)",
        "17 November 2026 (day 14)",
        "Ready for anaphylaxis",
        "Contact in office hours",
        "Contact at night and weekends",
        "No further session before 1 February 2027",
        "does nothing at all is 28% (about 3 in 10)",
        "No injection at all",
        "Before toxin: A topical retinoid for 12 weeks",
        "One uncontrolled study carries most of the sebum effect.",
        "1.2% about 1 in 83 0.3 to 2.6%",
        "sha256:5f1d3c0a9be7",
        "sha256:a1b2c3d4e5f6",
        "20261103",
        "Evidence grades: A:",
        "onabotulinumtoxinA label, section 1",
        "Lot number, or the batch sticker",
        "Reconstituted: date, time",
        "Planned and checked by",
        "The bar is 50 mm of skin and 50 mm long on paper",
    ],
)
def test_the_printed_report_carries(item: str) -> None:
    assert item in words(usual())


def test_an_override_is_named_with_its_author() -> None:
    override = Override(rule_id="FH-02", reason="low brow accepted", author="Dr A")
    text = words(printed(assessment=made.assessment(status="overridden"), plan=made.plan(overrides=(override,))))
    assert "(a rule was overridden)" in text
    assert "FH-02 low brow accepted Dr A" in text


def test_another_product_on_the_tray_is_a_stop_sign_before_the_dilution() -> None:
    tray = {"name": "abobotulinumtoxinA", "vial_units": 300, "diluent_volumes": ["2.5 mL"]}
    text = words(printed(case=made.case(product=tray)))
    assert "This plan is for onabotulinumtoxinA, not for abobotulinumtoxinA" in text
    assert text.index("no dose was converted") < text.index("Dilution:")


def test_a_plan_without_injections_and_a_refusal() -> None:
    text = words(printed(plan=made.plan(point=())))
    assert "No injection is planned" in text
    assert "Where: charts to scale" not in text
    with pytest.raises(ValueError, match="permits no plan"):
        printed(assessment=made.refused())


# Hostile words --------------------------------------------------------------------------------------

HOSTILE = {
    MARKUP: MARKUP,
    "<script>alert('x')</script> & &amp;": "<script>alert('x')</script> & &amp;",
    "\u202eevil\x07": "[U+202E]evil[U+0007]",
    "A" * 300: "A" * 300,
    "שלום עולם": None,  # extraction turns right-to-left words round; typst refuses the document if it cannot set them
    "عيد سعيد": None,
}
"""Given words and what is read on paper."""


@cache
def hostile() -> bytes:
    """Every field that a person fills, filled with markup of the template's language and worse."""
    given = tuple(HOSTILE)
    override = Override(rule_id=MARKUP, reason=MARKUP, author=MARKUP)
    patient = made.case().patient.model_copy(update={"pseudonym": MARKUP})
    return printed(
        case=made.case().model_copy(update={"patient": patient}),
        assessment=made.assessment(summary=MARKUP, try_first=given),
        plan=made.plan(title=MARKUP, source=given[3], overrides=(override,)),
        forecast=made.forecast(limits_of_evidence=given, status=MARKUP),
        signature=Signature(MARKUP, made.case().assessed_on),
    )


def test_hostile_words_come_out_as_words() -> None:
    text = re.sub(r"\s", "", words(hostile()))
    assert "root:" not in text
    assert text.count(re.sub(r"\s", "", MARKUP)) > 3 * len(reader(hostile()).pages)
    for seen in HOSTILE.values():
        assert seen is None or text.count(re.sub(r"\s", "", seen)) >= 2


def test_no_word_leaves_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The margins stay white, whatever the length of a name, a title or a word in a table."""
    contents: list[str] = []

    def keep(content: str, day: dt.date) -> bytes:
        contents.append(content)
        return b""

    monkeypatch.setattr(document, "pdf", keep)
    long = "W" * 80
    override = Override(rule_id=long, reason=long * 3, author=long)
    printed(
        case=made.case(long),
        assessment=made.assessment(summary=long, try_first=(long * 2,)),
        plan=made.plan(title=long * 3, overrides=(override,)),
        forecast=made.forecast(limits_of_evidence=(long * 3,), status=long),
    )
    template = files("holocrine.report.printed").joinpath("report.typ").read_bytes()
    drawn = typst.compile(
        template, format="png", ppi=50.8, ignore_system_fonts=True, sys_inputs={"report": contents[0]}
    )
    assert isinstance(drawn, list)
    for page in drawn:
        dark = np.asarray(Image.open(io.BytesIO(page)).convert("L")) < 200
        edge = 2 * 15  # 15 mm at 2 dots per mm
        assert dark[:, edge:-edge].any()
        assert not dark[:, :edge].any()
        assert not dark[:, -edge:].any()
