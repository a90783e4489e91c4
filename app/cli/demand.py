"""The command that shows the posts that the work needs, and what each approach to patient records needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from app.pipeline.demand import DemandAnswer, RecordsAnswer

PAGE = "Supply forecast"
UNNAMED = {"nan", "None"}  # cuts of what is not known
MOST_YEARS = 6  # that a terminal shows beside each other
NAMES = {"enterprise-wide": "Enterprise-wide", "integrated": "Integrated", "built": "Built"}


@commands.command()
def demand(
    area: Annotated[str, typer.Option("--area", metavar="AREA", help="england, region:CODE, icb:CODE or organisation:CODE.")] = "england",
    scenario: Annotated[str, typer.Option("--scenario", metavar="ID", help="Id of a scenario, or a TOML file.")] = "baseline",
    by: Annotated[
        str, typer.Option("--by", metavar="CUT[,CUT]", help="What to break posts down by, such as role_family,year.")
    ] = "role_family",
    draws: Annotated[
        int, typer.Option("--draws", metavar="NUMBER", help="Futures drawn from the ranges of the scenario's growth.")
    ] = 10_000,
    seed: Annotated[int, typer.Option("--seed", metavar="NUMBER", min=0, help="The same seed gives the same futures.")] = 1,
    records: Annotated[
        bool, typer.Option("--records", help="Compare what each approach to patient records needs, and its whole-life cost.")
    ] = False,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show the posts that the work needs under a scenario, today and at its end, with their range."""
    from app import terminal
    from app.pipeline import demand as use

    with use_store(store, PAGE) as (opened, scope), terminal.measured("Working out the posts needed") as tell:
        if records:
            compared = use.records(opened, scope, area, scenario, tell)
        else:
            found = use.needed(opened, scope, use.DemandRequest(area, scenario, tuple(answers.cuts(by)), draws, seed), tell)
    answer = compared if records else found
    frame = compared.years if records else found.rows
    if csv is not None:
        answers.write_csv(frame, csv, demonstration=answer.demonstration)
    if json:
        terminal.write_json(answer.as_dict())
    elif csv is None:
        answers.mark(demonstration=answer.demonstration)
        if records:
            _show_records(compared)
        else:
            _show(found)


def _show(found: DemandAnswer) -> None:
    from app import findings, terminal

    terminal.say(f"{found.area_label}: {found.scenario_label}.")
    whole = terminal.rows(found.total)[-1]
    said = f"Posts: {findings.amount(whole['today'])} FTE today, {findings.amount(whole['demand'])} at the end of {found.last}"
    between = _range(whole) if found.uncertain else "-"
    terminal.say(f"{said}." if between == "-" else f"{said}; in 8 of 10 futures {between}.")
    _show_rows(found)
    for note in found.notes:
        terminal.say(note)
    if found.uncertain:
        terminal.say(f"Range: 10th to 90th percentile of {found.request.draws:,} futures; uncertain: {', '.join(found.uncertain)}.")
    else:
        terminal.say("Nothing in the demand of this scenario has a range; low and high give a rate one.")


def _show_records(found: RecordsAnswer) -> None:
    from app import findings, terminal

    terminal.say(f"{found.area_label}: what each approach to patient records needs beyond today's workforce.")
    lines = [
        (
            NAMES[row["approach"]],
            f"{row['implementation_years']:g}",
            findings.change(row["peak_posts"]),
            findings.change(row["running_posts"]),
            findings.pounds(row["pay"]),
            findings.pounds(row["discounted"]),
            f"{findings.pounds(row['discounted_low'])} to {findings.pounds(row['discounted_high'])}",
        )
        for row in terminal.rows(found.approaches)
    ]
    terminal.table(("Approach", "Years", "Most posts", "Last posts", "Pay", "Discounted", "Range"), lines)
    years = int(found.approaches["years"].iloc[0])
    terminal.say(
        f"Years: of implementation. Posts: FTE more at most, and in the last of {years} years. Pay: over all {years}, on-costs included."
    )
    for note in found.notes:
        terminal.say(note)
    terminal.say("`--csv FILE` writes every year, `--json` posts by role family too.")


def _show_rows(found: DemandAnswer) -> None:
    """Show a line a part; its years, where there are any, beside each other."""
    from app import findings, terminal

    parts = tuple(cut for cut in found.request.by if cut != "year") or found.request.by
    years = _years(found.rows) if parts != found.request.by else []
    lines = []
    for rows in _parts(found.rows, parts, found.request.by):
        last = rows[-1]
        amounts = [last["today"], last["demand"]] if not years else [row["demand"] for row in rows if row["year"] in years]
        told = (*(findings.amount(amount) for amount in amounts), _more(last), _range(last) if found.uncertain else "-")
        lines.append((*(_word(last, cut) for cut in parts), *told))
    headings = (*answers.headings(parts), *(years or ("Today", "Needed")), "Change", f"Range in {years[-1]}" if years else "Range")
    terminal.table(headings, lines[:SHOWN], words=len(parts))
    say_rest(min(SHOWN, len(lines)), len(lines), "rows", "--csv FILE writes all")
    if years:
        left = found.rows["year"].nunique() - len(years)
        terminal.say("Posts needed at the end of each year, FTE." + (f" {left} years are left out; --csv FILE writes all." if left else ""))


def _years(rows: pd.DataFrame) -> list[str]:
    """Return the years that are shown beside each other: all, or the first, the last and some between them at equal distance."""
    every = sorted(rows["year"].unique())
    if len(every) <= MOST_YEARS:
        return every
    step = (len(every) - 1) / (MOST_YEARS - 1)
    return [every[round(number * step)] for number in range(MOST_YEARS)]


def _parts(rows: pd.DataFrame, parts: Sequence[str], by: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Return the rows of each part, year by year; parts in the order of their names, what is not known last."""
    from app import terminal

    gathered: dict[tuple[tuple[bool, str], ...], list[dict[str, Any]]] = {}
    for row in terminal.rows(rows.sort_values("year", kind="stable") if "year" in by else rows):
        place = tuple((str(row[cut]) in UNNAMED, _word(row, cut).casefold()) for cut in parts)
        gathered.setdefault(place, []).append(row)
    return [gathered[place] for place in sorted(gathered)]


def _word(row: Mapping[str, Any], cut: str) -> str:
    """Write what a row is about, an organisation with its code, since names are long and alike."""
    from app import findings, terminal

    name = terminal.word(row.get(f"{cut}_label", row[cut]), None, findings.NOT_KNOWN)
    return f"{row[cut]} {name}" if cut == "organisation" else name


def _more(row: Mapping[str, Any]) -> str:
    """Write how many posts are needed beyond today's, of the numbers as they are shown; what hides a number hides the difference."""
    from app import findings

    shown = [findings.amount(row[name]) for name in ("today", "demand")]
    if findings.HIDDEN in shown:
        return findings.HIDDEN
    today, needed = (float(amount.replace(",", "")) for amount in shown)
    return f"{needed - today:+,.{1 if '.' in ''.join(shown) else 0}f}" if today != needed else "0"


def _range(row: Mapping[str, Any]) -> str:
    """Write the 10th to the 90th percentile; what is certain has none."""
    from app import findings

    low, high = findings.amount(row["p10"]), findings.amount(row["p90"])
    return f"{low} to {high}" if low != high else findings.HIDDEN if low == findings.HIDDEN else "-"
