"""The record on both databases: what goes in comes out, nothing is overwritten, nothing is half written."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from holocrine.domain.record import ObservationEntry, PatientEntry, PlanEntry
from holocrine.domain.record_treatment import Treatment
from holocrine.errors import FieldError, FileError, InputError
from holocrine.record.store import Store, open_store
from holocrine.record.verify import verify

Samples = Any
"""See the fixture `samples`."""


def valid(store: Store) -> bool:
    with store.reading() as rows:
        return verify(rows).valid


def test_what_goes_in_comes_out(store: Store, samples: Samples) -> None:
    assert store.patient("amber-29").age == 29
    assert store.patient("patient-1") == store.patient("amber-29")
    plan = store.current(PlanEntry, "amber-29")["plan-2"]
    assert plan.plan_toml == samples.plan
    assert store.photo("photo-7") == samples.image
    event = store.history("event-6")[0].content
    assert event is not None
    assert (event["outcome"], event["lot"], event["patient"]) == ("recovered", "C1234 A", "patient-1")
    assert valid(store)


def test_a_case_can_be_continued_from_the_record(store: Store) -> None:
    history = store.case_history("amber-29")
    assert [(session.date.isoformat(), session.units) for session in history.sessions] == [
        ("2025-10-06", 20.0),
        ("2026-03-02", 7.0),
    ]
    assert history.sessions[1].points[0].depth == 3.4
    assert [reading.number for reading in history.observations] == [205.0, 0.0]


def test_points_given_as_planned_are_written_out_and_the_rest_is_explained(store: Store) -> None:
    treatment = store.current(Treatment)["treatment-3"]
    assert [point.id for point in treatment.points] == ["P1", "P2", "P3", "P4"]
    assert treatment.plan_version == 1
    assert {(each.point, each.what, each.reason) for each in store.deviations("treatment-3")} == {
        ("P1", "units", "brow already low on this side"),
        ("P1", "volume", "brow already low on this side"),
        ("P1", "y", "brow already low on this side"),
        ("P5", "omitted", "papule at the point"),
    }


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('deviation = "brow already low on this side"\n', "", "point.deviation"),
        ('planned = "P1"\n', "", "point"),
        ('plan = "plan-2"', 'plan = "plan-9"', "plan"),
        ('planned = "P5"', 'planned = "P9"', "point.planned"),
        ('diluent_volume = "2.5 mL"', 'diluent_volume = "5 mL"', "point[0].units"),
        ("date = 2026-03-02\n", "date = 2026-05-06\n", "date"),
    ],
)
def test_an_impossible_treatment_is_refused_and_nothing_written(
    store: Store, samples: Samples, old: str, new: str, field: str
) -> None:
    before = store.head()

    def write() -> None:
        with store.writing(author="A", at=samples.now) as writer:
            writer.add(samples.entry("readings"))
            writer.add(samples.entry("treatment", changed=(old, new)))

    with pytest.raises(FieldError) as caught:
        write()
    assert caught.value.field.startswith(field)
    assert store.head() == before


def test_an_amendment_leaves_the_old_version_and_says_why(store: Store) -> None:
    old, new = store.history("observation-4")
    assert (old.version, old.replaced_by, new.version, new.replaced_by) == (1, 2, 2, None)
    assert (new.author, new.reason) == ("Nurse B. Example", "typed wrongly")
    assert old.content is not None
    assert old.content["observation"][0]["value"] == "210 ug/cm2"


def test_a_plan_amended_later_does_not_change_what_a_treatment_was_compared_with(
    store: Store, samples: Samples
) -> None:
    before = store.deviations("treatment-3")
    changed = samples.plan.replace('y = "38 mm"', 'y = "30 mm"')
    with store.writing(author="A", at=samples.now) as writer:
        writer.amend("plan-2", PlanEntry(patient="amber-29", plan_toml=changed), "lower rows")
    assert store.deviations("treatment-3") == before


def test_a_forecast_for_somebody_else_is_refused(store: Store, samples: Samples) -> None:
    def plan(pseudonym: str) -> PlanEntry:
        forecast = f'{{"pseudonym": "{pseudonym}"}}'
        return PlanEntry(patient="amber-29", plan_toml=samples.plan, forecast_json=forecast)

    with store.writing(author="A", at=samples.now) as writer:
        [name] = writer.add(plan("amber-29"))
    assert store.current(PlanEntry)[name].forecast_json == '{"pseudonym": "amber-29"}'
    with pytest.raises(FieldError, match="not this patient"), store.writing(author="A", at=samples.now) as writer:
        writer.add(plan("blue-31"))


def test_a_deletion_hides_and_keeps(store: Store, samples: Samples) -> None:
    with store.writing(author="A", at=samples.now) as writer:
        writer.delete("observation-5", "another person")
    assert "observation-5" not in {each.id for each in store.versions()}
    first, last = store.history("observation-5")
    assert (first.content is not None, last.action, last.content, last.reason) == (
        True,
        "delete",
        None,
        "another person",
    )
    with pytest.raises(InputError, match="was deleted"), store.writing(author="A", at=samples.now) as writer:
        writer.delete("observation-5", "once more")
    with pytest.raises(InputError, match="still has entries"), store.writing(author="A", at=samples.now) as writer:
        writer.delete("patient-1", "moved away")
    assert valid(store)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("patient", "29\n", "30\n", "already patient-1"),
        ("readings", '"amber-29"', '"nobody"', "no patient of this record"),
        ("readings", '"amber-29"', '"patient-77"', "no patient of this record"),
        ("readings", '"amber-29"', '"x\'; DROP TABLE audit; --"', "no patient of this record"),
        ("event", "treatment-3", "treatment-4", "not in the record of this patient"),
        ("event", 'lot = "C1234 A"', 'lot = "D9"', "was not used in treatment-3"),
    ],
)
def test_what_does_not_fit_is_refused(
    store: Store, samples: Samples, name: str, old: str, new: str, message: str
) -> None:
    before = store.head()
    with pytest.raises(InputError, match=message), store.writing(author="A", at=samples.now) as writer:
        writer.add(samples.entry(name, changed=(old, new)))
    assert store.head() == before


def test_an_entry_stays_with_its_patient_and_its_kind(store: Store, samples: Samples) -> None:
    with store.writing(author="A", at=samples.now) as writer:
        writer.add(samples.person("blue-31"))
    for entry, message in (
        (samples.entry("readings", who=("amber-29", "blue-31")).single[0], "belongs to patient-1"),
        (samples.entry("readings"), "one reading"),
        (samples.entry("event"), "cannot become another kind"),
    ):
        with pytest.raises(InputError, match=message), store.writing(author="A", at=samples.now) as writer:
            writer.amend("observation-4", entry, "a reason")


@pytest.mark.parametrize("author", ["", "  ", "two\nlines", "bell\x07", "a" * 121])
def test_an_author_has_a_name(store: Store, samples: Samples, author: str) -> None:
    before = store.head()
    with pytest.raises(InputError, match="author"), store.writing(author=author, at=samples.now) as writer:
        writer.add(samples.entry("readings"))
    assert store.head() == before


def test_a_reason_is_needed(store: Store, samples: Samples) -> None:
    with pytest.raises(InputError, match="reason"), store.writing(author="A", at=samples.now) as writer:
        writer.delete("observation-5", " ")


def test_time_needs_a_zone_and_is_kept_in_utc(store: Store, samples: Samples) -> None:
    with pytest.raises(ValueError, match="time zone"), store.writing(author="A", at=dt.datetime(2026, 1, 1)):
        pass
    zone = dt.timezone(dt.timedelta(hours=2))
    with store.writing(author="A", at=samples.now.astimezone(zone)) as writer:
        [name] = writer.add(samples.person("blue-31"))
    assert store.history(name)[0].written_at == "2026-05-04T12:00:00.000000+00:00"


def test_a_recall_finds_a_lot_however_it_was_typed(store: Store) -> None:
    [use] = store.recall("c-1234a", "onabotulinumtoxinA")
    assert (use.patient, use.pseudonym, use.treatment, use.units) == ("patient-1", "amber-29", "treatment-3", 7.0)
    assert use.points == ("P1", "P2", "P3", "P4")
    assert store.recall("C1234", None) == ()
    assert store.recall("C1234A", "abobotulinumtoxinA") == ()


def test_a_recall_goes_by_the_current_version(store: Store, samples: Samples) -> None:
    with store.writing(author="A", at=samples.now) as writer:
        writer.amend("treatment-3", samples.entry("treatment", lot=("C1234 A", "D77")), "lot misread")
    assert store.recall("C1234A") == ()
    assert [use.treatment for use in store.recall("d77")] == ["treatment-3"]


def test_erasing_removes_everything_of_one_person_and_the_chain_holds(store: Store, samples: Samples) -> None:
    with store.writing(author="A", at=samples.now) as writer:
        [other] = writer.add(samples.person("blue-31"))
        writer.add(samples.entry("readings", who=("amber-29", "blue-31")))
    with store.writing(author="Dr B", at=samples.now) as writer:
        writer.erase("amber-29", "request of the person")
    assert writer.removed == 9
    assert valid(store)
    with store.reading() as rows:
        left = "".join(
            rows.execute(text("SELECT coalesce(content, '') || coalesce(reason, '') FROM content")).scalars()
        )
        counts = [rows.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ("image", "lot_use")]
    assert "amber" not in left
    assert "apraclonidine" not in left
    assert "typed wrongly" not in left
    assert counts == [0, 0]
    assert {each.patient for each in store.versions()} == {other}
    assert store.recall("C1234A") == ()
    last = store.history("patient-1")[-1]
    assert (last.action, last.author, last.reason) == ("erase", "Dr B", "request of the person")
    assert all(each.erased for each in store.history("observation-4"))
    with pytest.raises(InputError, match="no patient of this record"):
        store.patient("amber-29")
    with pytest.raises(InputError, match="erased before"), store.writing(author="A", at=samples.now) as writer:
        writer.erase("patient-1", "once more")


def test_an_erased_pseudonym_can_be_given_again(store: Store, samples: Samples) -> None:
    with store.writing(author="A", at=samples.now) as writer:
        writer.erase("patient-1", "request")
        [again] = writer.add(samples.entry("patient"))
    assert store.find("amber-29") == again
    assert valid(store)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET author = 'nobody' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 9",
        "UPDATE content SET content = '{}' WHERE seq = 4",
        "DELETE FROM content WHERE seq = 4",
        "DELETE FROM image",
        "UPDATE lot_use SET lot_key = 'x'",
        "DELETE FROM lot_use",
        "INSERT INTO audit SELECT seq + 5, at, author, action, kind, entity, version + 7, patient, digest, previous, "
        "'x' FROM audit WHERE seq = 9",
    ],
)
def test_the_database_itself_refuses_changes(store: Store, statement: str) -> None:
    with pytest.raises(FileError, match=r"append-only|never changed|only when|at its end"), store.transaction() as rows:
        rows.execute(text(statement))
    assert valid(store)


def test_two_writers_do_not_break_the_chain(new_place: Callable[[], str], samples: Samples) -> None:
    place, each, failures = new_place(), 8, []

    def write(number: int) -> None:
        try:
            with open_store(place, create=True) as store:
                for turn in range(each):
                    with store.writing(author=f"writer {number}", at=samples.now) as writer:
                        writer.add(samples.person(f"p-{number}-{turn}"))
        except (InputError, DBAPIError) as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with open_store(place) as store:
        assert len(store.current(PatientEntry)) == 3 * each
        assert store.head().number == 3 * each
        assert valid(store)


def test_several_may_make_the_same_record_at_once(new_place: Callable[[], str]) -> None:
    many, failures = 6, []

    def begin(place: str, together: threading.Barrier) -> None:
        together.wait()
        try:
            with open_store(place, create=True) as store:
                store.head()
        except (InputError, DBAPIError) as error:
            failures.append(error)

    for place in (new_place() for _ in range(20)):
        together = threading.Barrier(many)
        threads = [threading.Thread(target=begin, args=(place, together)) for _ in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures


def test_a_reader_sees_one_moment(store: Store, samples: Samples) -> None:
    with store.reading() as rows:
        before = verify(rows).head
        with store.writing(author="A", at=samples.now) as writer:
            writer.add(samples.entry("readings"))
        assert verify(rows).head == before
    assert store.head().number == before.number + 2


def test_a_store_that_is_not_there_is_not_made_by_looking(new_place: Callable[[], str]) -> None:
    place = new_place()
    for _ in range(2):
        with pytest.raises(FileError, match="no record here"):
            open_store(place)


def test_readings_of_one_file_become_entries_of_their_own(store: Store) -> None:
    entries = store.current(ObservationEntry, "patient-1")
    assert list(entries) == ["observation-4", "observation-5"]
    assert all(len(entry.observations) == 1 for entry in entries.values())
