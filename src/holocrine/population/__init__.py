"""Virtual patients by the thousand: who they are, what they start from, and how each responds."""

from holocrine.population.cohort import CohortSummary, Protocol, simulate_cohort, summarise_cohort
from holocrine.population.criteria import only, within
from holocrine.population.treatments import Treatment
from holocrine.population.virtual import VirtualPatients, VirtualPopulation

__all__ = [
    "CohortSummary",
    "Protocol",
    "Treatment",
    "VirtualPatients",
    "VirtualPopulation",
    "only",
    "simulate_cohort",
    "summarise_cohort",
    "within",
]
