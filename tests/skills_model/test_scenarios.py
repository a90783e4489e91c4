"""Scenarios of the project and of users: written, checked, kept, compared."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from skills_model import scenario, scenarios
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScenarioError
from skills_model.privacy import Scope
from skills_model.scenario import Growth, Scenario
from skills_model.store import Store

LOCAL = Scope.local()
DAY = dt.date(2026, 11, 22)


def write(store: Store, id_: str = "mine", *changes: str, text: str = "", reason: str = "a test", base: str = "baseline") -> str:
    return scenarios.written(
        store, LOCAL, id_, label="Mine", author="Tester", reason=reason, base=base, changes=changes, text=text, today=DAY
    )


def keep(store: Store, text: str, *, replace: bool = False) -> int:
    return scenarios.save(store, LOCAL, text, today=DAY, replace=replace)


def test_a_scenario_says_who_when_and_why_and_holds_only_what_it_changes(small_store: Store) -> None:
    text = write(small_store, "mine", "leaver_rate=0.1", "leaver_rate[under 25]=0.2", "periods=8")
    assert scenario.parsed(text, "mine") == {
        "id": "mine",
        "label": "Mine",
        "base": "baseline",
        "author": "Tester",
        "reason": "a test",
        "written_on": DAY,
        "periods": 8,
        "assumptions": {"leaver_rate": 0.1, "leaver_rate[under 25]": 0.2},
    }


def test_a_kept_scenario_is_found_by_its_id_and_may_be_a_base(small_store: Store) -> None:
    keep(small_store, write(small_store, "mine", "leaver_rate=0.1"))
    keep(small_store, write(small_store, "theirs", "periods=8", base="mine"))
    found = scenarios.usable(small_store, LOCAL, "theirs")
    assert (found.periods, found.assumptions, found.base) == (8, {"leaver_rate": 0.1}, "mine")
    rows = scenarios.listed(small_store, LOCAL)
    assert rows["scenario"].tolist() == [*scenario.names(), "mine", "theirs"]
    assert rows["own"].tolist() == [False] * len(scenario.names()) + [True, True]


def test_a_scenario_never_borrows_from_its_base_who_wrote_it_or_why(small_store: Store) -> None:
    found = Scenario.checked(scenario.settings_of('id = "mine"\nlabel = "Mine"\nbase = "baseline"', "mine", {}), "mine")
    assert (found.author, found.reason, found.written_on) == ("", "", None)


def test_a_scenario_is_replaced_only_when_asked_and_comes_back_when_that_is_undone(small_store: Store) -> None:
    first, second = write(small_store, "mine", "periods=8"), write(small_store, "mine", "periods=6")
    keep(small_store, first)
    with pytest.raises(ScenarioError, match="Scenario exists"):
        keep(small_store, second)
    number = keep(small_store, second, replace=True)
    assert scenarios.usable(small_store, LOCAL, "mine").periods == 6
    small_store.undo(number)
    assert scenarios.usable(small_store, LOCAL, "mine").periods == 8
    keep(small_store, second, replace=True)
    keep(small_store, first, replace=True)  # back to what it was, which is no import that was there before
    assert scenarios.usable(small_store, LOCAL, "mine").periods == 8


def test_a_scenario_of_the_project_is_never_replaced(small_store: Store) -> None:
    with pytest.raises(ScenarioError, match="Scenario of the project"):
        keep(small_store, write(small_store, "tight-money"), replace=True)


def test_a_saved_scenario_makes_no_plan_out_of_date(small_store: Store) -> None:
    before = small_store.query("data_state", LOCAL)["imports"].iloc[0]
    keep(small_store, write(small_store))
    assert small_store.query("data_state", LOCAL)["imports"].iloc[0] == before


def test_every_fault_is_told_at_once(small_store: Store) -> None:
    with pytest.raises(ScenarioError) as error:
        write(
            small_store, "Not An Id", "leaver_rate=3", "demand.growth.dta.rate=lots", "nonsense", "leaver_rat=1", "budget.mine.x=1",
            "demand.region.Y99.rate=0.1", "supply.joiners.nobody.rate=0.1", "pay_year=1999/00", reason="",
        )  # fmt: skip
    told = str(error.value)
    for word in (
        "'nonsense'", "--reason", "'Not An Id'", "'lots'", "'dta'", "leaver_rate[under 25]", "'leaver_rat'", "'mine'", "'Y99'", "'nobody'",
        "'1999/00'",
    ):  # fmt: skip
        assert word in told


def test_a_scenario_whose_base_has_gone_says_so_and_hides_nothing_else(small_store: Store) -> None:
    number = keep(small_store, write(small_store, "mine"))
    keep(small_store, write(small_store, "theirs", base="mine"))
    small_store.undo(number)
    assert "theirs" not in scenarios.listed(small_store, LOCAL)["scenario"].tolist()
    with pytest.raises(ScenarioError, match="Unknown scenario"):
        scenarios.usable(small_store, LOCAL, "theirs")


def test_a_difference_names_settings_and_the_value_of_assumptions_that_each_uses(small_store: Store) -> None:
    text = write(small_store, "mine", "leaver_rate=0.12", "demand.growth.data.rate=0.03")
    keep(small_store, text)
    both = [scenarios.usable(small_store, LOCAL, name) for name in ("baseline", "mine")]
    rows = scenarios.difference(*both, Assumptions.load()).rows.set_index("setting")
    assert rows.loc["demand.growth.data.rate", ["first", "second"]].tolist() == ["0.0", "0.03"]
    assert rows.loc["leaver_rate[under 25]", ["first", "second"]].tolist() == ["0.16", "0.12"]
    assert "leaver_rate[25 to 34]" not in rows.index, "12% is what it is anyway"
    assert scenarios.difference(both[0], both[0], Assumptions.load()).rows.empty


def test_a_file_is_a_scenario_too(small_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(write(small_store, "mine", "periods=8"), encoding="utf-8")
    assert scenarios.usable(small_store, LOCAL, str(file)).periods == 8


@pytest.mark.parametrize("name", scenario.names())
def test_scenarios_of_the_project_are_usable_and_say_who_and_why(small_store: Store, name: str) -> None:
    found = Scenario.load(name)
    assert found.author
    assert found.reason
    assert found.id == name


def test_the_range_of_a_growth_holds_its_rate() -> None:
    assert Growth(rate=0.03).range == (0.03, 0.03)
    assert Growth(rate=0.03, low=0.01, high=0.06).range == (0.01, 0.06)
    with pytest.raises(ValueError, match="low is at most the rate"):
        Growth(rate=0.03, low=0.04)


def test_only_a_scenario_that_can_be_read_is_kept(small_store: Store) -> None:
    with pytest.raises((ScenarioError, DataError)):
        keep(small_store, 'id = "mine"\nlabel = "Mine"\nbase = "nobody"')
    assert scenarios.own(small_store, LOCAL) == {}


def test_what_would_do_nothing_is_refused_before_it_is_run(small_store: Store) -> None:
    moves = [f"demand.technology.{name}" for name in ("same", "late", "over")]
    with pytest.raises(ScenarioError) as error:
        write(
            small_store, "mine",
            *(f"{place}.{part}" for place in moves for part in ("from=data", "share=0.1")),
            f"{moves[0]}.to=data", f"{moves[1]}.to=security", f"{moves[2]}.to=security",
            f"{moves[0]}.begin=2026/27", f"{moves[1]}.begin=2050/51", f"{moves[2]}.begin=2020/21",
            *(f"{place}.years=3" for place in moves),
        )  # fmt: skip
    told = str(error.value)
    for word in ("Technology without a change", "Begins after the end", "Over before the start"):
        assert told.count(word) == 1


@pytest.mark.parametrize("name", scenario.PROTECTING)
def test_no_scenario_changes_how_small_numbers_are_protected(name: str) -> None:
    assert name in Assumptions.load().by_name
    with pytest.raises(ScenarioError, match="Not for a scenario"):
        Scenario.load("baseline").changed(assumptions={name: 0.0})


@pytest.mark.parametrize(
    "settings, column, allowed",
    [
        ({"levers": {"without": "contract"}}, "levers.without", "a list in square brackets, such as ['one', 'another']"),
        ({"levers": {"maximum": {"magic": 1}}}, "levers.maximum.magic", "'end-cover', 'share' or 'retain'"),
        ({"levers": {"whole_people": "maybe"}}, "levers.whole_people", "true or false"),
        ({"levers": 5}, "levers", "a table of settings, as baseline.toml has them"),
        ({"objective": {"target": 0}}, "objective.target", "above 0"),
        ({"start": "soon"}, "start", "a date, such as 2026-04-01"),
        ({"start": 5.5}, "start", "a date, such as 2026-04-01"),
        ({"budget": {"development": {"2026/27": "x"}}}, "budget.development.2026/27", "a number"),
        ({"label": 5}, "label", "text in quotation marks"),
    ],
)
def test_what_a_setting_may_be_is_said_in_words_of_ours(settings: dict[str, object], column: str, allowed: str) -> None:
    with pytest.raises(ScenarioError) as error:
        Scenario.load("baseline").with_settings(settings)
    (fault,) = error.value.faults
    assert fault.column == column
    assert fault.allowed.endswith(allowed)
