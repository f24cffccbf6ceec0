"""Which rows of the evidence are outcomes the model ought to express, fixed before the systems were modelled.

python scripts/outcome_rows.py            print the rows by topic, role and reason, and what was left out
python scripts/outcome_rows.py --write    fix the rows of today in tests/validation/outcome_rows.csv
python scripts/outcome_rows.py --check    exit 1 if the rule gives other rows than those fixed
python scripts/outcome_rows.py --shares   how many of the fixed rows the model expresses, by topic

The rule: a number (no p-value, no mere direction) about an outcome of a group of people who were treated or served as
controls. Left out are numbers that no single arm reported (reviews, pools, labels, opinions, spontaneous reports),
repetitions, doses and readings before treatment, and what stands in the tables of anatomy, parameters and people.
Subgroups reported with arms of their own stay in, and so does everything that the model merely cannot express yet.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from holocrine.inference.expressible import expressible_shares
from holocrine.knowledge.evidence import Evidence, Observation, packaged_evidence

FROZEN = Path(__file__).resolve().parents[1] / "tests" / "validation" / "outcome_rows.csv"

TOPICS = {
    "acne": "acne",
    "bladder": "bladder",
    "brow": "brow",
    "eyelid": "eyelid",
    "hormones": "sebum and hormones",
    "jaw": "lower face",
    "line severity": "line severity",
    "lip": "lower face",
    "muscle": "muscle",
    "nose": "lower face",
    "pores": "pores and scars",
    "safety": "safety",
    "satisfaction": "satisfaction",
    "scars": "pores and scars",
    "sebum": "sebum and hormones",
    "skin": "skin",
    "smile": "lower face",
    "sweat": "sweat",
}
"""Topic of every target that is an outcome; targets with fewer than ten rows share one with their neighbours."""
NO_ARM = frozenset(
    {
        "anatomy",
        "definition",
        "duplicate",
        "label",
        "measurement",
        "no_value",
        "not_human",
        "opinion",
        "parameter",
        "protocol",
        "review",
    }
)
"""Reasons of context rows that are no new number from an arm of people."""
_SUBGROUP = re.compile(r"post hoc|subgroup|subpopulation|subset")
_P_VALUE = re.compile(r"\bp[- ]?values?\b")


def left_out(observation: Observation, evidence: Evidence) -> str:
    """Why a row is none of those the model ought to express; empty if it is one."""
    if observation.target not in TOPICS:
        return f"{observation.target} is no outcome"
    if observation.value is None or observation.statistic == "direction":
        return "no number"
    if _P_VALUE.search(f"{observation.outcome} {observation.unit}".lower()):
        return "p-value"
    if observation.role != "context":
        return ""
    if "spontaneous" in observation.note:
        return "spontaneous reports"
    if observation.day is not None and observation.day.high == 0.0:
        return "reading before treatment"
    if observation.reason == "review" and _is_subgroup(observation, evidence):
        return ""
    return observation.reason if observation.reason in NO_ARM else ""


def _is_subgroup(observation: Observation, evidence: Evidence) -> bool:
    study = evidence.study_of(observation)
    return _SUBGROUP.search(f"{study.design} {study.note} {observation.note}".lower()) is not None


def outcome_rows(evidence: Evidence) -> dict[str, str]:
    """Topic of every row that the model ought to express, by observation id in the order of the table."""
    return {
        observation.observation_id: TOPICS[observation.target]
        for observation in evidence.observations.values()
        if not left_out(observation, evidence)
    }


def frozen_rows() -> dict[str, str]:
    """The rows fixed in the file: topic by observation id."""
    with FROZEN.open(encoding="utf-8", newline="") as stream:
        return {row["observation_id"]: row["topic"] for row in csv.DictReader(stream)}


def write(rows: Mapping[str, str]) -> None:
    """Fix the rows."""
    with FROZEN.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([("observation_id", "topic"), *rows.items()])


def differences(rows: Mapping[str, str], frozen: Mapping[str, str]) -> list[str]:
    """What the rule gives now and what was fixed, where they differ."""
    return [
        *(f"fixed, but not by the rule now: {row}" for row in frozen if row not in rows),
        *(f"by the rule now, but not fixed: {row}" for row in rows if row not in frozen),
        *(f"another topic: {row}" for row, topic in rows.items() if frozen.get(row, topic) != topic),
    ]


def counts(evidence: Evidence, rows: Mapping[str, str]) -> Iterable[str]:
    """Rows by topic, then by role and reason; then what was left out and why."""
    topics = Counter(rows.values())
    for topic, total in sorted(topics.items()):
        mine = [evidence.observations[row] for row, of in rows.items() if of == topic]
        parts = Counter(f"{row.role} ({row.reason})" if row.reason else row.role for row in mine)
        yield f"{topic:<20}{total:>4}  " + ", ".join(f"{name} {n}" for name, n in parts.most_common())
    yield f"{'all':<20}{len(rows):>4}"
    yield "left out:"
    reasons = Counter(left_out(row, evidence) for row in evidence.observations.values() if row.value is not None)
    yield from (f"  {reason:<26}{n:>4}" for reason, n in reasons.most_common() if reason)


def shares(evidence: Evidence, rows: Mapping[str, str]) -> Iterable[str]:
    """How many rows the model expresses by topic, and why it does not express the others."""
    for share in expressible_shares(evidence, rows):
        yield f"{share.topic:<20}{share.expressed:>4} of {share.rows:>3} ({100.0 * share.share:3.0f}%)"
        yield from (f"    {n:>3}  {reason}" for reason, n in share.reasons)


def main() -> int:
    """Print, fix or check the rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="fix the rows of today")
    parser.add_argument("--check", action="store_true", help="exit 1 if the rule gives other rows than those fixed")
    parser.add_argument("--shares", action="store_true", help="how many of the fixed rows the model expresses")
    chosen = parser.parse_args()
    evidence = packaged_evidence()
    rows = outcome_rows(evidence)
    if chosen.write:
        write(rows)
    elif chosen.check:
        found = differences(rows, frozen_rows())
        print(*found, sep="\n" if found else "", end="\n" if found else "")
        return 1 if found else 0
    elif chosen.shares:
        print(*shares(evidence, frozen_rows()), sep="\n")
    else:
        print(*counts(evidence, rows), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
