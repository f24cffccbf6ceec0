"""`holocrine forecast` as a clinic meets it: its answer, the record, and one clear message when something is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import holocrine
from holocrine import following, services
from holocrine.cli_forecast import lines
from holocrine.domain.case import Case
from holocrine.domain.individual import IndividualForecast
from holocrine.domain.observation import Observation
from holocrine.domain.reading import read_case
from holocrine.errors import FieldError

Command = Callable[..., Any]
"""See the fixture `holocrine_command`."""


@pytest.fixture(scope="module")
def case(examples: Path) -> Case:
    """Two sessions, 24 readings."""
    place = examples / "follow-up.toml"
    return read_case(place.read_text(encoding="utf-8"), place.name)


@pytest.fixture(scope="module")
def oily(examples: Path) -> Case:
    """One session for oily skin alone, seven Sebumeter readings, the last of them found on the day too."""
    place = examples / "repeat-20-weeks.toml"
    return read_case(place.read_text(encoding="utf-8"), place.name)


@pytest.fixture(scope="module")
def answer(case: Case) -> IndividualForecast:
    """The update of the example."""
    return holocrine.forecast(case)


def changed(case: Case, **goals: Any) -> Case:
    """The case with other goals."""
    return case.model_copy(update={"goals": case.goals.model_copy(update=goals)})


def test_the_command_prints_the_same_answer(
    holocrine_command: Command, examples: Path, answer: IndividualForecast
) -> None:
    ran = holocrine_command("forecast", examples / "follow-up.toml", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document == answer.model_dump(mode="json", by_alias=True)
    assert ran.document["schema"] == "holocrine.individual/1"


def test_every_target_is_answered_and_every_band_in_order(case: Case, answer: IndividualForecast) -> None:
    assert {course.target for course in answer.courses} == set(case.goals.targets)
    assert [each.target for each in answer.responses] == ["sebum", "sweat", "glabellar_lines"]
    assert [each.target for each in answer.next_doses] == ["sebum", "sweat", "glabellar_lines"]
    for course in answer.courses:
        assert course.weeks[-1] * 7.0 >= (case.assessed_on - case.sessions[0].date).days + 26 * 7
        for band in (course.prior, course.updated):
            for row in zip(band.lo90, band.lo50, band.median, band.hi50, band.hi90, strict=True):
                assert list(row) == sorted(row)
    assert sum(each.after for each in answer.hypotheses) == pytest.approx(1.0)
    assert sum(each.before for each in answer.hypotheses) == pytest.approx(1.0)


def test_the_untreated_level_is_learnt_from_the_readings(answer: IndividualForecast) -> None:
    level = next(trait for trait in answer.traits if trait.name == "untreated_sebum_forehead")
    assert level.learnt > 50.0
    assert level.updated.lo90 < 158.0 < level.updated.hi90
    assert level.updated.hi90 - level.updated.lo90 < level.prior.hi90 - level.prior.lo90


def test_every_observation_is_used_or_listed(case: Case, answer: IndividualForecast) -> None:
    assert len(answer.readings) == len(case.observations)
    assert [each.instrument for each in answer.unused] == ["IGA"]
    assert [reading.before_treatment for reading in answer.readings][:3] == [True, True, True]


def test_dates_and_doses_keep_the_rules(case: Case, answer: IndividualForecast) -> None:
    last = case.sessions[-1].date
    for dose in answer.next_doses:
        assert dose.date >= dose.earliest >= last + dt.timedelta(days=90)
        assert dose.rule_ids
        if dose.scale is not None:
            assert next(option for option in dose.options if option.scale == dose.scale).within_limits
    assert answer.next_visit.date >= case.assessed_on


def test_the_page_names_product_and_day(answer: IndividualForecast) -> None:
    page = "\n".join(lines(answer))
    assert max(len(line) for line in page.splitlines()) <= 100
    for heading in ("Response", "Touch-up", "Next visit", "Next session", "Do the readings fit?", "How sure"):
        assert heading in page
    assert "nan" not in page


def test_a_finding_of_the_day_counts_once(oily: Case) -> None:
    """The level found on the day of the assessment is listed as an observation too: one reading."""
    today = [each for each in holocrine.forecast(oily).readings if each.date == oily.assessed_on]
    assert [(each.instrument, each.source) for each in today] == [("Sebumeter", "observation")]
    unlisted = oily.model_copy(update={"observations": oily.observations[:3]})
    today = [each for each in holocrine.forecast(unlisted).readings if each.date == oily.assessed_on]
    assert [(each.instrument, each.source) for each in today] == [("Sebumeter", "finding")]


def test_without_a_session_there_is_nothing_to_learn(oily: Case) -> None:
    with pytest.raises(FieldError, match=r"session: no session of the last two years.*holocrine plan"):
        holocrine.forecast(oily.model_copy(update={"sessions": ()}))


def test_whoever_must_not_be_treated_is_suggested_no_dose(case: Case, answer: IndividualForecast) -> None:
    assert any(dose.units is not None for dose in answer.next_doses)
    pregnant = case.model_copy(update={"patient": case.patient.model_copy(update={"pregnancy": "yes"})})
    for dose in holocrine.forecast(changed(pregnant, targets=("glabellar_lines",))).next_doses:
        assert dose.units is None
        assert "permits no plan" in dose.reason


def test_readings_under_a_session_that_is_forgotten_are_not_used(oily: Case) -> None:
    """A baseline must be one: before the first session that is followed another one may still have acted."""
    long_ago = oily.sessions[0].model_copy(update={"date": dt.date(2024, 3, 2)})
    early = oily.observations[0].model_copy(update={"date": dt.date(2024, 4, 2)})
    older = oily.model_copy(
        update={"sessions": (long_ago, *oily.sessions), "observations": (early, *oily.observations)}
    )
    answer = holocrine.forecast(older)
    assert answer.sessions == 1
    assert [each.reason for each in answer.unused if each.date == early.date] == [following.FORGOTTEN]


def test_a_target_without_readings_is_refused_or_named(oily: Case) -> None:
    with pytest.raises(FieldError, match=r"goals.targets: no reading tells of pores"):
        holocrine.forecast(changed(oily, targets=("pores",)))
    answer = holocrine.forecast(changed(oily, targets=("sebum", "pores")))
    assert answer.not_followed == ("pores",)
    assert {each.instrument for each in answer.unused} == {"IGA", "lesion_count", "line_severity"}
    assert all("no goal" in each.reason for each in answer.unused)


def test_contradicting_readings_are_flagged(oily: Case) -> None:
    sebum = [each for each in oily.observations if each.instrument == "Sebumeter"]
    wild = tuple(each.model_copy(update={"value": value}) for each in sebum for value in ("12 ug/cm2", "390 ug/cm2"))
    answer = holocrine.forecast(oily.model_copy(update={"observations": wild}))
    assert answer.fit.contradicts
    assert answer.fit.trust < 1.0
    assert "do not fit this model" in answer.fit.statement


@pytest.mark.parametrize(
    ("instrument", "value", "region"),
    [
        ("Sebumeter", "0 ug/cm2", "forehead"),
        ("Sebumeter", "1000 ug/cm2", "forehead"),
        ("brow_height", "50 mm", None),
        ("lid_ptosis", "yes", None),
        ("sebum_return", "1 day", None),
    ],
)
def test_the_most_extreme_reading_still_has_an_answer(
    oily: Case, instrument: str, value: str, region: str | None
) -> None:
    told = {"date": dt.date(2026, 3, 16), "instrument": instrument, "value": value, "region": region}
    answer = holocrine.forecast(oily.model_copy(update={"observations": (Observation.model_validate(told),)}))
    assert instrument in {each.instrument for each in answer.readings}
    assert answer.model_dump_json()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give a case file or --patient NAME"),
        (("examples/follow-up.toml", "--patient", "amber-29"), "one of the two"),
        (("no-such-file.toml",), "cannot be read"),
        (("examples/follow-up.toml", "--keep"), "goes with --patient NAME"),
    ],
)
def test_bad_input_is_one_message(holocrine_command: Command, arguments: tuple[str, ...], message: str) -> None:
    ran = holocrine_command("forecast", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert len(ran.err.strip().splitlines()) == 1


@pytest.mark.slow
def test_a_patient_of_the_record(holocrine_command: Command, examples: Path, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "record.db")
    early = holocrine_command("forecast", "--patient", "amber-29", *store)
    assert early.code == 2
    for kind, file in (("patient", "patient"), ("treatment", "treatment"), ("observation", "readings")):
        ran = holocrine_command("record", "add", kind, examples / "record" / f"{file}.toml", *store)
        assert ran.code == 0, ran.err
        if kind == "patient":
            empty = holocrine_command("forecast", "--patient", "amber-29", *store)
            assert empty.code == 2
            assert "holds no treatment" in empty.err
    ran = holocrine_command("forecast", "--patient", "amber-29", "--json", *store)
    assert (ran.code, ran.err) == (0, "")
    assert ran.document["pseudonym"] == "amber-29"
    assert ran.document["assessed_on"] == "2026-03-30"
    assert len(ran.document["readings"]) == 2
    kept = [holocrine_command("forecast", "--patient", "amber-29", "--json", "--keep", *store) for _ in range(2)]
    assert [each.code for each in kept] == [0, 0]
    assert [each.err for each in kept] == ["Kept as forecast-5.\n", "Kept as forecast-6.\n"]
    (tmp_path / "forecast.json").write_text(ran.out, encoding="utf-8")
    assert holocrine_command("record", "add", "forecast", tmp_path / "forecast.json", *store).code == 2
    listed = holocrine_command("record", "list", "--kind", "forecast", "--json", *store).document["entries"]
    assert [each["id"] for each in listed] == ["forecast-5", "forecast-6"]
    assert IndividualForecast.model_validate_json(listed[0]["content"]["forecast_json"]).pseudonym == "amber-29"
    assert holocrine_command("record", "verify", *store).code == 0


def test_the_tables_behind_it_hold_those_behind_a_plan() -> None:
    assert set(services.TABLES) - set(following.TABLES) <= {"usual_doses.csv"}
