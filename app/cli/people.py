"""Commands about people and roles: cover, what its loss leaves, staff within reach, career paths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, OneOrganisation, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from skills_model.people import CareerPath, Cohorts

PAGE = "People and roles"
TeamName = Annotated[str | None, typer.Option("--team", metavar="NAME", help="Only this team.")]


@commands.command()
def cover(
    organisation: OneOrganisation = None,
    team: TeamName = None,
    unmet: Annotated[bool, typer.Option("--unmet", help="Only targets that are not met.")] = False,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show how many people hold each skill that a team or organisation must not be without, the shortest first."""
    from app import people, terminal
    from app.pipeline import people as use

    with use_store(store, PAGE) as (opened, scope), terminal.working("Counting cover"):
        frame = use.cover(opened, scope, answers.area(organisation), team)
        invented = answers.invented(opened, scope)
        told = answers.nothing(opened, scope, answers.area(organisation)) if frame.empty else ""
    found = people.cover_finding(frame)
    frame = frame[frame["short"] > 0] if unmet else frame
    frame = frame.sort_values(["short", "organisation", "team", "skill"], ascending=[False, True, True, True])
    if answers.given(frame, csv, json=json, demonstration=invented):
        return
    _head(found, invented)
    if frame.empty:
        _say(told)
        return
    lines = [
        (
            row["organisation"],
            people.place(row["team"]),
            row["skill_label"],
            row["rank_label"],
            "suggested" if row["suggested"] else "set",
            *(f"{row[name]:,}" for name in ("people", "held")),
            people.ranged(row["held_low"], row["held_high"]),
            *(f"{row[name]:,}" for name in ("unassessed", "short")),
        )
        for row in terminal.rows(frame.head(SHOWN))
    ]
    headings = ("Organisation", "Team", "Skill", "Rank", "Target", "Wanted", "Hold it", "Range", "Unknown", "Short")
    terminal.table(headings, lines, words=5)
    say_rest(len(lines), len(frame), "targets", "--csv FILE writes all")
    terminal.say("Unknown: people whose post needs it and who are not assessed; they are in the high end of the range only.")


