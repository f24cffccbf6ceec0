"""Results as tables for analysis: pandas and xarray, loaded only when asked for (extra `science`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from holocrine.errors import InputError

if TYPE_CHECKING:
    import pandas
    import xarray

    from holocrine.domain.forecast import Course

SUMMARIES = ("mean", "median", "lo50", "hi50", "lo90", "hi90")


def _missing(package: str) -> InputError:
    return InputError(f'{package} is not installed. Install it with: pip install "holocrine[science]"')


def frame(rows: Sequence[Mapping[str, Any]]) -> pandas.DataFrame:
    """Rows as a pandas DataFrame. Raises InputError when pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise _missing("pandas") from error
    return pandas.DataFrame(list(rows))


def course_rows(courses: Sequence[Course]) -> list[dict[str, Any]]:
    """One row per course and week, with unit and evidence grade."""
    return [
        {
            "quantity": course.quantity,
            "region": course.region,
            "unit": course.unit,
            "grade": course.grade,
            "week": week,
            **{name: getattr(course, name)[i] for name in SUMMARIES},
        }
        for course in courses
        for i, week in enumerate(course.weeks)
    ]


def course_dataset(courses: Sequence[Course]) -> xarray.Dataset:
    """One variable (summary, week) per course, unit in its attributes. Raises InputError without xarray."""
    try:
        import xarray
    except ImportError as error:
        raise _missing("xarray") from error
    variables = {}
    for course in courses:
        name = f"{course.quantity}_{course.region}" if course.region else course.quantity
        values = [getattr(course, summary) for summary in SUMMARIES]
        attributes = {"units": course.unit, "grade": course.grade, "basis": course.basis}
        variables[name] = (("summary", "week"), values, attributes)
    weeks = list(courses[0].weeks) if courses else []
    return xarray.Dataset(variables, coords={"summary": list(SUMMARIES), "week": weeks})
