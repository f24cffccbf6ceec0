"""Products, syringes, drugs and the reader of packaged tables."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, get_args

import pytest

from holocrine.domain.case import Drug
from holocrine.domain.vocabulary import Product, Syringe
from holocrine.errors import KnowledgeError
from holocrine.knowledge import drugs as drugs_module
from holocrine.knowledge import load
from holocrine.knowledge import products as products_module
from holocrine.knowledge.drugs import drug_classes, drug_list, nearest_drug
from holocrine.knowledge.products import products, syringes


def test_every_word_of_the_vocabulary_has_its_facts() -> None:
    assert set(products()) == set(get_args(Product))
    assert set(syringes()) == set(get_args(Syringe))


def test_toxin_per_unit_follows_from_the_published_vial_contents() -> None:
    # Field 2018: ng of 150-kDa toxin per vial and units per vial; 1% is the rounding of the stored numbers
    published = {
        "onabotulinumtoxinA": (0.90, 100),
        "abobotulinumtoxinA": (2.69, 500),
        "incobotulinumtoxinA": (0.40, 100),
    }
    for product, facts in products().items():
        if product in published:
            nanograms, units = published[product]
            assert facts.toxin_pg_per_unit == pytest.approx(1000 * nanograms / units, rel=0.01)
        else:
            assert facts.toxin_pg_per_unit is None
            assert facts.toxin_source == "no adequate number found"


def test_syringe_marks() -> None:
    assert syringes()["0.3 mL"].minimum_ml == 0.01
    assert syringes()["0.3 mL"].marks(0.05) == pytest.approx(5, rel=1e-12)  # rounding of one division
    assert syringes()["1 mL"].marks(0.05) == pytest.approx(2.5, rel=1e-12)  # rounding of one division


def _misspell(table: dict[str, Any]) -> None:
    table["product"][0]["exipients"] = table["product"][0].pop("excipients")
    table["product"][1]["name"] = "botox"
    del table["product"][2]["vial_units"]


def _impossible(table: dict[str, Any]) -> None:
    table["product"][0]["toxin_pg_per_unit"] = -1.0
    table["product"][1]["vial_units"] = [0]
    table["product"][2]["excipients"] = ["peanut"]


def _doubled(table: dict[str, Any]) -> None:
    table["product"].append(copy.deepcopy(table["product"][0]))


@pytest.mark.parametrize(
    ("spoil", "parts"),
    [
        (_misspell, ["exipients (did you mean excipients?)", "product botox", "vial_units is missing"]),
        (_impossible, ["toxin_pg_per_unit must be positive", "must be positive numbers", "peanut"]),
        (_doubled, ["onabotulinumtoxinA is listed 2 times"]),
    ],
)
def test_all_faults_of_products_are_listed(
    monkeypatch: pytest.MonkeyPatch, spoil: Callable[[dict[str, Any]], None], parts: list[str]
) -> None:
    table = load.read_toml("products.toml")
    spoil(table)
    monkeypatch.setattr(products_module, "read_toml", lambda _: table)
    with pytest.raises(KnowledgeError) as error:
        products.__wrapped__()
    assert [part for part in parts if part not in str(error.value)] == []


def test_a_syringe_that_cannot_deliver_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    table = load.read_toml("products.toml")
    table["syringe"][0]["minimum_ml"] = 0.001
    monkeypatch.setattr(products_module, "read_toml", lambda _: table)
    with pytest.raises(KnowledgeError, match=r"syringe 0\.3 mL"):
        syringes.__wrapped__()


@pytest.mark.parametrize(
    ("drug", "classes"),
    [
        (Drug(name="Gentamicin"), {"aminoglycoside"}),
        (Drug(name="  doxycycline 100 mg daily"), {"tetracycline", "oral_antibiotic"}),
        (Drug(name="Doxycycline", drug_class="other"), {"tetracycline", "oral_antibiotic", "other"}),
        (Drug(name="unheard-of", drug_class="anticoagulant"), {"anticoagulant"}),
        (Drug(name="doxicycline"), None),
    ],
)
def test_classes_of_a_drug(drug: Drug, classes: set[str] | None) -> None:
    assert drug_classes(drug) == classes


def test_nearest_drug() -> None:
    assert nearest_drug(Drug(name="Doxicyclin")) == "doxycycline"
    assert nearest_drug(Drug(name="xqzw")) is None


def test_drug_list_refuses_unknown_classes_and_names_that_cannot_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drugs_module, "read_toml", lambda _: {"tetracyclin": [], "other": ["Aspirin 100"]})
    with pytest.raises(KnowledgeError, match="nearest: tetracycline") as error:
        drug_list.__wrapped__()
    assert "'aspirin'" in str(error.value)


def test_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KnowledgeError, match=r"absent\.csv"):
        load.read_table("absent.csv")
    monkeypatch.setattr(load, "read_bytes", lambda _: b"a,b\n1,2\n3\n4,5,6\n")
    with pytest.raises(KnowledgeError, match=r"row 3: 1 cells; row 4: 3 cells"):
        load.read_table("x.csv")
    monkeypatch.setattr(load, "read_bytes", lambda _: "a,b\n 1 ,µ\n".encode())
    assert load.read_table("x.csv") == [{"a": "1", "b": "µ"}]


def test_hash_depends_on_content_and_name_but_not_on_order(monkeypatch: pytest.MonkeyPatch) -> None:
    one = load.table_hash("rules.csv", "products.toml")
    assert one == load.table_hash("products.toml", "rules.csv", "rules.csv")
    assert len(one) == 64
    content = {"a": b"1", "b": b"2"}
    monkeypatch.setattr(load, "read_bytes", lambda name: content[name])
    before = load.table_hash("a", "b")
    content.update(a=b"2", b=b"1")
    assert load.table_hash("a", "b") != before
