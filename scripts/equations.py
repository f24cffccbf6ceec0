"""Keep docs/equations.md true: the equations in time, written out from the declarations and the parameter table.

python scripts/equations.py            print the page
python scripts/equations.py --write    put it into docs/equations.md
python scripts/equations.py --check    exit 1 if docs/equations.md is out of date
"""

from __future__ import annotations

import sys
from typing import get_args

from written_page import ROOT, keep

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
PAGE = ROOT / "docs" / "equations.md"


def page() -> str:
    """The page as it should be."""
    tables = (load_parameters(), *map(load_block, get_args(Block)))
    parameters = {name: row for table in tables for name, row in table.items()}
    return document(MODELS, parameters)


def main() -> int:
    """Print, write or check the page; returns the exit code."""
    return keep(PAGE, page, "the declarations")


if __name__ == "__main__":
    sys.exit(main())
