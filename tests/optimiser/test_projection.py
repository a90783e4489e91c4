"""The recurrence: what is there if nothing is done, worked out by hand, and along many paths at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.errors import PlanError, TablesError
from optimiser.projection import PATHS_AT_ONCE, Drawn, Draws, project, project_paths
from optimiser.solver import optimise
from optimiser.tables import PlanningTables, Problem

tried = settings(max_examples=20, deadline=None, derandomize=True)

DRAWN = {
    "opening": ("stocks", "opening"),
    "rates": ("transitions", "rate"),
    "inflows": ("inflows", "amount"),
    "effects": ("effects", "amount"),
}
AMOUNTS = st.integers(0, 40).map(lambda n: n / 4)
SIGNED = st.integers(-12, 20).map(lambda n: n / 4)
RATES = st.integers(0, 12).map(lambda n: n / 10)


@st.composite
def spread_rows(draw, keys, last, column, values, first=1):
    """Draw rows of some keys: one for every period, some that override it, those with blank cells among them, or rows of single periods."""
    found = []
    for key in draw(st.lists(st.fixed_dictionaries(keys), max_size=5, unique_by=lambda key: tuple(key[name] for name in keys))):
        every = draw(st.booleans())
        found += [key | {"period": None, column: draw(values)}] if every else []
        periods = draw(st.lists(st.integers(first, last), max_size=3, unique=True))
        cells = values | st.none() if every else values
        found += [key | {"period": period, column: draw(cells)} for period in periods]
    found = draw(st.permutations(found))
    return pd.DataFrame(found, columns=[*keys, "period", column])


@st.composite
def problems(draw):
    """Draw tables of all that moves a stock: promotions, growth, overrides, lags, history, effects and inflows of either sign."""
    periods = draw(st.integers(1, 4))
    stocks = draw(st.permutations([f"s{n}" for n in range(draw(st.integers(1, 4)))]))
    levers = draw(st.permutations([f"l{n}" for n in range(draw(st.integers(1, 3)))]))
    stock, lever = st.sampled_from(stocks), st.sampled_from(levers)
    history = [(name, period, draw(AMOUNTS)) for name in levers for period in (-2, -1, 0)]  # effects may name only periods that history has
    frames = {
        "stocks": pd.DataFrame({"stock": stocks, "opening": [draw(AMOUNTS | st.none()) for _ in stocks]}),
        "transitions": draw(spread_rows({"from_stock": stock, "to_stock": stock}, periods, "rate", RATES)),
        "inflows": draw(spread_rows({"stock": stock}, periods, "amount", SIGNED)),
        "levers": pd.DataFrame({"lever": levers, "maximum": [draw(AMOUNTS) for _ in levers]}),
        "effects": draw(spread_rows({"lever": lever, "stock": stock, "lag": st.integers(0, 2)}, periods, "amount", SIGNED, first=-2)),
        "history": pd.DataFrame(history, columns=["lever", "period", "amount"]),
    }
    return PlanningTables.from_frames(Problem(periods), frames)


@st.composite
def sampled(draw):
    """Draw a problem, uses of its levers, and a few paths with numbers of their own for some rows of some tables."""
    tables = draw(problems())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    paths = draw(st.integers(1, 3))
    draws = {}
    for name in draw(st.sets(st.sampled_from(list(DRAWN)))):
        size = len(tables.frames()[DRAWN[name][0]])
        chosen = rng.permutation(size)[: rng.integers(size + 1)] if rng.random() < 0.5 else None
        draws[name] = Drawn(np.round(rng.uniform(0, 3, (paths, size if chosen is None else len(chosen))), 2), chosen)
    uses = rng.uniform(0, 5, (len(tables.levers), tables.problem.periods))
    actions = pd.DataFrame(
        [(lever, period + 1, uses[n, period]) for n, lever in enumerate(tables.levers["lever"]) for period in range(uses.shape[1])],
        columns=["lever", "period", "amount"],
    )
    return tables, Draws(**draws), actions


def changed(tables, **frames):
    return PlanningTables.from_frames(tables.problem, tables.frames() | frames)


def written(tables, draws, path):
    """Write a path's numbers into the tables; a blank stays blank, but for an opening, which was 0."""
    frames = {}
    for name, (table, column) in DRAWN.items():
        drawn = getattr(draws, name)
        if drawn is not None:
            cells = tables.frames()[table][column].to_numpy(dtype="float64", copy=True)
            rows = np.arange(len(cells)) if drawn.rows is None else drawn.rows
            cells[rows] = np.where(np.isnan(cells[rows]) & (name != "opening"), np.nan, drawn.numbers[path])
            frames[table] = tables.frames()[table].assign(**{column: cells})
    return changed(tables, **frames)


