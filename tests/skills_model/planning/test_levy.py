"""The apprenticeship levy: what comes in, the oldest first, what expires, and what is paid with the government once it is used up."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.plan import Plan
from skills_model.planning import funding, levy, prices
from skills_model.planning.describe.cost import MOVES, streams
from skills_model.planning.describe.reading import Reading
from skills_model.planning.world import DEVELOPMENT, LEVY, World

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import purse
from purse import budget, paid, short, spent, stream

OWN = stream("levy", "levy")


def test_what_comes_in_is_estimated_from_the_pay_of_the_staff() -> None:
    """Half a percent of ten analysts' and four engineers' salaries, less their share of £15,000, a quarter of it a period.

    The first quarter of 2026/27 still has the government's 10% on top.
    """
    here = purse.world()
    salary = prices.annual_salary(pd.Series(["6", "5"]), "Y60", here.scenario, here.assumptions)
    year = 0.005 * (10 * salary[0] + 4 * salary[1]) - 15_000 * 0.045
    came = funding.levy_estimate(here)
    assert came[1] == pytest.approx(1.1 * year / 4)
    assert came[2] == came[4] == pytest.approx(year / 4)


def test_an_employer_below_the_allowance_pays_no_levy() -> None:
    """Pay whose levy is less than the allowance brings nothing, and never less than nothing."""
    here = purse.world(apprenticeship_levy_rate=0.0001)
    assert set(funding.levy_estimate(here).values()) == {0.0}


def test_a_levy_budget_stands_in_the_place_of_the_estimate_and_comes_in_evenly() -> None:
    """£4,000 a year is £1,000 a quarter; where the user's levy has no budget it is estimated under its own name."""
    given = purse.world([OWN], [budget("levy", "2026/27", 4000.0)])
    assert [(item.id, dict(item.arrives)) for item in funding.streams(given) if item.kind == "levy"] == [
        ("levy", dict.fromkeys(range(1, 5), 1000.0))
    ]
    unknown = purse.world([OWN])
    assert [(item.id, dict(item.arrives)) for item in funding.streams(unknown) if item.kind == "levy"] == [
        ("levy", funding.levy_estimate(unknown))
    ]


def test_doing_nothing_loses_the_money_of_each_period_a_year_later() -> None:
    """£100, £200, £300, £400 and £400 again: the £100 of the first quarter are lost in the fifth, the £200 in the sixth."""
    here = _by_hand([100.0, 200.0, 300.0, 400.0, 400.0, 400.0])
    table = _forecast(spent(here, {}), here)
    assert list(table.columns) == list(levy.COLUMNS)
    assert table["expired"].tolist() == [0.0, 0.0, 0.0, 0.0, 100.0, 200.0]
    assert table["left"].tolist() == [100.0, 300.0, 600.0, 1000.0, 1300.0, 1500.0]
    assert table["starts_on"].iloc[1] == dt.date(2026, 7, 1)
    assert table["expired_nothing"].tolist() == table["expired"].tolist()
    assert levy.notes(table, here) == [
        "£300 of levy money expires unused within the horizon.",
        f"Levy money of before the plan is not counted, since none is given ({here.assumptions.called('levy_opening_balance')}).",
    ]


def test_the_levy_is_that_of_the_staff_of_the_plan_with_doing_nothing_beside_it() -> None:
    """Twice the staff bring twice the levy: £50 of the second quarter are used, and £150 of what the first brings expire in the fifth."""
    here = _by_hand([100.0, 200.0, 0.0, 0.0, 0.0, 0.0])
    plan = spent(here, {("apprenticeship", 2): 50.0})
    table = levy.forecast(plan, here, 2 * here.nothing.staff)
    assert table["into"].tolist() == [200.0, 400.0, 0.0, 0.0, 0.0, 0.0]
    assert table["into_nothing"].tolist() == [100.0, 200.0, 0.0, 0.0, 0.0, 0.0]
    assert table["expired"].tolist() == [0.0, 0.0, 0.0, 0.0, 150.0, 400.0]
    assert table["expired_nothing"].tolist() == [0.0, 0.0, 0.0, 0.0, 100.0, 200.0]
    said = [note for note in levy.notes(table, here) if note.startswith("The levy is that of the staff of the plan, £300 more than")]
    assert len(said) == 1
    assert said[0].endswith("who is recruited may come later or not at all, and brings no levy then.")
    assert not any("staff of the plan" in note for note in levy.notes(_forecast(plan, here), here))


