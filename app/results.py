"""A solved plan as tables for people: sums over what nobody asked about, names for columns, periods as quarters."""

from __future__ import annotations

import datetime as dt  # noqa: F401 - for the doctests
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, cast

import pandas as pd

from app import findings
from app.money import MoneyResult
from app.pipeline.plans import PlanResult
from skills_model.planning.describe.actions import PEOPLE
from skills_model.planning.world import ESTABLISHMENT_PAY

SMALLEST_PART = 0.005  # FTE; less is written as nobody
PENCE = 0.5  # pounds; less is written as nothing
LEAST_STEP = 1_000.0  # pounds between two budgets; what less closes says nothing of what £10,000 would
PAY_OF_POSTS = "pay of funded posts"
SKILLED = ("train", "mentor", "second")  # kinds of levers that raise one skill
GAINING = 3  # skills named of each step of money
STEP_HEADINGS = {
    "step": "Budget",
    "ranks": "Ranks short at the end",
    "change": "Change",
    "weighted": "Weighted shortfall over all periods",
    "skills": "Skills that change most, in ranks short at the end",
}
BUDGET_HEADINGS = {
    "budget": "Budget",
    "ranks": "Ranks short at the end",
    "each": "Closed by each £10,000 since the line above",
    "weighted": "Weighted shortfall",
    "mark": "Note",
}
COST_HEADINGS = {"stream": "Stream", "action": "Action", "nature": "Nature"}
STATUSES = {
    "queued": "Waiting",
    "running": "Being made",
    "abandoned": "Interrupted",
    "optimal": "Proven best",
    "feasible": "Good, not proven best",
    "infeasible": "Impossible",
    "unbounded": "Without a limit",
    "stopped": "Time ran out",
    "cancelled": "Cancelled",
    "failed": "Failed",
}


STREAM_HEADINGS = {
    "stream": "Stream", "status": "Status", "year": "Year", "budget": "Budget", "carried_in": "Carried in", "used": "Used",
    "carried_out": "Carried out", "lapsed": "Lapsed",
}  # fmt: skip
LEVY_HEADINGS = {
    "starts_on": "Quarter",
    "into": "Comes in",
    "used": "Used",
    "expired": "Expires",
    "left": "Left",
    "coinvested": "Co-invested",
    "into_nothing": "Comes in, doing nothing",
    "expired_nothing": "Expires, doing nothing",
}
LEFT_HEADINGS = {"sentence": "What is left out", "unit_cost": "Price of one", "enters_at": "Comes in below"}
WEIGHT_HEADINGS = {"what": "Of what", "name": "Which", "weight": "Weight", "source": "Who says so"}


def written_programme(result: PlanResult) -> pd.DataFrame:
    """Write what to do as people read it: when, action, where, what, people, fte, cost, whole_life."""
    table = result.programme
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            "when": _times(table),
            "action": table["action"],
            "where": [_where(row) for row in rows],
            "what": [_what(row) for row in rows],
            "people": [_people(row["people"], row["fte"], part_time=_person(row)) for row in rows],
            "fte": [_fte(fte) for fte in table["fte"]],
            "cost": [_money(cost) for cost in table["cost"]],
            "whole_life": [_money(cost) for cost in table["whole_life"]],
        }
    )


def written_times(result: PlanResult) -> pd.DataFrame:
    """Write how many people each action is for at each time of the programme: action, and a column a time; dearest first."""
    table = result.programme
    table = table.assign(when=_times(table))
    order = list(dict.fromkeys(table["when"]))
    sums = table.groupby(["action", "when"], as_index=False)[["people", "fte"]].sum()
    sums["written"] = [_people(people, fte) for people, fte in zip(sums["people"], sums["fte"], strict=True)]
    wide = sums.pivot_table(index="action", columns="when", values="written", aggfunc="first").reindex(columns=order).fillna("–")
    return by_action(result)[["action"]].merge(wide.reset_index(), on="action")


def programme_sheet(result: PlanResult) -> pd.DataFrame:
    """Return the programme with its times and words written, and its numbers as numbers."""
    table = result.programme
    rows = table.to_dict("records")
    paid = [stream_labels(result, str(ids).split(";")) if ids else [] for ids in table["stream"]]
    return table.assign(
        when=[said.replace("\u00a0", " ") for said in _times(table)],
        where=[_where(row) for row in rows],
        what=[_what(row) for row in rows],
        stream=["; ".join(names) for names in paid],
    )


