"""The closed word lists of the clinic. A word outside its list is a fault, with the nearest match named."""

from __future__ import annotations

from typing import Literal

YesNo = Literal["yes", "no", "unknown"]
Sex = Literal["female", "male"]
Jurisdiction = Literal["US", "EU", "UK", "CH", "PH", "unknown"]

Product = Literal[
    "onabotulinumtoxinA",
    "abobotulinumtoxinA",
    "incobotulinumtoxinA",
    "prabotulinumtoxinA",
    "letibotulinumtoxinA",
    "daxibotulinumtoxinA",
]
Diluent = Literal["preservative-free saline", "bacteriostatic saline", "lidocaine"]
Syringe = Literal["0.3 mL", "0.5 mL", "1 mL"]
Experience = Literal["novice", "intermediate", "expert"]
Plane = Literal["intradermal", "subcutaneous", "intramuscular"]

FaceRegion = Literal[
    "forehead",
    "glabella",
    "temple_left",
    "temple_right",
    "nose",
    "cheek_left",
    "cheek_right",
    "chin",
    "upper_lip",
    "jawline_left",
    "jawline_right",
    "scalp_edge",
]
SheetRegion = Literal[
    "axilla_left",
    "axilla_right",
    "palm_left",
    "palm_right",
    "sole_left",
    "sole_right",
    "bladder",
]
"""Sites off the face, each a flat sheet of its own; the bladder's is the unrolled wall."""
Region = Literal[FaceRegion, SheetRegion]
"""Where something can be injected and read out."""
BodySite = Literal["axilla", "abdomen", "back", "palm", "sole"]
"""Sites off the face at which toxin was studied, without their side."""
Target = Literal[
    "sebum",
    "sweat",
    "pores",
    "acne",
    "scars",
    "forehead_lines",
    "glabellar_lines",
    "crows_feet",
    "jaw",
    "nose_tip",
    "upper_lip",
    "bladder",
]
Harm = Literal[
    "lid_ptosis",
    "brow_drop",
    "smile_change",
    "lip_weakness",
    "bite_weakness",
    "grip_weakness",
    "urinary_retention",
]
Avoidance = Harm

LesionType = Literal["closed_comedones", "open_comedones", "papules", "pustules", "nodules", "macules", "scars"]
Response = Literal["none", "partial", "good", "not_tolerated", "unknown"]
Instrument = Literal[
    "Sebumeter",
    "HDSS",
    "IGA",
    "lesion_count",
    "line_severity",
    "lid_ptosis",
    "brow_height",
    "sebum_return",
    "sweat_return",
    "line_return",
]

Condition = Literal[
    "myasthenia_gravis",
    "lambert_eaton_syndrome",
    "amyotrophic_lateral_sclerosis",
    "motor_neuropathy",
    "swallowing_difficulty",
    "breathing_difficulty",
    "cardiovascular_disease",
    "bleeding_disorder",
    "body_dysmorphic_disorder",
    "earlier_reaction_to_botulinum_toxin",
    "polycystic_ovary_syndrome",
    "rosacea",
    "hyperhidrosis",
    "other",
]
EyelidFinding = Literal[
    "eyelid_ptosis",
    "dermatochalasis",
    "compensating_frontalis",
    "brow_at_or_below_rim",
    "eyelid_surgery",
    "dry_eye",
    "diplopia",
    "facial_palsy",
]
Allergen = Literal[
    "botulinum_toxin",
    "human_albumin",
    "cows_milk_protein",
    "lactose",
    "lidocaine",
    "benzyl_alcohol",
    "polysorbate",
    "other",
]
DrugClass = Literal[
    "aminoglycoside",
    "spectinomycin",
    "neuromuscular_blocker",
    "muscle_relaxant",
    "anticholinergic",
    "tetracycline",
    "lincosamide",
    "polymyxin",
    "aminoquinoline",
    "anticoagulant",
    "antiplatelet",
    "oral_isotretinoin",
    "topical_retinoid",
    "benzoyl_peroxide",
    "topical_antibiotic",
    "oral_antibiotic",
    "fixed_combination",
    "azelaic_acid",
    "topical_antiandrogen",
    "spironolactone",
    "combined_oral_contraceptive",
    "other",
]

KineticModel = Literal["site", "muscle", "sweat", "sebum", "lebeda"]
"""The models in time that can be exported; `site` holds the next three, `lebeda` is the published onset model."""
HypothesisId = Literal["H1", "H2", "H3", "H3b"]
"""The competing explanations of the sebum effect."""
