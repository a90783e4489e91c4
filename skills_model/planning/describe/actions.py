"""What to do: a row for each lever used and each period in which it is started."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from skills_model.planning import life
from skills_model.planning.describe import words
from skills_model.planning.describe.reading import SMALLEST_ACTION, Reading
from skills_model.planning.world import ESTABLISHMENT_PAY

COLUMNS = (
    "line", "kind", "action", "role_family", "role_level", "to_role_level", "skill", "rank", "route", "period", "starts_on", "year", "fte",
    "people", "unit_cost", "cost", "one_off", "recurrent", "whole_life", "stream",
)  # fmt: skip


def actions(reading: Reading, paid: pd.DataFrame) -> pd.DataFrame:
    """Return what to do in the order of periods; FTE, pounds, and whole people whose sums are those of the FTE."""
    world, used = reading.world, reading.plan.actions
    rows = used[(used["amount"] >= SMALLEST_ACTION) & used["kind"].isin(words.KINDS)].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "line": rows["lever"],
            "kind": rows["kind"],
            "action": words.action(rows["kind"]),
            "role_family": words.named(world, "role_family", rows["role_family"]),
            "role_level": words.named(world, "role_level", rows["role_level"]),
            "to_role_level": words.named(world, "role_level", rows["to_role_level"]),
            "skill": words.named(world, "skill", rows["skill"]),
            "rank": pd.to_numeric(rows["rank"]).astype("Int64"),
            "route": words.route(world, rows["route"]),
            "period": rows["period"],
            "starts_on": rows["period"].map(world.scenario.day_of),
            "year": rows["period"].map(world.scenario.year_of),
            "fte": rows["amount"],
            "people": whole(rows),
            "unit_cost": rows["unit_cost"],
            "cost": rows["cost"],
            **_lasting(rows, reading),
            "stream": _streams(rows, paid),
        },
        columns=list(COLUMNS),
    )
    return table.sort_values(["period", "action", "role_level", "skill", "rank", "line"]).reset_index(drop=True)


def whole(rows: pd.DataFrame) -> pd.Series:
    """Round starts (kind, lever, period, amount) to whole people: by largest remainder, so that every kind and every lever keeps its sum.

    The sum of a kind is shared out among its levers, and what a lever gets among its periods.
    """
    of_kind = rows.groupby("kind")["amount"].sum()
    of_lever = rows.groupby(["kind", "lever"])["amount"].sum()
    kind = pd.Series(of_lever.index.get_level_values("kind"), index=of_lever.index)
    people = _shared(of_lever, kind, kind.map(of_kind.round()))
    own = people.reindex(pd.MultiIndex.from_frame(rows[["kind", "lever"]])).set_axis(rows.index)
    return _shared(rows["amount"], rows["lever"], own).astype("int64")


def _shared(amounts: pd.Series, of: pd.Series, total: pd.Series) -> pd.Series:
    """Round amounts within each part (`of`) so that they add up to its total, those of the largest remainders upwards.

    A total may be as far from the sum of the amounts as rounding it may take it: between the floors and the ceilings.
    """
    near = amounts.round(6)
    floor = np.floor(near)
    left = (total.astype(float) - floor.groupby(of.to_numpy()).transform("sum")).round()
    order: pd.Series = (near - floor).groupby(of.to_numpy()).rank(method="first", ascending=False)
    rounded: pd.Series = floor + (order <= left)
    return rounded


def _lasting(rows: pd.DataFrame, reading: Reading) -> dict[Hashable, pd.Series]:
    """Return what each row costs once, a year from then on, and over its whole life."""
    if rows.empty:
        return dict.fromkeys(("one_off", "recurrent", "whole_life"), pd.Series(dtype="float64"))
    return life.whole_life(rows, reading.plan.tables, reading.world).to_dict("series")


def _streams(rows: pd.DataFrame, paid: pd.DataFrame) -> pd.Series:
    """Return the ids of the streams that pay for each row, the one that pays most first, joined by semicolons."""
    by_stream = paid[paid["pounds"] > 0].groupby(["lever", "used", "stream"], as_index=False).agg(pounds=("pounds", "sum"))
    by_stream = by_stream.sort_values(["pounds", "stream"], ascending=[False, True])
    names: dict[tuple[str, int], list[str]] = {}
    for lever, used, stream in by_stream[["lever", "used", "stream"]].itertuples(index=False):
        names.setdefault((lever, used), []).append(stream)
    pay = rows["kind"].map({"end-cover": ESTABLISHMENT_PAY}).fillna("")
    keys = zip(rows["lever"], rows["period"], pay, strict=True)
    return pd.Series([";".join(names.get((lever, used), [otherwise])) for lever, used, otherwise in keys], index=rows.index, dtype="str")
