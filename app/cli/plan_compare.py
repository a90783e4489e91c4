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

Plan = Annotated[str, typer.Argument(metavar="PLAN", help="Folder that `skillsplan plan --out` wrote, or a plan of the store by its run.")]


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
        tables = {name: terminal.rows(getattr(found, name)) for name in use.TABLES}
        terminal.write_json({"first": found.first, "second": found.second, **tables})
        return
    terminal.say(f"{found.first} beside {found.second}")
    _results(found.results, found.first, found.second)
    _inputs(found.inputs, found.first, found.second)
    _changes(found.actions, found.closes)
    if out is not None:
        terminal.note(f"Written to {out}")


def _results(rows: pd.DataFrame, first: str, second: str) -> None:
    from app import terminal, tradeoff_words

    terminal.heading("What they come to")
    written = tradeoff_words.results(rows)
    terminal.table(("", first, second, "Change"), [tuple(row) for row in written.to_numpy().tolist()])


def _inputs(rows: pd.DataFrame, first: str, second: str) -> None:
    from app import terminal

    terminal.heading("What they were made from")
    if rows.empty:
        terminal.say("The same settings and assumptions.")
        return
    shown = terminal.rows(rows.head(SHOWN))
    terminal.table(("Setting", first, second), [(row["label"] or row["setting"], row["first"], row["second"]) for row in shown], words=1)
    say_rest(len(shown), len(rows), "settings", "--out and --json give all")


def _changes(actions: pd.DataFrame, closes: pd.DataFrame) -> None:
    from app import terminal, tradeoff_words

    terminal.heading("What the second does otherwise")
    written = tradeoff_words.actions(actions)
    shown = written.head(SHOWN)
    terminal.table(("Action", "Where", "Change, FTE", "Change of cost"), [tuple(row) for row in shown.to_numpy().tolist()], words=2)
    say_rest(len(shown), len(written), "lines", "--out and --json give all")
    terminal.heading("What stays short in the last period, by skill")
    skills = tradeoff_words.closes(closes, "skill")
    shown = skills.head(SHOWN)
    terminal.table(("Skill", "First", "Second", "Change"), [tuple(row) for row in shown.to_numpy().tolist()], words=1)
    say_rest(len(shown), len(skills), "skills", "--out and --json give all")
