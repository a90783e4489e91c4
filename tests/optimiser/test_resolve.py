"""A problem solved again after changes on the right is the changed problem, solved."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimiser import resolve, session, sifting
from optimiser.errors import PlanError, TablesError
from optimiser.explain import explain
from optimiser.frontier import frontier
from optimiser.plan import frames_of
from optimiser.resolve import Change, Resolver
from optimiser.solver import optimise
from optimiser.tables import PlanningTables, Problem

CASES = Path(__file__).parents[1] / "cases"
QUARTERS = st.integers(0, 40).map(lambda n: n / 4)
SOME = st.integers(1, 40).map(lambda n: n / 4)

tried = settings(max_examples=10, deadline=None, derandomize=True)
few = settings(tried, max_examples=5)  # each solves a dozen problems from nothing


@st.composite
def worlds(draw: st.DrawFn, carry: float = 1.0) -> PlanningTables:
    """Draw money that is carried over, courses and recruitment that cost it, seats, and needs for two skills; a row for each period."""
    periods = draw(st.integers(2, 3))
    every = range(1, periods + 1)
    skills, levers = ["cyber", "data"], ["course a", "course b", "recruit"]
    prices = {lever: draw(st.integers(1, 8)) * 1.0 for lever in levers}
    effects = [{"lever": lever, "stock": "money", "lag": 0, "amount": -price} for lever, price in prices.items()]
    effects += [
        {"lever": lever, "stock": skill, "lag": draw(st.integers(0, 1)), "amount": draw(st.integers(0, 4)) / 4}
        for lever in levers
        for skill in skills
    ]
    frames = {
        "stocks": pd.DataFrame({"stock": ["money", *skills], "opening": [0.0, draw(QUARTERS), draw(QUARTERS)]}),
        "transitions": pd.DataFrame(
            {"from_stock": ["money", *skills], "to_stock": ["money", *skills], "rate": [carry, draw(st.integers(5, 10)) / 10, 0.9]}
        ),
        "inflows": pd.DataFrame([{"stock": "money", "period": period, "amount": draw(QUARTERS)} for period in every]),
        "requirements": pd.DataFrame(
            [
                {"stock": skill, "period": period, "required": draw(QUARTERS), "shortfall_weight": draw(SOME)}
                for skill in skills
                for period in every
            ]
        ),
        "levers": pd.DataFrame({"lever": levers, "unit_cost": [prices[lever] for lever in levers]}),
        "lever_periods": pd.DataFrame(
            [{"lever": lever, "period": period, "minimum": 0.0, "maximum": draw(QUARTERS)} for lever in levers for period in every]
        ),
        "effects": pd.DataFrame([row for row in effects if row["amount"]]),
        "limits": pd.DataFrame([{"limit": "seats", "period": period, "amount": draw(QUARTERS)} for period in every]),
        "uses": pd.DataFrame({"limit": "seats", "kind": "lever", "item": ["course a", "course b"], "amount": 1.0}),
    }
    return PlanningTables.from_frames(Problem(periods), frames)


HOMES = {
    "limit": ("limits", "limit", "amount"),
    "inflow": ("inflows", "stock", "amount"),
    "required": ("requirements", "stock", "required"),
    "minimum": ("lever_periods", "lever", "minimum"),
    "maximum": ("lever_periods", "lever", "maximum"),
}


def changed(tables: PlanningTables, changes: list[Change]) -> PlanningTables:
    """Make the same changes in the tables, which have a row for each period."""
    frames = tables.frames()
    for change in changes:
        name, key, column = HOMES[change.family]
        frame = frames[name].copy()
        rows = (frame[key] == change.item) & ((change.period is None) | (frame["period"] == change.period))
        frame.loc[rows, column] += change.by
        frames[name] = frame
    return PlanningTables.from_frames(tables.problem, frames)


@st.composite
def some_changes(draw: st.DrawFn) -> list[Change]:
    def one() -> Change:
        family = draw(st.sampled_from(sorted(HOMES)))
        items = {"limit": ["seats"], "inflow": ["money"], "required": ["cyber", "data"]}.get(family, ["course a", "course b", "recruit"])
        down = 0 if family in {"minimum", "maximum"} else -12
        return Change(
            family, draw(st.sampled_from(items)), draw(st.sampled_from([None, 1, 2])), draw(st.integers(down, 12 if down else 2)) / 4
        )

    return [one() for _ in range(draw(st.integers(1, 3)))]


def close(first: float, second: float) -> bool:
    return abs(first - second) <= 1e-6 * max(1.0, abs(first), abs(second))


@tried
@given(worlds(), st.lists(some_changes(), min_size=1, max_size=3))
def test_an_answer_is_what_optimise_says_of_the_changed_tables(tables, questions):
    """Every stage's value, what is done and what is covered; one question after the other, each from the plan as it was."""
    resolver = Resolver.of(tables)
    for changes in questions:
        try:
            then = changed(tables, changes)
        except TablesError:
            with pytest.raises(TablesError, match="Minimum above maximum"):
                resolver.at(changes)
            continue
        try:
            plan = optimise(then)
        except PlanError as error:
            assert error.status == "infeasible"
            with pytest.raises(PlanError, match="No plan keeps all the rows after the changes"):
                resolver.at(changes)
            continue
        answer = resolver.at(changes)
        assert all(close(answer.worth[stage["name"]], stage["value"]) for stage in plan.stages)
        frames = frames_of(tables, answer.arrays, answer.found)
        numbers = ["required", "held", "cover", "shortfall", "surplus"]
        assert np.allclose(frames["coverage"][numbers], plan.coverage[numbers], rtol=1e-6, atol=1e-6)
        keys = ["lever", "period"]
        used = [frame.set_index(keys)["amount"] for frame in (frames["actions"], plan.actions)]
        assert (used[0].sub(used[1], fill_value=0.0).abs() <= 1e-6).all()


