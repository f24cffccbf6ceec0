"""A person out of one record and into another, on both databases: the same entries, everything or nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from holocrine import sharing
from holocrine.domain.plan import Plan
from holocrine.domain.reading import read_plan, write_plan
from holocrine.domain.record import PhotoEntry, PlanEntry
from holocrine.domain.record_event import AdverseEvent
from holocrine.domain.record_reading import plan_entry
from holocrine.domain.record_treatment import Treatment
from holocrine.errors import FieldError, InputError
from holocrine.record.store import Store, open_store
from holocrine.record.verify import verify

Samples = Any
AUTHOR = "Dr C. Receiver"


def contents(store: Store, patient: str) -> dict[str, list[Any]]:
    """Kind -> what the current entries of a person say, without ids."""
    found: dict[str, list[Any]] = {}
    for version in store.versions(patient=patient):
        content = {
            name: one for name, one in (version.content or {}).items() if name != "patient" or version.kind == "patient"
        }
        references = {name: content.pop(name) for name in ("plan", "plan_version", "treatment") if name in content}
        found.setdefault(version.kind, []).append((content, sorted(references)))
    return found


def resources(text: str) -> Any:
    """A bundle with its addresses counted, without time stamps and authors."""
    entries = [one for one in json.loads(text)["entry"] if one["resource"]["resourceType"] != "Provenance"]
    plain = json.dumps(entries)
    for number, one in enumerate(entries):
        plain = plain.replace(one["fullUrl"], f"entry-{number}")
    return json.loads(plain)


def exported(store: Store, samples: Samples, patient: str = "amber-29") -> str:
    return sharing.export_fhir(store, patient, at=samples.now, photos=True).bundle or ""


def imported(text: str, place: str, samples: Samples, **options: Any) -> Any:
    at = samples.now + dt.timedelta(days=1)
    return sharing.import_fhir(text.encode(), "b.json", place, author=AUTHOR, at=at, **options)


def address(store: Store) -> str:
    """How the verbs would be told where the store is."""
    where = store.location
    return str(where.path) if where.is_file else where.url.set(drivername="postgresql").render_as_string(False)


def test_a_person_moves_from_one_record_to_another(
    store: Store, new_place: Callable[[], str], samples: Samples
) -> None:
    text, place = exported(store, samples), new_place()
    answer = imported(text, place, samples)
    assert {one.path for one in answer.unread} == {"Provenance"}
    with open_store(place) as other:
        assert contents(other, "amber-29") == contents(store, "amber-29")
        assert resources(exported(other, samples)) == resources(text)
        [photo] = other.current(PhotoEntry)
        assert other.photo(photo) == samples.image
        assert {version.author for version in other.versions()} == {AUTHOR}
        assert answer.head == other.head()
        with other.reading() as rows:
            assert verify(rows).valid
        assert [use.treatment for use in other.recall("C1234 A")] == list(other.current(Treatment))[:1]
        [event] = other.current(AdverseEvent).values()
        assert event.treatment in other.current(Treatment)


def test_a_treatment_keeps_the_version_of_the_plan_it_followed(
    store: Store, new_place: Callable[[], str], samples: Samples
) -> None:
    plan: Plan = read_plan(samples.plan, "plan.toml")
    changed = write_plan(plan.model_copy(update={"title": "another title"}))
    with store.writing(author=samples.author, at=samples.now) as writer:
        writer.amend("plan-2", plan_entry("amber-29", (changed, "plan.toml"), None), "another title")
    place = new_place()
    imported(exported(store, samples), place, samples)
    with open_store(place) as other:
        held = other.current(PlanEntry)
        assert [read_plan(one.plan_toml, "p").title for one in held.values()] == ["another title", plan.title]
        [treatment] = [one for one in other.current(Treatment).values() if one.plan]
        assert read_plan(held[cast(str, treatment.plan)].plan_toml, "p").title == plan.title


def test_what_refers_to_something_deleted_still_moves(
    store: Store, new_place: Callable[[], str], samples: Samples
) -> None:
    with store.writing(author=samples.author, at=samples.now) as writer:
        writer.delete("plan-2", "kept twice")
        writer.delete("treatment-9", "told wrongly")
    place = new_place()
    imported(exported(store, samples), place, samples)
    with open_store(place) as other:
        assert [bool(one.plan) for one in other.current(Treatment).values()] == [True]
    with store.writing(author=samples.author, at=samples.now) as writer:
        writer.delete("treatment-3", "another person")
    answer = sharing.export_fhir(store, "amber-29", at=samples.now)
    assert "event-6: refers to treatment-3, which was deleted" in answer.left_out
    assert "photo-7: photos go along only when they are asked for" in answer.left_out


def test_the_provenance_says_who_wrote_each_entry_and_why(store: Store, samples: Samples) -> None:
    told = [
        one["resource"]
        for one in json.loads(exported(store, samples))["entry"]
        if one["resource"]["resourceType"] == "Provenance"
    ]
    amended = [one for one in told if "reason" in one]
    assert [one["reason"][0]["text"] for one in amended] == ["typed wrongly"]
    assert amended[0]["agent"][0]["who"]["display"] == "Nurse B. Example"
    assert amended[0]["activity"]["coding"][0]["code"] == "UPDATE"
    assert len(told) == len(store.versions(patient="amber-29"))


def test_a_dry_run_tells_what_would_be_written_and_writes_nothing(
    store: Store, new_place: Callable[[], str], samples: Samples
) -> None:
    text, head = exported(store, samples), store.head()
    rehearsed = imported(text, address(store), samples, pseudonym="birch-7", dry_run=True)
    assert store.head() == head
    assert rehearsed.head is None
    place = new_place()
    done = imported(text, place, samples, pseudonym="birch-7")
    assert [(one.kind, one.version) for one in rehearsed.written] == [(one.kind, one.version) for one in done.written]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_refused_import_leaves_not_even_an_empty_record(
    store: Store, tmp_path: Path, samples: Samples, dry_run: bool
) -> None:
    text = exported(store, samples)
    place = tmp_path / "new.db"
    early = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # before anything in the bundle had happened
    with pytest.raises(FieldError, match="future"):
        sharing.import_fhir(text.encode(), "b.json", place, author=AUTHOR, at=early, dry_run=dry_run)
    with pytest.raises(InputError):
        sharing.import_fhir(text[:-50].encode(), "b.json", place, author=AUTHOR, at=samples.now, dry_run=dry_run)
    imported(text, str(place), samples, dry_run=True)
    assert not place.exists()


def test_a_person_who_is_there_already_is_refused_whole(store: Store, samples: Samples) -> None:
    head = store.head()
    with pytest.raises(FieldError, match=r'b\.json: patient\.pseudonym: "amber-29" is already patient-1.*--pseudonym'):
        imported(exported(store, samples), address(store), samples)
    assert store.head() == head


def test_one_impossible_entry_keeps_all_others_out(
    store: Store, new_place: Callable[[], str], samples: Samples
) -> None:
    text, place = exported(store, samples), new_place()
    with open_store(place, create=True) as other:
        head = other.head()
        wrong = text.replace('"lotNumber": "C1234 A"', '"lotNumber": "C 1234 B"', 1)
        with pytest.raises(FieldError, match="was not used in"):
            imported(wrong, place, samples)
        assert other.head() == head


def test_export_and_erase_one_person(store: Store, new_place: Callable[[], str], samples: Samples) -> None:
    with store.writing(author=samples.author, at=samples.now) as writer:
        writer.add(samples.person("cedar-41"))
    before, text = contents(store, "amber-29"), exported(store, samples)
    with store.writing(author=samples.author, at=samples.now) as writer:
        writer.erase("amber-29", "request of 4 May")
    with pytest.raises(InputError, match="no patient"):
        exported(store, samples)
    with store.reading() as rows:
        assert verify(rows).valid
    assert [one.patient for one in store.versions(kind="patient")] == [store.find("cedar-41")]
    place = new_place()
    imported(text, place, samples)
    with open_store(place) as other:
        assert contents(other, "amber-29") == before


def test_two_persons_as_a_data_set(store: Store, samples: Samples) -> None:
    with store.writing(author=samples.author, at=samples.now) as writer:
        [cedar] = writer.add(samples.person("cedar-41"))
        writer.add(samples.entry("elsewhere", whose=("amber-29", "cedar-41")))
    answer = sharing.export_nmtran(store, ["amber-29", "cedar-41"], file_name="data.csv")
    numbers = {line.split(",")[0] for line in (answer.data or "").splitlines()[1:]}
    assert numbers == {"1", cedar.removeprefix("patient-")}
    with pytest.raises(InputError, match="named twice"):
        sharing.export_nmtran(store, ["amber-29", "patient-1"], file_name="data.csv")


def test_nobody_with_a_dose_or_reading_is_no_data_set(place: str, samples: Samples) -> None:
    with open_store(place, create=True) as made:
        with made.writing(author=samples.author, at=samples.now) as writer:
            writer.add(samples.entry("patient"))
        with pytest.raises(InputError, match="no dose and no reading"):
            sharing.export_nmtran(made, ["amber-29"], file_name="data.csv")
