"""What the evidence cannot say; printed with every forecast."""

from __future__ import annotations

LIMITS = (
    "Typical values come from a fit to published group results; how much people differ is mostly borrowed from other "
    "diseases. Results kept out of the fit were predicted (holocrine validate); single patients were not.",
    "Whether botulinum toxin lowers sebum at all is contested: saline-controlled split-face trials point both ways "
    "(Sayed 2021 for, Kim 2019 against), and almost all quantitative data come from one study without an untreated "
    "control (Min 2015).",
    "The needle and the saline alone improved sebum and pore scores in a controlled trial (Sayed 2021). That share "
    "is not in this forecast: it would come with any injection.",
    "Sebum rose 2.5 cm from intramuscular points in one study (Min 2015). The forecast carries such a shift of the "
    "reading with mean zero and claims no benefit from it.",
    "No study gives the distance between intradermal points; the spacing follows from assumed spread.",
    "The probability of a drooping lid after intradermal plans is extrapolated: no trial counted it.",
    "Acne lesions follow the forecast of sebum by steps that are assumed: no controlled study shows what toxin does to "
    "lesions, and none was used to set a number.",
    "Studies of pores disagree and hardly print numbers; three explanations, one of them no effect, are weighted by "
    "judgement. How muscles pull on acne scars is taken from surgical scars.",
    "No adequate number was found for the nose tip in degrees, the red of the upper lip in mm, late pale halos and "
    "toxin into acne scars: these read-outs rest on assumptions with wide intervals.",
    "Of the lower face the masseter, the depressor septi, the edge of the upper lip and the muscles that lift the "
    "corner of the mouth are modelled. Weakness of its other muscles and of the neck is not among the risks.",
    "Palms and soles are treated like armpits under thicker skin. The bladder is forecast for research, without what "
    "earlier bladder sessions left.",
)
