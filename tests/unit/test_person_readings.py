"""Which observations of a person are used, and why the others are not."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from holocrine.domain.observation import Observation
from holocrine.domain.vocabulary import Target
from holocrine.inference.person.readings import readings_of

READABLE = re.compile(r"[0-9.,]+\s*[a-z]+")
"""What may be a time: a number and a unit."""
FIRST, SECOND = dt.date(2026, 1, 5), dt.date(2026, 6, 1)
EVERY: tuple[Target, ...] = ("sebum", "sweat", "acne", "glabellar_lines", "forehead_lines", "crows_feet")


def observed(days: int, instrument: str, value: object, **more: Any) -> Observation:
    return Observation.model_validate(
        {"date": FIRST + dt.timedelta(days=days), "instrument": instrument, "value": value, **more}
    )


def test_readings_count_from_the_first_session_and_know_the_last_one_before() -> None:
    told = [
        observed(200, "HDSS", 2),
        observed(-3, "Sebumeter", "140 ug/cm2", region="forehead"),
        observed((SECOND - FIRST).days, "HDSS", 3),
    ]
    used, unused = readings_of(told, [FIRST, SECOND], EVERY)
    assert not unused
    assert [reading.day for reading in used] == [-3.0, 147.0, 200.0]
    # On the day of a session the reading comes first.
    assert [reading.since for reading in used] == [0.0, 0.0, 147.0]


@pytest.mark.parametrize(
    ("observation", "reason"),
    [
        (observed(10, "Sebumeter", "20 ug/cm2", region="palm_left"), "on the face only, not at palm left"),
        (observed(10, "lesion_count", 3, region="forehead", lesion="macules"), "macules are not predicted"),
        (observed(10, "line_severity", 2), "does not say which lines"),
        (observed(10, "line_severity", 2, region="chin"), "does not say which lines"),
        (observed(0, "sweat_return", "not yet"), "no session came before it"),
        (observed(70, "sweat_return", "20 weeks"), "lie after the day of the observation"),
    ],
)
def test_what_cannot_be_predicted_is_listed_with_the_reason(observation: Observation, reason: str) -> None:
    used, (unused,) = readings_of([observation], [FIRST], EVERY)
    assert not used
    assert unused.observation == observation
    assert reason in unused.reason


@pytest.mark.parametrize(
    "observation",
    [
        observed(10, "HDSS", 2),
        observed(10, "IGA", 2),
        observed(10, "line_severity", 2, region="glabella"),
        observed(10, "sweat_return", "not yet"),
    ],
)
def test_a_reading_of_what_is_no_goal_is_not_used(observation: Observation) -> None:
    used, (unused,) = readings_of([observation], [FIRST], ["sebum"])
    assert not used
    assert "no goal" in unused.reason


def test_a_return_is_told_in_weeks_after_the_last_session_or_bounded_by_the_day() -> None:
    told = [observed(147, "sweat_return", "20 weeks"), observed(210, "sweat_return", "not yet")]
    (told_week, not_yet), unused = readings_of(told, [FIRST, SECOND], EVERY)
    assert not unused
    assert (told_week.value, told_week.since, told_week.censored) == (20.0, 0.0, False)
    assert (not_yet.value, not_yet.since, not_yet.censored) == ((210 - 147) / 7.0, 147.0, True)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=20))
def test_a_return_is_a_time_or_not_yet_and_nothing_else(text: str) -> None:
    if READABLE.fullmatch(text.strip()) or text == "not yet":
        return
    with pytest.raises(ValidationError, match=r'"20 weeks".*"not yet"'):
        observed(300, "sebum_return", text)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 120))
def test_a_return_in_weeks_is_read_within_two_years(weeks: int) -> None:
    if 1 <= weeks * 7 <= 730:
        assert observed(300, "sebum_return", f"{weeks} weeks").number == 7.0 * weeks
    else:
        with pytest.raises(ValidationError, match="1 day to 730 days"):
            observed(300, "sebum_return", f"{weeks} weeks")


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.permutations(range(6)))
def test_the_order_in_the_file_does_not_matter(order: list[int]) -> None:
    told = [observed(day, "HDSS", grade) for day, grade in ((0, 4), (14, 3), (14, 2), (40, 3), (90, 3), (90, 3))]
    assert readings_of([told[number] for number in order], [FIRST], EVERY) == readings_of(told, [FIRST], EVERY)
