"""Commands that take files in, list and undo what was taken in, and write templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, OneOrganisation, StoreFile, commands, say_rest, use_store
from skills_model.errors import DataError, Fault

if TYPE_CHECKING:
    import pandas as pd

    from skills_model.sources.importing import Imported

PAGE = "Data and quality"
LONGEST = 400  # characters of one fault on a terminal
KIND_HELP = "Kind of file: staff, skills, establishment, courses, ...; a wrong one lists all."


class FileFaultsError(DataError):
    """A file with faults: told in short here, since a terminal is no place for three hundred; `.faults` has every one."""

    def __init__(self, faults: Sequence[Fault], where: str) -> None:
        super().__init__(faults)
        self.where = where

    def __str__(self) -> str:
        """Say how many faults there are, each sort of fault once, and where all of them are."""
        from app import findings
        from app.pipeline import intake

        told = intake.gathered(self.faults)
        rows = len({fault.row for fault in self.faults if fault.row is not None})
        count = findings.counted(len(self.faults), "fault") + (f" in {findings.counted(rows, 'row')}" if rows else "")
        lines = [f"{count}; nothing was written.", *(f"- {_short(str(fault))}" for fault in told[:SHOWN])]
        if len(told) > SHOWN:
            most = Counter(fault.problem for fault in self.faults).most_common()
            lines.append(
                f"... and {len(told) - SHOWN:,} more sorts of fault. In all: " + ", ".join(f"{problem} {n:,}" for problem, n in most)
            )
        return "\n".join([*lines, self.where])


@commands.command("import")
def take_in(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KIND_HELP)],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in any usual form, or .xlsx; JSON for the kind case.")],
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="CODE", help="Whose file it is, where it does not say.")
    ] = None,
    as_at: Annotated[
        datetime | None,
        typer.Option("--as-at", metavar="DATE", formats=["%Y-%m-%d", "%d/%m/%Y"], help="Day the file describes: 2026-03-31."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping", metavar="FILE", help="CSV with the columns heading and field: what headings mean; no field means not used."
        ),
    ] = None,
    mended: Annotated[Path | None, typer.Option("--mended", metavar="FILE", help="Rows that --faults wrote and you corrected.")] = None,
    faults: Annotated[Path | None, typer.Option("--faults", metavar="FILE", help="Write all wrong rows here as CSV, to be mended.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, show what would happen, write nothing.")] = False,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Take a file into the store, all of it or nothing; every fault is told at once."""
    from app import terminal
    from app.pipeline import intake

    content = file.read_bytes()
    chosen = None if mapping is None else intake.read_mapping(mapping.read_bytes(), mapping.name)
    corrected = None if mended is None else mended.read_bytes()
    _check_place(faults, file, mended)
    with use_store(store, PAGE, create=True) as (opened, scope), terminal.working(f"Importing {file.name}, {len(content) / 1e6:,.1f} MB"):
        try:
            answer = intake.take_in(
                opened,
                scope,
                kind,
                content,
                file.name,
                organisation=organisation,
                as_at=None if as_at is None else as_at.date(),
                chosen=chosen,
                mended=corrected,
                dry=dry_run,
            )
        except DataError as error:
            _write(faults, intake.faults_file(error.faults))
            raise
    if json and not answer.faults:
        terminal.write_json(_as_json(answer))
    elif not json:
        _show(answer)
    if answer.faults:
        _write(faults, intake.faults_file(answer.faults, answer))
        raise FileFaultsError(answer.faults, _how_to_mend(kind, file, faults))


def _check_place(faults: Path | None, *inputs: Path | None) -> None:
    """Refuse to write over what the user gave: a list of faults in the place of their only copy would lose it."""
    taken = [given for given in inputs if faults is not None and given is not None and given.resolve() == faults.resolve()]
    if taken:
        action = "Name another file: your own would be lost."
        raise DataError([Fault("File would be replaced", "--faults", found=f"'{taken[0]}', which is read", action=action)])


def _write(place: Path | None, content: bytes) -> None:
    if place is not None:
        answers.write(place, content)


def _how_to_mend(kind: str, file: Path, faults: Path | None) -> str:
    if faults is None:
        return "Correct the file, or write its wrong rows with --faults FILE, mend them there and send them with --mended FILE."
    return (
        f"All wrong rows are in {faults}. Correct them there (empty all cells of a row to leave it out), then: "
        f"skillsplan import {kind} {file} --mended {faults}, with the same options as now."
    )


def _show(answer: Imported) -> None:
    """Show how the file was understood and what became of it."""
    from app import findings, terminal

    sheet = f", sheet '{answer.content.sheet}'" if answer.content.sheet else ""
    terminal.say(f"{answer.content.name}{sheet}: {findings.counted(answer.rows, 'row')}")
    _show_headings(answer)
    if answer.built is None:
        return
    if not answer.faults:
        terminal.heading("What would be taken in (dry run: nothing was written)" if answer.dry else f"Taken in as import {answer.number}")
        terminal.table(("Table", "Rows"), [(table.replace("_", " "), f"{count:,}") for table, count in answer.tables.items()])
    _show_left_out(answer.built.left_out)
    _show_unmapped(answer.built.unmapped)
    if answer.built.notes:
        terminal.say()
    for note in answer.built.notes:
        terminal.say(note)


