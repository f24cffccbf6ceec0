"""Studies of harm: the punctures of an arm, and what is read from them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.evidence import GLABELLA, observation, write_tables

from holocrine.inference.arms.asked_reactions import session_of
from holocrine.inference.arms.reaction_readings import halo_day
from holocrine.inference.blocks.problem import BlockProblem, block_problem
from holocrine.inference.blocks.world import BlockWorld, block_unknowns
from holocrine.knowledge.evidence import Evidence, read_evidence

FROWN = GLABELLA | {"arm_id": "F"}
PLACEBO = FROWN | {"arm_id": "P", "product": "placebo", "units_per_point": ""}
EYE = FROWN | {"arm_id": "E", "site": "lateral canthus", "points": "6"}
BOTH = FROWN | {"arm_id": "G", "site": "forehead + glabella", "points": "10"}
AXILLA = FROWN | {"arm_id": "A", "site": "axilla", "points": "", "route": "", "units_per_point": ""}
LIDS = FROWN | {"arm_id": "L", "site": "periocular", "points": ""}
KNEE = FROWN | {"arm_id": "K", "site": "knee"}
POOL = FROWN | {"arm_id": "R", "site": "", "product": "botulinum toxin A"}
OTHER = FROWN | {"arm_id": "B", "product": "rimabotulinumtoxinB"}
PILL = FROWN | {"arm_id": "D", "product": "", "drug": "spironolactone", "route": "oral", "units_per_point": ""}
ARMS = [FROWN, PLACEBO, EYE, BOTH, AXILLA, LIDS, KNEE, POOL, OTHER, PILL]
SHARE = {"unit": "% subjects", "statistic": "responder_percent", "value": "3", "target": "safety"}
WORDS = {
    "bruise": "injection site bruising",
    "all bruises": "bruising",
    "haematoma": "injection site hematoma",
    "bleeding": "injection site hemorrhage",
    "headache": "headache",
    "discomfort": "head discomfort",
    "tight": "skin tightness",
    "any": "any adverse event",
    "blamed": "treatment-related adverse events",
}
ROWS = {
    **{f"{name}, {arm}": (arm, words) for name, words in WORDS.items() for arm in "FPEG"},
    "lost colour": ("L", "patients with periocular depigmentation"),
    "lost colour, P": ("P", "patients with depigmentation"),
    "lid": ("E", "eyelid edema"),
    "antibodies": ("R", "neutralizing antibodies, all"),
    "antibodies, dystonia": ("R", "neutralizing antibodies, dystonia"),
    "antibodies, ona": ("R", "neutralizing antibodies, inco and ona"),
    "antibodies, abo": ("R", "neutralizing antibodies, abobotulinumtoxinA"),
    "knee": ("K", "headache"),
    "other product": ("B", "dry mouth"),
    "pill": ("D", "headache"),
    "rash": ("F", "rash"),
}


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    rows = [observation(i, arm, outcome=words, **SHARE) for i, (arm, words) in enumerate(ROWS.values())]
    return read_evidence(write_tables(tmp_path_factory.mktemp("tables"), ARMS, rows))


@pytest.fixture(scope="module")
def problem(evidence: Evidence) -> BlockProblem:
    return block_problem(evidence, "reactions", block_unknowns("reactions"))


@pytest.fixture(scope="module")
def world(problem: BlockProblem) -> BlockWorld:
    return problem.world(np.zeros(len(problem.unknowns.names)))


@pytest.fixture(scope="module")
def told(problem: BlockProblem, world: BlockWorld) -> dict[str, float]:
    names = list(ROWS)
    return {names[int(q.observation.observation_id[1:])]: q.answer(world) for q in problem.common.questions}


def test_what_cannot_be_read_says_why(problem: BlockProblem) -> None:
    names = list(ROWS)
    reasons = {names[int(row[1:])]: reason.partition(":")[0] for row, reason in problem.unmodelled}
    assert reasons == {
        "knee": "site not modelled",
        "other product": "product not modelled",
        "pill": "harm by drugs not modelled",
        "rash": "outcome without a read-out",
    }


def test_every_statistic_is_a_share_of_people(told: dict[str, float]) -> None:
    assert all(0.0 < share < 100.0 for name, share in told.items() if name != "lost colour, P")


def test_only_toxin_takes_colour_and_only_of_a_part_of_those_with_halos(
    told: dict[str, float], world: BlockWorld
) -> None:
    assert told["lost colour, P"] == 0.0
    able = 100.0 * float(np.mean(world.values["halo_susceptible"]))
    assert 0.0 < told["lost colour"] < able * world.typical["halo_lost_colour"]


@pytest.mark.parametrize("word", ["bruise", "all bruises", "haematoma", "bleeding", "headache", "discomfort"])
def test_the_needle_does_it_not_the_toxin(told: dict[str, float], word: str) -> None:
    assert told[f"{word}, F"] == told[f"{word}, P"]


@pytest.mark.parametrize("word", ["tight", "any", "blamed"])
def test_toxin_adds_to_what_the_needle_does(told: dict[str, float], word: str) -> None:
    assert told[f"{word}, F"] > told[f"{word}, P"]
    assert told[f"{word}, G"] > told[f"{word}, F"]


def test_the_glabella_bruises_less(told: dict[str, float]) -> None:
    assert told["bruise, F"] < told["bruise, E"]
    assert told["bruise, F"] < told["bruise, G"]
    assert max(told["bruise, E"], told["haematoma, E"], told["bleeding, E"]) < told["all bruises, E"]


def test_few_events_are_blamed_on_the_treatment(told: dict[str, float]) -> None:
    assert told["blamed, P"] < told["any, P"]


def test_more_sessions_and_larger_doses_make_antibodies(told: dict[str, float], world: BlockWorld) -> None:
    assert told["antibodies, ona"] < told["antibodies"] < told["antibodies, dystonia"]
    assert told["antibodies, abo"] > told["antibodies, ona"]


def test_punctures_as_usual_where_none_are_printed(evidence: Evidence) -> None:
    axilla, both, lids = (session_of(evidence.arms[arm]) for arm in "AGL")
    assert (axilla.punctures, axilla.intradermal, axilla.glabella) == (30.0, True, 0.0)
    assert (both.punctures, both.glabella, both.areas) == (10.0, 5.0, 2)
    assert (lids.punctures, lids.intradermal) == (6.0, False)


def test_halos_end_after_they_begin(world: BlockWorld) -> None:
    start, end = (halo_day(world, end=late, days_per_unit=1.0) for late in (False, True))
    assert 0.0 < start < end
    assert halo_day(world, end=True, days_per_unit=7.0) == pytest.approx(end / 7.0)
