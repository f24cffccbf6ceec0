"""What generated kernels are made of: unchecked access to a flat block of memory, and exp and log for whole lanes.

NumPy's and the C library's exp and log are called once a number, which keeps a loop over lanes from being
vectorised; these two are plain arithmetic and bit moves, so that the compiler works on many lanes at once.
Both are within 2 units in the last place for normal numbers (tests/unit/test_lane_math.py).
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

CONTRACT = {"contract"}
"""Multiply-add may be one instruction; nothing else is reordered, so results do not depend on neighbours."""


def _bits_of(_context: Any, _value: Any) -> Any:
    """The 64 bits of a double as a whole number."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


def _double_of(_context: Any, _value: Any) -> Any:
    """The double with these 64 bits."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


_bits: Any = intrinsic(_bits_of)
_double: Any = intrinsic(_double_of)


@intrinsic
def memory(_context: Any, block: Any) -> Any:
    """Where the numbers of a contiguous array begin; the array must be kept alive."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return target.make_array(signature.args[0])(target, builder, arguments[0]).data

    pointer: Any = types.CPointer
    return pointer(block.dtype)(block), generate


@intrinsic
def peek(_context: Any, pointer: Any, _index: Any) -> Any:
    """The number `_index` places on, without the test for negative indices that keeps loops from being vectorised."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(builder.gep(arguments[0], [arguments[1]], inbounds=True))

    return types.float64(pointer, types.int64), generate


@intrinsic
def poke(_context: Any, pointer: Any, _index: Any, _value: Any) -> Any:
    """Put a number there, likewise."""

    def generate(target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        builder.store(arguments[2], builder.gep(arguments[0], [arguments[1]], inbounds=True))
        return target.get_dummy_value()

    return types.void(pointer, types.int64, types.float64), generate


_ROUND = 6755399441055744.0
"""1.5 * 2**52: adding it leaves a number's nearest whole number in the low bits."""
_ROUND_BITS = 0x4338000000000000
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
"""Bits of sqrt(1/2): mantissas are taken from there to sqrt(2)."""
_EXPONENT_MASK = -(1 << 52)
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


@numba.njit(fastmath=CONTRACT)
def log(x: float) -> float:
    """Natural logarithm; nan below zero and for nan, about -709 at zero and below the smallest normal number."""
    bits = _bits(x + 0.0)  # the sign bit of -0.0 would be taken for an exponent
    shifted = bits - _ROOT_HALF_BITS
    mantissa = _double(bits - (shifted & _EXPONENT_MASK))
    exponent = _double((shifted >> 52) + _ROUND_BITS) - _ROUND
    s = (mantissa - 1.0) / (mantissa + 1.0)
    u = s * s
    u2 = u * u
    u4 = u2 * u2
    # The series of artanh, summed pairwise: long chains of dependent operations would leave the processor waiting.
    p = (
        ((1.0 / 3.0 + u * (1.0 / 5.0)) + u2 * (1.0 / 7.0 + u * (1.0 / 9.0)))
        + u4 * ((1.0 / 11.0 + u * (1.0 / 13.0)) + u2 * (1.0 / 15.0 + u * (1.0 / 17.0)))
        + (u4 * u4) * (1.0 / 19.0)
    )
    tail = 2.0 * s * u * p + exponent * _LN2_LOW
    result = exponent * _LN2_HIGH + (2.0 * s + tail)
    return result if x >= 0.0 else np.nan


@numba.njit(fastmath=CONTRACT)
def exp(x: float) -> float:
    """e to the x; beyond +-708 the value at 708, nan for nan."""
    clipped = min(max(x, -708.0), 708.0)
    turned = clipped * 1.4426950408889634 + _ROUND
    whole = turned - _ROUND
    r = (clipped - whole * _LN2_HIGH) - whole * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    p = (
        r2 * (0.5 + r * (1.0 / 6.0))
        + r4 * ((1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0)))
        + (r4 * r4)
        * (
            ((1.0 / 40320.0 + r * (1.0 / 362880.0)) + r2 * (1.0 / 3628800.0 + r * (1.0 / 39916800.0)))
            + r4 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
        )
    )
    result = _double(_bits(1.0 + (r + p)) + (_bits(turned) << 52))
    return result if x == x else x
