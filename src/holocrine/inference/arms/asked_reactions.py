"""What a row on safety asks: its outcome class and reading, or why no read-out says it."""

from __future__ import annotations

from functools import partial
from typing import get_args

from holocrine.domain.vocabulary import Product
from holocrine.inference.arms import reaction_readings
from holocrine.inference.arms.given import PRODUCTS, UNIDENTIFIED, NotModelledError
from holocrine.inference.arms.reaction_readings import Coded, Session
from holocrine.inference.arms.rows import days_per, is_time
from holocrine.inference.blocks.rows import BlockAsked, BlockRow
from holocrine.knowledge.evidence import Arm

AREA_POINTS = {
    "glabella": 5.0,
    "forehead": 5.0,
    "lateral canthus": 6.0,
    "periocular": 6.0,
    "masseter": 7.0,
    "axilla": 30.0,
    "palm": 100.0,
    "face": 40.0,
}
"""Punctures of a session by area where none are printed: labels (round both eyes: of blepharospasm); masseter 3 to 4 a
side (Peng 2018); both axillae, both palms and a face as commonly treated (assumption)."""
USUAL_ML = {True: 0.05, False: 0.1}
"""Volume per puncture of intradermal sessions, and of others, where none is printed (assumption)."""
SKIN_SITES = ("axilla", "palm", "sole", "face")
"""Treated in the dermis where no route is printed."""
CODED: dict[str, Coded] = {
    "bruis": "bruise",
    "hematoma": "haematoma",
    "haematoma": "haematoma",
    "hemorrhage": "haemorrhage",
}
"""Words of the outcome for a bruise."""
SENSATIONS = ("sensory", "tightness", "paresthesia", "paraesthesia", "heav")
BLAMED = ("related", "subjects with adverse", "significant", "mild", "complication")
"""Words of outcomes that count only events put down to the treatment (assumption for those that do not say it)."""
POOLED = PRODUCTS[:3]
"""Products behind reports that name none: those that have been in use for long."""
MEDICAL = ("dystonia", "spasticity", "urology")
_SHORT: dict[str, Product] = {name.partition("botulinum")[0]: name for name in get_args(Product)}


def reactions(row: BlockRow) -> BlockAsked:
    """Bruises, swelling, headache, odd sensations, any event, antibodies, pale halos. Raises NotModelledError."""
    if row.arm.drug:
        raise NotModelledError(f"harm by drugs not modelled: {row.words}")
    if row.says("antibod"):
        return _antibodies(row)
    if is_time(row.observation) and row.says("blanch", "pale", "white patch", "resolved"):
        return _halo(row)
    if not row.is_share:
        raise row.not_as_reported("harm")
    if row.arm.has_toxin and row.arm.product not in (*PRODUCTS, UNIDENTIFIED):
        raise NotModelledError(f"product not modelled: {row.arm.product}")
    return _share(row, session_of(row.arm))


def _share(row: BlockRow, session: Session) -> BlockAsked:
    for word, coded in CODED.items():
        if row.says(word):
            whole = not row.says("injection site")
            reading = partial(reaction_readings.bruised, session=session, coded="all" if whole else coded)
            return "bruise", reading
    if row.says("edema", "oedema", "swelling"):
        part = "lid_swelling_share" if row.says("lid") else ""
        return "swelling", partial(reaction_readings.swollen, session=session, share=part)
    if row.says("depigment"):
        return "pale halo found", partial(reaction_readings.lost_colour, session=session)
    if row.says("headache"):
        series = "series" in row.design
        return "headache", partial(reaction_readings.headache, session=session, series=series)
    if row.says("head discomfort"):
        return "head discomfort", partial(reaction_readings.head_discomfort, session=session)
    if row.says(*SENSATIONS):
        return "odd sensation", partial(reaction_readings.sensation, session=session)
    if row.says("any adverse event", *BLAMED):
        blamed = row.says(*BLAMED)
        return "adverse events", partial(reaction_readings.any_event, session=session, blamed=blamed)
    raise row.no_read_out()


def session_of(arm: Arm) -> Session:
    """The punctures of one session of an arm; as usual where none are printed. Raises NotModelledError."""
    areas = [area for area in AREA_POINTS if area in arm.site]
    if not areas:
        raise NotModelledError(f"site not modelled: {arm.site or 'not reported'}")
    intradermal = arm.route == "intradermal" or (not arm.route and areas[0] in SKIN_SITES)
    usual = sum(AREA_POINTS[area] for area in areas)
    sides = 2.0 if "axilla" in areas else 1.0
    punctures = sides * arm.points.mid if arm.points else usual
    volume = arm.ml_per_point.mid if arm.ml_per_point else USUAL_ML[intradermal]
    glabella = AREA_POINTS["glabella"] * punctures / usual if "glabella" in areas else 0.0
    return Session(punctures, glabella, volume, intradermal, arm.has_toxin, len(areas))


def _antibodies(row: BlockRow) -> BlockAsked:
    """Products as the row names them, otherwise as the arm does; all of them where neither does."""
    if not row.is_share:
        raise row.not_as_reported("antibodies")
    named = f"{row.words.partition(',')[2]} {row.arm.product}"
    products = tuple(name for short, name in _SHORT.items() if short in named.split() or name in named.split())
    pool = "antibody_medical_abo" if products == ("abobotulinumtoxinA",) else "antibody_medical_pool"
    medical = "" if row.says(*MEDICAL) else pool
    return "antibodies", partial(reaction_readings.antibodies, products=products or POOLED, medical=medical)


def _halo(row: BlockRow) -> BlockAsked:
    """A report that halos are there is taken as the time from which they are seen."""
    end = row.says("resolved", "persist")
    unit = days_per(row.observation.unit)
    return "pale halo", partial(reaction_readings.halo_day, end=end, days_per_unit=unit)