@commands.command()
def loss(
    one: Annotated[bool, typer.Option("--one", help="If any one person goes (the default).")] = False,
    team: Annotated[str | None, typer.Option("--team", metavar="NAME", help="If this team goes.")] = None,
    retiring: Annotated[bool, typer.Option("--retiring", help="If an age band near retirement goes, in groups large enough.")] = False,
    organisation: OneOrganisation = None,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show which skills fall below cover if one person, a team or an age band near retirement goes; nobody is named or ranked."""
    from app import people, terminal
    from app.pipeline import people as use
    from skills_model.errors import Fault, ScenarioError

    if one + (team is not None) + retiring > 1:
        raise ScenarioError(
            [Fault("More than one loss", "loss", allowed="one of --one, --team, --retiring", action="Ask for one at a time.")]
        )
    with use_store(store, PAGE) as (opened, scope), terminal.working("Counting what is left"):
        invented, area = answers.invented(opened, scope), answers.area(organisation)
        if retiring:
            cohorts = use.loss_of_cohorts(opened, scope, area)
        elif team is not None:
            frame = use.loss_of_team(opened, scope, team, area)
        else:
            frame = use.loss_of_one(opened, scope, area)
        lost = cohorts.groups if retiring else frame
        told = answers.nothing(opened, scope, area) if lost.empty and use.cover(opened, scope, area).empty else ""
    if retiring:
        _show_cohorts(cohorts, csv, invented, told, json=json)
    elif not answers.given(frame, csv, json=json, demonstration=invented):
        _head(people.one_finding(frame) if team is None else people.team_finding(team, frame), invented)
        _say(told)
        if not frame.empty:
            (_show_one if team is None else _show_team)(frame)


def _show_one(frame: pd.DataFrame) -> None:
    from app import people, terminal

    order = frame.sort_values(["single", "organisation", "team", "skill"], ascending=[False, True, True, True])
    lines = [
        (
            row["organisation"],
            people.place(row["team"]),
            row["skill_label"],
            row["rank_label"],
            " ".join(people.reference(person) for person in row["persons"].split()),
            *(f"{row[name]:,}" for name in ("people", "held")),
            people.ranged(row["held_low"], row["held_high"]),
            f"{row['fte']:.1f}",
            f"{row['left_over']:,}",
        )
        for row in terminal.rows(order.head(SHOWN))
    ]
    terminal.table(("Organisation", "Team", "Skill", "Rank", "Held by", "Wanted", "Hold it", "Range", "FTE", "Left"), lines, words=5)
    say_rest(len(lines), len(frame), "skills", "--csv FILE writes all")
    terminal.say("Held by: the first characters of pseudonyms, in no order of merit; --csv has them whole. No name is stored.")


def _show_team(frame: pd.DataFrame) -> None:
    from app import people, terminal

    below = frame[frame["below"]]
    lines = [
        (
            row["organisation"],
            row["skill_label"],
            row["rank_label"],
            *(f"{row[name]:,}" for name in ("people", "held", "going", "left_over")),
            people.ranged(row["left_low"], row["left_high"]),
        )
        for row in terminal.rows(below.head(SHOWN))
    ]
    terminal.table(("Organisation", "Skill", "Rank", "Wanted", "Hold it", "Go", "Left", "Range"), lines, words=3)
    say_rest(len(lines), len(below), "skills", "--csv FILE writes all that lose a holder")


def _show_cohorts(cohorts: Cohorts, csv: Path | None, invented: bool, told: str, *, json: bool) -> None:
    from app import people, terminal

    if csv is not None:
        answers.write_csv(cohorts.skills, csv, demonstration=invented)
    if json:
        terminal.write_json({"groups": terminal.rows(cohorts.groups), "skills": terminal.rows(cohorts.skills)})
    if json or csv is not None:
        return
    _head("", invented)
    if cohorts.groups.empty:
        terminal.say(told or "Nobody is in an age band near retirement.")
        return
    for _, group in cohorts.groups.head(SHOWN).iterrows():
        terminal.say(f"{group['organisation']}: {people.cohort_sentence(group)}")
    say_rest(min(SHOWN, len(cohorts.groups)), len(cohorts.groups), "groups", "--json gives all")
    if not cohorts.skills.empty:
        lines = [
            (
                *(row[name] for name in ("organisation", "age_band", "skill_label", "rank_label")),
                *(f"{row[name]:,}" for name in ("people", "held", "going", "left_over")),
            )
            for row in terminal.rows(cohorts.skills.head(SHOWN))
        ]
        terminal.table(("Organisation", "Age band", "Skill", "Rank", "Wanted", "Hold it", "Go", "Left"), lines, words=4)
        say_rest(len(lines), len(cohorts.skills), "skills", "--csv FILE writes all")
    terminal.say(
        "A skill is listed only where at least as many of its holders go as a group needs; the others would tell the age of single people."
    )
    terminal.say("`skillsplan loss --one` shows the skills that few people hold, whatever their age.")


@commands.command()
def quality(organisation: OneOrganisation = None, csv: answers.Csv = None, store: StoreFile = None, json: Json = False) -> None:
    """Show how far the data can be trusted: what is mapped and assessed, by whom, how long ago; by team for one organisation."""
    from app import people, terminal
    from app.pipeline import quality as use

    with use_store(store, "Data and quality") as (opened, scope), terminal.working("Looking at assessments"):
        frame = use.by_organisation(opened, scope) if organisation is None else use.by_team(opened, scope, [organisation])
        invented = answers.invented(opened, scope)
        told = answers.nothing(opened, scope, answers.area(organisation)) if frame.empty else ""
    if answers.given(frame, csv, json=json, demonstration=invented):
        return
    if told:
        _head(told, invented)
    elif organisation is None:
        _head("", invented)
        _show_quality(frame, {"organisation": "Organisation", "name": "Name"}, {"fte": "FTE", "unmapped_fte": "Not mapped"})
        terminal.say("Not mapped: FTE of staff whose job title has no role level yet. --organisation CODE shows teams.")
    else:
        _head(people.quality_finding(frame), invented)
        _show_quality(frame, {"team": "Team"}, {"headcount": "People", "median_age": "Months"})
        terminal.say("Months: median age of the assessments that count, at the staff list. `skillsplan gaps --quality` has disagreement.")


def _show_quality(frame: pd.DataFrame, names: Mapping[str, str], sizes: Mapping[str, str]) -> None:
    """Show teams or organisations, those of which least is known first."""
    from app import findings, people, terminal

    order = findings.ranked_by(frame, "assessed_share").iloc[::-1].head(SHOWN)
    shares = {"assessed_share": "Assessed", "own_share": "Self only", "old_share": "Old"}
    lines = [
        (
            *(terminal.word(row[name]) for name in names),
            *(people.whole(row[name]) for name in sizes),
            *(findings.percent(row[name]) for name in shares),
            terminal.word(row["last_assessed"])[:10],
        )
        for row in terminal.rows(order)
    ]
    terminal.table((*names.values(), *sizes.values(), *shares.values(), "Newest"), lines, words=len(names))
    say_rest(len(lines), len(frame), "rows", "--csv FILE writes all")
    terminal.say("Assessed: of the skills that people need. Self only and Old: of the assessed.")


@commands.command()
def reach(
    role_level: Annotated[str, typer.Argument(metavar="ROLE_LEVEL", help="Id or name of the role level to fill.")],
    within: Annotated[
        int | None, typer.Option("--within", metavar="N", min=0, help="Ranks that may be missing. Default: an assumption.")
    ] = None,
    organisation: OneOrganisation = None,
    csv: answers.Csv = None,
    join: Annotated[
        Path | None,
        typer.Option("--join", metavar="STAFF_FILE", help="Staff list to take names from, for the CSV alone; no name is stored."),
    ] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """List the staff within a few ranks of a role level, by team and in no order of merit."""
    from app import people, terminal
    from app.pipeline import people as use
    from skills_model.errors import Fault, ScenarioError

    if join is not None and (csv is None or organisation is None):
        missing = "--csv FILE, since names go into a file only, and --organisation CODE, whose staff list it is"
        raise ScenarioError([Fault("Names without a file or an organisation", "--join", allowed=missing, action="Give both with it.")])
    staff_list = None if join is None else (join.read_bytes(), join.name)
    with use_store(store, PAGE) as (opened, scope), terminal.working("Looking for staff within reach"):
        found_staff = use.reach(opened, scope, role_level, answers.area(organisation), within)
        invented = answers.invented(opened, scope)
        if csv is not None:
            called = None if staff_list is None or organisation is None else use.names(opened, scope, organisation, staff_list)
            answers.write_csv(use.reach_rows(opened, found_staff, called), csv, demonstration=invented)
        told = answers.no_staff(opened, scope, answers.area(organisation))
    shown = found_staff.counts if found_staff.people is None else found_staff.people
    if answers.given(shown, None, json=json, demonstration=invented) or csv is not None:
        return
    _head(people.reach_finding(found_staff.label, found_staff.within, found_staff.counts), invented)
    _say(told)
    if found_staff.people is not None and not found_staff.people.empty:
        _show_reach(found_staff.people)


def _show_reach(staff: pd.DataFrame) -> None:
    from app import people, terminal

    lines = [
        (
            row["organisation"],
            row["team"],
            people.reference(row["person"]),
            terminal.word(row["role_level_label"]),
            "certainly" if row["certain"] else "possibly",
            row["missing_skills"] or "-",
            f"{row['unknown_skills']:,} of {row['skills']:,}",
            f"{row['missing']:,}",
            people.ranged(row["missing_low"], row["missing_high"]),
        )
        for row in terminal.rows(staff.head(SHOWN))
    ]
    headings = ("Organisation", "Team", "Person", "Role level now", "Within", "Ranks missing", "Not assessed", "Ranks", "Range")
    terminal.table(headings, lines, words=6)
    say_rest(len(lines), len(staff), "people", "--csv FILE writes all")
    terminal.say(
        "In the order of team and pseudonym, which says nothing about anybody. --csv FILE --join STAFF_FILE puts your own names beside them."
    )


@commands.command()
def path(
    start: Annotated[str, typer.Argument(metavar="FROM", help="Id or name of the role level held.")],
    goal: Annotated[str, typer.Argument(metavar="TO", help="Id or name of the role level wanted.")],
    organisation: OneOrganisation = None,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show the way from one role level to another: ranks to gain, courses, bands, and how far staff are."""
    from app import terminal
    from app.pipeline import people as use

    with use_store(store, PAGE) as (opened, scope):
        found = use.path(opened, scope, start, goal, answers.area(organisation))
        invented = answers.invented(opened, scope)
    if csv is not None:
        answers.write_csv(found.ranks, csv, demonstration=invented)
    if json:
        frames = {name: terminal.rows(getattr(found, name)) for name in ("ranks", "courses", "bands", "staff")}
        terminal.write_json({"from": found.start, "to": found.goal, **frames})
    elif csv is None:
        _show_path(found, invented)


def _show_path(found: CareerPath, invented: bool) -> None:
    from app import findings, people, terminal

    steps = terminal.rows(found.bands)
    _head(people.path_finding(found, steps[0]["role_level_label"], steps[-1]["role_level_label"]), invented)
    ways = dict(zip(found.ranks["skill_label"], found.ranks["courses"], strict=True))
    lines = [
        (*(row[name] for name in ("skill_label", "before_label", "after_label", "taught")), ways[row["skill_label"]] or "-", row["ranks"])
        for row in terminal.rows(people.path_rows(found))
        if row["ranks"] != "0"
    ]
    terminal.table(("Skill", "From", "To", "Courses lead to", "Courses", "Ranks"), lines, words=5)
    if not found.courses.empty:
        terminal.heading("Courses, the cheapest way for each skill by itself")
        lines = [
            (
                *(terminal.word(row[name]) for name in ("course_label", "provider", "skills")),
                findings.pounds(row["price"]),
                *(f"{row[name]:g}" for name in ("hours", "weeks")),
            )
            for row in terminal.rows(found.courses)
        ]
        terminal.table(("Course", "Provider", "Skills", "Price", "Hours", "Weeks"), lines, words=3)
    terminal.heading("Bands on the way")
    lines = [(row["role_level_label"], terminal.word(row["band"]), row["band_from"], f"{row['ranks']:,}") for row in steps]
    terminal.table(("Role level", "Band", "Said by", "Ranks to gain"), lines, words=3)
    terminal.say("A suggestion is no decision: local job evaluation decides.")
    terminal.heading("How far those who hold the first role level are")
    if found.staff.empty:
        terminal.say("Nobody holds it.")
        return
    lines = [
        (people.far(row["missing_from"], row["missing_to"]), str(row["headcount"]), str(row["with_unknown"]))
        for row in terminal.rows(found.staff)
    ]
    terminal.table(("Ranks missing", "People", "Not assessed in all skills"), lines)


def _head(found: str, invented: bool) -> None:
    answers.mark(demonstration=invented)
    _say(found)


def _say(sentence: str) -> None:
    from app import terminal

    if sentence:
        terminal.say(sentence)