def test_a_levy_budget_does_not_follow_the_staff() -> None:
    """What finance gives is what comes in, however many are hired."""
    here = purse.world([OWN], [budget("levy", "2026/27", 4000.0)])
    assert levy.forecast(spent(here, {}), here, 2 * here.nothing.staff)["into"].tolist() == [1000.0] * 4


def test_an_opening_balance_is_there_at_once_and_grows_old_from_before_the_plan() -> None:
    """Of £400 at the start, £100 came in each quarter before: used first, and else lost a quarter of it each period."""
    here = _by_hand([0.0, 0.0, 0.0, 0.0, 0.0], levy_opening_balance=400.0)
    table = _forecast(spent(here, {}), here)
    assert table["expired"].tolist() == [100.0, 100.0, 100.0, 100.0, 0.0]
    assert "of before the plan" not in " ".join(levy.notes(table, here))
    early, late = spent(here, {("apprenticeship", 1): 400.0}), spent(here, {("apprenticeship", 4): 400.0})
    assert short(early) == 0.0
    assert short(late) == 300.0
    assert _forecast(late, here)["expired"].tolist() == [100.0, 100.0, 100.0, 0.0, 0.0]


def test_the_oldest_money_is_used_first() -> None:
    """£250 in the fifth quarter take the first £100 and £150 of the next £200, so that only £50 are lost, a quarter later."""
    here = _by_hand([100.0, 200.0, 300.0, 400.0, 400.0, 400.0])
    plan = spent(here, {("apprenticeship", 5): 250.0})
    table = _forecast(plan, here)
    assert short(plan) == 0.0
    assert table["used"].tolist() == [0.0, 0.0, 0.0, 0.0, 250.0, 0.0]
    assert table["expired"].tolist() == [0.0, 0.0, 0.0, 0.0, 0.0, 50.0]


def test_what_expires_lapses_in_its_year_and_is_not_among_what_is_used() -> None:
    """Of £1,000 of the first year £250 are used in the fifth quarter and £50 expire in the sixth, beside £800 that come in by then."""
    here = _by_hand([100.0, 200.0, 300.0, 400.0, 400.0, 400.0])
    rows = streams(Reading.of(spent(here, {("apprenticeship", 5): 250.0}), here))
    of_levy = rows[rows["stream"] == LEVY].set_index("year")[MOVES]
    assert of_levy.loc["2026/27"].tolist() == [1000.0, 0.0, 0.0, 1000.0, 0.0]
    assert of_levy.loc["2027/28"].tolist() == [800.0, 1000.0, 250.0, 1500.0, 50.0]


