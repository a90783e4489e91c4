"""Money of a plan: which stream pays for what, what may not, what is carried over, hoped for, or worth less in cash."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pandas as pd
import pytest

from optimiser.solver import optimise
from optimiser.tables import PlanningTables
from skills_model.errors import DataError
from skills_model.planning import build, build_world, describe, funding, stocks
from skills_model.planning.world import ACCOUNTS, DEVELOPMENT, ESTABLISHMENT_PAY

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import purse
import tiny
from purse import HOPED_FOR, budget, paid, short, spent, stream

RING = stream("ring", "national ring-fence", "training;backfill")
TRUST = stream("trust", "trust contribution")
NO_LEVY = {"apprenticeship_levy_rate": 0.0}
Y1, Y2, Y3 = "2026/27", "2027/28", "2028/29"


def test_restricted_money_is_used_before_money_that_may_pay_for_anything() -> None:
    """Of £100 ring-fenced for training and £100 of development, training for £60 takes ring-fenced money alone."""
    here = purse.world([RING], [budget("ring", Y1, 100.0)], 100.0)
    assert paid(spent(here, {("training", 1): 60.0}), "funding_stream") == {"ring": 60.0}


def test_streams_share_out_so_that_nothing_is_left_undone() -> None:
    """Training for £100 and hires for £100 are both paid: the ring-fence never pays for hires, so it pays for the training."""
    here = purse.world([RING], [budget("ring", Y1, 100.0)], 100.0)
    plan = spent(here, {("training", 1): 100.0, ("recruitment", 1): 100.0})
    assert short(plan) == 0.0
    assert paid(plan, "funding_stream", "account") == {("ring", "training"): 100.0, (DEVELOPMENT, "recruitment"): 100.0}


def test_a_ring_fence_pays_only_for_what_it_says() -> None:
    """£1,000 for training and backfill leaves hires, contractors and premiums unpaid."""
    here = purse.world([RING], [budget("ring", Y1, 1000.0)], **NO_LEVY)
    plan = spent(here, {(name, 1): 10.0 for name in ACCOUNTS})
    assert paid(plan, "account") == {"training": 10.0, "backfill": 10.0}
    assert short(plan) == 10.0 * (len(ACCOUNTS) - 2)


def test_a_ring_fence_that_says_nothing_pays_for_nothing() -> None:
    """Money whose letter nobody has written down is not spent on a guess."""
    here = purse.world([stream("ring", "national ring-fence")], [budget("ring", Y1, 1000.0)])
    assert paid(spent(here, {("training", 1): 10.0}), "account") == {}


def test_the_levy_pays_for_apprenticeships_and_never_a_salary() -> None:
    """£4,000 of levy a year pays £1,000 of training prices in the first quarter, and nothing of any other kind."""
    here = purse.world([stream("levy", "levy")], [budget("levy", Y1, 4000.0)])
    plan = spent(here, {(name, 1): 1000.0 for name in ACCOUNTS})
    assert paid(plan, "funding_stream", "account") == {("levy", "apprenticeship"): 1000.0}
    assert short(plan) == 1000.0 * (len(ACCOUNTS) - 1)


def test_every_broken_rule_is_refused_at_once_and_named() -> None:
    """Capital for training and posts, levy for backfill and for two years, pay as a levy, and a kind of cost that there is not."""
    here = purse.world(
        [
            stream("capital", "capital", "contract; training; posts"),
            stream("levy", "levy", "apprenticeship;backfill", months=24),
            stream(ESTABLISHMENT_PAY, "levy"),
            stream("revenue", "revenue", "training; lunches"),
        ]
    )
    with pytest.raises(DataError) as refused:
        funding.streams(here)
    told = [(fault.problem, fault.column, fault.found) for fault in refused.value.faults]
    assert told == [
        ("Against the rule of capital money", "pays_for", "'training' of capital"),
        ("Against the rule of capital money", "pays_for", "'posts' of capital"),
        ("Against the rule of levy money", "pays_for", "'backfill' of levy"),
        ("Against the rule of levy money", "expiry_months", "24 of levy"),
        ("Against the rule of pay", "kind", "'levy' of establishment-pay"),
        ("Unknown kind of cost", "pays_for", "'lunches' of revenue"),
    ]
    assert "directly attributable" in str(refused.value.faults[0].allowed)
    assert "never a salary" in str(refused.value.faults[2].allowed)


def test_capital_pays_for_nothing_until_finance_confirms_a_share() -> None:
    """With nothing confirmed, £1,000 of capital pays for no contractor; with 40% confirmed, for £40 of each £100."""
    rows = [stream("capital", "capital")], [budget("capital", Y1, 1000.0)]
    wanted = {("contract", 1): 100.0, ("training", 1): 100.0}
    assert paid(spent(purse.world(*rows, 1000.0), wanted), "funding_stream") == {DEVELOPMENT: 200.0}
    shared = spent(purse.world(*rows, 1000.0, capital_labour_share=0.4), wanted)
    assert paid(shared, "funding_stream", "account") == {
        ("capital", "contract"): 40.0,
        (DEVELOPMENT, "contract"): 60.0,
        (DEVELOPMENT, "training"): 100.0,
    }


def test_capital_alone_pays_for_no_contractor() -> None:
    """A confirmed share is one of a cost that somebody else pays the rest of."""
    here = purse.world([stream("capital", "capital")], [budget("capital", Y1, 1000.0)], capital_labour_share=0.4)
    assert short(spent(here, {("contract", 1): 100.0})) == 100.0


@pytest.mark.parametrize("carry_over, value, kept", [(None, 0.0, 0.0), (None, 0.5, 50.0), (0.3, 0.5, 30.0), (1.0, 0.0, 100.0)])
def test_what_is_left_at_the_end_of_a_year_goes_over_as_the_stream_allows(carry_over: float | None, value: float, kept: float) -> None:
    """£100 of the first year wanted in the fifth quarter: the stream's own share counts, else the assumption of its kind."""
    streams = [stream("trust", "trust contribution", carry_over=carry_over)]
    here = purse.world(streams, [budget("trust", Y1, 100.0)], periods=8, **{"carry_over_share[trust contribution]": value})
    assert short(spent(here, {("training", 5): 100.0})) == 100.0 - kept
    assert short(spent(here, {("training", 4): 100.0})) == 0.0


