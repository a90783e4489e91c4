"""What HiGHS does not get: stocks that no lever reaches. Whatever is read back is that of the whole programme."""

import numpy as np
import pytest

from optimiser import form
from optimiser.arrays import arrays_of
from optimiser.errors import PlanError
from optimiser.form import Form, reached
from optimiser.formulation import formulate, objective
from optimiser.proof import prove
from optimiser.resolve import Change, Resolver
from optimiser.session import HELD, Session
from optimiser.solver import optimise
from optimiser.watch import Watch

# Of ten seniors a tenth retire in each period and a tenth teach juniors who may then hold a skill; nobody hires a senior. What
# is taught by itself is there without any lever, what is trained is not.
WARD = {
    "stocks": "stock,opening,unit_cost|seniors,10,2|taught,0,|skill,1,1|money,,",
    "transitions": "from_stock,to_stock,rate|seniors,seniors,0.9|seniors,taught,0.1|taught,skill,0.5|skill,skill,0.8|money,money,1",
    "inflows": "stock,amount|money,3",
    "requirements": "stock,required|skill,4|seniors,12",
    "levers": "lever,unit_cost,maximum|train,1,5",
    "effects": "lever,stock,lag,amount|train,skill,1,1|train,money,0,-2",
}


@pytest.fixture
def ward(planning):
    return planning(3, **WARD)


@pytest.fixture
def whole(monkeypatch):
    """Return what gives HiGHS everything from now on."""
    return lambda: monkeypatch.setattr(form, "reached", lambda arrays: np.ones((arrays.stocks.size, arrays.periods), dtype=bool))


def held(tables, stage="shortfall"):
    """Solve one stage; what holds the problem, its arrays and its programme."""
    arrays = arrays_of(tables)
    programme = formulate(arrays)
    opened = Session.open(programme, arrays, objective(arrays, programme.layout, stage), Watch(None), 0.0)
    assert opened.first(stage) == "optimal"
    return opened, arrays, programme


def test_a_stock_is_reached_by_what_a_lever_does_to_it_and_to_what_it_comes_from(ward):
    """Training is there a period later, and money pays for it at once; seniors and what they teach just go on."""
    arrays = arrays_of(ward)
    assert dict(zip(arrays.stocks.tolist(), reached(arrays).tolist(), strict=True)) == {
        "money": [True, True, True],
        "seniors": [False, False, False],
        "skill": [False, True, True],
        "taught": [False, False, False],
    }


def test_a_stock_is_reached_a_period_after_what_it_comes_from(planning):
    tables = planning(
        3,
        stocks="stock,opening|a,1|b,|c,",
        transitions="from_stock,to_stock,rate|a,b,1|b,c,1",
        levers="lever|lift",
        effects="lever,stock,period,amount|lift,a,1,1",
    )
    assert reached(arrays_of(tables)).tolist() == [[True, False, False], [False, True, False], [False, False, True]]


