"""What must hold for any planning tables, tried on random ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimiser.errors import PlanError
from optimiser.plan import Plan
from optimiser.projection import project
from optimiser.solver import optimise
from optimiser.tables import PlanningTables, Problem

Frames = dict[str, pd.DataFrame]
AMOUNTS = st.integers(0, 40).map(lambda n: n / 4)
SIGNED = st.integers(-20, 20).map(lambda n: n / 4)
RATES = st.integers(0, 10).map(lambda n: n / 10)
COUNT = 20

tried = settings(max_examples=COUNT, deadline=None)


def rows(draw: st.DrawFn, key: dict[str, st.SearchStrategy], values: dict[str, st.SearchStrategy], most: int) -> pd.DataFrame:
    """Draw rows with different keys."""
    found = draw(st.lists(st.fixed_dictionaries(key | values), max_size=most, unique_by=lambda row: tuple(row[name] for name in key)))
    return pd.DataFrame(found, columns=[*key, *values])


@st.composite
def problems(draw: st.DrawFn) -> tuple[int, Frames]:
    """Draw a small problem of every table; soft needs and upper limits alone, so that doing nothing is often a plan."""
    periods = draw(st.integers(1, 4))
    stocks = [f"s{n}" for n in range(draw(st.integers(1, 3)))]
    levers = [f"l{n}" for n in range(draw(st.integers(0, 3)))]
    stock, lever = st.sampled_from(stocks), st.sampled_from(levers or ["none"])
    period = st.sampled_from([None, *range(1, periods + 1)])
    lag = st.integers(0, 2)
    frames = {
        "stocks": pd.DataFrame({"stock": stocks, "opening": [draw(AMOUNTS) for _ in stocks], "unit_cost": [draw(AMOUNTS) for _ in stocks]}),
        "transitions": rows(draw, {"from_stock": stock, "to_stock": stock, "period": period}, {"rate": RATES}, 6),
        "inflows": rows(draw, {"stock": stock, "period": period}, {"amount": AMOUNTS}, 3),
        "requirements": rows(draw, {"stock": stock, "period": period}, {"required": AMOUNTS, "shortfall_weight": AMOUNTS}, 4),
    }
    if levers:
        item = {"limit": st.just("c"), "kind": st.just("lever"), "item": lever, "lag": lag}
        frames |= {
            "levers": pd.DataFrame(
                {"lever": levers, "unit_cost": [draw(AMOUNTS) for _ in levers], "maximum": [draw(AMOUNTS) for _ in levers]}
            ),
            "effects": rows(draw, {"lever": lever, "stock": stock, "lag": lag, "period": period}, {"amount": SIGNED}, 5),
            "cover": rows(draw, {"lever": lever, "stock": stock, "period": period}, {"amount": SIGNED}, 3),
            "uses": rows(draw, item, {"amount": AMOUNTS}, 3),
            "history": rows(draw, {"lever": lever, "period": st.integers(-2, 0)}, {"amount": AMOUNTS}, 2),
        }
        if len(frames["uses"]):
            frames["limits"] = pd.DataFrame({"limit": ["c"], "amount": [draw(AMOUNTS) + 40.0]})
    return periods, frames


def tables_of(problem: tuple[int, Frames], **changes: pd.DataFrame) -> PlanningTables:
    periods, frames = problem
    return PlanningTables.from_frames(Problem(periods), frames | changes)


def solved(tables: PlanningTables) -> Plan | None:
    """Solve and audit; None where there is no plan."""
    try:
        plan = optimise(tables)
    except PlanError as error:
        if error.status != "infeasible":
            raise
        return None
    assert max(plan.audit().values()) <= 1e-6
    return plan


def values(plan: Plan) -> list[float]:
    return [float(stage["value"]) for stage in plan.stages]  # type: ignore[arg-type]


def same(first: list[float], second: list[float]) -> bool:
    return np.allclose(first, second, rtol=1e-5, atol=1e-5)


@tried
@given(problems())
def test_doing_nothing_equals_the_projection(problem):
    """With every lever's maximum at 0, stocks are those of the projection to 1e-9, wherever that is not negative."""
    _, frames = problem
    still = {"levers": frames["levers"].assign(maximum=0.0)} if "levers" in frames else {}
    tables = tables_of(problem, **still)
    projected = project(tables)
    assume((projected.to_numpy() >= 0).all())
    plan = solved(tables)
    assume(plan is not None)
    assert plan.actions.empty
    held = plan.stocks.pivot_table(index="stock", columns="period", values="amount")
    assert np.allclose(held.to_numpy(), projected.to_numpy(), rtol=1e-9, atol=1e-9)


