"""What must hold between rows: whole studies, nobody fitted twice, acne kept out; and the packaged tables' words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holocrine.domain.faults import closest
from holocrine.domain.toml_text import shown
from holocrine.knowledge.evidence.cells import Row
from holocrine.knowledge.evidence.records import Arm, Observation, Study
from holocrine.knowledge.evidence.words import ACCESS, CONTEXT_REASONS, DIRECTIONS, PATTERNS, PRODUCTS, ROUTES, TARGETS


@dataclass(frozen=True)
class Parsed:
    """The rows of all three tables, each beside the line it stands in; faults go where the lines note them."""

    studies: Sequence[tuple[Row, Study]]
    arms: Sequence[tuple[Row, Arm]]
    observations: Sequence[tuple[Row, Observation]]


def lint(parsed: Parsed, *, strict: bool) -> None:
    """Note what rows of any table may not say together; `strict` also minds leaks and the words of packaged tables."""
    arms = {arm.arm_id: arm for _, arm in parsed.arms}
    roles = _roles_of_studies(parsed, arms)
    _lint_overlaps(parsed, roles, leaks=strict)
    for row, observation in parsed.observations:
        arm = arms.get(observation.arm_id)
        if arm and arm.has_toxin and observation.target == "acne" and observation.role == "fit":
            row.fault("role", "toxin on acne is fitted", "held_out or context: the model must predict it unseen")
    if strict:
        _lint_words(parsed)


def _lint_words(parsed: Parsed) -> None:
    """Note every word outside its list, and every context row that does not say why it is one."""
    for row, _ in parsed.studies:
        row.word("access", ACCESS)
    for row, _ in parsed.arms:
        row.word("product", PRODUCTS, optional=True)
        row.word("pattern", PATTERNS, optional=True)
        row.word("route", ROUTES, optional=True)
    for row, observation in parsed.observations:
        row.word("target", TARGETS)
        if observation.statistic == "direction":
            row.word("value", DIRECTIONS, optional=True)
        if observation.role == "context" and observation.reason not in CONTEXT_REASONS:
            given = observation.reason
            problem = f"{shown(given)} is not a known reason" if given else "a context row does not begin with reason="
            row.fault("note", problem, f"reason= and {', '.join(CONTEXT_REASONS)}", closest(given, CONTEXT_REASONS))


def _roles_of_studies(parsed: Parsed, arms: Mapping[str, Arm]) -> Mapping[str, str]:
    """fit or held_out by study; a study that is both is a fault, noted once."""
    roles: dict[str, str] = {}
    both: set[str] = set()
    for row, observation in parsed.observations:
        arm, role = arms.get(observation.arm_id), observation.role
        if arm is None or role not in ("fit", "held_out"):
            continue
        first = roles.setdefault(arm.study_id, role)
        if role != first and arm.study_id not in both:
            both.add(arm.study_id)
            problem = f"{role}, but an earlier row of study {shown(arm.study_id)} is {first}"
            row.fault("role", problem, "whole studies are fit or held_out; single rows may be context")
    return roles


def _lint_overlaps(parsed: Parsed, roles: Mapping[str, str], *, leaks: bool) -> None:
    """`leaks`: patients of a fitted study among those kept out are a fault as well."""
    noted: set[frozenset[str]] = set()
    for row, study in parsed.studies:
        for other in study.overlaps:
            pair = frozenset((study.study_id, other))
            used = {roles.get(study.study_id), roles.get(other)}
            if used == {"fit"} and len(pair) == 2 and pair not in noted:
                noted.add(pair)
                row.fault("overlaps", f"both this study and {shown(other)} are fitted", "role fit for one of them")
            if leaks and used == {"fit", "held_out"} and pair not in noted:
                noted.add(pair)
                row.fault("overlaps", f"shares patients with {shown(other)}; one is fitted", "one of them context")
