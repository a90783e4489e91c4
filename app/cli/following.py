"""Commands that follow a plan: adopt it, milestones, what was really done, make it again, why it changed, delivery questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, OneOrganisation, OutFolder, Seconds, StoreFile, say_rest, use_store
from app.cli.plans import kept, plans, show_plan

if TYPE_CHECKING:
    import pandas as pd

    from optimiser.errors import Fault
    from skills_model.privacy import Scope
    from skills_model.store import Store

PAGE = "Build a plan"
PENNY = 0.011  # pounds: a form has whole pennies, so a line may differ from the plan by one
Plan = Annotated[str, typer.Argument(metavar="PLAN", help="Name of an adopted plan.")]
By = Annotated[str, typer.Option("--by", metavar="ROLE", help="Who says so, a job role; never a name.")]
Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why it differs, or what there is to say.")]


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


OPTIONS = {"owner": "--owner", "reason": "--reason", "plan": "--as", "until": "--until"}
"""Options by the column that they fill."""


@contextmanager
def _all_told(faults: list[Fault]) -> Iterator[None]:
    """Tell faults that were found before and what turns out to be wrong at once, under the options as they were typed."""
    from skills_model.errors import DataError

    told: list[Fault] = []
    try:
        yield
    except DataError as error:
        told = list(error.faults)
    if every := [*faults, *told]:
        raise DataError([replace(one, table=OPTIONS[one.column], column="") if _of_option(one) else one for one in every])


def _of_option(fault: Fault) -> bool:
    return fault.column in OPTIONS and fault.problem != "Unknown plan"


@plans.command()
def adopt(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Run of the plan, or the start of it.")],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Name of the plan: lower-case letters, digits and hyphens.")],
    owner: Annotated[str, typer.Option("--owner", metavar="ROLE", help="Who answers for it, a job role; never a name.")] = "",
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why it is adopted, and why it differs from the one before.")
    ] = "",
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="Its name for people.")] = "",
    instead_of: Annotated[
        str, typer.Option("--instead-of", metavar="PLAN", help="Adopted plan that it takes the place of; a plan made again knows it.")
    ] = "",
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Take a plan as the organisation's own, with milestones for every quarter."""
    from app import terminal
    from app.pipeline import following

    with use_store(store, PAGE) as (opened, scope):
        with _all_told([]):
            number = following.adopt(
                opened, scope, run, name=name, owner=owner, reason=reason, label=label, instead_of=instead_of, today=_today()
            )
        rows = following.followed(opened, scope, name, today=_today())[1]
    if json:
        terminal.write_json({"plan": name, "import_run": number, "milestones": len(rows)})
        return
    terminal.say(f"The plan {name} is adopted, with {len(rows)} milestones: `skillsplan plan milestones {name}`.")
    terminal.note(f"`skillsplan undo {number}` takes it back.")


