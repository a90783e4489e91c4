"""The command about all staff and boards."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import SHOWN, Json, OneOrganisation, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd


@commands.command("all-staff")
def all_staff(
    by: Annotated[
        str, typer.Option("--by", metavar="CUT[,CUT]", help="What to break it down by, such as tier, staff_group,skill or organisation.")
    ] = "staff_group",
    organisation: OneOrganisation = None,
    returned: Annotated[bool, typer.Option("--returned", help="Show who has returned counts instead.")] = False,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write every row and column as CSV.")] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Measure how digitally literate all staff are, and boards; least met first."""
    from app import all_staff as words
    from app import guard, pipeline, terminal
    from app.pipeline import all_staff as use_case

    cuts = ["organisation"] if returned else [cut.strip() for cut in by.split(",")]
    area = None if organisation is None else [organisation]
    with use_store(store, "All staff and boards") as (opened, scope), terminal.working("Measuring all staff"):
        invented = bool(pipeline.organisations(opened, scope)["demonstration"].any())
        tiers = use_case.measure(opened, scope, ["tier"], area)
        measured = words.ordered(use_case.measure(opened, scope, cuts, area), cuts[0])
        progress = use_case.progress(opened, scope, area)
    frame = progress if returned else measured
    if csv is not None:
        csv.parent.mkdir(parents=True, exist_ok=True)
        # A byte order mark would become part of the first heading for many programs that read CSV.
        csv.write_bytes(guard.csv_bytes(frame, demonstration=invented).removeprefix(BOM_UTF8))
        terminal.note(f"Written to {csv}")
    if json:
        terminal.write_json(terminal.rows(frame))
    elif csv is None:
        if invented:
            terminal.say(guard.MARK)
        terminal.say(words.headline(tiers))
        if returned:
            _show_returned(progress, measured)
        else:
            terminal.say(words.quality(tiers))
            _show(measured, cuts)


def _show(frame: pd.DataFrame, cuts: Sequence[str]) -> None:
    from app import all_staff as words
    from app import terminal

    shown = frame.head(SHOWN)
    names = [terminal.rows(shown[[f"{cut}_label" for cut in cuts]]), terminal.rows(words.written(shown, f"{cuts[0]}_label"))]
    columns = [name for name in words.COLUMNS if name != "name"]
    lines = [(*(str(name) for name in cells.values()), *(row[column] for column in columns)) for cells, row in zip(*names, strict=True)]
    headings = (*(cut.replace("_", " ").capitalize() for cut in cuts), *(words.COLUMNS[column] for column in columns))
    terminal.table(headings, lines, words=len(cuts))
    say_rest(len(shown), len(frame), "rows", "--csv FILE writes all")
    terminal.say("Meet it: people times skills at the rank asked, as a share, with its range; the ends take those not assessed for none and all.")
    terminal.say("Of those assessed: the share that meets it among the people times skills that are assessed.")
    terminal.say("Assessed from: single people's assessments, or counts that the organisation returned, whose range is wider.")


def _show_returned(progress: pd.DataFrame, measured: pd.DataFrame) -> None:
    from app import all_staff as words
    from app import terminal

    terminal.say(words.returned_finding(progress))
    rows = words.by_organisation(progress, measured)
    shown = terminal.rows(rows.head(SHOWN))
    terminal.table(tuple(words.RETURNED.values()), [tuple(row.values()) for row in shown], words=2)
    say_rest(len(shown), len(rows), "organisations", "--csv FILE writes all")
