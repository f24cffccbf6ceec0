"""Layers, target depths and baselines of the sites."""

from __future__ import annotations

import math
from typing import get_args

import pytest

from holocrine.anatomy import sites
from holocrine.anatomy.face import build_face
from holocrine.anatomy.sites import layer_stack, sweat_gland_density, terminal_band, typical_sebum
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.vocabulary import FaceRegion, Region, Sex
from holocrine.errors import KnowledgeError

FACE, REGIONS = get_args(FaceRegion), get_args(Region)
SEXES = get_args(Sex)


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize("region", REGIONS)
def test_every_site_has_four_sourced_layers(region: Region, sex: Sex) -> None:
    stack = layer_stack(region, sex)
    assert [layer.name for layer in stack.layers] == ["epidermis", "dermis", "subcutis", "muscle"]
    assert stack.depth_mm == pytest.approx(sum(layer.thickness_mm for layer in stack.layers))
    for layer in stack.layers:
        assert 0.05 < layer.thickness_mm < 10.0
        assert 0.0 < layer.cv < 0.8
        assert layer.source


@pytest.mark.parametrize("sex", SEXES)
def test_forehead_reaches_the_frontalis_where_ultrasound_finds_it(sex: Sex) -> None:
    stack = layer_stack("forehead", sex)
    top, bottom = terminal_band(stack, "motor")
    assert 2.3 <= top <= 2.8
    assert stack.bottom == "bone"
    frontalis = build_face(sex, FaceMeasurements()).muscles["frontalis_lower_left"]
    assert (frontalis.depth_top_mm, frontalis.depth_bottom_mm) == pytest.approx((top, bottom))


@pytest.mark.parametrize("sex", SEXES)
def test_glabella_reaches_the_procerus(sex: Sex) -> None:
    assert terminal_band(layer_stack("glabella", sex), "motor") == pytest.approx((3.8, 4.9))
    procerus = build_face(sex, FaceMeasurements()).muscles["procerus"]
    assert (procerus.depth_top_mm, procerus.depth_bottom_mm) == pytest.approx((3.8, 4.9))


def test_published_skin_thickness() -> None:
    assert layer_stack("forehead", "female").thickness("dermis") == 0.86
    assert layer_stack("forehead", "male").thickness("dermis") == 1.17
    assert layer_stack("cheek_left", "male").layers[1].cv == pytest.approx(0.21 / 1.14)


def test_nose_agrees_with_the_independent_depth_of_the_procerus() -> None:
    for sex in SEXES:
        # measured 2.7 mm, SD 0.6, in another study than skin and fat
        assert layer_stack("nose", sex).top("muscle") == pytest.approx(2.7, abs=0.6)


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize("region", REGIONS)
def test_target_bands_lie_in_their_layers(region: Region, sex: Sex) -> None:
    stack = layer_stack(region, sex)
    dermis, subcutis = stack.top("dermis"), stack.top("subcutis")
    sebaceous, sudomotor, motor = (terminal_band(stack, name) for name in ("sebaceous", "sudomotor", "motor"))
    assert dermis < sebaceous[0] < sebaceous[1] < subcutis
    assert dermis < sudomotor[0] < subcutis < sudomotor[1] <= stack.top("muscle")
    assert sudomotor[1] == pytest.approx(subcutis + 0.5)
    assert sudomotor[1] <= motor[0] < motor[1]
    thickness = stack.thickness("dermis")
    assert sebaceous == pytest.approx((dermis + 0.2 * thickness, dermis + 0.85 * thickness))


def test_unknown_terminal_is_refused() -> None:
    with pytest.raises(ValueError, match="sebaceous"):
        terminal_band(layer_stack("chin", "male"), "periglandular")  # type: ignore[arg-type]


def test_both_sides_share_their_layers() -> None:
    left, right = layer_stack("jawline_left", "female"), layer_stack("jawline_right", "female")
    assert left.layers == right.layers
    assert (left.site, right.site) == ("jawline_left", "jawline_right")


def test_sebum_follows_the_published_order() -> None:
    level = {region: typical_sebum(region)[0] for region in FACE}
    for oily in ("forehead", "nose", "chin"):
        assert level[oily] > level["cheek_left"] == level["cheek_right"]
    assert level["chin"] == max(level.values())


def test_chin_reproduces_the_reported_mean_and_spread() -> None:
    median, cv, source = typical_sebum("chin")
    mean = median * math.sqrt(1.0 + cv**2)  # of a log-normal
    assert mean == pytest.approx(126.0, rel=0.01)  # the table holds three digits
    assert mean * cv == pytest.approx(107.73, rel=0.01)
    assert "Kapoor" in source


def test_interpolated_sebum_says_so() -> None:
    for region in FACE:
        if region != "chin":
            assert "assumption" in typical_sebum(region)[2]


def test_sweat_gland_density() -> None:
    published = {"forehead": 186.0, "upper_lip": 16.0, "axilla_left": 84.0, "palm_right": 518.0, "sole_left": 497.0}
    assert {region: sweat_gland_density(region).median for region in published} == published


@pytest.mark.parametrize("region", ["palm_left", "sole_right", "bladder"])
def test_no_sebum_where_no_sebaceous_glands_are(region: Region) -> None:
    with pytest.raises(KnowledgeError, match="no casual_sebum"):
        typical_sebum(region)


@pytest.mark.parametrize("sex", SEXES)
def test_sides_share_their_layers_and_only_their_name_differs(sex: Sex) -> None:
    for left, right, site in (
        ("axilla_left", "axilla_right", "axilla"),
        ("palm_left", "palm_right", "palm"),
        ("sole_left", "sole_right", "sole"),
    ):
        stacks = [layer_stack(region, sex) for region in (left, right, site)]  # type: ignore[arg-type]
        assert len({stack.layers for stack in stacks}) == 1
        assert {stack.bottom for stack in stacks} == {"deep tissue"}


def test_horny_layer_of_hand_and_foot_is_thick() -> None:
    thickness = {site: layer_stack(site, "female").thickness("epidermis") for site in ("sole", "palm", "axilla")}
    assert thickness["sole"] > thickness["palm"] > 5.0 * thickness["axilla"]


def test_missing_layer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for row in sites._layer_rows() if (row["site"], row["layer"]) != ("nose", "subcutis")]
    monkeypatch.setattr(sites, "_layer_rows", lambda: rows)
    sites.layer_stack.cache_clear()
    with pytest.raises(KnowledgeError, match="nose \\(female\\) has no subcutis"):
        layer_stack("nose", "female")
