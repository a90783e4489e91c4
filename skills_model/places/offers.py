"""The training places of a plan's first periods, read from its own planning tables: what each gives, how long it takes, how much time away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from optimiser.tables import PlanningTables
from skills_model.planning.levers.training import LEARNING, heads

NEAR = 1e-9


@dataclass(frozen=True)
class Offers:
    """Training places that a plan starts in its first periods.

    places   one row an offer, that is a line of the plan and a period: offer, line, kind, role_level, route, period, until (last period under
             way), fte (started by the plan, of people who are there now), people (as many as these FTE are, not whole) and, once it is
             known who could take them, in whole people of_line (places of the line, in whichever of its periods), places (the most of them
             that may begin in this one) and due (those that begin in it where they follow the plan)
    gives    one row an offer and a rank it leads to: offer, skill, rank, share (of those who start who stay and reach it)
    hours    one row an offer and a period under way: offer, period, hours (of working time away, of one person)
    time     one row a role level and a period: role_level, period, hours (for learning, of one FTE)
    claimed  ranks that the plan counts on from people who are there now, in FTE-ranks
    later    places of these periods (people) that the plan keeps for staff who have yet to come
    """

    places: pd.DataFrame
    gives: pd.DataFrame
    hours: pd.DataFrame
    time: pd.DataFrame
    claimed: float
    later: int

    def to_dict(self) -> dict[str, object]:
        """Write them as what JSON can hold."""
        return {name: part.to_dict(orient="list") if isinstance(part, pd.DataFrame) else part for name, part in vars(self).items()}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Offers:
        """Read what `to_dict` wrote."""
        frames = {name: pd.DataFrame(content[name]) for name in ("places", "gives", "hours", "time")}
        return cls(**frames, claimed=content["claimed"], later=content["later"])


def offers(tables: PlanningTables, actions: pd.DataFrame, periods: int, people_per_fte: Mapping[str, float]) -> Offers:
    """Read the places that a plan starts in its first `periods` periods; `actions` has line, kind, period and fte.

    `people_per_fte` is of the staff of each role level: a start of one FTE is a place for as many people, and takes their hours. A lever
    that brings staff in is left out, since its places are for people who are not there yet.
    """
    starts = actions[actions["kind"].isin(LEARNING) & (actions["period"] <= periods) & (actions["fte"] > 0)]
    starts = starts[~starts["line"].isin(_newcomers(tables))].sort_values(["period", "line"]).reset_index(drop=True)
    begun = starts.assign(offer=range(1, len(starts) + 1))
    for name in ("role_level", "route"):
        begun[name] = begun["line"].map(tables.levers.set_index("lever")[name])
    begun["people_per_fte"] = begun["role_level"].map(dict(people_per_fte)).astype("float64").fillna(1.0)
    gives, hours = _gives(tables, begun), _hours(tables, begun)
    last = pd.concat([gives.groupby("offer")["reached"].max() - 1, hours.groupby("offer")["period"].max()], axis=1).max(axis=1)
    begun["until"] = begun["offer"].map(last).fillna(begun["period"]).astype("int64")
    begun["fte"] = begun["fte"] * _of_present(tables, begun, gives)
    begun["people"] = begun["fte"] * begun["people_per_fte"]
    gives["fte"] = gives["offer"].map(begun.set_index("offer")["fte"])
    kept = begun[(begun["people"] > 0) & begun["offer"].isin(gives["offer"])]
    columns = ["offer", "line", "kind", "role_level", "route", "period", "until", "fte", "people"]
    offered = set(kept["offer"])
    return Offers(
        places=kept[columns].reset_index(drop=True),
        gives=gives.loc[gives["offer"].isin(offered), ["offer", "skill", "rank", "share"]].reset_index(drop=True),
        hours=hours[hours["offer"].isin(offered)].reset_index(drop=True),
        time=_time(tables),
        claimed=float((gives["fte"] * gives["share"]).sum()),
        later=heads((starts["fte"] * begun["people_per_fte"]).sum()) - heads(kept["people"].sum()),
    )


def whole(offers: Offers, able: pd.Series[int]) -> Offers:
    """Round places to whole people and leave out lines without any; `able` is how many could take a place of each line.

    All lines together keep their sum; each gets its whole part, and those of the largest remainders one more, as far as there is somebody to
    take it: part of a person whom nobody is stays with another line, and only a whole place can be left empty. A person whom the plan
    starts in parts begins in any of the periods that have a part, and in none do more begin than its part rounded up.
    """
    rows = offers.places.sort_values(["line", "period"], ignore_index=True)
    lines = rows.groupby("line")["people"].sum()
    own = np.floor(lines + NEAR)
    spare = (lines - own).clip(lower=0.0).where(own < able.reindex(lines.index).fillna(0), 0.0).sort_values(ascending=False, kind="stable")
    more = spare[spare > NEAR].index[: max(0, heads(lines.sum()) - int(own.sum()))]
    own[more] += 1
    of_line = rows["line"].map(own)
    reached = np.floor(rows.groupby("line")["people"].cumsum() / rows["line"].map(lines) * of_line + 0.5 - NEAR)
    rows = rows.assign(
        of_line=of_line.astype("int64"),
        places=np.minimum(np.ceil(rows["people"] - NEAR), of_line).astype("int64"),
        due=(reached - reached.groupby(rows["line"]).shift(fill_value=0.0)).astype("int64"),
    )
    rows["places"] = rows[["places", "due"]].max(axis=1)
    kept = rows[rows["places"] > 0].sort_values("offer", ignore_index=True)
    gives, hours = (part[part["offer"].isin(kept["offer"])].reset_index(drop=True) for part in (offers.gives, offers.hours))
    return replace(offers, places=kept, gives=gives, hours=hours)


def _of_present(tables: PlanningTables, begun: pd.DataFrame, gives: pd.DataFrame) -> pd.Series[float]:
    """Return the part of each start that people who are there now fill: at most those who lack the rank, and have what comes before it.

    The plan also trains people whom it has yet to recruit; those no assignment can name.
    """
    staff = tables.stocks[tables.stocks["kind"] == "staff"].groupby("role_level")["opening"].sum()
    ladder = tables.stocks.loc[tables.stocks["kind"] == "skill", ["role_level", "skill", "rank", "opening"]].sort_values("rank")
    below = ladder.groupby(["role_level", "skill"])["opening"].shift(1).fillna(ladder["role_level"].map(staff))
    rungs = zip(ladder["role_level"], ladder["skill"], ladder["rank"].astype("int64"), below - ladder["opening"], strict=True)
    lack = {(str(level), str(skill), int(rank)): float(fte) for level, skill, rank, fte in rungs}
    steps = gives.groupby(["offer", "skill"], as_index=False).agg(
        first=("rank", "min"), last=("rank", "max"), share=("share", "min"), reached=("reached", "max")
    )
    ways: dict[int, list[tuple[str, int, int, float, int]]] = {}
    for offer, skill, first, last, share, reached in steps[["offer", "skill", "first", "last", "share", "reached"]].itertuples(index=False):
        ways.setdefault(offer, []).append((skill, first, last, share, int(reached)))
    arriving: dict[int, list[tuple[tuple[str, str, int], float]]] = {}
    now, parts = 0, []
    for offer, level, period, fte in begun[["offer", "role_level", "period", "fte"]].itertuples(index=False):
        while now < period:
            now += 1
            for rung, people in arriving.pop(now, []):
                lack[rung] = lack.get(rung, 0.0) + people
        own = ways.get(offer, [])
        present = max(0.0, min([fte, *(lack.get((level, skill, first), 0.0) for skill, first, *_ in own)]))
        for skill, first, last, share, reached in own:
            lack[level, skill, first] = lack.get((level, skill, first), 0.0) - present
            arriving.setdefault(reached, []).append(((level, skill, last + 1), present * share))
        parts.append(present / fte)
    return pd.Series(parts, index=begun.index, dtype="float64")


def _newcomers(tables: PlanningTables) -> set[str]:
    """Return the levers that bring staff in, on balance."""
    staff = tables.stocks.loc[tables.stocks["kind"] == "staff", "stock"]
    brought = tables.effects[tables.effects["stock"].isin(staff)].groupby("lever")["amount"].sum()
    return set(brought.index[brought > 1e-9])


def _gives(tables: PlanningTables, begun: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks that each offer leads to: offer, fte, skill, rank, share, reached (the period in which it counts)."""
    skills = tables.stocks.loc[tables.stocks["kind"] == "skill", ["stock", "skill", "rank"]]
    effects = _of_period(tables.effects, begun, ["stock", "lag"]).merge(skills, on="stock")
    effects = effects[effects["amount"] > 0]
    reached = effects.assign(reached=effects["begun"] + effects["lag"], rank=effects["rank"].astype("int64"))
    return reached.rename(columns={"amount": "share"})[["offer", "fte", "skill", "rank", "share", "reached"]].reset_index(drop=True)