def _times(table: pd.DataFrame) -> list[str]:
    """Write the quarter or the year of each line of a programme; of a year that has quarters before it, that it is the rest of it."""
    part = set(table.loc[table["quarter"] != "", "year"])
    said = [
        quarter(first) if first else f"Rest of {year}" if year in part else str(year)
        for year, first in zip(table["year"], table["quarter"], strict=True)
    ]
    return [text.replace(" ", "\u00a0") for text in said]


def _where(row: Mapping[Hashable, Any]) -> str:
    """Name the role level of a line, or the role family, or that there are several."""
    if pd.isna(row["role_level"]):
        return "Several role families" if pd.isna(row["role_family"]) else str(row["role_family"])
    return str(row["role_level"]) if pd.isna(row["to_role_level"]) else f"{row['role_level']} to {row['to_role_level']}"


def _person(row: Mapping[Hashable, Any]) -> bool:
    """Tell whether a line of a programme is a person, however few the hours."""
    return bool(row["quarter"]) and row["kind"] in PEOPLE


def _what(row: Mapping[Hashable, Any]) -> str:
    """Say which skill an action raises to which rank, and by which route; of smaller amounts, of how many skills or role levels they are."""
    if row.get("smaller"):
        return f"Smaller amounts, {findings.counted(row['smaller'], 'skill' if row['kind'] in SKILLED else 'role level')}"
    skill, rank, route = ("" if pd.isna(row[name]) else str(row[name]) for name in ("skill", "rank", "route"))
    raised = f"{skill} to rank {int(float(rank))}" if skill and rank else skill
    route = "" if raised and route.startswith(raised) else route  # a course that is called what it gives
    return ", ".join(part for part in (raised, route) if part) or "–"


def _money(value: object) -> str:
    """Write pounds so that a narrow column does not break them."""
    return findings.pounds(value).replace(" ", "\u00a0").replace("-£", "-\u2060£")


def _people(people: float, fte: float, *, part_time: bool = False) -> str:
    """Write whole people; a part of one person is not nobody.

    >>> _people(3.0, 3.3), _people(0.0, 0.4), _people(0.0, 0.4, part_time=True), _people(0.0, 0.0)
    ('3', 'under 1', 'part-time', '0')
    """
    if round(people) >= 1 or fte < SMALLEST_PART:
        return f"{people:,.0f}"
    return "part-time" if part_time else "under 1"


def _fte(fte: float) -> str:
    """Write FTE; next to nothing is not nothing.

    >>> _fte(1234.56), _fte(0.01), _fte(0.001)
    ('1,234.6', 'under 0.1', '0.0')
    """
    return "under 0.1" if SMALLEST_PART <= fte < 0.05 else f"{fte:,.1f}"


def by_action(result: PlanResult) -> pd.DataFrame:
    """Return people, FTE, cost and whole-life cost of each kind of action over the whole plan, as people read them, dearest first."""
    numbers = ["people", "fte", "cost", "whole_life"]
    table = result.actions.groupby("action", as_index=False)[numbers].sum().sort_values(["cost", "action"], ascending=[False, True])
    return table.assign(
        people=[_people(people, fte) for people, fte in zip(table["people"], table["fte"], strict=True)],
        fte=[_fte(fte) for fte in table["fte"]],
        **{name: [_money(cost) for cost in table[name]] for name in ("cost", "whole_life")},
    )


def written_cost(result: PlanResult) -> pd.DataFrame:
    """Write the cost table as people read it."""
    table = cost_table(result)
    money = [column for column in table.columns if column not in COST_HEADINGS]
    return table.assign(**{column: [_money(value) for value in table[column]] for column in money})


def written_streams(result: PlanResult) -> pd.DataFrame:
    """Write what becomes of each funding stream year by year, as people read it."""
    table = result.described.streams
    table = table[(table[["budget", "carried_in", "used"]].abs() >= PENCE).any(axis=1)]
    money = ["budget", "carried_in", "used", "carried_out", "lapsed"]
    return table.assign(
        stream=table["stream_label"],
        status=table["status"].str.capitalize(),
        **{name: [_money(value) for value in table[name]] for name in money},
    ).reset_index(drop=True)


def overspent(result: PlanResult) -> str:
    """Say what carried money below 0 is; nothing where there is none."""
    if not (result.described.streams["carried_out"] <= -PENCE).any():
        return ""
    return "Carried money below 0 is overspending: it is taken out of the next year's money, or, where no stream has it, must be found."


