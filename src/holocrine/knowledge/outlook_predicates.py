"""Predicates on the person's outlook: what they expect, and whether a screen points to a troubled body image."""

from __future__ import annotations

from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Target
from holocrine.knowledge.findings import Finding, Setting, fires, in_words, unknown

FUNCTION: frozenset[Target] = frozenset({"sweat", "bladder"})
"""Targets that concern how the body works; all others concern its looks."""


def outlook_is(case: Case, setting: Setting) -> Finding | None:
    """The answer named first is the word named second, which may be "unknown".

    Body image is asked only where looks are a goal.
    """
    name, word = setting.argument
    if name == "body_image_screen" and not set(case.goals.targets) - FUNCTION:
        return None
    answer = getattr(case.outlook, name)
    if answer == word:
        return fires(f"outlook.{name}", f"{in_words((name,))}: {answer}")
    return unknown(f"outlook.{name}") if answer == "unknown" else None
