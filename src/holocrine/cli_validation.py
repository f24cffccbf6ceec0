"""The verbs `validate` and `calibrate`: the model against published studies, and the fit to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from holocrine.cli_common import DONE, THE_ANSWER_IS_NO, console, print_json, progress, seed_or_default, whole_number
from holocrine.errors import InputError

if TYPE_CHECKING:
    from holocrine.domain.calibration import Calibration
    from holocrine.domain.validation import RoleScore, Validation
    from holocrine.learning import Tell

Tables = Annotated[
    Path | None,
    Parameter(name=["--evidence"], help="Folder with studies.csv, arms.csv, observations.csv. Without it: packaged."),
]
Json = Annotated[bool, Parameter(negative="", help="One JSON document on standard output, nothing else.")]
Seed = Annotated[int | None, Parameter(converter=whole_number, help="Seed of the random draws.")]
Workers = Annotated[int | None, Parameter(converter=whole_number, help="Processes. Without it: one per processor.")]


def validate(
    *,
    evidence: Tables = None,
    posterior: Annotated[Path | None, Parameter(help="A posterior that calibrate wrote. Without it: packaged.")] = None,
    output: Annotated[Path | None, Parameter(name=["-o", "--output"], help="Page (HTML) with every study.")] = None,
    json: Json = False,
    seed: Seed = None,
    workers: Workers = None,
) -> int:
    """Predict every published observation and score the intervals; exit code 1 when the model fails.

    Example: holocrine validate -o validation.html
    """
    from holocrine import learning

    with progress(1.0) as tell:
        made = learning.validate(
            evidence, posterior=posterior, seed=seed_or_default(seed), workers=_workers(workers), tell=tell
        )
    if output is not None:
        from holocrine.deliver import write_export
        from holocrine.report.validation_page import validation_page

        write_export(output, validation_page(made, learning.disagreements(made)), mark="<html")
        console().print(f"Written: {output}", highlight=False)
    if json:
        print_json(made.model_dump(mode="json", by_alias=True))
    else:
        print("\n".join(_lines(made)))
    return THE_ANSWER_IS_NO if made.verdict == "failed" else DONE


def calibrate(
    *,
    evidence: Tables = None,
    block: Annotated[
        Literal["all", "toxin", "acne", "bladder", "reactions"],
        Parameter(help="What to fit: the toxin's parameters, or those of a system that shares none with it."),
    ] = "all",
    output: Annotated[
        Path,
        Parameter(name=["-o", "--output"], help="File for the posterior; with all blocks the others' lie beside it."),
    ] = Path("posterior.npz"),
    runs: Annotated[int, Parameter(converter=whole_number, help="Independent runs, at least 2.")] = 4,
    particles: Annotated[int, Parameter(converter=whole_number, help="Particles of each run, at least 16.")] = 128,
    json: Json = False,
    seed: Seed = None,
    workers: Workers = None,
) -> int:
    """Fit the population to published evidence; interrupted, the same command goes on where it was.

    Example: holocrine calibrate --block acne -o posterior_acne.npz
    """
    if not 2 <= runs <= 64 or not 16 <= particles <= 100_000:
        raise InputError("--runs must lie between 2 and 64, --particles between 16 and 100000.")
    size: Mapping[str, int] = {
        "seed": seed_or_default(seed),
        "runs": runs,
        "particles": particles,
        "workers": _workers(workers),
    }
    with progress(1.0) as tell:
        made = _fitted(block, evidence, output, size, tell)
    if json:
        whole = made[0].model_copy(update={"others": tuple(made[1:])})
        print_json(whole.model_dump(mode="json", by_alias=True))
    else:
        print("\n".join(line for one in made for line in _posterior_lines(one)))
    return DONE


def _fitted(block: str, evidence: Path | None, output: Path, size: Mapping[str, int], tell: Tell) -> list[Calibration]:
    """Fit what was asked for and write it, block by block."""
    from holocrine import learning
    from holocrine.deliver import write_posterior
    from holocrine.knowledge.fitted_blocks import FITTED_BLOCKS

    made = []
    if block in ("all", "toxin"):
        posterior = learning.calibrate(evidence, **size, tell=tell)
        write_posterior(output, posterior)
        made.append(learning.summary_of(posterior, str(output)))
    for other in FITTED_BLOCKS:
        if block not in ("all", other):
            continue
        file = output if block == other else output.with_stem(f"{output.stem}_{other}")
        fitted = learning.calibrate_block(other, evidence, **size, tell=tell)
        if fitted is not None:
            write_posterior(file, fitted)
            made.append(learning.summary_of_block(fitted, str(file)))
    if not made:
        raise InputError(f"No row of role fit in the evidence belongs to block {block}. Fit another block.")
    return made


def _workers(workers: int | None) -> int:
    from holocrine.learning import processors

    if workers is not None and not 1 <= workers <= 256:
        raise InputError("--workers must be a whole number from 1 to 256.")
    return processors() if workers is None else workers


def _lines(made: Validation) -> Iterator[str]:
    yield f"Verdict: {made.verdict}"
    yield from (f"  {reason}" for reason in made.reasons)
    for name, role in (("fitted", made.summary.fit), ("held out", made.summary.held_out)):
        yield ""
        yield from _role_lines(name, role)
    yield ""
    by = made.provenance
    yield f"Posterior {by.posterior}, evidence {by.evidence_hash}, seed {by.seed}."


def _role_lines(name: str, role: RoleScore) -> Iterator[str]:
    yield (
        f"{name}: {role.n} observations, {role.n_supported} expressed, {role.n_compared} compared; "
        f"90% coverage {_percent(role.coverage90)}, 50% coverage {_percent(role.coverage50)}, "
        f"interval score {_number(role.interval_score)} (averages {_number(role.baseline_interval_score)})"
    )
    for key, found in sorted(role.by_class.items()):
        if not found.n_compared:
            continue
        units = "/".join(found.units)
        yield (
            f"  {key:<28} n {found.n_compared:>3}  90% coverage {_percent(found.coverage90):>5}  "
            f"median 90% width {_number(found.median_width90)} "
            f"(averages {_number(found.baseline_median_width90)}) {units}"
        )


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.0%}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"


def _posterior_lines(made: Calibration) -> Iterator[str]:
    size = f"{made.fitted_rows} rows, {made.runs} runs of {made.particles}"
    yield f"Posterior of block {made.block}, {made.posterior}: {size}"
    for one in made.agreement:
        hat = f"R-hat at most {one.r_hat:.3g} ({one.r_hat_of})"
        name = f"{one.explanation}: " if one.explanation else ""
        yield f"  {name}{hat}, effective size at least {one.effective_size} ({one.effective_size_of})"
    for pair in made.log_bayes_factors:
        yield f"  log Bayes factor {pair.one} over {pair.other}: {pair.value:.2f} (Monte-Carlo error {pair.error:.2f})"
    yield f"Written: {made.file}"
