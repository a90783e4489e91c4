"""Tables that differ in money only: what was worked out is shared, and what was solved is gone on from."""

import dataclasses

import numpy as np
import pytest

from optimiser import arrays
from optimiser.arrays import arrays_of
from optimiser.renewal import nearest
from optimiser.resolve import Change, Resolver

COURSE = {
    "stocks": "stock,opening|skill,1|money,0",
    "transitions": "from_stock,to_stock,rate|skill,skill,0.9|money,money,1",
    "inflows": "stock,period,amount|money,1,4|money,2,2|skill,,0.1",
    "requirements": "stock,required|skill,4",
    "levers": "lever,unit_cost|train,2",
    "effects": "lever,stock,amount|train,skill,1|train,money,-2",
    "limits": "limit,amount|seats,2",
    "uses": "limit,kind,item,amount|seats,lever,train,1",
}
RICHER = {**COURSE, "inflows": "stock,period,amount|money,1,9|money,3,2"}


def test_tables_with_other_inflows_share_all_else_that_was_worked_out(planning, monkeypatch):
    one, richer = planning(3, **COURSE), planning(3, **RICHER)
    first = arrays_of(one)
    assert arrays_of(one) is first
    other = arrays_of(dataclasses.replace(one, inflows=richer.inflows))
    alone = arrays_of(richer)
    assert other.uses is first.uses
    assert alone.uses is not first.uses
    for part in ("inflow", "inflow_given", "opening", "arriving"):
        assert np.array_equal(getattr(other, part), getattr(alone, part)), part
    assert not np.array_equal(other.inflow, first.inflow)


@pytest.mark.parametrize("part", ["limits", "levers", "problem"])
def test_tables_that_differ_in_more_are_worked_out_anew(planning, part):
    one = planning(3, **COURSE)
    first = arrays_of(one)
    others = planning(2 if part == "problem" else 3, **COURSE)
    other = dataclasses.replace(one, **{part: getattr(others, part), "inflows": others.inflows})
    assert arrays_of(other).uses is not first.uses


def test_what_was_worked_out_goes_with_its_tables(planning):
    one = planning(3, **COURSE)
    arrays_of(one)
    assert one in arrays.WORKED_OUT
    count = len(arrays.WORKED_OUT)
    del one
    assert len(arrays.WORKED_OUT) < count


def test_the_nearest_answer_is_the_one_whose_numbers_differ_least(planning):
    """Changes of one number add up: 1 and 2 more are 3; a number that only one of them changes counts too."""
    resolver = Resolver.of(planning(3, **COURSE))
    of_money = {by: resolver.at([Change("inflow", "money", 1, by)]) for by in (2.0, 5.0)}
    seats = resolver.at([Change("limit", "seats", 1, 1.0)])
    known = [resolver.base, *of_money.values(), seats]

    def found(*changes):
        return nearest(known, [Change("inflow", "money", 1, by) for by in changes])

    assert found() is resolver.base
    assert found(1.0, 2.0) is of_money[2.0]
    assert found(1.0, 3.0) is of_money[5.0]
    assert found(-4.0) is resolver.base
    assert nearest(known, [Change("limit", "seats", 1, 0.8), Change("inflow", "money", 1, 0.3)]) is seats


def test_who_asks_hears_of_the_basis_of_the_first_stage_and_may_begin_from_it(planning):
    resolver = Resolver.of(planning(3, **COURSE))
    more, heard = [Change("inflow", "money", 1, 3.0)], []
    answer = resolver.at(more, first=heard.append)
    assert heard == [answer.basis]
    again = resolver.at(more, start=heard[0])
    assert again.worth == pytest.approx(answer.worth)
