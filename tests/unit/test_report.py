"""The report, its figures and the terminal summary: complete, self-contained, escaped, safe to read."""

from __future__ import annotations

import io
import re
import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console
from tests.unit import report_fixture as made

from holocrine import report
from holocrine.domain.plan import InjectionPoint, Override, Solution
from holocrine.report import dilution, raster, wording
from holocrine.report.isolines import isolines
from holocrine.report.markup import OFF_LABEL
from holocrine.report.point_marks import depth_shape, point_labels

SVG = "{http://www.w3.org/2000/svg}"
# What medicines practice forbids: abbreviated units, trailing and missing noughts, the micro sign.
FORBIDDEN = {
    "abbreviated unit": re.compile(r"\bI\.?U\b|(?<=\d)\s?U\b|\bU/|\s[uU]\s"),
    "trailing nought": re.compile(r"\d\.\d*0(?=\s*(units?|mL|mm|marks?|weeks?|cm2|%))"),
    "naked decimal point": re.compile(r"(?<![\w.])\.\d"),
    "micro sign": re.compile(r"[µμ]g|\bug\b|\bcc\b"),
    "dose without its product": re.compile(r"\d units?\b(?! \w+toxinA| per mL| ÷)"),
}

render, structure, words, summary = made.render, made.structure, made.words, made.summary


@pytest.fixture(scope="module")
def html() -> str:
    return str(render())


@pytest.fixture(scope="module")
def face_svg() -> str:
    return report.plot_face(made.plan(), made.FACE, made.maps())


# The document ---------------------------------------------------------------------------------------


def test_nothing_is_fetched_from_anywhere(html: str) -> None:
    assert 'href="data:image/png;base64,' in html  # the search below does find what is there
    for document in (html, report.render_refusal(made.case(), made.refused())):
        targets = re.findall(r"""(?:src|href|srcset|action|data)\s*=\s*["']([^"']*)""", document)
        targets += re.findall(r"url\(\s*['\"]?([^)'\"]*)", document)
        assert all(target.startswith(("#", "data:image/png;base64,")) for target in targets)
        assert "@import" not in document


def test_tags_close_in_order_and_ids_are_unique(html: str) -> None:
    found = structure(html)
    assert found.faults == []
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert set(re.findall(r'href="#([\w-]+)"', html)) <= set(found.ids)
    assert set(re.findall(r"url\(#([\w-]+)\)", html)) <= set(found.ids)


def test_language_size_and_repeatability(html: str) -> None:
    assert html.startswith('<!DOCTYPE html><html lang="en">')
    assert len(html.encode()) < 1_500_000  # bytes: opens at once and can be mailed
    assert html == render()


def test_user_text_is_escaped_everywhere() -> None:
    hostile = made.HOSTILE
    point = made.points()[0].model_copy(update={"id": "<b>1</b>"})
    document = render(
        case=made.case(hostile),
        assessment=made.assessment(pseudonym=hostile, summary=hostile, try_first=(hostile,)),
        plan=made.plan(
            point=(point,), title=hostile, overrides=(Override(rule_id=hostile, reason=hostile, author=hostile),)
        ),
        forecast=made.forecast(limits_of_evidence=(hostile,), status=hostile),
    )
    refusal = report.render_refusal(made.case(hostile), made.refused(summary=hostile))
    for markup in (document, refusal):
        assert structure(markup).scripts == 0
        assert "<script" not in markup
        assert "&lt;script&gt;" in markup
    assert "<b>1</b>" not in document


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_nothing_that_is_misread_is_printed(kind: str, html: str) -> None:
    pages = {"report": html, "refusal": report.render_refusal(made.case(), made.refused())}
    if kind != "dose without its product":  # in the terminal's tables the product stands in the heading
        pages["terminal"] = summary()
    for name, page in pages.items():
        seen = [match.group() for match in FORBIDDEN[kind].finditer(words(page))]
        assert not seen, f"{name}: {seen}"


def test_the_forbidden_patterns_find_what_they_forbid() -> None:
    examples = {
        "abbreviated unit": ["4 U ", "4U of", "10 IU"],
        "trailing nought": ["4.0 units", "0.50 mL", "1.0 mm"],
        "naked decimal point": ["take .5 mL"],
        "micro sign": ["5 µg", "180 ug/cm2"],
        "dose without its product": ["0.4 units per mark", "draw 4 units."],
    }
    for kind, texts in examples.items():
        assert all(FORBIDDEN[kind].search(text) for text in texts), kind