@tried
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(problem, random):
    shuffled = {name: frame.sample(frac=1, random_state=random.randrange(2**32)) for name, frame in problem[1].items()}
    first, second = solved(tables_of(problem)), solved(tables_of(problem, **shuffled))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert first.stages == second.stages
        for name in ("actions", "stocks", "coverage", "limits", "shadow_prices"):
            pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


@tried
@given(problems())
def test_other_names_change_nothing(problem):
    """Ids of other alphabets and in the opposite order, with what PuLP would rewrite in them."""
    ids = ("stock", "from_stock", "to_stock", "lever", "item")
    names = {f"{kind}{n}": f"{9 - n}: -{kind} [{n}]" for kind in "sl" for n in range(3)}
    renamed = {
        name: frame.assign(**{column: frame[column].map(names) for column in ids if column in frame}) for name, frame in problem[1].items()
    }
    first, second = solved(tables_of(problem)), solved(tables_of(problem, **renamed))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert same(values(first), values(second))


@tried
@given(problems(), AMOUNTS)
def test_a_larger_limit_or_more_of_a_lever_never_means_more_shortfall(problem, more):
    _, frames = problem
    wider = {
        name: frames[name].assign(**{column: frames[name][column] + more})
        for name, column in (("limits", "amount"), ("levers", "maximum"))
        if name in frames
    }
    first, second = solved(tables_of(problem)), solved(tables_of(problem, **wider))
    if first is not None:
        assert second is not None
        assert values(second)[0] <= values(first)[0] + 1e-6 * max(1.0, values(first)[0])


@tried
@given(problems(), AMOUNTS, AMOUNTS)
def test_more_money_never_means_more_shortfall(problem, money, more):
    """A budget that every lever draws on, enlarged."""
    periods, frames = problem
    assume("levers" in frames and "effects" in frames)

    def with_budget(amount: float) -> PlanningTables:
        levers = frames["levers"]
        price = pd.DataFrame({"lever": levers["lever"], "stock": "money", "lag": 0, "period": None, "amount": -levers["unit_cost"]})
        return tables_of(
            (periods, frames),
            stocks=pd.concat([frames["stocks"], pd.DataFrame({"stock": ["money"], "opening": [0.0], "unit_cost": [0.0]})]),
            transitions=pd.concat(
                [frames["transitions"], pd.DataFrame({"from_stock": ["money"], "to_stock": ["money"], "period": None, "rate": [1.0]})]
            ),
            inflows=pd.concat([frames["inflows"], pd.DataFrame({"stock": ["money"], "period": None, "amount": [amount]})]),
            effects=pd.concat([frames["effects"], price]),
        )

    first, second = solved(with_budget(money)), solved(with_budget(money + more))
    if first is not None:
        assert second is not None
        assert values(second)[0] <= values(first)[0] + 1e-6 * max(1.0, values(first)[0])


@tried
@given(problems())
def test_twice_the_amounts_give_twice_the_values(problem):
    doubled_columns = {
        "stocks": "opening",
        "inflows": "amount",
        "requirements": "required",
        "levers": "maximum",
        "limits": "amount",
        "history": "amount",
    }
    _, frames = problem
    doubled = {
        name: frames[name].assign(**{column: 2 * frames[name][column]}) for name, column in doubled_columns.items() if name in frames
    }
    first, second = solved(tables_of(problem)), solved(tables_of(problem, **doubled))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert same([2 * value for value in values(first)], values(second))


@tried
@given(problems())
def test_whole_levers_are_whole_and_never_better_than_parts(problem):
    """Whole numbers can only make the first stage worse."""
    _, frames = problem
    assume("levers" in frames)
    loose, whole = solved(tables_of(problem)), solved(tables_of(problem, levers=frames["levers"].assign(whole=True)))
    if whole is not None:
        assert loose is not None
        assert (whole.actions["amount"] == whole.actions["amount"].round()).all()
        assert values(loose)[0] <= values(whole)[0] + 1e-6 * max(1.0, values(whole)[0])


@tried
@given(problems())
def test_tables_are_written_and_read_alike(tmp_path_factory, problem):
    tables = tables_of(problem)
    folder = tmp_path_factory.mktemp("tables")
    tables.write(folder)
    again = PlanningTables.read(folder)
    assert again.digest() == tables.digest()
    assert again.problem == tables.problem
