"""A realistic made-up plan, forecast and assessment for the tests of the report; no number here is a result."""

from __future__ import annotations

import datetime as dt
import io
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import numpy as np
from rich.console import Console

from holocrine import report
from holocrine.anatomy.face import Face, allowed, build_face
from holocrine.anatomy.polygons import contains, raster
from holocrine.anatomy.sheets import sheet
from holocrine.domain.aftermath import NeedleReaction, Range, RepeatedPlan, Retreatment, TargetReturn
from holocrine.domain.assessment import Assessment, Question, Reason
from holocrine.domain.case import Case
from holocrine.domain.forecast import (
    AreaShare,
    Benefit,
    Course,
    Forecast,
    HypothesisWeight,
    MassBalance,
    Risk,
)
from holocrine.domain.interval import Interval
from holocrine.domain.maps import FaceMaps
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.plan import (
    Alternative,
    InjectionPoint,
    LimitCheck,
    Objective,
    Plan,
    Provenance,
    Solution,
)

PRODUCT = "onabotulinumtoxinA"
WEEKS = tuple(float(w) for w in range(27))
FACE: Face = build_face("female", FaceMeasurements())
HOSTILE = "<script>alert('pseudonym')</script>"


def case(pseudonym: str = "P-014", **changes: Any) -> Case:
    """A 27-year-old with an oily forehead, novice injector, 100 units in 2.5 mL."""
    return Case.model_validate(
        {
            "schema": "holocrine.case/1",
            "assessed_on": dt.date(2026, 11, 3),
            "jurisdiction": "EU",
            "patient": {"pseudonym": pseudonym, "age": 27, "sex": "female", "pregnancy": "no", "lactation": "no"},
            "findings": {
                "sebum": {"forehead": "182 ug/cm2"},
                "inflamed_lesions": [{"x": "-22 mm", "y": "41 mm"}],
            },
            "goals": {"targets": ["sebum"], "regions": ["forehead"], "acknowledge_off_label": "yes"},
            "product": {"name": PRODUCT, "vial_units": 100, "diluent_volumes": ["2.5 mL"]},
        }
        | changes
    )


def points() -> tuple[InjectionPoint, ...]:
    """Intradermal points on a staggered grid of the upper forehead, 1 unit in 0.025 mL each."""
    made: list[InjectionPoint] = []
    for row, y in enumerate((37.0, 45.0, 53.0)):
        places = [(-44.0 + 11.0 * column + 5.5 * (row % 2), y) for column in range(9)]
        free = allowed(FACE, places) & contains(FACE.regions["forehead"], places)
        for x in (place[0] for place, ok in zip(places, free, strict=True) if ok):
            made.append(
                InjectionPoint(
                    id=f"F{len(made) + 1}",
                    region="forehead",
                    x=x,
                    y=y,
                    depth=1.0 if row else 1.5,
                    plane="intradermal",
                    units=1.0,
                    volume=0.025,
                    syringe_marks=2.5,
                )
            )
    return tuple(made)


def provenance() -> Provenance:
    return Provenance(
        package_version="0.1.0",
        parameter_set="prior 2026-11",
        parameter_hash="sha256:5f1d3c0a9be7",
        evidence_hash="sha256:a1b2c3d4e5f6",
        seed=20261103,
        draws=400,
        solver_status="converged",
    )


def alternatives() -> tuple[Alternative, ...]:
    table: tuple[tuple[Any, int, float | None, float, float, float, float, bool, str], ...] = (
        ("no_injection", 0, None, 0.0, 0.0, 0.0, 0.0, False, "Costs nothing and risks nothing."),
        ("sparing", 14, 15.0, 15.8, 0.0, 38.0, 36.0, False, "Leaves gaps between the halos."),
        ("balanced", 24, 11.5, 23.6, 0.0, 51.0, 57.0, True, "More points buy little and add risk."),
        ("thorough", 38, 9.0, 26.1, 0.0, 54.0, 61.0, False, "The brow limit would be exceeded."),
    )
    return tuple(
        Alternative(
            name=name,
            points=n,
            units=float(n),
            volume=0.025 * n,
            spacing=spacing,
            benefit=benefit,
            benefit_lo90=low,
            benefit_hi90=high,
            probability_meaningful=meaningful,
            risks={"lid_ptosis": 0.012 * n, "brow_drop": 0.05 * n, "smile_change": 0.0},
            utility=benefit - 0.3 * n,
            chosen=chosen,
            why=why,
        )
        for name, n, spacing, benefit, low, high, meaningful, chosen, why in table
    )


