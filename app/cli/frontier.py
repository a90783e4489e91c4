"""What a range of budgets, or of any one amount, brings: of an organisation's plan, or of a folder of planning tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import Json, OutFolder, StoreFile, TimeLimit, commands, use_store

if TYPE_CHECKING:
    from app.money import MoneyResult
    from optimiser.errors import Fault


@commands.command()
def frontier(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="Folder of planning tables; left out where --organisation is given.")
    ] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="CODE", help="Whose plan, by code, in place of a folder.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="POUNDS", help="Budget of the plan; the curve goes from none to twice as much.")
    ] = None,
    periods: Annotated[
        str | None, typer.Option("--periods", metavar="N", help="Length of the plan in periods of the scenario. Default: 12.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", metavar="ID", help="Id of a scenario, or a TOML file. Default: baseline.")
    ] = None,
    item: Annotated[
        str | None,
        typer.Option("--item", metavar="ITEM", help="Of a folder: a stock with an inflow (money), a limit, or a stock that is required."),
    ] = None,
    low: Annotated[float | None, typer.Option("--from", metavar="AMOUNT", help="Of a folder: least amount, over all periods.")] = None,
    high: Annotated[float | None, typer.Option("--to", metavar="AMOUNT", help="Of a folder: largest amount.")] = None,
    period: Annotated[
        int | None,
        typer.Option("--period", metavar="N", help="Of a folder: change it in this period only. Default: all, as the tables share it."),
    ] = None,
    time_limit: TimeLimit = None,
    out: OutFolder = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show what the best plan comes to along a range of budgets, or of another amount."""
    if (folder is None) == (organisation is None):
        raise typer.BadParameter("Give a folder of planning tables, or whose plan with --organisation.", ctx=context, param_hint="'FOLDER'")
    if organisation is not None:
        others = {"--item": item, "--from": low, "--to": high, "--period": period}
        if budget is None:
            raise typer.BadParameter("Say the budget that the curve is drawn around.", ctx=context, param_hint="'--budget'")
        _of_plan(
            organisation,
            budget,
            periods or "12",
            scenario or "baseline",
            _passed_over("--organisation", others),
            time_limit,
            out,
            store,
            json=json,
        )
        return
    if item is None or low is None or high is None:
        raise typer.BadParameter("A folder needs --item, --from and --to.", ctx=context, param_hint="'FOLDER'")
    assert folder is not None  # noqa: S101 - one of the two is given
    faults = _passed_over("a folder", {"--budget": budget, "--periods": periods, "--scenario": scenario}) + _range(low, high)
    _of_folder(folder, item, low, high, period, faults, out, json=json)


def _passed_over(beside: str, options: Mapping[str, object]) -> list[Fault]:
    """Return a fault for each option that says nothing of what is asked."""
    from skills_model.errors import Fault

    return [
        Fault(f"Not used with {beside}", option, found=f"'{value}'", action="Leave it out.")
        for option, value in options.items()
        if value is not None
    ]


def _range(low: float, high: float) -> list[Fault]:
    from skills_model.errors import Fault

    if isfinite(low) and isfinite(high) and low < high:
        return []
    return [
        Fault("Not a range", "--from to --to", found=f"{low:g} to {high:g}", allowed="two numbers, the lower first", action="Correct them.")
    ]


def _of_folder(
    folder: Path, item: str, low: float, high: float, period: int | None, faults: Sequence[Fault], out: Path | None, *, json: bool
) -> None:
    from app import pipeline, terminal
    from skills_model.errors import ScenarioError

    if faults:
        raise ScenarioError(faults)
    with terminal.working(f"Solving {folder} along {item}"):
        curve = pipeline.frontier(folder, item, low, high, out, period=period)
    if json:
        told = {"status": "optimal", "stage": curve.stage, "feasible": curve.feasible, "knee": curve.knee, "complete": curve.complete}
        terminal.write_json(told | {"whole_fixed": curve.whole_fixed, "sentences": curve.sentences, "table": terminal.rows(curve.table)})
        return
    lines = [
        (row["kind"], *(terminal.number(row[name]) for name in ("amount", "value", "slope_left", "slope_right")))
        for row in terminal.rows(curve.table)
    ]
    terminal.table(("", "Amount", curve.stage.capitalize(), "Slope below", "Slope above"), lines)
    for sentence in curve.sentences:
        terminal.say(sentence)
    if out is not None:
        terminal.note(f"Written to {out}")


def _of_plan(
    organisation: str,
    budget: str,
    periods: str,
    scenario: str,
    faults: Sequence[Fault],
    time_limit: float | None,
    out: Path | None,
    store: Path | None,
    *,
    json: bool,
) -> None:
    from app import terminal
    from app.cli import plan_options
    from app.pipeline import plans

    asked = plan_options.Asked(organisation, budget, periods, scenario)
    with terminal.working(f"Planning for {organisation} with other budgets") as step:
        with use_store(store, "Scenarios and trade-offs") as (opened, scope):
            job = plans.prepare_plan(opened, scope, plan_options.request(opened, scope, asked, out, faults))
        found = plans.work_out_money(
            plans.MoneyJob(job, ""), solved=lambda count: step(f"Plans with other budgets: {count} made"), time_limit=time_limit
        )
    if out is not None:
        _write(found, out)
    if json:
        tables = {name: terminal.rows(getattr(found, name)) for name in ("budgets", "steps", "skills")}
        terminal.write_json({**found.summary, **tables})
        return
    _show(found, str(job.inputs.organisation["name"]), job.scenario.periods, job.scenario.period)
    if out is not None:
        terminal.note(f"Written to {out}")


def _write(found: MoneyResult, folder: Path) -> None:
    from app import pipeline

    with pipeline.replacing(folder) as new:
        for name in ("budgets", "steps", "skills"):
            getattr(found, name).to_csv(new / f"{name}.csv", index=False)
        pipeline.write_json(new / "frontier.json", found.summary)


def _show(found: MoneyResult, name: str, periods: int, period: str) -> None:
    from app import results, terminal

    terminal.say(f"Budgets against what stays short at the end: {name}, {periods} {period}s")
    terminal.say(results.money_headline(found, f"the last {period}"))
    if said := results.money_limits(found):
        terminal.say(said)
    budgets, steps = results.written_budgets(found), results.written_steps(found)
    terminal.table(
        tuple(results.BUDGET_HEADINGS.values()), [tuple(row) for row in budgets[list(results.BUDGET_HEADINGS)].to_numpy().tolist()]
    )
    terminal.heading("A little less, a little more")
    terminal.say(results.money_holds(found))
    terminal.table(
        tuple(results.STEP_HEADINGS.values()), [tuple(row) for row in steps[list(results.STEP_HEADINGS)].to_numpy().tolist()], words=1
    )