def test_nothing_stays_without_a_transition(planning):
    stocks = project(planning(2, stocks="stock,opening|a,10"))
    assert stocks.loc["a"].tolist() == [10, 0, 0]


def test_doing_nothing_is_transitions_inflows_and_history(planning):
    """Stock a halves, but keeps three quarters into period 2; 1 comes in, 5 in period 2; b takes a tenth of a, and a course begun before."""
    tables = planning(
        2,
        stocks="stock,opening|b,0|a,10",
        transitions="from_stock,to_stock,rate,period|a,a,0.5,|a,a,0.75,2|a,b,0.1,|b,b,1,",
        inflows="stock,period,amount|a,,1|a,2,5",
        levers="lever,minimum|train,3",
        effects="lever,stock,lag,amount|train,b,2,0.5",
        history="lever,period,amount|train,0,4|train,-1,8|train,-2,100",
    )
    stocks = project(tables)
    assert stocks.index.tolist() == ["a", "b"]
    assert stocks.index.name == "stock"
    assert stocks.columns.tolist() == [0, 1, 2]
    assert stocks.loc["a"].tolist() == [10, 6, 9.5]
    assert stocks.loc["b"].tolist() == [0, 1 + 4, 5 + 0.6 + 2]


def test_history_counts_as_far_back_as_a_lag_reaches(planning):
    """A course of two periods begun a period ago ends in the first; what is older has ended, however long ago it was."""
    tables = planning(
        2,
        stocks="stock|a",
        transitions="from_stock,to_stock,rate|a,a,1",
        levers="lever|train",
        effects="lever,stock,lag,amount|train,a,2,1",
        history="lever,period,amount|train,-1,3|train,-2,5|train,-1000000000,7",
        limits="limit,amount,sense|begun,100,",
        uses="limit,kind,item,amount,lag|begun,lever,train,1,1",
    )
    assert project(tables).loc["a"].tolist() == [0, 3, 3]
    assert optimise(tables).limits["used"].tolist() == [0, 0]


def test_given_actions_have_their_effects_in_their_time(planning):
    tables = planning(
        3,
        stocks="stock,opening|money,100|staff,1",
        transitions="from_stock,to_stock,rate|money,money,1|staff,staff,0.9|staff,money,-10",
        levers="lever|hire",
        effects="lever,stock,lag,amount,period|hire,money,0,-20,|hire,staff,1,1,|hire,staff,1,0.5,2",
    )
    actions = pd.DataFrame({"lever": ["hire", "hire", "hire"], "period": [1, 1, 2], "amount": [1.0, 1.0, 1.0]})
    stocks = project(tables, actions)
    assert np.allclose(stocks.loc["staff"], [1, 0.9, 0.81 + 2, 0.9 * 2.81 + 0.5])
    assert np.allclose(stocks.loc["money"], [100, 100 - 10 - 40, 50 - 9 - 20, 21 - 28.1])


def test_actions_that_the_tables_do_not_know_are_faults(planning):
    tables = planning(2, stocks="stock|a", levers="lever|l")
    with pytest.raises(TablesError) as caught:
        project(tables, pd.DataFrame({"lever": ["k", "l"], "period": [1, 3], "amount": [1.0, 1.0]}))
    assert [(fault.problem, fault.row) for fault in caught.value.faults] == [("Unknown lever", 2), ("Period out of range", 3)]


