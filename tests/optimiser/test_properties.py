"""What must hold for any planning tables, tried on random ones: the same every time, so that a failure is the change's and not luck's."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimiser.contract import TABLES
from optimiser.errors import PlanError
from optimiser.plan import Plan
from optimiser.projection import project
from optimiser.solver import optimise
from optimiser.tables import PlanningTables, Problem

Frames = dict[str, pd.DataFrame]
AMOUNTS = st.integers(0, 40).map(lambda n: n / 4)
SIGNED = st.integers(-20, 20).map(lambda n: n / 4)
RATES = st.integers(0, 10).map(lambda n: n / 10)
MINIMA = st.sampled_from([0.0, 0.0, 0.5, 1.0])
MAXIMA = st.integers(4, 40).map(lambda n: n / 4)  # from 1 on, so that a whole number is always between minimum and maximum
FLAGS = st.sampled_from([None, False, True])
RARELY = st.sampled_from([False] * 5 + [True])
STAGES = (("shortfall", "cost", "moves"), ("cost", "shortfall"), ("goal:g", "shortfall", "cost"), ("moves", "goal:g"))
FREE = "l9"  # a lever that takes up what an exact limit leaves, so that most problems have a plan
RESULTS = ("actions", "stocks", "coverage", "limits", "shadow_prices")

tried = settings(max_examples=7, deadline=None, derandomize=True)


@dataclass(frozen=True)
class Drawn:
    """Hold a random problem, and make its tables with some of them changed."""

    problem: Problem
    frames: Frames

    def tables(self, **changes: pd.DataFrame) -> PlanningTables:
        return PlanningTables.from_frames(self.problem, self.frames | changes)

    def with_stages(self, *stages: str) -> Drawn:
        return dataclasses.replace(self, problem=dataclasses.replace(self.problem, stages=stages))

    def in_parts(self) -> Drawn:
        """Return the problem without whole numbers."""
        parts = {name: self.frames[name].assign(whole=None) for name in ("levers", "lever_periods")}
        return Drawn(self.problem, self.frames | parts)


def rows(draw: st.DrawFn, key: dict[str, st.SearchStrategy], values: dict[str, st.SearchStrategy], most: int) -> pd.DataFrame:
    """Draw rows with different keys."""
    found = draw(st.lists(st.fixed_dictionaries(key | values), max_size=most, unique_by=lambda row: tuple(row[name] for name in key)))
    return pd.DataFrame(found, columns=[*key, *values])


@st.composite
def problems(draw: st.DrawFn) -> Drawn:
    """Draw a small problem of every table and column, limits of every sense; prices are from 0 on, so that every stage has an end."""
    periods = draw(st.integers(1, 4))
    stocks = [f"s{n}" for n in range(draw(st.integers(1, 3)))]
    levers = [f"l{n}" for n in range(draw(st.integers(1, 3)))]
    stock, lever = st.sampled_from(stocks), st.sampled_from(levers)
    period = st.sampled_from([None, *range(1, periods + 1)])
    lag = st.integers(0, 2)
    terms = {"unit_cost": AMOUNTS, "minimum": MINIMA, "maximum": MAXIMA, "whole": FLAGS}
    blank = {name: st.none() | values for name, values in terms.items()}
    item = {"kind": st.sampled_from(["lever", "stock", "surplus", "shortfall"])}
    frames = {
        "stocks": pd.DataFrame({"stock": stocks, "opening": [draw(AMOUNTS) for _ in stocks], "unit_cost": [draw(AMOUNTS) for _ in stocks]}),
        "stock_periods": rows(draw, {"stock": stock, "period": period}, {"unit_cost": AMOUNTS}, 2),
        "transitions": rows(draw, {"from_stock": stock, "to_stock": stock, "period": period}, {"rate": RATES}, 6),
        "inflows": rows(draw, {"stock": stock, "period": period}, {"amount": st.integers(-2, 20).map(lambda n: n / 4)}, 3),
        "requirements": rows(
            draw,
            {"stock": stock, "period": period},
            {
                "required": AMOUNTS,
                "shortfall_weight": AMOUNTS,
                "surplus_cost": AMOUNTS,
                "hard": RARELY,
                "surplus_cap": st.sampled_from([None, None, None, np.inf, 20.0]),
            },
            4,
        ),
        "levers": pd.DataFrame(
            [
                {"lever": name} | {column: draw(values) for column, values in terms.items()} | {"move_weight": draw(AMOUNTS)}
                for name in levers
            ]
            + [{"lever": FREE, "unit_cost": 0.0, "minimum": 0.0, "maximum": 60.0, "whole": None, "move_weight": 0.0}]
        ),
        "lever_periods": rows(draw, {"lever": lever, "period": period}, blank, 2),
        "effects": rows(draw, {"lever": lever, "stock": stock, "lag": lag, "period": period}, {"amount": SIGNED}, 5),
        "cover": rows(draw, {"lever": lever, "stock": stock, "period": period}, {"amount": SIGNED}, 3),
        "history": rows(draw, {"lever": lever, "period": st.integers(-2, 0)}, {"amount": AMOUNTS}, 2),
        "goals": rows(draw, item | {"item": st.none(), "period": period}, {"amount": AMOUNTS}, 3).assign(goal="g"),
    }
    frames |= drawn_limits(draw, period, item, lag)
    for name in ("uses", "goals"):
        frames[name]["item"] = [draw(lever if kind == "lever" else stock) for kind in frames[name]["kind"]]
    frames["goals"] = pd.concat([frames["goals"], pd.DataFrame([{"goal": "g", "kind": "stock", "item": stocks[0], "amount": 1.0}])])
    for name, table in (("uses", TABLES["uses"]), ("goals", TABLES["goals"])):
        frames[name] = frames[name].drop_duplicates([column for column in table.key if column in frames[name]])
    frames["uses"] = pd.concat([frames["uses"], slack_of(frames["limits"])])
    return Drawn(Problem(periods, discount=draw(st.sampled_from([0.0, 0.1])), stages=draw(st.sampled_from(STAGES))), frames)


def drawn_limits(draw: st.DrawFn, period: st.SearchStrategy, item: dict[str, st.SearchStrategy], lag: st.SearchStrategy) -> Frames:
    """Draw limits `<=`, `>=` and `==`, each used by something; the amounts leave most of them room."""
    amounts = {"<=": st.integers(40, 120), ">=": st.integers(-80, 8), "==": st.integers(-20, 4)}
    chosen = draw(st.lists(st.sampled_from(sorted(amounts)), max_size=3, unique=True))
    names = {sense: f"c{n}" for n, sense in enumerate(chosen)}
    limits = [
        {"limit": name, "period": at, "amount": draw(amounts[sense]) / 4, "sense": sense}
        for sense, name in names.items()
        for at in draw(st.lists(period, min_size=1, max_size=2, unique=True))
    ]
    uses = [
        row | {"limit": name}
        for name in names.values()
        for row in rows(draw, item | {"item": st.none(), "lag": lag, "period": period}, {"amount": SIGNED}, 2).to_dict("records")
    ]
    return {
        "limits": pd.DataFrame(limits, columns=["limit", "period", "amount", "sense"]),
        "uses": pd.DataFrame(uses, columns=["limit", "kind", "item", "lag", "period", "amount"]),
    }


def slack_of(limits: pd.DataFrame) -> pd.DataFrame:
    """Let the free lever take from every limit, in the direction that an exact one may need and an upper one allows."""
    taken = {"limit": limits["limit"].unique(), "kind": "lever", "item": FREE, "lag": 0, "period": None, "amount": -1.0}
    rows = pd.DataFrame(taken)
    upward = limits.loc[limits["sense"] == ">=", "limit"]
    return rows.assign(amount=rows["amount"].where(~rows["limit"].isin(upward), 0.0))


def solved(tables: PlanningTables) -> Plan | None:
    """Solve and audit; None where there is no plan."""
    try:
        plan = optimise(tables)
    except PlanError as error:
        if error.status != "infeasible":
            raise
        return None
    assert plan.status == "optimal"
    assert max(plan.audit().values()) <= 1e-6
    return plan


def values(plan: Plan) -> list[float]:
    return [float(stage["value"]) for stage in plan.stages]  # type: ignore[arg-type]


def same(first: list[float], second: list[float]) -> bool:
    return np.allclose(first, second, rtol=1e-5, atol=1e-5)


def no_worse(first: Plan | None, second: Plan | None) -> bool:
    """Say whether the second plan is there whenever the first is, and its first stage as good."""
    if first is None:
        return True
    return second is not None and values(second)[0] <= values(first)[0] + 1e-6 * max(1.0, values(first)[0])


def renamed(frames: Frames, names: dict[str, str]) -> Frames:
    """Give stocks, levers and limits other names."""
    ids = ("stock", "from_stock", "to_stock", "lever", "item", "limit")
    return {name: frame.assign(**{column: frame[column].map(names) for column in ids if column in frame}) for name, frame in frames.items()}


def test_the_random_problems_use_every_table_and_column():
    """Nothing of the contract is left out of what follows, and most problems have a plan."""
    seen: set[tuple[str, str]] = set()
    senses: set[str] = set()
    plans: list[bool] = []

    @settings(tried, max_examples=30)
    @given(problems())
    def look(drawn):
        for name, frame in drawn.frames.items():
            seen.update((name, column) for column in frame if frame[column].notna().any())
        senses.update(drawn.frames["limits"]["sense"])
        if len(plans) < 8:
            plans.append(solved(drawn.tables()) is not None)

    look()
    assert seen == {(table.name, column) for table in TABLES.values() for column in table.names}
    assert senses == {"<=", ">=", "=="}
    assert sum(plans) > len(plans) / 2


@tried
@given(problems())
def test_doing_nothing_equals_the_projection(drawn):
    """With every lever's maximum at 0, stocks are those of the projection to 1e-9, wherever that is not negative."""
    still = {
        "levers": drawn.frames["levers"].assign(minimum=0.0, maximum=0.0),
        "lever_periods": pd.DataFrame(),
        "limits": pd.DataFrame(),
        "uses": pd.DataFrame(),
        "requirements": drawn.frames["requirements"].assign(hard=False, surplus_cap=None),
    }
    tables = drawn.tables(**still)
    projected = project(tables)
    assume((projected.to_numpy() >= 0).all())
    plan = solved(tables)
    assert plan is not None
    assert plan.actions.empty
    held = plan.stocks.pivot_table(index="stock", columns="period", values="amount")
    assert np.allclose(held.to_numpy(), projected.to_numpy(), rtol=1e-9, atol=1e-9)