def _show_headings(answer: Imported) -> None:
    """Show what each heading was taken for; those that are not used in one line, since a survey may have two hundred."""
    from app import terminal

    used = [match for match in answer.matches if match.field is not None]
    if len(used) == len(answer.matches) > 0 and all(match.heading == match.field for match in used):
        terminal.say(f"Its {len(used)} headings are those of the form.")
    elif used:
        terminal.heading("How the headings were understood")
        lines = [(match.heading, str(match.field).replace("_", " "), str(match.how), f"{match.confidence:.0%}") for match in used]
        terminal.table(("Heading", "Means", "Because of", "Sure"), lines, words=3)
    personal = [match.heading for match in answer.matches if match.how == "personal"]
    if personal:
        terminal.say(f"Not read, since it is personal: {_listed(personal)}")
    others = [match.heading for match in answer.matches if match.field is None and match.how != "personal"]
    if others:
        terminal.say(f"Other columns: {_listed(others)}")
    if any(match.confidence < 1 and match.how in {"looks like it", "from its values"} for match in used):
        terminal.say("What is a guess can be changed with --mapping FILE; what is taken in is remembered for the next file.")


def _show_left_out(left_out: pd.DataFrame) -> None:
    from app import findings, terminal

    if left_out.empty:
        return
    terminal.heading("Left out")
    lines = [(_sentence(str(row["reason"])), f"{row['rows']:,}", findings.amount(row["fte"])) for row in terminal.rows(left_out)]
    terminal.table(("Why", "Rows", "FTE"), lines)


def _show_unmapped(unmapped: pd.DataFrame) -> None:
    """Show the words that nobody has told the meaning of, those that concern most FTE first."""
    from app import findings, terminal

    if unmapped.empty:
        return
    terminal.heading("Not understood yet")
    ordered = unmapped.sort_values(["fte", "rows"], ascending=False, na_position="last")
    shown = terminal.rows(ordered.head(SHOWN))
    lines = [
        (
            *(terminal.word(row[name]) for name in ("subject", "found", "suggestion")),
            findings.percent(row["confidence"]),
            *(terminal.number(row[name]) for name in ("rows", "headcount")),
            findings.amount(row["fte"]),
        )
        for row in shown
    ]
    terminal.table(("Kind of word", "Found", "Perhaps", "Sure", "Rows", "People", "FTE"), lines, words=3)
    say_rest(len(shown), len(unmapped), "words", "--json has all")
    for subject, words in unmapped.groupby("subject", sort=False):
        concerned = f", {findings.amount(words['fte'].sum())} FTE" if words["fte"].notna().any() else ""
        terminal.say(
            f"{_sentence(str(subject))}: {findings.counted(len(words), 'word')} in {findings.counted(int(words['rows'].sum()), 'row')}{concerned}"
        )
    terminal.say(
        "Say what they mean with `skillsplan mapping`: job titles and occupation codes of staff count at once, all else in files taken in "
        "from then on. For a file that is in already, undo its import and take it in again."
    )


def _as_json(answer: Imported) -> dict[str, object]:
    from app import terminal

    built = answer.built
    return {
        "status": "dry run" if answer.dry else "taken in",
        "import": answer.number,
        "kind": answer.kind,
        "file": answer.content.name,
        "sheet": answer.content.sheet or None,
        "rows": answer.rows,
        "tables": dict(answer.tables),
        "headings": [vars(match) for match in answer.matches],
        "left_out": [] if built is None else terminal.rows(built.left_out),
        "unmapped": [] if built is None else terminal.rows(built.unmapped),
        "notes": [] if built is None else list(built.notes),
    }


@commands.command()
def imports(organisation: OneOrganisation = None, store: StoreFile = None, json: Json = False) -> None:
    """List what was taken in, newest first."""
    from app import terminal
    from app.pipeline import intake

    with use_store(store, PAGE) as (opened, scope):
        frame = intake.imports(opened, scope, organisation)
    if json:
        terminal.write_json(terminal.rows(frame))
        return
    if frame.empty:
        terminal.say("Nothing was taken in yet; `skillsplan import KIND FILE` does it.")
        return
    lines = [
        (
            f"{row['import_run']}",
            *(terminal.word(row[name]) for name in ("kind", "source", "organisation")),
            *(terminal.word(row[name])[:16] for name in ("imported_at", "undone_at")),
            f"{row['rows']:,}",
        )
        for row in terminal.rows(frame)
    ]
    terminal.table(("Import", "Kind", "File", "Organisation", "When (UTC)", "Undone", "Rows"), lines, words=6)


@commands.command()
def undo(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the import, as `skillsplan imports` lists it.")],
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Take an import back, all of it; rows that it replaced come back."""
    from app import terminal
    from app.pipeline import intake

    with use_store(store, PAGE) as (opened, _), terminal.working(f"Undoing import {number}"):
        gone = intake.undo(opened, number)
    if json:
        terminal.write_json({"status": "undone", "import": number, "tables": gone})
        return
    terminal.say(f"Import {number} is undone; its file can be imported again.")
    terminal.table(("Table", "Rows taken back"), [(table.replace("_", " "), f"{count:,}") for table, count in gone.items()])


@commands.command()
def template(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KIND_HELP)],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it here, .xlsx or .csv. Default: KIND-template.xlsx.")
    ] = None,
    store: StoreFile = None,
) -> None:
    """Write a filled example of a kind of file, with notes and drop-downs, that imports as it is."""
    from app import pipeline, terminal
    from app.pipeline import intake

    place = out or Path(f"{kind}-template.xlsx")
    if place.exists():
        action = "Name another place with --out: somebody may have filled this one in."
        raise DataError([Fault("File exists", "--out", found=f"'{place}'", action=action)])
    as_csv = place.suffix.lower() == ".csv"
    if store is None and not pipeline.store_path(None, lambda _: None).is_file():
        content = intake.template(None, kind, csv=as_csv)  # no store, no drop-downs of skills; the rest is the same
    else:
        with use_store(store, PAGE) as (opened, _):
            content = intake.template(opened, kind, csv=as_csv)
    answers.write(place, content)
    terminal.note(f"Written to {place}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(_short(name, 40) for name in names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN:,} more"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."
