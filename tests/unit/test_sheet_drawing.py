"""Drawing a sheet: a complete SVG of the right points, in place, on any of the sheets."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from holocrine.anatomy.polygons import contains
from holocrine.anatomy.sheets import Sheet, sheet
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import InjectionPoint, Plan, Solution
from holocrine.domain.vocabulary import SheetRegion
from holocrine.report.sheet_drawing import part_of, plot_sheet, view_of_sheet

SVG = "{http://www.w3.org/2000/svg}"
SHEETS: tuple[SheetRegion, ...] = get_args(SheetRegion)


def plan_for(region: SheetRegion) -> Plan:
    """Three points on the forehead and two on a sheet, with ids too long to be drawn; only what drawing needs."""
    places = [("forehead", 11.0 * x, 45.0) for x in (-1, 0, 1)] + [(region, -20.0, 5.0), (region, 20.0, -5.0)]
    points = [
        InjectionPoint.model_validate(
            {
                "id": f"long name {number}",
                "region": where,
                "x": x,
                "y": y,
                "depth": 2.0,
                "plane": "intradermal",
                "units": 2.0,
                "volume": 0.05,
            }
        )
        for number, (where, x, y) in enumerate(places)
    ]
    solution = Solution(product="onabotulinumtoxinA", vial_units=100.0, diluent_volume=2.5)
    return Plan.model_construct(points=tuple(points), solution=solution)


def maps_for(own: Sheet) -> FaceMaps:
    """A fall in sweat that is strongest in the middle of the sheet."""
    low, high = np.floor(own.polygon.min(axis=0)), np.ceil(own.polygon.max(axis=0))
    x, y = (np.arange(a, b, 2.0) + 1.0 for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    inside = contains(own.polygon, grid.reshape(-1, 2)).reshape(y.size, x.size)
    fall = 90.0 * np.exp(-np.hypot(*(grid - own.origin).transpose(2, 0, 1)) / 40.0)
    layer = np.where(inside, fall, np.nan)[None]
    region_of = np.where(inside, 0, -1).astype(np.int16)
    return FaceMaps(x, y, (4.0,), (own.region,), region_of, layer, layer, np.full_like(layer, np.nan))


@pytest.mark.parametrize("region", SHEETS)
def test_every_sheet_is_drawn_whole(region: SheetRegion) -> None:
    own = sheet(region, "female")
    drawn = ET.fromstring(plot_sheet(plan_for(region), own, maps_for(own), week=5))
    width, height = (float(v) for v in drawn.attrib["viewBox"].split()[2:])
    corners = view_of_sheet(own).place(own.outline)
    assert corners.min() > 0.0
    assert np.all(corners.max(axis=0) < (width, height))
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert "50 mm" in texts
    assert any("week 4" in (text or "") for text in texts)
    assert len(list(drawn.iter(f"{SVG}image"))) == 1
    assert sum(element.attrib.get("class") == "iso" for element in drawn.iter(f"{SVG}path")) >= 3


def test_only_its_own_points_with_the_numbers_of_the_whole_plan() -> None:
    plan = plan_for("palm_right")
    own = part_of(plan, {"palm_right"})
    assert [point.id for point in own.points] == ["4", "5"]
    drawn = ET.fromstring(plot_sheet(plan, sheet("palm_right", "male"), maps_for(sheet("palm_right", "male"))))
    marks = [text.text for text in drawn.iter(f"{SVG}text") if "point-text" in text.attrib.get("class", "")]
    assert marks == [point.id for point in own.points]


def test_marks_stand_where_the_points_are() -> None:
    own = sheet("axilla_left", "female")
    drawn = ET.fromstring(plot_sheet(plan_for("axilla_left"), own, maps_for(own)))
    marks = [text for text in drawn.iter(f"{SVG}text") if "point-text" in text.attrib.get("class", "")]
    across = float(marks[1].attrib["x"]) - float(marks[0].attrib["x"])
    assert across == pytest.approx(40.0 * view_of_sheet(own).scale)


def test_bar_is_50_mm_long() -> None:
    own = sheet("sole_left", "male")
    drawn = ET.fromstring(plot_sheet(plan_for("sole_left"), own, maps_for(own)))
    lengths = [
        float(line.attrib["x2"]) - float(line.attrib["x1"])
        for line in drawn.iter(f"{SVG}line")
        if line.attrib.get("class") == "bar"
    ]
    assert max(lengths) == pytest.approx(50.0 * view_of_sheet(own).scale, abs=0.02)


def test_nothing_mapped_is_said() -> None:
    own = sheet("palm_left", "female")
    maps = maps_for(own)
    blank = replace(maps, sweat_fall=np.full_like(maps.sweat_fall, np.nan))
    drawn = plot_sheet(plan_for("palm_left"), own, blank)
    assert "No effect is mapped" in drawn
    assert "<image" not in drawn