@tried
@given(problems(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_other_names_in_the_same_order_change_the_plan(drawn, random):
    """Rows shuffled, ids of other alphabets with what PuLP would rewrite in them: the same plan to the last digit, under the new names."""
    names = {f"{kind}{n}": f"{kind}: -{n} [é]" for kind in "slc" for n in range(10)}
    shuffled = {name: frame.sample(frac=1, random_state=random.randrange(2**32)) for name, frame in renamed(drawn.frames, names).items()}
    first, second = solved(drawn.tables()), solved(drawn.tables(**shuffled))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert first.stages == second.stages
        old = {result: getattr(first, result) for result in RESULTS}
        for result, frame in renamed(old, names).items():
            pd.testing.assert_frame_equal(frame, getattr(second, result), check_dtype=False)


@tried
@given(problems())
def test_names_in_another_order_change_no_value(drawn):
    """Among plans equally good another may be chosen, as ties are broken by id; every stage is worth the same."""
    names = {f"{kind}{n}": f"{9 - n}{kind}" for kind in "slc" for n in range(10)}
    first, second = solved(drawn.tables()), solved(drawn.tables(**renamed(drawn.frames, names)))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert same(values(first), values(second))


@tried
@given(problems(), st.sampled_from(["limits", "caps", "hard needs", "maxima", "minima"]), AMOUNTS.filter(bool))
def test_relaxing_any_rule_never_worsens_the_first_stage(drawn, rule, more):
    """Limits give way in their own sense, an exact one becomes an upper one; caps and maxima rise, minima fall, hard needs turn soft."""
    frames = drawn.frames
    if rule == "limits":
        sense = frames["limits"]["sense"].replace("==", "<=")
        looser = frames["limits"]["amount"] + np.where(sense == "<=", more, -more)
        changed = {"limits": frames["limits"].assign(sense=sense, amount=looser)}
    elif rule == "caps":
        cap = frames["requirements"]["surplus_cap"].astype("float64")
        changed = {"requirements": frames["requirements"].assign(surplus_cap=cap + more)}
    elif rule == "hard needs":
        changed = {"requirements": frames["requirements"].assign(hard=False)}
    else:
        column, by = ("maximum", more) if rule == "maxima" else ("minimum", -more)
        changed = {
            name: frames[name].assign(**{column: (frames[name][column].astype("float64") + by).clip(lower=0.0)})
            for name in ("levers", "lever_periods")
        }
    assert no_worse(solved(drawn.tables()), solved(drawn.tables(**changed)))


@tried
@given(problems(), AMOUNTS, AMOUNTS.filter(bool), st.booleans())
def test_more_of_a_limit_or_of_money_never_means_more_shortfall(drawn, money, more, in_money):
    """A budget that every lever draws on and a limit that every lever uses, one of the two enlarged."""
    frames = drawn.frames
    levers = frames["levers"].loc[frames["levers"]["lever"] != FREE]

    def bounded(budget: float, seats: float) -> PlanningTables:
        price = pd.DataFrame({"lever": levers["lever"], "stock": "money", "lag": 0, "period": None, "amount": -levers["unit_cost"]})
        use = pd.DataFrame({"limit": "seats", "kind": "lever", "item": levers["lever"], "lag": 0, "period": None, "amount": 1.0})
        added = {
            "stocks": {"stock": ["money"], "opening": [0.0], "unit_cost": [0.0]},
            "transitions": {"from_stock": ["money"], "to_stock": ["money"], "period": [None], "rate": [1.0]},
            "inflows": {"stock": ["money"], "period": [None], "amount": [budget]},
            "limits": {"limit": ["seats"], "period": [None], "amount": [seats], "sense": ["<="]},
        }
        parts = {name: pd.concat([frames[name], pd.DataFrame(rows)]) for name, rows in added.items()}
        parts |= {"effects": pd.concat([frames["effects"], price]), "uses": pd.concat([frames["uses"], use])}
        return drawn.with_stages("shortfall").tables(**parts)

    first = solved(bounded(money, money + 3.0))
    second = solved(bounded(money + more, money + 3.0) if in_money else bounded(money, money + 3.0 + more))
    assert no_worse(first, second)


@tried
@given(problems())
def test_twice_the_amounts_give_twice_the_values(drawn):
    """Openings, inflows, requirements, caps, minima, maxima, limits and history doubled, nothing whole: every stage doubles."""
    columns = {
        "stocks": ["opening"],
        "inflows": ["amount"],
        "requirements": ["required", "surplus_cap"],
        "levers": ["minimum", "maximum"],
        "lever_periods": ["minimum", "maximum"],
        "limits": ["amount"],
        "history": ["amount"],
    }
    parts = drawn.in_parts()
    doubled = {
        name: parts.frames[name].assign(**{column: 2 * parts.frames[name][column].astype("float64") for column in names})
        for name, names in columns.items()
    }
    first, second = solved(parts.tables()), solved(parts.tables(**doubled))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert same([2 * value for value in values(first)], values(second))


@tried
@given(problems())
def test_a_lever_that_does_nothing_changes_nothing(drawn):
    """It costs, counts as a move and has no effect: it is not used, and every stage is worth the same without it."""
    idle = pd.DataFrame([{"lever": "l00 idle", "unit_cost": 1.0, "maximum": 5.0, "move_weight": 1.0}])
    first, second = solved(drawn.tables()), solved(drawn.tables(levers=pd.concat([drawn.frames["levers"], idle])))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert same(values(first), values(second))
        assert "l00 idle" not in set(second.actions["lever"])


@tried
@given(problems())
def test_whole_levers_are_whole_and_never_better_than_parts(drawn):
    """Whole numbers can only make the first stage worse."""
    every = {
        "levers": drawn.frames["levers"].assign(whole=True),
        "lever_periods": drawn.frames["lever_periods"].assign(whole=None),
    }
    parts, whole = solved(drawn.in_parts().tables()), solved(drawn.tables(**every))
    assert no_worse(whole, parts)
    if whole is not None:
        assert (whole.actions["amount"] == whole.actions["amount"].round()).all()


@pytest.mark.parametrize("fmt", ["csv", "parquet"])
@settings(tried, max_examples=4)
@given(problems())
def test_tables_are_written_and_read_alike(tmp_path_factory, fmt, drawn):
    tables = drawn.tables()
    folder = tmp_path_factory.mktemp("tables")
    tables.write(folder, fmt)
    again = PlanningTables.read(folder)
    assert again.digest() == tables.digest()
    assert again.problem == tables.problem
