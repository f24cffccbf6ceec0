"""The verb `export`: what Holocrine knows in another tool's format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from holocrine.cli_common import DONE, console, print_json, seed_or_default, whole_number
from holocrine.cli_store import STORE_DEFAULTS, StoreOptions, now
from holocrine.domain.vocabulary import HypothesisId, KineticModel
from holocrine.errors import InputError

if TYPE_CHECKING:
    from holocrine.domain.exchange import FhirExport, NmtranExport

export = App(name="export", help="Write what Holocrine knows in another tool's format.")

FIRST_DAY, HALF_LOADED = 0.0, 0.5


@export.command
def sbml(
    *,
    model: Annotated[
        KineticModel, Parameter(help="site: muscle, sweat and sebum together; lebeda: the published onset model.")
    ] = "site",
    day: Annotated[
        list[float] | None, Parameter(negative="", help="Day of a session; repeatable. Without it: 0.")
    ] = None,
    loading: Annotated[
        list[float] | None,
        Parameter(
            negative="", help="Loading of each session, 0 to below 1; one for all or one per day. Without it: 0.5."
        ),
    ] = None,
    patient: Annotated[
        int | None,
        Parameter(converter=whole_number, help="Virtual patient of the seed, 1 to 1024. Without it: typical."),
    ] = None,
    hypothesis: Annotated[HypothesisId | None, Parameter(help="Explanation of the sebum effect to switch on.")] = None,
    output: Annotated[
        Path | None, Parameter(name=["-o", "--output"], help="File. Without it: standard output.")
    ] = None,
    json: Annotated[bool, Parameter(negative="", help="One JSON document on standard output, nothing else.")] = False,
    seed: Annotated[int | None, Parameter(converter=whole_number, help="Seed of the virtual patients.")] = None,
) -> int:
    """Write a model in time as SBML level 3 with units, sources and sessions as events.

    An existing file is replaced only when it is SBML.

    Example: holocrine export sbml --day 0 --day 84 --loading 0.5 -o site.xml
    """
    from holocrine import services
    from holocrine.exchange.kinetics import sessions_of

    plain = model == "lebeda" and day is None and loading is None
    sessions = () if plain else sessions_of(day or [FIRST_DAY], loading or [HALF_LOADED])
    document = services.export_sbml(model, sessions, patient=patient, hypothesis=hypothesis, seed=seed_or_default(seed))
    text = document.sbml or ""
    if output is not None:
        from holocrine.deliver import write_export

        write_export(output, text, mark="<sbml")
        document = document.model_copy(update={"sbml": None, "path": str(output)})
    if json:
        print_json(document.model_dump(mode="json", by_alias=True))
    elif output is None:
        print(text, end="")
    else:
        console().print(f"Written: {output}", highlight=False, markup=False, soft_wrap=True)
    return DONE


@export.command
def fhir(
    *,
    patient: Annotated[str, Parameter(help="Pseudonym, or id such as patient-1.")],
    photos: Annotated[bool, Parameter(negative="", help="With the images of photos.")] = False,
    transaction: Annotated[
        bool, Parameter(negative="", help="A transaction, which a FHIR server takes in, instead of a collection.")
    ] = False,
    output: Annotated[Path | None, Parameter(name=["-o", "--output"], help="New file. Without it: print.")] = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Write everything the record holds of a person as a FHIR R4 bundle, readable by its owner alone.

    Example: holocrine export fhir --patient amber-29 -o amber-29.json
    """
    from holocrine import sharing
    from holocrine.record.files import write_new

    with common.open() as store:
        answer = sharing.export_fhir(store, patient, at=now(), photos=photos, transaction=transaction)
    text = answer.bundle or ""
    if output is not None:
        write_new(output, [text.encode()])
        answer = answer.model_copy(update={"bundle": None, "path": str(output)})
    return _tell(answer, text, [output] if output else [], common)


@export.command
def nmtran(
    *,
    patient: Annotated[
        list[str], Parameter(negative="", help="Pseudonym, or id such as patient-1; repeatable, with consent of each.")
    ],
    output: Annotated[
        Path | None,
        Parameter(name=["-o", "--output"], help="New file, such as data.csv. Without it: print the data set."),
    ] = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Write doses and readings as an NM-TRAN data set; beside the file a data dictionary and a control stream.

    Example: holocrine export nmtran --patient amber-29 --patient cedar-41 -o data.csv
    """
    from holocrine import sharing
    from holocrine.record.files import write_new

    name = output or Path("data.csv")
    files = [name, name.with_suffix(".dictionary.csv"), name.with_suffix(".ctl")]
    if len(set(files)) < len(files):
        raise InputError(f"{output}: is the name of the control stream. Choose another ending, such as .csv.")
    with common.open() as store:
        answer = sharing.export_nmtran(store, patient, file_name=name.name)
    data, texts = answer.data or "", (answer.data, answer.dictionary, answer.control)
    if output is not None:
        if there := [file for file in files if file.exists()]:
            raise InputError(f"{there[0]}: exists, and is not overwritten. Choose another name.")
        for file, text in zip(files, texts, strict=True):
            write_new(file, [(text or "").encode()])
        told = {"data": None, "dictionary": None, "control": None, "paths": tuple(map(str, files))}
        answer = answer.model_copy(update=told)
    return _tell(answer, data, files if output else [], common)


def _tell(answer: FhirExport | NmtranExport, text: str, files: list[Path], common: StoreOptions) -> int:
    """The document, or the text, or where it was written; on standard error what is not in it."""
    if common.json:
        print_json(answer.model_dump(mode="json", by_alias=True))
        return DONE
    if not files:
        print(text, end="")
    lines = [f"Not in it: {each}" for each in answer.left_out]
    if files:
        lines.append("Written: " + ", ".join(map(str, files)))
    for line in lines:
        console().print(line, highlight=False, markup=False, soft_wrap=True)
    return DONE
