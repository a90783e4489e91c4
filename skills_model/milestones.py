"""Following a plan: who adopted it and why, its milestones by quarter, what was really done, and how far the two are apart."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.planning import World
from skills_model.planning.describe.words import KINDS, in_words
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.scenario import PERIODS_PER_YEAR
from skills_model.sources import grids, values
from skills_model.sources.kinds import Field
from skills_model.sources.names import slug
from skills_model.store import Store

ADOPTED, EDITED, RECORDED = "adopted plan", "milestone", "actuals"
"""Kinds of import: what happens to a plan is taken in like a file, so that it is in the ledger and can be undone."""
STARTS, SPENDING, RANKS_SHORT, COVERAGE, STAFF = "starts", "spending", "ranks short", "coverage", "staff in post"
PATH = {RANKS_SHORT: ("plan_ranks_short", "ranks"), COVERAGE: ("plan_coverage", "share"), STAFF: ("plan_staff_fte", "FTE")}
"""Measures that the way of the gap has, with their column there and their unit."""
AT_MOST = (RANKS_SHORT, SPENDING)
"""Measures whose targets are not to be exceeded; the others are to be reached."""
MET, MISSED, NOT_YET, NOT_RECORDED = "met", "missed", "not yet", "not recorded"
MONTHS = 12
LARGEST, LARGEST_SUM = 1e6, 1e8
"""The most FTE or ranks, and the most pounds, of a line or measure: more is a slip of the keyboard."""
SLIVER = 1e-4  # of a penny: what a computer cannot write
TEMPLATE = ("plan", "line", "what", "period", "starts_on", "unit", "planned", "planned_pounds", "amount", "pounds", "note")
FIELDS = (
    Field("plan", "the adopted plan", needed=False, filled=False),
    Field("line", "line of the plan, or milestone measured"),
    Field("period", "period of the plan", "whole number", minimum=1),
    Field("amount", "FTE started, or value of the measure; blank: not yet", "number", filled=False),
    Field("pounds", "pounds spent; blank: not known", "number", needed=False, filled=False, minimum=0),
    Field("note", "why it differs", needed=False, filled=False),
)


@dataclass(frozen=True, eq=False)
class Version:
    """A plan that was adopted, with its tables in the planner's words.

    `until` is the last period that it took as it really was; 0 for a plan that follows none. `streams` are the names for people of those
    that pay for it, by id.
    """

    plan: str
    run: str
    actions: pd.DataFrame
    path: pd.DataFrame
    summary: Mapping[str, object]
    until: int = 0
    streams: Mapping[str, str] = field(default_factory=dict)

    def ends(self) -> dict[int, dt.date]:
        """Return the last day of every period."""
        start = pd.Timestamp(str(self.summary["start"]))
        months = MONTHS // PERIODS_PER_YEAR[str(self.summary["period"])]
        periods = range(1, int(str(self.summary["periods"])) + 1)
        return {t: (start + pd.DateOffset(months=months * t) - pd.Timedelta(days=1)).date() for t in periods}

    def over(self, today: dt.date) -> int:
        """Return the last period that is over on a day; 0 where none is."""
        return sum(day < today for day in self.ends().values())

    def begun(self, today: dt.date) -> int:
        """Return the last period that has begun on a day; 0 where none has."""
        if today < pd.Timestamp(str(self.summary["start"])).date():
            return 0
        return min(self.over(today) + 1, len(self.ends()))


# Plans


def adopted(store: Store, scope: Scope, organisations: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the adopted plans, oldest first: columns of the stored table `adopted_plan`."""
    return store.query("plan_adopted", scope, organisations=None if organisations is None else list(organisations))


@dataclass(frozen=True)
class Totals:
    """What a plan comes to: ranks short at its end, FTE that it starts, pounds of its lines."""

    ranks_short: float
    fte: float
    pounds: float

    @classmethod
    def of(cls, actions: pd.DataFrame, path: pd.DataFrame) -> Totals:
        """Add up what a plan does, and where its way leads."""
        return cls(float(path["plan_ranks_short"].iloc[-1]), float(actions["fte"].sum()), float(actions["cost"].sum()))


