"""Commands about suggested training places: suggest, list, decide, export, monitor equality."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, OneOrganisation, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd

    from app.pipeline.places import Round

PAGE = "Suggested places"
group = typer.Typer(
    help="Suggest who could be offered training places, and record what managers decide.", no_args_is_help=True, rich_markup_mode=None
)
commands.add_typer(group, name="places")

RoundName = Annotated[str, typer.Option("--round", metavar="ROUND", help="Id of a round, as `skillsplan places list` shows it.")]
Join = Annotated[
    Path | None,
    typer.Option("--join", metavar="STAFF_FILE", help="Staff list to take names from, for the CSV alone; no name is stored."),
]


@group.command()
def suggest(
    organisation: Annotated[str, typer.Option("--organisation", metavar="CODE", help="Whose staff, by code; your own organisation only.")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="TEXT", help="What for: development of staff alone; kept in the audit log.")],
    plan: Annotated[
        str | None,
        typer.Option("--plan", metavar="RUN", help="Plan whose places they are: its run, or the beginning of it. Default: the newest."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="Seed of the lots. Default: one that follows from plan and purpose.")
    ] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Suggest who could be offered the places of a plan's first year; managers decide on each, and nobody is named or ranked."""
    from app import terminal
    from app.pipeline import places as use

    with use_store(store, PAGE) as (opened, scope), terminal.working(f"Suggesting places for {organisation}"):
        made = use.suggest(opened, scope, organisation, purpose, plan, seed)
        invented = answers.invented(opened, scope)
    if json:
        terminal.write_json(_as_json(made))
        return
    answers.mark(demonstration=invented)
    _show(made)


def _as_json(made: Round) -> dict[str, object]:
    from app import terminal

    found = made.found
    return {
        "round": made.round,
        "purpose": made.purpose,
        "seed": made.seed,
        "plan": made.run,
        "places": len(found.places),
        "people": int(found.places["person"].nunique()),
        "empty": found.empty,
        "later": found.later,
        "waiting": found.waiting,
        "claimed": found.claimed,
        "assigned": found.assigned,
        "apart": found.apart,
        "warns": made.warns,
        "proven": found.proven,
        "bands": {str(band): int(count) for band, count in found.places["band_of_need"].value_counts().items()},
        "teams": terminal.rows(found.teams),
        "notes": made.notes,
    }


def _show(made: Round) -> None:
    """Show what was suggested, by team; single places are for `list` and `export`."""
    from app import findings, terminal
    from app.places_page import words

    found = made.found
    terminal.say(words.finding(len(found.places), int(found.places["person"].nunique()), len(found.teams)))
    terminal.say(f"Round {made.round}; lots drawn with seed {made.seed}; purpose: {made.purpose}")
    terminal.heading("By team")
    lines = [
        (
            row["team"],
            *(f"{row[name]:,}" for name in ("people", "places")),
            findings.amount(row["share"]),
            words.used(row["hours"], row["time"]),
        )
        for row in terminal.rows(found.teams.head(SHOWN))
    ]
    terminal.table(("Team", "Could go", "Places", "Share by need", "Time used"), lines, words=1)
    say_rest(len(lines), len(found.teams), "teams", "--json gives all")
    terminal.heading("What the plan claims of these starts, and what real people reach")
    terminal.table(
        ("Claimed", "Assigned", "Apart"),
        [(findings.amount(found.claimed), findings.amount(found.assigned), findings.percent(found.apart))],
        words=0,
    )
    terminal.say("Ranks times FTE of those who are expected to reach them.")
    for note in made.notes:
        terminal.say(note)
    terminal.say(
        f"Managers decide on each place: `skillsplan places export --round {made.round} --csv FILE`, or `skillsplan places decide`."
    )


