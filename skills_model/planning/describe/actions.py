"""What to do: a row for each lever used and each period in which it is started, and all of it as a programme that people read."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from skills_model.planning import life
from skills_model.planning.describe import words
from skills_model.planning.describe.reading import SMALLEST_ACTION, Reading
from skills_model.planning.levers.training import LEARNING, NEAR, heads
from skills_model.planning.whole_people import FILLING, POST
from skills_model.planning.world import ESTABLISHMENT_PAY

COLUMNS = (
    "line", "kind", "action", "role_family", "role_level", "to_role_level", "skill", "rank", "route", "period", "starts_on", "year", "fte",
    "headcount", "people", "unit_cost", "cost", "one_off", "recurrent", "whole_life", "stream",
)  # fmt: skip

PROGRAMME = (
    "year", "quarter", "kind", "action", "role_family", "role_level", "to_role_level", "skill", "rank", "route", "smaller", "fte", "people", "cost",
    "one_off", "recurrent", "whole_life", "stream",
)  # fmt: skip
WHEN, WHERE = ["year", "quarter", "action"], ["role_family", "role_level", "to_role_level", "skill", "rank", "route"]
SUMS = ["fte", "headcount", "cost", "one_off", "recurrent", "whole_life"]
PEOPLE = (*FILLING, POST)
"""Kinds of levers that start in whole people in the first periods."""
SMALL = 0.5
"""Of a person; what is less is told together with its like."""


def actions(reading: Reading, paid: pd.DataFrame) -> pd.DataFrame:
    """Return what to do in the order of periods; FTE, pounds, and people.

    Whoever learns is counted by the head, as places, fees and hours are: `headcount` is what the FTE of starts are at the people per FTE of
    their role level. Of anything else it is the FTE. `people` is headcount in whole people.
    """
    world, used = reading.world, reading.plan.actions
    rows = used[(used["amount"] >= SMALLEST_ACTION) & used["kind"].isin(words.KINDS)].reset_index(drop=True)
    names = rows["lever"].map(reading.action_names)
    headcount = rows["amount"] * reading.people_of(rows)
    table = pd.DataFrame(
        {
            "line": rows["lever"],
            "kind": rows["kind"],
            "action": names,
            "role_family": words.named(world, "role_family", rows["role_family"]),
            "role_level": words.named(world, "role_level", rows["role_level"]),
            "to_role_level": words.named(world, "role_level", rows["to_role_level"]),
            "skill": words.named(world, "skill", rows["skill"]),
            "rank": pd.to_numeric(rows["rank"]).astype("Int64"),
            "route": words.route(world, rows["route"]),
            "period": rows["period"],
            "starts_on": rows["period"].map(world.scenario.day_of),
            "year": rows["period"].map(world.scenario.year_of).astype("str"),
            "fte": rows["amount"],
            "headcount": headcount,
            "unit_cost": rows["unit_cost"],
            "cost": rows["cost"],
            **_lasting(rows, reading),
            "stream": paying(rows, paid),
        },
        columns=list(COLUMNS),
    )
    table["people"] = whole(table)
    return table.sort_values(["period", "action", "role_level", "skill", "rank", "line"]).reset_index(drop=True)


def programme(lines: pd.DataFrame, periods: int) -> pd.DataFrame:
    """Return what to do as a programme of work, from the lines of `actions`: by quarter in the first periods, then by year; in that order.

    Skills are trained by role family, all else is done by role level. What is less than half a person then is one line for each action and
    role family, or for each action alone, and `smaller` says of how many skills or role levels, else 0; but no hire, move or post of the
    first periods, since that is a person. `quarter` is its first day, blank for a year. Sums stay, those of whole people among them.
    """
    starts = pd.to_datetime(lines["starts_on"]).dt.to_period("Q").dt.start_time.dt.strftime("%Y-%m-%d")
    rows = lines.assign(
        year=lines["year"].astype("str"),
        quarter=starts.astype("str").where(lines["period"] <= periods, ""),
        role_level=lines["role_level"].where(lines["skill"].isna()),
        of=lines["skill"].fillna(lines["role_level"]),
        rank=pd.to_numeric(lines["rank"]).astype("Int64"),
    )
    rows = _folded(_summed(rows, smaller=("fte", lambda _: 0)))
    rows["people"] = whole(rows.assign(line=rows["year"] + rows["quarter"]))
    few = (rows["smaller"] > 0).astype(int) + rows["role_family"].isna()
    least = -rows["fte"].round(6)  # what is equal but for rounding, by name
    rows = rows.assign(order=rows["quarter"].where(rows["quarter"] != "", "~"), few=few, least=least)
    rows = rows.sort_values(["year", "order", "action", "few", "least", "of", "rank"])
    return rows[list(PROGRAMME)].reset_index(drop=True)


def _summed(rows: pd.DataFrame, **more: tuple[str, object]) -> pd.DataFrame:
    """Add up rows that are one line of a programme."""
    sums = {name: (name, "sum") for name in SUMS}
    streams = ("stream", lambda own: ";".join(sorted({name for names in own.fillna("") for name in names.split(";") if name})))
    return rows.groupby([*WHEN, *WHERE], as_index=False, dropna=False).agg(
        kind=("kind", "first"), of=("of", "first"), **sums, stream=streams, **more
    )


def _folded(rows: pd.DataFrame) -> pd.DataFrame:
    """Add up what is less than half a person: by action and role family where that comes to half a person, otherwise by action."""
    little = (rows["fte"].round(6) < SMALL) & ~((rows["quarter"] != "") & rows["kind"].isin(PEOPLE))
    family = rows[little].groupby([*WHEN, "role_family"])["fte"]
    near = little & (family.transform("size") > 1).reindex(rows.index, fill_value=False) & (family.transform("sum").round(6) >= SMALL)
    far = little & ~near
    far &= rows[far].groupby(WHEN)["fte"].transform("size").reindex(rows.index, fill_value=0) > 1
    gone = near | far
    told = rows.assign(**{name: rows[name].mask(gone) for name in WHERE[1:]}, role_family=rows["role_family"].mask(far), gone=gone)
    names = told[gone].groupby([*WHEN, "role_family"], dropna=False)["of"].transform("nunique").reindex(rows.index, fill_value=0)
    return _summed(told.assign(smaller=names), smaller=("smaller", "first"))


def whole(rows: pd.DataFrame) -> pd.Series:
    """Round starts (kind, action, year, line, headcount) to whole people: by largest remainder, so that sums stay.

    All who learn within a year keep their sum, rounded so that years add up too: they are the places of that year, whichever the action.
    Any other action keeps its sum over all years. A sum is shared out among actions, then lines, then their rows.
    """
    together = rows["action"].where(~rows["kind"].isin(LEARNING), "learn:" + rows["year"])
    sums = rows.groupby(together)["headcount"].sum().round(NEAR)
    learnt = sums.index.str.startswith("learn:")
    total = sums.round()
    total[learnt] = np.diff([heads(people) for people in sums[learnt].cumsum()], prepend=0)
    keys = [together.rename("together"), rows["action"], rows["line"]]
    of_line = rows["headcount"].groupby(keys).sum()
    action = pd.MultiIndex.from_frame(of_line.index.to_frame()[["together", "action"]])
    of_action = of_line.groupby(level=["together", "action"]).sum()
    actions = _shared(of_action, of_action.index.get_level_values(0), total)
    lines = _shared(of_line, action, actions)
    return _shared(rows["headcount"], pd.MultiIndex.from_arrays(keys), lines).astype("int64")


def _shared(amounts: pd.Series, of: pd.Index, totals: pd.Series) -> pd.Series:
    """Round amounts within each part (`of`) so that they add up to its total, those of the largest remainders upwards.

    A total may be as far from the sum of the amounts as rounding it may take it: between the floors and the ceilings.
    """
    near, part = amounts.round(NEAR), of.factorize()[0]
    floor = np.floor(near)
    left = (totals.reindex(of).to_numpy(dtype=float) - floor.groupby(part).transform("sum")).round()
    order: pd.Series = (near - floor).groupby(part).rank(method="first", ascending=False)
    rounded: pd.Series = floor + (order <= left)
    return rounded


def _lasting(rows: pd.DataFrame, reading: Reading) -> dict[Hashable, pd.Series]:
    """Return what each row costs once, a year from then on, and over its whole life."""
    if rows.empty:
        return dict.fromkeys(("one_off", "recurrent", "whole_life"), pd.Series(dtype="float64"))
    return life.whole_life(rows, reading.plan.tables, reading.world).to_dict("series")


def paying(rows: pd.DataFrame, paid: pd.DataFrame) -> pd.Series:
    """Return the ids of the streams that pay for each row, the one that pays most first, joined by semicolons."""
    by_stream = paid[paid["pounds"] > 0].groupby(["lever", "used", "stream"], as_index=False).agg(pounds=("pounds", "sum"))
    # What is the same to the penny is in the order of names, since solvers differ in the last digits between runs.
    by_stream = by_stream.assign(pounds=by_stream["pounds"].round(2)).sort_values(["pounds", "stream"], ascending=[False, True])
    told = by_stream.groupby(["lever", "used"])["pounds"].transform("max") > 0
    by_stream = by_stream[(by_stream["pounds"] > 0) | ~told]
    names: dict[tuple[str, int], list[str]] = {}
    for lever, used, stream in by_stream[["lever", "used", "stream"]].itertuples(index=False):
        names.setdefault((lever, used), []).append(stream)
    pay = rows["kind"].map({"end-cover": ESTABLISHMENT_PAY}).fillna("")
    keys = zip(rows["lever"], rows["period"], pay, strict=True)
    return pd.Series([";".join(names.get((lever, used), [otherwise])) for lever, used, otherwise in keys], index=rows.index, dtype="str")
