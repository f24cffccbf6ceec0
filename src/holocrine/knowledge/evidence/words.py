"""The word lists of the evidence tables: those every table must keep, and those the packaged tables keep as well."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from holocrine.domain.vocabulary import Product

STATISTICS = (
    "mean",
    "mean_change_percent",
    "median",
    "responder_percent",
    "median_days",
    "ratio",
    "threshold_units",
    "direction",
)
DIRECTIONS = ("decrease", "increase", "no significant change")
"""What the value of statistic `direction` says; `direction_in` understands other words for them."""
_SAID = (
    ("no significant change", r"no\b.*|not\b.*|none|unchanged|similar|equal|same|comparable|0"),
    ("decrease", r"(significant(ly)? )?(decreas|reduc|low|fall|fell|less|small|down|short|-).*"),
    ("increase", r"(significant(ly)? )?(increas|high|ris|rose|more|larg|great|up|long|\+|1).*"),
)
SPREAD_KINDS = ("SD", "SE", "CI95", "IQR")
PAIRED_SPREADS = ("CI95", "IQR")
"""Spreads given by their two ends."""
ROLES = ("fit", "held_out", "context")

CONTROLS = ("saline", "vehicle", "placebo", "none")
PRODUCTS = (*get_args(Product), "rimabotulinumtoxinB", "botulinum toxin A", *CONTROLS)
PATTERNS = ("single", "row", "grid", "area", "labelled")
ROUTES = ("intradermal", "intramuscular", "subcutaneous", "intradetrusor", "topical", "oral", "none")
ACCESS = ("full text", "abstract", "secondary")
TARGETS = (
    "sebum",
    "sweat",
    "line severity",
    "muscle",
    "brow",
    "eyelid",
    "smile",
    "pores",
    "acne",
    "scars",
    "jaw",
    "nose",
    "lip",
    "bladder",
    "skin",
    "hormones",
    "safety",
    "satisfaction",
    "mechanism",
    "anatomy",
    "measurement",
    "dose",
    "definition",
)


def direction_in(text: str) -> str:
    """One of `DIRECTIONS` where the text says it in other words; otherwise the text itself."""
    return next((word for word, said in _SAID if re.fullmatch(said, text.strip().lower())), text)


CONTEXT_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no_value": "neither a number nor a direction can be read",
        "definition": "a definition, code, standard, guideline or recommendation",
        "protocol": "a dose, dilution or schedule, not an outcome",
        "review": "a review, pool or textbook, or an overlap with the trials it contains",
        "opinion": "practice opinion or a secondary page",
        "label": "a statement of a product label",
        "not_human": "in vitro, animal, tissue sample or tracer",
        "anatomy": "kept in the anatomy tables",
        "measurement": "measurement error or seasons, kept in the tables of people",
        "parameter": "kept in the parameter table",
        "generic_product": "the product is not identified",
        "no_dose": "the dose is neither printed nor inferable",
        "combination": "the toxin's share in a combined treatment cannot be told",
        "ambiguous": "sign, unit or geometry cannot be resolved",
        "single_case": "one to three patients",
        "self_rated": "patients' own judgement without a control; a fit would take it for evidence of an effect",
        "outcome_not_modelled": "no read-out of the model says it",
        "site_not_modelled": "the model has no such site",
        "duplicate": "repeats another row",
    }
)
"""Why a row of role `context` is neither fitted nor held out: the word in its note, and what it means."""
