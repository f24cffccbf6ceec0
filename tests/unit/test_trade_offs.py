"""Which plans are shown, what is said to bind, and what follows from a slip of the needle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from holocrine.domain.plan import Misplacement
from holocrine.planning.misplacement import _advice
from holocrine.planning.trade_offs import MOST_SHOWN, Weighed, trade_offs

PLANS = st.builds(
    Weighed,
    st.integers(1, 120),
    st.floats(0.2, 60.0).map(lambda units: round(units, 1)),
    st.floats(0.0, 50.0).map(lambda benefit: round(benefit, 2)),
    st.floats(0.0, 3.0).map(lambda share: round(share, 2)),
)


@given(st.lists(PLANS, max_size=40), PLANS)
def test_only_unbeaten_plans_are_shown_and_the_chosen_one_always(plans: list[Weighed], chosen: Weighed) -> None:
    shown = trade_offs(plans, chosen)
    assert sum(row.chosen for row in shown) == 1
    assert len(shown) <= MOST_SHOWN
    assert [row.units for row in shown] == sorted(row.units for row in shown)
    rows = [Weighed(row.points, row.units, row.benefit, row.harm_share) for row in shown if not row.chosen]
    assert not any(plan.beats(row) for row in rows for plan in (*plans, chosen))


def test_a_plan_beats_another_when_nothing_is_worse_and_something_better() -> None:
    plan = Weighed(10, 5.0, 8.0, 0.5)
    assert plan.beats(Weighed(10, 5.0, 7.9, 0.5))
    assert plan.beats(Weighed(11, 5.0, 8.0, 0.5))
    assert not plan.beats(plan)
    assert not plan.beats(Weighed(9, 5.0, 7.0, 0.5))


def _cases(*brow: float) -> list[Misplacement]:
    changes = ("as planned", "1", "2", "3", "0.5 deep", "1 deep", "placed by a novice hand")
    return [Misplacement(change=c, harms={"brow_drop": b}) for c, b in zip(changes, brow, strict=True)]


def test_advice_says_how_far_the_limit_is() -> None:
    said = list(_advice(_cases(1.0, 1.5, 2.5, 4.0, 1.0, 1.0, 2.4), {"brow_drop": 0.02}))
    assert len(said) == 2
    assert "1.5 mm too low" in said[0]
    assert "(2.4% against 2%)" in said[1]
    assert "0.8 mm deeper" in next(iter(_advice(_cases(1.0, 1.0, 1.0, 1.0, 1.4, 2.4, 1.0), {"brow_drop": 0.02})))
    assert list(_advice(_cases(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1), {"brow_drop": 0.02})) == []
