"""The coming weeks: every course of the targets as a figure, then the same numbers as tables."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.acne import AcneArm
from holocrine.domain.forecast import AreaShare, Course, Forecast
from holocrine.domain.vocabulary import Target
from holocrine.report import names, wording
from holocrine.report.charts import plot_course, title_of, value_ticks
from holocrine.report.markup import paragraph, picture, section, stacked, table, text

_REPORTED_WEEKS = (2.0, 4.0, 8.0, 12.0, 16.0, 26.0)
_MOVED = 0.02  # of the largest value: what moves less beside the aim needs no figure
_INTRO = (
    "Half of comparable people are expected inside the dark band and nine in ten inside the pale band. The mean lies "
    "apart from the median where a few people respond strongly. The dotted line is the median of the same people "
    "without this session. All regions of one quantity share one scale."
)


def courses_page(forecast: Forecast, targets: Sequence[Target]) -> str:
    """Courses of `targets` and what else the plan moves; acne drugs and areas where the forecast has them."""
    aimed, beside = _of_targets(forecast.courses, targets), _beside(forecast.courses, targets)
    stages = [course for course in forecast.courses if "acne" in targets and course.quantity in names.STAGES]
    return section(
        "course",
        "The coming weeks",
        paragraph(_INTRO),
        _figures(aimed),
        "<h3>Beside the aim</h3>" + _figures(beside) if beside else "",
        _course_table("Median and 90% interval", [*aimed, *beside]),
        _course_table("Kinds of acne lesions, median and 90% interval", stages),
        _rest(forecast.courses, [*aimed, *beside, *stages]),
        _arms_table(forecast.acne_arms),
        _area_table(forecast.areas if "sebum" in targets else ()),
        class_="page",
    )


def _of_targets(courses: Sequence[Course], targets: Sequence[Target]) -> list[Course]:
    """Courses that show the targets, in their order."""
    wanted = [quantity for target in targets for quantity in names.COURSES[target]]
    return sorted((c for c in courses if c.quantity in wanted), key=lambda c: wanted.index(c.quantity))


def _beside(courses: Sequence[Course], targets: Sequence[Target]) -> list[Course]:
    """Courses of no target that the plan moves."""
    aimed = {quantity for target in targets for quantity in names.COURSES[target]}
    found = [course for course in courses if course.quantity in set(names.BESIDE) - aimed and _moves(course)]
    return sorted(found, key=lambda course: names.BESIDE.index(course.quantity))


def _moves(course: Course) -> bool:
    """Whether the plan moves the course; it counts as moved where the course without the session is not known."""
    without = course.untreated_median or (float("inf"),) * len(course.weeks)
    largest = max(map(abs, (*course.median, *course.untreated_median)), default=0.0)
    return any(abs(a - b) > _MOVED * largest for a, b in zip(course.median, without, strict=True))


def _figures(courses: Sequence[Course]) -> str:
    """A panel for each quantity and region; a basis that was just given is not repeated."""
    made, before = "", ""
    for course in courses:
        ticks = value_ticks([other for other in courses if other.quantity == course.quantity])
        basis = "Basis: as before." if course.basis == before else f"Basis: {course.basis}."
        made += picture(plot_course(course, ticks), basis, "course")
        before = course.basis
    return f'<div class="panels">{made}</div>'


def _course_table(caption: str, courses: Sequence[Course]) -> str:
    if not courses:
        return ""
    weeks = [w for w in _REPORTED_WEEKS if all(w in course.weeks for course in courses)]
    rows = []
    for course in courses:
        cells = []
        for week in weeks:
            i = course.weeks.index(week)
            low, middle, high = (wording.figure(v[i], course.unit) for v in (course.lo90, course.median, course.hi90))
            cells.append(stacked(middle, f"{low} to {high}"))
        unit = "percent" if course.unit == "%" else wording.unit_name(course.unit)
        rows.append((stacked(title_of(course), unit), *cells))
    head = ["Quantity", *(f"Week {wording.decimal(week, 1)}" for week in weeks)]
    return table(caption, head, rows)


def _rest(courses: Sequence[Course], shown: Sequence[Course]) -> str:
    """What else was forecast, by name."""
    drawn = {course.quantity for course in shown}
    labels = dict.fromkeys(course.label for course in courses if course.quantity not in drawn)
    if not labels:
        return ""
    return paragraph(f"Also forecast, in forecast.json: {wording.listing(list(labels))}.", "soft small")


def _arms_table(arms: Sequence[AcneArm]) -> str:
    """Toxin, drug and both on the same person."""
    rows = [
        (
            text(wording.capital(arm.name)),
            text(wording.interval90(arm.mean, arm.fall.lo90, arm.fall.hi90)),
            f"week {wording.decimal(arm.week, 1)}",
        )
        for arm in arms
    ]
    head = ("Treatment", "Fall in acne lesions since today", "Read in")
    return table("The same person treated in other ways", head, rows) if rows else ""


def _area_table(areas: Sequence[AreaShare]) -> str:
    if not areas:
        return ""
    steps = sorted({step for area in areas for step in area.share_by_fall}, key=float)
    rows = [
        (
            text(wording.capital(wording.region(area.region))),
            f"{wording.significant(area.area_cm2)} cm2",
            *(wording.percent(100 * area.share_by_fall.get(step, 0.0)) for step in steps),
        )
        for area in areas
    ]
    head = ("Region", "Area", *(f"falls by {step}% or more" for step in steps))
    columns = range(1, len(head))
    return table("Share of each area whose sebum falls, week 4 (expected)", head, rows, numeric=columns)
