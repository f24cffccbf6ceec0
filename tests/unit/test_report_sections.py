"""What stands only in some reports: sites off the face, several targets, muscles, what comes after the session."""

from __future__ import annotations

import re

import pytest
from tests.unit import report_fixture as made

from holocrine import report
from holocrine.report.charts import value_ticks

render, structure, words, summary = made.render, made.structure, made.words, made.summary


@pytest.fixture(scope="module")
def html() -> str:
    return str(render())


def test_a_plan_off_the_face_is_drawn_on_its_sheet_alone() -> None:
    document = render(plan=made.plan(point=made.axilla()), maps=None, sheets={"axilla_left": made.axilla_maps()})
    assert 'id="sheet-axilla_left-title"' in document
    assert "Face seen from the front" not in document
    assert "both from the cross in the figure of a site off the face." in words(document)
    without = render(plan=made.plan(point=made.axilla()), maps=None)
    assert "No effect is mapped." in words(without)
    assert structure(without).faults == []


def test_face_and_sheet_are_both_drawn() -> None:
    plan = made.plan(point=(*made.points(), *made.axilla()))
    document = render(plan=plan, sheets={"axilla_left": made.axilla_maps()})
    found = structure(document)
    assert found.faults == []
    assert len(found.ids) == len(set(found.ids))
    assert document.count("sheet-axilla_left-title") == document.count("face-sebum-title") == 2  # the id and its use


def test_muscles_are_outlined_where_they_are_the_target() -> None:
    frown = report.plot_face(made.plan(), made.FACE, None, targets=["glabellar_lines"])
    assert frown.count('class="muscle"') == 4  # two corrugators, the procerus and the legend
    assert "No injection" not in words(frown)
    assert 'class="muscle"' not in report.plot_face(made.plan(), made.FACE, made.maps(), targets=["sebum"])
    assert "percent" not in words(frown)  # no colour scale without a map


def test_several_targets_stand_in_one_table() -> None:
    further = made.benefit(target="sweat", description="mean fall in sweat", mean=46.0, duration_weeks=None)
    document = words(render(forecast=made.forecast(further_benefits=(further,))))
    assert "Mean fall in sweat 46% 0 to 51% 57% 20% or more 28% no effect" in document
    assert "What may be expected of each target" not in words(render())


def test_courses_of_the_targets_are_drawn_and_others_when_the_plan_moves_them(html: str) -> None:
    drawn = set(re.findall(r'id="course-([\w-]+)-title"', html))
    assert drawn == {"sebum-forehead", "sebum-level-forehead", "sweat-forehead", "brow-height-all"}
    assert "Also forecast, in forecast.json: visible pore area." in words(html)


def test_the_course_without_the_session_is_dotted_where_it_is_known() -> None:
    course = made.courses()[0]
    assert "no session" in words(report.plot_course(course))
    assert "no session" not in words(report.plot_course(course.model_copy(update={"untreated_median": ()})))


def test_regions_of_one_quantity_share_a_scale() -> None:
    small = made.course("sweat", "sweat", "mL", 3.0, 1.0)
    large = made.course("sweat", "sweat", "mL", 30.0, 1.0)
    assert value_ticks([small, large]) == value_ticks([large]) != value_ticks([small])
    assert value_ticks([made.course("nasolabial_angle", "angle", "degree", 4.0, 1.0, base=100.0)])[0] > 80.0
    assert value_ticks([made.course("new_scars", "scars", "scars", 0.0, 1.0)])[:2] == [0.0, 0.2]


def test_what_comes_after_the_session(html: str) -> None:
    after = words(html.split('<section id="aftermath"')[1].split("</section>")[0])
    for expected in (
        "Come and gone within a week in most who have them: blanched weal. Later or longer: late pale halo.",
        "over 99% 90 to 100% 21 points at once 14 to 72 minutes 100% D: assumed",
        "20 days to 13 weeks",
        "No further session before 1 February 2027 (rule IV-01)",
        "42 units onabotulinumtoxinA",
        "Sebum 12% (6 to 25%) 10 weeks (6 to 16) 19 weeks (12 to 26) 8% 1 February 2027",
        "Sweat none",
        "Every 12 weeks (too early) Every 16 weeks",
        "Antibodies after a year 12% (6 to 25%)",
    ):
        assert expected in after, expected
    assert "Headache" not in after  # it cannot happen here
    assert 'id="aftermath"' not in render(plan=made.plan(point=()))


def test_without_explanations_there_is_no_section_and_no_link(html: str) -> None:
    document = render(forecast=made.forecast(hypotheses=()))
    assert 'href="#explanations"' in html
    assert "#explanations" not in document
    assert structure(document).faults == []


def test_harms_that_the_plan_does_not_come_near_are_summed_up() -> None:
    first, *others = made.risks()
    far = first.model_copy(update={"probability": 1e-40, "lo90": 0.0, "hi90": 1e-40})
    document = words(render(forecast=made.forecast(risks=(far, *others))))
    assert "Under 0.01%, the upper end included: drooping upper lid." in document
    strict = far.model_copy(update={"limit": 0.0, "within_limit": False})
    assert "Under 0.01%, the" not in words(render(forecast=made.forecast(risks=(strict, *others))))


@pytest.mark.parametrize(
    ("target", "region", "expected"),
    [
        ("bladder", "bladder", "if you cannot pass urine"),
        ("sweat", "palm_left", "if the hand becomes too weak"),
    ],
)
def test_the_safety_card_names_what_a_site_adds(target: str, region: str, expected: str, html: str) -> None:
    point = made.points()[0].model_copy(update={"region": region, "x": 0.0, "y": 0.0})
    document = render(plan=made.plan(point=(point,)), forecast=made.forecast(benefit=made.benefit(target=target)))
    card = words(document.split('<section id="safety"')[1].split("</section>")[0])
    assert expected in card
    assert "Unless the product's label names this use" in card
    assert expected not in words(html)


def test_every_target_has_its_line_and_equal_dates_are_written_once() -> None:
    further = made.benefit(target="bladder", meaningful_fall=50.0)
    again = made.retreatment()
    returns = (again.returns[0], again.returns[0].model_copy(update={"target": "bladder"}))
    forecast = made.forecast(further_benefits=(further,), retreatment=again.model_copy(update={"returns": returns}))
    lines = summary(forecast=forecast, width=160).splitlines()
    assert any(re.match(r"mean fall in sebum +24% .* 57% \(20% or more\) +28%", line) for line in lines)
    assert any(re.match(r"mean fall in leak episodes +24% .* 57% \(50% or more\) +28%", line) for line in lines)
    assert any("suggested 1 February 2027 (sebum, leak episodes);" in line for line in lines)
    bare = summary(plan=made.plan(point=()))
    assert "Next" not in bare
    assert "Needles" not in bare