@tried
@given(worlds())
def test_a_plan_is_taken_up_again_as_it_stands(tables):
    """No change: the plan."""
    plan = optimise(tables)
    base = Resolver.keeping(plan).base
    assert all(close(base.worth[stage["name"]], stage["value"]) for stage in plan.stages)
    assert not base.changes


@tried
@given(worlds(), st.integers(1, 60), st.integers(1, 60))
def test_a_frontier_of_money_is_convex_falls_and_lies_on_the_solved_values(tables, low, width):
    """Slopes never steepen as money is added; between rows the value is on the straight line, tried at three places."""
    resolver = Resolver.of(tables)
    curve = frontier(resolver, "money", low / 4, (low + width) / 4, tolerance=0.0)
    assert curve.complete
    assert (curve.table["bound"].dropna() == 0).all()
    table = curve.table
    scale = max(1.0, float(table["value"].abs().max()))
    slopes = table["slope_right"].dropna().to_numpy()
    assert (slopes <= 1e-6 * scale).all()
    assert (np.diff(slopes) >= -1e-6 * scale).all()
    assert np.allclose(table["slope_left"].iloc[1:], slopes)
    money = resolver.direction("money")
    for share in (0.21, 0.5, 0.83):
        amount = low / 4 + share * width / 4
        assert close(curve.at(amount), resolver.at(money.by(amount - money.amount)).worth["shortfall"])


@few
@given(worlds())
def test_every_price_is_what_a_step_more_and_a_step_fewer_do(tables):
    """Ranged or re-solved: left and right are differences between solved plans, here solved from nothing."""
    resolver = Resolver.of(tables)
    base = {stage["name"]: stage["value"] for stage in resolver.plan.stages}
    found = explain(resolver, most=6, steps=())
    for row in found.prices[found.prices["found"] != "dual only"].head(6).to_dict("records"):
        for side, sign in (("left", -1), ("right", 1)):
            try:
                then = optimise(changed(tables, [Change(row["family"], row["item"], row["period"], sign * row["step"])]))
            except (PlanError, TablesError):
                assert np.isnan(row[side])
                continue
            worth = {stage["name"]: stage["value"] for stage in then.stages}
            change = sign * (worth[row["stage"]] - base[row["stage"]]) / row["step"]
            assert abs(change - row[side]) <= 1e-5 * max(1.0, abs(base[row["stage"]]))
            earlier = list(base)[: list(base).index(row["stage"])]
            assert all(close(worth[name], base[name]) for name in earlier)