def test_money_too_old_cannot_be_spent() -> None:
    """Of £100 in the first quarter and none since, all may be spent in the fifth quarter and nothing in the sixth."""
    here = _by_hand([100.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert short(spent(here, {("apprenticeship", 5): 100.0})) == 0.0
    assert short(spent(here, {("apprenticeship", 6): 100.0})) == 100.0


@settings(max_examples=15, deadline=None)
@given(
    came=st.lists(st.integers(0, 400), min_size=7, max_size=7),
    wanted=st.lists(st.integers(0, 400), min_size=7, max_size=7),
)
def test_the_tables_lose_what_first_in_first_out_loses(came: list[int], wanted: list[int]) -> None:
    """The limit on what is left is exactly first in, first out: stock and lever of a plan are those of a ledger kept by hand."""
    here = _by_hand([float(pounds) for pounds in came])
    plan = spent(here, {("apprenticeship", t): float(pounds) for t, pounds in enumerate(wanted, start=1) if pounds})
    table = _forecast(plan, here).set_index("period")
    held = plan.stocks[plan.stocks["stock"] == here.money(LEVY)].set_index("period")["amount"]
    gone = plan.actions[plan.actions["kind"] == "expire"].set_index("period")["amount"].reindex(table.index, fill_value=0.0)
    assert table["left"].to_numpy() == pytest.approx(held.loc[1:].to_numpy(), abs=1e-6)
    assert table["expired"].to_numpy() == pytest.approx(gone.to_numpy(), abs=1e-6)
    assert (table["into"] - table["used"] - table["expired"] - table["left"].diff().fillna(table["left"].iloc[0])).abs().max() < 1e-6


def test_once_the_levy_is_used_up_the_employer_pays_a_quarter() -> None:
    """A training price of £500 in the second quarter takes the £100 of levy, then £100 of the employer beside £300 of the government."""
    here = _by_hand([50.0, 50.0, 0.0, 0.0], pounds=100.0)
    plan = spent(here, {("apprenticeship", 2): 500.0})
    assert short(plan) == 0.0
    assert paid(plan, "funding_stream") == {LEVY: 100.0, DEVELOPMENT: 100.0}
    table = _forecast(plan, here).set_index("period")
    assert table["coinvested"].to_dict() == pytest.approx({1: 0.0, 2: 400.0, 3: 0.0, 4: 0.0})
    assert levy.coinvested_early(table.reset_index()) == []
    assert short(spent(here, {("apprenticeship", 2): 504.0})) == pytest.approx(4.0)


def test_before_august_2026_the_employer_paid_a_twentieth() -> None:
    """Without levy money, £10 of the first quarter give £200 of training price, and £10 of the second £40."""
    here = _by_hand([0.0] * 4, pounds=10.0)
    assert short(spent(here, {("apprenticeship", 1): 200.0})) == pytest.approx(0.0)
    assert short(spent(here, {("apprenticeship", 2): 200.0})) == pytest.approx(160.0)
    assert [funding.levy_rules(here, t) for t in here.periods] == ["before", "since", "since", "since"]


def test_levy_money_is_used_before_anybody_co_invests() -> None:
    """With levy for two of three quarters, the earlier two are paid by the levy and only the last with the government."""
    here = _by_hand([0.0, 200.0, 0.0, 0.0], pounds=1000.0)
    plan = spent(here, {("apprenticeship", t): 100.0 for t in (2, 3, 4)})
    assert paid(plan, "funding_stream", "period") == {(LEVY, 2): 100.0, (LEVY, 3): 100.0, (DEVELOPMENT, 4): 25.0}
    assert levy.coinvested_early(_forecast(plan, here)) == []


def test_co_investing_with_levy_money_left_is_told() -> None:
    """Money that lapses at the year's end may be co-invested too early to keep levy for the next year: the periods are named."""
    here = _by_hand([0.0, 0.0, 0.0, 100.0, 0.0, 0.0], pounds=0.0, first_year=25.0)
    plan = spent(here, {("apprenticeship", 4): 100.0, ("apprenticeship", 5): 100.0})
    assert short(plan) == 0.0
    table = _forecast(plan, here)
    assert levy.coinvested_early(table) == [4]
    assert "first in the period from 01 January 2027" in levy.notes(table, here)[-1]


def _forecast(plan: Plan, here: World) -> pd.DataFrame:
    """Return the forecast for the staff whom doing nothing leaves."""
    return levy.forecast(plan, here, here.nothing.staff)


def _by_hand(came: list[float], pounds: float = 0.0, first_year: float = 0.0, **values: float) -> World:
    """Return a world whose levy brings these pounds, a period each: staff come and go so that half a percent of their pay is that.

    `pounds` of development are there over the horizon, or `first_year` in its first year alone.
    """
    year = {"settings": {"budget": {DEVELOPMENT: {"2026/27": first_year}}}} if first_year else {}
    here = purse.world(pounds=pounds, periods=len(came), apprenticeship_levy_allowance=0.0, levy_top_up=0.0, **year, **values)
    salary = prices.annual_salary(here.groups["band"], "Y60", here.scenario, here.assumptions)
    staff = here.nothing.staff * 0.0
    staff.loc[0, list(here.periods)] = [4 * pounds_in / 0.005 / salary[0] for pounds_in in came]
    return here.with_nothing(dataclasses.replace(here.nothing, staff=staff))
