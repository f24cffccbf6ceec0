"""Small trial designs for tests, and one world to carry them out in."""

from __future__ import annotations

from functools import cache
from typing import Any

from holocrine.domain.trial import TrialDesign
from holocrine.domain.vocabulary import HypothesisId
from holocrine.execution.trial_work import load_knowledge
from holocrine.trials.conduct import conduct
from holocrine.trials.dataset import Index, TrialData
from holocrine.trials.enrolment import population_of
from holocrine.trials.tables import WorldTables, tables_of
from holocrine.trials.worlds import draw_world

SEED = 11
TOXIN: dict[str, Any] = {
    "product": "onabotulinumtoxinA",
    "units_per_point": 1.0,
    "volume_per_point": 0.05,
    "points": 20,
    "spacing": 10.0,
}
AT_ONCE = ({"week": 0.0, "give": "toxin"},)
TREATED: dict[str, Any] = {"name": "toxin", "session": AT_ONCE, "toxin": TOXIN}
SALINE: dict[str, Any] = {"name": "saline", "session": ({"week": 0.0, "give": "saline"},)}
UNTREATED: dict[str, Any] = {"name": "nothing"}
SEBUM: dict[str, Any] = {
    "name": "sebum",
    "measure": "sebum",
    "reading": "change",
    "week": 4.0,
    "analysis": "ancova",
}
IDEAL: dict[str, Any] = {"drop_out": 0.0, "missed_visits": 0.0, "rater_error": 0.0}


def design_of(**changes: Any) -> TrialDesign:
    """Toxin against saline on the forehead, sebum in week 4, nobody lost; changed as asked."""
    plain: dict[str, Any] = {
        "name": "test",
        "question": "Does it?",
        "layout": "parallel",
        "regions": ("forehead",),
        "patients": 40,
        "visits": (4.0, 8.0),
        "reference": "saline",
        "arm": (TREATED, SALINE),
        "conduct": IDEAL,
        "endpoint": (SEBUM,),
        "evaluation": {"sizes": (20, 40)},
    }
    return TrialDesign.model_validate(plain | changes)


@cache
def world(design: TrialDesign, hypothesis: HypothesisId = "H1", number: int = 0) -> WorldTables:
    """The tables of a design in one world."""
    knowledge = load_knowledge()
    return tables_of(design, draw_world(knowledge, hypothesis, number, SEED), knowledge)


def carried_out(design: TrialDesign, ids: Index, hypothesis: HypothesisId = "H1", number: int = 0) -> TrialData:
    """The data of patients `ids`."""
    population = population_of(design, load_knowledge(), SEED)
    return conduct(design, world(design, hypothesis, number), population, ids)