@few
@given(worlds())
def test_an_unused_lever_enters_below_the_price_that_is_said_and_not_above(tables):
    """Price, in the cost stage and from the money stock alike, lowered to just over and just under."""
    resolver = Resolver.of(tables)
    assume(resolver.base.prices["shortfall"].any())
    found = explain(resolver, most=6, steps=(), money="money").idle
    nearest = found[found["enters_below"] > 0.05].sort_values("enters_below", ascending=False).drop_duplicates("lever")
    for row in nearest.head(3).to_dict("records"):
        used = optimise(priced(tables, row["lever"], row["period"], row["enters_below"] + 1e-3)).actions
        assert not ((used["lever"] == row["lever"]) & (used["period"] == row["period"])).any()
        if row["found"] == "range":
            used = optimise(priced(tables, row["lever"], row["period"], row["enters_below"] - 1e-3)).actions
            assert ((used["lever"] == row["lever"]) & (used["period"] == row["period"])).any()


def priced(tables: PlanningTables, lever: str, period: int, price: float) -> PlanningTables:
    """Give a lever another price in one period."""
    frames = tables.frames()
    cost = pd.DataFrame([{"lever": lever, "stock": "money", "lag": 0, "amount": -price, "period": period}])
    frames["effects"] = pd.concat([frames["effects"], cost])
    terms = frames["lever_periods"].copy()
    terms.loc[(terms["lever"] == lever) & (terms["period"] == period), "unit_cost"] = price
    return PlanningTables.from_frames(tables.problem, frames | {"lever_periods": terms})


@pytest.fixture
def course(planning) -> Resolver:
    """Return a course of £2 a place: 10 places needed, £12 in all, so that 6 are bought and 4 missing."""
    return Resolver.of(
        planning(
            periods=2,
            stocks="stock, opening | skill, 0 | money, 0",
            transitions="from_stock, to_stock, rate | skill, skill, 1 | money, money, 1",
            inflows="stock, period, amount | money, 1, 8 | money, 2, 4",
            requirements="stock, period, required | skill, 2, 10",
            levers="lever, unit_cost, maximum | train, 2, 5",
            effects="lever, stock, amount | train, skill, 1 | train, money, -2",
            limits="limit, period, amount | seats, 1, 5 | seats, 2, 6",
            uses="limit, kind, item, amount | seats, lever, train, 1",
        )
    )


def test_what_is_shared_among_periods_is_shared_as_the_tables_share_it(course):
    """£3 more: £2 in the first period, £1 in the second, as 8 is to 4; 1.5 places more."""
    money = course.direction("money")
    assert money.amount == 12.0
    assert [(change.period, round(change.by, 12)) for change in money.by(3.0)] == [(1, 2.0), (2, 1.0)]
    answer = course.at(money.by(3.0))
    assert answer.worth["shortfall"] == pytest.approx(2.5)
    assert course.slope(answer, money.changes, "shortfall") == pytest.approx(-0.5)


def test_money_may_come_in_a_period_that_had_none(planning):
    """All of it comes in the first year; £2 more in the second buy a place then."""
    resolver = Resolver.of(
        planning(
            periods=2,
            stocks="stock | skill | money",
            inflows="stock, period, amount | money, 1, 8",
            requirements="stock, period, required | skill, 2, 10",
            levers="lever, unit_cost | train, 2",
            effects="lever, stock, amount | train, skill, 1 | train, money, -2",
        )
    )
    money = resolver.direction("money", period=2)
    assert (money.amount, money.changes) == (0.0, (Change("inflow", "money", 2, 1.0),))
    assert resolver.at(money.by(2.0)).worth["shortfall"] == resolver.base.worth["shortfall"] - 1.0


def test_a_blank_period_means_every_period_that_has_such_a_number(course):
    """A place fewer in each period leaves 9 places, more than money buys; three fewer leave 5."""
    assert course.at([Change("limit", "seats", None, -1.0)]).worth["shortfall"] == pytest.approx(4.0)
    assert course.at([Change("limit", "seats", None, -3.0)]).worth["shortfall"] == pytest.approx(5.0)


def test_one_answer_leaves_nothing_behind_for_the_next(course):
    """However the changes differ, the plan comes back."""
    course.at([Change("required", "skill", 2, -5.0), Change("maximum", "train", 1, -4.0)])
    with pytest.raises(PlanError) as refused:
        course.at([Change("inflow", "money", None, -20.0)])
    assert refused.value.status == "infeasible"
    assert course.at([]).worth == pytest.approx(course.base.worth)


