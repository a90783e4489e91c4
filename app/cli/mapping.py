"""Commands about what words mean: which job titles and codes are open, telling them, ledger against staff list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from app.pipeline.meanings import Effect, Share

PAGE = "Data and quality"
Organisation = Annotated[str, typer.Option("--organisation", metavar="CODE", help="Whose words, by code.")]
NO_NUMBER = "-"


@commands.command()
def mapping(
    organisation: Organisation,
    told: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="WORD=MEANING", help="Say what a word means; WORD= leaves it out on purpose. May be repeated."),
    ] = None,
    subject: Annotated[
        str, typer.Option("--subject", metavar="KIND", help="Kind of word of --set: job title, occupation code, skill, rank, ...")
    ] = "job title",
    from_file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Take the meanings of a file that --csv wrote and you filled in.")
    ] = None,
    accept: Annotated[
        float | None, typer.Option("--accept", metavar="SHARE", min=0, max=1, help="Take every suggestion of at least this confidence.")
    ] = None,
    outside: Annotated[
        list[str] | None,
        typer.Option(
            "--outside",
            metavar="STAFF_GROUP",
            help="Leave out on purpose the job titles that only this staff group has and that are like no role level. May be repeated.",
        ),
    ] = None,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show the job titles and occupation codes without a role level, or say what words mean.

    Job titles and occupation codes of staff count at once; posts, skills, ranks, statuses and contracts in files taken in from then on.
    """
    from app.pipeline import meanings as use

    writes = bool(told or outside) or from_file is not None or accept is not None
    with use_store(store, PAGE, create=writes) as (opened, scope):
        effect = None
        if writes:
            parts: list[Mapping[str, Mapping[str, str | None]]] = []
            open_words = use.unmapped(opened, scope, organisation)
            parts += [use.accepted(open_words, accept)] if accept is not None else []
            parts += [use.outside(open_words, outside)] if outside else []
            if from_file is not None:
                parts.append(use.from_file(from_file.read_bytes(), from_file.name))
            parts += [use.assigned(told, subject)] if told else []
            effect = use.tell(opened, scope, organisation, _together(parts), from_file.name if from_file else "mapping")
        frame = use.unmapped(opened, scope, organisation)
        share = use.share(opened, scope, organisation)
        whole = use.listed(opened, scope, organisation) if csv is not None else None
        invented = use.invented(opened, scope, organisation)
    if csv is not None and whole is not None:
        answers.write_csv(whole, csv, demonstration=invented)
    if json:
        _as_json(frame, share, effect)
        return
    answers.mark(demonstration=invented)
    if effect is not None:
        _show_effect(effect)
    _show(frame, share, organisation)


@commands.command()
def reconcile(organisation: Organisation, csv: answers.Csv = None, store: StoreFile = None, json: Json = False) -> None:
    """Hold the establishment against the staff list, by role level: budgeted, contracted in the ledger, staff in post."""
    from app import terminal
    from app.pipeline import meanings as use

    with use_store(store, PAGE) as (opened, scope):
        frame = use.reconciliation(opened, scope, organisation)
        invented = use.invented(opened, scope, organisation)
    if answers.given(frame, csv, json=json, demonstration=invented):
        return
    lines = [
        (
            row["role_level_label"],
            *(_fte(row[name]) for name in ("budgeted_fte", "contracted_fte", "staff_fte", "difference", "vacant_fte")),
        )
        for row in terminal.rows(frame)
    ]
    terminal.table(("Role level", "Budgeted", "Contracted", "Staff in post", "Difference", "Vacant"), lines)
    terminal.say("In FTE. Difference: staff in post less contracted in the ledger. Vacant: budgeted less staff in post; below 0 is over.")


def _together(parts: Sequence[Mapping[str, Mapping[str, str | None]]]) -> dict[str, dict[str, str | None]]:
    """Put meanings together; what is said later on the command counts."""
    both: dict[str, dict[str, str | None]] = {}
    for part in parts:
        for subject, words in part.items():
            both.setdefault(subject, {}).update(words)
    return both


def _show_effect(effect: Effect) -> None:
    from app import terminal

    before, after = effect.before, effect.after
    if effect.number is None:
        terminal.say("Nothing was saved: all of it is remembered already.")
        return
    terminal.say(f"Saved as import {effect.number}; `skillsplan undo {effect.number}` takes it back.")
    terminal.say(f"In role levels: {before.mapped_fte:,.2f} FTE before, {after.mapped_fte:,.2f} FTE now.")
    if effect.later:
        words = " and ".join(effect.later)
        terminal.say(
            f"What is said of each {words} counts in files taken in from now on. For a file that is in already, undo its import "
            "(`skillsplan imports` lists them) and take it in again."
        )
    for unseen in effect.unseen:
        terminal.note(f"Nobody on the latest staff list has {unseen}; it is remembered for later lists.")


def _show(frame: pd.DataFrame, share: Share, organisation: str) -> None:
    from app import findings, terminal

    if not share.headcount:
        terminal.say(f"No staff list of {organisation} is in the store; `skillsplan import staff FILE` takes one in.")
        return
    people = "person" if share.unmapped_headcount == 1 else "people"
    terminal.say(
        f"{share.mapped_fte:,.2f} of {share.fte:,.2f} FTE are in role levels ({findings.percent(share.mapped_fte / share.fte)}); "
        f"{share.outside_fte:,.2f} FTE are outside on purpose; {share.unmapped_fte:,.2f} FTE ({share.unmapped_headcount:,} {people}) are open."
    )
    if frame.empty:
        return
    lines = [
        (
            row["subject"].capitalize(),
            row["found"],
            terminal.word(row["suggestion"]),
            f"{row['headcount']:,}",
            _fte(row["fte"]),
            _fte(row["confidence"]),
        )
        for row in terminal.rows(frame.head(SHOWN))
    ]
    terminal.table(("Kind", "Word", "Suggestion", "People", "FTE", "Sure"), lines, words=3)
    say_rest(len(lines), len(frame), "words", "--csv FILE writes all, to be filled in and taken with --from FILE")
    terminal.say('Say what a word means with --set "WORD=ROLE-LEVEL", or take suggestions with --accept 0.95.')


def _as_json(frame: pd.DataFrame, share: Share, effect: Effect | None) -> None:
    from dataclasses import asdict

    from app import terminal

    terminal.write_json(
        {
            "share": asdict(share),
            "effect": None if effect is None else asdict(effect),
            "unmapped": terminal.rows(frame),
        }
    )


def _fte(value: float) -> str:
    import pandas as pd

    return NO_NUMBER if pd.isna(value) else f"{value:,.2f}"
