"""Random numbers addressed by patient and purpose: the same numbers whoever else is in the batch.

A counter-based generator (Philox 4x64 with ten rounds, Salmon and co-workers 2011, the one NumPy ships) maps
an address to four words. The key is a hash of seed and purpose, the counter is (patient, attempt, occasion,
0). So a patient's numbers depend on nothing but the address: not on the order, the split or the size of a
batch, and not on which other purposes exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import scipy.special
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ids = NDArray[np.int64]
_Words = NDArray[np.uint64]

_MULTIPLIERS = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
_KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_ROUNDS = 10
_LOW32, _32 = np.uint64(0xFFFFFFFF), np.uint64(32)
_WORD = 2**64


def purpose_key(seed: int, purpose: str) -> tuple[int, int]:
    """The generator's key for one purpose under one seed: the first 128 bits of a SHA-256 over both."""
    digest = hashlib.sha256(f"holocrine.population/1\0{seed}\0{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def philox(counter: Sequence[_Words], key: tuple[int, int]) -> tuple[_Words, ...]:
    """Philox 4x64-10 of many counters: `counter` four arrays of one shape, `key` two words; four arrays back."""
    x0, x1, x2, x3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        high0, low0 = _product(_MULTIPLIERS[0], x0)
        high1, low1 = _product(_MULTIPLIERS[1], x2)
        x0, x1, x2, x3 = high1 ^ x1 ^ np.uint64(k0), low1, high0 ^ x3 ^ np.uint64(k1), low0
        k0, k1 = (k0 + _KEY_STEPS[0]) % _WORD, (k1 + _KEY_STEPS[1]) % _WORD
    return x0, x1, x2, x3


def _product(factor: np.uint64, x: _Words) -> tuple[_Words, _Words]:
    """High and low word of the 128-bit product, by halves of 32 bits."""
    factor_low, factor_high = factor & _LOW32, factor >> _32
    low, high = x & _LOW32, x >> _32
    middle = factor_high * low + ((factor_low * low) >> _32)
    crossed = factor_low * high + (middle & _LOW32)
    return factor_high * high + (middle >> _32) + (crossed >> _32), factor * x


def uniforms(seed: int, purpose: str, ids: Ids, *, attempt: Ids | int = 0, occasion: int = 0) -> Array:
    """One uniform number strictly between 0 and 1 per patient, (n,), for patients `ids` (n,).

    `attempt` (n,) or one number says which candidate for the patient's place this is, `occasion` which session
    or visit. Raises ValueError on a negative id, attempt or occasion.
    """
    attempts = np.broadcast_to(np.asarray(attempt, dtype=np.int64), ids.shape)
    if occasion < 0 or (ids.size and (int(ids.min()) < 0 or int(attempts.min()) < 0)):
        raise ValueError("patient ids, attempts and occasions count from 0")
    address = [ids.astype(np.uint64), attempts.astype(np.uint64), np.full(ids.shape, occasion, dtype=np.uint64)]
    first = philox([*address, np.zeros(ids.shape, dtype=np.uint64)], purpose_key(seed, purpose))[0]
    # The upper 53 bits, moved half a step off zero: every value is exact and neither end is reached.
    return np.asarray(((first >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)


def normals(seed: int, purpose: str, ids: Ids, *, attempt: Ids | int = 0, occasion: int = 0) -> Array:
    """One standard-normal score per patient, (n,); arguments as `uniforms`."""
    return np.asarray(scipy.special.ndtri(uniforms(seed, purpose, ids, attempt=attempt, occasion=occasion)))