def test_a_year_that_the_horizon_cuts_gives_its_part() -> None:
    """Six quarters hold half of the second year, and so half of its money, at its start."""
    here = purse.world([TRUST], [budget("trust", Y1, 100.0), budget("trust", Y2, 100.0)], periods=6)
    assert short(spent(here, {("training", 1): 100.0, ("training", 5): 60.0})) == 10.0


def test_hoped_for_money_counts_only_where_the_scenario_says_and_is_used_last() -> None:
    """£100 committed and £100 hoped for, for £150 of hires: £50 short, or £50 from what is only hoped for."""
    rows = [TRUST], [budget("trust", Y1, 100.0), budget("trust", Y1, 100.0, HOPED_FOR)]
    wanted = {("recruitment", 1): 150.0}
    assert short(spent(purse.world(*rows), wanted)) == 50.0
    hoping = purse.world(*rows, settings={"money": {"hoped_for": True}})
    plan = spent(hoping, wanted)
    assert short(plan) == 0.0
    assert paid(plan, "funding_stream") == {"trust": 100.0, "trust:hoped": 50.0}


def test_committed_money_is_used_first_in_time_too() -> None:
    """With £100 of each at hand in one year, the first quarter is paid by committed money and the last by hoped-for money."""
    rows = [TRUST], [budget("trust", Y1, 100.0), budget("trust", Y1, 100.0, HOPED_FOR)]
    plan = spent(purse.world(*rows, settings={"money": {"hoped_for": True}}), {("recruitment", 1): 100.0, ("recruitment", 4): 100.0})
    assert paid(plan, "funding_stream", "period") == {("trust", 1): 100.0, ("trust:hoped", 4): 100.0}


def test_cash_buys_less_as_prices_rise() -> None:
    """£1,000 of cash in 2027/28 is £1,000 / 1.022 / 1.02 at prices of 2025/26; in real terms it is £1,000."""
    rows = [TRUST], [budget("trust", Y2, 1000.0)]
    wanted = {("training", 5): 1000.0}
    prices = {"price_growth[2026/27]": 0.022, "price_growth[other years]": 0.02}
    assert short(spent(purse.world(*rows, periods=8), wanted)) == 0.0
    cash = purse.world(*rows, periods=8, settings={"money": {"prices": "cash"}}, **prices)
    plan = spent(cash, wanted)
    assert short(plan) == pytest.approx(1000 - 1000 / 1.022 / 1.02, abs=1e-4)
    told = plan.actions[plan.actions["kind"] == "fund"].rename(columns={"funding_stream": "stream", "amount": "pounds"}).assign(year=Y2)
    assert float(funding.in_cash(cash, told).sum()) == pytest.approx(1000.0)


