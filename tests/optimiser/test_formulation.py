"""The programme is what the algebra says: an approved text for each family, read in the diff when it changes.

Run this file to approve the texts as they are now: `python tests/optimiser/test_formulation.py`.
"""

from __future__ import annotations

import gc
import sys
import tempfile
from io import StringIO
from pathlib import Path

import highspy
import numpy as np
import pandas as pd
import pytest

from optimiser import formulation
from optimiser.arrays import arrays_of
from optimiser.formulation import formulate, hand_over, objective, to_pulp
from optimiser.tables import PlanningTables, Problem

APPROVED = Path(__file__).parent / "approved"

# Two periods, plain ids, each number different, so that every coefficient shows where it comes from.
TABLES = {
    "balance": {
        "stocks": "stock,opening,unit_cost\nnew,100,7\nold,50,",
        "stock_periods": "stock,period,unit_cost\nnew,2,8",
        "transitions": "from_stock,to_stock,rate,period\nnew,new,0.9,\nnew,old,0.05,\nnew,old,0.06,2\nold,old,0.8,",
        "inflows": "stock,period,amount\nnew,,3\nold,2,-1",
        "levers": "lever,unit_cost,maximum\nhire,11,20\ntrain,13,",
        "lever_periods": "lever,period,unit_cost,minimum,whole\nhire,2,12,1,true",
        "effects": "lever,stock,lag,amount,period\nhire,new,0,1,\ntrain,new,0,-1,\ntrain,old,1,0.7,\ntrain,old,1,0.75,1",
        "history": "lever,period,amount\ntrain,0,4",
    },
    "cover": {
        "stocks": "stock,opening\nold,50\nnew,5",
        "transitions": "from_stock,to_stock,rate\nold,old,0.8\nnew,new,1",
        "requirements": (
            "stock,period,required,shortfall_weight,surplus_cost,hard,surplus_cap\nold,,60,2,5,,\nold,2,61,,,true,9\nnew,1,6,3,,false,inf"
        ),
        "levers": "lever,unit_cost\ncontract,100\nshort,50",
        "cover": "lever,stock,amount,period\ncontract,old,1,\ncontract,old,0.9,2\nshort,old,-0.5,\ncontract,new,1,2",
    },
    "limit": {
        "stocks": "stock,opening\nold,50",
        "transitions": "from_stock,to_stock,rate\nold,old,0.8",
        "requirements": "stock,period,required\nold,2,60",
        "levers": "lever,move_weight\ntrain,\nlend,0",
        "limits": "limit,period,amount,sense\nseats,,20,\nseats,2,30,\nshare,1,0,>=\nexact,,5,==\nopen,,inf,",
        "uses": (
            "limit,kind,item,amount,lag,period\nseats,lever,train,1,,\nseats,lever,train,0.5,1,\nseats,lever,lend,2,,2\n"
            "share,stock,old,0.25,1,\nshare,lever,train,-1,,\nexact,stock,old,1,1,\nexact,shortfall,old,1,,\nexact,surplus,old,-1,1,\nopen,lever,lend,1,,"
        ),
        "history": "lever,period,amount\ntrain,0,4\ntrain,-1,40",
    },
}


def tables_of(family: str, **settings) -> PlanningTables:
    frames = {
        name: pd.read_csv(StringIO(text), dtype="str", keep_default_na=False, na_values=[""]) for name, text in TABLES[family].items()
    }
    return PlanningTables.from_frames(Problem(2, **settings), frames)


def text_of(family: str) -> str:
    """Return a family's rows, the bounds and the cost objective as LP text; the other families are left out where they are not the point."""
    arrays = arrays_of(tables_of(family))
    programme = formulate(arrays)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programme.lp"
        to_pulp(programme, arrays, objective(arrays, programme.layout, "cost")).writeLP(str(path))
        return path.read_text()


@pytest.mark.parametrize("family", ["balance", "cover", "limit"])
def test_a_family_is_written_as_approved(family):
    assert text_of(family) == (APPROVED / f"{family}.lp").read_text()


def test_every_family_has_an_approved_text():
    families = {family for name in TABLES for family in formulate(arrays_of(tables_of(name))).families}
    assert families == {path.stem for path in APPROVED.glob("*.lp")}


