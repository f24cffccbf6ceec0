"""Acne drugs by mechanism: a virtual effect compartment per ingredient, and what it does to follicle and gland.

No drug level is measured in skin, so each ingredient is K-PD: its compartment fills to the share of doses taken while
the drug is given and empties after it. Actions are linear in it; parts of a combination act independently. None acts
on lesions directly.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from holocrine.knowledge.acne_drugs import INGREDIENTS, Ingredient
from holocrine.modelling.declaration import Assigned, Constant, Piece, State, compose
from holocrine.models.androgens import ANDROGENS
from holocrine.models.gland_production import GLAND

LETTER: Mapping[Ingredient, str] = MappingProxyType(
    {
        "retinoid": "r",
        "peroxide": "b",
        "topical_antibiotic": "t",
        "oral_antibiotic": "o",
        "azelaic": "z",
        "clascoterone": "c",
        "spironolactone": "s",
        "contraceptive": "p",
        "isotretinoin": "i",
    }
)
"""What the symbols of an ingredient end in."""
ORAL: frozenset[Ingredient] = frozenset({"oral_antibiotic", "spironolactone", "contraceptive", "isotretinoin"})


def virtual_drug(ingredient: Ingredient) -> Piece:
    """The effect compartment X of one ingredient; u is 1 while it is given, b the share of doses taken."""
    i = LETTER[ingredient]
    kind, taken = ("oral", "b_o") if ingredient in ORAL else ("topical", "b_t")
    rate = f"u_{i}*({taken} - X_{i})/tau_on_{i} - (1 - u_{i})*X_{i}/tau_off_{i}"
    return Piece(
        states=(State(f"X_{i}", "1", rate, 0.0, f"effect compartment of {ingredient}"),),
        constants=(
            Constant(f"u_{i}", "1", f"1 while {ingredient} is given", "switched by the course of treatment"),
            Constant(taken, "1", f"share of {kind} doses taken", f"{kind}_adherence"),
            Constant(f"tau_on_{i}", "day", "mean time of onset", f"{ingredient}_onset"),
            Constant(f"tau_off_{i}", "day", "mean time of loss", f"{ingredient}_offset"),
        ),
    )


FOLLICLE = Piece(
    constants=(
        Constant("k_r", "1", "plug formation removed by a retinoid", "retinoid_keratin"),
        Constant("k_b", "1", "plug formation removed by peroxide", "peroxide_keratin"),
        Constant("k_z", "1", "plug formation removed by azelaic acid", "azelaic_keratin"),
        Constant("k_i", "1", "plug formation removed by isotretinoin", "isotretinoin_keratin"),
        Constant("z_b", "1/day", "killing by peroxide", "peroxide_killing"),
        Constant("z_t", "1/day", "killing by a topical antibiotic", "topical_antibiotic_killing"),
        Constant("z_o", "1/day", "killing by an oral antibiotic", "oral_antibiotic_killing"),
        Constant("z_z", "1/day", "killing by azelaic acid", "azelaic_killing"),
        Constant("n_t", "1", "bacteria resistant to the topical antibiotic", "topical_resistance"),
        Constant("n_o", "1", "bacteria resistant to the oral antibiotic", "oral_resistance"),
        Constant("f_r", "1", "inflammation removed by a retinoid", "retinoid_inflammation"),
        Constant("f_t", "1", "inflammation removed by a topical antibiotic", "topical_antibiotic_inflammation"),
        Constant("f_o", "1", "inflammation removed by an oral antibiotic", "oral_antibiotic_inflammation"),
        Constant("f_z", "1", "inflammation removed by azelaic acid", "azelaic_inflammation"),
        Constant("f_i", "1", "inflammation removed by isotretinoin", "isotretinoin_inflammation"),
    ),
    assigned=(
        Assigned(
            "keratin",
            "1",
            "1 - (1 - k_r*X_r)*(1 - k_b*X_b)*(1 - k_z*X_z)*(1 - k_i*X_i)",
            "share of plug formation removed",
        ),
        Assigned(
            "killing",
            "1/day",
            "z_b*X_b + z_t*(1 - n_t)*X_t + z_o*(1 - n_o)*X_o + z_z*X_z",
            "loss of C. acnes to drugs",
        ),
        Assigned(
            "inflammation",
            "1",
            "1 - (1 - f_r*X_r)*(1 - f_t*X_t)*(1 - f_o*X_o)*(1 - f_z*X_z)*(1 - f_i*X_i)",
            "share of inflammation removed",
        ),
    ),
)

ANTIANDROGENS = Piece(
    constants=(
        Constant("T_f", "1", "free testosterone without drugs", "free_testosterone_person"),
        Constant("A_f", "1", "DHEA-S without drugs", "dheas_person"),
        Constant("e_T", "1", "free testosterone removed by a contraceptive", "contraceptive_testosterone"),
        Constant("e_D", "1", "DHEA-S removed by a contraceptive", "contraceptive_dheas"),
        Constant("I_c", "1", "clascoterone over its inhibition constant", "clascoterone_block"),
        Constant("I_s", "1", "spironolactone over its inhibition constant", "spironolactone_block"),
    ),
    assigned=(
        Assigned("free_T", "1", "T_f*(1 - e_T*X_p)", "free testosterone in serum"),
        Assigned("dheas", "1", "A_f*(1 - e_D*X_p)", "DHEA-S in serum"),
        Assigned("block", "1", "I_c*X_c + I_s*X_s", "antagonists at the receptor"),
        Assigned("sebum", "1", "Z3", "sebum excretion over untreated"),
    ),
)

ACNE_DRUGS = compose(
    "acne_drugs",
    (*(virtual_drug(ingredient) for ingredient in INGREDIENTS), FOLLICLE, ANTIANDROGENS, ANDROGENS, GLAND),
    outputs=("sebum", "keratin", "killing", "inflammation"),
)