def _hours(tables: PlanningTables, begun: pd.DataFrame) -> pd.DataFrame:
    """Return the hours away of one person in each period under way; the plan's limit on release counts those of one FTE of starts."""
    release = tables.limits.loc[tables.limits["kind"] == "release", "limit"]
    uses = tables.uses[tables.uses["limit"].isin(release) & (tables.uses["kind"] == "lever")].rename(columns={"item": "lever"})
    away = _of_period(uses, begun, ["limit", "lag"])
    away = away.assign(period=(away["begun"] + away["lag"]).astype("int64"))
    away["amount"] /= away["offer"].map(begun.set_index("offer")["people_per_fte"])
    return away.groupby(["offer", "period"], as_index=False).agg(hours=("amount", "sum"))


def _time(tables: PlanningTables) -> pd.DataFrame:
    """Return the hours for learning of one FTE of each role level, by period, as the plan's limit on release counts them."""
    release = tables.limits.loc[tables.limits["kind"] == "release", ["limit", "role_level"]].drop_duplicates("limit")
    uses = tables.uses[(tables.uses["kind"] == "stock") & (tables.uses["amount"] < 0)].drop(columns="kind").merge(release, on="limit")
    every = pd.DataFrame({"begun": range(1, tables.problem.periods + 1)})
    rows = _over(uses.merge(every, how="cross"), ["limit", "item", "lag"])
    time = rows.assign(hours=-rows["amount"]).groupby(["role_level", "begun"], as_index=False).agg(hours=("hours", "max"))
    return time.rename(columns={"begun": "period"})


def _of_period(rows: pd.DataFrame, begun: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the rows of levers that hold for what begins in a period, with the offer beside them."""
    started = begun.rename(columns={"line": "lever", "period": "begun"})[["offer", "lever", "begun", "fte"]]
    found = rows.drop(columns=[name for name in ("kind",) if name in rows.columns]).merge(started, on="lever")
    return _over(found.assign(lag=found["lag"].fillna(0)), ["offer", *keys])


def _over(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Keep the rows of every period and, in their place, those that name the period in `begun`."""
    held = rows[rows["period"].isna() | (rows["period"] == rows["begun"])]
    named = held.assign(own=held["period"].notna()).sort_values("own")
    return named.drop_duplicates([*keys, "begun"], keep="last").drop(columns=["own", "period"])
