"""The verb `record`: patients, treatments, observations, adverse events, plans and photos; verify, recall, back up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

from cyclopts import App, Parameter

from holocrine.cli_common import DONE, THE_ANSWER_IS_NO, print_json
from holocrine.cli_store import STORE_DEFAULTS, Author, StoreOptions, author_or_login, now
from holocrine.errors import InputError, nearest_match
from holocrine.units import PRODUCTS

if TYPE_CHECKING:
    from holocrine.domain.base import Record
    from holocrine.domain.record import Entry, RecordKind
    from holocrine.domain.record_answer import Version
    from holocrine.domain.record_deviation import Deviation
    from holocrine.record.store import Store
    from holocrine.record.writer import Writer

record = App(name="record", help="Keep what was done to a person and what was seen; nothing is overwritten.")

KINDS = ("patient", "plan", "treatment", "observation", "forecast", "photo", "event")
"""What can be added; the same words as `domain.record.RecordKind` (a test compares them)."""

PatientName = Annotated[str | None, Parameter(help="Pseudonym, or id such as patient-1.")]
EntryName = Annotated[str, Parameter(help="Id of the entry, such as treatment-3.")]
Why = Annotated[str, Parameter(help="The reason, 3 to 500 characters; it is kept.")]
Product = Annotated[str | None, Parameter(help="Only this product, such as onabotulinumtoxinA.")]


@record.command
def add(
    kind: Annotated[str, Parameter(help=f"{', '.join(KINDS)}.")],
    file: Annotated[Path, Parameter(help="TOML file; for a plan its plan.toml, for a forecast its JSON.")],
    *,
    patient: Annotated[str | None, Parameter(help="For a plan or forecast: whose it is, pseudonym or id.")] = None,
    forecast: Annotated[Path | None, Parameter(help="For a plan: its forecast.json.")] = None,
    author: Author = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Add a patient, plan, treatment, observation, forecast, photo or adverse event; print its id.

    The first one begins the record.

    Example: holocrine record add treatment treatment.toml --author "Dr A. Example"
    """
    from holocrine.record.writer import checked_author, refuse_future

    entry, photo = _read(_kind(kind), file, patient, forecast)
    name, at = checked_author(author_or_login(author)), now()
    refuse_future(entry, at)  # before a record is begun for it
    with common.open(create=kind == "patient") as store:
        with store.writing(author=name, at=at) as writer:
            writer.add(entry, photo)
        return _written(store, writer, common)


