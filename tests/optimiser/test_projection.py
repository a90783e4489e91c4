"""The recurrence: what is there if nothing is done, worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from optimiser.errors import TablesError
from optimiser.projection import project


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
