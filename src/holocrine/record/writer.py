"""Writing: every addition, amendment, deletion and erasure is one entry at the end of the chain."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, delete, insert, select

from holocrine.domain.base import Record
from holocrine.domain.faults import field_error
from holocrine.domain.plan import Plan
from holocrine.domain.reading import read_plan
from holocrine.domain.record import (
    PATIENT_ID,
    Entry,
    ForecastEntry,
    ObservationEntry,
    PatientEntry,
    PatientsEntry,
    PhotoEntry,
    PlanEntry,
    Reason,
)
from holocrine.domain.record_answer import Action, Version
from holocrine.domain.record_deviation import deviations, refuse_unexplained, written_out
from holocrine.domain.record_event import AdverseEvent
from holocrine.domain.record_treatment import Treatment
from holocrine.domain.schemas import schema_of
from holocrine.domain.text import Line120
from holocrine.domain.toml_text import shown
from holocrine.errors import FieldError, InputError
from holocrine.record.audit import canonical, content_digest, entry_hash
from holocrine.record.lots import lot_rows
from holocrine.record.rows import Row, current, find_patient, head_of, history, pseudonyms, versions
from holocrine.record.schema import audit, content, image, lot_use

_Kind = TypeVar("_Kind", bound=Entry)
_AUTHOR: TypeAdapter[str] = TypeAdapter(Line120)
_REASON: TypeAdapter[str] = TypeAdapter(Reason)


def checked_author(name: str) -> str:
    """The author as it is kept. Raises InputError when it is not one printable line of at most 120 characters."""
    return _checked(_AUTHOR, name, "author")


def refuse_future(entry: Entry, at: dt.datetime) -> None:
    """Raise FieldError when something is said to have happened after the day of writing, in whichever time zone."""
    latest = at.astimezone(dt.UTC).date() + dt.timedelta(days=1)
    for field, day in entry.days:
        if day > latest:
            raise FieldError(
                f"{day} lies in the future",
                where=entry.kind,
                field=field,
                allowed=f"a date up to {latest}",
                remedy="Correct the date, or the clock of this machine.",
            )


class Writer:
    """What one author writes at one time, inside one transaction. Made by `Store.writing`."""

    def __init__(self, connection: Connection, author: str, at: dt.datetime) -> None:
        """Raises InputError when the author is not one printable line."""
        self._connection = connection
        self._author = checked_author(author)
        if at.tzinfo is None:
            raise ValueError("the time of writing needs a time zone")
        self._at = at.astimezone(dt.UTC)
        self.written: list[Version] = []
        self.removed = 0

    def add(self, entry: Entry, photo: bytes | None = None) -> tuple[str, ...]:
        """Add an entry and return its id; readings become one entry each. `photo` are the bytes of a PhotoEntry.

        Raises InputError when it names a patient, plan or treatment that is not there, or departs from its plan
        without a reason.
        """
        if isinstance(entry, ObservationEntry) and len(entry.observations) > 1:
            refuse_future(entry, self._at)
            return tuple(name for each in entry.single for name in self.add(each))
        number = head_of(self._connection).number + 1
        entity = f"{entry.kind}-{number}"
        patient = self._patient_of(entry, entity)
        self._write("add", entity, entry.kind, patient, 1, self._settled(entry, patient), None, photo)
        return (entity,)

    def amend(self, entity: str, entry: Entry, reason: str, photo: bytes | None = None) -> None:
        """Write a new version of an entry; the old one stays. Raises InputError as `add`, and without a reason."""
        last = self._last(entity)
        if last["kind"] != entry.kind:
            raise InputError(
                f"{entity} cannot become another kind of entry ({entry.kind}). Give a file for a {last['kind']}."
            )
        if isinstance(entry, ObservationEntry) and len(entry.observations) > 1:
            raise InputError(f"{entity} is one reading. Allowed: a file with one [[observation]].")
        if self._patient_of(entry, entity) != last["patient"]:
            raise InputError(f"{entity} belongs to {last['patient']}. Delete it and add it to the right patient.")
        settled = self._settled(entry, last["patient"])
        told = _checked(_REASON, reason, "reason")
        self._write("amend", entity, entry.kind, last["patient"], last["version"] + 1, settled, told, photo)

    def delete(self, entity: str, reason: str) -> None:
        """Mark an entry as deleted; all its versions stay readable. Raises InputError when others depend on it."""
        last = self._last(entity)
        others = [row["entity"] for row in current(self._connection, patient=entity) if row["entity"] != entity]
        if others:
            raise InputError(
                f"{entity} still has entries, such as {others[0]}. Delete these first, or erase the person."
            )
        told = _checked(_REASON, reason, "reason")
        self._write("delete", entity, last["kind"], last["patient"], last["version"] + 1, None, told, None)

    def erase(self, patient: str, reason: str) -> None:
        """Remove everything that was written about a person; the chain stays whole and says that it happened.

        Raises InputError when there is no such person.
        """
        if not re.fullmatch(PATIENT_ID, patient):
            patient = find_patient(self._connection, patient)
        rows = history(self._connection, patient)
        if rows[0]["kind"] != "patient" or rows[-1]["action"] == "erase":
            raise InputError(f"{patient} is no patient, or was erased before. Allowed: the id of a patient.")
        told = _checked(_REASON, reason, "reason")
        number = self._write("erase", patient, "patient", patient, rows[-1]["version"] + 1, None, told, None)
        theirs = select(audit.c.seq).where(audit.c.patient == patient, audit.c.seq < number)
        for table in (lot_use, image):
            self._connection.execute(delete(table).where(table.c.seq.in_(theirs)))
        self.removed += self._connection.execute(delete(content).where(content.c.seq.in_(theirs))).rowcount

    def _last(self, entity: str) -> Row:
        row = history(self._connection, entity)[-1]
        if row["content"] is None:
            raise InputError(f"{entity} was deleted or erased. Allowed: an entry that is in the record.")
        return row

    def _patient_of(self, entry: Entry, entity: str) -> str:
        """The id of the person an entry is about, for a description of a person its own `entity`."""
        if isinstance(entry, PatientsEntry):
            return find_patient(self._connection, entry.patient)
        if isinstance(entry, PatientEntry):
            self._check_pseudonym(entry, entity)
        return entity

    def _settled(self, entry: Entry, patient: str) -> Entry:
        """The entry as it is stored: the patient by id, what it refers to found, points taken from the plan."""
        refuse_future(entry, self._at)
        if isinstance(entry, PatientsEntry):
            entry = entry.model_copy(update={"patient": patient})
        if isinstance(entry, Treatment) and entry.plan is not None:
            return self._compared(entry, entry.plan)
        if isinstance(entry, PlanEntry | ForecastEntry) and entry.forecast_json is not None:
            self._check_forecast(entry.forecast_json, patient)
        if isinstance(entry, AdverseEvent):
            self._check_lot(entry, patient)
        return entry

    def _compared(self, treatment: Treatment, plan_id: str) -> Treatment:
        """The treatment with all its points and the version of its plan, every departure from it explained."""
        version, plan = self._plan(plan_id, treatment)
        complete = written_out(treatment.model_copy(update={"plan_version": version}), plan)
        refuse_unexplained(deviations(complete, plan))
        try:
            # points taken from the plan must fit the vial as well as those that were listed
            return Treatment.model_validate_json(_json(complete))
        except ValidationError as error:
            details = error.errors(include_url=False)
        raise field_error(details, schema_of("holocrine.treatment/1"), "the treatment with its planned points")

    def _check_pseudonym(self, entry: PatientEntry, entity: str) -> None:
        name = entry.person.pseudonym
        other = pseudonyms(self._connection).get(name, entity)
        if other != entity:
            raise _field(
                "patient.pseudonym",
                f'"{name}" is already {other}',
                "a pseudonym of its own for each person",
                f"Choose another, or amend {other}.",
            )

    def _plan(self, entity: str, treatment: Treatment) -> tuple[int, Plan]:
        """The plan a treatment names, in the version it names or else the last one."""
        self._theirs(PlanEntry, entity, treatment.patient, "plan")
        rows = {row["version"]: row for row in history(self._connection, entity) if row["content"] is not None}
        number = treatment.plan_version or max(rows)
        if number not in rows:
            raise _field("plan_version", f"{entity} has none like that", ", ".join(map(str, rows)), "Correct it.")
        return number, read_plan(PlanEntry.model_validate_json(rows[number]["content"]).plan_toml, entity)

    def _check_forecast(self, forecast_json: str, patient: str) -> None:
        """A forecast names the person it was made for: not somebody else's, nor anybody's under an older name."""
        name, told = pseudonyms(self._connection), str(json.loads(forecast_json)["pseudonym"])
        if name.get(told) != patient:
            allowed = next(f'"{pseudonym}"' for pseudonym, one in name.items() if one == patient)
            raise _field(
                "forecast.pseudonym", f"{shown(told)} is not this patient", allowed, "Give this patient's plan."
            )

    def _check_lot(self, entry: AdverseEvent, patient: str) -> None:
        if entry.treatment is None:
            return
        treatment = self._theirs(Treatment, entry.treatment, patient, "treatment")
        lots = [vial.lot for vial in treatment.vials]
        if entry.lot is not None and lots and entry.lot not in lots:
            raise _field("lot", f'"{entry.lot}" was not used in {entry.treatment}', ", ".join(lots), "Correct it.")

    def _theirs(self, model: type[_Kind], entity: str, patient: str, field: str) -> _Kind:
        """A current entry of one kind that belongs to this patient."""
        theirs = {row["entity"]: row for row in current(self._connection, kind=model.kind, patient=patient)}
        if entity not in theirs:
            allowed = ", ".join(theirs) or f"none: this patient has no {model.kind} in the record"
            raise _field(field, "is not in the record of this patient", allowed, f"Add the {model.kind} first.")
        return model.model_validate_json(theirs[entity]["content"])

    def _write(
        self,
        action: Action,
        entity: str,
        kind: str,
        patient: str,
        version: int,
        entry: Entry | None,
        reason: str | None,
        photo: bytes | None,
    ) -> int:
        head = head_of(self._connection)
        salt, text = secrets.token_hex(32), _json(entry) if entry is not None else None
        row = {
            "seq": head.number + 1,
            "at": self._at.isoformat(timespec="microseconds"),
            "author": self._author,
            "action": action,
            "kind": kind,
            "entity": entity,
            "version": version,
            "patient": patient,
            "digest": content_digest(salt, reason, text),
            "previous": head.hash,
        }
        kept = {"seq": row["seq"], "salt": salt, "reason": reason, "content": text}
        self._connection.execute(insert(audit).values(**row, hash=entry_hash(row)))
        self._connection.execute(insert(content).values(**kept))
        if isinstance(entry, Treatment) and entry.points:
            self._connection.execute(insert(lot_use), lot_rows(head.number + 1, entry))
        if isinstance(entry, PhotoEntry):
            if photo is None or hashlib.sha256(photo).hexdigest() != entry.sha256:
                raise ValueError("the bytes are not those of the photo described")
            self._connection.execute(insert(image).values(seq=row["seq"], bytes=photo))
        self.written += versions([{**row, **kept}], {entity: version})
        return head.number + 1


def _json(entry: Record) -> str:
    return canonical(json.loads(entry.model_dump_json(by_alias=True, exclude_none=True)))


def _checked(kind: TypeAdapter[str], value: str, name: str) -> str:
    try:
        return kind.validate_python(value.strip())
    except ValidationError as error:
        said = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise InputError(f"{name}: {said}") from error


def _field(field: str, problem: str, allowed: str, remedy: str) -> FieldError:
    return FieldError(problem, where="the record", field=field, allowed=allowed, remedy=remedy)