@record.command
def amend(
    entry: EntryName,
    file: Annotated[Path, Parameter(help="TOML file with the whole entry as it should read.")],
    *,
    reason: Why,
    forecast: Annotated[Path | None, Parameter(help="For a plan: its forecast.json.")] = None,
    author: Author = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Write a new version of an entry; the old one stays and says what replaced it.

    Example: holocrine record amend treatment-3 corrected.toml --reason "lot misread"
    """
    kind = _kind(entry.rpartition("-")[0])
    with common.open() as store:
        owner = store.history(entry)[-1].patient
        new, photo = _read(kind, file, owner if kind in ("plan", "forecast") else None, forecast)
        with store.writing(author=author_or_login(author), at=now()) as writer:
            writer.amend(entry, new, reason, photo)
        return _written(store, writer, common)


@record.command
def delete(entry: EntryName, *, reason: Why, author: Author = None, common: StoreOptions = STORE_DEFAULTS) -> int:
    """Mark an entry as deleted. It is no longer listed; `record show` still has all its versions.

    Example: holocrine record delete observation-7 --reason "read on another person"
    """
    with common.open() as store:
        with store.writing(author=author_or_login(author), at=now()) as writer:
            writer.delete(entry, reason)
        return _written(store, writer, common)


@record.command
def erase(
    patient: Annotated[str, Parameter(help="Pseudonym, or id such as patient-1.")],
    *,
    reason: Why,
    author: Annotated[str, Parameter(help="Who erases.")],
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Remove for good all that was written about a person. That it happened stays in the chain, which stays valid.

    Backups made before still hold it.

    Example: holocrine record erase amber-29 --reason "request of 2 March" --author "Dr A. Example"
    """
    with common.open() as store:
        with store.writing(author=author, at=now()) as writer:
            writer.erase(patient, reason)
        return _written(store, writer, common)


@record.command(name="list")
def list_entries(
    *,
    kind: Annotated[str | None, Parameter(help=f"Only one of {', '.join(KINDS)}.")] = None,
    patient: PatientName = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """List what is in the record now.

    Example: holocrine record list --patient amber-29
    """
    from holocrine.domain.record_answer import Entries

    with common.open() as store:
        found = store.versions(_kind(kind) if kind is not None else None, patient)
    return _answer(Entries(entries=found), (_line(each) for each in found), common)


@record.command
def show(
    entry: EntryName,
    *,
    image: Annotated[Path | None, Parameter(help="For a photo: a new file to write the image to.")] = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Show every version of one entry, and of a treatment how it departed from its plan.

    Example: holocrine record show treatment-3
    """
    from holocrine.domain.record_answer import Entries
    from holocrine.record.files import write_new

    with common.open() as store:
        found = store.history(entry)
        lines = [line for each in found for line in _version_lines(each)]
        if found[-1].kind == "treatment" and found[-1].content is not None:
            lines += [_deviation_line(each) for each in store.deviations(entry)]
        if image is not None:
            write_new(image, [store.photo(entry)])
    return _answer(Entries(entries=found), lines, common)


@record.command
def verify(
    *,
    head: Annotated[
        Path | None, Parameter(help="A head exported earlier: finds out whether the end was cut off.")
    ] = None,
    save_head: Annotated[
        Path | None, Parameter(help="New file for the head; keep it where nobody can change both.")
    ] = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Compute every hash again and name each row that was altered, lost, moved or inserted; exit code 1 if any was.

    Example: holocrine record verify --head head-january.json --save-head head-february.json
    """
    from holocrine.domain.record_reading import read_head
    from holocrine.record.files import read_text, write_new
    from holocrine.record.verify import verify as check
    from holocrine.report.wording import count

    known = read_head(read_text(head), str(head)) if head is not None else None
    with common.open() as store, store.reading() as rows:
        result = check(rows, known)
    if save_head is not None and result.valid:
        write_new(save_head, [result.head.model_dump_json(by_alias=True).encode() + b"\n"])
    lines = [f"{each.row} {each.problem}" for each in result.findings]
    faults = "valid" if result.valid else f"NOT VALID: {count(len(lines), 'fault')}"
    _answer(result, [*lines, f"{count(result.entries, 'entry', 'entries')}, head {result.head.hash}: {faults}"], common)
    return DONE if result.valid else THE_ANSWER_IS_NO


@record.command
def recall(
    lot: Annotated[str, Parameter(help="Lot number; capitals, spaces and hyphens do not matter.")],
    *,
    product: Product = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Name every patient, treatment and point that got a lot.

    Example: holocrine record recall C1234 --product onabotulinumtoxinA
    """
    from holocrine.domain.record_answer import Recall
    from holocrine.report.wording import count, dose

    if product is not None:
        _word("product", product, PRODUCTS)
    with common.open() as store:
        uses = store.recall(lot, product)
    lines = [
        f"{use.patient} ({use.pseudonym})  {use.treatment}  {use.date}  {dose(use.units, use.product)}  "
        f"lot {use.lot}  {count(len(use.points), 'point')}: {', '.join(use.points)}"
        for use in uses
    ]
    return _answer(Recall(lot=lot, product=product, uses=uses), lines or ["Nobody in the record got it."], common)


@record.command
def backup(file: Annotated[Path, Parameter(help="New file.")], *, common: StoreOptions = STORE_DEFAULTS) -> int:
    """Write the whole record to one file with a checksum; nobody has to stop working. An encrypted one stays so.

    Example: holocrine record backup record-2026-03-02.backup
    """
    from holocrine.record.backup import backup as write

    with common.open() as store:
        made = write(store, file, at=now())
    return _answer(made, [f"Written: {file}, {made.head.number} entries, head {made.head.hash}"], common)


@record.command
def restore(
    file: Annotated[Path, Parameter(help="A backup.")],
    *,
    backup_key_file: Annotated[
        Path | None, Parameter(help="File with the key of an encrypted backup, where it is not that of the record.")
    ] = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Fill an empty record from a backup of any kind of store. Refuses a damaged file and a record with entries.

    Example: holocrine record restore record-2026-03-02.backup --store new.db
    """
    from holocrine.record.backup import check
    from holocrine.record.backup import restore as fill
    from holocrine.record.location import read_key

    key = read_key(backup_key_file) if backup_key_file is not None else common.key
    check(file)  # before a record is begun for it
    with common.open(create=True) as store:
        made = fill(store, file, key=key)
    return _answer(made, [f"Restored: {made.head.number} entries, head {made.head.hash}"], common)


def _read(kind: RecordKind, file: Path, patient: str | None, forecast: Path | None) -> tuple[Entry, bytes | None]:
    """The entry in a file, and for a photo its image."""
    from holocrine.domain.record_reading import forecast_entry, plan_entry, read_entry, read_photo
    from holocrine.record.files import LARGEST_FORECAST, LARGEST_PHOTO, read_bytes, read_text
    from holocrine.record.photos import photo_entry

    if kind in ("plan", "forecast") and patient is None:
        raise InputError(f"record add {kind}: whose {kind} is it? Give --patient, pseudonym or id.")
    if kind == "forecast" and patient is not None and forecast is None:
        return forecast_entry(patient, read_text(file, LARGEST_FORECAST), str(file)), None
    text = read_text(file)
    if kind == "plan" and patient is not None:
        told = None if forecast is None else (read_text(forecast, LARGEST_FORECAST), str(forecast))
        return plan_entry(patient, (text, str(file)), told), None
    if patient is not None or forecast is not None:
        raise InputError(
            "--patient and --forecast go with a plan, --patient with a forecast; "
            f"a {kind} names its patient in the file."
        )
    if kind == "photo":
        described = read_photo(text, str(file))
        image = file.parent / described.file
        return photo_entry(described, read_bytes(image, LARGEST_PHOTO), str(image))
    return read_entry(kind, text, str(file)), None


def _written(store: Store, writer: Writer, common: StoreOptions) -> int:
    from holocrine.domain.record_answer import Written
    from holocrine.report.wording import count

    document = Written(written=tuple(writer.written), removed=writer.removed, head=store.head())
    lines = [f"{each.id}, version {each.version}" for each in writer.written]
    if writer.removed:
        lines.append(f"{count(writer.removed, 'version')} removed for good; older backups still hold them.")
    return _answer(document, lines, common)


def _answer(document: Record, lines: Iterable[str], common: StoreOptions) -> int:
    if common.json:
        print_json(document.model_dump(mode="json", by_alias=True))
    else:
        print("\n".join(lines))
    return DONE


def _line(version: Version) -> str:
    """One entry in one line."""
    return (
        f"{version.id:<16} v{version.version:<3} {version.patient:<12} {_summary(version.kind, version.content or {})}"
    )


def _summary(kind: RecordKind, content: dict[str, Any]) -> str:
    from holocrine.domain.reading import read_plan
    from holocrine.domain.record_treatment import Treatment
    from holocrine.report.wording import count, dose

    if kind == "patient":
        return f"{content['patient']['pseudonym']}, described on {content['described_on']}"
    if kind == "plan":
        plan = read_plan(content["plan_toml"], "plan")
        forecast = "with" if "forecast_json" in content else "without"
        amount = dose(plan.total_units, plan.solution.product)
        return f"{count(len(plan.points), 'point')}, {amount}, {forecast} forecast"
    if kind == "treatment":
        treatment = Treatment.model_validate(content, context=None)
        doses = " and ".join(
            dose(session.units, session.product if session.product != "unknown" else "of an unknown product")
            for session in treatment.sessions()
        )
        lots = ", ".join(dict.fromkeys(vial.lot for vial in treatment.vials)) or "unknown, given elsewhere"
        return f"{treatment.date}, {doses}, lot {lots}"
    if kind == "observation":
        reading = content["observation"][0]
        words = [reading.get(name) for name in ("date", "instrument", "region", "lesion", "value")]
        return ", ".join(str(word) for word in words if word is not None)
    if kind == "forecast":
        from holocrine.domain.individual import IndividualForecast

        told = IndividualForecast.model_validate_json(content["forecast_json"])
        used, made_with = count(len(told.readings), "reading"), told.provenance.parameter_hash
        return f"of {told.assessed_on}, {used}, parameters {made_with}"
    if kind == "photo":
        return f"{content['taken_on']}, {content['view']}, {content['width']} x {content['height']} pixels"
    return f"{content['onset']}, {content['event']}, grade {content['grade']}, {content['outcome']}"


def _version_lines(version: Version) -> Iterable[str]:
    """One version: who, when, why; then what it says."""
    import json

    done = {"add": "added", "amend": "amended", "delete": "deleted", "erase": "erased"}[version.action]
    why = f": {version.reason}" if version.reason else ""
    replaced = f"; replaced by version {version.replaced_by}" if version.replaced_by else ""
    yield f"{version.id}, version {version.version}, {done} {version.written_at} by {version.author}{why}{replaced}"
    if version.erased:
        yield "  (removed when the person was erased)"
    elif version.content is not None:
        texts = {name: version.content[name] for name in ("plan_toml",) if name in version.content}
        rest = {name: value for name, value in version.content.items() if name not in ("plan_toml", "forecast_json")}
        for text in (json.dumps(rest, ensure_ascii=False, indent=2), *texts.values()):
            yield from (f"  {line}" for line in text.splitlines())


def _deviation_line(deviation: Deviation) -> str:
    planned = f"planned {deviation.planned}" if deviation.planned else ""
    given = f"given {deviation.given}" if deviation.given else ""
    both = ", ".join(part for part in (planned, given) if part)
    return f"Deviation at {deviation.point}: {deviation.what} ({both}): {deviation.reason}"


def _kind(word: str) -> RecordKind:
    return cast("RecordKind", _word("kind", word, KINDS))


def _word(name: str, word: str, allowed: Sequence[str]) -> str:
    if word not in allowed:
        near = nearest_match(word[:80], allowed)
        hint = f" Did you mean {near}?" if near else ""
        raise InputError(f"record: {name}: {word[:80]!a} is not known. Allowed: {', '.join(allowed)}.{hint}")
    return word
