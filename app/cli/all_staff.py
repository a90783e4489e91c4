"""The command about all staff and boards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, OneOrganisation, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd

    from app.findings import Measure

NOBODY = (
    "Nobody is counted in a staff group yet; `skillsplan import` takes in staff lists (staff), published counts (workforce-statistics) and "
    "counts of an organisation's own (aggregate-return)."
)


@commands.command("all-staff")
def all_staff(
    by: Annotated[
        str, typer.Option("--by", metavar="CUT[,CUT]", help="What to break it down by, such as tier, staff_group,skill or organisation.")
    ] = "staff_group",
    organisation: OneOrganisation = None,
    returned: Annotated[bool, typer.Option("--returned", help="Show who has returned counts instead.")] = False,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Measure how digitally literate all staff are, and boards; least met first."""
    from app import all_staff as words
    from app import terminal
    from app.pipeline import all_staff as use_case

    cuts = ["organisation"] if returned else answers.cuts(by)
    area = answers.area(organisation)
    with use_store(store, "All staff and boards") as (opened, scope), terminal.working("Measuring all staff"):
        invented = answers.invented(opened, scope)
        tiers = use_case.measure(opened, scope, ["tier"], area)
        measured = words.ordered(use_case.measure(opened, scope, cuts, area), cuts[0])
        progress = use_case.progress(opened, scope, area)
    if answers.given(progress if returned else measured, csv, json=json, demonstration=invented):
        return
    answers.mark(demonstration=invented)
    terminal.say(words.headline(tiers))
    if (progress if returned else measured).empty:
        terminal.say(NOBODY)
    elif returned:
        _show_returned(progress, measured)
    else:
        terminal.say(words.quality(tiers))
        _show(measured, cuts)


def _show(frame: pd.DataFrame, cuts: Sequence[str]) -> None:
    from app import all_staff as words
    from app import terminal

    shown = frame.head(SHOWN)
    names = [terminal.rows(shown[[f"{cut}_label" for cut in cuts]]), terminal.rows(words.written(shown, f"{cuts[0]}_label", _between))]
    columns = [name for name in words.COLUMNS if name != "name"]
    lines = [(*(str(name) for name in cells.values()), *(row[column] for column in columns)) for cells, row in zip(*names, strict=True)]
    headings = (*answers.headings(cuts), *(words.COLUMNS[column] for column in columns))
    terminal.table(headings, lines, words=len(cuts))
    say_rest(len(shown), len(frame), "rows", "--csv FILE writes all")
    terminal.say("Meet it: people times skills at the rank asked, as a share, with its range; the ends take those not assessed for none and all.")
    terminal.say("Of those assessed: the share that meets it among the people times skills that are assessed.")
    terminal.say("Assessed from: single people's assessments, or counts that the organisation returned, whose range is wider.")


def _show_returned(progress: pd.DataFrame, measured: pd.DataFrame) -> None:
    from app import all_staff as words
    from app import terminal

    terminal.say(words.returned_finding(progress))
    rows = words.by_organisation(progress, measured, _between)
    shown = terminal.rows(rows.head(SHOWN))
    terminal.table(tuple(words.RETURNED.values()), [tuple(row.values()) for row in shown], words=2)
    say_rest(len(shown), len(rows), "organisations", "--csv FILE writes all")


def _between(low: object, high: object, measure: Measure) -> str:
    """Write a range in characters that every terminal has."""
    from app import findings

    return f"({findings.spread(low, high, measure)})"