@tried
@given(problems())
def test_with_every_lever_at_zero_the_plan_is_the_projection(tables):
    """To 1e-9 where nothing goes below 0; where something does, there is no plan."""
    still = changed(tables, levers=tables.levers.assign(maximum=0.0))
    projected = project(still).to_numpy()
    if (projected < -1e-6).any():
        with pytest.raises(PlanError) as caught:
            optimise(still)
        assert caught.value.status == "infeasible"
    elif (projected >= 0).all():
        plan = optimise(still)
        assert plan.actions.empty
        held = plan.stocks.pivot_table(index="stock", columns="period", values="amount").to_numpy()
        assert np.allclose(held, projected, rtol=1e-9, atol=1e-9)


@settings(tried, max_examples=30)
@given(sampled())
def test_each_path_is_the_projection_of_tables_with_its_numbers_written_in(case):
    tables, draws, actions = case
    paths = project_paths(tables, draws, actions)
    assert list(paths.stocks) == sorted(tables.stocks["stock"])
    for path, amounts in enumerate(paths.amounts):
        assert np.allclose(amounts, project(written(tables, draws, path), actions).to_numpy(), rtol=1e-12, atol=1e-12)


@settings(tried, max_examples=10)
@given(problems(), st.sampled_from([1, 2, PATHS_AT_ONCE, 2 * PATHS_AT_ONCE + 3]))
def test_paths_that_draw_the_tables_own_numbers_are_the_projection(tables, paths):
    def own(name):
        table, column = DRAWN[name]
        cells = tables.frames()[table][column].to_numpy(dtype="float64")
        return Drawn(np.tile(np.nan_to_num(cells) if name == "opening" else cells, (paths, 1)))

    amounts = project_paths(tables, Draws(**{name: own(name) for name in DRAWN})).amounts
    single = project(tables).to_numpy()
    assert amounts.shape == (paths, *single.shape)
    assert np.allclose(amounts, single, rtol=1e-12, atol=1e-12)


@settings(tried, max_examples=10)
@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_what_only_moves_stays_as_much_in_all(periods, stocks, seed):
    """Where what leaves each stock adds up to all of it and nothing comes in, the total of every path stays what it was at first."""
    rng = np.random.default_rng(seed)
    names = [f"s{n}" for n in range(stocks)]
    pairs = pd.MultiIndex.from_product([names, names], names=["from_stock", "to_stock"]).to_frame(index=False)
    frames = {"stocks": pd.DataFrame({"stock": names}), "transitions": pairs.assign(rate=0.0)}
    rates = rng.dirichlet(np.ones(stocks), (7, stocks)).reshape(7, -1)
    opening = rng.uniform(0, 1000, (7, stocks))
    tables = PlanningTables.from_frames(Problem(periods), frames)
    totals = project_paths(tables, Draws(opening=Drawn(opening), rates=Drawn(rates))).amounts.sum(axis=1)
    assert np.allclose(totals, opening.sum(axis=1)[:, None], rtol=1e-12)


def test_a_drawn_override_holds_in_its_period_alone(planning):
    """Row 0 speaks for periods 1 and 3, row 1 for period 2; path 1 draws another number for row 1 only."""
    tables = planning(3, stocks="stock,opening|a,100", transitions="from_stock,to_stock,rate,period|a,a,0.5,|a,a,0.1,2")
    paths = project_paths(tables, Draws(rates=Drawn(np.array([[0.1], [0.8]]), np.array([1]))))
    assert paths.amounts.shape == (2, 1, 4)
    assert np.allclose(paths.amounts[:, 0], [[100, 50, 5, 2.5], [100, 50, 40, 20]])


