"""The command line: `holocrine VERB`. Answers go to standard output, messages to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, CycloptsError, Parameter

from holocrine import __version__
from holocrine.cli_common import (
    BAD_INPUT,
    DONE,
    INTERNAL_FAILURE,
    THE_ANSWER_IS_NO,
    console,
    print_json,
    progress,
    seed_or_default,
    whole_number,
)
from holocrine.cli_evidence import evidence
from holocrine.cli_export import export
from holocrine.cli_forecast import forecast
from holocrine.cli_import import import_
from holocrine.cli_record import record
from holocrine.cli_trial import trial
from holocrine.cli_validation import calibrate, validate
from holocrine.errors import HolocrineError, InputError

if TYPE_CHECKING:
    from holocrine.domain.answer import Document
    from holocrine.domain.case import Case
    from holocrine.domain.plan import Override
    from holocrine.services import Answer

# Our matrices are small: several BLAS threads only get in each other's way. Must be set before NumPy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = App(
    name="holocrine",
    help="Plan and forecast botulinum toxin in acne-prone skin. Decision support for professionals; off-label.",
    version=__version__,
    suppress_keyboard_interrupt=False,  # `_run` answers it
)
for verb in (forecast, export, import_, evidence, validate, calibrate, record, trial):
    app.command(verb)

CaseFile = Annotated[Path, Parameter(help="Case file (TOML, schema holocrine.case/1).")]
Output = Annotated[Path | None, Parameter(name=["-o", "--output"], help="Folder for the files.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """Options that every verb on a case takes."""

    json: Annotated[bool, Parameter(negative="", help="One JSON document on standard output, nothing else.")] = False
    seed: Annotated[
        int | None,
        Parameter(converter=whole_number, help="Seed of the random draws; same case and seed, same answer."),
    ] = None
    override: Annotated[
        list[str] | None, Parameter(negative="", help="Rule to set aside; needs --reason and --author.")
    ] = None
    reason: Annotated[str | None, Parameter(help="Why the rule is set aside.")] = None
    author: Annotated[str | None, Parameter(help="Who sets it aside.")] = None

    def overrides(self) -> list[Override]:
        """The overrides asked for. Raises InputError when reason or author is missing."""
        from holocrine.domain.plan import Override

        if not self.override:
            if self.reason or self.author:
                raise InputError("--reason and --author go with --override RULE. Name the rule that is set aside.")
            return []
        if not self.reason or not self.author or len(self.reason.strip()) < 3 or not self.author.strip():
            raise InputError("--override needs --reason TEXT (at least 3 characters) and --author NAME.")
        reason, author = self.reason.strip(), self.author.strip()
        return [Override(rule_id=rule, reason=reason, author=author) for rule in self.override]

    def seed_or_default(self) -> int:
        """The seed. Raises InputError when it is out of range."""
        return seed_or_default(self.seed)


DEFAULTS = Common()


@app.command
def assess(case: CaseFile, *, common: Common = DEFAULTS) -> int:
    """Say whether this person should be treated, what should come first, and what to ask.

    Example: holocrine assess examples/oily-forehead.toml
    """
    from holocrine import services
    from holocrine.report import print_summary

    common.seed_or_default()
    assessment = services.assess(services.load_case(case), common.overrides())
    if common.json:
        print_json(assessment.model_dump(mode="json", by_alias=True))
    else:
        print_summary(console(), assessment, None, None)
    return DONE if assessment.permits_plan else THE_ANSWER_IS_NO


@app.command
def plan(case: CaseFile, *, output: Output = None, common: Common = DEFAULTS) -> int:
    """Assess, optimise the injections, forecast, weigh the risks; write the plan and its reports.

    Example: holocrine plan examples/oily-forehead.toml -o my-plan
    """
    from holocrine import services
    from holocrine.deliver import check_folder
    from holocrine.domain.answer import PlanDocument

    folder = output or Path(f"{case.stem}-plan")
    loaded, overrides, seed = services.load_case(case), common.overrides(), common.seed_or_default()
    check_folder(folder)
    with _progress(len(services.PLAN_STEPS)) as tell:
        answer = services.plan(loaded, overrides, seed=seed, tell=tell)
    return _deliver(PlanDocument, folder, loaded, answer, as_json=common.json)


@app.command
def simulate(
    case: CaseFile,
    *,
    plan: Annotated[Path, Parameter(help="Plan file (TOML, schema holocrine.plan/1).")],
    output: Output = None,
    common: Common = DEFAULTS,
) -> int:
    """Forecast a given plan: one that was edited by hand, or a published protocol.

    Example: holocrine simulate examples/oily-forehead.toml --plan examples/protocols/microbotox-forehead.toml
    """
    from holocrine import services
    from holocrine.deliver import check_folder
    from holocrine.domain.answer import SimulateDocument

    loaded, given = services.load_case(case), services.load_plan(plan)
    folder = output or Path(f"{case.stem}-simulation")
    overrides, seed = common.overrides(), common.seed_or_default()
    check_folder(folder)
    with _progress(len(services.SIMULATE_STEPS)) as tell:
        answer = services.simulate(loaded, given, overrides, seed=seed, tell=tell)
    return _deliver(SimulateDocument, folder, loaded, answer, as_json=common.json)


@contextmanager
def _progress(steps: int) -> Iterator[Callable[[str], None]]:
    """A bar that moves on with every step that is begun."""
    begun = 0
    with progress(steps + 1) as show:

        def tell(step: str) -> None:
            nonlocal begun
            begun += 1
            show(step, begun)

        yield tell


def _deliver(shape: type[Document], folder: Path, case: Case, answer: Answer, *, as_json: bool) -> int:
    from holocrine.deliver import write_answer
    from holocrine.report import print_summary

    files = write_answer(folder, case, answer)
    if as_json:
        document = shape(
            verdict=answer.assessment.verdict,
            status=answer.assessment.status,
            assessment=answer.assessment,
            plan=answer.plan,
            forecast=answer.forecast,
            mass_balance=answer.forecast.mass_balance if answer.forecast else None,
            files=tuple(str(file) for file in files),
        )
        print_json(document.model_dump(mode="json", by_alias=True))
    else:
        screen = console()
        print_summary(screen, answer.assessment, answer.plan, answer.forecast)
        screen.print("Written: " + ", ".join(str(file) for file in files), highlight=False)
    return DONE if answer.assessment.permits_plan else THE_ANSWER_IS_NO


@app.command
def schema(
    name: Annotated[str, Parameter(help='Such as "holocrine.case/1".')], *, json: bool = True, seed: int | None = None
) -> int:
    """Print the JSON Schema of a file or answer; it is JSON and needs no seed, with or without those options.

    Example: holocrine schema holocrine.case/1
    """
    from holocrine import services

    del json, seed
    print_json(services.schema(name))
    return DONE


def main() -> None:
    """Entry point of the `holocrine` command."""
    sys.exit(_run(lambda: app(exit_on_error=False, print_error=False)))


def _run(command: Callable[[], object]) -> int:
    try:
        result = command()
    except CycloptsError as error:
        print(f"holocrine: {str(error).rstrip('.')}. See holocrine --help.", file=sys.stderr)
        return BAD_INPUT
    except InputError as error:
        print(f"holocrine: {error}", file=sys.stderr)
        return BAD_INPUT
    except HolocrineError as error:
        print(f"holocrine: internal failure: {error}", file=sys.stderr)
        return INTERNAL_FAILURE
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
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
