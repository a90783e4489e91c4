"""Compare two plans on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import SHOWN, Json, StoreFile, say_rest, use_store
from app.cli.plans import plans

if TYPE_CHECKING:
    import pandas as pd

    from optimiser.errors import Fault
    from skills_model.comparison import Comparison

Plan = Annotated[
    str, typer.Argument(metavar="PLAN", help="Folder that `skillsplan plan --out` wrote, name of an adopted plan, or run of any plan.")
]


@plans.command("compare")
def compare(
    first: Plan,
    second: Plan,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="Write what differs here, as CSV files.")] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Put two plans side by side: what they were made from, what they do, what that gives and costs."""
    from app import pipeline, terminal
    from app.pipeline import tradeoffs as use
    from optimiser.errors import FaultsError
    from skills_model.errors import DataError

    place: list[Fault] = []
    try:
        pipeline.check_place(out)
    except DataError as error:
        place = list(error.faults)
    with use_store(store, "Scenarios and trade-offs") as (opened, scope):
        try:
            found = use.compare(opened, scope, first, second, None if place else out)
        except FaultsError as error:
            raise DataError([*error.faults, *place]) from error
    if place:
        raise DataError(place)
    if json:
        terminal.write_json(use.told(found) | {name: terminal.rows(table) for name, table in use.tables(found).items()})
    else:
        _show(found)
    if out is not None:
        terminal.note(f"Written to {out}")


def _show(found: Comparison) -> None:
    from app import terminal, tradeoff_words

    for said in tradeoff_words.beside(found):
        terminal.say(said)
    terminal.say(f"{tradeoff_words.headline(found)}.")
    terminal.heading("What they come to")
    _table(("", "First plan", "Second plan", "Change"), tradeoff_words.results(found.results), "measures", 1)
    terminal.heading("What they were made from")
    settings = tradeoff_words.inputs(found.inputs)
    if settings.empty:
        terminal.say("The same money, settings and assumptions.")
    unit = settings["unit"].where((settings["unit"] != "") & (settings["unit"] != "pounds"), "")
    settings["label"] += (", " + unit).where(unit != "", "")
    _table(("Setting", "First plan", "Second plan"), settings[["label", "first", "second"]], "settings", 1)
    terminal.heading("What the second does otherwise")
    if found.actions.empty:
        terminal.say("Nothing.")
        return
    _table(("Action", "Change, FTE", "Change of cost"), tradeoff_words.kinds(found.actions), "actions", 1)
    terminal.heading("Where it does so, the largest change of cost first")
    _table(("Action", "Where", "Change, FTE", "Change of cost"), tradeoff_words.actions(found.actions), "lines", 2)
    skills = tradeoff_words.closes(found.closes, "skill")
    if len(skills):
        terminal.heading("Ranks short in the last period, by skill")
        _table(("Skill", "First plan", "Second plan", "Change"), skills, "skills", 1)


def _table(headings: tuple[str, ...], rows: pd.DataFrame, noun: str, words: int) -> None:
    """Show the first rows of a table, and say how many more there are."""
    from app import terminal

    shown = rows.head(SHOWN)
    terminal.table(headings, shown.to_numpy().tolist(), words=words)
    say_rest(len(shown), len(rows), noun, "--out and --json give all")
