"""A dated reading, the same type in a case and in the record."""

from __future__ import annotations

from typing import Annotated, Self, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from holocrine.domain.base import Record, fault
from holocrine.domain.quantities import read_quantity
from holocrine.domain.text import Day, Line80
from holocrine.domain.vocabulary import Instrument, LesionType, Region

# instrument -> lowest and highest whole number on its scale
_SCALES: dict[str, tuple[int, int]] = {"HDSS": (1, 4), "IGA": (0, 4), "lesion_count": (0, 999), "line_severity": (0, 3)}
# instrument -> unit with lowest and highest possible reading; brow height is also read as a signed change,
# and 50 mm is an assumption well beyond any brow-to-pupil distance
_QUANTITIES: dict[str, tuple[str, float, float]] = {
    "Sebumeter": ("ug/cm2", 0.0, 1000.0),
    "brow_height": ("mm", -50.0, 50.0),
}
RETURNS = ("sebum_return", "sweat_return", "line_return")
"""Instruments that say when an effect was over, counted from the last session."""
NOT_YET = "not yet"
_LONGEST_RETURN_DAYS = 730.0


class Observation(Record):
    """What was read, on which day, by whom.

    `value` is text with its unit for a Sebumeter ("140 ug/cm2") or brow height ("2 mm"), a whole
    number for counts and grades, "yes" or "no" for lid ptosis, and for a return how long after the last session
    sebum, sweat or lines were back ("20 weeks") or "not yet". A Sebumeter reading names its region, a
    lesion count its lesion and region.
    """

    date: Day
    instrument: Instrument
    region: Region | None = None
    lesion: LesionType | None = None
    value: Annotated[
        str | int | float,
        Field(description='text with its unit, a whole number, "yes", "no" or "not yet", as the instrument gives it'),
    ]
    rater: Line80 | None = None

    @field_validator("value", mode="before")
    @classmethod
    def _fits_instrument(cls, value: object, info: ValidationInfo) -> object:
        instrument = info.data.get("instrument")
        if instrument in _QUANTITIES:
            read_quantity(value, *_QUANTITIES[instrument])
        elif instrument in _SCALES:
            _check_scale(value, instrument, *_SCALES[instrument])
        elif instrument == "lid_ptosis" and value not in ("yes", "no"):
            raise fault(
                "lid ptosis is either seen or not",
                allowed='"yes" or "no"',
                remedy='Write value = "yes" or value = "no".',
            )
        elif instrument in RETURNS and value != NOT_YET:
            _check_return(value)
        return value

    @model_validator(mode="after")
    def _names_its_place(self) -> Self:
        needs_region = self.instrument in ("Sebumeter", "lesion_count")
        if needs_region and self.region is None:
            raise fault(
                f"is missing: a {self.instrument} reading belongs to a region",
                allowed=", ".join(get_args(Region)),
                remedy='Add it, such as region = "forehead".',
                field="region",
            )
        if self.instrument == "lesion_count" and self.lesion is None:
            raise fault(
                "is missing: a lesion_count counts one type of lesion",
                allowed=", ".join(get_args(LesionType)),
                remedy='Add it, such as lesion = "papules".',
                field="lesion",
            )
        if self.instrument != "lesion_count" and self.lesion is not None:
            raise fault(
                f"does not belong to a {self.instrument} reading",
                allowed='only with instrument = "lesion_count"',
                remedy="Remove it or correct the instrument.",
                field="lesion",
            )
        return self

    @property
    def number(self) -> float:
        """The reading as a float: ug/cm2, mm, a count or grade; lid ptosis is 1 (yes) or 0 (no).

        A return is in days since the last session; for one that is "not yet" see `censored`.
        """
        if self.instrument in RETURNS:
            return 0.0 if self.censored else _check_return(self.value)
        if self.instrument in _QUANTITIES:
            return read_quantity(self.value, *_QUANTITIES[self.instrument])
        if self.instrument == "lid_ptosis":
            return float(self.value == "yes")
        return float(self.value)

    @property
    def censored(self) -> bool:
        """Whether this says only that an effect was not over on the day of the reading."""
        return self.value == NOT_YET


def _check_return(value: object) -> float:
    """Days until an effect was over."""
    try:
        return read_quantity(value, "day", 1.0, _LONGEST_RETURN_DAYS)
    except PydanticCustomError as error:
        raise fault(
            "does not say when the effect was over",
            allowed=f'text with its unit, 1 day to {_LONGEST_RETURN_DAYS:g} days, or "{NOT_YET}"',
            remedy=f'Write value = "20 weeks", counted from the last session, or value = "{NOT_YET}".',
        ) from error


def _check_scale(value: object, instrument: str, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise fault(
            f"not a possible {instrument} reading",
            allowed=f"a whole number from {low} to {high}",
            remedy=f"Write the number without quotes, such as value = {high if high < 9 else 9}.",
        )
