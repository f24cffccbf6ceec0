"""Keep docs/claims.md true: every public claim with its grade, the reason and the sources, from the table of claims.

python scripts/claims.py            print the page
python scripts/claims.py --write    put it into docs/claims.md
python scripts/claims.py --check    exit 1 if docs/claims.md is out of date
"""

from __future__ import annotations

import sys
from collections import Counter

from written_page import ROOT, keep

from holocrine.domain.evidence import SourceEntry
from holocrine.knowledge.claims import SYSTEMS, Claim, SourceBook, load_claims, source_book

PAGE = ROOT / "docs" / "claims.md"
HEAD = """# What the public reads about this treatment

<!-- written by `python scripts/claims.py --write` from src/holocrine/knowledge/data/claims.csv -->

Each statement is put as people hear it and graded against the [evidence tables](evidence-tables.md).

| grade | what it asks for | claims |
|---|---|---|
| supported | controlled human evidence in the same direction from more than one source | {supported} |
| contested | sources disagree, or all of them are uncontrolled, or there is only one | {contested} |
| unsupported | no adequate human evidence, or evidence against it | {unsupported} |

A grade judges the statement as worded, no more: what it leaves open stands under *not covered*. Most papers were read
in abstracts. `holocrine evidence claims` adds what the model itself says.
"""


def page() -> str:
    """The page as it should be."""
    claims, book = load_claims(), source_book()
    counts = Counter(claim.grade for claim in claims)
    parts = [HEAD.format(**{grade: counts[grade] for grade in ("supported", "contested", "unsupported")})]
    for system in sorted({claim.system for claim in claims}):
        name = SYSTEMS[system - 1]
        parts.append(f"\n## {name[0].upper()}{name[1:]}\n")
        parts += [_section(claim, book) for claim in claims if claim.system == system]
    return "".join(parts)


def _section(claim: Claim, book: SourceBook) -> str:
    entries = [entry for source in claim.sources if (entry := book.entry(source)) is not None]
    sources = "".join(f"- {_source(entry)}\n" for entry in entries)
    return (
        f"\n### {claim.statement}\n\n"
        f"**{claim.grade.capitalize()}** (`{claim.claim_id}`). {claim.because}\n\n"
        f"*Not covered:* {claim.limits}\n\n{sources}"
    )


def _source(entry: SourceEntry) -> str:
    name = f"[{entry.id}]({entry.link})" if entry.link else entry.id
    return f"{name}: {_plain(entry.text)}"


def _plain(text: str) -> str:
    """Text whose characters Markdown would read as markup are escaped."""
    return "".join(f"\\{character}" if character in "*_<>[]|`" else character for character in text)


def main() -> int:
    """Print, write or check the page; returns the exit code."""
    return keep(PAGE, page, "the table of claims")


if __name__ == "__main__":
    sys.exit(main())
