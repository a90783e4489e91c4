"""Commands that show where skills fall short, how far that can be trusted, and how it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, OneOrganisation, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd

PAGE = "Explore skills gaps"
By = Annotated[str, typer.Option("--by", metavar="CUT[,CUT]", help="What to break the gap down by, such as role_family,skill.")]
AsAt = Annotated[
    datetime | None,
    typer.Option("--as-at", metavar="DATE", formats=["%Y-%m-%d"], help="Only what was known on this day: staff, assessments, posts."),
]
SelfBias = Annotated[
    float | None,
    typer.Option("--self-bias", metavar="RANKS", help="What if people place themselves so many ranks too high? Default: the assumption."),
]

type Labels = Mapping[str, Mapping[str, str]]


@commands.command()
def organisations(store: StoreFile = None, json: Json = False) -> None:
    """List the organisations in the store, largest first."""
    from app import findings, pipeline, terminal

    with use_store(store, "Overview") as (opened, scope):
        frame = pipeline.organisations(opened, scope)
    if json:
        terminal.write_json(terminal.rows(frame))
        return
    if frame.empty:
        terminal.say("No organisation is in the store; `skillsplan import staff FILE --organisation CODE --as-at DATE` takes in a trust and its staff.")
        return
    words = ["code", "name", "type", "region", "icb"]
    lines = [(*(terminal.word(row[word], None, findings.NOT_KNOWN) for word in words), findings.amount(row["fte"])) for row in terminal.rows(frame)]
    terminal.table(("Code", "Name", "Type", "Region", "ICB", "FTE"), lines, words=len(words))


@commands.command()
def gaps(
    by: By,
    organisation: OneOrganisation = None,
    as_at: AsAt = None,
    self_bias: SelfBias = None,
    quality: Annotated[bool, typer.Option("--quality", help="Say beside every figure how far its assessments can be trusted.")] = False,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Measure the skills gap, worst first."""
    from app import pipeline, terminal
    from app.pipeline import gaps as use

    cuts, area, day = answers.cuts(by), answers.area(organisation), None if as_at is None else as_at.date()
    with use_store(store, PAGE) as (opened, scope), terminal.working("Measuring the gap"):
        frame = use.gaps(opened, scope, cuts, area, as_at=day, self_bias=self_bias, quality=quality)
        invented, labels = answers.invented(opened, scope), pipeline.labels(opened, scope)
        told = answers.nothing(opened, scope, area) if frame.empty else ""
    frame = frame.sort_values(["total_ranks_short", *cuts], ascending=[False, *[True] * len(cuts)])
    if csv is not None:
        answers.write_csv(pipeline.labelled(frame, cuts, labels), csv, demonstration=invented)
    if json:
        terminal.write_json(terminal.rows(frame))
    elif csv is None:
        answers.mark(demonstration=invented)
        if told:
            terminal.say(told)
            return
        _show_gaps(frame, cuts, labels)
        if quality:
            _show_quality(frame, cuts, labels)


