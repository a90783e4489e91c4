"""Commands of the zero-based skills audit: write the forms, see who has answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import Json, OneOrganisation, StoreFile, commands, use_store

if TYPE_CHECKING:
    import pandas as pd


PAGE = "Data and quality"


@commands.command("audit-form")
def audit_form(
    organisation: Annotated[str, typer.Option("--organisation", metavar="CODE", help="Whose staff to ask, by code.")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Write the forms here, one workbook a team.")],
    team: Annotated[str | None, typer.Option("--team", metavar="NAME", help="Only this team.")] = None,
    join: Annotated[
        Path | None,
        typer.Option("--join", metavar="STAFF_FILE", help="Staff list to take names from, for the forms alone; no name is stored."),
    ] = None,
    show_levels: Annotated[
        bool,
        typer.Option("--show-levels", help="Note the required and the held rank at each cell. Off: people repeat a figure that they see."),
    ] = False,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Write self-assessment forms, one workbook a team, that come back in with `import skills`."""
    from app import terminal
    from app.pipeline import audit
    from app.report import audit_form as report

    staff_list = None if join is None else (join.read_bytes(), join.name)
    with use_store(store, PAGE) as (opened, scope), terminal.working("Writing the forms"):
        issue = audit.prepare_forms(opened, scope, organisation, team, staff_list)
        audit.write_forms(opened, issue, report.files(issue, show_levels=show_levels), out)
    counts = {
        "teams": issue.teams,
        "files": len(issue.forms),
        "people": len(issue.people),
        "named": issue.named,
        "not_asked": issue.not_asked,
    }
    if json:
        terminal.write_json({"organisation": organisation, "issued_on": issue.issued_on.isoformat(), **counts})
        return
    answers.mark(demonstration=issue.demonstration)
    terminal.table(("Teams", "Files", "People", "By name", "Not asked"), [tuple(f"{count:,}" for count in counts.values())], words=0)
    if issue.not_asked:
        terminal.say("Not asked: people in no role level that needs skills; `skillsplan mapping` shows job titles without one.")
    if join is None:
        terminal.say("The forms carry references only. With --join STAFF_FILE they carry names too.")
    terminal.say(f"Filled in, they come back with: skillsplan import skills FILE --organisation {organisation}")
    terminal.note(f"Written to {out}")


@commands.command("audit-progress")
def audit_progress(organisation: OneOrganisation = None, store: StoreFile = None, json: Json = False) -> None:
    """Show how many of those asked have returned their self-assessment, team by team."""
    from app import terminal
    from app.pipeline import audit

    with use_store(store, PAGE) as (opened, scope):
        frame = audit.progress(opened, scope, answers.area(organisation))
    if json:
        terminal.write_json(terminal.rows(frame))
        return
    if frame.empty:
        terminal.say("No forms were written yet; `skillsplan audit-form` writes them.")
        return
    _show_progress(frame)


def _show_progress(frame: pd.DataFrame) -> None:
    from app import findings, terminal
    from app.pipeline import audit

    lines = [
        (
            row["organisation"],
            row["team"],
            _day(row["issued_on"]),
            _day(row["last_return"]),
            *(_count(row[count]) for count in ("asked", "returned", "missing")),
            findings.percent(row["share"]),
        )
        for row in terminal.rows(frame)
    ]
    headings = ("Organisation", "Team", "Written on", "Last return", "Asked", "Returned", "Missing", "Share")
    terminal.table(headings, lines, words=4)
    terminal.say(audit.RETURNED)


def _count(people: object) -> str:
    """Write a number of people; one that is hidden stays so."""
    return f"{people:,}" if isinstance(people, int) else str(people)


def _day(day: object) -> str:
    import pandas as pd

    return "-" if pd.isna(day) else f"{pd.Timestamp(day):%Y-%m-%d}"  # type: ignore[call-overload, arg-type]
