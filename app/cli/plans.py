"""Commands that plan what to do with a budget."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from app.cli.options import SHOWN, Json, StoreFile, TimeLimit, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd

    from app.pipeline.plans import PlanResult


@commands.command()
def plan(
    organisation: Annotated[str, typer.Option("--organisation", metavar="CODE", help="Whose plan, by code.")],
    budget: Annotated[
        float, typer.Option("--budget", metavar="POUNDS", help="For development over the whole horizon, spread evenly by year.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Write the plan and all that is needed to repeat it here.")],
    periods: Annotated[int, typer.Option("--periods", metavar="N", help="Length of the plan in periods of the scenario.")] = 12,
    scenario: Annotated[str, typer.Option("--scenario", metavar="ID", help="Id of a scenario, or a TOML file.")] = "baseline",
    time_limit: TimeLimit = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Plan what to do for one organisation within a budget."""
    from app import pipeline, terminal
    from app.pipeline import plans

    pipeline.check_place(out)
    request = plans.PlanRequest(organisation, budget, periods, scenario)
    with terminal.working(f"Planning for {organisation}"):
        with use_store(store, "Build a plan") as (opened, scope):
            job = plans.prepare_plan(opened, scope, request)
        result = plans.solve_plan(job, time_limit=time_limit)
        plans.write_plan(result, out)
    if json:
        terminal.write_json(result.summary)
        return
    _show_plan(result)
    terminal.note(f"Written to {out}")


def _show_plan(result: PlanResult) -> None:
    from app import findings, guard, terminal

    told = cast("dict[str, Any]", result.summary)
    length = f"{told['periods']} {told['period']}" + ("" if told["periods"] == 1 else "s")
    start = date.fromisoformat(told["start"])
    terminal.say(f"Plan for {told['organisation_name']} ({told['organisation']}): {length} from {start.day} {start:%B %Y}")
    if told["demonstration"]:
        terminal.say(guard.MARK)
    before, after = told["do_nothing"], told["plan"]
    terminal.say(findings.plan_finding(before["ranks_short"], after["ranks_short"], told["cost"]["total"]))
    _show_actions(result.actions)
    terminal.heading("What it closes by the last period")
    measures = (
        ("Ranks short", "ranks_short", findings.amount),
        ("Coverage", "coverage", findings.percent),
        ("Staff FTE", "staff_fte", findings.amount),
    )
    terminal.table(
        ("", "Doing nothing", "This plan"), [(label, write(before[name]), write(after[name])) for label, name, write in measures]
    )
    _show_cost(told["cost"], told["budget"])
    for note in told["notes"]:
        terminal.say(note)


def _show_actions(actions: pd.DataFrame) -> None:
    from app import findings, terminal

    terminal.heading("What to do")
    added = _what_to_do(actions)
    shown = terminal.rows(added.head(SHOWN))
    lines = [(row["action"], row["what"], f"{row['fte']:,.2f}", findings.pounds(row["cost"])) for row in shown]
    terminal.table(("Action", "Skill or role", "FTE", "Cost"), lines, words=2)
    say_rest(len(shown), len(added), "lines", "actions.csv has all, by role and period")


def _show_cost(cost: dict[str, Any], budget: float) -> None:
    from app import findings, terminal

    terminal.heading("What it costs")
    by_year = cost["by_year"]
    years = sorted({year for amounts in by_year.values() for year in amounts})
    lines = [
        (
            stream.replace("-", " ").capitalize(),
            *(findings.pounds(by_year.get(stream, {}).get(year, 0.0)) for year in years),
            findings.pounds(total),
        )
        for stream, total in cost["by_stream"].items()
    ]
    terminal.table(("Stream", *years, "All"), lines)
    terminal.say(f"Charged to the budget of {findings.pounds(budget)}: {findings.pounds(cost['total'])}")


def _what_to_do(actions: pd.DataFrame) -> pd.DataFrame:
    """Add up actions over role levels and periods: a line for each skill to train in and each role to fill, dearest first."""
    what = actions["role_level"].where(
        actions["skill"].isna(), actions["skill"] + " to rank " + actions["rank"].astype("Int64").astype("str")
    )
    lines = actions.assign(what=what).groupby(["action", "what"], as_index=False)[["fte", "cost"]].sum()
    return lines.sort_values(["cost", "fte", "what"], ascending=[False, False, True])
