"""What other budgets would do: the very plans that those budgets have, told as they are where some have none or time runs out."""

from dataclasses import replace

import pandas as pd
import pytest

from app import charts, findings, money, results
from app.money import MoneyResult
from app.pipeline import plans
from app.pipeline.plans import MoneyRequest, PlanRequest
from optimiser import solver
from optimiser.errors import PlanError
from optimiser.resolve import Resolver
from optimiser.tables import TABLES, PlanningTables
from skills_model.errors import DataError
from skills_model.privacy import Scope
from skills_model.store import Store

BUDGET, STEP = 60_000.0, 10_000.0
STOCK, PAY = "money:development:DEMO198", "money:establishment-pay:DEMO198"


class AnyLabel(dict):
    """Names every skill by its id."""

    def __missing__(self, key):
        return key


def request(budget=BUDGET):
    """Ask for a plan in fractions, as every point of the curve is; one in whole people is a little short of them."""
    return PlanRequest("DEMO198", budget, 4, settings='{"levers": {"whole_people": false}}')


@pytest.fixture(scope="module")
def made(one_trust):
    """Return plans of three budgets, each made by itself."""
    with Store.open(one_trust) as store:
        return {budget: plans.make_plan(store, Scope.local(), request(budget)) for budget in (BUDGET - STEP, BUDGET, BUDGET + STEP)}


@pytest.fixture(scope="module")
def found(one_trust, made):
    with Store.open(one_trust) as store:
        job = plans.prepare_money(store, Scope.local(), MoneyRequest(made[BUDGET].job.key, request()))
    return plans.work_out_money(job)


def short(result, by=None):
    ended = result.closes
    return ended["plan"].sum() if by is None else ended.groupby(by)["plan"].sum()


def test_each_step_of_money_is_the_difference_of_plans_made_by_themselves(found, made):
    told = found.steps.set_index("step")
    assert list(told.index) == [-50_000, -10_000, 0, 10_000, 50_000, 100_000]
    for step, budget in ((-10_000, BUDGET - STEP), (0, BUDGET), (10_000, BUDGET + STEP)):
        assert told.loc[step, "ranks_short"] == pytest.approx(short(made[budget]), abs=1e-5)
        assert told.loc[step, "shortfall"] == pytest.approx(made[budget].plan.stages[0]["value"], rel=1e-7)
    changes = found.skills[found.skills["step"] == 10_000].set_index("skill")["change"]
    wanted = short(made[BUDGET + STEP], "skill") - short(made[BUDGET], "skill")
    pd.testing.assert_series_equal(
        changes, wanted[wanted.abs() > 1e-6], check_names=False, check_index_type=False, check_like=True, atol=1e-5
    )


def test_the_curve_goes_from_no_money_through_the_plan_to_more_and_never_rises(found, made):
    rows = found.budgets
    assert rows["amount"].iloc[[0, -1]].tolist() == [0.0, BUDGET + 100_000]
    assert 5 < len(rows) <= money.POINTS + 1
    assert rows["amount"].is_monotonic_increasing
    assert rows["shortfall"].is_monotonic_decreasing
    own = rows[rows["this_plan"]]
    assert own["amount"].tolist() == [BUDGET]
    assert own["ranks_short"].iloc[0] == pytest.approx(made[BUDGET].summary["plan"]["ranks_short"], abs=1e-5)
    assert rows["ranks_short"].iloc[0] >= made[BUDGET].summary["plan"]["ranks_short"]
    assert rows["knee"].sum() == 1
    assert found.summary["complete"]
    assert found.summary["feasible"] == found.summary["asked"] == (0.0, BUDGET + 100_000)


def test_it_is_read_as_it_was_written(found):
    read = MoneyResult.from_json(found.to_json())
    for name in money.FRAMES:
        pd.testing.assert_frame_equal(getattr(read, name), getattr(found, name), check_dtype=False, rtol=1e-12)
    assert results.money_holds(read) == results.money_holds(found)
    assert results.money_limits(read) == results.money_limits(found) == ""


def test_it_is_refused_where_the_plan_is_of_other_data(one_trust):
    with Store.open(one_trust) as store, pytest.raises(DataError, match="Plan out of date"):
        plans.prepare_money(store, Scope.local(), MoneyRequest("f" * 64, request()))


