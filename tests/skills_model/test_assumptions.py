"""Assumptions and scenarios: read whole, changed by copy, wrong ones named."""

from __future__ import annotations

import datetime as dt

import pytest

from skills_model.assumptions import COLUMNS, Assumption, Assumptions
from skills_model.errors import DataError, ScenarioError
from skills_model.scenario import Scenario, financial_year, names


def test_an_id_alone_sets_every_key_and_a_key_sets_one() -> None:
    """The file itself stays as it is."""
    changed = Assumptions.load().with_values({"course_fee": 10.0, "course_fee[4]": 20.0})
    assert changed.by_key("course_fee") == {"1": 10.0, "2": 10.0, "3": 10.0, "4": 20.0}
    assert Assumptions.load().value("course_fee", 4) != 20.0


def test_a_range_moves_with_a_planners_own_value() -> None:
    """Twice the value, twice its low and its high, and a share no further than 1; the stored value changes nothing, 0 is 0 for certain."""
    stored = Assumptions.load()
    fee, course, rate = stored["course_fee[1]"], stored["course_completion[1]"], stored["leaver_rate_years"]
    moved = stored.with_values({fee.name: 2 * fee.value, course.name: 1.0, rate.name: 1.5})
    assert (moved[fee.name].low, moved[fee.name].high) == pytest.approx((2 * fee.low, 2 * fee.high))
    assert (moved[course.name].low, moved[course.name].high) == pytest.approx((course.low / course.value, 1.0))
    assert (moved[rate.name].low, moved[rate.name].high) == pytest.approx((1.5 * rate.low, 1.5 * rate.high))
    assert stored.with_values({item.name: item.value for item in stored.by_name.values()}) == stored
    gone = stored.with_values({fee.name: 0.0})
    assert (gone[fee.name].low, gone[fee.name].high) == (0.0, 0.0)
    for value in (0.001, 0.3, 0.999):
        every = stored.with_values({item.name: value for item in stored.by_name.values()}).by_name.values()
        assert all(item.low <= item.value <= item.high and item.possible(item.low) and item.possible(item.high) for item in every)


def test_a_number_that_was_0_has_its_range_widened_to_hold_a_value() -> None:
    """There is no proportion to keep."""
    none = Assumption("a", "", "A", 0.0, 0.0, 0.2, "share", "judgement")
    changed = Assumptions({"a": none}).with_values({"a": 0.5})["a"]
    assert (changed.low, changed.high) == (0.0, 0.5)


def test_every_wrong_value_is_named_at_once() -> None:
    """A leaver rate above 1, a price below 0 and an unknown name are three faults."""
    with pytest.raises(ScenarioError) as error:
        Assumptions.load().with_values({"leaver_rate": 1.2, "course_fee[1]": -1.0, "curse_fee[1]": 1.0})
    problems = [fault.problem for fault in error.value.faults]
    assert problems == ["Impossible value", "Impossible value", "Unknown assumption"]
    assert "course_fee[1]" in error.value.faults[2].allowed


def test_every_fault_of_a_file_is_named_at_once(tmp_path) -> None:
    """No number, outside its range, no source, and a name twice."""
    file = tmp_path / "assumptions.csv"
    rows = [
        "a,A,x,0,1,share,judgement,,,,,,",
        "b,B,2,0,1,pounds,judgement,,,,,,",
        "c,C,1,0,1,pounds,,,,,,,",
        "d,D,1,0,1,pounds,judgement,,,,,,",
        "d,D,1,0,1,pounds,judgement,,,,,,",
        "e,E,1,0,2,share a year,judgement,,,,,,",
    ]
    file.write_text("\n".join([",".join(COLUMNS), *rows]), encoding="utf-8")
    with pytest.raises(DataError) as error:
        Assumptions.load(file)
    assert [(fault.problem, fault.row) for fault in error.value.faults] == [
        ("Not a number", 2),
        ("Value outside its range", 3),
        ("No source", 4),
        ("Assumption given twice", 6),
        ("Impossible value", 7),
    ]


def test_reading_is_noted() -> None:
    """What a build reads is known, so that nothing else is tried when drivers are sought."""
    noting, read = Assumptions.load().noting()
    noting.value("discount_rate")
    noting.by_key("course_fee")
    assert read == {"discount_rate", "course_fee[1]", "course_fee[2]", "course_fee[3]", "course_fee[4]"}


