"""What studies report of needle reactions and of other harm: shares of people, courses of pale halos, antibodies.

Trials differ from forecasts in what they ask, how long, and under which words: the readings stand between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Product
from holocrine.inference.blocks.world import BlockWorld
from holocrine.models.antibodies import REFERENCE_INTERVAL, probability, session_hazard
from holocrine.models.needle_reactions import at_least_one
from holocrine.simulation.systems.reactions import RATE_VOLUME_ML

Array = NDArray[np.float64]
Coded = Literal["all", "bruise", "haematoma", "haemorrhage"]


@dataclass(frozen=True)
class Session:
    """What one session of an arm does to the skin: `punctures`, how many of them in the glabella, of `volume` mL."""

    punctures: float
    glabella: float
    volume: float
    intradermal: bool
    toxin: bool
    areas: int


def bruised(world: BlockWorld, *, session: Session, coded: Coded = "all") -> float:
    """Percent of people with a bruise, or with what a trial lists under one word for it; who takes what is unknown."""
    value = world.values
    thinners = np.maximum(value["bruise_factor_anticoagulant"], value["bruise_factor_antiplatelet"])
    thinned = 1.0 + value["blood_thinner_share"] * (thinners - 1.0)
    plane = value["bruise_factor_intradermal"] if session.intradermal else np.ones_like(thinned)
    counted = session.punctures - session.glabella * (1.0 - value["bruise_factor_glabella"])
    share = 1.0 if coded == "all" else world.typical[f"coded_{coded}"]
    return _percent(at_least_one(share * value["bruise_rate"] * thinned * plane * counted, value["puncture_frailty"]))


def swollen(world: BlockWorld, *, session: Session, share: str = "") -> float:
    """Percent of people with swelling or redness; `share` names the part of them that is meant."""
    value = world.values
    volume = (session.volume / RATE_VOLUME_ML) ** value["swelling_volume_exponent"]
    plane = value["swelling_factor_intradermal"] if session.intradermal else 1.0
    part = world.typical[share] if share else 1.0
    expected = part * value["swelling_rate"] * volume * plane * session.punctures
    return _percent(at_least_one(expected, value["puncture_frailty"]))


def headache(world: BlockWorld, *, session: Session, series: bool = False) -> float:
    """Percent of people with a headache; a `series` asks nobody."""
    odds = world.typical["headache_factor_glabella"] if session.glabella else 1.0
    share = _odds_times(world.values["headache_probability"], odds)
    return _percent(share) * (world.typical["headache_noted_in_series"] if series else 1.0)


def head_discomfort(world: BlockWorld, *, session: Session) -> float:
    """Percent of people with discomfort of the head that is not called a headache."""
    return world.typical["head_discomfort_share"] * headache(world, session=session)


def sensation(world: BlockWorld, *, session: Session) -> float:
    """Percent of people with one kind of odd sensation (heavy, tight, numb) at the treated areas."""
    added = 1.0 - (1.0 - world.typical["sensation_toxin"]) ** session.areas if session.toxin else 0.0
    return 100.0 * (1.0 - (1.0 - world.typical["sensation_needle"]) * (1.0 - added))


def any_event(world: BlockWorld, *, session: Session, blamed: bool) -> float:
    """Percent of people with any adverse event, or with one that is put down to the treatment (`blamed`)."""
    background = world.typical["events_blamed" if blamed else "events_anyway"]
    free = (1.0 - background) * (1.0 - bruised(world, session=session) / 100.0)
    free *= 1.0 - swollen(world, session=session) / 100.0
    return _percent(_odds_times(np.array([1.0 - free]), world.typical["events_toxin"] if session.toxin else 1.0))


def antibodies(world: BlockWorld, *, products: tuple[Product, ...], medical: str = "") -> float:
    """Percent of people with neutralising antibodies after sessions every 90 days, mean over `products`.

    `medical` names the share of people who were not treated for their looks; without it all were not.
    """
    share = world.typical[medical] if medical else 1.0
    return share * _antibodies(world, products, "medical") + (1.0 - share) * _antibodies(world, products, "face")


def _antibodies(world: BlockWorld, products: tuple[Product, ...], use: Literal["medical", "face"]) -> float:
    sessions = world.typical[f"antibody_sessions_{use}"]
    dose = world.typical["antibody_dose_medical"] if use == "medical" else 1.0
    value = world.values
    hazards = [
        session_hazard(
            dose,
            REFERENCE_INTERVAL,
            hazard=value["antibody_hazard"],
            dose=value["antibody_dose_exponent"],
            interval=value["antibody_interval_exponent"],
            product=value[f"antibody_factor_{product}"],
        )
        for product in products
    ]
    return _percent(np.mean([probability(sessions * hazard) for hazard in hazards], axis=0))


def halo_day(world: BlockWorld, *, end: bool, days_per_unit: float) -> float:
    """Median time until pale halos are seen, or until they are gone (`end`), in units of `days_per_unit` days."""
    days = world.values["halo_onset"] + (world.values["halo_duration"] if end else 0.0)
    return float(np.median(days)) / days_per_unit


def lost_colour(world: BlockWorld, *, session: Session) -> float:
    """Percent of people in whom a look for lost colour, some time after sessions with toxin, finds a pale halo."""
    if not session.toxin:
        return 0.0
    value = world.values
    halo = value["halo_susceptible"] * (1.0 - (1.0 - value["halo_point_share"]) ** session.punctures)
    return world.typical["halo_lost_colour"] * _percent(halo)


def _percent(shares: Array) -> float:
    return 100.0 * float(np.mean(shares))


def _odds_times(share: Array, factor: float) -> Array:
    return np.asarray(scipy.special.expit(scipy.special.logit(share) + np.log(factor)))
