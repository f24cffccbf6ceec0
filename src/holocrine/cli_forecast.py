"""The verb `forecast`: one person's forecast, updated with their own readings; next visit, next dose."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from holocrine.cli_common import DONE, print_json, progress, seed_or_default, whole_number
from holocrine.cli_store import Author, StoreOptions, author_or_login, now
from holocrine.errors import InputError

if TYPE_CHECKING:
    from holocrine.domain.case import Case
    from holocrine.domain.individual import IndividualCourse, IndividualForecast, UsedReading
    from holocrine.domain.individual_advice import NextDose

WIDTH = 100
WEEKS_SHOWN = (0, 4, 8, 12, 26)
"""Weeks from the day of the assessment at which the terminal shows a course."""

FEWEST_HELPED = 5.0
"""Percent of virtual persons below which it is not worth a line what they would need."""


def forecast(
    case: Annotated[Path | None, Parameter(help="Case file with past sessions and dated observations (TOML).")] = None,
    *,
    patient: Annotated[str | None, Parameter(help="Instead of a case: a patient of the record.")] = None,
    store: Annotated[
        str | None, Parameter(env_var="HOLOCRINE_STORE", help="Where the record is; without it your data folder.")
    ] = None,
    key_file: Annotated[Path | None, Parameter(help="File with the key of an encrypted record.")] = None,
    keep: Annotated[
        bool, Parameter(negative="", help="With --patient: put the forecast into the record, beside earlier ones.")
    ] = False,
    author: Author = None,
    full: Annotated[bool, Parameter(negative="", help="Eight times as many virtual persons.")] = False,
    json: Annotated[bool, Parameter(negative="", help="One JSON document on standard output, nothing else.")] = False,
    seed: Annotated[
        int | None,
        Parameter(converter=whole_number, help="Seed of the random draws; same input and seed, same answer."),
    ] = None,
) -> int:
    """Update a person's forecast with their own readings: response, next visit, next dose, touch-up.

    Example: holocrine forecast examples/follow-up.toml
    """
    chosen = seed_or_default(seed)
    if (case is None) == (patient is None):
        raise InputError("forecast: give a case file or --patient NAME, one of the two.")
    if keep and patient is None:
        raise InputError("forecast: --keep puts it into the record, so it goes with --patient NAME.")
    from holocrine import following

    if case is not None:
        from holocrine.services import load_case

        loaded = load_case(case)
    else:
        loaded = _from_record(patient or "", store, key_file)
    begun = 0
    with progress(len(following.STEPS) + 1) as show:

        def tell(step: str) -> None:
            nonlocal begun
            begun += 1
            show(step, begun)

        found = following.forecast(loaded, full=full, seed=chosen, tell=tell)
    if keep and patient is not None:
        _keep(found, patient, store, key_file, author)
    if json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        print("\n".join(lines(found)))
    return DONE


def _from_record(patient: str, store: str | None, key_file: Path | None) -> Case:
    from holocrine.following import case_of_record

    with StoreOptions(store, key_file).open() as opened:
        return case_of_record(opened, patient)


def _keep(
    found: IndividualForecast, patient: str, store: str | None, key_file: Path | None, author: str | None
) -> None:
    from holocrine.domain.record_reading import forecast_entry

    entry = forecast_entry(patient, found.model_dump_json(by_alias=True), "the forecast")
    with (
        StoreOptions(store, key_file).open() as opened,
        opened.writing(author=author_or_login(author), at=now()) as writer,
    ):
        writer.add(entry)
    print(f"Kept as {writer.written[0].id}.", file=sys.stderr)


def lines(found: IndividualForecast) -> Iterator[str]:
    """The answer as a page of text."""
    from holocrine.report import names, wording

    yield f"{found.pseudonym}, {wording.date(found.assessed_on)}"
    last = wording.date(found.last_session)
    yield f"{wording.count(found.sessions, 'session')}, the last on {last}; {_readings(found)}"
    yield ""
    yield from _section("Response to the last session given once more", *_responses(found))
    yield from _section("Without another session", *(_course(course, found) for course in found.courses))
    yield from _section("Touch-up", _touch_up(found))
    yield from _section("Next visit", *_next_visit(found))
    for dose in found.next_doses:
        yield from _section(f"Next session for {names.READ_OUTS[dose.target]}", *_next_dose(dose))
    yield from _section("Do the readings fit?", found.fit.statement, *_odd(found))
    if found.unused or found.not_followed:
        yield from _section("Not used", *_unused(found))
    if found.hypotheses:
        each = (f"{h.id} {wording.decimal(h.before, 2)} to {wording.decimal(h.after, 2)}" for h in found.hypotheses)
        yield from _section("Explanations of the sebum effect, weight before and after", "; ".join(each) + ".")
    yield from _section("Learnt about this person", *_learnt(found))
    yield from _section("How sure", *_accuracy(found))


def _responses(found: IndividualForecast) -> Iterator[str]:
    from holocrine.report import names, wording

    for each in found.responses:
        yield (
            f"Fall in {names.READ_OUTS[each.target]} over weeks 2 to 16: {wording.interval(each.updated)}; before the "
            f"readings {wording.interval(each.prior)}. Does not respond (under "
            f"{wording.percent(each.meaningful_fall)}): {wording.probability(each.does_not_respond)}; before the "
            f"readings {wording.probability(each.does_not_respond_before)}."
        )


def _section(title: str, *paragraphs: str) -> Iterator[str]:
    yield title
    for paragraph in paragraphs:
        yield from textwrap.wrap(paragraph, WIDTH, initial_indent="  ", subsequent_indent="    ")
    yield ""


def _readings(found: IndividualForecast) -> str:
    from holocrine.report.wording import count

    return f"{count(len(found.readings), 'reading')} used, {len(found.unused)} not used"


def _course(course: IndividualCourse, found: IndividualForecast) -> str:
    """A course at a few weeks from today: median with its 90% interval."""
    from holocrine.report import wording

    today = round((found.assessed_on - found.first_session).days / 7.0)
    band = course.updated
    parts = []
    for ahead in WEEKS_SHOWN:
        number = min(today + ahead, len(course.weeks) - 1)
        value, low, high = band.median[number], band.lo90[number], band.hi90[number]
        when = "now" if ahead == 0 else f"week {ahead}"
        parts.append(f"{when} {wording.figure(value, course.unit)} ({wording.span(low, high, '')})")
    place = "" if course.region is None else f", {wording.region(course.region)}"
    return f"{wording.capital(course.label)}{place}, {wording.unit_name(course.unit)}: {'; '.join(parts)}."


def _touch_up(found: IndividualForecast) -> str:
    from holocrine.report import wording

    if found.touch_up.advice == "none":
        return f"None. {found.touch_up.reason}"
    where = wording.listing([wording.region(region) for region in found.touch_up.regions])
    return f"{wording.capital(where)}. {found.touch_up.reason}"


def _next_visit(found: IndividualForecast) -> Iterator[str]:
    from holocrine.report import wording

    visit = found.next_visit
    yield f"{wording.capital(wording.date(visit.date))}. {visit.reason}"
    for option in visit.measure:
        place = "" if option.region is None else f", {wording.region(option.region)}"
        removed = wording.percent(option.variance_removed)
        yield f"Measure: {_instrument(option.instrument)}{place} (removes {removed} of the variance)."


def _next_dose(dose: NextDose) -> Iterator[str]:
    from holocrine.report import wording

    half = ""
    if dose.half_gone is not None:
        span = wording.span(dose.half_gone.lo90, dose.half_gone.hi90, "weeks")
        half = f" Half of the effect is gone {wording.figure(dose.half_gone.median, 'weeks')} weeks after the session "
        half += f"(90% interval {span})."
    yield f"When: {wording.date(dose.date)}, not before {wording.date(dose.earliest)}.{half}"
    if dose.scale is None or dose.units is None:
        yield f"How much: no dose is suggested. {dose.reason}"
    else:
        amount = wording.dose(dose.units, dose.product)
        yield f"How much: {wording.decimal(dose.scale, 2)} times the last doses, {amount} in all. {dose.reason}"
    if dose.needed is not None and dose.reachable >= FEWEST_HELPED:
        yield (
            f"A meaningful fall takes {wording.interval90(dose.needed.median, dose.needed.lo90, dose.needed.hi90, '')} "
            f"times the last doses in the {wording.percent(dose.reachable)} of virtual persons whom any of them helps."
        )
    if dose.limits:
        yield f"Some of the doses tried break {wording.listing(list(dose.limits))}."


def _odd(found: IndividualForecast) -> Iterator[str]:
    from holocrine.report import wording

    for reading in (each for each in found.readings if each.odd):
        expected = wording.interval90(reading.expected, reading.lo90, reading.hi90, reading.unit)
        yield f"{_name(reading)} on {wording.date(reading.date)} read {reading.value:g}; expected {expected}."


def _unused(found: IndividualForecast) -> Iterator[str]:
    from holocrine.report import names, wording

    for reading in found.unused:
        place = "" if reading.region is None else f", {wording.region(reading.region)}"
        yield f"{_instrument(reading.instrument)}{place}, {wording.date(reading.date)}: {reading.reason}."
    for target in found.not_followed:
        yield f"{wording.capital(names.READ_OUTS[target])}: no reading tells of it; see holocrine simulate."


def _learnt(found: IndividualForecast) -> Iterator[str]:
    from holocrine.report import wording

    for trait in sorted(found.traits, key=lambda trait: -trait.learnt)[:5]:
        unit = "" if trait.unit == "1" else trait.unit
        yield (
            f"{wording.capital(trait.meaning)}: {wording.interval(trait.updated, unit)}; before "
            f"{wording.interval(trait.prior, unit)}; {wording.percent(max(trait.learnt, 0.0))} of the variance removed."
        )


def _accuracy(found: IndividualForecast) -> Iterator[str]:
    from holocrine.report import wording

    sure = found.accuracy
    yield (
        f"{sure.populations} possible populations, {sure.people:,d} virtual persons weighted to the posterior, "
        f"effective number {wording.figure(sure.effective, '')}. Approximation and weighted answer differ by at most "
        f"{wording.percent(sure.difference)} of the width of a 90% interval, simulation error included."
    )
    if sure.widened:
        yield f"That number is below {sure.enough:g}: the approximation answers; intervals are the wider of the two."
    yield found.limits_of_evidence[0]
    origin = found.provenance
    yield f"Basis: {found.status}; seed {origin.seed}."


def _name(reading: UsedReading) -> str:
    from holocrine.report import wording

    place = "" if reading.region is None else f", {wording.region(reading.region)}"
    return f"{_instrument(reading.instrument)}{place}"


def _instrument(name: str) -> str:
    from holocrine.report.wording import words

    return name if name in ("Sebumeter", "HDSS", "IGA") else words(name)