def test_pay_in_cash_rises_by_pay_awards() -> None:
    """A pay budget of cash is worth what it pays at the pay of the base year."""
    settings = {"money": {"prices": "cash"}}
    awards = {"pay_award[2026/27]": 0.033}
    here = purse.world([], [budget(ESTABLISHMENT_PAY, Y1, 4_132_000.0)], settings=settings, **awards)
    assert funding.pay_budget(here, 1) == pytest.approx(1_000_000.0)


def test_vacancy_money_is_confirmed_by_a_pay_budget_or_by_the_scenario() -> None:
    """Else the plan says that it is not; a pay budget stands in the place of the pay of funded posts."""
    unconfirmed = "Vacancy funding is not confirmed: the pay of recruits is taken from the pay of funded posts, outside the budget."
    assert unconfirmed in funding.notes(purse.world())
    assert unconfirmed not in funding.notes(purse.world(settings={"money": {"vacancy_confirmed": True}}))
    given = purse.world([], [budget(ESTABLISHMENT_PAY, Y1, 4_000_000.0)])
    assert unconfirmed not in funding.notes(given)
    assert funding.pay_budget(given, 1) == 1_000_000.0
    later = purse.world([], [budget(ESTABLISHMENT_PAY, Y1, 4_000_000.0)], periods=8)
    assert unconfirmed in funding.notes(later)
    assert funding.pay_budget(later, 5) == pytest.approx(stocks.pay_funded(later, later.nothing.staff[5], later.groups["budgeted_fte"]))


def test_a_pay_budget_below_the_pay_of_staff_is_named_and_nobody_is_dismissed() -> None:
    """£1,000 a year pays nobody: the staff of today count as paid, and the plan says so."""
    here = purse.world([], [budget(ESTABLISHMENT_PAY, Y1, 1000.0)])
    staff = float((here.groups["pay"] * here.groups["staff_fte"]).sum())
    assert funding.pay_budget(here, 2) == pytest.approx(staff)
    assert f"The pay budget given for {Y1} is less than the staff and cover of today cost; these are counted as paid." in funding.notes(
        here
    )


def test_money_of_vacancies_reaches_development_only_as_far_as_finance_lets_it() -> None:
    """One of five engineers' posts is vacant: nothing of its pay trains anybody by default, half of it where finance lets half go."""
    wanted = {("training", 1): 1e6, ("posts", 1): 1e6}
    vacant = float(purse.world().groups.set_index("role_level")["pay"]["engineer"])
    assert paid(spent(purse.world(), wanted), "funding_stream") == {}
    plan = spent(purse.world(vacancy_development_share=0.5), wanted)
    assert paid(plan, "funding_stream", "account") == {(ESTABLISHMENT_PAY, "training"): pytest.approx(vacant / 2, abs=1e-3)}


def test_new_posts_are_paid_only_from_money_that_goes_on_after_the_horizon() -> None:
    """A budget of the year after counts; a stream that names posts goes on as in its last year; of others nothing is known."""
    streams = [stream("known", "revenue"), stream("named", "trust contribution", "posts"), stream("ends", "revenue")]
    budgets = [budget("known", Y2, 400.0), *(budget(name, Y1, 800.0) for name in ("known", "named", "ends"))]
    here = purse.world(streams, budgets, 1000.0)
    assert funding.recurrent_after(here) == {"known": 100.0, "named": 200.0}
    plan = spent(here, {("posts", 1): 5000.0})
    assert paid(plan, "funding_stream") == {"known": 800.0, "named": 800.0}


def test_a_budget_changes_inflows_alone() -> None:
    """So that a solved plan can be solved again with other money, whatever the stream: expiring, hoped for, cut off at a year's end."""
    streams = [RING, TRUST, stream("levy", "levy"), stream("brief", "revenue", months=6)]

    def written(times: float) -> dict[str, object]:
        rows = [budget(name, year, times * 100.0) for name in ("ring", "trust", "levy", "brief") for year in (Y1, Y2)]
        hoped = [budget("trust", Y1, times * 50.0, HOPED_FOR)]
        here = purse.world(streams, [*rows, *hoped], times * 1000.0, 8, {"money": {"hoped_for": True}})
        return dict(purse.tables(here, {("training", 1): 1.0}).frames())

    before, after = written(1.0), written(3.0)
    assert {name for name in before if not before[name].equals(after[name])} == {"inflows"}