@commands.command()
def trend(
    by: By,
    organisation: OneOrganisation = None,
    self_bias: SelfBias = None,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Follow the skills gap from one staff list to the next, and say what the change is made of, the largest change first."""
    from app import findings, pipeline, terminal
    from app.pipeline import gaps as use

    cuts, area = answers.cuts(by), answers.area(organisation)
    with use_store(store, PAGE) as (opened, scope), terminal.working("Measuring the gap at each date"):
        found = use.follow(opened, scope, cuts, area, self_bias=self_bias)
        parts, total = (use.changed(opened, scope, by_, area, self_bias=self_bias) for by_ in (cuts, []))
        invented, labels = answers.invented(opened, scope), pipeline.labels(opened, scope)
        told = answers.nothing(opened, scope, area) if found.empty else ""
    if csv is not None:
        answers.write_csv(pipeline.labelled(found, cuts, labels), csv, demonstration=invented)
    if json:
        terminal.write_json({"gaps": terminal.rows(found.astype({"as_at": "str"})), "changes": terminal.rows(parts)})
    elif csv is None:
        answers.mark(demonstration=invented)
        terminal.say(told or findings.change_finding(total, list(found["as_at"].unique())))
        if not found.empty:
            _show_dates(found, cuts, labels)
        if not parts.empty:
            _show_changes(parts, cuts, labels)


def _show_gaps(frame: pd.DataFrame, cuts: Sequence[str], labels: Labels) -> None:
    from app import terminal

    lines = [(*_words(row, cuts, labels), *_figures(row)) for row in terminal.rows(frame.head(SHOWN))]
    terminal.table((*answers.headings(cuts), "Coverage", "Range", "Short", "Vacant", "Ranks"), lines, words=len(cuts))
    say_rest(min(SHOWN, len(frame)), len(frame), "rows", "--csv FILE writes all")
    terminal.say("Short: FTE of staff below the required rank. Vacant: FTE of posts without staff.")
    terminal.say("Ranks: FTE times the ranks missing, vacancies included. Added up over skills.")


def _show_quality(frame: pd.DataFrame, cuts: Sequence[str], labels: Labels) -> None:
    from app import findings, terminal

    terminal.heading("How far these figures can be trusted")
    lines = [
        (
            *_words(row, cuts, labels),
            findings.percent(row["assessed_share"]),
            findings.months(row["median_age"]),
            *(findings.percent(row[name]) for name in ("stale_share", "self_share", "apart_share")),
        )
        for row in terminal.rows(frame.head(SHOWN))
    ]
    terminal.table((*answers.headings(cuts), "Assessed", "Age", "Old", "Self", "Disagree"), lines, words=len(cuts))
    terminal.say("Assessed: of what staff need. Age: median at the staff list. Old, Self: of the assessments that count, those that are old")
    terminal.say("and those that are one's own view. Disagree: of skills judged by two kinds, those judged so far apart as the assumption")
    terminal.say("raters_apart_ranks says, or more.")


def _show_dates(frame: pd.DataFrame, cuts: Sequence[str], labels: Labels) -> None:
    from app import findings, terminal

    terminal.heading("At each date")
    ordered = findings.by_date(frame, cuts)
    lines = [(*_words(row, cuts, labels), f"{row['as_at']:%Y-%m-%d}", *_figures(row)) for row in terminal.rows(ordered.head(2 * SHOWN))]
    terminal.table((*answers.headings(cuts), "Date", "Coverage", "Range", "Short", "Vacant", "Ranks"), lines, words=len(cuts) + 1)
    say_rest(min(2 * SHOWN, len(frame)), len(frame), "rows", "--csv FILE writes all")


def _show_changes(frame: pd.DataFrame, cuts: Sequence[str], labels: Labels) -> None:
    from app import findings, terminal

    terminal.heading("What the change in FTE short is made of")
    parts = ("change", "vacancies", "staff", "skills")
    lines = [
        (
            *_words(row, cuts, labels),
            *(findings.amount(row[name]) for name in ("before", "after")),
            *(findings.change(row[name]) for name in parts),
        )
        for row in terminal.rows(findings.largest_change(frame).head(SHOWN))
    ]
    terminal.table((*answers.headings(cuts), "Before", "After", "Change", "Vacancies", "Staff", "Skills"), lines, words=len(cuts))
    say_rest(min(SHOWN, len(frame)), len(frame), "rows", "--json gives all")
    terminal.say("Vacancies: posts filled or emptied. Staff: more or fewer people below the required rank at unchanged skills.")
    terminal.say("Skills: a larger or smaller share of staff below the required rank. The three add up to the change.")


def _figures(row: Mapping[str, object]) -> tuple[str, ...]:
    from app import findings

    return (
        findings.percent(row["coverage"]),
        f"{findings.percent(row['coverage_low'])} to {findings.percent(row['coverage_high'])}",
        *(findings.amount(row[measure]) for measure in ("staff_short", "vacancy_short", "total_ranks_short")),
    )


def _words(row: Mapping[str, object], cuts: Sequence[str], labels: Labels) -> tuple[str, ...]:
    from app import findings, terminal

    return tuple(terminal.word(row[cut], {} if cut == "organisation" else labels[cut], findings.NOT_KNOWN) for cut in cuts)
