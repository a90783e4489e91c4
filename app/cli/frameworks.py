"""Commands about competency frameworks: side by side, compared, tried before they count, switched, written in open formats."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli import answers, imports
from app.cli.options import SHOWN, Json, OneOrganisation, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd

    from skills_model.framework.compare import Comparison
    from skills_model.framework.impact import Impact
    from skills_model.privacy import Scope
    from skills_model.store import Store

PAGE = "Data and quality"
SKILLS = {
    "as it is": "Carried over as they are",
    "reworded": "Carried over; the skill was reworded",
    "renamed": "Carried over; the skill has another id",
    "begins to count": "Begin to count",
    "not carried over": "Not carried over",
}
ROLES = {
    "as it is": "As it is",
    "renamed": "Renamed only",
    "other requirements": "Other requirements",
    "without requirements": "No requirements left",
    "disappears": "Disappears",
}
FRAMES = ("levels", "staff", "role_levels", "lost_needs", "gaps", "unpublished")

group = typer.Typer(help="Compare frameworks, see what a new version would do, switch it on.", no_args_is_help=True, rich_markup_mode=None)
commands.add_typer(group, name="frameworks")

Framework = Annotated[str, typer.Argument(metavar="FRAMEWORK", help="Id of a framework, as `frameworks list` shows it.")]


@group.command(name="list")
def list_all(store: StoreFile = None, json: Json = False) -> None:
    """List the frameworks in the store, versions of one together."""
    from app import terminal
    from app.pipeline import frameworks as use

    with use_store(store, PAGE) as (opened, scope):
        frame = use.listed(opened, scope)
    if json:
        terminal.write_json(terminal.rows(frame))
        return
    lines = [
        (
            row["framework"],
            row["version"],
            "yes" if row["active"] else "all staff" if row["measured_on"] == "all staff" else "no",
            *(f"{row[name]:,}" for name in ("ranks", "role_levels", "skills", "requirements")),
        )
        for row in terminal.rows(frame)
    ]
    terminal.table(("Framework", "Version", "Active", "Ranks", "Role levels", "Skills", "Requirements"), lines, words=3)
    terminal.say("Active: its requirements count in gaps and plans. All staff: measured by staff group, whatever is active.")


@group.command()
def compare(old: Framework, new: Framework, csv: answers.Csv = None, store: StoreFile = None, json: Json = False) -> None:
    """Say what is new, gone, renamed, raised or lowered from one framework to another."""
    from app import terminal
    from app.pipeline import frameworks as use

    with use_store(store, PAGE) as (opened, scope):
        found = use.compare(opened, scope, old, new)
    if csv is not None:
        answers.write_csv(found.changes, csv, demonstration=False)
    if json:
        terminal.write_json({"old": old, "new": new, **_comparison(found)})
    elif csv is None:
        terminal.say(f"From {old} to {new}")
        _show_counts(found)
        _show_changes(found.changes)


@group.command()
def impact(framework: Framework, organisation: OneOrganisation = None, store: StoreFile = None, json: Json = False) -> None:
    """Say what switching a framework on would do to staff, ranks, posts and gaps; nothing is changed."""
    from app import terminal
    from app.pipeline import frameworks as use
    from skills_model.errors import DataError

    with use_store(store, PAGE) as (opened, scope), terminal.working(f"Trying {framework}"):
        found = use.impact(opened, scope, framework, answers.area(organisation))
        invented = answers.invented(opened, scope)
    if found.faults:
        raise DataError(found.faults)
    if json:
        comparison = {} if found.comparison is None else _comparison(found.comparison)
        frames = {name: terminal.rows(getattr(found, name)) for name in FRAMES}
        terminal.write_json({"framework": framework, "replaces": found.replaces, **comparison, **frames})
        return
    answers.mark(demonstration=invented)
    _show_impact(found)


@group.command()
def activate(framework: Framework, store: StoreFile = None, json: Json = False) -> None:
    """Let a framework count, in the place of the version before; `skillsplan undo` takes it back."""
    from app.pipeline import frameworks as use

    _switch(use.activate, framework, "counts from now on", store, json=json)


@group.command()
def deactivate(framework: Framework, store: StoreFile = None, json: Json = False) -> None:
    """Let a framework count no longer; `skillsplan undo` takes it back."""
    from app.pipeline import frameworks as use

    _switch(use.deactivate, framework, "counts no longer", store, json=json)


@group.command()
def crosswalk(
    framework: Annotated[str | None, typer.Argument(metavar="[FRAMEWORK]", help="Only what this framework is related to.")] = None,
    other: Annotated[str | None, typer.Argument(metavar="[OTHER]", help="Only between these two.")] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Suggest, between the two, what is not related yet; used only once you name the relation.")
    ] = False,
    from_file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Take in relations that --csv wrote and you changed or filled in.")
    ] = None,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show, suggest or change what skills and role levels of one framework are in another."""
    from app import terminal
    from app.pipeline import frameworks as use

    if from_file is not None:
        imports.take_in("crosswalk", from_file, store=store, json=json)
        return
    if suggest and (framework is None or other is None):
        raise typer.BadParameter("--suggest needs two frameworks")
    with use_store(store, PAGE) as (opened, scope):
        if suggest and framework is not None and other is not None:
            frame = use.suggestions(opened, scope, framework, other)
        else:
            frame = use.crosswalk(opened, scope, framework, other)
    if not answers.given(frame, csv, json=json, demonstration=False):
        _show_relations(frame, suggested=suggest)
    elif suggest and not json:
        terminal.note(
            "Name the relation of what you accept (exact, close, broader, narrower, related); then: skillsplan frameworks crosswalk --from"
        )


