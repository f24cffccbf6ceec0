"""How quantities are written: one formatter for page, report and terminal.

Doses follow the safe-writing rules of medicines practice: the unit whole and the product beside the number,
a leading zero, never a trailing zero, never the abbreviations that are misread.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_HALF_EVEN, Decimal

from holocrine.domain.interval import Interval

MINUS = "\N{MINUS SIGN}"

_UNIT_NAMES = {
    "ug/cm2": "micrograms per cm2",
    "µg/cm2": "micrograms per cm2",
    "mcg/cm2": "micrograms per cm2",
    "ug": "micrograms",
    "mcg": "micrograms",
    "uL": "microlitres",
    "ml": "mL",
    "percent": "%",
    "units/mL": "units per mL",
    "day": "days",
    "week": "weeks",
    "degree": "degrees",
    "1/day": "a day",
}

_TIMES = (("minutes", 1 / 1440, 2 / 24), ("hours", 1 / 24, 2.0), ("days", 1.0, 28.0), ("weeks", 7.0, math.inf))
"""Unit, its length in days, and the days from which the next one is used."""

_PLACES = {
    "mm": 1,
    "mL": 3,
    "ug/cm2": 0,
    "degree": 0,
    "grade": 1,
    "grade (0-3)": 1,
    "grade (0-4)": 1,
    "1/day": 1,
}  # decimals that can be read off the instrument

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)  # spelled out because strftime follows the machine's locale

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_REGION_NAMES = {
    "scalp_edge": "hairline",
    "bladder": "bladder wall",
}

GRADE_MEANINGS = {
    "A": "replicated human measurements",
    "B": "one adequate human study",
    "C": "indirect or animal evidence",
    "D": "assumption",
}

VERDICTS = {
    "contraindicated": "Do not treat",
    "not_now": "Not now",
    "ask": "Ask first",
    "try_first": "Try something else first",
    "reasonable_with_conditions": "Reasonable, with conditions",
    "insufficient_evidence": "Not enough evidence of benefit",
}

EFFECTS = {
    "contraindicates": "rules treatment out",
    "postpones": "postpones treatment",
    "asks": "needs an answer",
    "try_first": "try first",
    "condition": "condition",
    "excludes_site": "excludes a site",
    "limits_dose": "limits the dose",
    "information": "for information",
}


def decimal(value: float, places: int) -> str:
    """`value` with at most `places` decimals: leading zero, no trailing zero, thousands set apart by a comma.

    A number that rounds to zero loses its sign. Raises ValueError when `value` is not finite: a dose or a
    probability that is not a number must never be printed.
    """
    if not math.isfinite(value):
        raise ValueError(f"cannot write {value} as a number")
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    if rounded == 0:
        return "0"
    text = f"{abs(rounded):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if rounded < 0 else "") + text


def significant(value: float, digits: int = 2) -> str:
    """`value` to `digits` significant figures, whole numbers never shortened (1234 stays 1,234)."""
    if value == 0 or not math.isfinite(value):
        return decimal(value, 0)
    magnitude = math.floor(math.log10(abs(value)))
    return decimal(value, max(digits - 1 - magnitude, 0))


def power_of_ten(value: float) -> str:
    """A very small number: '3 × 10⁻⁸'."""
    if value == 0 or abs(value) >= 1e-3:
        return significant(value, 2)
    power = math.floor(math.log10(abs(value)))
    return f"{decimal(value / 10.0**power, 1)} × 10⁻{str(-power).translate(_RAISED)}"


def unit_name(unit: str) -> str:
    """The unit as it stands in prose: 'ug/cm2' becomes 'micrograms per cm2'."""
    return _UNIT_NAMES.get(unit, unit)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """'1 point', '24 points'."""
    return f"{number:,d} {noun if number == 1 else plural or noun + 's'}"


def units(value: float) -> str:
    """'4 units', '1 unit'; only where the product stands in the same table heading or sentence."""
    text = decimal(value, 3)
    return f"{text} unit" if text == "1" else f"{text} units"


def dose(value: float, product: str) -> str:
    """'4 units onabotulinumtoxinA': a dose is a number and a product, never the number alone."""
    return f"{units(value)} {product}"


def volume(value: float) -> str:
    """mL, to the microlitre: '0.05 mL'."""
    return f"{decimal(value, 3)} mL"


def concentration(value: float) -> str:
    """Units of the product per mL: '40 units per mL'."""
    return f"{units(value)} per mL"


def length(value: float) -> str:
    """mm, to a tenth: '1.5 mm'."""
    return f"{decimal(value, 1)} mm"


def marks(value: float) -> str:
    """Syringe marks, to a tenth: '5 marks'."""
    text = decimal(value, 1)
    return f"{text} mark" if text == "1" else f"{text} marks"


def percent_number(value: float) -> str:
    """Percent without its sign, two significant figures; below 0.01 it is 'under 0.01'."""
    if 0 < abs(value) < 0.01:
        return "under 0.01" if value > 0 else f"above {MINUS}0.01"
    return significant(value, 2)


def percent(value: float) -> str:
    """'24%', '0.43%'."""
    return f"{percent_number(value)}%"


def probability(value: float) -> str:
    """A probability in percent; what is not certain never reads as 0% or 100%."""
    if 99.5 <= value < 100:
        return "over 99%"
    return percent(value)


def against_limit(value: float, limit: float) -> str:
    """A percentage with just enough figures to show on which side of `limit` it lies."""
    for digits in range(2, 7):
        text = significant(value, digits)
        if value == limit or text != significant(limit, digits):
            break
    return percent(value) if 0 < value < 0.01 else f"{text}%"


def in_ten(value: float) -> str:
    """A probability in percent as a natural frequency: 'about 3 in 10', 'about 1 in 200'."""
    if value <= 0:
        return "none in the simulated people"
    if value < 0.05:
        return "fewer than 1 in 2,000"
    if value < 7.5:
        return f"about 1 in {decimal(round_to_figures(100 / value, 1 if value < 1 else 2), 0)}"
    tenths = round(value / 10)
    if tenths == 10:
        return "nearly all" if value < 100 else "10 in 10"
    return f"about {max(tenths, 1)} in 10"


def round_to_figures(value: float, digits: int) -> float:
    """`value` rounded to `digits` significant figures."""
    if value == 0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def figure(value: float, unit: str) -> str:
    """The number of a quantity without its unit, rounded as fits the unit; otherwise two significant figures.

    Millilitres are written to the microlitre below 10 mL, as injected, and whole above, as a bladder holds.
    """
    if unit.startswith("%"):
        return percent_number(value)
    if unit == "mL" and abs(value) >= 10:
        return decimal(value, 0)
    if _is_dose(unit):
        return decimal(value, 2)
    places = _PLACES.get(unit)
    return significant(value, 2) if places is None else decimal(value, places)


def span(low: float, high: float, unit: str) -> str:
    """'0 to 51%', '2 to 14 weeks', '0.2 to 0.6 mm'."""
    gap = "" if unit.startswith("%") else " "
    return f"{figure(low, unit)} to {figure(high, unit)}{gap}{unit_name(unit)}".rstrip()


def quantity(value: float, unit: str) -> str:
    """A number with its unit in prose; a dose keeps its product: '4 units onabotulinumtoxinA'."""
    if _is_dose(unit):
        return f"{units(value)}{unit.removeprefix('units')}"
    gap = "" if unit.startswith("%") else " "
    return f"{figure(value, unit)}{gap}{unit_name(unit)}".rstrip()


def _is_dose(unit: str) -> bool:
    return unit == "units" or unit.startswith("units ")


def interval90(value: float, low: float, high: float, unit: str = "%") -> str:
    """'24% (90% interval 0 to 51%)'."""
    return f"{quantity(value, unit)} (90% interval {span(low, high, unit)})"


def interval(value: Interval, unit: str = "%") -> str:
    """The median with its 90% interval."""
    return interval90(value.median, value.lo90, value.hi90, unit)


def duration(low: float, high: float) -> str:
    """A span of days, each end in the unit that suits it: '3 to 66 minutes', '7 hours to 3 days', '12 weeks'."""
    ends = [_time(low), _time(high)]
    if ends[0] == ends[1]:
        return " ".join(ends[0])
    if ends[0][1] == ends[1][1]:
        return f"{ends[0][0]} to {ends[1][0]} {ends[1][1]}"
    return " to ".join(" ".join(end) for end in ends)


def _time(days: float) -> tuple[str, str]:
    """Number and unit, whole from 3 on."""
    unit, length, _ = next(time for time in _TIMES if days < time[2])
    return decimal(days / length, 0 if days / length >= 3 else 1), unit


def words(token: str) -> str:
    """A word of a closed list as prose: 'try_first' becomes 'try first'."""
    return token.replace("_", " ")


def region(name: str) -> str:
    """'temple_left' becomes 'left temple' (the patient's left)."""
    for side in ("left", "right"):
        if name.endswith(f"_{side}"):
            return f"{side} {words(name.removesuffix(f'_{side}'))}"
    return _REGION_NAMES.get(name, words(name))


def listing(items: list[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def date(value: str | dt.date) -> str:
    """A date that cannot be misread: '3 November 2026'. Text that is no ISO date is returned as it is."""
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            return str(value)
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def capital(text: str) -> str:
    """The sentence with its first letter upper case, the rest untouched."""
    return text[:1].upper() + text[1:]
