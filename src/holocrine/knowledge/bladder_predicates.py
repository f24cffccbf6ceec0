"""Predicates on the bladder: nothing is planned there without a urology pathway."""

from __future__ import annotations

from holocrine.domain.case import Case
from holocrine.domain.urology import Urology
from holocrine.knowledge.findings import Finding, Setting, fires, unknown


def bladder_is_goal(case: Case, _setting: Setting) -> Finding | None:
    """Leaks are a target."""
    return fires("goals.targets", "bladder is a target") if "bladder" in case.goals.targets else None


def bladder_unanswered(case: Case, setting: Setting) -> Finding | None:
    """Leaks are a target and the urology finding named by the argument is not known."""
    (name,) = setting.argument
    if "bladder" not in case.goals.targets or getattr(_found(case), name) not in (None, "unknown"):
        return None
    return fires(f"urology.{name}", f"urology.{name} is not known")


def bladder_answer(case: Case, setting: Setting) -> Finding | None:
    """Leaks are a target and the urology finding named first was answered with the word named second."""
    name, word = setting.argument
    if "bladder" not in case.goals.targets:
        return None
    answer = getattr(_found(case), name)
    if answer in (None, "unknown"):
        return unknown(f"urology.{name}")
    return None if answer != word else fires(f"urology.{name}", f"urology.{name}: {word}")


def bladder_residual_at_least(case: Case, setting: Setting) -> Finding | None:
    """Leaks are a target and at least the threshold (mL) stays behind after voiding."""
    residual = _found(case).residual_volume
    if "bladder" not in case.goals.targets:
        return None
    if residual is None:
        return unknown("urology.residual_volume")
    return None if residual < setting.limit else fires("urology.residual_volume", f"{residual:g} mL left after voiding")


def bladder_other_product(case: Case, setting: Setting) -> Finding | None:
    """Leaks are a target and the product is none of those named by the argument."""
    if "bladder" not in case.goals.targets or case.product.name in setting.argument:
        return None
    if case.product.name == "unknown":
        return unknown("product.name")
    return fires("product.name", f"{case.product.name} for the bladder")


def _found(case: Case) -> Urology:
    return case.urology or Urology()