def test_every_fault_of_the_changes_is_named_at_once(course):
    wrong = [
        Change("limits", "seats", None, 1.0),
        Change("limit", "sets", None, 1.0),
        Change("required", "skill", 1, 1.0),
        Change("maximum", "train", 3, float("inf")),
    ]
    with pytest.raises(TablesError) as refused:
        course.at(wrong)
    assert [(fault.problem, fault.table) for fault in refused.value.faults] == [
        ("Unknown family", "change 1"),
        ("Unknown limit", "change 2"),
        ("Nothing to change", "change 3"),
        ("Period out of range", "change 4"),
        ("Not a number", "change 4"),
    ]
    with pytest.raises(TablesError, match="'train', period 1"):
        course.at([Change("maximum", "train", 1, -6.0)])


def test_an_item_that_is_nothing_or_two_things_is_refused(course):
    with pytest.raises(TablesError, match="Unknown item"):
        course.direction("monie")
    assert course.direction("skill").changes == (Change("required", "skill", 2, 1.0),)


def test_whole_numbers_stay_at_the_plans(planning):
    """£5 buys 2 places of £2; a pound more buys none while they are held, though 3 would then be possible."""
    tables = planning(
        periods=1,
        stocks="stock | skill | money",
        inflows="stock, amount | money, 5",
        requirements="stock, required | skill, 10",
        levers="lever, unit_cost, whole | train, 2, true",
        effects="lever, stock, amount | train, skill, 1 | train, money, -2",
    )
    resolver = Resolver.of(tables)
    assert resolver.whole_fixed
    assert resolver.base.worth["shortfall"] == 8.0
    assert resolver.at([Change("inflow", "money", 1, 1.0)]).worth["shortfall"] == 8.0
    with pytest.raises(TablesError, match="held at the plan's whole numbers"):
        resolver.at([Change("maximum", "train", 1, 1.0)])


def test_time_that_runs_out_leaves_the_resolver_usable(course):
    with pytest.raises(PlanError) as refused:
        course.at([Change("inflow", "money", 1, 2.0)], seconds=0.0)
    assert refused.value.status == "stopped"
    assert course.at([Change("inflow", "money", 1, 2.0)]).worth["shortfall"] == pytest.approx(3.0)


def test_a_wish_to_cancel_is_heard(course):
    wishes = iter([False, True])
    resolver = Resolver.keeping(course.plan)
    resolver.cancel = lambda: next(wishes, True)
    resolver.session = None
    with pytest.raises(PlanError) as refused:
        resolver.at([Change("inflow", "money", 1, 2.0)])
    assert refused.value.status == "cancelled"


def test_williams_one_recruit_more_is_worth_what_the_changed_tables_say():
    """One more skilled recruit allowed in year 2: 498,677.29 less 673.13."""
    tables = PlanningTables.read(CASES / "williams_cost")
    answer = Resolver.of(tables).at([Change("maximum", "recruit skilled", 2, 1.0)])
    more = pd.DataFrame([{"lever": "recruit skilled", "period": 2, "maximum": 501.0}])
    frames = tables.frames() | {"lever_periods": more}
    assert answer.worth["cost"] == pytest.approx(optimise(PlanningTables.from_frames(tables.problem, frames)).stages[0]["value"])
    assert 498677.285 - answer.worth["cost"] == pytest.approx(673.13, abs=0.01)


def test_only_some_stages_may_be_solved(course):
    assert list(course.at([], stages=1).worth) == ["shortfall"]
    assert dataclasses.is_dataclass(course.base)


def test_a_plan_that_is_not_proven_is_solved_from_nothing(course):
    """Its prices may be missing; the answer is proven all the same."""
    unproven = dataclasses.replace(course.plan, status="feasible", shadow_prices=course.plan.shadow_prices.iloc[:0])
    assert Resolver.keeping(unproven).base.worth == pytest.approx(course.base.worth)


def test_a_change_too_far_from_the_old_basis_is_solved_from_nothing(planning, monkeypatch):
    """What comes of it is the same; interior point is tried where the dual simplex may take no step."""
    tables = planning(
        2,
        stages=("shortfall",),
        stocks="stock|money|a|b",
        inflows="stock,period,amount|money,,10",
        requirements="stock,required,shortfall_weight|a,9,2|b,9,1",
        levers="lever,unit_cost|learn a,1|learn b,1",
        effects="lever,stock,amount|learn a,a,1|learn b,b,1|learn a,money,-1|learn b,money,-1",
    )
    monkeypatch.setattr(session, "INTERIOR_POINT_FROM", 0)
    near = Resolver.of(tables).at([Change("inflow", "money", None, -9.0)], stages=1)
    monkeypatch.setattr(resolve, "NEAR", 0.0)
    resolver = Resolver.of(tables)
    far = resolver.at([Change("inflow", "money", None, -9.0)], stages=1)
    assert far.worth == pytest.approx(near.worth)
    assert far.worth["shortfall"] == pytest.approx(2 * (8 * 2 + 9))
    assert resolver.at([]).worth == pytest.approx(resolver.base.worth)


