"""What `assess` says of every example case."""

from __future__ import annotations

VERDICTS = {
    **dict.fromkeys(
        (
            "oily-forehead",
            "oily-sweating",
            "resistant-acne",
            "nose-and-lip",
            "axillae",
            "palms",
            "soles",
            "bladder",
            "repeat-20-weeks",
        ),
        "reasonable_with_conditions",
    ),
    **dict.fromkeys(("jawline-acne", "acne-add-on", "hormonal-acne"), "try_first"),
    **dict.fromkeys(("repeat-10-weeks", "follow-up"), "not_now"),
    "pregnant": "contraindicated",
    "myasthenia-aminoglycoside": "contraindicated",
    **dict.fromkeys(("incomplete", "scars-muscle-pull", "upper-face-lines", "jaw", "repeat-frown-lines"), "ask"),
}
LOOSER_LIMITS = ("scars-muscle-pull", "upper-face-lines", "jaw", "repeat-frown-lines")
"""Examples that accept more harm than the defaults: they ask who accepts it, and plan once SD-23 is set aside."""
