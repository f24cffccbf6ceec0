"""What a predicate answers, and the small look-ups that predicates share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from holocrine.domain.case import Case
from holocrine.domain.vocabulary import DrugClass, LesionType
from holocrine.knowledge.drugs import drug_classes


@dataclass(frozen=True)
class Setting:
    """The part of a rule that its predicate needs: `argument` words and `threshold` in the rule's unit."""

    argument: tuple[str, ...] = ()
    threshold: float | None = None

    @property
    def limit(self) -> float:
        """The threshold of a rule that must have one; ValueError otherwise (the linter asks for it first)."""
        if self.threshold is None:
            raise ValueError("this predicate needs a threshold")
        return self.threshold


@dataclass(frozen=True)
class Finding:
    """A rule fires, or cannot be decided because `field` is unknown. A rule that does not fire gives None."""

    state: Literal["fires", "unknown"]
    field: str
    because: str
    question: str = ""


Predicate = Callable[[Case, Setting], Finding | None]


def fires(field: str, because: str, question: str = "") -> Finding:
    """The rule applies, for the reason `because` found in `field`."""
    return Finding("fires", field, because, question)


def unknown(field: str) -> Finding:
    """The rule cannot be decided until `field` is known."""
    return Finding("unknown", field, f"{field} is not known")


def in_words(names: Iterable[str]) -> str:
    """Vocabulary words as prose: "dry_eye", "diplopia" -> "dry eye, diplopia"."""
    return ", ".join(name.replace("_", " ") for name in names)


def listed(given: tuple[str, ...] | None, wanted: Iterable[str], field: str, verb: str) -> Finding | None:
    """Fires on the words of `given` that are `wanted`; unknown when nobody asked (None)."""
    if given is None:
        return unknown(field)
    present = [word for word in given if word in set(wanted)]
    return fires(field, f"{verb}: {in_words(present)}") if present else None


def first_of(*findings: Finding | None) -> Finding | None:
    """The finding that decides: one that fires, else one that is unknown, else None."""
    for state in ("fires", "unknown"):
        for finding in findings:
            if finding is not None and finding.state == state:
                return finding
    return None


def classes_now(case: Case) -> frozenset[DrugClass]:
    """Every class among the drugs taken now that is known."""
    known = (drug_classes(drug) for drug in case.safety.drugs or ())
    return frozenset(drug_class for classes in known if classes for drug_class in classes)


def drugs_not_known(case: Case) -> bool:
    """Whether nobody asked for the drugs taken now, or one of them is of unknown class."""
    return case.safety.drugs is None or any(drug_classes(drug) is None for drug in case.safety.drugs)


def lesion_count(case: Case, kinds: Iterable[LesionType]) -> int | None:
    """Lesions of `kinds` over all regions counted; None when none of these kinds was counted anywhere."""
    wanted = set(kinds)
    counts = [n for by_kind in case.findings.lesions.values() for kind, n in by_kind.items() if kind in wanted]
    return sum(counts) if counts else None


def days_since_toxin(case: Case) -> int | None:
    """Days from the latest toxin session of any product to the day of assessment; None without one."""
    return min(((case.assessed_on - session.date).days for session in case.sessions), default=None)


def counted(number: float, noun: str) -> str:
    """`1 day`, `10 days`."""
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"
