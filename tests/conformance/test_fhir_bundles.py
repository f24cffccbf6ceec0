"""Bundles before independent judges of FHIR: fhir.resources (R4B), and the definitions of R4 4.0.1 by two validators.

R4B (4.3) differs from R4 (4.0.1) in none of the resources used here. The other two judges are Node packages, installed
by `npm ci` in `tests/conformance/fhir`; without Node or a registry their tests are skipped.
"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from exchange_samples import NOW, manual_person, persons
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from holocrine.exchange.fhir.extensions import EXTENSIONS, structure_definition
from holocrine.exchange.fhir.writing import bundle_text, write_bundle
from holocrine.exchange.person import PersonRecord

FOLDER = Path(__file__).with_name("fhir")
DEFINITIONS = FOLDER / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
Bundle = dict[str, Any]
Judge = Callable[[Bundle], list[str]]


def by_fhir_resources(bundle: Bundle) -> list[str]:
    faults = []
    for resource in [bundle, *(one["resource"] for one in bundle["entry"])]:
        try:
            get_fhir_model_class(resource["resourceType"]).model_validate(copy.deepcopy(resource))
        except ValidationError as error:
            faults.append(f"{resource['resourceType']}: {error}")
    return faults


@pytest.fixture(scope="session")
def packages() -> None:
    """The Node packages, as the lock names them."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node is not installed")
    if not DEFINITIONS.exists():
        done = subprocess.run(["npm", "ci"], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            pytest.skip("npm could not install the validator")


@pytest.fixture
def by_structure_definitions(packages: None, tmp_path: Path) -> Judge:
    def judge(bundle: Bundle) -> list[str]:
        file = tmp_path / "bundle.json"
        file.write_text(bundle_text(bundle), encoding="utf-8")
        line = ["node", "validate.js", str(file)]
        return subprocess.run(
            line, cwd=FOLDER, capture_output=True, text=True, check=True, timeout=120
        ).stdout.splitlines()

    return judge


@cache
def validator(kind: str) -> Any:
    definitions = json.loads((DEFINITIONS / "fhir.schema.json").read_text(encoding="utf-8"))["definitions"]
    return jsonschema.Draft6Validator({"$ref": f"#/definitions/{kind}", "definitions": definitions})


@pytest.fixture
def by_json_schema(packages: None) -> Judge:
    """The JSON Schema that HL7 publishes with R4: the one judge here that knows the required codes."""

    def judge(bundle: Bundle) -> list[str]:
        resources = [one["resource"] for one in bundle["entry"]]
        return [
            f"{resource['resourceType']}{fault.json_path}: {fault.message}"
            for resource in resources
            for fault in validator(resource["resourceType"]).iter_errors(resource)
        ]

    return judge


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(person=persons())
def test_fhir_resources_finds_no_fault(person: PersonRecord) -> None:
    assert by_fhir_resources(write_bundle(person, at=NOW)) == []


@pytest.mark.slow
@pytest.mark.parametrize("transaction", [False, True])
def test_no_judge_finds_a_fault(by_structure_definitions: Judge, by_json_schema: Judge, transaction: bool) -> None:
    bundle = write_bundle(manual_person(), at=NOW, transaction=transaction)
    assert by_fhir_resources(bundle) == []
    assert by_json_schema(bundle) == []
    assert by_structure_definitions(bundle) == []


@pytest.mark.slow
def test_every_judge_finds_an_unknown_field(by_structure_definitions: Judge, by_json_schema: Judge) -> None:
    bundle = write_bundle(manual_person(), at=NOW)
    bundle["entry"][0]["resource"]["favourite"] = "blue"
    for judge in (by_fhir_resources, by_json_schema, by_structure_definitions):
        assert "favourite" in "\n".join(judge(bundle))


@pytest.mark.slow
def test_a_reference_to_a_resource_of_the_wrong_type_is_found(by_structure_definitions: Judge) -> None:
    bundle = write_bundle(manual_person(), at=NOW)
    medication = next(one for one in bundle["entry"] if one["resource"]["resourceType"] == "Medication")
    for one in bundle["entry"]:
        if one["resource"]["resourceType"] == "Observation":
            one["resource"]["subject"] = {"reference": medication["fullUrl"]}
    assert any("subject" in fault for fault in by_structure_definitions(bundle))


def test_a_word_outside_a_required_list_is_found(by_json_schema: Judge) -> None:
    bundle = write_bundle(manual_person(), at=NOW)
    bundle["entry"][0]["resource"]["gender"] = "woman"
    assert any("gender" in fault for fault in by_json_schema(bundle))


def test_the_definitions_of_our_extensions_are_sound(by_json_schema: Judge) -> None:
    definitions = [{"resource": structure_definition(name)} for name in EXTENSIONS]
    assert by_json_schema({"entry": definitions}) == []
    assert by_fhir_resources({"resourceType": "Bundle", "type": "collection", "entry": definitions}) == []
