"""What `assess` says of every example case."""

from __future__ import annotations

VERDICTS = {
    **dict.fromkeys(
        (
            "oily-forehead",
            "oily-sweating",
            "jawline-acne",
            "acne-add-on",
            "hormonal-acne",
            "resistant-acne",
            "scars-muscle-pull",
            "upper-face-lines",
            "jaw",
            "nose-and-lip",
            "axillae",
            "palms",
            "soles",
            "bladder",
            "repeat-20-weeks",
            "repeat-frown-lines",
        ),
        "reasonable_with_conditions",
    ),
    "repeat-10-weeks": "not_now",
    "pregnant": "contraindicated",
    "myasthenia-aminoglycoside": "contraindicated",
    "incomplete": "ask",
}
