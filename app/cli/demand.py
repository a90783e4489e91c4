"""The command that shows the posts that the work needs, and what each approach to patient records needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.pipeline.demand import DemandAnswer, RecordsAnswer

PAGE = "Supply forecast"
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
    if found.rows.empty:
        terminal.say("No staff list or posts of anybody there are in the store, so nothing is known of posts.")
        return
    whole = terminal.rows(found.total)[-1]
    said = f"Posts: {findings.amount(whole['today'])} FTE today, {findings.amount(whole['demand'])} at the end of {found.last}"
    terminal.say(f"{said}; in 8 of 10 futures {_range(whole)}." if found.uncertain else f"{said}.")
    cuts = found.request.by
    lines = [
        (
            *_words(row, cuts),
            *(findings.amount(row[name]) for name in ("today", "demand")),
            findings.change(_more(row)),
            _range(row) if found.uncertain else "-",
        )
        for row in terminal.rows(found.rows.head(SHOWN))
    ]
    terminal.table((*answers.headings(cuts), "Today", "Needed", "Change", "Range"), lines, words=len(cuts))
    say_rest(min(SHOWN, len(found.rows)), len(found.rows), "rows", "--csv FILE writes all")
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


def _words(row: Mapping[str, object], cuts: tuple[str, ...]) -> tuple[str, ...]:
    from app import findings, terminal

    names = (cut if cut == "organisation" or f"{cut}_label" not in row else f"{cut}_label" for cut in cuts)
    return tuple(terminal.word(row[name], None, findings.NOT_KNOWN) for name in names)


def _more(row: Mapping[str, object]) -> object:
    """Return how many posts are needed beyond today's; what hides a number hides the difference."""
    from skills_model.privacy import HIDDEN

    today, needed = row["today"], row["demand"]
    return HIDDEN if HIDDEN in {today, needed} else float(str(needed)) - float(str(today))


def _range(row: Mapping[str, object]) -> str:
    from app import findings

    return f"{findings.amount(row['p10'])} to {findings.amount(row['p90'])}"
