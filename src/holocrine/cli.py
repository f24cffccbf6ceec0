"""The command line: `holocrine VERB`. Answers go to standard output, messages to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, CycloptsError, Parameter

from holocrine import __version__
from holocrine.errors import HolocrineError, InputError

if TYPE_CHECKING:
    from rich.console import Console

    from holocrine.domain.plan import Override
    from holocrine.services import Answer

# Our matrices are small: several BLAS threads only get in each other's way. Must be set before NumPy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

DONE, THE_ANSWER_IS_NO, BAD_INPUT, INTERNAL_FAILURE = 0, 1, 2, 3

app = App(
    name="holocrine",
    help="Plan and forecast botulinum toxin in acne-prone skin. Decision support for professionals; off-label.",
    version=__version__,
)

CaseFile = Annotated[Path, Parameter(help="Case file (TOML, schema holocrine.case/1).")]
Json = Annotated[
    bool, Parameter(name="--json", negative="", help="Print one JSON document on standard output, nothing else.")
]
Seed = Annotated[int | None, Parameter(help="Seed of the random draws; same case and seed, same answer.")]
Output = Annotated[Path | None, Parameter(name=["-o", "--output"], help="Folder for the files.")]
Rules = Annotated[
    list[str] | None, Parameter(name="--override", help="Rule to set aside; needs --reason and --author.")
]
Reason = Annotated[str | None, Parameter(help="Why the rule is set aside.")]
Author = Annotated[str | None, Parameter(help="Who sets it aside.")]


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True)


def _overrides(rules: Sequence[str] | None, reason: str | None, author: str | None) -> list[Override]:
    from holocrine.domain.plan import Override

    if not rules:
        if reason or author:
            raise InputError("--reason and --author go with --override RULE. Name the rule that is set aside.")
        return []
    if not reason or not author or len(reason.strip()) < 3:
        raise InputError("--override needs --reason TEXT (at least 3 characters) and --author NAME.")
    return [Override(rule_id=rule, reason=reason.strip(), author=author.strip()) for rule in rules]


def _print_json(document: dict[str, Any]) -> None:
    import json

    print(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2))


def _seed(seed: int | None) -> int:
    from holocrine.services import SEED

    if seed is not None and not 0 <= seed < 2**63:
        raise InputError("--seed must be a whole number from 0 to 2^63 - 1.")
    return SEED if seed is None else seed


@app.command
def assess(
    case: CaseFile,
    *,
    json: Json = False,
    seed: Seed = None,
    override: Rules = None,
    reason: Reason = None,
    author: Author = None,
) -> int:
    """Say whether this person should be treated, what should come first, and what to ask.

    Example: holocrine assess examples/oily-forehead.toml
    """
    from holocrine import services
    from holocrine.report import print_summary

    _seed(seed)
    assessment = services.assess(services.load_case(case), _overrides(override, reason, author))
    if json:
        _print_json(assessment.model_dump(mode="json", by_alias=True))
    else:
        print_summary(_console(), assessment, None, None)
    return DONE if assessment.permits_plan else THE_ANSWER_IS_NO


@app.command
def plan(
    case: CaseFile,
    *,
    output: Output = None,
    json: Json = False,
    seed: Seed = None,
    override: Rules = None,
    reason: Reason = None,
    author: Author = None,
) -> int:
    """Assess, optimise the injections, forecast, weigh the risks; write plan.toml, forecast.json, report.html.

    Example: holocrine plan examples/oily-forehead.toml -o my-plan
    """
    from holocrine import services

    loaded = services.load_case(case)
    answer = services.plan(loaded, _overrides(override, reason, author), seed=_seed(seed))
    return _deliver("holocrine.plan-answer/1", case, output, json, answer, loaded)


@app.command
def simulate(
    case: CaseFile,
    *,
    plan: Annotated[Path, Parameter(help="Plan file (TOML, schema holocrine.plan/1).")],
    output: Output = None,
    json: Json = False,
    seed: Seed = None,
    override: Rules = None,
    reason: Reason = None,
    author: Author = None,
) -> int:
    """Forecast a given plan: one that was edited by hand, or a published protocol.

    Example: holocrine simulate examples/oily-forehead.toml --plan examples/protocols/microbotox-forehead.toml
    """
    from holocrine import services

    loaded, given = services.load_case(case), services.load_plan(plan)
    answer = services.simulate(loaded, given, _overrides(override, reason, author), seed=_seed(seed))
    return _deliver("holocrine.simulate-answer/1", case, output, json, answer, loaded)


def _deliver(schema: str, case_file: Path, output: Path | None, as_json: bool, answer: Answer, case: Any) -> int:
    from holocrine.deliver import write_answer
    from holocrine.report import print_summary

    folder = output or Path(f"{case_file.stem}-plan")
    files = write_answer(folder, case, answer)
    if as_json:
        forecast = answer.forecast.model_dump(mode="json", by_alias=True) if answer.forecast else None
        _print_json(
            {
                "schema": schema,
                "verdict": answer.assessment.verdict,
                "status": answer.assessment.status,
                "assessment": answer.assessment.model_dump(mode="json", by_alias=True),
                "plan": answer.plan.model_dump(mode="json", by_alias=True) if answer.plan else None,
                "forecast": forecast,
                "mass_balance": forecast["mass_balance"] if forecast else None,
                "files": [str(file) for file in files],
            }
        )
    else:
        console = _console()
        print_summary(console, answer.assessment, answer.plan, answer.forecast)
        console.print("Written: " + ", ".join(str(file) for file in files), highlight=False)
    return DONE if answer.assessment.permits_plan else THE_ANSWER_IS_NO


@app.command
def schema(
    name: Annotated[str, Parameter(help='Such as "holocrine.case/1".')], *, json: Json = False, seed: Seed = None
) -> int:
    """Print the JSON Schema of a file or answer. It is JSON and needs no seed, with or without those options.

    Example: holocrine schema holocrine.case/1
    """
    from holocrine import services

    del json, seed
    _print_json(services.schema(name))
    return DONE


def main() -> None:
    """Entry point of the `holocrine` command."""
    sys.exit(_run(lambda: app(exit_on_error=False, print_error=False)))


def _run(command: Callable[[], object]) -> int:
    try:
        result = command()
    except CycloptsError as error:
        print(f"holocrine: {error}. See holocrine --help.", file=sys.stderr)
        return BAD_INPUT
    except InputError as error:
        print(f"holocrine: {error}", file=sys.stderr)
        return BAD_INPUT
    except HolocrineError as error:
        print(f"holocrine: internal failure: {error}", file=sys.stderr)
        return INTERNAL_FAILURE
    except KeyboardInterrupt:
        print("holocrine: interrupted; nothing was written.", file=sys.stderr)
        return INTERNAL_FAILURE
    except Exception as error:  # the last door: no traceback reaches a clinic
        print(f"holocrine: internal failure ({type(error).__name__}: {error}). Please report it.", file=sys.stderr)
        if os.environ.get("HOLOCRINE_TRACEBACK"):
            raise
        return INTERNAL_FAILURE
    return result if isinstance(result, int) else DONE


if __name__ == "__main__":
    main()
