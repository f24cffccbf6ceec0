"""Bundles that are malformed, huge or made to do harm: one clear error, and no time or memory lost on them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from exchange_samples import NOW, manual_person
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.errors import FieldError, FileError, InputError
from holocrine.exchange.fhir import json_text
from holocrine.exchange.fhir.bundle import MAX_ENTRIES
from holocrine.exchange.fhir.reading import read_bundle
from holocrine.exchange.fhir.writing import bundle_text, write_bundle
from holocrine.exchange.person import PersonRecord

PATIENT = {"resourceType": "Patient", "identifier": [{"system": "urn:holocrine:fhir:1:pseudonym", "value": "x"}]}
SOUND = bundle_text(write_bundle(manual_person(), at=NOW))


def read(data: bytes) -> PersonRecord:
    return read_bundle(data, "b.json", today=NOW.date())[0]


def bundle(*resources: Any, **fields: Any) -> bytes:
    entries = [{"fullUrl": f"urn:uuid:{number}", "resource": one} for number, one in enumerate(resources)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries, **fields}).encode()


def around(value: str) -> bytes:
    """A bundle in which one value is written as given."""
    return bundle({**PATIENT, "x": 1}).replace(b'"x": 1', b'"x": ' + value.encode())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON"),
        (b"[]", "no object"),
        (b"null", "no object"),
        (b'{"resourceType":"Patient"}', "Bundle"),
        (b'{"resourceType":"Bundle","type":"history","entry":[{}]}', "collection, transaction"),
        (b'{"resourceType":"Bundle","type":"collection"}', "no entries"),
        (b'{"resourceType":"Bundle","type":"collection","entry":{}}', "no entries"),
        (bundle(), "no entries"),
        (bundle(7), "entry[0]"),
        (bundle({}), "entry[0]"),
        (bundle({"resourceType": 1}), "entry[0]"),
        (bundle({"resourceType": "Observation"}), "0 Patient"),
        (bundle(PATIENT, PATIENT), "2 Patient"),
        (bundle({"resourceType": "Patient", "name": [{"family": "Example"}]}), "--pseudonym"),
        (b"<Bundle xmlns='http://hl7.org/fhir'/>", "XML"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>", "XML"),
        (b"PK\x03\x04\x00", "NUL"),
        (b"\x1f\x8b\x08\x00", "not UTF-8"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b'{"a": "\x00"}', "NUL"),
        (b'{"a": "\\u0000"}', "no text has"),
        (b'{"a": "\\ud800"}', "no text has"),
        (b'{"\\udfff": 1}', "no text has"),
        (b'{"a": 1, "a": 2}', '"a" twice'),
        (around("NaN"), "NaN"),
        (around("-Infinity"), "Infinity"),
        (around("1e999"), "too large"),
        (around("9" * 5000), "too long"),
        (around("[" * 100_000), "deep"),
        (around("[" * 41 + "]" * 41), "deep"),
        (around('{"a":' * 60 + "1" + "}" * 60), "deep"),
        (around('"unfinished'), "not JSON"),
    ],
    ids=lambda value: repr(value[:40]),
)
def test_a_file_that_is_no_sound_bundle_is_refused_with_one_message(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=r"^b\.json: ") as caught:
        read(data)
    assert told in str(caught.value)
    assert len(str(caught.value)) < 600
    assert str(caught.value).isprintable()


def test_a_bundle_larger_than_the_limit_is_not_even_decoded() -> None:
    with pytest.raises(FileError, match="64,000,000 bytes"):
        read(b"\xff" * (json_text.MAX_BYTES + 1))


def test_a_million_entries_are_refused_before_they_are_parsed() -> None:
    began = time.process_time()
    with pytest.raises(FileError, match="1,000,000 values"):
        read(b'{"resourceType":"Bundle","type":"collection","entry":[' + b'{"resource":{}},' * 1_000_000 + b"{}]}")
    assert time.process_time() - began < 3


def test_more_entries_than_the_limit_are_refused() -> None:
    with pytest.raises(FileError, match="10,001 entries"):
        read(bundle(*[PATIENT] * (MAX_ENTRIES + 1)))


def test_thousands_of_points_take_seconds_and_no_more() -> None:
    data = json.loads(SOUND)
    place, point = (
        next(one for one in data["entry"] if one["resource"]["resourceType"] == kind)
        for kind in ("BodyStructure", "MedicationAdministration")
    )
    for number in range(2000):
        text = json.dumps([place, point]).replace('"P1"', f'"Q{number}"')
        for one in (place, point):
            text = text.replace(one["fullUrl"], f"urn:{one['resource']['resourceType']}:{number}")
        data["entry"] += json.loads(text)
    began = time.process_time()
    with pytest.raises(FieldError, match="at most 1000"):
        read(json.dumps(data).encode())
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "keys",
    [({"fullUrl": "urn:uuid:1"}, {"fullUrl": "urn:uuid:1"}), ({"id": "a"}, {"id": "a"})],
)
def test_two_resources_under_one_address_are_refused(keys: tuple[dict[str, str], dict[str, str]]) -> None:
    entries = [
        {"fullUrl": f"urn:uuid:p{number}", **one, "resource": {"resourceType": "Observation", **one}}
        for number, one in enumerate(keys)
    ]
    with pytest.raises(FieldError, match=r"entry\[1\] Observation: .* is also entry\[0\]"):
        read(bundle(entry=entries))


def test_resources_that_contain_or_refer_to_one_another_in_a_ring_are_no_trap() -> None:
    ring = {"resourceType": "Medication", "id": "a", "ingredient": [{"itemReference": {"reference": "#b"}}]}
    event = {
        "resourceType": "AdverseEvent",
        "contained": [ring, {**ring, "id": "b", "ingredient": [{"itemReference": {"reference": "#a"}}]}],
        "actuality": "actual",
        "subject": {"reference": "urn:uuid:0"},
        "event": {"text": "headache"},
        "date": "2026-01-02",
        "severity": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/adverse-event-severity", "code": "mild"}]
        },
        "suspectEntity": [{"instance": {"reference": "#a"}}, {"instance": {"reference": "urn:uuid:1"}}],
    }
    person, unread = read_bundle(bundle(PATIENT, event), "b.json", today=NOW.date())
    assert [(one.entry.event, one.entry.grade, one.entry.treatment) for one in person.events] == [("headache", 1, None)]
    assert "AdverseEvent.contained[0].ingredient" in {one.path for one in unread}
    assert "AdverseEvent.suspectEntity[0].instance" in {one.path for one in unread}


def test_an_address_outside_is_told_and_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", forbidden)
    monkeypatch.setattr("socket.getaddrinfo", forbidden)
    media = {
        "resourceType": "Media",
        "status": "completed",
        "subject": {"reference": "urn:uuid:0"},
        "extension": [
            {
                "url": "urn:holocrine:fhir:1:photo",
                "extension": [{"url": "consent_date", "valueDate": "2026-01-01"}],
            }
        ],
        "content": {"url": "https://example.org/photo.jpg"},
    }
    elsewhere = {"resourceType": "Observation", "subject": {"reference": "https://example.org/fhir/Patient/1"}}
    _, unread = read_bundle(bundle(PATIENT, media, elsewhere), "b.json", today=NOW.date())
    assert [one.reason for one in unread] == [
        "the image is not in the bundle, and addresses outside are not opened",
        "is not about the patient of the bundle",
    ]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"value": 210', '"value": 2100', "observation[0].value"),
        ('"value": 210', '"value": "many"', "value"),
        ('"valueInteger": 3', '"valueInteger": 9', "patient.skin_type"),
        ('"performedDateTime": "2026-03-02"', '"performedDateTime": "2026-02-30"', "performedDateTime"),
        ('"lotNumber": "C1234 A"', '"lotNumber": ""', "lot"),
        ('"status": "not-done"', '"status": ["not-done"]', "status"),
        ('"valueDate": "2026-03-02"', '"valueDate": "1026-03-02"', "described_on"),
    ],
)
def test_an_impossible_value_refuses_the_whole_bundle_and_is_named(old: str, new: str, field: str) -> None:
    assert old in SOUND
    with pytest.raises(FieldError) as caught:
        read(SOUND.replace(old, new, 1).encode())
    assert field in caught.value.field
    assert str(caught.value).startswith("b.json")


def read_or_refused(data: bytes) -> None:
    """Any other error than one in words fails the test."""
    told = "b.json"
    try:
        read(data)
    except InputError as error:
        told = str(error)
    assert told.startswith("b.json")
    assert told.isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


DATA = json.loads(SOUND)
PLACES = places(DATA)


@settings(max_examples=120, deadline=None)
@given(place=st.sampled_from(PLACES[1:]), value=JSON)
def test_a_bundle_with_anything_anywhere_is_read_or_refused_in_words(place: tuple[Any, ...], value: Any) -> None:
    data = json.loads(SOUND)
    holder = data
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    read_or_refused(json.dumps(data).encode())


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_noise_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^b\.json"):
        read(data)


@settings(max_examples=60, deadline=None)
@given(start=st.integers(0, len(SOUND)), length=st.integers(1, 400))
def test_a_bundle_with_a_piece_missing_is_read_or_refused_in_words(start: int, length: int) -> None:
    read_or_refused((SOUND[:start] + SOUND[start + length :]).encode())