def test_a_first_stage_beyond_the_worst_that_is_asked_for_is_no_plan(course):
    """A bound that is reached ends the solve; the next one, without, is as it was."""
    before = course.at([Change("inflow", "money", None, -1.0)])
    value = before.worth["shortfall"]
    assert value > course.base.worth["shortfall"]
    with pytest.raises(PlanError) as refused:
        course.at([Change("inflow", "money", None, -1.0)], worst=value - 0.1)
    assert refused.value.status == "infeasible"
    again = course.at([Change("inflow", "money", None, -1.0)], worst=value + 1.0)
    assert again.worth == pytest.approx(before.worth)


def test_later_stages_are_proven_to_a_finer_tolerance_and_first_ones_are_not(course, monkeypatch):
    """What is asked afterwards begins with the usual one again."""
    asked = []
    honest = session.Session.run

    def running(solving, *work):
        asked.append((solving.watch.stage, solving.highs.getOptionValue("dual_feasibility_tolerance")[1]))
        return honest(solving, *work)

    monkeypatch.setattr(session.Session, "run", running)
    stages = [("shortfall", 1e-7), ("cost", 1e-9), ("moves", 1e-9), ("ties", 1e-9)]
    course.at([])
    course.at([Change("inflow", "money", None, 1.0)])
    assert asked == stages * 2


@pytest.fixture
def large(course, monkeypatch):
    """Take the course for a problem that interior point is quicker with, from whose old basis no step is allowed; note who solved it."""
    monkeypatch.setattr(session, "INTERIOR_POINT_FROM", 0)
    monkeypatch.setattr(resolve, "NEAR", 0.0)
    solved = []
    for way in ("first", "sifted"):
        honest = getattr(session.Session, way)

        def solving(part, name, *sieve, way=way, honest=honest):
            status = honest(part, name, *sieve)
            solved.append((way, name, *(one.columns.size + one.rows.size for one in sieve), status))
            return status

        monkeypatch.setattr(session.Session, way, solving)
    return solved


def test_a_large_problem_too_far_from_the_old_basis_is_solved_roughly_and_then_exactly(course, large):
    """Nothing is left out at first; five places are enough and cost £10. What is asked next is not changed by it."""
    far = course.at([Change("required", "skill", 2, -5.0)])
    assert large == [("sifted", "shortfall", 0, "optimal")]
    assert far.worth == pytest.approx({"shortfall": 0.0, "cost": 10.0, "moves": 5.0})
    assert course.at([]).worth == pytest.approx(course.base.worth)


def test_a_large_problem_begun_anew_is_first_solved_without_what_is_hardly_worth_its_price(course, large, monkeypatch):
    """What may be left out is chosen from the money that is asked about, not from that of the plan."""
    asked = []

    def out(arrays, programme, _):
        asked.append(arrays.inflow.sum())
        return sifting.Sieve(programme.layout.x[:, 1:].ravel(), np.zeros(0, dtype=np.intp))

    monkeypatch.setattr(sifting, "sieve", out)
    monkeypatch.setattr(session, "NEAR", 10.0)
    before = course.arrays.inflow.sum()
    changes = [Change("required", "skill", 2, -5.0), Change("inflow", "money", 1, 6.0)]
    far = course.at(changes)
    assert [way for way, *_ in large] == ["sifted"]
    assert large[0][2] > 0
    assert asked == [before + 6.0]
    monkeypatch.undo()
    assert far.worth == pytest.approx(course.at(changes).worth)


def test_a_large_problem_without_a_plan_is_told_so_from_the_rough_solve(course, large):
    """Money that has to be given back is more than there is."""
    with pytest.raises(PlanError) as refused:
        course.at([Change("inflow", "money", None, -20.0)])
    assert refused.value.status == "infeasible"
    assert large == [("sifted", "shortfall", 0, "infeasible")]
    assert course.at([]).worth == pytest.approx(course.base.worth)
