"""Charts to scale: a ruler on the paper reads millimetres of skin, and no colour is needed to read them."""

from __future__ import annotations

import io
import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import typst
from PIL import Image
from tests.unit import report_fixture as made

from holocrine.anatomy.sheets import sheet
from holocrine.domain.plan import InjectionPoint, Plan
from holocrine.domain.vocabulary import SheetRegion
from holocrine.report.point_marks import DEPTH_SHAPES
from holocrine.report.printed.blocks import Chart
from holocrine.report.printed.charts import UNITS_PER_MM, charts, face_chart, sheet_chart

SVG = "{http://www.w3.org/2000/svg}"
PAGE_MM, HALF_MM, TALLEST_MM = 178.0, 86.0, 205.0
ROUNDED = 0.011 / UNITS_PER_MM
"""mm of paper: coordinates of a drawing have two decimals, and a length has two ends."""
SITES: tuple[SheetRegion, ...] = ("axilla_left", "palm_right", "sole_left", "bladder")


def plan_at(region: SheetRegion, depth: float = 1.0) -> Plan:
    """Two points 20 mm apart on one sheet."""
    values = {"region": region, "depth": depth, "plane": "intradermal", "units": 2.5, "volume": 0.1}
    plan: Plan = made.plan(point=tuple(InjectionPoint(id=f"S{x:.0f}", x=x, y=0.0, **values) for x in (0.0, 20.0)))
    return plan


def drawn() -> dict[str, Chart]:
    sheets: dict[str, Chart] = {
        region: sheet_chart(plan_at(region), sheet(region, "male"), PAGE_MM) for region in SITES
    }
    low = made.points()[0].model_copy(update={"id": "C1", "region": "chin", "x": 0.0, "y": -120.0, "depth": 4.0})
    return {
        "upper face": face_chart(made.plan(), made.FACE, ("forehead_lines",)),
        "whole face": face_chart(made.plan(point=(*made.points(), low)), made.FACE, ("sebum",)),
        **sheets,
        "half a page": sheet_chart(plan_at("palm_left"), sheet("palm_left", "male"), HALF_MM),
    }


CHARTS = drawn()


def scale_of(chart: Chart) -> float:
    """mm of skin per mm of paper, as the caption states it."""
    stated = re.search(r"Scale 1:([\d.]+)\.", chart["caption"])
    assert stated is not None
    return float(stated.group(1))


def paper_mm(chart: Chart) -> float:
    """mm of paper per drawing unit."""
    box = ElementTree.fromstring(chart["svg"]).get("viewBox")
    assert box is not None
    return chart["width"] / float(box.split()[2])


@pytest.mark.parametrize("name", CHARTS)
def test_the_bar_is_50_mm_at_the_stated_scale(name: str) -> None:
    chart = CHARTS[name]
    bars = [line for line in ElementTree.fromstring(chart["svg"]).iter(f"{SVG}line") if line.get("class") == "bar"]
    longest = max(abs(float(bar.get("x2", "nan")) - float(bar.get("x1", "nan"))) for bar in bars)
    assert longest * paper_mm(chart) == pytest.approx(50.0 / scale_of(chart), abs=ROUNDED)
    assert f"{50.0 / scale_of(chart):.4g} mm long on paper" in " ".join(chart["caption"].split())


@pytest.mark.parametrize("name", CHARTS)
def test_points_lie_as_far_apart_as_the_ruler_says(name: str) -> None:
    chart = CHARTS[name]
    first, second = ("F1", "F2") if "face" in name else ("S0", "S20")
    at = {
        text.text: (float(text.get("x", "nan")), float(text.get("y", "nan")))
        for text in ElementTree.fromstring(chart["svg"]).iter(f"{SVG}text")
        if "point-text" in (text.get("class") or "")
    }
    on_paper = np.hypot(*np.subtract(at[first], at[second])) * paper_mm(chart)
    by_id = {point.id: point for point in made.points()}
    on_skin = abs(by_id["F1"].x - by_id["F2"].x) if "face" in name else 20.0
    assert on_paper == pytest.approx(on_skin / scale_of(chart), abs=ROUNDED)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_fits_the_page(name: str) -> None:
    chart = CHARTS[name]
    box = ElementTree.fromstring(chart["svg"]).get("viewBox", "").split()
    assert chart["width"] <= (HALF_MM if name == "half a page" else PAGE_MM)
    assert float(box[3]) * paper_mm(chart) <= TALLEST_MM + ROUNDED


