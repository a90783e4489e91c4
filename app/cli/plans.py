"""Commands that plan what to do with a budget; what is done with a plan afterwards are commands of the same group."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from app.cli.options import SHOWN, Json, Seconds, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd

    from app.cli.plan_options import Asked
    from app.pipeline.plans import PlanJob, PlanRequest, PlanResult

plans = typer.Typer(
    help="Plan what to do for one organisation within its money; subcommands compare plans and follow them.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
commands.add_typer(plans, name="plan")


@plans.callback(invoke_without_command=True)
def plan(
    context: typer.Context,
    organisation: Annotated[str | None, typer.Option("--organisation", metavar="CODE", help="Whose plan, by code. Needed.")] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            metavar="POUNDS",
            help="For development over the whole horizon, spread evenly by year. May be left out where the store has money for it.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write the plan and all that is needed to repeat it here.")
    ] = None,
    drivers: Annotated[
        bool, typer.Option("--drivers", help="With --out, write which cells each uncertain assumption moves; takes half a minute.")
    ] = False,
    periods: Annotated[str, typer.Option("--periods", metavar="N", help="Length of the plan in periods of the scenario.")] = "12",
    scenario: Annotated[str, typer.Option("--scenario", metavar="ID", help="Id of a scenario, or a TOML file.")] = "baseline",
    objective: Annotated[
        str | None,
        typer.Option(
            "--objective",
            metavar="AIM",
            help="gap: close the most weighted gap; target: reach a coverage at least cost; critical: protect critical skills first.",
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="SHARE", help="Coverage to reach by the last period, 0.8 or 80%; at least cost.")
    ] = None,
    critical: Annotated[
        list[str] | None, typer.Option("--critical", metavar="SKILL", help="A skill to protect first; say it once for each.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="LEVER", help="A kind of lever to leave out, such as contract; once for each.")
    ] = None,
    hoped_for: Annotated[bool, typer.Option("--hoped-for", help="Count money that is only hoped for.")] = False,
    fund: Annotated[
        list[str] | None,
        typer.Option(
            "--fund", metavar="STREAM=POUNDS", help="Money of another stream over the whole horizon, in place of what the store has."
        ),
    ] = None,
    relax: Annotated[
        list[str] | None, typer.Option("--relax", metavar="ITEM", help="What may be given up, as a command without a plan says it.")
    ] = None,
    follows: Annotated[
        str,
        typer.Option(
            "--follows",
            metavar="RUN:PERIOD",
            help="Go on from what was really done of the plan of this run up to a period; `plan replan` does it too.",
        ),
    ] = "",
    time_limit: Seconds = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Plan what to do for one organisation within its money; subcommands compare plans and follow them."""
    if context.invoked_subcommand is not None:
        return
    from app.cli.plan_options import Asked

    asked = Asked(
        organisation, budget, periods, scenario, objective, target, tuple(critical or ()), tuple(without or ()), hoped_for,
        tuple(fund or ()), tuple(relax or ()), follows, time_limit,
    )  # fmt: skip
    make(asked, out, store, json=json, drivers=drivers)


def make(asked: Asked, out: Path | None, store: Path | None, *, json: bool = False, drivers: bool = False) -> None:
    """Make a plan, write it where asked, and show it."""
    from app import plan_words, terminal
    from app.cli import plan_options
    from app.pipeline import following, places
    from app.pipeline import plans as pipeline_plans
    from skills_model.errors import Fault

    limit, faults = plan_options.before_store(asked.time_limit, out)
    faults += asked.nobody()
    if drivers and out is None:
        faults.append(
            Fault("Nowhere to write", "--drivers", found="no --out beside it", action="Give a folder with --out, or leave it out.")
        )
    with terminal.working(f"Planning for {asked.organisation}"):
        with use_store(store, "Build a plan", faults=faults) as (opened, scope):
            request = plan_options.request(opened, scope, asked, faults)
            with plan_options.told_as_options(asked):
                job = following.prepare(opened, scope, request)
            _some_money(job)
            before = following.solved_before(opened, scope, job, whole=out is not None)
        result = before or _solved(job, limit, store)
        with use_store(store, "Build a plan") as (opened, scope):
            run = following.keep(opened, scope, job, result)
            result = places.with_claims(opened, scope, job, result, plan_words.claims)
        if out is not None:
            pipeline_plans.write_plan(result, out, drivers=drivers)
    if json:
        terminal.write_json({"run": run, **result.summary})
    else:
        show_plan(result)
    if out is not None:
        terminal.note(f"Written to {out}")
    terminal.note(kept(run, result))


def kept(run: str, result: PlanResult) -> str:
    """Say by which name a plan is known, and of one that was not solved now, that it was solved before."""
    from app import results

    name = f"{run[:8]}, the name that other commands know it by"
    if result.solved_at is None:
        return f"Kept in the store as {name}"
    return f"Not solved again: the same was solved on {results.when(result.solved_at)}, and is read back from the store, where it is {name}"


def _solved(job: PlanJob, time_limit: float | None, store: Path | None) -> PlanResult:
    """Solve a plan; keep why there is none, so that the same is not looked for again."""
    from app.pipeline import following
    from app.pipeline import plans as pipeline_plans

    try:
        return pipeline_plans.solve_plan(job, time_limit=time_limit)
    except pipeline_plans.RefusedError as error:
        with use_store(store, "Build a plan") as (opened, scope):
            following.keep_refused(opened, scope, job, error)
        raise


