"""Keep docs/equations.md true: the equations in time, written out from the declarations and the parameter table.

python scripts/equations.py            print the page
python scripts/equations.py --write    put it into docs/equations.md
python scripts/equations.py --check    exit 1 if docs/equations.md is out of date
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from holocrine.knowledge.parameters import Block, load_block, load_parameters
from holocrine.modelling.equations import document
from holocrine.models.acne import ACNE
from holocrine.models.androgens import HORMONES
from holocrine.models.bladder import BLADDER
from holocrine.models.drugs import ACNE_DRUGS
from holocrine.models.needle_reactions import WEAL
from holocrine.models.onset import LEBEDA
from holocrine.models.pores import PORES
from holocrine.models.scars import SCARS
from holocrine.models.site import SITE

MODELS = (SITE, LEBEDA, HORMONES, ACNE_DRUGS, ACNE, PORES, SCARS, BLADDER, WEAL)
PAGE = Path(__file__).resolve().parents[1] / "docs" / "equations.md"


def page() -> str:
    """The page as it should be."""
    tables = (load_parameters(), *map(load_block, get_args(Block)))
    parameters = {name: row for table in tables for name, row in table.items()}
    return document(MODELS, parameters)


def main() -> int:
    """Print, write or check the page; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write docs/equations.md from the declarations.")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", action="store_true", help="put the page into docs/equations.md")
    action.add_argument("--check", action="store_true", help="exit 1 if docs/equations.md is out of date")
    asked = parser.parse_args()
    text = page()
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")
    elif asked.check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            print("docs/equations.md is out of date: run python scripts/equations.py --write", file=sys.stderr)
            return 1
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