@pytest.mark.parametrize("name", CHARTS)
def test_nothing_is_told_by_colour(name: str) -> None:
    """Every paint is black, white or grey, and every class of a mark or line has one."""
    chart = CHARTS[name]
    style = "".join(ElementTree.fromstring(chart["svg"]).findtext(f"{SVG}style") or "")
    painted = re.sub(r"<style>.*?</style>", "", chart["svg"], flags=re.DOTALL)
    for code in re.findall(r"(?<!url\()#([0-9a-fA-F]{3,8})\b", style + painted):
        size = len(code) // 3
        assert code[:size] == code[size : 2 * size] == code[2 * size :], code
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', painted)) <= {"url(#face-hatch)", "url(#face-fade)"}
    lines = {one for value in re.findall(r'class="([^"]+)"', painted) for one in value.split()}
    unpainted = {"hc", "soft", "on-skin"}
    assert {one for one in lines if f".{one}" not in style} <= unpainted


def test_depths_differ_in_shape() -> None:
    assert len({shape for _, shape, _ in DEPTH_SHAPES}) == len(DEPTH_SHAPES)
    shown = {depth: sheet_chart(plan_at("bladder", depth), sheet("bladder", "male"), PAGE_MM) for depth in (1.0, 4.0)}
    assert "<circle" in shown[1.0]["svg"]
    assert "<circle" not in shown[4.0]["svg"]
    assert "over 2.5 mm" in shown[4.0]["svg"]
    assert "over 2.5 mm" not in shown[1.0]["svg"]


def test_every_treated_site_is_charted_and_pairs_stand_side_by_side() -> None:
    palms = [*plan_at("palm_left").points, *plan_at("palm_right").points]
    points = [
        point.model_copy(update={"id": f"X{i}"}) for i, point in enumerate([*palms, *plan_at("sole_left").points])
    ]
    blocks = charts(made.plan(point=(*made.points(), *points)), made.FACE, ("sebum",))
    assert [block["kind"] for block in blocks] == ["chart", "side by side", "chart"]
    assert charts(made.plan(point=()), made.FACE, ("sebum",)) == []


def test_the_words_for_a_chart_name_scale_and_points() -> None:
    alt = CHARTS["upper face"]["alt"]
    assert "scale 1:1" in alt
    assert all(f" {point.id}" in alt for point in made.points())


@pytest.mark.parametrize("name", ["upper face", "sole_left"])
def test_the_bar_measures_right_on_the_set_page(name: str) -> None:
    """Typst draws the page at 10 dots per mm; the longest dark row below the figure is the bar."""
    chart = CHARTS[name]
    template = b'#set page("a4")\n#let c = json(bytes(sys.inputs.c))\n#image(bytes(c.svg), width: c.width * 1mm)'
    drawing = typst.compile(
        template, format="png", ppi=254.0, ignore_system_fonts=True, sys_inputs={"c": json.dumps(chart)}
    )
    assert isinstance(drawing, bytes)
    dark = np.asarray(Image.open(io.BytesIO(drawing)).convert("L")) < 100  # black ink alone, no grey line
    edges = np.diff(np.pad(dark, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    runs = np.nonzero(edges == -1)[1] - np.nonzero(edges == 1)[1]
    assert runs.max() / 10.0 == pytest.approx(50.0 / scale_of(chart), abs=0.7)  # its end marks are 0.5 mm thick
