"""What every reader of resources shares: the bundle, whose it is, what has been read and what has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from holocrine.domain.exchange import Unread
from holocrine.domain.faults import field_error
from holocrine.domain.schemas import schema_of
from holocrine.errors import FileError
from holocrine.exchange.fhir import codes
from holocrine.exchange.fhir.bundle import Bundle, Resource
from holocrine.exchange.fhir.element import Element
from holocrine.units import PRODUCTS

_Model = TypeVar("_Model", bound=BaseModel)

NO_PLACE = "the record has no place for it, or does not know the code"
_REGIONS = {
    code: region
    for region, (code, _) in codes.REGION_SNOMED.items()
    if [other for other, _ in codes.REGION_SNOMED.values()].count(code) == 1
}
_PRODUCTS = {product.casefold(): product for product in PRODUCTS}
_UNIT_WORDS = ("U", "u", "IU", "iU", "unit", "units", "Units", "{unit}", "{units}", "[U]", "[iU]", "[IU]", "[USP'U]")
"""How other software writes a toxin's unit; beside the product's name it is clear whose unit it is."""
_ABOUT = ("subject", "patient")
"""Fields that say whom a resource is about."""


class Reader:
    """A bundle on its way into entries of one patient."""

    def __init__(self, bundle: Bundle) -> None:
        """Raises FileError when the bundle is not about exactly one Patient."""
        self.bundle = bundle
        self.pseudonym = ""
        self._passed_over: dict[str, str] = {}
        self._read: set[str] = set()
        self._told: list[Unread] = []
        self._known: dict[tuple[str, ...], dict[str, Resource]] = {}
        patients = list(bundle.of("Patient"))
        if len(patients) != 1:
            raise FileError(
                f"{bundle.where}: holds {len(patients)} Patient resources. Allowed: one person in one bundle."
            )
        self.patient = patients[0]
        for resource in bundle.resources:
            if reason := self._obstacle(resource):
                self.pass_over(resource, reason)

    def fresh(self, *types: str) -> Iterator[Resource]:
        """Resources of some types that were neither read nor passed over."""
        for resource in self.bundle.of(*types):
            if resource.name not in self._read and resource.name not in self._passed_over:
                yield resource

    def known(self, *types: str) -> dict[str, Resource]:
        """Address -> resource of some types, those passed over left out."""
        if types not in self._known:
            found = (resource for resource in self.bundle.of(*types) if resource.name not in self._passed_over)
            self._known[types] = {key: resource for resource in found for key in resource.keys}
        return self._known[types]

    def done(self, *resources: Resource) -> None:
        """These were read; fields that nobody took are told as unread."""
        self._read.update(resource.name for resource in resources)

    def pass_over(self, resource: Resource, reason: str) -> None:
        """This is not read, and why."""
        self._passed_over.setdefault(resource.name, reason)
        self._known.clear()

    def tell(self, resource: Resource, path: str, reason: str) -> None:
        """A part of a resource that stays outside, and why."""
        self._told.append(Unread(resource=resource.name, path=f"{resource.type}.{path}", reason=reason))

    def build(self, model: type[_Model], schema: str, data: Mapping[str, Any], resource: Resource) -> _Model:
        """A domain object; absent fields take their defaults. Raises FieldError for impossible values."""
        try:
            return model.model_validate(_without_nothing(data))
        except ValidationError as error:
            details = error.errors(include_url=False)
        raise field_error(details, schema_of(schema), f"{self.bundle.where}: {resource.name}")

    def unread(self) -> tuple[Unread, ...]:
        """Everything that did not become part of an entry, what was told first."""
        rest = (
            Unread(resource=resource.name, path=path, reason=reason)
            for resource in self.bundle.resources
            for path, reason in self._rest(resource)
        )
        return (*self._told, *rest)

    def _rest(self, resource: Resource) -> Iterator[tuple[str, str]]:
        if resource.name in self._read:
            yield from ((path, NO_PLACE) for path in resource.element.left())
        else:
            yield resource.type[:40], self._passed_over.get(resource.name, NO_PLACE)

    def _obstacle(self, resource: Resource) -> str | None:
        """Why a resource must not be read at all; its subject is taken note of on the way."""
        raw = resource.raw
        if _has_modifier(raw):
            return "a modifier that Holocrine does not know may change its meaning"
        if raw.get("status") == "entered-in-error":
            return "was entered in error"
        for name in _ABOUT:
            if resource.element.has(name) and not resource.element.reference(name, self.patient.keys):
                return "is not about the patient of the bundle"
        return None


def _without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nothing(one) for name, one in value.items() if one is not None}
    return tuple(map(_without_nothing, value)) if isinstance(value, tuple) else value


def _has_modifier(raw: Mapping[str, Any]) -> bool:
    """Anywhere inside: a modifier of a part may turn that part into its opposite."""
    waiting: list[Any] = [raw]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "modifierExtension" in one or "implicitRules" in one:
                return True
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False


def region_of(element: Element, name: str) -> str | None:
    """The region a CodeableConcept means: by our code, or by one of SNOMED CT that means one region alone."""
    region = element.code(name, codes.REGION) or _REGIONS.get(element.code(name, codes.SNOMED) or "")
    if region is not None:
        element.drop(name)
    return region


def product_of(element: Element, name: str) -> str | None:
    """The toxin a CodeableConcept means: by our code, or by its nonproprietary name in full."""
    told = element.code(name, codes.PRODUCT) or _PRODUCTS.get((element.words(name) or "").strip().casefold())
    if told is not None:
        element.drop(name)
    return told


def units_of(element: Element, name: str, product: str | None) -> float | None:
    """A dose in units of the product; left where it is when it is in units of another one, or in no units."""
    given = element.one(name)
    if given is None or product is None or given.has("comparator"):
        return None
    ours = given.word("system", codes.DOSE_UNIT) and given.word("code", product)
    if not ours and not any(given.word(field, *_UNIT_WORDS) for field in ("code", "unit")):
        return None
    given.drop("unit", "system", "code")
    return given.number("value")