def test_the_cost_of_a_period_is_discounted_from_period_0():
    """Period t weighs 1 / (1 + discount)^t, on levers, stocks and surplus alike."""
    arrays = arrays_of(tables_of("balance", discount=0.25))
    programme = formulate(arrays)
    costs = objective(arrays, programme.layout, "cost")
    assert costs[programme.layout.x].tolist() == [[11 * 0.8, 12 * 0.64], [13 * 0.8, 13 * 0.64]]
    assert costs[programme.layout.stock[0]].tolist() == [7 * 0.8, 8 * 0.64]


def test_moves_weigh_levers_and_shortfall_weighs_what_is_missing():
    arrays = arrays_of(tables_of("limit"))
    layout = formulate(arrays).layout
    assert objective(arrays, layout, "moves")[layout.x].tolist() == [[0, 0], [1, 1]]
    assert np.flatnonzero(objective(arrays, layout, "shortfall")).tolist() == layout.shortfall.tolist()


def test_a_goal_weighs_items_and_passes_over_what_is_not_there(planning):
    """A goal's every-period row is overridden like any other; surplus where nothing is required is 0."""
    tables = planning(
        2,
        stages=("goal:mine",),
        stocks="stock|a",
        levers="lever|l",
        requirements="stock,period,required|a,2,1",
        goals="goal,kind,item,period,amount|mine,surplus,a,,3|mine,lever,l,,2|mine,lever,l,1,5|mine,stock,a,2,7",
    )
    arrays = arrays_of(tables)
    layout = formulate(arrays).layout
    costs = objective(arrays, layout, "goal:mine")
    assert costs[layout.x].tolist() == [[5, 2]]
    assert costs[layout.stock].tolist() == [[0, 7]]
    assert costs[layout.surplus].tolist() == [3]


@pytest.mark.parametrize("family", TABLES)
def test_highs_gets_the_programme_number_for_number(family):
    """Through PuLP's own road, each variable and row at its position, whole numbers as such."""
    arrays = arrays_of(tables_of(family))
    programme = formulate(arrays)
    costs = objective(arrays, programme.layout, "cost")
    model, matrix = hand_over(programme, arrays, costs).getLp(), programme.matrix
    for ours, theirs in (
        (costs, model.col_cost_),
        (programme.lower, model.col_lower_),
        (programme.upper, model.col_upper_),
        (programme.row_lower, model.row_lower_),
        (programme.row_upper, model.row_upper_),
        (matrix.indptr, model.a_matrix_.start_),
        (matrix.indices, model.a_matrix_.index_),
        (matrix.data, model.a_matrix_.value_),
    ):
        assert ours.tolist() == list(theirs)
    whole = [kind == highspy.HighsVarType.kInteger for kind in model.integrality_] or [False] * programme.layout.size
    assert whole == programme.whole.tolist()


def test_variables_in_another_order_are_refused(monkeypatch):
    """Everything is read by position: a model that PuLP orders otherwise, or leaves something out of, must never be solved."""
    arrays = arrays_of(tables_of("balance"))
    programme = formulate(arrays)
    costs = objective(arrays, programme.layout, "cost")
    monkeypatch.setattr(formulation, "to_pulp", lambda programme, arrays, costs: to_pulp(programme, arrays, costs[::-1].copy()))
    with pytest.raises(TypeError, match="positions would not hold"):
        hand_over(programme, arrays, costs)
    assert gc.isenabled()


def test_pythons_collector_is_left_as_it_was():
    arrays = arrays_of(tables_of("limit"))
    programme = formulate(arrays)
    for before in (gc.enable, gc.disable):
        before()
        at_work = gc.isenabled()
        hand_over(programme, arrays, np.zeros(programme.layout.size))
        assert gc.isenabled() == at_work
    gc.enable()


def test_ids_that_pulp_makes_one_stay_two(planning):
    """PuLP rewrites `a b` and `a_b` alike; positions keep them apart, and a lever that does nothing keeps its column."""
    tables = planning(1, stocks="stock,opening|a b,1|a_b,2|a-b,3", levers="lever|does nothing")
    arrays = arrays_of(tables)
    programme = formulate(arrays)
    highs = hand_over(programme, arrays, np.zeros(programme.layout.size))
    highs.run()
    assert highs.getNumCol() == 4
    assert programme.items == ["a b", "a-b", "a_b"]


if __name__ == "__main__":
    APPROVED.mkdir(exist_ok=True)
    for approved in TABLES:
        (APPROVED / f"{approved}.lp").write_text(text_of(approved))
    sys.stdout.write(f"Approved {', '.join(TABLES)}; read the diff.\n")
