"""The verb `export`: what Holocrine knows in another tool's format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from holocrine.cli_common import DONE, console, print_json, seed_or_default, whole_number
from holocrine.domain.vocabulary import HypothesisId, KineticModel

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