def totals(store: Store, scope: Scope, organisations: Sequence[str] | None = None) -> dict[str, Totals]:
    """Return what adopted plans came to when they were adopted, by plan."""
    rows = store.query("plan_totals", scope, organisations=None if organisations is None else list(organisations))
    return {str(plan): Totals(*sums) for plan, *sums in rows[["plan", "ranks_short", "fte", "pounds"]].itertuples(index=False)}


def find(rows: pd.DataFrame, plan: str) -> pd.Series:
    """Return the row of an adopted plan; raises DataError where there is none."""
    found = rows[rows["plan"] == plan]
    if found.empty:
        names = rows["plan"].tolist()
        allowed = (", ".join(names) or "none is adopted yet") + nearest(plan, names)
        action = "Correct the name, or adopt a plan first: `skillsplan plan adopt RUN --as NAME`."
        raise DataError([Fault("Unknown plan", "adopted_plan", column="plan", found=f"'{plan}'", allowed=allowed, action=action)])
    return found.iloc[0]


def chain(rows: pd.DataFrame, plan: str) -> list[str]:
    """Return a plan and those that it follows, oldest first; raises DataError where the plan is not adopted."""
    before = dict(zip(rows["plan"], rows["follows"], strict=True))
    find(rows, plan)
    names = [plan]
    while (earlier := before.get(names[0], "")) and earlier not in names:
        names.insert(0, earlier)
    return names