def test_off_label_stands_on_every_page_and_in_every_section(html: str) -> None:
    assert f'<thead><tr><td><div class="running"><strong>{OFF_LABEL}' in html  # a table head repeats when printed
    headed = re.findall(r'<section id="(\w+)"[^>]*aria-labelledby.*?</header>', html, flags=re.DOTALL)
    lines = re.findall(r'<header class="section-head">.*?</header>', html, flags=re.DOTALL)
    assert len(lines) == len(headed) == 15
    assert all(OFF_LABEL in line for line in lines)


def test_the_first_page_answers_the_question(html: str) -> None:
    first = words(html.split('id="glance"')[1].split("</section>")[0])
    for expected in (
        "Reasonable, with conditions",
        "24% (90% interval 0 to 51%)",
        "does nothing at all is 28% (about 3 in 10)",
        "prior, not yet calibrated",
        "100 units onabotulinumtoxinA + 2.5 mL preservative-free saline",
        "40 units per mL",
        "Totals against the limits",
    ):
        assert expected in first, expected


@pytest.mark.parametrize(
    "item",
    [
        "swallowing, speaking or breathing",
        "hours to weeks",
        "eye pain",
        "same day",
        "6 November 2026 to 17 November 2026 (days 3 to 14)",
        "17 November 2026 (day 14)",
        "1 February 2027 (90 days after the session)",
        "anaphylaxis",
        "Contact in office hours",
        "not approved for",
    ],
)
def test_the_safety_card_is_complete(item: str, html: str) -> None:
    card = words(html.split('<section id="safety"')[1].split("</section>")[0])
    assert item in card


def test_provenance_is_shown(html: str) -> None:
    basis = words(html.split('<section id="basis"')[1].split("</section>")[0])
    for expected in (
        "0.1.0",
        "sha256:5f1d3c0a9be7",
        "sha256:a1b2c3d4e5f6",
        "20261103",
        "400",
        "prior, not yet calibrated",
    ):
        assert expected in basis, expected


def test_tables_can_be_read_aloud(html: str) -> None:
    tables = re.findall(r"<table(?! class=\"sheet\")[^>]*>.*?</table>", html, flags=re.DOTALL)
    assert len(tables) > 8
    for table in tables:
        assert "<caption>" in table
        assert re.findall(r"<th(?![e])(?! scope=\"(?:col|row)\")", table) == []


def test_reasons_carry_source_and_verification(html: str) -> None:
    reasons = words(html.split('<section id="reasons"')[1].split("</section>")[0])
    assert "onabotulinumtoxinA label, section 1" in reasons
    assert "https://example.org/label" in reasons
    assert "not re-verified" in reasons
    assert "practice, no label text" in reasons


def test_an_override_is_named_on_the_first_page_and_in_the_reasons() -> None:
    override = Override(rule_id="FH-02", reason="low brow accepted", author="Dr A")
    document = render(
        assessment=made.assessment(status="overridden"),
        plan=made.plan(overrides=(override,)),
    )
    assert "(a rule was overridden)" in words(document.split('id="glance"')[1].split("</section>")[0])
    assert "low brow accepted Dr A" in words(document)


def test_a_plan_without_injections_says_so() -> None:
    empty = made.plan(point=())
    document = words(render(plan=empty))
    assert document.count("No injection is planned") == 3
    assert "Reconstitute" not in document
    assert "No injection is planned" in summary(plan=empty)


def test_a_refusal_has_reasons_and_questions_but_no_plan() -> None:
    assessment = made.refused(earliest_date="2027-01-15")
    text = words(report.render_refusal(made.case(), assessment))
    for expected in ("Ask first", "Is the patient pregnant", "PREG-01", "Not before 15 January 2027", OFF_LABEL):
        assert expected in text, expected
    assert "Injection points" not in text
    with pytest.raises(ValueError, match="permits no plan"):
        render(assessment=assessment)


# Dilution -------------------------------------------------------------------------------------------


def test_the_dilution_adds_up() -> None:
    plan = made.plan()
    card = dilution.dilution(plan)
    assert card.concentration == pytest.approx(40.0)
    assert card.units_per_mark == pytest.approx(0.4)
    assert card.marks * card.mark_volume == pytest.approx(plan.total_volume)
    assert card.marks * card.units_per_mark == pytest.approx(plan.total_units)
    assert plan.total_units + card.left_units == pytest.approx(card.vials * plan.solution.vial_units)
    assert card.syringes == 2  # 0.55 mL in syringes of 0.3 mL
    assert dilution.disagreements(plan) == []


def test_more_than_one_vial_is_counted() -> None:
    small = Solution(product=made.PRODUCT, vial_units=20, diluent_volume=0.5)
    card = dilution.dilution(made.plan(solution=small))
    assert (card.vials, round(card.left_volume, 9)) == (2, 0.45)