def written_levy(result: PlanResult) -> pd.DataFrame:
    """Write the forecast of the apprenticeship levy, as people read it."""
    table = result.described.levy
    money = [column for column in LEVY_HEADINGS if column != "starts_on"]
    return table.assign(
        starts_on=[quarter(day).replace(" ", "\u00a0") for day in table["starts_on"]],
        **{name: [_money(value) for value in table[name]] for name in money},
    )


def written_limits(result: PlanResult) -> pd.DataFrame:
    """Write what holds the plan back: a sentence, and from when to when."""
    table, starts = result.described.limits, result.path.set_index("period")["starts_on"]
    ends = {"from": "first_period", "to": "last_period"}
    return table.assign(**{name: ["–" if pd.isna(t) else quarter(starts[int(t)]) for t in table[column]] for name, column in ends.items()})


def written_left_out(result: PlanResult) -> pd.DataFrame:
    """Write what the plan leaves out, and from which price on it would not."""
    table = result.described.left_out
    rows = table.assign(role_level=table["role_level"].fillna("").astype("str")).to_dict("records")
    return table.assign(
        what=["; ".join(part for part in (str(row["role_level"]), _what(row)) if part and part != "–") or "–" for row in rows],
        unit_cost=[_money(value) for value in table["unit_cost"]],
        enters_at=["–" if pd.isna(value) else _money(value) for value in table["enters_at"]],
    )


def in_short(table: pd.DataFrame) -> list[str]:
    """Return the sentences that tell of limits, or of what is left out, kind by kind."""
    return [str(said) for said in table["in_short"] if said]


def written_weights(result: PlanResult) -> pd.DataFrame:
    """Write what shortfalls weigh, and who says so."""
    table = result.described.weights
    return table.assign(what=table["what"].str.capitalize(), weight=[f"{weight:.3g}" for weight in table["weight"]])


def money_notes(result: PlanResult) -> list[str]:
    """Say how money was counted: what is hoped for, prices, discounting, and what is spent on technology where that is known."""
    told = told_of(result)
    money, cost = told["money"], told["cost"]
    whole = f"whole-life cost {findings.pounds(cost['whole_life'])}, discounted at {findings.fine_percent(money['discount_rate'])} a year."
    said = [f"Recurrent cost of what the plan starts: {findings.pounds(cost['recurrent'])} a year; {whole}"]
    prices = "cash of each year" if money["prices"] == "cash" else f"prices of {money['pay_year']}"
    said.append(f"Budgets are in {prices}; pay is the {money['pay_basis']}'s cost.")
    if money["hoped_for_counted"]:
        said.append(f"{findings.percent(money['hoped_for_share_of_cost'])} of the cost is on money that is only hoped for.")
    if cost.get("per_rank_closed") is not None:
        said.append(
            f"One rank closed costs funding streams {findings.pounds(cost['per_rank_closed'])}; the pay of funded posts comes on top."
        )
    if (spend := cost.get("technology_spend")) is not None:
        said.append(
            f"All technology spending was {findings.pounds(spend['technology'])} in {spend['year']}, {findings.fine_percent(spend['share'])} of "
            f"expenditure, beside the {findings.fine_percent(spend['recommended'])} that is quoted as recommended."
        )
    said.append(f"Pay of today's digital staff and cover, apart from that: {findings.pounds(cost['workforce_spend'])} a year.")
    return said


def closed_by(result: PlanResult, name: str) -> pd.DataFrame:
    """Return ranks short in the last period by role_family or skill: do_nothing, plan, closed; most closed first."""
    table = result.closes.groupby(name, as_index=False)[["do_nothing", "plan", "closed"]].sum()
    return table.sort_values(["closed", name], ascending=[False, True]).reset_index(drop=True)


def cost_by_year(result: PlanResult) -> pd.DataFrame:
    """Return pounds by stream and financial year."""
    table = result.cost.groupby(["stream", "year"], as_index=False)["pounds"].sum()
    return table.assign(stream=stream_labels(result, table["stream"]))


def cost_table(result: PlanResult) -> pd.DataFrame:
    """Return pounds with one row a stream, action and nature, one column a year, and the whole."""
    if result.cost.empty:
        return pd.DataFrame(columns=["stream", "action", "nature", "All"])
    wide = result.cost.pivot_table(index=["stream", "action", "nature"], columns="year", values="pounds", aggfunc="sum", fill_value=0.0)
    wide.columns = [str(year) for year in wide.columns]
    wide["All"] = wide.sum(axis=1)
    table = wide.reset_index()
    return table.assign(stream=stream_labels(result, table["stream"]), nature=table["nature"].str.capitalize())


