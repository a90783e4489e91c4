"""What a range of budgets, or of any one amount, brings: of an organisation's plan, or of a folder of planning tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.cli import answers
from app.cli.options import Json, OutFolder, Seconds, StoreFile, commands, use_store

if TYPE_CHECKING:
    from app.cli.plan_options import Asked
    from app.money import MoneyResult
    from optimiser.errors import Fault


@commands.command()
def frontier(
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
    low: Annotated[str | None, typer.Option("--from", metavar="AMOUNT", help="Of a folder: least amount, over all periods.")] = None,
    high: Annotated[str | None, typer.Option("--to", metavar="AMOUNT", help="Of a folder: largest amount.")] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="N", help="Of a folder: change it in this period only. Default: all, as the tables share it."),
    ] = None,
    time_limit: Seconds = None,
    out: OutFolder = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show what the best plan comes to along a range of budgets, or of another amount."""
    of_plan = {"--budget": budget, "--periods": periods, "--scenario": scenario, "--time-limit": time_limit}
    of_folder = {"--item": item, "--from": low, "--to": high, "--period": period}
    if folder is not None and organisation is None:
        _of_folder(folder, item, (low, high, period), _passed_over("a folder", of_plan), out, json=json)
    elif organisation is not None and folder is None:
        from app.cli.plan_options import Asked

        asked = Asked(organisation, budget, periods or "12", scenario or "baseline", time_limit=time_limit)
        _of_plan(asked, _passed_over("--organisation", of_folder), out, store, json=json)
    else:
        _of_what("neither" if folder is None else f"both, '{folder}' and '{organisation}'", of_plan, of_folder, out)


def _of_what(found: str, of_plan: dict[str, str | None], of_folder: dict[str, str | None], out: Path | None) -> NoReturn:
    """Say how to ask, and all that is wrong with what was asked and can be told without a folder and without a plan."""
    from app.cli.plan_options import MOST, before_store, number
    from skills_model.errors import Fault, ScenarioError

    action = (
        "For a plan: `skillsplan frontier --organisation CODE --budget POUNDS`. For planning tables: `skillsplan frontier FOLDER --item ITEM "
        "--from AMOUNT --to AMOUNT`."
    )
    allowed = "the code of an organisation, or a folder of planning tables"
    faults = [Fault("Not said of what", "--organisation or FOLDER", found=found, allowed=allowed, action=action)]
    plans, folders = ([option for option, text in options.items() if text is not None] for options in (of_plan, of_folder))
    if plans and folders:
        mixed = f"{', '.join(plans)} of a plan, {', '.join(folders)} of a folder"
        faults.append(Fault("Options of two questions", "the options", found=mixed, action="Leave those of one out."))
    for option, least in (("--budget", 0.0), ("--periods", 1.0), ("--from", -MOST), ("--to", -MOST), ("--period", 1.0)):
        number(option, (of_plan | of_folder)[option], faults, least=least, whole=option.startswith("--period"))
    raise ScenarioError([*faults, *before_store(of_plan["--time-limit"], out)[1]])


def _passed_over(beside: str, options: Mapping[str, object]) -> list[Fault]:
    """Return a fault for each option that says nothing of what is asked."""
    from skills_model.errors import Fault

    return [
        Fault(f"Not used with {beside}", option, found=f"'{value}'", action="Leave it out.")
        for option, value in options.items()
        if value is not None
    ]


def _along(item: str | None, texts: Sequence[str | None], faults: list[Fault]) -> tuple[float, float, int | None]:
    """Read a range and a period, adding what is wrong with them and with the item."""
    from app.cli.plan_options import number
    from skills_model.errors import Fault

    named = {"--item": item, "--from": texts[0], "--to": texts[1]}
    allowed = "a stock with an inflow, a limit or a stock that is required, and the least and the largest amount of it"
    missing = [option for option, text in named.items() if text is None]
    faults += [Fault("Not said along what", one, found="nothing", allowed=allowed, action=f"Give {one}.") for one in missing]
    low, high = (number(option, named[option], faults) for option in ("--from", "--to"))
    period = number("--period", texts[2], faults, least=1, whole=True)
    if low is None or high is None:
        return 0.0, 0.0, None
    if low >= high:
        found = f"{low:g} to {high:g}"
        faults.append(Fault("Not a range", "--from to --to", found=found, allowed="two numbers, the lower first", action="Correct them."))
    return low, high, None if period is None else int(period)


def _of_folder(folder: Path, item: str | None, texts: Sequence[str | None], faults: list[Fault], out: Path | None, *, json: bool) -> None:
    from app import pipeline, terminal
    from skills_model.errors import ScenarioError

    low, high, period = _along(item, texts, faults)
    if faults or item is None:
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


def _of_plan(asked: Asked, others: Sequence[Fault], out: Path | None, store: Path | None, *, json: bool) -> None:
    from app import terminal
    from app.cli import plan_options
    from app.pipeline import plans, tradeoffs
    from skills_model.errors import Fault

    time_limit, faults = plan_options.before_store(asked.time_limit, out)
    faults += others
    if asked.budget is None:
        allowed = f"pounds from 0 to {plan_options.MOST:,.0f}, such as 120000"
        faults.append(
            Fault("No budget", "--budget", found="nothing", allowed=allowed, action="Say the budget that the curve is drawn around.")
        )
    with terminal.working(f"Planning for {asked.organisation} with other budgets") as step:
        with use_store(store, "Scenarios and trade-offs", faults=faults) as (opened, scope):
            job = plans.prepare_plan(opened, scope, plan_options.request(opened, scope, asked, faults))
            before = tradeoffs.money_before(opened, scope, job)
        found = before or plans.work_out_money(
            plans.MoneyJob(job, ""), solved=lambda count: step(f"Plans with other budgets: {count} made"), time_limit=time_limit
        )
        if before is None:
            with use_store(store, "Scenarios and trade-offs") as (opened, scope):
                tradeoffs.keep_money(opened, scope, job, found)
    if out is not None:
        _write(found, out)
    if json:
        tables = {name: terminal.rows(getattr(found, name)) for name in ("budgets", "steps", "skills")}
        terminal.write_json({**found.summary, **tables})
        return
    answers.mark(demonstration=bool(job.inputs.organisation["demonstration"]))
    _show(found, str(job.inputs.organisation["name"]), job.scenario.periods, job.scenario.period)
    if job.scenario.levers.whole_people:
        terminal.say("All of these are in fractions of people; the plan itself, with whole people in small groups, closes a little less.")
    if before is not None:
        terminal.note("Not solved again: the same was worked out before, and is read back from the store")
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
