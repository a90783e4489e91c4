"""Commands about scenarios: write, list, compare and check them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli import answers
from app.cli.options import Json, StoreFile, commands, use_store
from skills_model.errors import ScenarioError

PAGE = "Supply forecast"
group = typer.Typer(help="Write, list, compare and check scenarios.", no_args_is_help=True, rich_markup_mode=None)
commands.add_typer(group, name="scenario")

Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="Id of a scenario, or a TOML file.")]


@group.command()
def new(
    id: Annotated[str, typer.Argument(metavar="ID", help="Lower-case letters, digits and hyphens.")],
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="Its name for people.")] = "",
    author: Annotated[str, typer.Option("--author", metavar="TEXT", help="Who answers for it, a job role.")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it exists.")] = "",
    base: Annotated[str, typer.Option("--base", metavar="ID", help="Scenario that fills in what this one leaves out.")] = "baseline",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An assumption, or a setting such as demand.growth.data.rate; may be repeated."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="TOML that it starts from.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it as TOML here, and not into the store.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of your own scenario of that id; `undo` brings it back.")
    ] = False,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Write a scenario: what it changes, who says so, and why."""
    from app import terminal
    from app.pipeline import scenarios as use

    with use_store(store, PAGE, create=out is None) as (opened, scope):
        text, number = use.write(
            opened, scope, id, label=label, author=author, reason=reason, base=base, changes=set_ or [], file=file, replace=replace,
            keep=out is None,
        )  # fmt: skip
    if out is not None:
        answers.write(out, text.encode())
    if csv is not None:
        answers.write_csv(use.written_settings(text), csv, demonstration=False)
    if json:
        terminal.write_json({"scenario": id, "content": text, "import_run": number})
        return
    if csv is None:
        terminal.say(text.rstrip("\n"))
    terminal.note(f"Written to {out}" if out is not None else f"Scenario {id} is in the store; `skillsplan undo {number}` takes it back.")


@group.command(name="list")
def list_all(csv: answers.Csv = None, store: StoreFile = None, json: Json = False) -> None:
    """List the scenarios of the project and your own: who wrote them, when and why."""
    from app import terminal
    from app.pipeline import scenarios as use

    with use_store(store, PAGE) as (opened, scope):
        frame = use.listed(opened, scope)
    if answers.given(frame, csv, json=json, demonstration=False):
        return
    lines = [
        (row["scenario"], row["label"], row["base"] or "-", row["author"], terminal.word(row["written_on"])) for row in terminal.rows(frame)
    ]
    terminal.table(("Scenario", "Name", "Base", "Author", "Written on"), lines, words=5)
    terminal.say("`skillsplan scenario show SCENARIO` gives the reason and every setting.")


@group.command()
def show(scenario: Name, csv: answers.Csv = None, store: StoreFile = None, json: Json = False) -> None:
    """Show every setting of a scenario, those that it takes from its base included."""
    from app import terminal
    from app.pipeline import scenarios as use

    with use_store(store, PAGE) as (opened, scope):
        found = use.usable(opened, scope, scenario)
    if csv is not None:
        answers.write_csv(use.settings_table(found), csv, demonstration=False)
    if json:
        terminal.write_json(found.model_dump(mode="json", by_alias=True))
    if json or csv is not None:
        return
    terminal.say(f"{found.label} ({found.id})")
    terminal.say(f"{found.reason}. {found.author}, {terminal.word(found.written_on)}")
    terminal.table(("Setting", "Value"), use.settings(found), words=2)


@group.command()
def diff(first: Name, second: Name, csv: answers.Csv = None, store: StoreFile = None, json: Json = False) -> None:
    """Say what differs between two scenarios, setting by setting; assumptions by the value that each really uses."""
    from app import terminal
    from app.pipeline import scenarios as use

    with use_store(store, PAGE) as (opened, scope):
        found = use.difference(opened, scope, first, second)
    if answers.given(found.rows, csv, json=json, demonstration=False):
        return
    if found.rows.empty:
        terminal.say(f"{found.first.id} and {found.second.id} say the same.")
        return
    for item in (found.first, found.second):
        terminal.say(f"{item.id}: {item.reason} ({item.author}, {terminal.word(item.written_on)})")
    lines = [(row["setting"], row["first"], row["second"], row["unit"]) for row in terminal.rows(found.rows)]
    terminal.table(("Setting", found.first.id, found.second.id, "Unit"), lines, words=4)


@group.command()
def validate(
    scenario: Name,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every fault as CSV; the headings alone where there are none.")
    ] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Check a scenario: every setting, assumption and name, all faults at once."""
    from app import terminal
    from app.pipeline import scenarios as use

    try:
        with use_store(store, PAGE) as (opened, scope):
            found = use.usable(opened, scope, scenario)
    except ScenarioError as error:
        if csv is not None:
            answers.write_csv(use.faults(error.faults), csv, demonstration=False)
        raise
    if csv is not None:
        answers.write_csv(use.faults([]), csv, demonstration=False)
    if json:
        terminal.write_json({"status": "valid", "scenario": found.id})
    if json or csv is not None:
        return
    terminal.say(f"{found.id} is a scenario: {found.label}.")
