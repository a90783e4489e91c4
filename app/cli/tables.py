"""Commands about a folder of planning tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import SHOWN, Folder, Gap, Json, OutFolder, TimeLimit, commands, say_rest

if TYPE_CHECKING:
    from optimiser.watch import Progress


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
    say_rest(len(shown), len(stocks), "stocks", "--json and --out give all")
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
