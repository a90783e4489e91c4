"""Commands that show where skills fall short."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import SHOWN, Json, OneOrganisation, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd


@commands.command()
def organisations(store: StoreFile = None, json: Json = False) -> None:
    """List the organisations in the store, largest first."""
    from app import findings, pipeline, terminal

    with use_store(store, "Overview") as (opened, scope):
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
    with use_store(store, "Explore skills gaps") as (opened, scope), terminal.working("Measuring the gap"):
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
    say_rest(len(shown), len(frame), "rows", "--csv FILE writes all")
    terminal.say("Short: FTE of staff below the required rank. Vacant: FTE of posts without staff.")
    terminal.say("Ranks: FTE times the ranks missing, vacancies included. Added up over skills.")
