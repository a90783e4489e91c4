"""The units in which HiGHS is given a programme: what they are, and that nothing that is read back is in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from optimiser import scaling
from optimiser.arrays import arrays_of
from optimiser.form import Form
from optimiser.formulation import formulate, objective
from optimiser.resolve import Change, Resolver
from optimiser.scaling import Scale
from optimiser.session import Session
from optimiser.tables import PlanningTables, Problem
from optimiser.watch import Watch

PRICE = 9_000.0


@pytest.fixture
def tables() -> PlanningTables:
    """Pay for courses of £9,000 and of £11,000 from a stream of £20,000 a period, of which £15,000 may be spent."""
    rows: dict[str, list[dict[str, object]]] = {
        "stocks": [{"stock": "money"}, {"stock": "skill", "opening": 1.0}],
        "transitions": [{"from_stock": name, "to_stock": name, "rate": 1.0} for name in ("money", "skill")],
        "inflows": [{"stock": "money", "amount": 20_000.0}],
        "requirements": [{"stock": "skill", "required": 10.0, "shortfall_weight": 2.0}],
        "limits": [{"limit": "spending", "amount": 15_000.0}, {"limit": "seats", "amount": 3.0}],
    }
    for lever, price in (("near", PRICE), ("far", 11_000.0)):
        rows.setdefault("levers", []).append({"lever": lever, "unit_cost": price})
        rows.setdefault("effects", []).extend(
            [{"lever": lever, "stock": "money", "amount": -price}, {"lever": lever, "stock": "skill", "lag": 1, "amount": 1.0}]
        )
        rows.setdefault("uses", []).extend(
            {"limit": limit, "kind": "lever", "item": lever, "amount": amount} for limit, amount in (("spending", price), ("seats", 1.0))
        )
    frames = {name: pd.DataFrame(found) for name, found in rows.items()}
    return PlanningTables.from_frames(Problem(3, stages=("shortfall", "cost", "moves")), frames)


def test_money_is_counted_in_what_a_start_takes_of_it_and_people_as_they_are(tables):
    """sqrt(9,000 x 11,000) = 9,950 pounds are nearest to 2^13 = 8,192; terms of the limit of pounds up to 11,000 are too."""
    arrays = arrays_of(tables)
    programme = formulate(arrays)
    scale = Scale.of(arrays, programme)
    layout, names = programme.layout, arrays.stocks.tolist()
    assert (scale.columns[layout.stock[names.index("money")]] == 8_192.0).all()
    others = np.concatenate([layout.stock[names.index("skill")], layout.x.ravel(), layout.shortfall, layout.surplus])
    assert (scale.columns[others] == 1.0).all()
    by_row = dict(zip(zip(programme.families, programme.items, programme.periods, strict=True), scale.rows, strict=True))
    assert {by_row["balance", "money", t] for t in (1, 2, 3)} == {1 / 8_192}
    assert {by_row["limit", "spending", t] for t in (1, 2, 3)} == {1 / 8_192}
    assert {factor for (_, item, _), factor in by_row.items() if item in {"skill", "seats"}} == {1.0}
    form = Form.of(arrays, programme)
    scaled = form.handed(form.settle(programme.row_lower))
    assert abs(scaled.matrix).max() < 2.0
    assert scaled.row_upper[programme.families.index("balance")] == pytest.approx(20_000 / 8_192)


def test_what_is_read_back_is_in_the_units_of_the_tables(tables, monkeypatch):
    """Values, prices, reduced costs and ranges, against the same problem handed over as it is."""

    def read() -> list[np.ndarray]:
        arrays = arrays_of(tables)
        programme = formulate(arrays)
        held = Session.open(programme, arrays, objective(arrays, programme.layout, "shortfall"), Watch(None), 0.0)
        assert held.first("shortfall") == "optimal"
        resolver = Resolver.of(tables)
        answer = resolver.at([Change("inflow", "money", 2, 4_500.0), Change("limit", "spending", 2, 4_500.0)])
        rows, columns = resolver.ranges
        told = [held.values(), held.duals(), held.reduced(), rows.low, rows.high, columns.low, columns.high, answer.found.used]
        return [*told, *answer.prices.values(), *answer.reduced.values()]

    ours = read()
    monkeypatch.setattr(scaling, "MANY", np.inf)
    monkeypatch.setattr(scaling, "LARGE", np.inf)
    for one, other in zip(ours, read(), strict=True):
        assert one == pytest.approx(other, rel=1e-7, abs=1e-9)
    assert max(map(np.abs, ours[0])) == pytest.approx(20_000 * 3 - 15_000 * 2)  # a start in the last period closes nothing any more