@group.command()
def export(
    framework: Framework,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")],
    form: Annotated[
        Literal["csv", "case"] | None,
        typer.Option("--format", help="csv: our columns. case: 1EdTech CASE 1.0 JSON. Default: case for a .json file, else csv."),
    ] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Write all of a framework in an open format; `skillsplan import framework` or `case` takes it in again."""
    from app import guard, terminal
    from app.pipeline import frameworks as use

    as_case = form == "case" or (form is None and file.suffix.lower() == ".json")
    with use_store(store, PAGE) as (opened, scope):
        if as_case:
            content = use.package(opened, scope, framework)
        else:
            content = guard.csv_bytes(use.table(opened, scope, framework), demonstration=False).removeprefix(BOM_UTF8)
        texts = use.described(opened, scope, framework)
    answers.write(file, content)
    if json:
        terminal.write_json({"framework": framework, "format": "case" if as_case else "csv", "file": str(file), "descriptions": texts})
    terminal.note(f"Written to {file}")
    if texts:
        terminal.note(f"It holds {texts:,} descriptions in the publisher's words: mind their licence before you pass it on.")


def _switch(use: Callable[[Store, Scope, str], int], framework: str, words: str, store: Path | None, *, json: bool) -> None:
    from app import terminal

    with use_store(store, PAGE, create=True) as (opened, scope), terminal.working(f"Switching {framework}"):
        number = use(opened, scope, framework)
    if json:
        terminal.write_json({"framework": framework, "number": number})
        return
    terminal.say(f"{framework} {words}. `skillsplan undo {number}` takes it back.")


def _comparison(found: Comparison) -> dict[str, object]:
    from app import terminal

    return {"counts": terminal.rows(found.counts()), "changes": terminal.rows(found.changes)}


def _show_counts(found: Comparison) -> None:
    from app import terminal

    lines = [(row["subject"].capitalize(), row["change"], f"{row['count']:,}") for row in terminal.rows(found.counts())]
    if not lines:
        terminal.say("Nothing differs.")
        return
    terminal.table(("What", "Change", "Count"), lines, words=2)


def _show_changes(changes: pd.DataFrame) -> None:
    from app import terminal

    named = changes[changes["subject"] != "requirement"]
    needs = changes[changes["subject"] == "requirement"]
    if len(named):
        terminal.heading("Roles, role levels and skills")
        rows = terminal.rows(named.head(2 * SHOWN))
        lines = [(row["subject"], row["change"], terminal.word(row["label_from"]), terminal.word(row["label_to"])) for row in rows]
        terminal.table(("What", "Change", "Before", "After"), lines, words=4)
        say_rest(len(rows), len(named), "rows", "--csv FILE writes all")
    if len(needs):
        terminal.heading("Requirements")
        rows = terminal.rows(needs.head(SHOWN))
        lines = [
            (
                terminal.word(row["label_to"] if row["label_from"] != row["label_from"] else row["label_from"]),
                row["skill_label"],
                row["change"],
                *(terminal.word(row[name]) for name in ("rank_from", "rank_to")),
            )
            for row in rows
        ]
        terminal.table(("Role level", "Skill", "Change", "Rank before", "After"), lines, words=3)
        say_rest(len(rows), len(needs), "rows", "--csv FILE writes all")


def _show_impact(found: Impact) -> None:
    from app import terminal

    instead = f", in the place of {', '.join(found.replaces)}" if found.replaces else ""
    terminal.say(f"What switching on {found.framework} would do{instead}. Nothing has been changed.")
    if found.comparison is not None:
        terminal.heading("The framework")
        _show_counts(found.comparison)
    if found.gaps.empty:
        terminal.say()
        terminal.say("Nobody is in post and nothing is funded here yet, so there is nothing that it would change.")
        return
    terminal.heading("Staff and funded posts, by what becomes of their role level")
    terminal.table(("Role level", "People", "FTE", "Funded FTE"), _numbers(found.staff, ROLES, ("headcount", "fte", "budgeted_fte")))
    if len(found.levels):
        terminal.heading("Ranks held now")
        terminal.table(("Rank of a skill", "Ranks", "People"), _numbers(found.levels, SKILLS, ("levels", "headcount")))
    _show_role_levels(found.role_levels)
    _show_gaps(found.gaps)
    _show_cautions(found)
    terminal.say()
    terminal.say(f"To do it: skillsplan frameworks activate {found.framework}")


def _numbers(frame: pd.DataFrame, words: Mapping[str, str], names: Sequence[str]) -> list[tuple[str, ...]]:
    from app import findings, terminal

    write = {name: findings.amount if name.endswith("fte") else terminal.number for name in names}
    return [
        (words[row["fate"]], *(row[name] if isinstance(row[name], str) else write[name](row[name]) for name in names))
        for row in terminal.rows(frame)
    ]


def _show_role_levels(frame: pd.DataFrame) -> None:
    from app import findings, terminal

    concerned = frame[(frame[["headcount", "budgeted_fte"]].astype("str").replace("0.0", "0") != "0").any(axis="columns")]
    if frame.empty:
        return
    terminal.heading("Role levels that change, with their staff and posts")
    if concerned.empty:
        terminal.say("None has staff or posts here.")
        return
    rows = terminal.rows(concerned.head(SHOWN))
    lines = [
        (row["label"], ROLES[row["fate"]], terminal.word(row["becomes"]), *(findings.amount(row[name]) for name in ("fte", "budgeted_fte")))
        for row in rows
    ]
    terminal.table(("Role level", "Change", "Becomes", "FTE", "Funded FTE"), lines, words=3)
    say_rest(len(rows), len(concerned), "role levels", "--json gives all")
    if len(concerned) < len(frame):
        terminal.say(f"Without staff or posts here: {len(frame) - len(concerned)} more.")


def _show_gaps(frame: pd.DataFrame) -> None:
    from app import findings, terminal

    terminal.heading("The gap by role family, before and after")
    lines = [
        (
            terminal.word(row["label"]),
            *(findings.percent(row[f"coverage_{when}"]) for when in ("before", "after")),
            *(findings.amount(row[f"{name}_{when}"]) for name in ("fte_short", "total_ranks_short") for when in ("before", "after")),
        )
        for row in terminal.rows(frame)
    ]
    headings = ("Role family", "Coverage", "After", "FTE short", "After", "Ranks short", "After")
    terminal.table(headings, lines)


def _show_cautions(found: Impact) -> None:
    from app import terminal

    if len(found.unpublished):
        levels = int(found.unpublished["role_level"].notna().sum())
        terminal.say(
            f"{found.framework} adds {len(found.unpublished) - levels} skills and {levels} role levels whose ranks are not published. They are "
            "in no requirement, so where the gap gets smaller it may only be less known."
        )
    if len(found.lost_needs):
        terminal.say(
            f"{len(found.lost_needs)} requirements of other frameworks would be lost, since their skill falls away; --json names them."
        )


def _show_relations(frame: pd.DataFrame, *, suggested: bool) -> None:
    from app import terminal

    if frame.empty:
        terminal.say("Nothing to suggest." if suggested else "No relations.")
        return
    rows = terminal.rows(frame.head(2 * SHOWN))
    lines = [
        (
            row["subject"],
            f"{row['framework_from']}: {terminal.word(row['label_from'])}",
            f"{row['framework_to']}: {terminal.word(row['label_to'])}",
            "?" if suggested else row["relation"],
            f"{row['confidence']:.2f}",
        )
        for row in rows
    ]
    terminal.table(("What", "This", "Is that", "Relation", "Confidence"), lines, words=4)
    say_rest(len(rows), len(frame), "rows", "--csv FILE writes all")
