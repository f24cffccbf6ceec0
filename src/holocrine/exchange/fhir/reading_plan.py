"""Plans: the files that a CarePlan of Holocrine carries with it, to the letter."""

from __future__ import annotations

import base64
import binascii
import json

from holocrine.domain.record import PlanEntry
from holocrine.domain.record_reading import plan_entry
from holocrine.exchange.fhir.bundle import Resource
from holocrine.exchange.fhir.element import Element
from holocrine.exchange.fhir.reader import Reader
from holocrine.exchange.person import Kept


def read_plans(reader: Reader) -> dict[str, Kept[PlanEntry]]:
    """Name of the CarePlan in the bundle -> plan. MedicationRequests of a plan only repeat its points.

    Raises FileError or FieldError when the text is no plan, or the forecast none that goes with it.
    """
    found: dict[str, Kept[PlanEntry]] = {}
    documents, requests = reader.known("DocumentReference"), reader.known("MedicationRequest")
    for resource in reader.fresh("CarePlan"):
        told = resource.element.references("supportingInfo", documents)
        files = _files(documents[told[0]]) if len(told) == 1 else {}
        if "plan.toml" not in files:
            reader.pass_over(resource, "no plan of Holocrine: it carries no plan.toml")
            continue
        resource.element.drop("status", "intent", "category")
        steps = [step.reference("reference", requests) for step in resource.element.many("activity")]
        repeated = [requests[step] for step in steps if step]
        for request in repeated:
            request.element.clear()
        document = documents[told[0]]
        document.element.drop("status", "type")
        reader.done(resource, document, *repeated)
        name = f"plan-{len(found) + 1}"
        found[resource.name] = Kept(name, _entry(reader, document, files))
    return found


def _entry(reader: Reader, document: Resource, files: dict[str, str]) -> PlanEntry:
    where = f"{reader.bundle.where}: {document.name}"
    forecast = files.get("forecast.json")
    entry = plan_entry(
        reader.pseudonym,
        (files["plan.toml"], f"{where}: plan.toml"),
        (forecast, f"{where}: forecast.json") if forecast is not None else None,
    )
    if forecast is not None and json.loads(forecast)["pseudonym"] != reader.pseudonym:
        reader.tell(document, "forecast.json", "was made under another pseudonym; the plan is kept without it")
        return entry.model_copy(update={"forecast_json": None})
    return entry


def _files(document: Resource) -> dict[str, str]:
    """The attached texts by their titles; an attachment elsewhere on the net is not fetched."""
    found = {}
    for content in document.element.many("content"):
        attachment = content.one("attachment")
        title = attachment.text("title") if attachment else None
        if attachment and title in ("plan.toml", "forecast.json") and attachment.has("data"):
            found[title] = _decoded(attachment)
            attachment.drop("contentType")
    return found


def _decoded(attachment: Element) -> str:
    try:
        return base64.b64decode(attachment.text("data") or "", validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise attachment.fault("data", "is no text in base64", "UTF-8 text in base64") from error
