"""The verb `trial`: what a trial design can show, and data sets of virtual patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from holocrine.cli_common import DONE, INTERNAL_FAILURE, console, print_json, progress, seed_or_default, whole_number
from holocrine.errors import InputError

if TYPE_CHECKING:
    from holocrine.domain.trial import TrialDesign
    from holocrine.domain.trial_answer import TrialAnswer

FEWEST_TRIALS, MOST_TRIALS = 16, 100_000


def trial(
    *designs: Annotated[Path, Parameter(help="Trial designs (TOML, schema holocrine.trial/1).")],
    output: Annotated[Path | None, Parameter(name=["-o", "--output"], help="Folder for the files.")] = None,
    patients: Annotated[
        int | None, Parameter(converter=whole_number, help="Patients of the data set. Without it: as planned.")
    ] = None,
    trials: Annotated[
        int | None, Parameter(converter=whole_number, help="Trials simulated under each explanation.")
    ] = None,
    workers: Annotated[
        int | None, Parameter(converter=whole_number, help="Processes. Without it: one per processor.")
    ] = None,
    cluster: Annotated[str | None, Parameter(help="Address of a Dask scheduler that works instead.")] = None,
    json: Annotated[bool, Parameter(negative="", help="One JSON document on standard output, nothing else.")] = False,
    seed: Annotated[int | None, Parameter(converter=whole_number, help="Seed of the random draws.")] = None,
) -> int:
    """Find out what trials can show: power, errors, what they say about the sebum effect; write reports and data.

    Interrupted, the same command goes on where it was.

    Example: holocrine trial examples/trials/saline-acne.toml
    """
    from holocrine import trialling
    from holocrine.deliver import check_folder
    from holocrine.learning import processors
    from holocrine.report.trial_words import soonest_lines, trial_lines

    if not designs:
        raise InputError("No design is given. Give at least one file, such as examples/trials/saline-acne.toml.")
    if workers is not None and (cluster is not None or not 1 <= workers <= 256):
        raise InputError("--workers must be a whole number from 1 to 256, and does not go with --cluster.")
    if trials is not None and not FEWEST_TRIALS <= trials <= MOST_TRIALS:
        raise InputError(f"--trials must be a whole number from {FEWEST_TRIALS} to {MOST_TRIALS}.")
    if patients is not None and not 1 <= patients <= trialling.MOST_PATIENTS:
        raise InputError(f"--patients must be a whole number from 1 to {trialling.MOST_PATIENTS}.")
    loaded = [trialling.load_trial(path) for path in designs]
    folders = _folders(designs, output)
    for folder in folders:
        check_folder(folder)
    where: dict[str, object] = {"seed": seed_or_default(seed), "workers": workers or processors(), "cluster": cluster}
    answers = []
    try:
        for design, folder in zip(loaded, folders, strict=True):
            answers.append(_one(design, folder, patients, trials or trialling.TRIALS, where))
            if not json:
                print("\n".join(trial_lines(answers[-1])), flush=True)
                console().print(f"Written: {folder}", highlight=False)
    except KeyboardInterrupt:
        console().print("holocrine: interrupted; what was finished is saved. The same command goes on from there.")
        return INTERNAL_FAILURE
    made = trialling.compare_trials(answers)
    if json:
        print_json(made.model_dump(mode="json", by_alias=True))
    elif len(answers) > 1:
        print("\n".join(soonest_lines(made.soonest)))
    return DONE


def _folders(designs: tuple[Path, ...], output: Path | None) -> list[Path]:
    """Where the files of each design go: a folder of its own where there are several."""
    if output is not None and len(designs) == 1:
        return [output]
    folders = [(output or Path()) / (design.stem if output else f"{design.stem}-trial") for design in designs]
    if len(set(folders)) != len(folders):
        raise InputError("Two designs have the same file name, so their files would lie in one folder. Rename one.")
    return folders


def _one(design: TrialDesign, folder: Path, patients: int | None, trials: int, where: dict[str, object]) -> TrialAnswer:
    from holocrine import trialling
    from holocrine.execution.trial_files import staged
    from holocrine.report.trial_page import trial_page
    from holocrine.report.trial_protocol import protocol_page

    with staged(folder) as staging, progress(1.0) as tell:
        answer = trialling.evaluate_trial(design, trials=trials, tell=tell, **where)  # type: ignore[arg-type]
        (staging / "data").mkdir()
        study = design.name.upper().replace(" ", "-")
        names = trialling.simulate_trial_data(
            design,
            staging / "data",
            patients=patients,
            study=study,
            tell=tell,
            **where,  # type: ignore[arg-type]
        )
        files = ("report.html", "protocol.html", "answer.json", *(f"data/{name}" for name in names))
        answer = answer.model_copy(update={"files": files})
        explanation = trialling.trial_data_explanation(int(str(where["seed"])))
        texts = {
            "report.html": trial_page(design, answer, explanation),
            "protocol.html": protocol_page(design, answer),
            "answer.json": answer.model_dump_json(by_alias=True, indent=2) + "\n",
        }
        for name, content in texts.items():
            (staging / name).write_text(content, encoding="utf-8")
    return answer