def test_streams_pay_to_the_penny_what_the_actions_cost() -> None:
    """In a plan of the tiny organisation every pound that a lever costs is moved from a stream, and no other."""
    options = purse.world([RING, TRUST], [budget("ring", Y1, 300.0), budget("trust", Y1, 250.0)]).inputs.options
    inputs = dataclasses.replace(tiny.inputs(), options=options)
    plan = optimise(build(inputs, tiny.scenario(1500.0), tiny.assumptions(**NO_LEVY)))
    assert max(plan.audit().values()) < 1e-6
    funded = paid(plan, "funding_stream")
    assert set(funded) == {"ring", "trust", DEVELOPMENT}
    assert sum(funded.values()) == pytest.approx(float(plan.actions["cost"].sum()), abs=0.005)
    assert funded["ring"] == 300.0


@pytest.mark.parametrize("months, period, left", [(6, 2, 0.0), (6, 3, 100.0), (3, 1, 0.0), (3, 2, 100.0)])
def test_money_may_expire_that_is_no_levy(months: float, period: int, left: float) -> None:
    """A grant that comes on the first day of the year and has to be spent within six months is there for two quarters."""
    here = purse.world([stream("grant", "revenue", months=months)], [budget("grant", Y1, 100.0)])
    assert short(spent(here, {("training", period): 100.0})) == left


def test_the_scenario_gives_a_stream_of_the_table_other_money() -> None:
    """A budget in the scenario stands in the place of the stored one, and its zeros for none given."""
    rows = [TRUST], [budget("trust", Y1, 100.0)]
    named = {
        stream.id: sum(stream.arrives.values())
        for stream in funding.streams(purse.world(*rows, settings={"budget": {"trust": {Y1: 70.0}}}))
    }
    assert named["trust"] == 70.0
    zeros = {
        stream.id: sum(stream.arrives.values()) for stream in funding.streams(purse.world(*rows, settings={"budget": {"trust": {Y1: 0.0}}}))
    }
    assert zeros["trust"] == 100.0


def test_a_plan_by_years_has_its_money_year_by_year() -> None:
    """A year's period has the whole budget of its year, and what is left goes over by the rule."""
    settings = {"period": "year", "periods": 2}
    here = purse.world([TRUST], [budget("trust", Y1, 100.0), budget("trust", Y2, 100.0)], settings=settings)
    assert short(spent(here, {("training", 1): 90.0, ("training", 2): 105.0})) == 5.0


def test_without_tables_there_are_the_development_budget_and_a_levy() -> None:
    """A user who has imported no money still has both, the levy as an estimate."""
    here = build_world(tiny.inputs(), tiny.scenario(10.0), tiny.assumptions())
    assert [item.id for item in funding.streams(here)] == ["apprenticeship-levy", DEVELOPMENT]


def test_of_starts_that_are_equally_good_the_earlier_is_paid_for() -> None:
    """What is bought stays, and is needed in the third quarter only: any quarter up to then would do, and the first one is chosen."""
    here = purse.world(pounds=100.0, **NO_LEVY)
    found = purse.tables(here, {("training", 3): 10.0})
    stays = pd.DataFrame({"from_stock": ["bought:training"], "to_stock": ["bought:training"], "rate": [1.0]})
    frames = found.frames()
    plan = optimise(
        PlanningTables.from_frames(found.problem, frames | {"transitions": pd.concat([frames["transitions"], stays], ignore_index=True)})
    )
    assert plan.actions[plan.actions["kind"] == "buy"].set_index("period")["amount"].to_dict() == {1: pytest.approx(10.0)}


WHY = "The plan has done by then all that this money can pay for and that closes more; other limits hold it back"


@pytest.mark.parametrize(
    "first, second, said",
    [
        (5000.0, 100.0, f"{Y1}. {WHY}, and none of it may be carried over. In {Y2} there is use for more of it."),
        (100.0, 5000.0, f"{Y2}. {WHY}."),
    ],
)
def test_money_that_lapses_is_wanted_in_later_years_alone(first: float, second: float, said: str) -> None:
    """With a seat a quarter £1,800 can be used in a year; £3,200 lapse. £100 of another year are too few: they help only if they come after."""
    scenario = tiny.scenario(0.0, 8).changed(budget={DEVELOPMENT: {Y1: first, Y2: second}})
    assumptions = tiny.assumptions(**NO_LEVY, course_seats=1.0)
    plan = optimise(build(tiny.inputs(), scenario, assumptions))
    notes = describe(plan, build_world(tiny.inputs(), scenario, assumptions)).summary["notes"]
    assert [note for note in notes if note.startswith("Development")] == [f"Development budget: £3,200 lapses in {said}"]