def stream_labels(result: PlanResult, streams: Iterable[object]) -> list[str]:
    """Name funding streams as the user named them."""
    told = result.described.streams
    names = dict(zip(told["stream"], told["stream_label"], strict=True)) if len(told) else {}
    return [str(names.get(stream, stream_label(stream))) for stream in streams]


def coverage_path(result: PlanResult) -> pd.DataFrame:
    """Return coverage at the end of each period: label, do_nothing, plan; low and high of the plan where futures were sampled."""
    path = result.path
    table = pd.DataFrame(
        {
            "label": ["Now" if period == 0 else quarter(day) for period, day in zip(path["period"], path["starts_on"], strict=True)],
            "do_nothing": path["do_nothing_coverage"],
            "plan": path["plan_coverage"],
        }
    )
    ranges = result.described.ranges
    ranges = ranges[(ranges["measure"] == "coverage") & (ranges["way"] == "plan")].set_index("period")
    if ranges.empty:
        return table
    return table.assign(**{name: path["period"].map(ranges[name]).astype("float64") for name in ("low", "high")})


def money_headline(found: MoneyResult, when: str) -> str:
    """Say what each step of money closes, before the knee of the curve and after it."""
    rows = found.budgets.sort_values("amount")
    if len(rows) < 2:
        return "There is only one budget to show"
    points = {name: _point(rows[rows[name]]) for name in ("knee", "this_plan")}
    return findings.money_finding(_points(rows)[0], points["knee"], _points(rows)[-1], when)


def written_budgets(found: MoneyResult) -> pd.DataFrame:
    """Write the budgets of the curve as people read them; the weighted shortfall as a share of that with the least money."""
    rows = found.budgets.sort_values("amount").reset_index(drop=True)
    step = rows["amount"].diff()
    each = (-findings.EACH * rows["ranks_short"].diff() / step).where(step >= LEAST_STEP)
    marks = zip(rows["this_plan"], rows["knee"], strict=True)
    return pd.DataFrame(
        {
            "budget": [f"£{amount:,.0f}" for amount in rows["amount"]],
            "ranks": [findings.amount(ranks) for ranks in rows["ranks_short"]],
            "each": ["–" if pd.isna(closed) else findings.amount(closed) for closed in each],
            "weighted": [findings.percent(share) for share in _shares(rows["shortfall"])],
            "mark": [" and ".join(part for part, there in zip(("this plan", "knee"), pair, strict=True) if there) for pair in marks],
        }
    ).assign(mark=lambda table: [mark.capitalize() or "–" for mark in table["mark"]])


def written_steps(found: MoneyResult) -> pd.DataFrame:
    """Write what steps of money do, by the last period and over all of them.

    Columns: step; ranks, change and skills (those that change most, the way that money goes) by the last period; weighted, the weighted
    shortfall over all periods as a share of the plan's.
    """
    rows = found.steps.sort_values("step").reset_index(drop=True)
    own, weighed = (float(rows.loc[rows["step"] == 0, name].iloc[0]) for name in ("ranks_short", "shortfall"))
    return pd.DataFrame(
        {
            "step": [findings.signed(step, findings.pounds) if step else "As planned" for step in rows["step"]],
            "ranks": [findings.amount(ranks) for ranks in rows["ranks_short"]],
            "change": [
                findings.signed(ranks - own, findings.amount) if step else "–" for step, ranks in rows[["step", "ranks_short"]].to_numpy()
            ],
            "weighted": [findings.fine_percent(short / weighed) if weighed > 0 else "–" for short in rows["shortfall"]],
            "skills": [_most_changed(found.skills[found.skills["step"] == step], int(step)) for step in rows["step"]],
        }
    )


def money_holds(found: MoneyResult) -> str:
    """Say up to where the next pound does as much as the first one more."""
    slope, holds_to, looked_to = (cast("float | None", found.summary[name]) for name in ("slope", "holds_to", "looked_to"))
    return findings.money_holds(slope, holds_to, looked_to)


def money_limits(found: MoneyResult) -> str:
    """Say which budgets have no plan, and whether the curve came to its end in time."""
    asked, feasible = found.summary["asked"], found.summary["feasible"]
    said = findings.money_range(cast("list[float]", asked), cast("list[float] | None", feasible), proven=not found.summary.get("given_up"))
    unfinished = "" if found.summary["complete"] else "Time ran out before the curve was whole: only what was worked out by then is shown."
    return " ".join(part for part in (said, unfinished) if part)


