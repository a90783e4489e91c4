"""Two plans side by side: what they were asked for, what they do, what that gives and costs, and how evenly teams gain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from skills_model import scenarios
from skills_model.assumptions import Assumptions
from skills_model.planning.describe import Described
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store

SAME = 1e-6  # FTE or ranks; what differs by less is the same
PENNY = 0.0099  # pounds
SAME_POUNDS = 0.5  # of a line, which may differ by pennies between a plan and its files; less is written as nothing
ACTION = ["action", "role_family", "role_level", "to_role_level", "skill", "rank", "route"]
AIMED = ("target", "critical")
"""Aims with a setting of their own, which says nothing where the aim is another."""
CUTS = ("role_family", "role_level", "skill")
FAIRNESS = ("team", "headcount", "short", "closed", "share")
TOTALS = (
    ("Ranks short in the last period, doing nothing", "do_nothing", "ranks_short", "ranks"),
    ("Ranks short in the last period", "plan", "ranks_short", "ranks"),
    ("Coverage in the last period", "plan", "coverage", "share"),
    ("Staff in post in the last period", "plan", "staff_fte", "FTE"),
    ("Charged to funding streams", "cost", "total", "pounds"),
    ("Recurrent cost of what is started", "cost", "recurrent", "pounds a year"),
    ("Whole-life cost", "cost", "whole_life", "pounds"),
    ("Charged for each rank closed", "cost", "per_rank_closed", "pounds"),
)


@dataclass(frozen=True, eq=False)
class Side:
    """One plan, and what it was made from."""

    label: str
    described: Described
    scenario: Scenario
    assumptions: Assumptions

    @property
    def about(self) -> str:
        """Say whose plan it is, from when, and for how long."""
        told, start = self.described.summary, self.scenario.start
        length = f"{self.scenario.periods} {self.scenario.period}" + ("" if self.scenario.periods == 1 else "s")
        return f"{told.get('organisation_name', '')} ({told.get('organisation', '')}), {length} from {start.day} {start:%B %Y}"


@dataclass(frozen=True, eq=False)
class Comparison:
    """What differs between two plans; `change` is the second less the first.

    about    whose plans they are, and for how long
    inputs   setting, label, first, second, unit: whose plan, the money of each stream and year, of the scenarios with all laid over them, what
             was given up, and of assumptions; `-` stands for none
    results  measure, unit, first, second, change
    actions  the columns that tell an action, then first, second, change (FTE started) and cost_change (pounds)
    closes   cut, name, first, second, change: ranks short in the last period by role family, role level and skill
    cost     stream, year, first, second, change (pounds)
    """

    first: str
    second: str
    about: tuple[str, str]
    inputs: pd.DataFrame
    results: pd.DataFrame
    actions: pd.DataFrame
    closes: pd.DataFrame
    cost: pd.DataFrame


def compare(first: Side, second: Side) -> Comparison:
    """Put two plans side by side; whatever is the same in both is left out, results apart."""
    one, other = first.described, second.described
    return Comparison(
        first.label,
        second.label,
        (first.about, second.about),
        _inputs(first, second),
        _results(one, other),
        _actions(one, other),
        _closes(one, other),
        _cost(one, other),
    )


def _inputs(first: Side, second: Side) -> pd.DataFrame:
    """Return the settings that differ; those that a scenario only says of itself, such as its author, are no inputs."""
    told = scenarios.difference(first.scenario, second.scenario, first.assumptions).rows
    ours, theirs = first.assumptions.frame(), second.assumptions.frame()
    both = ours.merge(theirs, on="assumption", suffixes=("", "_other"))
    moved = both[(both["value"] != both["value_other"]) & ~both["assumption"].isin(told["setting"])]
    rows = pd.DataFrame(
        {
            "setting": moved["assumption"],
            "label": moved["label"],
            "first": moved["value"].map("{:g}".format),
            "second": moved["value_other"].map("{:g}".format),
            "unit": moved["unit"],
        }
    )
    money, columns = _money(first, second), list(rows.columns)
    known = {str(name) for side in (first, second) for name in side.described.streams.get("stream", [])}
    of_stream = told["setting"].str.split(".").map(lambda parts: parts[0] == "budget" and parts[1] in known).astype("bool")
    told = told[~told["setting"].isin(["author", "reason", "written_on", "base", "label"]) & ~of_stream]
    for name, side in (("first", first), ("second", second)):
        told[name] = told[name].mask(told["setting"].isin([f"objective.{aim}" for aim in AIMED if aim != side.scenario.objective.aim]), "-")
    told = told[told["first"] != told["second"]]
    return pd.concat([_asked(first, second, columns), money[columns], told[columns], rows], ignore_index=True).astype("str")


def _asked(first: Side, second: Side, columns: list[str]) -> pd.DataFrame:
    """Return whose plans they are, what was given up for them and which plan they go on from, where that differs."""
    sides = [side.described.summary for side in (first, second)]
    given_up = [told.get("relaxed") for told in sides]
    said = {
        "organisation": [str(told.get("organisation", "")) for told in sides],
        "relaxed": ["; ".join(str(one["sentence"]) for one in given) if isinstance(given, list) else "" for given in given_up],
        "follows": [str(told.get("follows") or "").partition(":")[0][:8] for told in sides],
    }
    rows = [(name, "", one or "-", other or "-", "") for name, (one, other) in said.items() if one != other]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _money(first: Side, second: Side) -> pd.DataFrame:
    """Return what comes into each stream in each year, where that differs by a penny: pounds with two decimals."""
    key, columns = ["stream", "year"], ["setting", "label", "first", "second", "unit"]
    frames = [side.described.streams for side in (first, second)]
    if any(frame.empty for frame in frames):
        return pd.DataFrame(columns=columns, dtype="str")
    sums = [frame.groupby(key)["budget"].sum() for frame in frames]
    both = pd.concat(sums, axis=1, keys=["first", "second"])
    both = both[(both["first"].fillna(0.0) - both["second"].fillna(0.0)).abs() >= PENNY].reset_index()
    names = {stream: label for frame in frames for stream, label in zip(frame["stream"], frame["stream_label"], strict=True)}
    told = {
        "setting": "budget." + both["stream"] + "." + both["year"],
        "label": both["stream"].map(names) + ", " + both["year"],
        **{name: both[name].map("{:.2f}".format).where(both[name].notna(), "-") for name in ("first", "second")},
    }
    return pd.DataFrame(told).assign(unit="pounds").reindex(columns=columns).astype("str")


def _results(one: Described, other: Described) -> pd.DataFrame:
    rows = [(label, unit, _total(one, part, name), _total(other, part, name)) for label, part, name, unit in TOTALS]
    table = pd.DataFrame(rows, columns=["measure", "unit", "first", "second"])
    return table.assign(change=table["second"] - table["first"])


def _total(plan: Described, part: str, name: str) -> float:
    told = plan.summary[part]
    value = told.get(name) if isinstance(told, Mapping) else None
    return float("nan") if value is None else float(str(value))


def _actions(one: Described, other: Described) -> pd.DataFrame:
    sums = [_summed(plan) for plan in (one, other)]
    both = sums[0].merge(sums[1], left_index=True, right_index=True, how="outer", suffixes=("_first", "_second")).fillna(0.0)
    table = pd.DataFrame(
        {
            "first": both["fte_first"],
            "second": both["fte_second"],
            "change": both["fte_second"] - both["fte_first"],
            "cost_change": both["cost_second"] - both["cost_first"],
        }
    )
    table = table[(table["change"].abs() > SAME) | (table["cost_change"].abs() >= SAME_POUNDS)]
    order = table["cost_change"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index()


def _summed(plan: Described) -> pd.DataFrame:
    """Return FTE started and pounds of each action over the whole plan."""
    ranks = pd.to_numeric(plan.actions["rank"]).astype("Int64")  # numbers with decimals in a file in which some are blank
    actions = plan.actions[ACTION].assign(rank=ranks).astype("object")
    texts = actions.where(actions.notna(), "").astype("str")
    rows = texts.assign(fte=plan.actions["fte"].astype(float), cost=plan.actions["cost"].astype(float))
    return rows.groupby(ACTION)[["fte", "cost"]].sum()


def _closes(one: Described, other: Described) -> pd.DataFrame:
    parts = []
    for cut in CUTS:
        first, second = (plan.closes.groupby(cut)["plan"].sum() for plan in (one, other))
        parts.append(_changes(first, second).rename_axis("name").reset_index().assign(cut=cut))
    return pd.concat(parts, ignore_index=True)[["cut", "name", "first", "second", "change"]]


def _cost(one: Described, other: Described) -> pd.DataFrame:
    first, second = (plan.cost.groupby(["stream", "year"])["pounds"].sum() for plan in (one, other))
    return _changes(first, second, SAME_POUNDS).reset_index()


def _changes(first: pd.Series, second: pd.Series, same: float = SAME) -> pd.DataFrame:
    """Return both with their difference, largest change first; what is the same in both is left out."""
    both = pd.concat([first, second], axis=1, keys=["first", "second"]).fillna(0.0)
    both["change"] = both["second"] - both["first"]
    both = both[both["change"].abs() > same]
    return both.loc[both["change"].abs().sort_values(ascending=False, kind="stable").index]


def fairness(
    store: Store, scope: Scope, organisation: str, plan: Described, labels: Mapping[str, Mapping[str, str]], assumptions: Assumptions
) -> pd.DataFrame:
    """Return how much of what each team lacks the plan closes, if the people of a role level share alike in what is done for it.

    Columns: team, headcount, short (ranks x FTE that its staff lack now), closed, share. The share of a team is that of its role levels and
    skills by the last period, against doing nothing, weighed by what the team lacks of each. Teams with fewer people than the assumption
    protect_threshold are told together. Raises ScopeError outside one's own organisation.
    """
    rows = store.query("short_by_team", scope, organisations=[organisation], unassessed_share=assumptions.value("unassessed_share"))
    least = assumptions.value("protect_threshold")
    people = rows.groupby("team")["headcount"].max()
    rows["team"] = rows["team"].where(rows["team"].map(people) >= least, f"Teams of fewer than {least:g} people")
    done = plan.closes.groupby(["role_level", "skill"], as_index=False)[["do_nothing", "closed"]].sum()
    done["part"] = (done["closed"] / done["do_nothing"].where(done["do_nothing"] > SAME)).fillna(0.0).clip(0.0, 1.0)
    named = rows.assign(**{cut: rows[cut].map(labels[cut]) for cut in ("role_level", "skill")})
    joined = named.merge(done[["role_level", "skill", "part"]], on=["role_level", "skill"], how="left").fillna({"part": 0.0})
    joined["closed"] = joined["short"] * joined["part"]
    table = joined.groupby("team", as_index=False)[["short", "closed"]].sum()
    table.insert(1, "headcount", table["team"].map(_people(rows)))
    return table.assign(share=table["closed"] / table["short"].where(table["short"] > SAME))[list(FAIRNESS)].sort_values(
        ["share", "team"], ignore_index=True
    )


def _people(rows: pd.DataFrame) -> dict[str, int]:
    """Return the people of each team, or of several told together: those of its role levels, each of which counts its people once."""
    by_level = rows.groupby(["team", "role_level"])["headcount"].max()
    return {str(team): int(count) for team, count in by_level.groupby("team").sum().items()}
