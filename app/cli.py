"""The command `skillsplan`: reads options, calls a use case of `app.pipeline`, shows the answer.

Imports of pandas, DuckDB and the solver stay inside the commands, so that help appears at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from optimiser.errors import FaultsError, PlanError, SkillsplanError

if TYPE_CHECKING:
    import pandas as pd

    from app.pipeline import PlanResult
    from optimiser.watch import Progress
    from skills_model.privacy import Scope
    from skills_model.store import Store

SHOWN = 20
"""Rows of a long table that a terminal shows; files and JSON hold all."""
DEMO_BUDGET = 500_000.0
"""Pounds over the three years of the demonstration's plan."""
FAILED, WRONG_INPUT, NO_PLAN, STOPPED = 1, 2, 3, 4
EXIT_CODES = {"infeasible": NO_PLAN, "unbounded": NO_PLAN, "cancelled": STOPPED, "stopped": STOPPED}
INTERRUPTED = 130
"""What Typer makes of Ctrl-C."""
QUERY_INTERRUPTED = "Query interrupted"
_interrupted = threading.Event()
"""What DuckDB makes of it: the words of a RuntimeError."""

commands = typer.Typer(
    name="skillsplan",
    help="Plan the digital, data and technology workforce of the NHS in England.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # boxes are noise to a screen reader and in a log
)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with problem.toml and the planning tables.")]
StoreFile = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help="Store to read. Default: SKILLSPLAN_STORE, your own store, the demonstration store."),
]
OutFolder = Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="Write the results here as files.")]
Json = Annotated[bool, typer.Option("--json", help="Write one JSON value to standard output, and nothing else.")]
TimeLimit = Annotated[
    float | None, typer.Option("--time-limit", metavar="SECONDS", min=0, help="Stop looking for a better plan after this long.")
]
Gap = Annotated[
    float, typer.Option("--gap", metavar="SHARE", min=0, help="Accept a whole-number plan this close to the bound; 0 is proven best.")
]
OneOrganisation = Annotated[str | None, typer.Option("--organisation", metavar="CODE", help="Only this organisation.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code; given no arguments it takes those of the process, and ends the process."""
    if arguments is not None:
        _run(list(arguments))
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        _run(sys.argv[1:])
    except SystemExit as leaving:
        watch = sys.modules.get("optimiser.watch")
        if watch is None or not watch.at_work():
            raise
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(leaving.code if isinstance(leaving.code, int) else 0)  # a solver that does not listen must not hold up the answer


def _interrupt(*_: object) -> None:
    """Remember Ctrl-C: what is interrupted while it loads may turn it into an error of its own."""
    _interrupted.set()
    raise KeyboardInterrupt


def _run(arguments: Sequence[str]) -> None:
    """Run one command: here, and only here, errors become messages and exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old Windows console may lack a character of a name
    try:
        commands(arguments, prog_name="skillsplan")
    except SystemExit as leaving:
        if leaving.code == WRONG_INPUT and "--json" in arguments:
            from app import terminal

            terminal.write_json({"status": "invalid", "message": "The command or its options are wrong; standard error says which."})
        if leaving.code != INTERRUPTED:
            raise
        _leave(STOPPED, "Cancelled.", {"status": "cancelled"}, arguments)
    except PlanError as error:
        _leave(EXIT_CODES.get(error.status, FAILED), str(error), _no_plan(error), arguments)
    except FaultsError as error:
        _leave(WRONG_INPUT, str(error), {"status": "invalid", "faults": [fault.as_row() for fault in error.faults]}, arguments)
    except SkillsplanError as error:
        _leave(WRONG_INPUT, str(error), {"status": "invalid", "message": str(error)}, arguments)
    except (FileNotFoundError, FileExistsError, PermissionError, NotADirectoryError, IsADirectoryError) as error:
        message = f"Cannot use '{error.filename}': {error.strerror}. Name another place, or ask for access to this one."
        _leave(WRONG_INPUT, message, {"status": "invalid", "message": message}, arguments)
    except Exception as error:
        if _interrupted.is_set() or str(error) == QUERY_INTERRUPTED:
            _leave(STOPPED, "Cancelled.", {"status": "cancelled"}, arguments)
        if "--debug" in arguments:
            raise
        message = f"Failed: {type(error).__name__}: {error}\nThis is a mistake of ours; `skillsplan --debug ...` shows where."
        _leave(FAILED, message, {"status": "failed", "message": f"{type(error).__name__}: {error}"}, arguments)


def _no_plan(error: PlanError) -> dict[str, object]:
    answer: dict[str, object] = {"status": error.status, "message": str(error)}
    if error.status == "infeasible":
        answer |= {"conflict": error.conflict, "relaxation": error.relaxation}
    return answer


def _leave(code: int, message: str, answer: dict[str, object], arguments: Sequence[str]) -> None:
    """Say why there is no result, for people and with `--json` for programs, and end the process."""
    from app import terminal

    terminal.note(message)
    if "--json" in arguments:
        terminal.write_json(answer)
    sys.exit(code)


@commands.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program a failure happened.")] = False,
) -> None:
    """Plan the digital, data and technology workforce of the NHS in England."""


@commands.command()
def optimise(folder: Folder, out: OutFolder = None, json: Json = False, time_limit: TimeLimit = None, gap: Gap = 0.0) -> None:
    """Find the best plan for a folder of planning tables."""
    from app import pipeline, terminal

    with terminal.working(f"Solving {folder}") as step:
        plan = pipeline.optimise(folder, out, time_limit, gap, lambda seen: step(f"Solving {folder}: {_how_far(seen)}"))
    summary = plan.summary()
    if json:
        terminal.write_json(summary)
        return
    _show_solution(summary)
    if out is not None:
        terminal.note(f"Written to {out}")


def _how_far(seen: Progress) -> str:
    """Say how far a solve is: "stage cost, 12 s, 4,000 iterations, gap 1.2%"."""
    parts = [f"stage {seen.stage}", f"{seen.seconds:.0f} s"]
    parts += [f"{seen.iterations:,} iterations"] if seen.iterations else []
    parts += [f"gap {seen.gap:.1%}"] if seen.gap is not None else []
    return ", ".join(parts)


def _show_solution(summary: dict) -> None:
    from app import terminal

    size, seconds = summary["size"], summary["seconds"]
    terminal.say(f"Status: {summary['status']}")
    terminal.table(("Stage", "Value"), [(stage["name"], f"{stage['value']:,.3f}") for stage in summary["stages"]])
    terminal.say()
    terminal.say("Audit (worst relative violation): " + ", ".join(f"{name} {worst:.0e}" for name, worst in summary["audit"].items()))
    terminal.say(f"Size: {size['variables']:,} variables, {size['constraints']:,} constraints; {seconds['total']:.2f} seconds")


@commands.command()
def explain(
    folder: Folder,
    money: Annotated[
        str | None,
        typer.Option("--money", metavar="ITEM", help="Try more of this stock's inflow, or of this limit. Default: the money worth most."),
    ] = None,
    period: Annotated[
        int | None, typer.Option("--period", metavar="N", help="Have it in this period. Default: spread as the tables spread it.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME[,NAME]", help="Tell what it buys apart by these columns of the tables. Default: all.")
    ] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=0, help="How many prices, and levers left out, to work out and say.")] = 25,
    out: OutFolder = None,
    json: Json = False,
    time_limit: TimeLimit = None,
) -> None:
    """Say why the best plan is as it is: what limits are worth, what more money buys, what is left out."""
    from app import pipeline, terminal

    columns = None if by is None else [name.strip() for name in by.split(",")]
    with terminal.working(f"Explaining {folder}"):
        solved, explanation = pipeline.explain(folder, out, money=money, period=period, by=columns, most=most, time_limit=time_limit)
    if json:
        frames = {name: terminal.rows(getattr(explanation, name)) for name in ("prices", "money", "bought", "holds", "stops", "idle")}
        told = {"whole_fixed": explanation.whole_fixed, "out_of_time": explanation.out_of_time, "sentences": explanation.sentences}
        terminal.write_json({"status": solved.status, "stages": solved.stages} | told | frames)
        return
    for sentence in explanation.sentences:
        terminal.say(sentence)
    if out is not None:
        terminal.note(f"Written to {out}")


@commands.command()
def frontier(
    folder: Folder,
    item: Annotated[str, typer.Option("--item", metavar="ITEM", help="A stock with an inflow (money), a limit, or a stock that is required.")],
    low: Annotated[float, typer.Option("--from", metavar="AMOUNT", help="Least amount, over all periods.")],
    high: Annotated[float, typer.Option("--to", metavar="AMOUNT", help="Largest amount.")],
    period: Annotated[
        int | None, typer.Option("--period", metavar="N", help="Change it in this period only. Default: all, as the tables share it.")
    ] = None,
    out: OutFolder = None,
    json: Json = False,
) -> None:
    """Show what the best plan comes to along a range of one amount, such as the budget."""
    from app import pipeline, terminal

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


@commands.command()
def project(folder: Folder, out: OutFolder = None, json: Json = False) -> None:
    """Show what becomes of every stock if nothing is done."""
    from app import pipeline, terminal

    stocks = pipeline.project(folder, out)
    if json:
        paths = zip(stocks.index, stocks.to_numpy().tolist(), strict=True)
        terminal.write_json({"status": "projected", "stocks": {str(stock): path for stock, path in paths}})
        return
    periods = _spread([int(period) for period in stocks.columns])
    shown = stocks.iloc[:SHOWN, periods]
    lines = [(str(stock), *(f"{amount:,.1f}" for amount in path)) for stock, path in zip(shown.index, shown.to_numpy(), strict=True)]
    terminal.table(("Stock", *("Now" if period == 0 else f"Period {period}" for period in periods)), lines)
    _say_rest(len(shown), len(stocks), "stocks", "--json and --out give all")
    if out is not None:
        terminal.note(f"Written to {out}")


def _spread(periods: list[int], most: int = 5) -> list[int]:
    """Return up to `most` periods, evenly spread, the first and last among them.

    >>> _spread([0, 1, 2]), _spread(list(range(13)))
    ([0, 1, 2], [0, 3, 6, 9, 12])
    """
    if len(periods) <= most:
        return periods
    return [periods[round(step * (len(periods) - 1) / (most - 1))] for step in range(most)]


def _say_rest(shown: int, total: int, noun: str, where: str) -> None:
    from app import terminal

    if shown < total:
        terminal.say(f"... and {total - shown:,} more {noun}; {where}")


@contextmanager
def _opened(option: Path | None, page: str) -> Iterator[tuple[Store, Scope]]:
    """Open the store that the user means, with the full scope of somebody working on their own machine; `page` does the same in the app."""
    from app import pipeline
    from skills_model.privacy import Scope
    from skills_model.store import Store

    with Store.open(pipeline.store_path(option), page=page) as store:
        yield store, Scope.local()


@commands.command()
def demo_data(
    store: Annotated[Path, typer.Option("--store", metavar="FILE", help="Store to make.")],
    organisation: OneOrganisation = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same people.")] = 1,
    json: Json = False,
) -> None:
    """Make a store of invented trusts and invented staff."""
    from app import findings, pipeline, terminal
    from app.report import guard

    with terminal.working("Inventing staff") as step:
        made = pipeline.demo_data(store, organisation, seed, lambda done, code: step(f"Inventing staff: {done:.0%}, {code}"))
    if json:
        terminal.write_json({"store": str(store), "seed": seed, "organisations": terminal.rows(made)})
        return
    terminal.say(f"{guard.MARK}: seed {seed}")
    terminal.table(
        ("Organisations", "Headcount", "FTE", "Vacant FTE"),
        [(f"{len(made):,}", *(findings.amount(made[column].sum()) for column in ("headcount", "fte", "vacancy_fte")))],
        words=0,
    )
    terminal.note(f"Written to {store}")


@commands.command()
def organisations(store: StoreFile = None, json: Json = False) -> None:
    """List the organisations in the store, largest first."""
    from app import findings, pipeline, terminal

    with _opened(store, "Overview") as (opened, scope):
        frame = pipeline.organisations(opened, scope)
    if json:
        terminal.write_json(terminal.rows(frame))
        return
    words = ["code", "name", "type", "region", "icb"]
    lines = [(*(terminal.word(row[word]) for word in words), findings.amount(row["fte"])) for row in terminal.rows(frame)]
    terminal.table(("Code", "Name", "Type", "Region", "ICB", "FTE"), lines, words=len(words))


@commands.command()
def gaps(
    by: Annotated[str, typer.Option("--by", metavar="CUT[,CUT]", help="What to break the gap down by, such as role_family,skill.")],
    organisation: OneOrganisation = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write every row and measure as CSV.")] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Measure the skills gap, worst first."""
    from app import pipeline, terminal
    from app.report import guard

    cuts = [cut.strip() for cut in by.split(",")]
    with _opened(store, "Explore skills gaps") as (opened, scope), terminal.working("Measuring the gap"):
        frame = pipeline.gaps(opened, scope, cuts, None if organisation is None else [organisation])
        invented = bool(pipeline.organisations(opened, scope)["demonstration"].any())
        labels = pipeline.labels(opened, scope)
    frame = frame.sort_values(["total_ranks_short", *cuts], ascending=[False, *[True] * len(cuts)])
    if csv is not None:
        csv.parent.mkdir(parents=True, exist_ok=True)
        # A byte order mark would become part of the first heading for many programs that read CSV.
        csv.write_bytes(guard.csv_bytes(pipeline.labelled(frame, cuts, labels), demonstration=invented).removeprefix(BOM_UTF8))
        terminal.note(f"Written to {csv}")
    if json:
        terminal.write_json(terminal.rows(frame))
    elif csv is None:
        if invented:
            terminal.say(guard.MARK)
        _show_gaps(frame, cuts, labels)


def _show_gaps(frame: pd.DataFrame, cuts: Sequence[str], labels: Mapping[str, Mapping[str, str]]) -> None:
    from app import findings, terminal

    shown = terminal.rows(frame.head(SHOWN))
    lines = [
        (
            *(terminal.word(row[cut], {} if cut == "organisation" else labels[cut]) for cut in cuts),
            findings.percent(row["coverage"]),
            f"{findings.percent(row['coverage_low'])} to {findings.percent(row['coverage_high'])}",
            *(findings.amount(row[measure]) for measure in ("staff_short", "vacancy_short", "total_ranks_short")),
        )
        for row in shown
    ]
    headings = ("Coverage", "Range", "Short", "Vacant", "Ranks")
    terminal.table((*(cut.replace("_", " ").capitalize() for cut in cuts), *headings), lines, words=len(cuts))
    _say_rest(len(shown), len(frame), "rows", "--csv FILE writes all")
    terminal.say("Short: FTE of staff below the required rank. Vacant: FTE of posts without staff.")
    terminal.say("Ranks: FTE times the ranks missing, vacancies included. Added up over skills.")


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

    pipeline.check_place(out)
    request = pipeline.PlanRequest(organisation, budget, periods, scenario)
    with terminal.working(f"Planning for {organisation}"):
        with _opened(store, "Build a plan") as (opened, scope):
            job = pipeline.prepare_plan(opened, scope, request)
        result = pipeline.solve_plan(job, time_limit=time_limit)
        pipeline.write_plan(result, out)
    if json:
        terminal.write_json(result.summary)
        return
    _show_plan(result)
    terminal.note(f"Written to {out}")


def _show_plan(result: PlanResult) -> None:
    from app import findings, terminal
    from app.report import guard

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
    _say_rest(len(shown), len(added), "lines", "actions.csv has all, by role and period")


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


@commands.command(name="app")
def open_app(
    store: StoreFile = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine.")] = 8501,
) -> None:
    """Start the app for a browser on this machine; Ctrl-C ends it."""
    import subprocess

    from app import pipeline
    from skills_model.store import Store

    path = pipeline.store_path(store).resolve()
    with Store.open(path):
        pass  # a store that is missing or held is better said here than in the browser
    here = Path(__file__).parent
    os.chdir(here.parent)  # where Streamlit looks for its settings
    os.environ["SKILLSPLAN_STORE"] = str(path)
    command = [sys.executable, "-m", "streamlit", "run", str(here / "main.py"), "--server.port", str(port)]
    if sys.platform != "win32":
        os.execv(sys.executable, command)  # one process, so that whoever ends it ends the app
    sys.exit(subprocess.run(command, check=False).returncode)


@commands.command()
def demo() -> None:
    """Show all of it: demonstration England, its skills gap, and a plan for one large trust."""
    from app import pipeline, terminal

    store = pipeline.DEMONSTRATION_STORE
    folder = store.parent
    terminal.heading("1 of 3: demonstration England")
    demo_data(store)
    terminal.heading("2 of 3: the skills gap by role family")
    gaps("role_family", store=store)
    gaps("role_family,skill", csv=folder / "gaps.csv", store=store)
    with _opened(store, "Explore skills gaps") as (opened, scope):
        listed = pipeline.organisations(opened, scope)
    largest = str(listed.loc[listed["type"] == "Acute", "code"].iloc[0])
    terminal.heading("3 of 3: a plan for one large trust")
    plan(largest, DEMO_BUDGET, folder / "plan", store=store)
    terminal.say()
    terminal.say("Open the app with: " + ("skillsplan app" if sys.platform == "win32" else "make app"))
