"""Two plans side by side: only what differs is told, with the second less the first."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from skills_model.assumptions import Assumptions
from skills_model.comparison import ACTION, Side, compare, fairness
from skills_model.planning.describe import Described
from skills_model.privacy import Scope
from skills_model.scenario import Scenario


def described(fte: float, cost: float, short: float, stream: str = "development") -> Described:
    """Make a plan that trains analysts in SQL, and contracts one engineer whatever it is asked."""
    train = ("Train", "Data", "Analyst", None, "SQL", 2, None)
    contract = ("Contract", "Software", "Engineer", None, None, None, "Bank")
    actions = pd.DataFrame([train, contract], columns=ACTION).assign(fte=[fte, 1.0], cost=[cost, 500.0])
    closes = pd.DataFrame(
        [("Data", "Analyst", "SQL", 10.0, short), ("Software", "Engineer", "Code", 4.0, 4.0)],
        columns=["role_family", "role_level", "skill", "do_nothing", "plan"],
    )
    closes["closed"] = closes["do_nothing"] - closes["plan"]
    money = pd.DataFrame({"stream": [stream], "year": ["2026/27"], "pounds": [cost + 500.0]})
    side = {"ranks_short": 14.0, "coverage": 0.5, "staff_fte": 20.0}
    total = {"total": cost + 500.0, "recurrent": 0.0, "whole_life": cost, "per_rank_closed": None}
    summary: dict[str, object] = {"do_nothing": side, "plan": side | {"ranks_short": 4.0 + short}, "cost": total}
    return Described(actions=actions, closes=closes, cost=money, path=pd.DataFrame(), summary=summary)


@pytest.fixture(scope="module")
def baseline():
    return Scenario.load("baseline")


def test_what_differs_is_told_and_nothing_else(baseline) -> None:
    known = Assumptions.load()
    other = baseline.with_settings({"objective": {"aim": "target"}, "label": "Another", "assumptions": {"course_fee[2]": 999.0}})
    found = compare(
        Side("one", described(5.0, 1000.0, 6.0), baseline, known),
        Side("other", described(8.0, 1600.0, 3.0), other, known.with_values(other.assumptions)),
    )
    assert set(found.inputs["setting"]) == {"objective.aim", "course_fee[2]"}
    fee = found.inputs.set_index("setting").loc["course_fee[2]"]
    assert (fee["first"], fee["second"]) == ("900", "999")
    results = found.results.set_index("measure")
    assert results.loc["Ranks short in the last period", ["first", "second", "change"]].tolist() == [10.0, 7.0, -3.0]
    assert results.loc["Charged to funding streams", "change"] == 600.0
    assert pd.isna(results.loc["Charged for each rank closed", "change"])
    (action,) = found.actions.to_dict("records")
    assert (action["action"], action["skill"], action["change"], action["cost_change"]) == ("Train", "SQL", 3.0, 600.0)
    assert found.closes.groupby("cut")["change"].sum().to_dict() == {"role_family": -3.0, "role_level": -3.0, "skill": -3.0}
    assert found.cost[["stream", "year", "change"]].to_numpy().tolist() == [["development", "2026/27", 600.0]]


def test_a_plan_beside_itself_differs_in_nothing(baseline) -> None:
    side = Side("one", described(5.0, 1000.0, 6.0), baseline, Assumptions.load())
    found = compare(side, side)
    assert found.inputs.empty
    assert found.actions.empty
    assert found.closes.empty
    assert found.cost.empty
    assert (found.results["change"].dropna() == 0).all()


def with_more(plan: Described, streams: list[tuple[str, str, str, float]], **told: object) -> Described:
    """Return a plan with streams (id, label, year, budget) and more in its summary."""
    money = pd.DataFrame(streams, columns=["stream", "stream_label", "year", "budget"])
    return replace(plan, streams=money, summary=plan.summary | told)


def test_money_of_the_store_and_what_was_given_up_are_what_a_plan_was_made_from(baseline) -> None:
    """A stream of the store is no setting of the scenario, and a plan of another organisation is said to be one."""
    known, plan = Assumptions.load(), described(5.0, 1000.0, 6.0)
    fund = ("fund", "Digital fund", "2026/27", 500.0)
    first = with_more(plan, [("development", "Development", "2026/27", 100.0)], organisation="A", relaxed=[], follows="")
    second = with_more(
        plan,
        [("development", "Development", "2026/27", 100.004), fund],
        organisation="B",
        relaxed=[{"sentence": "Fund a post"}],
        follows="ab12:2",
    )
    found = compare(Side("one", first, baseline, known), Side("other", second, baseline, known))
    assert found.inputs[["setting", "label", "first", "second", "unit"]].to_numpy().tolist() == [
        ["organisation", "", "A", "B", ""],
        ["relaxed", "", "-", "Fund a post", ""],
        ["follows", "", "-", "ab12", ""],
        ["budget.fund.2026/27", "Digital fund, 2026/27", "-", "500.00", "pounds"],
    ]


def test_a_coverage_to_reach_is_no_setting_of_a_plan_that_has_another_aim(baseline) -> None:
    known, plan = Assumptions.load(), described(5.0, 1000.0, 6.0)
    other = baseline.with_settings({"objective": {"aim": "target", "target": 0.7}})
    found = compare(Side("one", plan, baseline, known), Side("other", plan, other, known)).inputs
    assert found[["setting", "first", "second"]].to_numpy().tolist() == [
        ["objective.aim", "gap", "target"],
        ["objective.target", "-", "0.7"],
    ]
    unused = compare(Side("one", plan, baseline, known), Side("other", plan, baseline.with_settings({"objective": {"target": 0.7}}), known))
    assert unused.inputs.empty


def test_a_rank_is_the_same_with_and_without_decimals(baseline) -> None:
    """A file in which some ranks are blank holds the others with decimals."""
    known, plan = Assumptions.load(), described(5.0, 1000.0, 6.0)
    read = replace(plan, actions=plan.actions.assign(rank=[2.0, float("nan")]))
    found = compare(Side("one", plan, baseline, known), Side("other", read, baseline, known))
    assert found.actions.empty


def test_money_of_a_stream_that_only_one_plan_has_is_all_change(baseline) -> None:
    known = Assumptions.load()
    found = compare(
        Side("one", described(5.0, 1000.0, 6.0), baseline, known), Side("other", described(5.0, 1000.0, 6.0, "fund"), baseline, known)
    )
    assert found.cost.set_index("stream")["change"].to_dict() == {"development": -1500.0, "fund": 1500.0}


class Teams:
    """A store that knows two teams and one of a single person."""

    def query(self, name: str, scope: Scope, **parameters: object) -> pd.DataFrame:
        assert (name, parameters["organisations"], scope) == ("short_by_team", ["TINY1"], Scope.local())
        rows = [
            ("Ash", "analyst", "sql", 9, 8.0), ("Ash", "engineer", "code", 2, 2.0), ("Birch", "analyst", "sql", 8, 4.0),
            ("Cedar", "engineer", "code", 1, 1.0),
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["team", "role_level", "skill", "headcount", "short"])


def test_teams_gain_as_their_role_levels_do_and_small_ones_are_told_together() -> None:
    """Of SQL (10 short, 6 with the plan) four tenths are closed, of code nothing: Ash 0.4 x 8 of 10, Birch 0.4 x 4 of 4."""
    labels = {"role_level": {"analyst": "Analyst", "engineer": "Engineer"}, "skill": {"sql": "SQL", "code": "Code"}}
    found = fairness(Teams(), Scope.local(), "TINY1", described(5.0, 1000.0, 6.0), labels, Assumptions.load())  # type: ignore[arg-type]
    by_team = found.set_index("team")
    assert by_team["share"].to_dict() == pytest.approx({"Ash": 0.32, "Birch": 0.4, "Teams of fewer than 8 people": 0.0})
    assert by_team.loc["Ash", ["headcount", "short", "closed"]].tolist() == pytest.approx([11, 10.0, 3.2])
    assert "Cedar" not in by_team.index
