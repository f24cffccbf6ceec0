"""A case: one person on one day, as the clinic describes them (`holocrine.case/1`).

Every quantity is held in clinical units (mm, mL, day, ug/cm2, units of the named product). A field
that is absent is *unknown*; it is never read as "no".
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.goals import Goals
from holocrine.domain.observation import Observation
from holocrine.domain.patient import Patient
from holocrine.domain.quantities import AreaMassDensity, Distance, Length, TimeSpan, Volume
from holocrine.domain.session import Session
from holocrine.domain.text import Day, Line80, Line120, SerumText
from holocrine.domain.urology import Urology
from holocrine.domain.vocabulary import (
    Allergen,
    Condition,
    Diluent,
    DrugClass,
    Experience,
    EyelidFinding,
    Jurisdiction,
    LesionType,
    Product,
    Region,
    Response,
    Syringe,
    YesNo,
)

Grade = Annotated[int, Field(ge=0, le=4)]
Count = Annotated[int, Field(ge=0, le=999)]


class InflamedLesion(Record):
    """An inflamed lesion with its place on the face map: no point is put inside `radius`."""

    x: Length
    y: Length
    radius: Distance = 3.0


class Findings(Record):
    """What the examination found; everything here may be missing and then widens the interval."""

    sebum: dict[Region, AreaMassDensity] = Field(default_factory=dict)
    lesions: dict[Region, dict[LesionType, Count]] = Field(default_factory=dict)
    inflamed_lesions: tuple[InflamedLesion, ...] = ()
    iga: Grade | None = None
    pores: dict[Region, Literal["fine", "visible", "enlarged", "very_enlarged"]] = Field(default_factory=dict)
    scars: dict[Region, Literal["none", "mild", "moderate", "severe"]] = Field(default_factory=dict)
    forehead_lines: Annotated[int, Field(ge=0, le=3)] | None = None
    glabellar_lines: Annotated[int, Field(ge=0, le=3)] | None = None
    crows_feet: Annotated[int, Field(ge=0, le=3)] | None = None
    sweat_hdss: Annotated[int, Field(ge=1, le=4)] | None = None


class AcneTreatment(Record):
    """An acne treatment already tried."""

    drug: Line120
    drug_class: DrugClass
    duration: TimeSpan
    response: Response = "unknown"


class Drug(Record):
    """A drug taken now. `drug_class` may be left out when the name is in the packaged drug list."""

    name: Line120
    drug_class: DrugClass | None = None
    dose: Line80 | None = None


class History(Record):
    """Acne treatments tried, and whether any botulinum toxin was ever given."""

    earlier_toxin: YesNo = "unknown"
    acne_treatments: tuple[AcneTreatment, ...] = ()


class Safety(Record):
    """What decides whether toxin may be used at all. None means nobody asked; () means asked, nothing found."""

    conditions: tuple[Condition, ...] | None = None
    drugs: tuple[Drug, ...] | None = None
    allergies: tuple[Allergen, ...] | None = None
    eyelid_findings: tuple[EyelidFinding, ...] | None = None
    infection_at_site: YesNo = "unknown"
    inflammation_at_site: YesNo = "unknown"


class Hormones(Record):
    """Signs of androgen excess and serum values as printed on the report (text with unit)."""

    irregular_periods: YesNo = "unknown"
    hirsutism: YesNo = "unknown"
    premenstrual_flare: YesNo = "unknown"
    serum: dict[Literal["total_testosterone", "free_testosterone", "dhea_s", "shbg"], SerumText] = Field(
        default_factory=dict
    )


class Outlook(Record):
    """What the person expects, and how much the skin weighs on them.

    `body_image_screen` is the outcome of screening questions for body dysmorphic disorder: no diagnosis.
    """

    expects_cure: YesNo = "unknown"
    expects_no_risk: YesNo = "unknown"
    body_image_screen: Literal["negative", "positive", "unknown"] = "unknown"
    psychosocial_burden: YesNo = "unknown"


class ProductAvailable(Record):
    """What stands on the tray: product, vial, diluent, syringe. `diluent_volumes` are the dilutions on offer."""

    name: Product | Literal["unknown"]
    vial_units: Annotated[float, Field(ge=10, le=1000)]
    diluent: Diluent = "preservative-free saline"
    diluent_volumes: Annotated[tuple[Volume, ...], Field(min_length=1, max_length=4)]
    syringe: Syringe = "0.3 mL"


class Injector(Record):
    """Who injects; experience sets the placement error."""

    experience: Experience = "novice"


class Case(Record):
    """Everything Holocrine knows about one person on one day."""

    schema_name: Annotated[Literal["holocrine.case/1"], Field(alias="schema")]
    assessed_on: Day
    jurisdiction: Jurisdiction = "unknown"
    patient: Patient
    findings: Findings = Findings()
    history: History = History()
    safety: Safety = Safety()
    hormones: Hormones = Hormones()
    outlook: Outlook = Outlook()
    urology: Urology | None = None
    goals: Goals
    product: ProductAvailable
    injector: Injector = Injector()
    sessions: Annotated[tuple[Session, ...], Field(alias="session")] = ()
    observations: Annotated[tuple[Observation, ...], Field(alias="observation")] = ()

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        dates = [(f"session[{index}].date", session.date) for index, session in enumerate(self.sessions)]
        dates += [(f"observation[{index}].date", reading.date) for index, reading in enumerate(self.observations)]
        for field, date in dates:
            if date > self.assessed_on:
                raise fault(
                    f"{date} lies after assessed_on ({self.assessed_on})",
                    allowed=f"a date up to {self.assessed_on}",
                    remedy="Correct this date or assessed_on.",
                    field=field,
                )
        if self.sessions and self.history.earlier_toxin == "no":
            raise fault(
                'is "no" but past toxin sessions are listed',
                allowed='"yes" or "unknown" when there is a [[session]]',
                remedy="Correct the answer or remove the sessions.",
                field="history.earlier_toxin",
            )
        return self