@pytest.mark.parametrize("slip", [{"units": 2.0}, {"syringe_marks": 5.0}])
def test_a_point_that_contradicts_itself_is_called_out(slip: dict[str, float]) -> None:
    first, *others = made.points()
    plan = made.plan(point=(first.model_copy(update=slip), *others))
    assert len(dilution.disagreements(plan)) == 1
    assert "the plan contradicts itself" in words(render(plan=plan))
    assert "contradiction in the plan: F1" in summary(plan=plan)


# Figures --------------------------------------------------------------------------------------------


def figures() -> dict[str, str]:
    forecast, plan = made.forecast(), made.plan()
    courses = {course.quantity: report.plot_course(course) for course in forecast.courses}
    return courses | {
        "face": report.plot_face(plan, made.FACE, made.maps()),
        "risks": report.plot_risks(forecast.risks),
        "alternatives": report.plot_alternatives(plan),
        "hypotheses": report.plot_hypotheses(forecast.hypotheses),
    }


@pytest.mark.parametrize("name", sorted(figures()))
def test_every_figure_is_well_formed_and_described(name: str) -> None:
    root = ElementTree.fromstring(figures()[name])
    assert root.tag == f"{SVG}svg"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert title.text
    assert len(description.text or "") > 30
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_the_patients_left_is_on_the_viewers_right(face_svg: str) -> None:
    root = ElementTree.fromstring(face_svg)
    width = float((root.get("viewBox") or "").split()[2])
    marks = {
        (group.findtext(f"{SVG}title") or "").split(":")[0]: group.find(f"{SVG}text") for group in root.iter(f"{SVG}g")
    }
    for point in made.points():
        label = marks[point.id]
        assert label is not None
        # half the width is the midline; 4 drawing units per mm
        assert float(label.get("x", "nan")) == pytest.approx(width / 2 + 4.0 * point.x, abs=0.02)
    assert "patient's right" in words(face_svg)
    assert "20 mm" in words(face_svg)


def test_the_map_nearest_to_the_week_is_drawn_and_unknown_layers_are_refused() -> None:
    plan, maps = made.plan(), made.maps()
    assert "week 12" in report.plot_face(plan, made.FACE, maps, week=11.0)
    assert "fall in sweat" in report.plot_face(plan, made.FACE, maps, layer="sweat")
    with pytest.raises(ValueError, match="unknown layer 'pores'"):
        report.plot_face(plan, made.FACE, maps, layer="pores")  # type: ignore[arg-type]


def test_points_in_the_hairline_are_inside_the_figure() -> None:
    high = made.points()[0].model_copy(update={"region": "scalp_edge", "x": 0.0, "y": 80.0})
    root = ElementTree.fromstring(report.plot_face(made.plan(point=(high,)), made.FACE, made.maps()))
    label = next(element for element in root.iter(f"{SVG}text") if element.text == "F1")
    assert float(label.get("y", "nan")) > 13.0  # at least the mark's radius below the upper edge


def test_depth_is_told_by_shape() -> None:
    assert [depth_shape(d) for d in (0.8, 1.0, 1.2, 1.5, 2.0, 4.0)] == [
        "circle",
        "circle",
        "square",
        "square",
        "diamond",
        "triangle",
    ]


def test_long_ids_give_way_to_numbers_in_figure_and_table() -> None:
    renamed = tuple(p.model_copy(update={"id": f"forehead-{i}"}) for i, p in enumerate(made.points()))
    plan = made.plan(point=renamed)
    assert point_labels(plan)[:2] == ["1", "2"]
    assert "1 (forehead-0)" in words(render(plan=plan))
    assert point_labels(made.plan())[0] == "F1"


def test_a_risk_above_its_limit_is_said_in_words() -> None:
    text = words(report.plot_risks(made.forecast().risks))
    assert "Brow drop: 1.2% (90% interval 0.3 to 2.6%), limit 2%, above the limit." in text
    assert text.count("within the limit.") == 2


def test_a_circle_is_traced_as_one_closed_line() -> None:
    x = y = np.linspace(-10.0, 10.0, 81)
    field = 10.0 - np.hypot(*np.meshgrid(x, y))
    lines = isolines(x, y, field, 4.0)
    assert len(lines) == 1
    assert np.array_equal(lines[0][0], lines[0][-1])
    # linear interpolation on a 0.25 mm grid errs by at most h^2 / (8 r) = 0.0013 mm at radius 6 mm
    assert np.abs(np.hypot(*lines[0].T) - 6.0).max() < 0.0014


