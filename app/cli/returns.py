"""Commands about returns: writing an organisation's own, and who has sent theirs."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    from skills_model.returning import Return, Returns

PAGE = "Data and quality"


@commands.command("return")
def return_(
    organisation: Annotated[str, typer.Option("--organisation", metavar="CODE", help="Whose counts to return.")],
    signed_off_by: Annotated[
        str, typer.Option("--signed-off-by", metavar="ROLE", help="Job role that answers for the counts, never a name. Default: a draft.")
    ] = "",
    agreement: Annotated[str, typer.Option("--agreement", metavar="TEXT", help="Agreement under which the counts are shared.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it here. Default: return-CODE-DATE.csv.")] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Write an organisation's signed-off counts, of nobody by name or number, for its system or England to take in."""
    from app import terminal
    from app.pipeline import returns as use

    with use_store(store, PAGE) as (opened, scope), terminal.measured(f"Counting {organisation}") as tell:
        made, content = use.write(opened, scope, organisation, signed_off_by, agreement, tell)
    kind = "draft-return" if made.draft else "return"
    place = out or Path(f"{kind}-{made.organisation}-{made.as_at}.csv")
    answers.write(place, content.removeprefix(BOM_UTF8))
    terminal.note(f"Written to {place}")
    if json:
        terminal.write_json(_as_json(made))
        return
    answers.mark(demonstration=made.demonstration)
    _show(made)


def _as_json(made: Return) -> dict[str, object]:
    whole = made.rows.iloc[0]
    return {
        "status": "draft" if made.draft else "signed off",
        "organisation": made.organisation,
        "as_at": str(made.as_at),
        "signed_off_by": made.signed_off_by or None,
        "headcount": int(whole["headcount"]),
        "fte": float(whole["fte"]),
        "rows": made.counted(),
    }


def _show(made: Return) -> None:
    from app import findings, terminal

    whole = made.rows.iloc[0]
    size = f"{whole['headcount']:,} people, {findings.amount(whole['fte'])} FTE"
    terminal.say(f"{whole['name']} ({made.organisation}) as at {made.as_at}: {size}.")
    terminal.table(("Part", "Rows"), [(part, f"{rows:,}") for part, rows in made.counted().items()])
    terminal.say("It counts people and holds nobody by name or number. Small counts are exact, so send it only under the agreement named in it.")
    if made.draft:
        terminal.say("This is a draft: nobody has signed it off, and no import takes it. Sign it off with --signed-off-by ROLE.")
    else:
        terminal.say(f"Signed off by {made.signed_off_by}. `skillsplan import return FILE` takes it in elsewhere.")


@commands.command()
def returns(
    area: Annotated[
        str, typer.Option("--area", metavar="AREA", help="england, region:CODE, icb:CODE or organisation:CODE.")
    ] = "england",
    as_at: Annotated[
        datetime | None,
        typer.Option("--as-at", metavar="DATE", formats=["%Y-%m-%d"], help="Day whose hierarchy counts. Default: that of the newest data."),
    ] = None,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show who has returned counts, who is missing, what is imputed for them, and the bridge to the published totals."""
    from app import terminal
    from app.pipeline import returns as use

    with use_store(store, PAGE) as (opened, scope), terminal.measured("Counting returns") as tell:
        found = use.returns(opened, scope, area, None if as_at is None else as_at.date(), tell)
        invented = answers.invented(opened, scope)
    if csv is not None:
        answers.write_csv(found.roster, csv, demonstration=invented)
    if json:
        terminal.write_json(_roster_json(found))
    elif csv is None:
        answers.mark(demonstration=invented)
        _show_returns(found)


def _roster_json(found: Returns) -> dict[str, object]:
    from app import terminal

    return {
        "area": str(found.area),
        "as_at": str(found.as_at),
        "organisations": terminal.rows(found.roster),
        "imputed": {"why_not": found.imputed.why_not or None, "trusts": terminal.rows(found.imputed.organisations)},
        "bridge": terminal.rows(found.bridge),
    }


def _show_returns(found: Returns) -> None:
    from app import findings, terminal

    counts = found.roster["counts"].value_counts()
    told = ", ".join(f"{name} {counts[name]:,}" for name in dict.fromkeys(found.roster["counts"]))
    terminal.say(f"{findings.counted(len(found.roster), 'organisation')} as at {found.as_at}, by what they count: {told}.")
    terminal.heading("Who counts by what")
    shown = terminal.rows(found.roster.head(SHOWN))
    lines = [
        (*(terminal.word(row[name]) for name in ("organisation", "name", "counts", "as_at", "signed_off_by")), _fte(row), _range(row))
        for row in shown
    ]
    terminal.table(("Code", "Name", "Counts by", "As at", "Signed off by", "FTE", "Range"), lines, words=5)
    say_rest(len(shown), len(found.roster), "organisations", "--csv FILE writes all")
    terminal.heading("From the sum to the published total")
    lines = [
        (row["label"], "-" if row["organisations"] != row["organisations"] else f"{row['organisations']:,.0f}", _fte(row), _range(row))
        for row in terminal.rows(found.bridge)
    ]
    terminal.table(("Step", "Organisations", "FTE", "Range"), lines)
    for row in terminal.rows(found.bridge):
        terminal.say(f"{row['label']}: {row['source'].rstrip('.')}.")
    terminal.say("Imputed staff are counted by nobody and shown apart everywhere; ranges are 10th to 90th percentiles.")


def _fte(row: Mapping[str, Any]) -> str:
    from app import findings

    return findings.amount(row["fte"])


def _range(row: Mapping[str, Any]) -> str:
    from app import findings

    if row["low"] == row["high"] or row["low"] != row["low"]:
        return "-"
    return f"{findings.amount(row['low'])} to {findings.amount(row['high'])}"