def limits() -> tuple[LimitCheck, ...]:
    rows = (
        ("LIM-TOTAL", "Total facial dose named in the label", float(len(points())), 64.0, f"units {PRODUCT}", False),
        ("LIM-BROW", "Smallest distance of a point above the brow (at least)", 20.6, 20.0, "mm", False),
        ("LIM-VOLUME", "Smallest volume the syringe delivers (at least)", 0.025, 0.01, "mL", False),
    )
    return tuple(
        LimitCheck(rule_id=r, statement=s, value=v, limit=limit, unit=u, exceeded=e, source="label, section 2")
        for r, s, v, limit, u, e in rows
    )


def plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "title": "Forehead, balanced",
        "source": "holocrine plan",
        "solution": Solution(product=PRODUCT, vial_units=100, diluent_volume=2.5),
        "point": points(),
        "limits": limits(),
        "objective": Objective(
            description="expected fall in sebum, less the price of points and risks",
            weights={"sebum": 1.0, "points": 0.3, "risk": 4.0},
            value=16.4,
            upper_bound=17.1,
            gap=0.04,
            evaluations=5120,
            status="gap below 5%",
        ),
        "alternatives": alternatives(),
        "provenance": provenance(),
    }
    return Plan(**(values | changes))


def course(
    quantity: Any, label: str, unit: str, peak: float, span: float, grade: Any = "C", base: float = 0.0, **changes: Any
) -> Course:
    """A course from `base` that moves by `peak` until week 4 and returns by week 26.

    Its bands have the relative width `span`; without the session it stays at `base`.
    """
    week = np.asarray(WEEKS)
    shape = (1 - np.exp(-week / 1.3)) / (1 + np.exp((week - 16) / 2.5))
    moved = peak * shape / shape.max()

    def line(factor: float) -> tuple[float, ...]:
        return tuple(float(v) for v in base + moved * factor)

    order = ("lo90", "lo50", "hi50", "hi90")[:: 1 if peak > 0 else -1]
    values: dict[str, Any] = {
        "quantity": quantity,
        "label": label,
        "region": "forehead",
        "unit": unit,
        "weeks": WEEKS,
        "mean": line(1.08),
        "median": line(1.0),
        **dict(zip(order, (line(f) for f in (1 - span, 1 - 0.45 * span, 1 + 0.5 * span, 1 + 1.2 * span)), strict=True)),
        "untreated_median": line(0.0),
        "grade": grade,
        "basis": "Min 2015 (halo counts); time course from sweat",
    }
    return Course(**(values | changes))


def courses() -> tuple[Course, ...]:
    percent = "% of untreated"
    return (
        course("sebum", "sebum", percent, -24.0, 1.0, base=100.0),
        course("sebum_level", "Sebumeter reading", "ug/cm2", -44.0, 1.0, base=182.0),
        course("sweat", "sweat", percent, -46.0, 0.6, "B", base=100.0),
        course("pore_area", "visible pore area", percent, -0.5, 1.0, base=100.0),
        course("brow_height", "brow height", "mm", -0.3, 1.0, "D", region=None),
    )


def risks() -> tuple[Risk, ...]:
    rows: tuple[tuple[Any, str, float, float, float, float, bool], ...] = (
        ("lid_ptosis", "Drooping eyelid", 0.29, 0.05, 0.86, 1.0, True),
        ("brow_drop", "Brow drop", 1.2, 0.3, 2.6, 2.0, False),
        ("smile_change", "Change of smile", 0.004, 0.0, 0.02, 1.0, True),
    )
    return tuple(
        Risk(
            harm=harm,
            label=label,
            definition=f"{label}: a change of at least 2 mm, seen by the person or the clinician.",
            probability=p,
            lo90=low,
            hi90=high,
            limit=limit,
            within_limit=within,
            onset_days=(3.0, 14.0),
            duration_weeks=(2.0, 8.0),
            grade="D",
            basis="extrapolated from intramuscular treatment",
        )
        for harm, label, p, low, high, limit, within in rows
    )


def axilla() -> tuple[InjectionPoint, ...]:
    """Two points in the left axilla, counted from its own centre."""
    values = {"depth": 2.0, "plane": "intradermal", "units": 5.0, "volume": 0.125}
    return tuple(InjectionPoint(id=f"A{i}", region="axilla_left", x=x, y=10.0, **values) for i, x in enumerate((-9, 9)))


