"""What lies under the skin at each site, how deep the toxin's targets are, and how oily the site is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from holocrine.anatomy.tables import Row, provenance, read_rows
from holocrine.domain.vocabulary import BodySite, Region, Sex
from holocrine.errors import KnowledgeError

LayerName = Literal["epidermis", "dermis", "subcutis", "muscle"]
Bottom = Literal["bone", "deep tissue"]
Terminal = Literal["sebaceous", "sudomotor", "motor"]

_ORDER: tuple[LayerName, ...] = get_args(LayerName)
_NO_BONE_BELOW = ("cheek", "upper_lip", "axilla", "abdomen", "back", "palm", "sole", "bladder")
"""Here the mouth's cavity, the buccal fat or deep tissue follows the muscle, elsewhere bone."""
SEBACEOUS_BAND = (0.20, 0.85)
"""Shares of the dermis; assumption: sebaceous glands sit between its upper fifth and the lower follicle."""
SUDOMOTOR_BAND = (0.50, 0.5)
"""Upper share of the dermis, and mm below the dermis; assumption: sweat coils lie at its lower border."""


@dataclass(frozen=True)
class Layer:
    """One layer: mean thickness in mm, coefficient of variation between people, and where both come from."""

    name: LayerName
    thickness_mm: float
    cv: float
    source: str


@dataclass(frozen=True)
class LayerStack:
    """Layers from the surface down at one site, and what lies below the last."""

    site: Region | BodySite
    sex: Sex
    layers: tuple[Layer, ...]
    bottom: Bottom

    def top(self, name: LayerName) -> float:
        """Depth in mm at which a layer begins."""
        return sum(layer.thickness_mm for layer in self.layers[: _ORDER.index(name)])

    def thickness(self, name: LayerName) -> float:
        """Thickness of a layer in mm."""
        return self.layers[_ORDER.index(name)].thickness_mm

    @property
    def depth_mm(self) -> float:
        """Depth in mm of bone or deep tissue."""
        return sum(layer.thickness_mm for layer in self.layers)


@dataclass(frozen=True)
class Level:
    """A quantity at a site: median, coefficient of variation between people (None unknown), source."""

    median: float
    cv: float | None
    source: str


@lru_cache(maxsize=64)
def layer_stack(region: Region | BodySite, sex: Sex) -> LayerStack:
    """The layers of a region or a site of the body. Raises KnowledgeError when the table lacks one."""
    rows = {row["layer"]: row for row in _layer_rows() if row["site"] == _site(region) and row["sex"] == sex}
    if missing := [name for name in _ORDER if name not in rows]:
        raise KnowledgeError(f"layers.csv: {_site(region)} ({sex}) has no {', '.join(missing)}")
    layers = tuple(
        Layer(name, thickness, float(rows[name]["sd_mm"]) / thickness, provenance(rows[name]))
        for name in _ORDER
        if (thickness := float(rows[name]["thickness_mm"])) > 0.0
    )
    return LayerStack(region, sex, layers, "deep tissue" if _site(region) in _NO_BONE_BELOW else "bone")


def terminal_band(stack: LayerStack, terminal: Terminal) -> tuple[float, float]:
    """Top and bottom depth (mm) between which a terminal type's targets lie.

    Sebaceous glands: 20 to 85% of the dermis; sweat coils: lower half of the dermis to 0.5 mm into the
    subcutis (both assumptions); motor end plates: the muscle layer. Raises ValueError for another word.
    """
    dermis, depth = stack.top("dermis"), stack.thickness("dermis")
    if terminal == "sebaceous":
        return dermis + SEBACEOUS_BAND[0] * depth, dermis + SEBACEOUS_BAND[1] * depth
    if terminal == "sudomotor":
        below = min(SUDOMOTOR_BAND[1], stack.thickness("subcutis"))
        return dermis + SUDOMOTOR_BAND[0] * depth, dermis + depth + below
    if terminal == "motor":
        return stack.top("muscle"), stack.depth_mm
    raise ValueError(f"unknown terminal type {terminal!r}; allowed: {', '.join(get_args(Terminal))}")


def typical_sebum(region: Region) -> tuple[float, float, str]:
    """Casual Sebumeter level of a region: median (ug/cm2), coefficient of variation, source or assumption."""
    level = _gland_level(region, "casual_sebum")
    if level.cv is None:
        raise KnowledgeError(f"glands.csv: casual_sebum of {_site(region)} has no coefficient of variation")
    return level.median, level.cv, level.source


def sweat_gland_density(region: Region) -> Level:
    """Active eccrine sweat glands per cm2 of a region."""
    return _gland_level(region, "eccrine_density")


def _gland_level(region: Region, quantity: str) -> Level:
    for row in _gland_rows():
        if row["site"] == _site(region) and row["quantity"] == quantity:
            return Level(float(row["median"]), float(row["cv"]) if row["cv"] else None, provenance(row))
    raise KnowledgeError(f"glands.csv: no {quantity} for {_site(region)}")


def _site(region: Region | BodySite) -> str:
    """Both sides share their rows."""
    return region.removesuffix("_left").removesuffix("_right")


@lru_cache(maxsize=1)
def _layer_rows() -> Sequence[Row]:
    return read_rows("layers.csv", text=("site", "sex", "layer"), numbers=("thickness_mm", "sd_mm"))


@lru_cache(maxsize=1)
def _gland_rows() -> Sequence[Row]:
    return read_rows("glands.csv", text=("site", "quantity", "unit"), numbers=("median",), optional=("cv",))
