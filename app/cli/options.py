"""What commands share: the program itself, options that mean the same everywhere, the open store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from optimiser.errors import Fault
    from skills_model.privacy import Scope
    from skills_model.store import Store

SHOWN = 20
"""Rows of a long table that a terminal shows; files and JSON hold all."""

commands = typer.Typer(
    name="skillsplan",
    help="Plan the digital, data and technology workforce of the NHS in England.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # boxes are noise to a screen reader and in a log
)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with problem.toml and the planning tables.")]
StoreFile = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help="Store to read. Default: SKILLSPLAN_STORE, your own store, the demonstration store."),
]
OutFolder = Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="Write the results here as files.")]
Json = Annotated[bool, typer.Option("--json", help="Write one JSON value to standard output, and nothing else.")]
TimeLimit = Annotated[
    float | None, typer.Option("--time-limit", metavar="SECONDS", min=0, help="Stop looking for a better plan after this long.")
]
Seconds = Annotated[str | None, typer.Option("--time-limit", metavar="SECONDS", help="Stop looking for a better plan after this long.")]
"""The same as text, for commands that tell all their faults at once."""
Gap = Annotated[
    float, typer.Option("--gap", metavar="SHARE", min=0, help="Accept a whole-number plan this close to the bound; 0 is proven best.")
]
OneOrganisation = Annotated[str | None, typer.Option("--organisation", metavar="CODE", help="Only this organisation.")]


@contextmanager
def use_store(option: Path | None, page: str, *, create: bool = False, faults: Sequence[Fault] = ()) -> Iterator[tuple[Store, Scope]]:
    """Open the store that the user means, with the full scope of somebody working on their own machine; `page` does the same in the app.

    `faults` are those of the command so far, told as well where there is no such store. With `create`, a store of that name that is not there yet is made, with the frameworks that come with the project, and stays if anything
    is taken in.
    """
    from app import pipeline
    from skills_model.errors import DataError
    from skills_model.privacy import Scope
    from skills_model.store import Store

    path = pipeline.store_path(option, writing=create)
    made = create and not path.exists()
    if made:
        pipeline.new_store(path)
    try:
        try:
            store = Store.open(path, page=page)
        except DataError as error:
            raise DataError([*faults, *error.faults]) from error
        with store:
            yield store, Scope.local()
    finally:
        if made:
            pipeline.discard_unused(path)


def say_rest(shown: int, total: int, noun: str, where: str) -> None:
    from app import terminal

    if shown < total:
        terminal.say(f"... and {total - shown:,} more {noun}; {where}")
