"""The seed of random draws when none is given; any other gives an equally valid answer."""

SEED = 20260302