@pytest.mark.parametrize("name", names())
def test_every_scenario_of_the_project_reads(name) -> None:
    """Each has the keys of the baseline below its own."""
    assert Scenario.load(name).id == name
    assert Assumptions.load().with_values(Scenario.load(name).assumptions)


@pytest.mark.parametrize(
    "start, period, periods, expected",
    [
        ("2026-04-01", "quarter", 6, {0: "2025/26", 4: "2026/27", 6: "2027/28"}),
        ("2026-10-01", "quarter", 6, {0: "2025/26", 2: "2026/27", 6: "2027/28"}),
        ("2027-01-01", "quarter", 2, {0: "2025/26", 1: "2026/27", 2: "2027/28"}),
        ("2026-04-01", "year", 2, {0: "2025/26", 1: "2026/27", 2: "2027/28"}),
    ],
)
def test_years_are_told_at_their_last_period_and_the_opening_for_one_of_its_own(start, period, periods, expected) -> None:
    """Wherever in a year a scenario starts, period 0 has a year that no later period has."""
    scenario = Scenario.load("baseline").changed(start=dt.date.fromisoformat(start), period=period, periods=periods)
    assert scenario.year_ends() == expected


def test_a_scenario_is_a_small_change_to_its_base(tmp_path) -> None:
    """Tables merge key by key; everything else is taken from the base."""
    file = tmp_path / "mine.toml"
    file.write_text('id = "mine"\nlabel = "Mine"\nbase = "baseline"\n[demand.growth.data]\nrate = 0.1\n', encoding="utf-8")
    mine, base = Scenario.load(str(file)), Scenario.load("baseline")
    assert mine.demand.growth["data"].rate == 0.1
    assert mine.demand.growth["architecture"] == base.demand.growth["architecture"]
    assert mine.start == base.start


@pytest.mark.parametrize(
    "text, columns",
    [
        ("start = 2026-05-01", {"start"}),
        ('periods = 0\nperiod = "week"', {"periods", "period"}),
        ('budget.development = {"2026/27" = -5}', {"budget.development.2026/27"}),
        ('colour = "blue"', {"colour"}),
        ("periods = ", {""}),
    ],
)
def test_a_wrong_scenario_names_every_setting(tmp_path, text, columns) -> None:
    """Settings out of range, unknown keys and files that are no TOML."""
    file = tmp_path / "wrong.toml"
    file.write_text(f'id = "wrong"\nlabel = "Wrong"\nbase = "baseline"\n{text}\n', encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        Scenario.load(str(file))
    assert {fault.column for fault in error.value.faults} == columns


def test_scenarios_built_on_each_other_are_refused(tmp_path) -> None:
    """A circle of bases ends in an error, not in a loop."""
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text(f'id = "one"\nbase = "{two.as_posix()}"\n', encoding="utf-8")
    two.write_text(f'id = "two"\nbase = "{one.as_posix()}"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match="circle"):
        Scenario.load(one.as_posix())


def test_a_base_is_found_beside_the_file_that_names_it(tmp_path) -> None:
    """Wherever the command is run from."""
    (tmp_path / "ours.toml").write_text('id = "ours"\nbase = "baseline"\nlabel = "Ours"\nperiods = 7\n', encoding="utf-8")
    (tmp_path / "mine.toml").write_text('id = "mine"\nbase = "ours.toml"\nlabel = "Mine"\n', encoding="utf-8")
    assert Scenario.load(str(tmp_path / "mine.toml")).periods == 7


def test_an_unknown_scenario_is_named_with_the_nearest() -> None:
    """The error lists what there is."""
    with pytest.raises(ScenarioError, match="nearest: 'baseline'"):
        Scenario.load("basline")


def test_periods_know_their_day_and_year() -> None:
    """Quarters of an NHS financial year start in April, July, October and January."""
    scenario = Scenario.load("baseline")
    assert [scenario.day_of(t) for t in (1, 4, 5, 13)] == [
        dt.date(2026, 4, 1),
        dt.date(2027, 1, 1),
        dt.date(2027, 4, 1),
        dt.date(2029, 4, 1),
    ]
    assert scenario.budget_years() == ["2026/27", "2027/28", "2028/29"]
    assert financial_year(dt.date(2030, 1, 1)) == "2029/30"