def _some_money(job: PlanJob) -> None:
    """Refuse a plan for which nobody has given money; raises ScenarioError."""
    from skills_model.errors import Fault, ScenarioError

    request: PlanRequest = job.request
    given = any(any(years.values()) for years in job.scenario.budget.values())
    if request.budget is None and not given and job.inputs.options.budgets.empty:
        found = f"neither a budget nor money of {request.organisation} in the store or the scenario"
        action = "Give pounds with --budget or --fund, or take budgets in: `skillsplan import budget FILE`."
        raise ScenarioError([Fault("No money to plan with", "--budget", found=found, action=action)])


def show_plan(result: PlanResult) -> None:
    """Show a plan: what to do, what that closes and costs, what holds it back and what is left out."""
    from app import findings, guard, plan_words, results, terminal
    from app.places_page import words

    told = cast("dict[str, Any]", result.summary)
    length = f"{told['periods']} {told['period']}" + ("" if told["periods"] == 1 else "s")
    start = date.fromisoformat(told["start"])
    terminal.say(f"Plan for {told['organisation_name']} ({told['organisation']}): {length} from {start.day} {start:%B %Y}")
    if told["demonstration"]:
        terminal.say(guard.MARK)
    terminal.say(findings.plan_finding(told))
    for aim in results.said_of(result):
        terminal.say(aim)
    if decisions := plan_words.given_up(told):
        terminal.say("Given up so that there is a plan:")
        for decision in decisions:
            terminal.say(f"- {decision}")
    _show_actions(result)
    terminal.heading("What it closes by the last period")
    measures = (
        ("Ranks short", "ranks_short", findings.amount),
        ("Coverage", "coverage", findings.percent),
        ("Staff FTE", "staff_fte", findings.amount),
    )
    ways = {"Now": "now", "Doing nothing": "do_nothing", "This plan": "plan"}
    terminal.table(("", *ways), [(label, *(write(told[way][name]) for way in ways.values())) for label, name, write in measures])
    _show_cost(told, result.described.streams)
    _show_sentences("What holds it back", result.described.limits, "limits.csv")
    terminal.say(
        "A weighted FTE-rank is one FTE a rank short for one period, as the plan weighs it; later periods and years after count in."
    )
    _show_sentences("What is left out, nearest first", result.described.left_out, "left_out.csv")
    terminal.say()
    for said in (*plan_words.beside(result), *told["notes"]):
        terminal.say(said)
    claims = told.get("claims")
    if claims and not claims["warns"]:
        terminal.say(words.first_year(claims["claimed"], claims["assigned"], claims["apart"]))


def _show_actions(result: PlanResult) -> None:
    """Show for how many people each action is at each time, and what to begin with."""
    from app import plan_words, results, terminal

    terminal.heading("What to do")
    lines = results.written_programme(result)
    if lines.empty:
        terminal.say("Nothing")
        return
    times = results.written_times(result).merge(results.by_action(result)[["action", "people", "cost"]], on="action")
    said = {"action": "Action", "people": "People in all", "cost": "Cost"}
    terminal.table([said.get(name, name) for name in times.columns], times.to_numpy().tolist())
    terminal.say(plan_words.programme(cast("dict[str, Any]", result.summary)))
    soonest = lines[lines["when"] == lines["when"].iloc[0]]
    terminal.heading(f"What to begin with, {soonest['when'].iloc[0]}")
    shown = soonest.head(SHOWN)
    columns = {"action": "Action", "where": "Role family or level", "what": "What", "people": "People", "fte": "FTE", "cost": "Cost"}
    terminal.table(tuple(columns.values()), shown[list(columns)].to_numpy().tolist(), words=3)
    say_rest(len(shown), len(lines), "lines", "programme.csv has all, actions.csv every start")


def _show_cost(told: dict[str, Any], streams: pd.DataFrame) -> None:
    from app import findings, terminal

    terminal.heading("What it costs")
    cost, names = told["cost"], dict(zip(streams["stream"], streams["stream_label"], strict=True))
    by_year = cost["by_year"]
    years = sorted({year for amounts in by_year.values() for year in amounts})
    lines = [
        (names.get(stream, stream), *(findings.pounds(by_year.get(stream, {}).get(year, 0.0)) for year in years), findings.pounds(total))
        for stream, total in cost["by_stream"].items()
    ]
    terminal.table(("Stream", *years, "All"), lines)
    total = (
        f" ({findings.pounds(told['budget_total'])} with money that no action may be paid from)"
        if told["budget_total"] > told["budget"]
        else ""
    )
    terminal.say(f"Charged to budgets of {findings.pounds(told['budget'])}{total}: {findings.pounds(cost['total'])}")
    terminal.say(
        f"With pay: {findings.pounds(cost['one_off'])} once and {findings.pounds(cost['recurrent'])} a year from then on; over its whole life "
        f"{findings.pounds(cost['whole_life'])} at today's value, discounted at {told['money']['discount_rate']:.1%} a year"
    )
    if told["money"]["hoped_for_share_of_cost"] > 0:
        terminal.say(f"{findings.percent(told['money']['hoped_for_share_of_cost'])} of the cost is on money that is only hoped for")


def _show_sentences(title: str, frame: pd.DataFrame, file: str) -> None:
    """Show the sentences that tell of each kind."""
    from app import results, terminal

    if frame.empty:
        return
    terminal.heading(title)
    for sentence in results.in_short(frame):
        terminal.say(f"- {sentence}")
    terminal.say(f"{file} has all {len(frame):,}, one by one")