def axilla_maps() -> FaceMaps:
    """A fall of 70 percent everywhere on the sheet of the left axilla."""
    own = sheet("axilla_left", "female")
    low, high = np.floor(own.polygon.min(axis=0)), np.ceil(own.polygon.max(axis=0))
    x, y = (np.arange(a, b, 2.0) + 1.0 for a, b in zip(low, high, strict=True))
    inside = contains(own.polygon, np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)).reshape(y.size, x.size)
    fall = np.where(inside, 70.0, np.nan)[None]
    return FaceMaps(x, y, (4.0,), ("axilla_left",), np.where(inside, 0, -1).astype(np.int16), fall, fall, 0 * fall)


def reactions() -> tuple[NeedleReaction, ...]:
    """One that everybody has for an hour, one that stays for months, one that cannot happen."""
    rows: tuple[tuple[Any, str, float, tuple[float, float], float, float | None], ...] = (
        ("weal", "blanched weal", 99.8, (0.01, 0.05), 100.0, 21.0),
        ("pale_halo", "late pale halo", 2.0, (20.0, 90.0), 3.0, 0.2),
        ("headache", "headache", 0.0, (0.0, 0.0), 100.0, None),
    )
    return tuple(
        NeedleReaction(
            reaction=reaction,
            label=label,
            definition=f"{label} as the person sees it",
            probability=p,
            lo90=0.9 * p,
            hi90=p,
            onset_days=(0.0, 0.0),
            duration_days=duration,
            days=(0.0, 7.0),
            present=(p, 0.1),
            resolved_by_day_7=resolved,
            expected_number=number,
            grade="D",
            basis="assumed",
        )
        for reaction, label, p, duration, resolved, number in rows
    )


def retreatment() -> Retreatment:
    """Sebum returns after ten weeks, before a session is allowed; twelve weeks are too early."""
    some = Range(median=12.0, lo90=6.0, hi90=25.0)
    return Retreatment(
        earliest=dt.date(2027, 2, 1),
        rule_ids=("IV-01",),
        returns=(
            TargetReturn(
                target="sebum",
                with_effect=70.0,
                peak=some,
                half=Range(median=10.4, lo90=6.0, hi90=16.0),
                gone=Range(median=19.0, lo90=12.0, hi90=26.0),
                still_there=8.0,
                suggested=dt.date(2027, 2, 1),
            ),
            TargetReturn(
                target="sweat", with_effect=0.0, peak=None, half=None, gone=None, still_there=0.0, suggested=None
            ),
        ),
        repeated=tuple(
            RepeatedPlan(target="sebum", interval_weeks=w, allowed=w > 12.0, peak=some, trough=some, antibodies=some)
            for w in (12.0, 16.0)
        ),
        units_in_12_months={PRODUCT: 42.0},
        antibodies=Range(median=0.06, lo90=0.02, hi90=0.2),
        grade="D",
        basis="superposition",
    )


def benefit(**changes: Any) -> Benefit:
    values: dict[str, Any] = {
        "description": "mean fall in sebum over the goal area in weeks 2 to 16",
        "mean": 23.6,
        "interval": Interval(median=22.9, lo50=9.0, hi50=36.0, lo90=0.0, hi90=51.0),
        "meaningful_fall": 20.0,
        "probability_meaningful": 57.0,
        "probability_no_effect": 27.5,
        "duration_weeks": Interval(median=15.0, lo50=12.0, hi50=18.0, lo90=8.0, hi90=24.0),
    }
    return Benefit(**(values | changes))


def forecast(**changes: Any) -> Forecast:
    values: dict[str, Any] = {
        "status": "prior, not yet calibrated",
        "pseudonym": "P-014",
        "start": "2026-11-03",
        "courses": courses(),
        "benefit": benefit(),
        "needle_reactions": reactions(),
        "retreatment": retreatment(),
        "risks": risks(),
        "hypotheses": (
            HypothesisWeight(id="H1", label="cholinergic", weight=0.62, mean_fall=33.0, basis="release blocked"),
            HypothesisWeight(id="H2", label="direct, not by the enzyme", weight=0.08, mean_fall=12.0, basis="in vitro"),
            HypothesisWeight(id="H3", label="no effect on the gland", weight=0.25, mean_fall=0.0, basis="null trials"),
            HypothesisWeight(id="H3b", label="redistribution", weight=0.05, mean_fall=0.0, basis="rise at 2.5 cm"),
        ),
        "areas": (
            AreaShare(region="forehead", area_cm2=62.0, share_by_fall={"10": 0.66, "20": 0.48, "30": 0.21, "40": 0.04}),
        ),
        "mass_balance": MassBalance(
            injected=24.0,
            bound=9.6,
            bound_by_terminal={"motor": 2.1, "sudomotor": 4.4, "periglandular": 3.1},
            cleared=14.4,
            edge_flux_fraction=3e-8,
            relative_error=2e-10,
        ),
        "limits_of_evidence": (
            "One uncontrolled study carries most of the sebum effect.",
            "No trial compared distances between points.",
        ),
        "provenance": provenance(),
    }
    return Forecast(**(values | changes))


