"""The measurements in words and tables, for the terminal and for docs/benchmarks.md; no number is written by hand."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Table = Mapping[str, Any]

TITLE = "## The planner against habit"
SURE = 2.0
"""Standard errors from which a lead is called one."""
SOME_HARM = 0.1
"""Share of a harm limit from which harm is compared; less is nobody's concern."""
WITHIN = 0.98
"""Share of the best worth known that the search has to reach."""
METHOD = """Written by `make bench-planner` (`benchmarks/planner`). Plans are made as `holocrine plan` makes them, on
{planning_draws} draws of its own seed, and judged on {draws} draws of parameters, persons and needle errors from each
of {seeds} other seeds ({harm_seeds} for the plan's own harm). Benefit is the expected fall, in percent of the untreated
level and averaged over the targets, in weeks 2 to 16. Harm is the worst upper end of any harm's probability over its
accepted limit: 1 is the limit. Worth is benefit less the planner's own prices of dose, punctures and harm. Leads are
paired differences over the draws with their standard error, in points of percent; positive where the plan is better.

Habits: published protocols with the case's product whose points all lie in its goal regions; even hexagonal grids of
the plan's dose at 8 and 10 mm over the allowed places of the same regions; and the one grid, among five spacings and
two depths, that does best at equal harm on the first seed by which it is judged. Equal harm: the habit's doses are
multiplied, freely and not in syringe marks, until it does as much harm as the plan; where a dose limit comes first, the
plan's doses are reduced to the harm that the habit then does, without planning again; where the plan does less than a
tenth of the accepted harm, nothing is compared. Equal dose: the habit's doses are multiplied until their sum is the
plan's, dose limits of single regions left aside.
"""


def lines(result: Table) -> Iterator[str]:
    """The whole section in Markdown."""
    yield TITLE + "\n"
    size = result["size"]
    yield METHOD.format(**{**size, **{name: len(size[name]) for name in ("seeds", "harm_seeds")}})
    yield "Measured with the posterior {posterior} and the planner of source hash {planner}.\n".format(
        **result["made_by"]
    )
    yield from _verdict(result)
    yield from _plans(result["persons"])
    yield from _duels(result["persons"])
    yield from _worlds([person for person in result["persons"] if "worlds" in person])
    yield from _small(result["small"])


def _verdict(result: Table) -> Iterator[str]:
    duels = [(person, habit) for person in result["persons"] for habit in person["habits"]]
    for moment, words, among in (
        ("at_harm", "equal harm", [habit for person, habit in duels if _harmful(person)]),
        ("at_dose", "equal dose", [habit for _, habit in duels]),
    ):
        leads = [habit[moment]["lead"] for habit in among]
        won, lost = (sum(sign * of["mean"] > SURE * of["error"] for of in leads) for sign in (1.0, -1.0))
        yield f"- At {words} the plan has the larger benefit in {won} of {len(leads)} comparisons, the habit in {lost}."
    richer = [habit["as_is"] for person, habit in duels if _ahead(person["plan"], habit["as_is"]) < 0.0]
    safe = sum(habit["harms"]["share"] <= 1.0 for habit in richer)
    yield (
        f"- As it is, the habit has the larger mean worth in {len(richer)} of {len(duels)}, within the harm limits in "
        f"{safe}."
    )
    milder = sum(habit["at_dose"]["harms"]["share"] > person["plan"]["harms"]["share"] for person, habit in duels)
    yield f"- At equal dose the plan does less harm than the habit in {milder} of {len(duels)}."
    broken = [person["name"] for person in result["persons"] if person["harms"]["share"] > 1.0]
    yield f"- Harm limit broken on the new draws, all seeds together: {_listed(broken)}."
    every = [share for person in result["persons"] for share in person["harms"]["by_seed"]]
    yield f"- Harm limit broken on the draws of one seed alone: {sum(share > 1.0 for share in every)} of {len(every)}."
    ratios = [
        person["harms"]["share"] / person["plan"]["harm_share_when_planned"]
        for person in result["persons"]
        if person["plan"]["harm_share_when_planned"] > SOME_HARM
    ]
    if ratios:
        yield (
            f"- Harm on the new draws over harm on the planner's own, where that is over {SOME_HARM:g}: "
            f"{_range(ratios)}, {statistics.median(ratios):.1f} in the middle."
        )
    worse = [p["name"] for p in result["persons"] if p["plan"]["worth"]["mean"] < -SURE * p["plan"]["worth"]["error"]]
    yield f"- Worse than no injection on the new draws: {_listed(worse)}."
    short = [small["name"] for small in result["small"] if small["share"] < WITHIN]
    yield f"- Small problems on which the search stays more than 2% below the best known: {_listed(short)}."
    yield from _other_worlds([person for person in result["persons"] if "worlds" in person])
    same = [person["same_as_holocrine_plan"] for person in result["persons"] if "same_as_holocrine_plan" in person]
    if same:
        yield f"- `holocrine plan` proposes the very points that were judged: {sum(same)} of {len(same)} examples."
    yield ""