@pytest.fixture(scope="module")
def costly(made):
    """Return a plan that must train somebody and has no other money for it, so that the smallest budgets have no plan."""
    tables, actions = made[BUDGET].job.tables, made[BUDGET].plan.actions
    frames = {name: getattr(tables, name).copy() for name in TABLES}
    others = frames["inflows"]["stock"].str.startswith("money:") & ~frames["inflows"]["stock"].isin([STOCK, PAY])
    frames["inflows"] = frames["inflows"][~others]
    trained = actions[actions["kind"] == "train"].groupby("lever")["amount"].sum()
    frames["levers"].loc[frames["levers"]["lever"] == trained.idxmax(), "minimum"] = 0.02
    return solver.optimise(PlanningTables.from_frames(tables.problem, frames))


def test_budgets_without_a_plan_are_said_and_left_out(costly):
    found = money.work_out(costly, STOCK, AnyLabel(), steps=[50_000.0, 60_000.0], points=4)
    low, high = found.summary["feasible"]
    assert 0 < low < BUDGET
    assert high == BUDGET * 2
    assert results.money_limits(found) == f"No plan keeps all limits with less than {findings.pounds(low)}."
    assert found.budgets["amount"].min() == pytest.approx(low, abs=0.01)
    assert -60_000 not in set(found.steps["step"])


def test_budgets_that_the_solver_gives_up_on_are_left_out_as_those_without_a_plan(costly, monkeypatch):
    """At the edge of what can be the solver may not be able to say whether there is a plan."""
    solve = Resolver.at

    def at(self, changes, **how):
        if -BUDGET < sum(change.by for change in changes) < 5000.0 - BUDGET:
            raise PlanError("failed", "The solver gave up.")
        return solve(self, changes, **how)

    monkeypatch.setattr(Resolver, "at", at)
    found = money.work_out(costly, STOCK, AnyLabel(), steps=[STEP], points=2)
    assert found.summary["feasible"] == (pytest.approx(5000.0, abs=1.0), BUDGET * 2)
    doubt = "Of some budgets the solver could not tell whether they have a plan."
    assert results.money_limits(found) == f"No plan was found with less than {findings.pounds(found.summary['feasible'][0])}. {doubt}"
    assert found.budgets["amount"].min() == pytest.approx(5000.0, abs=1.0)


def test_what_a_few_pounds_close_is_not_told_as_what_thousands_would():
    """Between £962 and £985 five ranks are closed: not 2,000 by each £10,000."""
    budgets = pd.DataFrame(
        [(962.0, 216.0, 9.0, False, False), (985.0, 211.0, 8.0, False, False), (10_985.0, 201.0, 7.0, True, False)],
        columns=["amount", "ranks_short", "shortfall", "this_plan", "knee"],
    )
    told = results.written_budgets(MoneyResult(budgets, pd.DataFrame(), pd.DataFrame(), {}))
    assert told["each"].tolist() == ["–", "–", "10"]


def test_wishes_to_cancel_and_the_end_of_the_time_are_told_apart(made):
    with pytest.raises(PlanError) as cancelled:
        money.work_out(made[BUDGET].plan, STOCK, AnyLabel(), cancel=lambda: True)
    assert cancelled.value.status == "cancelled"
    with pytest.raises(PlanError) as stopped:
        money.work_out(made[BUDGET].plan, STOCK, AnyLabel(), seconds=0.0)
    assert stopped.value.status == "stopped"


def test_where_time_runs_out_on_the_curve_what_was_solved_is_kept(made, monkeypatch):
    def too_long(*_, **__):
        raise PlanError("cancelled", "Cancelled; nothing was kept.")

    monkeypatch.setattr(money, "frontier", too_long)
    found = money.work_out(made[BUDGET].plan, STOCK, AnyLabel(), steps=[STEP])
    assert found.budgets["amount"].tolist() == [BUDGET - STEP, BUDGET, BUDGET + STEP]
    assert not found.budgets["knee"].any()
    assert "Time ran out before the curve was whole" in results.money_limits(found)


@pytest.fixture
def told():
    """Four budgets; beyond £150,000 money brings a tenth."""
    budgets = pd.DataFrame(
        [(0.0, 400.0, 100.0, False, False), (150_000.0, 100.0, 20.0, False, True), (500_000.0, 65.0, 12.0, True, False), (1e6, 15.0, 9.0, False, False)],
        columns=["amount", "ranks_short", "shortfall", "this_plan", "knee"],
    )  # fmt: skip
    steps = pd.DataFrame([(-10_000, 66.25, 12.5), (0, 65.0, 12.0), (10_000, 64.0, 11.8)], columns=["step", "ranks_short", "shortfall"])
    skills = pd.DataFrame(
        [(10_000, "Testing", -0.7), (10_000, "Data ethics", -0.3), (10_000, "Coding", 0.04), (-10_000, "Testing", 1.25)],
        columns=["step", "skill", "change"],
    )
    summary = {
        "budget": 5e5,
        "asked": [0.0, 1e6],
        "feasible": [0.0, 1e6],
        "complete": True,
        "slope": -0.1,
        "holds_to": 2e4,
        "looked_to": 3e4,
    }
    return MoneyResult(budgets, steps, skills, summary)