def reason(rule_id: str, effect: Any, statement: str, because: str, **changes: Any) -> Reason:
    values: dict[str, Any] = {
        "rule_id": rule_id,
        "effect": effect,
        "statement": statement,
        "because": because,
        "field": "goals.regions",
        "source": "onabotulinumtoxinA label, section 1",
        "source_url": "https://example.org/label",
        "grade": "label",
        "jurisdiction": "any",
        "label_version": "2024-07",
        "reverified": False,
        "overridable": True,
    }
    return Reason(**(values | changes))


def assessment(**changes: Any) -> Assessment:
    values: dict[str, Any] = {
        "pseudonym": "P-014",
        "assessed_on": "2026-11-03",
        "verdict": "reasonable_with_conditions",
        "summary": "May be treated under the conditions below; the use is off-label and the evidence thin.",
        "reasons": (
            reason("AP-01", "condition", "No product is approved for oily or acne-prone skin.", "target: sebum"),
            reason("FH-02", "condition", "Stay at least 20 mm above the brow.", "region: forehead", grade="practice"),
            reason("LES-01", "excludes_site", "No point within 3 mm of a lesion.", "one lesion", reverified=True),
        ),
        "questions": (
            Question(
                field="findings.forehead_lines",
                question="How deep are the forehead lines?",
                why="Strong frontalis use raises the brow risk.",
                required=False,
            ),
        ),
        "try_first": ("A topical retinoid for 12 weeks",),
    }
    return Assessment(**(values | changes))


def refused(**changes: Any) -> Assessment:
    """Verdict `ask`: pregnancy unknown."""
    asked = Question(
        field="patient.pregnancy",
        question="Is the patient pregnant, or might she be?",
        why="Toxin is not given in pregnancy.",
        required=True,
    )
    because = reason("PREG-01", "asks", "Not in pregnancy.", "pregnancy is unknown", overridable=False)
    values = {"verdict": "ask", "summary": "Two answers are missing.", "reasons": (because,), "questions": (asked,)}
    return assessment(**(values | changes))


def maps() -> FaceMaps:
    """Halos of the fixture's points on a 2 mm grid over the regions of the face, mapped on the forehead only."""
    x, y, region_of, names = raster(FACE, 2.0)
    gx, gy = np.meshgrid(x, y)
    left = np.ones_like(gx)
    for point in points():
        left *= 1.0 - 0.75 * np.exp(-np.maximum(np.hypot(gx - point.x, gy - point.y) - 3.0, 0.0) / 3.0)
    fall = np.where(region_of == names.index("forehead"), 46.0 * (1.0 - left), np.nan)
    return FaceMaps(
        x=x,
        y=y,
        weeks=(2.0, 4.0, 12.0),
        regions=names,
        region_of=region_of,
        sebum_fall=np.stack([fall * f for f in (0.8, 1.0, 0.6)]),
        sweat_fall=np.stack([fall * f for f in (1.2, 1.4, 0.9)]),
        frontalis_loss=np.stack([fall * 0.2] * 3),
    )


VOID = {"meta", "br", "img", "link", "hr", "input"}


def render(**parts: Any) -> str:
    """The report of the fixture, or with other `parts`."""
    values: dict[str, Any] = {
        "case": case(),
        "assessment": assessment(),
        "plan": plan(),
        "forecast": forecast(),
        "face": FACE,
        "maps": maps(),
    }
    return report.render_report(**(values | parts))


def words(markup: str) -> str:
    """What a reader sees: no styles, no tags, entities resolved."""
    markup = re.sub(r"<style>.*?</style>", " ", markup, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup)))


class Structure(HTMLParser):
    """Checks that tags close in order and collects ids, sections and tables."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.faults: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.faults += [f"{tag} has {name}" for name, _ in attrs if name.startswith("on")]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> out of order")


def structure(markup: str) -> Structure:
    parser = Structure()
    parser.feed(markup)
    parser.close()
    return parser


def summary(width: int = 100, **parts: Any) -> str:
    """What the terminal shows for the fixture, or with other `parts`."""
    shown = {"plan": plan(), "forecast": forecast()} | parts
    console = Console(file=io.StringIO(), width=width, record=True, color_system=None)
    report.print_summary(console, assessment(), shown["plan"], shown["forecast"])
    return console.export_text()