def in_force(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the adopted plans that no other one has taken the place of."""
    return rows[~rows["plan"].isin(rows["follows"])]


def adopt(
    store: Store,
    scope: Scope,
    version: Version,
    *,
    organisation: str,
    label: str,
    owner: str,
    reason: str,
    follows: str = "",
    today: dt.date,
) -> int:
    """Take a plan as an organisation's own, with milestones for what is to come, and return the number of the import.

    Raises DataError with every fault: a name that is taken or is no id, and nothing said of owner or reason.
    """
    if faults := hindrances(adopted(store, scope), version.plan, owner, reason):
        raise DataError(faults)
    plan = {
        "plan": version.plan,
        "organisation": organisation,
        "label": label or version.plan,
        "run": version.run,
        "follows": follows,
        "reason": reason,
        "owner": owner,
        "adopted_on": pd.Timestamp(today),
    }
    frames = {"adopted_plan": pd.DataFrame([plan]), "milestone": planned(version, organisation, owner)}
    return _write(store, scope, ADOPTED, version.plan, frames, organisation)


def hindrances(rows: pd.DataFrame, plan: str, owner: str, reason: str) -> list[Fault]:
    """Return why a plan cannot be adopted under a name beside those that are: a name that is taken or is no id, nothing said of owner or reason."""
    faults = [
        Fault("Nothing said", "adopted_plan", column=name, found="nothing", allowed=allowed, action="Say it.")
        for name, value, allowed in (("owner", owner, "a job role"), ("reason", reason, "why the plan is adopted"))
        if not value.strip()
    ]
    if plan in set(rows["plan"]):
        faults.append(Fault("Plan exists", "adopted_plan", column="plan", found=f"'{plan}'", action="Choose another name."))
    if not plan or plan != slug(plan):
        allowed = f"small letters, digits and single hyphens, such as {slug(plan) or 'plan-2026'}"
        faults.append(Fault("Not a name", "adopted_plan", column="plan", found=f"'{plan}'", allowed=allowed, action="Change it."))
    return faults


# Milestones


def planned(version: Version, organisation: str, owner: str) -> pd.DataFrame:
    """Return the milestones of a plan: by each period's end what should have been started and spent, and where gap and staff should be.

    Starts and spending add up from the first period. Columns of the stored table `milestone`.
    """
    ends = {t: day for t, day in version.ends().items() if t > version.until}
    rows = [*_sums(version, STARTS, "kind", "fte", "FTE", ends), *_sums(version, SPENDING, "stream", "cost", "pounds", ends)]
    path = version.path.set_index("period")
    rows += [(measure, "", t, float(path[column][t]), unit) for measure, (column, unit) in PATH.items() for t in ends]
    letter = str(version.summary["period"])[0]
    table = pd.DataFrame(rows, columns=["measure", "item", "period", "target", "unit"])
    told = {"plan": version.plan, "organisation": organisation, "owner": owner, "note": ""}
    table = table.assign(**told, due=pd.to_datetime(table["period"].map(ends)), label=_labels(table, version.streams))
    named = [f"{measure} {item} {letter}{t:02d}" for measure, item, t in table[["measure", "item", "period"]].itertuples(index=False)]
    table["milestone"] = [slug(name) for name in named]
    return table.drop(columns="period")


def _sums(
    version: Version, measure: str, by: str, column: str, unit: str, ends: Mapping[int, dt.date]
) -> Iterable[tuple[str, str, int, float, str]]:
    """Add up starts by kind, or spending by stream, to the end of each period; nothing before the first one, and the last total stays."""
    actions = version.actions.assign(item=first_stream(version.actions["stream"]) if by == "stream" else version.actions[by])
    actions = actions[actions["item"] != ""]
    for item, rows in actions.groupby("item"):
        so_far = rows.groupby("period")[column].sum()
        for t in ends:
            if (total := float(so_far[so_far.index <= t].sum())) > 0:
                yield measure, str(item), t, total, unit


def first_stream(streams: pd.Series) -> pd.Series:
    """Return the stream that pays most of each line; lines name all that pay, that one first."""
    return streams.fillna("").astype("str").str.split(";").str[0].astype("str")


def _labels(table: pd.DataFrame, streams: Mapping[str, str]) -> list[str]:
    words = {STARTS: "Started by then", SPENDING: "Spent by then on lines of the plan", RANKS_SHORT: "Ranks short at most"}
    words |= {COVERAGE: "Coverage of required skills", STAFF: "Staff in post"}
    named = {**KINDS, **streams}
    items = [named.get(item, in_words(item)) for item in table["item"]]
    return [f"{words[measure]}{f': {item}' if item else ''}" for measure, item in zip(table["measure"], items, strict=True)]


def listed(store: Store, scope: Scope, plan: str | None = None) -> pd.DataFrame:
    """Return the milestones of an adopted plan, or of all: columns of the stored table, in the order of their days."""
    return store.query("milestones", scope, plan=plan)


def edit(
    store: Store,
    scope: Scope,
    plan: str,
    milestone: str,
    *,
    owner: str | None = None,
    target: float | None = None,
    note: str | None = None,
) -> int:
    """Change owner, target or note of a milestone and return the number of the import; raises DataError where there is no such one."""
    find(adopted(store, scope), plan)
    rows = listed(store, scope, plan)
    row = rows[rows["milestone"] == milestone]
    if row.empty:
        allowed = f"a milestone of {plan}" + nearest(milestone, rows["milestone"].tolist())
        raise DataError([Fault("Unknown milestone", "milestone", found=f"'{milestone}'", allowed=allowed, action="Correct the name.")])
    said = {name: value for name, value in (("owner", owner), ("target", target), ("note", note)) if value is not None}
    faults = []
    if not said:
        faults.append(Fault("Nothing to change", "milestone", allowed="--owner, --target or --note", action="Say what to change."))
    if owner is not None and not owner.strip():
        faults.append(Fault("Nothing said", "milestone", column="owner", found="nothing", allowed="a job role", action="Say it."))
    if target is not None and not 0 <= target <= _most(str(row["unit"].iloc[0])):
        allowed = _allowed(str(row["unit"].iloc[0]))
        faults.append(
            Fault("Number that cannot be", "milestone", column="target", found=f"{target:g}", allowed=allowed, action="Correct it.")
        )
    if faults:
        raise DataError(faults)
    changed = row.assign(**said)
    return _write(store, scope, EDITED, f"{plan}: {milestone}", {"milestone": changed}, str(row["organisation"].iloc[0]))


def _most(unit: str) -> float:
    return {"share": 1.0, "pounds": LARGEST_SUM}.get(unit, LARGEST)


def _allowed(unit: str) -> str:
    """Say which values a measure or line may have.

    >>> _allowed("share"), _allowed("FTE")
    ('a share from 0 to 1, such as 0.65 for 65%', '0 to 1,000,000')
    """
    return "a share from 0 to 1, such as 0.65 for 65%" if unit == "share" else f"0 to {_most(unit):,.0f}"


def judged(
    milestones: pd.DataFrame, versions: Sequence[Version], records: pd.DataFrame, *, today: dt.date, tolerance: float
) -> pd.DataFrame:
    """Return milestones with what was reached: value (missing: not recorded), difference from the target, state.

    Starts and spending add up what is recorded of lines; other measures are recorded under the milestone itself. Before its day a milestone
    is met or not yet, after it met, missed or not recorded; within `tolerance`, a share of the target, counts as met. Where nothing is
    recorded of any line, no version is needed.
    """
    of_lines = records["line"].str.contains(":", regex=False)
    lines, days = _by_item(versions, records[of_lines]), {day: t for item in versions[-1:] for t, day in item.ends().items()}
    measures = dict(zip(records.loc[~of_lines, "line"], records.loc[~of_lines, "amount"], strict=True))
    found = milestones.copy()
    found["value"] = [_value(row, lines, measures, days) for row in found.to_dict("records")]
    found["difference"] = found["value"] - found["target"]
    found["state"] = [_state(row, today, tolerance) for row in found.to_dict("records")]
    return found


def kinds_of(versions: Sequence[Version]) -> dict[str, str]:
    """Return the kind of each line of some plans."""
    return {str(line): str(kind) for item in versions for line, kind in zip(item.actions["line"], item.actions["kind"], strict=True)}


def _by_item(versions: Sequence[Version], records: pd.DataFrame) -> dict[tuple[str, str], list[float]]:
    """Return what is recorded of lines, starts by kind and spending by stream: their sums up to each period, to the last with a record."""
    if records.empty:
        return {}
    kinds, costs = kinds_of(versions), priced(versions, records)
    streams = {
        str(line): str(stream)
        for version in versions
        for line, stream in zip(version.actions["line"], first_stream(version.actions["stream"]), strict=True)
    }
    periods = range(int(costs["period"].max()) + 1)
    found = {}
    for measure, of, column in ((STARTS, kinds, "amount"), (SPENDING, streams, "cost")):
        items = costs.assign(item=[of.get(line, line.partition(":")[0]) for line in costs["line"]])
        for name, rows in items.groupby("item"):
            found[measure, str(name)] = rows.groupby("period")[column].sum().reindex(periods, fill_value=0.0).cumsum().tolist()
    return found


def _value(
    row: Mapping[Hashable, object],
    lines: Mapping[tuple[str, str], list[float]],
    measures: Mapping[str, float],
    days: Mapping[dt.date, int],
) -> float:
    measure, item = str(row["measure"]), str(row["item"])
    if measure not in (STARTS, SPENDING):
        return float(measures.get(str(row["milestone"]), np.nan))
    period = days.get(pd.Timestamp(str(row["due"])).date(), 0)
    known = next(iter(lines.values()), [])
    if len(known) <= period:
        return np.nan
    return lines.get((measure, item), [0.0] * len(known))[period]


def _state(row: Mapping[Hashable, object], today: dt.date, tolerance: float) -> str:
    over, value, target = pd.Timestamp(str(row["due"])).date() < today, float(str(row["value"])), float(str(row["target"]))
    if np.isnan(value):
        return NOT_RECORDED if over else NOT_YET
    slack = tolerance * abs(target)
    if str(row["measure"]) in AT_MOST:
        kept = value <= target + slack
        return MISSED if not kept and over else MET if over else NOT_YET
    return MET if value >= target - slack else MISSED if over else NOT_YET


# What was really done


def recorded(store: Store, scope: Scope, plans: Sequence[str]) -> pd.DataFrame:
    """Return what is recorded of a plan and those that it follows (oldest first): of two records of a line and period the later plan's."""
    return of_chain(store.query("actuals", scope), plans)


def of_chain(rows: pd.DataFrame, plans: Sequence[str]) -> pd.DataFrame:
    """Return of all that is recorded what is recorded of some plans, as `recorded`."""
    rows = rows[rows["plan"].isin(plans)]
    order = rows["plan"].map({name: place for place, name in enumerate(plans)})
    return (
        rows.assign(order=order)
        .sort_values(["order", "period", "line"])
        .drop_duplicates(["line", "period"], keep="last")
        .sort_values(["period", "line"])
        .drop(columns="order")
        .reset_index(drop=True)
    )


def priced(versions: Sequence[Version], records: pd.DataFrame) -> pd.DataFrame:
    """Return records of lines with what they cost where that is not recorded: as many times the planned price as were started."""
    own = [item.actions[item.actions["period"] > item.until] for item in versions]  # what stands as it was is at the price that was paid
    sums = pd.concat(own).groupby("line")[["fte", "cost"]].sum()
    price = records["line"].map(sums["cost"] / sums["fte"]).astype("float64").fillna(0.0)
    return records.assign(cost=records["cost"].fillna(records["amount"] * price))


def template(version: Version, milestones: pd.DataFrame, records: pd.DataFrame, *, filled_until: int = 0) -> pd.DataFrame:
    """Return the form to record in: a row a line and period still to be recorded, and one for each measure on its day.

    `amount` and `pounds` are as recorded, blank where nothing is; blank ones of lines up to the period `filled_until` are as planned.
    """
    actions = version.actions[version.actions["period"] > version.until]
    lines = actions.groupby(["line", "period"], as_index=False).agg(
        what=("action", "first"),
        starts_on=("starts_on", "first"),
        planned=("fte", "sum"),
        planned_pounds=("cost", "sum"),
        stream=("stream", "first"),
    )
    lines["planned_pounds"] = _in_pence(lines)
    lines["what"] = _what(actions).reindex(pd.MultiIndex.from_frame(lines[["line", "period"]])).to_numpy()
    days = {day: t for t, day in version.ends().items()}
    measures = milestones[milestones["measure"].isin(PATH)]
    rows = pd.concat([lines.assign(unit="FTE"), _measure_rows(measures, days)], ignore_index=True).assign(plan=version.plan)
    known = records.set_index(["line", "period"])
    at = pd.MultiIndex.from_frame(rows[["line", "period"]])
    for column, stored, usual in (("amount", "amount", "planned"), ("pounds", "cost", "planned_pounds")):
        values_ = known[stored].reindex(at).to_numpy(dtype="float64")
        filled = rows["planned_pounds"].notna().to_numpy() & (rows["period"] <= filled_until).to_numpy()
        rows[column] = np.where(np.isnan(values_) & filled, rows[usual], values_)
    rows["note"] = known["note"].reindex(at).fillna("").to_numpy()
    rows["starts_on"] = pd.to_datetime(rows["starts_on"]).dt.date
    return rows.sort_values(["period", "line"])[list(TEMPLATE)].reset_index(drop=True)


def _in_pence(lines: pd.DataFrame) -> pd.Series:
    """Round the pounds of lines to pennies; what lines of a stream come to by any period is never more than planned, and less by no penny.

    Rounded one by one they could come to more than there is, and a plan made again would say that money was overspent.
    """
    order = lines.sort_values(["period", "line"])
    by = first_stream(order["stream"])
    so_far = order["planned_pounds"].groupby(by).cumsum()
    pence = np.floor(100 * so_far + SLIVER)
    each: pd.Series = pence.groupby(by).diff().fillna(pence) / 100
    return each.reindex(lines.index)


def _what(actions: pd.DataFrame) -> pd.Series:
    """Say what a line does, by line and period."""
    parts = ["action", "role_level", "to_role_level", "skill", "rank", "route"]
    named = actions.reindex(columns=["line", "period", *parts])
    named["rank"] = [f"to rank {rank:g}" if pd.notna(rank) else None for rank in pd.to_numeric(named["rank"]).tolist()]
    words = [", ".join(str(part) for part in row if not pd.isna(part) and str(part)) for row in named[parts].itertuples(index=False)]
    return pd.Series(words, pd.MultiIndex.from_frame(named[["line", "period"]]), dtype="str").groupby(level=[0, 1]).first()


def _measure_rows(measures: pd.DataFrame, days: Mapping[dt.date, int]) -> pd.DataFrame:
    period = [days.get(day.date(), 0) for day in pd.to_datetime(measures["due"])]
    rows = measures.assign(line=measures["milestone"], what=measures["label"], period=period, planned=measures["target"])
    rows = rows.assign(starts_on=measures["due"], planned_pounds=np.nan)
    return rows.loc[rows["period"] > 0, ["line", "what", "period", "starts_on", "unit", "planned", "planned_pounds"]]


@dataclass(frozen=True)
class Form:
    """What a form may name: levers of a plan, its measures with their unit and period, its periods and the last of them that has begun."""

    plan: str
    lines: Collection[str]
    measures: Mapping[str, tuple[str, int]]
    periods: int
    begun: int


def read_records(content: bytes, name: str, form: Form) -> pd.DataFrame:
    """Read a filled form, CSV or workbook: line, period, amount, cost, note; rows whose amount is blank are not yet done and left out.

    Raises DataError with every fault.
    """
    cells, _, _ = grids.read(content, name)
    headings = [str(cell) for cell in cells.iloc[0].fillna("")] if len(cells) else []
    missing = [field.name for field in FIELDS if field.needed and field.name not in headings]
    if missing:
        action = f"`skillsplan plan actuals {form.plan} --template FILE` writes a form with every column."
        raise DataError([Fault("Missing column", name, 1, column, allowed=", ".join(TEMPLATE), action=action) for column in missing])
    frame = cells.iloc[1:].set_axis(headings, axis="columns").reindex(columns=[field.name for field in FIELDS])
    rows, faults = values.convert(frame.astype("str").where(frame.notna()), FIELDS, name, {field.name: field.name for field in FIELDS})
    told = {(fault.row, fault.column) for fault in faults}  # what is no number was not left blank
    faults = [*faults, *(fault for fault in _record_faults(rows, name, form) if (fault.row, fault.column) not in told)]
    if faults:
        raise DataError(sorted(faults, key=lambda fault: fault.row or 0))
    done = rows[rows["amount"].notna()]
    return pd.DataFrame(
        {
            "line": done["line"].astype("str"),
            "period": done["period"].astype("int64"),
            "amount": done["amount"].astype("float64"),
            "cost": done["pounds"].astype("float64"),
            "note": done["note"].fillna("").astype("str"),
        }
    ).reset_index(drop=True)


def _record_faults(rows: pd.DataFrame, name: str, form: Form) -> list[Fault]:
    known = {*form.lines, *form.measures}
    faults = []
    for row, of_plan, line, period, amount, pounds in rows[["plan", "line", "period", "amount", "pounds"]].itertuples():
        unit, own = form.measures.get(str(line), ("FTE", None))
        if not pd.isna(of_plan) and of_plan != form.plan:
            faults.append(Fault("Row of another plan", name, row, "plan", f"'{of_plan}'", f"'{form.plan}'", "Record it with that plan."))
        if not pd.isna(line) and line not in known:
            allowed = f"a line or measure of {form.plan}" + nearest(str(line), sorted(known))
            faults.append(Fault("Unknown line", name, row, "line", f"'{line}'", allowed, "Correct the line."))
        if not pd.isna(period) and period > form.periods:
            faults.append(Fault("Period out of range", name, row, "period", f"{period}", f"1 to {form.periods}", "Correct the period."))
        elif not pd.isna(period) and own not in (None, period) and not pd.isna(amount):
            faults.append(
                Fault("Period of another milestone", name, row, "period", f"{period}", f"{own}", "Correct the period or the line.")
            )
        elif own is not None and not pd.isna(amount) and own > form.begun:
            allowed = f"1 to {form.begun}, what has begun" if form.begun else "nothing yet: the plan has not begun"
            faults.append(Fault("Measured before its time", name, row, "period", f"{own}", allowed, "Leave the amount blank until then."))
        if not pd.isna(amount) and not 0 <= amount <= _most(unit):
            faults.append(Fault("Number that cannot be", name, row, "amount", f"{amount:g}", _allowed(unit), "Correct the number."))
        if not pd.isna(pounds) and pounds > LARGEST_SUM:
            faults.append(Fault("Number that cannot be", name, row, "pounds", f"{pounds:g}", _allowed("pounds"), "Correct the number."))
        if pd.isna(amount) and not pd.isna(pounds):
            allowed = "how many were started; 0 where none was"
            faults.append(Fault("Pounds without an amount", name, row, "amount", "nothing", allowed, "Fill it in."))
    twice = rows[rows.duplicated(["line", "period"], keep="first") & rows["line"].notna()]
    faults += [
        Fault("Given twice", name, int(row), "line", "the same line and period", "one row each", "Remove one.") for row in twice.index
    ]
    return faults


def record(store: Store, scope: Scope, plan: str, rows: pd.DataFrame, *, by: str, today: dt.date) -> int:
    """Keep what was done (line, period, amount, cost, note) and return the number of the import; it takes the place of earlier records.

    Raises DataError where there is nothing to keep, or nobody who says so.
    """
    of_plan = find(adopted(store, scope), plan)
    if rows.empty or not by.strip():
        faults = (
            [Fault("Nothing recorded", "actual", found="no amount", action="Fill in the amounts of what is done.")] if rows.empty else []
        )
        faults += [] if by.strip() else [Fault("Nothing said", "actual", column="recorded_by", allowed="a job role", action="Say it.")]
        raise DataError(faults)
    whose = str(of_plan["organisation"])
    told = rows.assign(plan=plan, organisation=whose, recorded_on=pd.Timestamp(today), recorded_by=by)
    return _write(store, scope, RECORDED, plan, {"actual": told}, whose)


def against(versions: Sequence[Version], records: pd.DataFrame) -> pd.DataFrame:
    """Put what was done beside what was planned: a row a line and period, of each period the plan that was in force then.

    plan, line, what, kind, period, planned_fte, planned_cost, fte, cost (missing: not recorded), fte_difference, cost_difference, spent (cost,
    or as priced where that is not recorded), note.
    """
    parts = []
    for place, version in enumerate(versions):
        last = versions[place + 1].until if place + 1 < len(versions) else np.inf
        rows = version.actions[(version.actions["period"] > version.until) & (version.actions["period"] <= last)]
        lines = rows.groupby(["line", "period"], as_index=False).agg(
            kind=("kind", "first"), planned_fte=("fte", "sum"), planned_cost=("cost", "sum")
        )
        lines["what"] = _what(rows).reindex(pd.MultiIndex.from_frame(lines[["line", "period"]])).to_numpy() if len(rows) else []
        parts.append(lines.assign(plan=version.plan))
    plan = pd.concat(parts, ignore_index=True)
    of_lines = records[records["line"].str.contains(":", regex=False)]
    done = of_lines.assign(fte=of_lines["amount"], spent=priced(versions, of_lines)["cost"])[
        ["line", "period", "fte", "cost", "spent", "note"]
    ]
    both = plan.merge(done, on=["line", "period"], how="outer")
    both["plan"] = both["plan"].fillna(versions[-1].plan)
    both["kind"] = both["kind"].fillna(both["line"].str.split(":").str[0])
    both["what"] = both["what"].fillna(both["line"])
    both["note"] = both["note"].fillna("")
    both[["planned_fte", "planned_cost"]] = both[["planned_fte", "planned_cost"]].fillna(0.0)
    both["fte_difference"], both["cost_difference"] = both["fte"] - both["planned_fte"], both["cost"] - both["planned_cost"]
    columns = ["plan", "line", "what", "kind", "period", "planned_fte", "planned_cost", "fte", "cost", "fte_difference", "cost_difference"]
    return both.sort_values(["period", "line"])[[*columns, "spent", "note"]].reset_index(drop=True)


def early(rows: pd.DataFrame, version: Version, today: dt.date) -> str:
    """Say how many of the lines of `against` are recorded of periods that have not begun, and what that means; nothing where none is."""
    count = int((rows["fte"].fillna(0.0).gt(0) & (rows["period"] > version.begun(today))).sum())
    if not count:
        return ""
    are = "1 recorded line is of a period that has" if count == 1 else f"{count} recorded lines are of periods that have"
    return f"{are} not begun: it counts as committed, and a plan made again keeps it."


def unrecorded(versions: Sequence[Version], records: pd.DataFrame, until: int) -> pd.DataFrame:
    """Return the planned lines of periods up to `until` of which nothing is recorded: the rows of `against` without an FTE."""
    rows = against(versions, records)
    return rows[(rows["period"] <= until) & rows["fte"].isna() & (rows["planned_fte"] > 0)].reset_index(drop=True)


def measured(world: World) -> dict[str, float]:
    """Return what the measures of the path come to now, by the staff and skills that a world starts from."""
    rung = world.ladder
    top = rung[rung["rank"] == rung["required_rank"]]
    met, needed = top[["opening", "posts"]].min(axis=1).sum(), top["posts"].sum()
    return {
        RANKS_SHORT: float((rung["posts"] - rung["opening"]).clip(lower=0).sum()),
        COVERAGE: float(met / needed) if needed else 1.0,
        STAFF: float(world.groups["staff_fte"].sum()),
    }


def measures_of(milestones: pd.DataFrame, versions: Sequence[Version], values_: Mapping[str, float], as_at: dt.date) -> pd.DataFrame:
    """Return measured values as records (line, period, amount, cost, note) of the last milestones due by the day they are of.

    Empty where no milestone was due by then.
    """
    days = {day: t for t, day in versions[-1].ends().items()}
    rows = []
    for measure, value in values_.items():
        due = milestones[(milestones["measure"] == measure) & (pd.to_datetime(milestones["due"]) <= pd.Timestamp(as_at))]
        if len(due):
            last = due.sort_values("due").iloc[-1]
            period = days[pd.Timestamp(str(last["due"])).date()]
            rows.append((str(last["milestone"]), period, value, np.nan, f"as the staff list of {as_at.day} {as_at:%B %Y} has it"))
    return pd.DataFrame(rows, columns=["line", "period", "amount", "cost", "note"])


def _write(store: Store, scope: Scope, kind: str, source: str, frames: Mapping[str, pd.DataFrame], organisation: str) -> int:
    """Write rows as an import of their own; what goes back to how it was is a change again, so that its number is part of the digest."""
    texts = [frame.to_csv(index=False) for frame in frames.values()]
    digest = hashlib.sha256(json.dumps([len(store.query("imports", scope)), *texts]).encode()).hexdigest()
    return store.write(kind, digest, source, frames, organisation=organisation, replace=True)