def test_a_plane_is_cut_exactly_and_unknown_cells_carry_no_line() -> None:
    x, y = np.arange(6.0), np.arange(5.0)
    field = np.tile(10.0 * x, (5, 1))
    (line,) = isolines(x, y, field, 25.0)
    assert line.shape == (5, 2)
    assert np.allclose(line[:, 0], 2.5, atol=1e-12)  # linear interpolation is exact on a plane, to rounding
    field[2, 2] = np.nan
    assert sorted(len(part) for part in isolines(x, y, field, 25.0)) == [2, 2]
    with pytest.raises(ValueError, match="shape"):
        isolines(y, x, field, 25.0)


def test_a_saddle_is_joined_by_its_mean() -> None:
    corners = np.array([0.0, 1.0])
    high = isolines(corners, corners, np.array([[1.0, 0.0], [0.0, 1.0]]), 0.4)  # mean 0.5: the high corners join
    low = isolines(corners, corners, np.array([[1.0, 0.0], [0.0, 1.0]]), 0.6)
    for lines, joined in ((high, True), (low, False)):
        assert len(lines) == 2
        middles = sorted(float((part.sum(axis=1) / 2).mean()) for part in lines)
        # joined: each line cuts off a low corner, whose x + y is 1; apart: a high one, near 0 and 2
        assert np.allclose(middles, 0.5) == joined


def test_the_png_holds_the_pixels() -> None:
    pixels = np.arange(3 * 2 * 4, dtype=np.uint8).reshape(3, 2, 4)
    data = raster.png(pixels)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(name + body)
        chunks[name] = body
        at += 12 + length
    assert struct.unpack(">II", chunks[b"IHDR"][:8]) == (2, 3)
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(3, 9)
    assert np.array_equal(rows[:, 1:].reshape(3, 2, 4), pixels)
    assert not rows[:, 0].any()  # no filter


def test_the_colours_darken_steadily_and_the_unknown_is_clear() -> None:
    colours = raster.cividis_reversed(np.linspace(0.0, 1.0, 101)).astype(float)
    lightness = colours @ [0.2126, 0.7152, 0.0722]  # weights of ITU-R BT.709
    assert (np.diff(lightness) <= 0.5).all()  # half a step of 255 for rounding
    assert raster.hex_colour(0.0) == "#fee838"
    assert raster.hex_colour(1.0) == "#00224e"
    shown = raster.wash(np.array([[np.nan, 0.0, 50.0]]))
    assert shown[0, :2, 3].tolist() == [0, 0]
    assert shown[0, 2, 3] > 200


# The terminal ---------------------------------------------------------------------------------------


def test_the_summary_fits_one_screen_and_says_what_matters() -> None:
    assert len(summary().splitlines()) <= 40  # a common terminal
    text = re.sub(r"\s+", " ", summary())
    for expected in (
        "Reasonable, with conditions",
        "22 units",
        "24% (90% interval 0 to 51%)",
        "Benefit in weeks 2 to 16",
        "blanched weal over 99%",
        "may stay longer than a week: late pale halo",
        "not before 1 February 2027; suggested 1 February 2027 (sebum)",
        "brow drop: 1.2%, up to 2.6%; ABOVE the limit of 2%",
        "Balanced (chosen)",
        "prior, not yet calibrated",
        OFF_LABEL,
    ):
        assert expected in text, expected


def test_the_summary_of_a_refusal_asks_the_questions() -> None:
    console = Console(file=io.StringIO(), width=100, record=True)
    report.print_summary(console, made.refused(), None, None)
    text = console.export_text()
    assert "Is the patient pregnant" in text
    assert "Alternatives" not in text


def test_brackets_in_user_text_are_not_read_as_markup() -> None:
    console = Console(file=io.StringIO(), width=100, record=True)
    report.print_summary(console, made.assessment(summary="[red]kept[/red]", try_first=("[b]x",)), None, None)
    assert "[red]kept[/red]" in console.export_text(clear=False)
    assert "[b]x" in console.export_text()


def test_page_figure_and_terminal_give_the_same_number(html: str) -> None:
    benefit = made.forecast().benefit
    written = wording.interval90(benefit.mean, benefit.interval.lo90, benefit.interval.hi90)
    assert written in words(html)
    assert written in summary()


def test_a_single_deep_point_is_drawn() -> None:
    point = InjectionPoint(id="G1", region="glabella", x=0, y=0, depth=4, plane="intramuscular", units=4, volume=0.1)
    plan = made.plan(point=(point,))
    assert "over 2.5 mm" in words(report.plot_face(plan, made.FACE, made.maps()))
    assert dilution.point_marks(point, plan) == pytest.approx(10.0)  # 0.1 mL on marks of 0.01 mL
