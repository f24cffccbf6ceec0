"""The measurements in words and tables, for the terminal and for docs/benchmarks.md; no number is written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Table = Mapping[str, Any]

TITLE = "## The planner against habit"
SURE = 2.0
"""Standard errors from which a lead is called one."""
WITHIN = 0.98
"""Share of the best worth known that the search has to reach."""
METHOD = """Written by `make bench-planner` (`benchmarks/planner`). Plans are made as `holocrine plan` makes them, on its
own draws, and judged on others: {draws} draws of parameters, virtual persons and needle errors for each of {seeds} other
seeds. Benefit is the expected fall, in percent of the untreated level and averaged over the targets, in weeks 2 to 16.
Harm is the worst upper end of any harm's probability over its accepted limit: 1 is the limit. Worth is benefit less
the planner's own prices of dose, punctures and harm. Leads are paired differences over the draws with their standard
error, in points of percent; positive where the plan is better.

Habits: published protocols with the case's product whose points all lie in its goal regions; even hexagonal grids of
the plan's dose at 8 and 10 mm over the allowed places of the same regions; and the one grid, among six spacings and two
depths, that does best at equal harm on the very draws by which it is judged. "The plan's harm" multiplies the habit's
doses, freely and not in syringe marks, until it does as much harm as the plan; where a dose limit comes first, it
stops there.
"""


def lines(result: Table) -> Iterator[str]:
    """The whole section in Markdown."""
    yield TITLE + "\n"
    yield METHOD.format(draws=result["size"]["draws"], seeds=len(result["size"]["seeds"]))
    yield from _verdict(result)
    yield from _plans(result["persons"])
    yield from _duels(result["persons"])
    yield from _worlds([person for person in result["persons"] if "worlds" in person])
    yield from _small(result["small"])


def _verdict(result: Table) -> Iterator[str]:
    duels = [(person, habit) for person in result["persons"] for habit in person["habits"]]
    for moment, words in (("at_harm", "equal harm"), ("at_dose", "equal dose")):
        leads = [habit[moment]["lead"] for _, habit in duels]
        won, lost = (sum(sign * of["mean"] > SURE * of["error"] for of in leads) for sign in (1.0, -1.0))
        yield f"- At {words} the plan has the larger benefit in {won} of {len(leads)} comparisons, the habit in {lost}."
    milder = sum(habit["at_dose"]["harm_share"] > person["plan"]["harm_share"] for person, habit in duels)
    yield f"- At equal dose the plan does less harm than the habit in {milder} of {len(duels)}."
    broken = [person["name"] for person in result["persons"] if person["plan"]["harm_share"] > 1.0]
    yield f"- Harm limit broken on the new draws: {_listed(broken)}."
    worse = [p["name"] for p in result["persons"] if p["plan"]["worth"]["mean"] < -SURE * p["plan"]["worth"]["error"]]
    yield f"- Worse than no injection on the new draws: {_listed(worse)}."
    short = [small["name"] for small in result["small"] if small["share"] < WITHIN]
    yield f"- Small problems on which the search stays more than 2% below the best known: {_listed(short)}."
    same = [person["same_as_holocrine_plan"] for person in result["persons"] if "same_as_holocrine_plan" in person]
    if same:
        yield f"- `holocrine plan` proposes the very points that were judged: {sum(same)} of {len(same)} examples."
    yield ""


def _plans(persons: Sequence[Table]) -> Iterator[str]:
    yield "### Plans on new draws\n"
    yield "| person | regions | product, injector | plan | benefit, % | harm when planned | harm on new draws |" + (
        " worth over no injection |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for person in persons:
        plan = person["plan"]
        harm = f"{plan['harm_share']:.2f} ± {plan['harm_share_error']:.2f} ({_numbers(plan['harm_share_by_seed'])})"
        yield _row(
            person["name"],
            ", ".join(region.replace("_", " ") for region in person["regions"]),
            f"{person['product']}, {person['injector']}",
            f"{plan['alternative'].replace('_', ' ')}, {_dose(plan)}",
            _estimate(plan["benefit"]),
            f"{plan['harm_share_when_planned']:.2f}",
            harm,
            _lead(plan["worth"]),
        )
    yield "\nHarm on new draws: all seeds together ± bootstrap error (each seed).\n"


def _duels(persons: Sequence[Table]) -> Iterator[str]:
    yield "### The plan against each habit\n"
    yield "| person | habit | as it is: dose; harm; lead | at the plan's harm: dose; lead | at its dose: harm; lead |"
    yield "|---|---|---|---|---|"
    for person in persons:
        for habit in person["habits"]:
            is_, harm, dose = habit["as_is"], habit["at_harm"], habit["at_dose"]
            short = f" ({habit['stopped_short']}: harm {harm['harm_share']:.2f})" if habit["stopped_short"] else ""
            yield _row(
                person["name"],
                habit["name"],
                f"{_dose(is_)}; {is_['harm_share']:.2f}; {_lead(is_['lead'])}",
                f"{harm['units']:.1f} units{short}; {_lead(harm['lead'])}",
                f"{dose['harm_share']:.2f}; {_lead(dose['lead'])}",
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
        "glands.\n"
    )
    yield "| person | world | benefit of the plan, % | its harm | its worth over no injection | lead over each habit |"
    yield "|---|---|---|---|---|---|"
    for person in persons:
        for world, found in {**person["worlds"], **person["wrong_worlds"]}.items():
            plan = found["plan"]
            yield _row(
                person["name"],
                world,
                _estimate(plan["benefit"]),
                f"{plan['harm_share']:.2f}",
                _lead(plan["worth"]),
                "; ".join(f"{habit['name']}: {_lead(habit['lead'])}" for habit in found["habits"]),
            )
    yield "\n| person | wrong world | plan of a planner that knows | its harm | its worth | lost by not knowing |"
    yield "|---|---|---|---|---|---|"
    for person in persons:
        for world, found in person["wrong_worlds"].items():
            aware = found["aware"]
            yield _row(
                person["name"],
                world,
                f"{aware['alternative'].replace('_', ' ')}, {_dose(aware)}",
                f"{aware['harm_share']:.2f}",
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
    yield "| problem | columns | search: worth, evaluations | annealing: worth of each run, evaluations | share | gap |"
    yield "|---|---|---|---|---|---|"
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


def _dose(plan: Table) -> str:
    return f"{plan['units']:.1f} units in {plan['punctures']} points"


def _estimate(found: Table) -> str:
    return f"{found['mean']:.2f} ± {found['error']:.2f}"


def _lead(found: Table) -> str:
    return f"{found['mean']:+.2f} ± {found['error']:.2f}"


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
