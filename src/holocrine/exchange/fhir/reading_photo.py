"""Media resources as photos: the image without its metadata, and only with consent."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from holocrine.domain.record import PhotoEntry, PhotoFile
from holocrine.exchange.fhir import codes
from holocrine.exchange.fhir.element import Element
from holocrine.exchange.fhir.reader import Reader
from holocrine.exchange.person import Kept
from holocrine.record.photos import photo_entry


def read_photos(reader: Reader) -> list[tuple[Kept[PhotoEntry], bytes]]:
    """Photos that are in the bundle itself. Raises FileError when one is no whole JPEG or PNG."""
    found: list[tuple[Kept[PhotoEntry], bytes]] = []
    for resource in reader.fresh("Media"):
        element = resource.element
        details, content = element.extension("photo"), element.one("content")
        consented = details.day("consent_date") if details else None
        if details is None or content is None or consented is None or not element.word("status", "completed"):
            reader.pass_over(resource, "no finished photo with consent to keep it")
            continue
        if not content.has("data"):
            reader.pass_over(resource, "the image is not in the bundle, and addresses outside are not opened")
            continue
        content.drop("contentType", "size")
        told: dict[str, Any] = {
            "patient": reader.pseudonym,
            "file": "photo",
            "taken_on": element.day("createdDateTime"),
            "view": element.code("view", codes.VIEW),
            "expression": details.text("expression"),
            "consent": {"given": "yes", "date": consented, "purposes": details.texts("consent_purpose")},
        }
        element.drop("view", "width", "height")
        described = reader.build(PhotoFile, "holocrine.photo/1", told, resource)
        entry, image = photo_entry(described, _image(content), f"{reader.bundle.where}: {resource.name}")
        if (held := details.whole("orientation")) is not None and entry.orientation == 1:
            told = entry.model_dump(by_alias=True) | {"orientation": held}
            entry = reader.build(PhotoEntry, "holocrine.photo-entry/1", told, resource)
        found.append((Kept(f"photo-{len(found) + 1}", entry), image))
        reader.done(resource)
    return found


def _image(content: Element) -> bytes:
    try:
        return base64.b64decode(content.text("data") or "", validate=True)
    except binascii.Error as error:
        raise content.fault("data", "is no base64", "an image in base64") from error