def test_budgets_are_written_with_what_each_ten_thousand_pounds_closes(told):
    rows = results.written_budgets(told)
    assert rows["budget"].tolist() == ["£0", "£150,000", "£500,000", "£1,000,000"]
    assert rows["each"].tolist() == ["–", "20", "1.0", "1.0"]
    assert rows["weighted"].tolist() == ["100%", "20%", "12%", "9%"]
    assert rows["mark"].tolist() == ["–", "Knee", "This plan", "–"]


def test_steps_name_the_skills_that_gain_from_more_money_and_lose_from_less(told):
    rows = results.written_steps(told)
    assert rows["step"].tolist() == ["-£10,000", "As planned", "+£10,000"]
    assert rows["change"].tolist() == ["+1.2", "–", "-1.0"]
    assert rows["weighted"].tolist() == ["104.2%", "100%", "98.3%"]
    assert rows["skills"].tolist() == ["Testing +1.2", "–", "Testing -0.7; Data ethics -0.3"]


def test_the_file_holds_every_budget_once(told):
    table = results.money_file(told)
    assert list(table.columns) == ["budget_pounds", "ranks_short", "weighted_shortfall", "this_plan", "knee"]
    assert table["budget_pounds"].tolist() == [0.0, 150_000.0, 490_000.0, 500_000.0, 510_000.0, 1e6]
    assert table.loc[table["this_plan"], "budget_pounds"].tolist() == [500_000.0]


def names_in(figure):
    """Return where each named budget has its name: below the curve or above it."""
    found = {}
    for layer in figure.chart.to_dict()["layer"]:
        if layer["mark"]["type"] == "text":
            data = next(iter(figure.chart.to_dict()["datasets"][layer["data"]["name"]]))
            found[data["label"]] = layer["mark"]["align"]
    return found


def test_the_curve_names_the_plan_and_the_knee_apart(told):
    headline = results.money_headline(told, "Q4 2028/29")
    assert headline == "Up to about £150,000, each £10,000 closes 20 ranks by Q4 2028/29; beyond it, 1.0"
    figure = charts.money(told.budgets, headline, "Q4 2028/29", context="A trust")
    later = charts.money(told.budgets, headline, "Q4 2028/29", budget="Budget still to come")
    titles = [part.chart.to_dict()["layer"][0]["encoding"]["x"]["title"] for part in (figure, later)]
    assert titles == ["Budget over the whole plan", "Budget still to come"]
    assert figure.headline == headline
    assert figure.subtitle.startswith("Ranks short at the end, Q4 2028/29, by budget. Every point is a plan that was solved")
    assert figure.name == "Line chart: ranks short at the end by budget"
    assert names_in(figure) == {"This plan: £500,000": "right", "Knee: £150,000": "left"}
    drawn = figure.chart.to_dict()
    assert drawn["layer"][0]["encoding"]["x"]["title"] == "Budget over the whole plan"
    assert drawn["layer"][0]["encoding"]["y"]["scale"]["zero"]
    assert drawn["config"]["axis"]["labelColor"] == charts.INK


def test_a_plan_at_the_knee_is_named_once(told):
    same = told.budgets.assign(knee=told.budgets["this_plan"])
    assert names_in(charts.money(same, "", "Q4 2028/29")) == {"This plan, at the knee: £500,000": "left"}


def test_a_plan_that_leaves_next_to_nothing_short_is_named_above_the_curve(told):
    low = told.budgets.assign(ranks_short=[400.0, 100.0, 1.0, 0.0], knee=False)
    assert names_in(charts.money(low, "", "Q4 2028/29")) == {"This plan: £500,000": "left"}


def test_a_straight_curve_and_a_single_budget_have_a_headline_too(told):
    straight = replace(told, budgets=told.budgets.assign(knee=False))
    assert results.money_headline(straight, "Q4 2028/29") == "From £0 to £1.0 million each £10,000 closes 3.9 ranks by Q4 2028/29"
    assert results.money_headline(replace(told, budgets=told.budgets.head(1)), "Q4 2028/29") == "There is only one budget to show"