def _other_worlds(persons: Sequence[Table]) -> Iterator[str]:
    """What becomes of the plans where the world is not what is believed, in words."""
    if not persons:
        return
    for world in persons[0]["worlds"]:
        worths = [person["worlds"][world]["plan"]["worth"] for person in persons]
        lost = sum(worth["mean"] < -SURE * worth["error"] for worth in worths)
        yield f"- Under {world} alone the plan is worse than no injection for {lost} of {len(persons)} persons."
    wide = [person["wrong_worlds"]["wide"] for person in persons]
    for words, found in (
        ("does not know", [person["plan"] for person in wide]),
        ("knows", [person["aware"] for person in wide]),
    ):
        shares = [plan["harms"]["share"] for plan in found]
        yield (
            f"- Where spread is twice as wide, the plan of a planner that {words} does {_range(shares)} times the "
            f"accepted harm: limit broken for {sum(share > 1.0 for share in shares)} of {len(shares)}."
        )
    inert = [person["wrong_worlds"]["inert"] for person in persons]
    nothing = sum(person["aware"]["punctures"] == 0 for person in inert)
    losses = [-person["plan"]["worth"]["mean"] for person in inert]
    yield (
        f"- Where no gland responds, a planner that knows injects nothing in {nothing} of {len(inert)}; the plan of "
        f"one that does not know loses {_range(losses)} points of worth."
    )


def _plans(persons: Sequence[Table]) -> Iterator[str]:
    yield "### Plans on new draws\n"
    yield _header(
        "person",
        "regions",
        "product, injector",
        "plan",
        "benefit, %",
        "harm when planned",
        "harm on new draws",
        "worth over no injection",
    )
    for person in persons:
        plan, harms = person["plan"], person["harms"]
        worst = harms["worst"].replace("_", " ") if harms["share"] > 0.0 else "none"
        yield _row(
            person["name"],
            ", ".join(region.replace("_", " ") for region in person["regions"]),
            f"{person['product']}, {person['injector']}",
            f"{plan['alternative'].replace('_', ' ')}, {_dose(plan)}",
            _estimate(plan["benefit"]),
            f"{plan['harm_share_when_planned']:.2f}",
            f"{worst} {harms['share']:.2f} ± {harms['error']:.2f} ({_numbers(harms['by_seed'])})",
            _lead(plan["worth"]),
        )
    yield "\nHarm on new draws: the worst, all seeds together ± bootstrap error (each seed alone).\n"


def _duels(persons: Sequence[Table]) -> Iterator[str]:
    yield "### The plan against each habit\n"
    yield _header(
        "person",
        "habit",
        "as it is: dose; harm; lead; lead in worth",
        "equal harm: dose; harm; lead",
        "equal dose: harm; lead",
    )
    for person in persons:
        for habit in person["habits"]:
            given, harm, dose = habit["as_is"], habit["at_harm"], habit["at_dose"]
            own, worth = harm["plan"]["units"], _ahead(person["plan"], given)
            reduced = f" (plan reduced to {own:.1f})" if own < person["plan"]["units"] - 1e-6 else ""
            at_harm = f"{harm['units']:.1f} units{reduced}; {harm['harms']['share']:.2f}; {_lead(harm['lead'])}"
            yield _row(
                person["name"],
                habit["name"],
                f"{_dose(given)}; {given['harms']['share']:.2f}; {_lead(given['lead'])}; {worth:+.2f}",
                at_harm if _harmful(person) else "the plan does hardly any",
                f"{dose['harms']['share']:.2f}; {_lead(dose['lead'])}",
            )
    yield ""