def _most_changed(changes: pd.DataFrame, step: int) -> str:
    """Name the skills that gain most from more money, or lose most from less."""
    sign = -1 if step > 0 else 1
    told = changes.assign(size=sign * changes["change"]).sort_values(["size", "skill"], ascending=[False, True])
    told = told[told["size"] >= findings.SOME].head(GAINING)
    pairs = zip(told["skill"], told["change"].astype(float), strict=True)
    return "; ".join(f"{skill} {findings.signed(change, findings.amount)}" for skill, change in pairs) or "–"


def money_file(found: MoneyResult) -> pd.DataFrame:
    """Return the curve as a file holds it: numbers unrounded, steps of money among its budgets."""
    steps = found.steps[found.steps["step"] != 0]
    budget = cast("float", found.summary["budget"])
    more = pd.DataFrame({"amount": budget + steps["step"], "ranks_short": steps["ranks_short"], "shortfall": steps["shortfall"]})
    rows = pd.concat([found.budgets, more.assign(this_plan=False, knee=False)], ignore_index=True)
    rows = rows.sort_values(["amount", "this_plan"], ascending=[True, False]).drop_duplicates("amount")
    return rows.rename(columns={"amount": "budget_pounds", "shortfall": "weighted_shortfall"}).reset_index(drop=True)


def _points(rows: pd.DataFrame) -> list[tuple[float, float]]:
    return [(float(amount), float(ranks)) for amount, ranks in rows[["amount", "ranks_short"]].to_numpy()]


def _point(rows: pd.DataFrame) -> tuple[float, float] | None:
    return _points(rows)[0] if len(rows) else None


def _shares(values: pd.Series) -> pd.Series:
    """Return values as shares of the first; of nothing, nothing is left."""
    return values / values.iloc[0] if values.iloc[0] > 0 else values * 0


def headline(result: PlanResult) -> str:
    """Say where the plan leads from now beside doing nothing, and for how much."""
    return findings.plan_finding(told_of(result))


def said_of(result: PlanResult) -> list[str]:
    """Say what the plan is for, and whether it reaches it."""
    return _aim(told_of(result)["objective"])


def _aim(objective: Mapping[str, Any]) -> list[str]:
    if objective["aim"] == "critical":
        return [f"Protected before anything else: {', '.join(objective['critical'])}."]
    if objective["aim"] != "target":
        return []
    target, coverage = findings.percent(objective["target"]), findings.percent(objective["coverage"])
    if objective["reached"]:
        return [f"The coverage target of {target} is reached, at least cost."]
    return [f"The coverage target of {target} cannot be reached: coverage ends at {coverage}, the nearest that the limits allow."]


def cost_headline(result: PlanResult) -> str:
    """Say what is charged to the budget and what changes outside it."""
    told = told_of(result)
    outside = {PAY_OF_POSTS: float(told["cost"]["by_stream"].get(ESTABLISHMENT_PAY, 0.0))}
    return findings.cost_finding(told["cost"]["total"], told["budget"], outside)


def told_of(result: PlanResult) -> dict[str, Any]:
    """Return the summary of a plan, as `plan.json` holds it."""
    return cast("dict[str, Any]", result.summary)


def worst_audit(result: PlanResult) -> float:
    """Return the largest relative violation that the audit found in any family of constraints."""
    return max((abs(float(value)) for value in told_of(result)["audit"].values()), default=0.0)


def stream_label(stream: object) -> str:
    """Write the name of a funding stream.

    >>> stream_label("establishment-pay")
    'Establishment pay'
    """
    return str(stream).replace("-", " ").capitalize()


def quarter(day: object) -> str:
    """Write the financial quarter that a period starts in.

    >>> quarter(dt.date(2027, 1, 1)), quarter("2026-04-01")
    ('Q4 2026/27', 'Q1 2026/27')
    """
    start = pd.Timestamp(str(day))
    first = start.year if start.month >= 4 else start.year - 1
    return f"Q{(start.month - 4) % 12 // 3 + 1} {first}/{(first + 1) % 100:02d}"


def when(moment: object) -> str:
    """Write a moment of the store (UTC) as people read it.

    >>> when(dt.datetime(2026, 11, 2, 9, 5))
    '2 November 2026, 09:05 UTC'
    """
    stamp = pd.Timestamp(str(moment))
    return f"{stamp.day} {stamp:%B %Y, %H:%M} UTC"