@plans.command()
def milestones(
    plan: Plan,
    change: Annotated[str, typer.Option("--change", metavar="MILESTONE", help="Milestone to give another owner, target or note.")] = "",
    owner: Annotated[str | None, typer.Option("--owner", metavar="ROLE", help="Its new owner, a job role.")] = None,
    target: Annotated[float | None, typer.Option("--target", metavar="VALUE", help="Its new target.")] = None,
    note: Note = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose day is over and that were missed or not recorded.")] = False,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """List the milestones of a plan with what was reached, or change one."""
    from app import terminal
    from app.pipeline import following
    from skills_model import milestones as rules

    with use_store(store, PAGE) as (opened, scope):
        if change:
            number = rules.edit(opened, scope, plan, change, owner=owner, target=target, note=note)
            terminal.note(f"Changed; `skillsplan undo {number}` takes it back.")
        rows = following.followed(opened, scope, plan, today=_today())[1]
        invented = _invented(opened, scope, rows)
    if change:
        rows = rows[rows["milestone"] == change]
    elif overdue:
        rows = rows[rows["state"].isin((rules.MISSED, rules.NOT_RECORDED))]
    if answers.given(rows, csv, json=json, demonstration=invented):
        return
    answers.mark(demonstration=invented)
    _show_milestones(rows)


def _show_milestones(rows: pd.DataFrame) -> None:
    from app import terminal

    if rows.empty:
        terminal.say("No milestones.")
        return
    lines = [
        (
            row["milestone"], row["label"], terminal.word(row["due"])[:10], row["owner"], row["state"],
            _amount(row["target"], row["unit"]), _amount(row["value"], row["unit"]),
        )
        for row in terminal.rows(rows.head(2 * SHOWN))
    ]  # fmt: skip
    terminal.table(("Milestone", "What", "By", "Owner", "State", "Target", "Reached"), lines, words=5)
    say_rest(len(lines), len(rows), "milestones", "--csv FILE writes all")
    counts = rows["state"].value_counts()
    terminal.say(", ".join(f"{state}: {count}" for state, count in counts.items()))


@plans.command()
def actuals(
    plan: Plan,
    template: Annotated[Path | None, typer.Option("--template", metavar="FILE", help="Write the form to record in as CSV.")] = None,
    as_planned: Annotated[
        bool,
        typer.Option("--as-planned", help="Fill the form with what was planned for the periods that are over, to change what differs."),
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Filled form to take in; blank amounts are not yet done.")
    ] = None,
    line: Annotated[str, typer.Option("--line", metavar="LINE", help="One line or measure to record, by its id.")] = "",
    period: Annotated[int | None, typer.Option("--period", metavar="N", help="Its period.")] = None,
    amount: Annotated[float | None, typer.Option("--amount", metavar="VALUE", help="FTE started, or value of the measure.")] = None,
    pounds: Annotated[float | None, typer.Option("--pounds", metavar="POUNDS", help="What it cost.")] = None,
    note: Note = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Record staff in post, ranks short and coverage as the newest staff list has them.")
    ] = False,
    by: By = "",
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Record what was really done, and show it beside the plan."""
    from app import terminal
    from app.pipeline import following

    with use_store(store, PAGE) as (opened, scope):
        if template is not None:
            form = following.template(opened, scope, plan, as_planned=as_planned, today=_today())
            answers.write_csv(form, template, demonstration=False)
            if json:
                terminal.write_json({"plan": plan, "lines": len(form)})
            return
        numbers = []
        if file is not None:
            numbers.append(following.record_file(opened, scope, plan, file.read_bytes(), file.name, by=by, today=_today()))
        if line:
            numbers.append(_record_line(opened, scope, plan, line, period, amount, pounds, note or "", by))
        if measure:
            numbers.append(following.record_measures(opened, scope, plan, by=by, today=_today()))
        rows, judged = following.followed(opened, scope, plan, today=_today())
        said = [following.early(opened, scope, plan, rows, today=_today()), following.newer_list(opened, scope, plan)]
        invented = _invented(opened, scope, judged)
    for number in numbers:
        terminal.note(f"Recorded; `skillsplan undo {number}` takes it back.")
    if csv is not None:
        answers.write_csv(rows, csv, demonstration=invented)
    if json:
        terminal.write_json({"plan": plan, "lines": terminal.rows(rows), "milestones": terminal.rows(judged), "import_runs": numbers})
    if json or csv is not None:
        return
    answers.mark(demonstration=invented)
    _show_actuals(rows, judged)
    for sentence in filter(None, said):
        terminal.say(sentence)


def _record_line(
    store: Store, scope: Scope, plan: str, line: str, period: int | None, amount: float | None, pounds: float | None, note: str, by: str
) -> int:
    from app.pipeline import following
    from skills_model.errors import DataError, Fault

    if period is None or amount is None:
        raise DataError(
            [Fault("Nothing recorded", "--line", allowed="--period and --amount with it", action="Say which period, and how much.")]
        )
    return following.record_line(store, scope, plan, line, period, amount, pounds, note, by=by, today=_today())


def _show_actuals(rows: pd.DataFrame, judged: pd.DataFrame) -> None:
    from app import findings, terminal
    from skills_model.planning.describe.words import KINDS

    done = rows[rows["fte"].notna()]
    if done.empty:
        terminal.say("Nothing is recorded yet; `skillsplan plan actuals PLAN --template FILE` writes the form to record in.")
    else:
        terminal.heading("What was done, by period and kind")
        added = done.groupby(["period", "kind"], as_index=False)[["planned_fte", "fte", "planned_cost", "spent"]].sum()
        lines = [
            (
                str(row["period"]), KINDS.get(row["kind"], row["kind"]), f"{row['planned_fte']:,.1f}", f"{row['fte']:,.1f}",
                findings.pounds(row["planned_cost"]), findings.pounds(row["spent"]),
            )
            for row in terminal.rows(added)
        ]  # fmt: skip
        terminal.table(("Period", "Kind", "Planned FTE", "Started", "Planned cost", "Spent"), lines, words=2)
        _show_differences(done)
    counts = judged["state"].value_counts()
    terminal.say("Milestones: " + ", ".join(f"{state} {count}" for state, count in counts.items()))


def _show_differences(done: pd.DataFrame) -> None:
    from app import terminal

    apart = done[(done["fte_difference"].abs() > 1e-6) | (done["cost_difference"].abs() > PENNY)]
    if apart.empty:
        terminal.say("Everything recorded is as planned.")
        return
    terminal.heading("Where it differs from the plan")
    lines = [
        (
            str(row["period"]),
            row["what"],
            terminal.word(row["note"] or None),
            f"{row['fte_difference']:+,.1f}",
            _signed(row["cost_difference"]),
        )
        for row in terminal.rows(apart.head(SHOWN))
    ]
    terminal.table(("Period", "Line", "Why", "FTE", "Cost"), lines, words=3)
    say_rest(len(lines), len(apart), "lines", "--csv FILE writes all")


@plans.command()
def replan(
    plan: Plan,
    until: Annotated[
        str | None, typer.Option("--until", metavar="N", help="Last period that stands as it was. Default: the last that is over.")
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option("--budget", metavar="POUNDS", help="Another budget for development over the whole plan, or what is left."),
    ] = None,
    from_staff_list: Annotated[
        bool, typer.Option("--from-staff-list", help="Plan afresh from a later staff list, with what is in progress.")
    ] = False,
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Adopt it at once under this name.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="ROLE", help="Who answers for it, a job role; never a name.")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the plan changes.")] = "",
    out: OutFolder = None,
    time_limit: Seconds = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Make a plan again from what was really done: what is over stands, what is begun stays, the rest is planned anew."""
    from app import terminal
    from app.cli import plan_options
    from app.pipeline import following
    from app.pipeline import plans as planning

    limit, faults = plan_options.before_store(time_limit, out)
    last = plan_options.number("--until", until, faults, least=1, whole=True)
    pounds = plan_options.number("--budget", budget, faults, least=0.0)
    with use_store(store, PAGE, faults=faults) as (opened, scope), terminal.working(f"Planning again from {plan}") as tell:
        with _all_told(faults):
            if name:
                faults += following.hindrances(opened, scope, name, owner, reason)
            request = following.request_again(
                opened, scope, plan, until=None if last is None else int(last), budget=pounds, afresh=from_staff_list, today=_today()
            )
        newer = "" if from_staff_list else following.newer_list(opened, scope, plan)
        result = following.replan(opened, scope, request, time_limit=limit, tell=tell)
        if result.job is None:
            raise ValueError("a plan that was just solved has its job")
        run = result.job.key
        number = following.adopt(opened, scope, run, name=name, owner=owner, reason=reason, today=_today()) if name else None
        if out is not None:
            planning.write_plan(result, out)
        changed = following.changed(opened, scope, result, plan)
    told = result.summary
    if json:
        terminal.write_json({"run": run, "plan": name or None, "import_run": number, "changed": changed, "summary": told})
        return
    terminal.say(f"Plan made again from {plan}: run {run[:8]}")
    terminal.say(f"Against {plan}: {changed}.")
    terminal.say()
    show_plan(result)
    if newer:
        terminal.say(newer)
    if result.solved_at is not None:
        terminal.note(kept(run, result))
    terminal.say(
        f"It is adopted as {name}." if name else f"`skillsplan plan adopt {run[:8]} --as NAME --owner ROLE --reason TEXT` adopts it."
    )
    if out is not None:
        terminal.note(f"Written to {out}")


@plans.command()
def log(
    organisation: OneOrganisation = None,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Say which plans were adopted, by whom and when, what they follow, why, and what changed."""
    from app import terminal
    from app.pipeline import following

    with use_store(store, PAGE) as (opened, scope):
        rows = following.log(opened, scope, organisation)
        invented = _invented(opened, scope, rows)
    if answers.given(rows, csv, json=json, demonstration=invented):
        return
    if rows.empty:
        terminal.say("No plan is adopted yet; `skillsplan plan adopt RUN --as NAME` adopts one.")
        return
    answers.mark(demonstration=invented)
    for row in terminal.rows(rows):
        follows = f", in the place of {row['follows']}" if row["follows"] else ""
        terminal.heading(f"{row['plan']} ({row['organisation']}), {terminal.word(row['adopted_on'])[:10]}, {row['owner']}{follows}")
        terminal.say(f"Why: {row['reason']}")
        terminal.say(f"What changed: {row['changed']}")


@plans.command()
def questions(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="Name of an adopted plan, or the run of any plan.")],
    private: Annotated[bool, typer.Option("--private", help="With the questions of private papers, in your own scope.")] = False,
    answer: Annotated[str, typer.Option("--answer", metavar="QUESTION", help="Question to respond to, by its id.")] = "",
    response: Annotated[str, typer.Option("--response", metavar="TEXT", help="The owner's response.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="ROLE", help="Who responds, a job role; never a name.")] = "",
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Ask of a plan what went wrong in earlier programmes: figure, threshold, what would change the answer, the owner's response."""
    from app import terminal
    from app.pipeline import following

    with use_store(store, PAGE) as (opened, scope):
        run = following.run_of(opened, scope, plan)
        if answer:
            number = following.answer(opened, scope, run, answer, response, owner, today=_today())
            terminal.note(f"Kept; `skillsplan undo {number}` takes it back.")
        with terminal.working("Reading what the plan was made from"):
            rows = following.questions(opened, scope, run, private=private)
        invented = following.invented(opened, scope, str(following.find_run(opened, scope, run)["organisation"]))
    if answers.given(rows, csv, json=json, demonstration=invented):
        return
    answers.mark(demonstration=invented)
    for group, part in rows.groupby("group", sort=False):
        terminal.heading(str(group))
        for row in terminal.rows(part):
            terminal.say(f"{row['asks']} [{row['question']}]: {row['state']}")
            terminal.say(f"  {row['figure']}" + (f" (threshold: {row['threshold']})" if row["threshold"] else ""))
            if row["changes"]:
                terminal.say(f"  What would change the answer: {row['changes']}")
            if row["response"]:
                terminal.say(f"  Response of the {row['owner']}: {row['response']}")


def _invented(store: Store, scope: Scope, rows: pd.DataFrame) -> bool:
    from app.pipeline import following

    return any(following.invented(store, scope, str(code)) for code in rows["organisation"].unique())


def _amount(value: float, unit: str) -> str:
    from app import findings, terminal

    if isnan(value):
        return "-"
    if unit == "pounds":
        return findings.pounds(value)
    return findings.percent(value) if unit == "share" else f"{terminal.number(round(value, 1))} {unit}"


def _signed(value: float) -> str:
    from app import findings

    return "-" if isnan(value) else f"{'+' if value >= 0 else '-'}{findings.pounds(abs(value))}"
