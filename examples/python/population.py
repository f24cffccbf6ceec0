"""Two thousand virtual patients with oily skin, one session against none: python examples/python/population.py"""

import numpy as np

import holocrine
from holocrine.population import Protocol, Treatment, summarise_cohort, within

WEEKS = (0.0, 2.0, 4.0, 8.0, 12.0, 16.0, 26.0)

# Everyone has at least 120 ug/cm2 on the forehead at screening, and toxin works through acetylcholine (H1).
people = holocrine.virtual_population(
    hypothesis="H1",
    seed=1,
    criteria=(
        within("casual_sebum", low=120.0, region="forehead"),
        within("age", low=18.0, high=40.0),
    ),
)
session = Treatment(day=0.0, bound={"sebaceous": 0.003, "sudomotor": 0.003})  # units per mm3: the typical half loading
for label, treatments in (("one session", (session,)), ("none", ())):
    protocol = Protocol("forehead", treatments, WEEKS)
    summary = summarise_cohort(people, np.arange(2_000), protocol)
    sebum = summary.tallies["sebum"]
    low, median, high = (sebum.quantile(level) for level in (0.05, 0.5, 0.95))
    print(f"{label}: {summary.n} patients, {100 * summary.acceptance:.0f}% of those screened")
    print("  week   median (5% to 95%) of casual sebum, ug/cm2")
    for row in zip(WEEKS, median, low, high, strict=True):
        print("  {:4.0f}   {:.0f} ({:.0f} to {:.0f})".format(*row))
