"""The face map of a case."""

from __future__ import annotations

from holocrine.anatomy.face import Face, build_face
from holocrine.domain.case import Case
from holocrine.errors import FieldError


def face_of_case(case: Case) -> Face:
    """The face map, in mm. Raises FieldError when sex is unknown or a measurement is implausible."""
    if case.patient.sex is None:
        raise FieldError(
            "sex is unknown, so the face map cannot be scaled",
            where="case",
            field="patient.sex",
            allowed="female, male",
            remedy="Fill it in.",
        )
    return build_face(case.patient.sex, case.patient.face)