@group.command("list")
def list_places(
    round: Annotated[str | None, typer.Option("--round", metavar="ROUND", help="The places of one round. Default: the rounds.")] = None,
    organisation: OneOrganisation = None,
    undecided: Annotated[bool, typer.Option("--undecided", help="Only places without a decision.")] = False,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """List rounds, or the places of one with what was decided; by number, which is drawn by lot, and without names or pseudonyms."""
    from app import terminal
    from app.pipeline import places as use

    with use_store(store, PAGE) as (opened, scope):
        frame = use.rounds(opened, scope, organisation) if round is None else use.lines(opened, scope, round)
        invented = answers.invented(opened, scope)
    if round is not None and undecided:
        frame = frame[frame["decision"].isna()]
    if json:
        terminal.write_json(terminal.rows(frame))
        return
    answers.mark(demonstration=invented)
    if round is None:
        _show_rounds(frame)
    else:
        _show_lines(frame, undecided=undecided)


def _show_rounds(frame: pd.DataFrame) -> None:
    from app import findings, terminal

    if frame.empty:
        terminal.say("No places were suggested yet; `skillsplan places suggest` does it.")
        return
    lines = [
        (
            row["round"],
            row["purpose"],
            *(f"{row[name]:,}" for name in ("places", "open", "accepted", "changed", "declined", "challenged")),
            findings.percent(row["apart"]),
        )
        for row in terminal.rows(frame)
    ]
    headings = ("Round", "Purpose", "Places", "Open", "Accepted", "Changed", "Declined", "Challenged", "Apart")
    terminal.table(headings, lines, words=2)
    terminal.say("Apart: how far the ranks that the plan claims and those that real people reach differ.")


def _show_lines(frame: pd.DataFrame, *, undecided: bool) -> None:
    from app import terminal
    from app.places_page import words

    if frame.empty:
        terminal.say("No place of this round is open." if undecided else "This round has no places.")
        return
    shown = words.rows(frame.head(SHOWN))
    terminal.table(tuple(words.COLUMNS.values()), [tuple(row) for row in shown[list(words.COLUMNS)].itertuples(index=False)], words=8)
    say_rest(len(shown), len(frame), "places", "--json gives all, with reasons")


@group.command()
def decide(
    round: RoundName,
    place: Annotated[
        int | None, typer.Option("--place", metavar="N", min=1, help="Number of the place; each is decided by itself.")
    ] = None,
    decision: Annotated[str | None, typer.Option("--decision", metavar="WORD", help="accepted, changed or declined.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; the person sees it and may challenge it.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="JOB_ROLE", help="Who decided: a job role, never a name.")] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d", "%d/%m/%Y"], help="Day of the decision. Default: today."),
    ] = None,
    challenge: Annotated[
        str | None, typer.Option("--challenge", metavar="TEXT", help="What the person says against the decision, in place of a decision.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Decisions of many places, one line each, as `places export` wrote them.")
    ] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Record what a manager decided about one place, with a reason; or take in a file with one line and one reason for each."""
    from app import terminal
    from app.pipeline import places as use

    asked = _asked(place, file, decision, reason, by, challenge)
    with use_store(store, PAGE) as (opened, scope):
        if file is not None:
            number = use.decide_from(opened, scope, round, file.read_bytes(), file.name)
        elif challenge is not None:
            number = use.challenge(opened, scope, round, asked, challenge)
        else:
            day = None if on is None else on.date()
            number = use.decide(opened, scope, round, asked, decision or "", reason or "", by or "", day)
        known = terminal.rows(use.rounds(opened, scope).query("round == @round"))[0]
    if json:
        terminal.write_json({"status": "recorded", "import": number, "round": round, "open": known["open"]})
        return
    terminal.say(f"Recorded as import {number}; {known['open']:,} of {known['places']:,} places are still open.")


def _asked(place: int | None, file: Path | None, *told: str | None) -> int:
    """Return the place that is meant, 0 with a file; raises ScenarioError where both are given, or neither."""
    from skills_model.errors import Fault, ScenarioError

    if file is not None and (place is not None or any(word is not None for word in told)):
        allowed, action = "--file FILE alone, or --place N with a decision", "Give one of them."
        raise ScenarioError([Fault("A file and a place", "--file", found="both", allowed=allowed, action=action)])
    if file is None and place is None:
        allowed = "--place N, or --file FILE with one line for each place"
        raise ScenarioError([Fault("No place", "--place", found="nothing", allowed=allowed, action="Decide on each place by itself.")])
    return place or 0


@group.command()
def export(
    round: RoundName,
    csv: answers.Csv = None,
    join: Join = None,
    letters: Annotated[
        Path | None,
        typer.Option("--letters", metavar="FOLDER", help="Write the reason of each place for the person, one text file a place."),
    ] = None,
    store: StoreFile = None,
) -> None:
    """Write the places of a round for managers to fill in, and the reasons for people; names only with --join."""
    from app import terminal
    from app.pipeline import places as use
    from skills_model.errors import Fault, ScenarioError

    if csv is None and (join is not None or letters is None):
        allowed = "--csv FILE" if join is not None else "--csv FILE, --letters FOLDER, or both"
        raise ScenarioError([Fault("Nowhere to write", "places export", found="no file", allowed=allowed, action="Name a file or folder.")])
    staff_list = None if join is None else (join.read_bytes(), join.name)
    with use_store(store, PAGE) as (opened, scope):
        invented = answers.invented(opened, scope)
        if csv is not None:
            answers.write_csv(use.export(opened, scope, round, staff_list), csv, demonstration=invented)
        written = use.letters(opened, scope, round) if letters is not None else {}
    if letters is not None:
        for name, text in written.items():
            answers.write(letters / name, text.encode())
        terminal.note(f"Written to {letters}: {len(written):,} files")


@group.command()
def equality(round: RoundName, csv: answers.Csv = None, store: StoreFile = None, json: Json = False) -> None:
    """Show how likely the people of each group were to be suggested, to accept and to complete; small numbers are protected."""
    from app import terminal
    from app.pipeline import places as use
    from app.places_page import words

    with use_store(store, PAGE) as (opened, scope):
        found = use.equality(opened, scope, round)
        invented = answers.invented(opened, scope)
    if csv is not None:
        answers.write_csv(found.groups, csv, demonstration=invented)
    if json:
        terminal.write_json({"round": round, "groups": terminal.rows(found.groups), "notes": found.notes})
    if json or csv is not None:
        return
    answers.mark(demonstration=invented)
    terminal.say(words.equality_finding(found.groups))
    shown = words.equality_rows(found.groups)
    terminal.table(tuple(words.EQUALITY.values()), [tuple(row) for row in shown[list(words.EQUALITY)].itertuples(index=False)], words=2)
    for note in [*found.notes, words.EQUALITY_NOTE]:
        terminal.say(note)