def test_drawn_effects_are_those_of_history_and_actions(planning):
    tables = planning(
        2,
        stocks="stock|a",
        transitions="from_stock,to_stock,rate|a,a,1",
        levers="lever|train",
        effects="lever,stock,lag,amount|train,a,1,0.5",
        history="lever,period,amount|train,0,10",
    )
    actions = pd.DataFrame({"lever": ["train"], "period": [1], "amount": [2.0]})
    paths = project_paths(tables, Draws(effects=Drawn(np.array([[0.5], [1.0]]))), actions)
    assert paths.amounts[:, 0].tolist() == [[0, 5, 6], [0, 10, 12]]


def test_percentiles_stand_in_a_row_each(planning):
    tables = planning(1, stocks="stock,opening|b,1|a,0", transitions="from_stock,to_stock,rate|b,b,2")
    opening = np.column_stack([np.arange(101.0), np.zeros(101)])
    found = project_paths(tables, Draws(opening=Drawn(opening))).percentiles([5, 50])
    assert found.columns.tolist() == ["stock", "period", "percentile", "amount"]
    assert found[found["stock"] == "b"].to_numpy().tolist() == [["b", 0, 5, 5], ["b", 0, 50, 50], ["b", 1, 5, 10], ["b", 1, 50, 100]]
    assert found["stock"].tolist() == ["a"] * 4 + ["b"] * 4


def test_nothing_drawn_is_one_path(planning):
    tables = planning(2, stocks="stock,opening|a,3", transitions="from_stock,to_stock,rate|a,a,1")
    assert project_paths(tables, Draws()).amounts.tolist() == [[[3, 3, 3]]]


@pytest.mark.parametrize(
    "draws, problem",
    [
        (Draws(rates=Drawn(np.ones((2, 3)))), "Wrong shape: draws, column `rates`. Found (2, 3); allowed: (paths, 2)"),
        (Draws(rates=Drawn(np.ones(2))), "Wrong shape: draws, column `rates`. Found (2,)"),
        (Draws(rates=Drawn(np.ones((0, 2)))), "Wrong shape: draws, column `rates`. Found (0, 2)"),
        (Draws(rates=Drawn(np.ones((1, 1)), np.array([2]))), "Unknown rows: draws, column `rates`. Found [2]; allowed: positions 0 to 1"),
        (Draws(rates=Drawn(np.ones((1, 2)), np.array([1, 1]))), "Unknown rows: draws, column `rates`. Found [1, 1]"),
        (Draws(opening=Drawn(np.ones((3, 2))), rates=Drawn(np.ones((2, 2)))), "Found 3 of opening, 2 of rates; allowed: one number"),
        (
            Draws(rates=Drawn(np.array([[1.0, 1.0], [1.0, np.nan]]))),
            "draws of transitions, row 3, column `rate`. Found nan in path 1, counted from 0; allowed: a finite number",
        ),
        (Draws(inflows=Drawn(np.array([[np.inf]]))), "draws of inflows, row 2, column `amount`. Found inf in path 0"),
        (Draws(opening=Drawn(np.array([[1.0, -1.0]]))), "draws of stocks, row 3, column `opening`. Found -1.0 in path 0"),
    ],
)
def test_draws_that_do_not_fit_are_faults(planning, draws, problem):
    tables = planning(2, stocks="stock,opening|a,1|b,2", transitions="from_stock,to_stock,rate|a,a,1|b,b,1", inflows="stock,amount|a,1")
    with pytest.raises(TablesError) as caught:
        project_paths(tables, draws)
    assert problem in str(caught.value)


def test_a_blank_cell_is_not_drawn(planning):
    """The blank keeps the every-period row's number, whatever stands in its place among the draws."""
    tables = planning(2, stocks="stock,opening|a,100", transitions="from_stock,to_stock,rate,period|a,a,0.5,|a,a,,2")
    amounts = project_paths(tables, Draws(rates=Drawn(np.array([[0.5, np.nan], [0.2, 0.9]])))).amounts
    assert np.allclose(amounts[:, 0], [[100, 50, 25], [100, 20, 4]])