def _worlds(persons: Sequence[Table]) -> Iterator[str]:
    if not persons:
        return
    yield "### Under each explanation of the sebum effect, and in two wrong worlds\n"
    yield (
        "Habits at the doses that gave them the plan's harm in the world as believed. H1 cholinergic, H2 direct, H3 no "
        "effect on sebum,\nH3b artefact of reading. Wide: all lengths along the skin doubled (spreading coefficients "
        "along the layers times four, bleb\nradius and tail length times two). Inert: no effect on sebaceous or sweat "
        "glands (the rim\nof pores may still respond). Judged on the first seed.\n"
    )
    yield _header(
        "person", "world", "benefit of the plan, %", "its harm", "its worth over no injection", "its smallest lead"
    )
    for person in persons:
        for world, found in {**person["worlds"], **person["wrong_worlds"]}.items():
            plan, habits = found["plan"], found["habits"]
            least = min(habits, key=lambda habit: habit["lead"]["mean"], default=None)
            yield _row(
                person["name"],
                world,
                _estimate(plan["benefit"]),
                f"{plan['harms']['share']:.2f}",
                _lead(plan["worth"]),
                f"{_lead(least['lead'])} over {least['name']}" if least else "no habit fits",
            )
    yield ""
    yield _header(
        "person", "wrong world", "plan of a planner that knows", "its harm", "its worth", "lost by not knowing"
    )
    for person in persons:
        for world, found in person["wrong_worlds"].items():
            aware = found["aware"]
            yield _row(
                person["name"],
                world,
                f"{aware['alternative'].replace('_', ' ')}, {_dose(aware)}",
                f"{aware['harms']['share']:.2f}",
                _estimate(aware["worth"]),
                _estimate(found["worth_lost_unaware"]),
            )
    yield ""


def _small(problems: Sequence[Table]) -> Iterator[str]:
    yield "### Small problems against a long global search\n"
    yield (
        "Simulated annealing over the same columns and charges, each run finished by the planner's own search; `gap` "
        "is the planner's\nown bound, harm left out.\n"
    )
    yield _header(
        "problem",
        "columns",
        "search: worth, evaluations",
        "annealing: worth of each run; evaluations",
        "share of the best",
        "gap",
    )
    for small in problems:
        yield _row(
            small["name"],
            str(small["columns"]),
            f"{small['worth']:.3f}, {small['evaluations']}",
            f"{', '.join(f'{worth:.3f}' for worth in small['annealed'])}; {small['steps']}",
            f"{100.0 * small['share']:.1f}%",
            f"{100.0 * small['gap']:.1f}%",
        )
    yield ""


def _harmful(person: Table) -> bool:
    """Whether the plan does enough harm for a comparison at equal harm."""
    return bool(person["plan"]["harms"]["share"] > SOME_HARM)


def _ahead(plan: Table, other: Table) -> float:
    """Difference of the mean worths."""
    return float(plan["worth"]["mean"] - other["worth"]["mean"])


def _dose(plan: Table) -> str:
    return f"{plan['units']:.1f} units in {plan['punctures']} points"


def _estimate(found: Table) -> str:
    return f"{found['mean']:.2f} ± {found['error']:.2f}"


def _lead(found: Table) -> str:
    return f"{found['mean']:+.2f} ± {found['error']:.2f}"


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def _range(values: Sequence[float]) -> str:
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return low if low == high else f"{low} to {high}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"


def _header(*cells: str) -> str:
    return f"{_row(*cells)}\n|{'---|' * len(cells)}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