def test_settled_stocks_are_worked_out_and_taken_off_the_other_rows(ward):
    """Seniors 9, 8.1, 7.29; taught 1, 0.9, 0.81; skill at first 0.8 x 1 and nothing taught yet: in period 2 half of the one taught then."""
    arrays = arrays_of(ward)
    programme = formulate(arrays)
    found = Form.of(arrays, programme)
    settled = found.settle(programme.row_lower)
    names = [(arrays.stocks[row // 3], row % 3 + 1) for row in found.by.tolist()]
    values = dict(zip(names, settled.values.tolist(), strict=True))
    assert values == pytest.approx(
        {("seniors", t): 10 * 0.9**t for t in (1, 2, 3)} | {("taught", t): 0.9 ** (t - 1) for t in (1, 2, 3)} | {("skill", 1): 0.8}
    )
    handed = found.handed(settled)
    right = dict(zip(zip(handed.families, handed.items, handed.periods, strict=True), handed.row_upper.tolist(), strict=True))
    assert right["balance", "skill", 2] == pytest.approx(0.8 * 0.8 + 0.5 * 1.0)
    assert right["cover", "skill", 1] == pytest.approx(4 - 0.8)
    assert right["cover", "seniors", 3] == pytest.approx(12 - 7.29)
    assert handed.matrix.shape == (programme.row_lower.size - 7, programme.layout.size - 7)
    assert handed.columns.tolist() == found.columns.tolist()


def test_what_is_left_over_from_a_difference_of_equals_is_nothing(planning):
    """1 - 0.9 - 0.1 is 2.8e-17 on a computer."""
    tables = planning(
        1,
        stocks="stock,opening|a,0.9|b,",
        transitions="from_stock,to_stock,rate|a,a,1",
        inflows="stock,amount|a,0.1",
        requirements="stock,required|a,1.0000000000000002",
        levers="lever|l",
        effects="lever,stock,amount|l,b,1",
    )
    arrays = arrays_of(tables)
    programme = formulate(arrays)
    found = Form.of(arrays, programme)
    assert found.handed(found.settle(programme.row_lower)).row_lower.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("stage", ["shortfall", "cost"])
def test_what_is_read_back_is_that_of_the_whole_programme(ward, whole, stage):
    """Values, duals, reduced costs and what the stage comes to; the duals prove it."""

    def read():
        opened, arrays, programme = held(ward, stage)
        costs = objective(arrays, programme.layout, stage)
        proof = prove(stage, opened.face, costs, opened.values(), opened.duals())
        assert proof.holds(opened.objective())
        return opened.values(), opened.duals(), opened.reduced(), opened.objective(), opened.highs.getNumRow()

    ours = read()
    whole()
    theirs = read()
    assert ours[4] == theirs[4] - 7
    for one, other in zip(ours[:4], theirs[:4], strict=True):
        assert one == pytest.approx(other, abs=1e-9)
    assert np.abs(ours[1]).max() > 0


def test_what_settled_stocks_are_worth_is_known_from_their_duals(ward):
    """One senior more teaches, a period later and before it is too late, a twentieth of what training would have to close."""
    resolver = Resolver.of(ward)
    change = [Change("required", "seniors", 1, 1.0), Change("required", "skill", 1, 1.0)]
    assert resolver.slope(resolver.base, change, "shortfall") == pytest.approx(2.0)
    assert resolver.at(change).worth["shortfall"] - resolver.base.worth["shortfall"] == pytest.approx(2.0)


def test_a_settled_stock_may_get_more_and_what_it_brings_goes_on(planning, whole):
    """The same answers and prices as where HiGHS has everything, for more of a stock that no lever reaches."""
    parts = WARD | {"inflows": "stock,amount|money,3|seniors,0.5"}
    more = [Change("inflow", "seniors", 1, 2.0), Change("inflow", "money", 2, 1.0)]

    def read():
        resolver = Resolver.of(planning(3, **parts))
        answer = resolver.at(more)
        told = [resolver.slope(resolver.base, [change], stage) for change in more for stage in resolver.base.worth]
        return [*answer.worth.values(), *told, *answer.found.held.ravel(), *answer.prices["shortfall"]]

    ours = read()
    whole()
    assert ours == pytest.approx(read(), abs=1e-9)


def test_ranges_are_those_of_the_whole_programme_where_there_is_one(ward, whole):
    def read():
        return Resolver.of(ward).ranges

    (rows, columns), found = read(), Form.of(arrays_of(ward), formulate(arrays_of(ward)))
    whole()
    all_rows, all_columns = read()
    for ours, theirs, there in ((rows, all_rows, found.rows), (columns, all_columns, found.columns)):
        assert ours.low[there] == pytest.approx(theirs.low[there], abs=1e-9)
        assert ours.high[there] == pytest.approx(theirs.high[there], abs=1e-9)
        assert ours.at_bound[there].tolist() == theirs.at_bound[there].tolist()
    assert not rows.at_bound[found.by].any()
    assert np.isinf(rows.high[found.by]).all()


def test_a_stage_held_by_a_row_of_its_own_counts_what_settled_stocks_cost(ward):
    """Seniors cost 2 each whatever is done: the dearest plan under a row that holds the least cost is that and what it may slip."""
    opened, arrays, programme = held(ward, "cost")
    costs, least = objective(arrays, programme.layout, "cost"), opened.objective()
    assert least > 2 * (9 + 8.1 + 7.29)
    opened.held.append(("cost", costs, least))
    opened.thaw()
    opened.change(-costs)
    assert opened.run() == "optimal"
    assert opened.objective() == pytest.approx(-least * (1 + HELD), rel=1e-9)
    assert prove("most", opened.face, -costs, opened.values(), opened.duals()).holds(opened.objective())


def test_whole_numbers_keep_their_places_and_their_bound(planning, whole):
    """A lever of whole numbers stands behind settled columns; the bound counts what those cost."""
    parts = WARD | {"levers": "lever,unit_cost,maximum,whole|train,1,5,true"}
    ours = optimise(planning(3, **parts))
    whole()
    theirs = optimise(planning(3, **parts))
    assert [stage["value"] for stage in ours.stages] == pytest.approx([stage["value"] for stage in theirs.stages])
    assert ours.status == theirs.status == "optimal"
    assert ours.actions["amount"].tolist() == theirs.actions["amount"].tolist()


def test_a_plan_to_start_from_is_handed_over_in_the_same_form(ward):
    opened, *_ = held(ward)
    values, given = opened.values(), list(opened.highs.getSolution().col_value)
    opened.highs.clearSolver()
    opened.start(values)
    assert list(opened.highs.getSolution().col_value) == pytest.approx(given)


def test_what_grows_without_end_is_named_though_stocks_are_left_out(planning):
    needs = {"requirements": "stock,required,surplus_cost|skill,4,|seniors,12,-1"}
    with pytest.raises(PlanError, match="Shortfall and surplus grow together: seniors\\."):
        optimise(planning(3, stages=("cost",), **WARD | needs))


def test_a_stock_that_falls_below_nothing_by_itself_is_no_plan(planning):
    """Nobody could stop it: eleven leave of ten. HiGHS is not asked, and the reason is found all the same."""
    with pytest.raises(PlanError) as refused:
        optimise(planning(3, **WARD | {"inflows": "stock,amount|money,3|seniors,-11"}))
    assert refused.value.status == "infeasible"
    assert "seniors" in str(refused.value)


def test_a_change_that_brings_a_settled_stock_below_nothing_is_no_plan(planning):
    resolver = Resolver.of(planning(3, **WARD | {"inflows": "stock,amount|money,3|seniors,0"}))
    with pytest.raises(PlanError) as refused:
        resolver.at([Change("inflow", "seniors", 2, -9.0)])
    assert refused.value.status == "infeasible"
    assert resolver.at([Change("inflow", "seniors", 2, -8.0)]).found.held.min() >= 0


def test_where_nothing_would_be_left_everything_is_handed_over(planning):
    """HiGHS tells nothing of how far things hold where it has no rows."""
    tables = planning(2, stocks="stock,opening|a,1", levers="lever,unit_cost,minimum|l,1,1", stages=("cost",))
    arrays = arrays_of(tables)
    found = Form.of(arrays, formulate(arrays))
    assert found.by.size == 0
    assert np.isfinite(Resolver.of(tables).ranges[0].low).all()
