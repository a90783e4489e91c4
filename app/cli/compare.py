"""The command that puts an organisation beside like ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    from app.pipeline.compare import Comparison


@commands.command()
def peers(
    organisation: Annotated[str, typer.Option("--organisation", metavar="CODE", help="The organisation to compare.")],
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="MEASURE", help="Show this measure of every peer, such as vacancy_share.")
    ] = None,
    scenario: Annotated[str, typer.Option("--scenario", metavar="ID", help="The scenario of what is projected.")] = "baseline",
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Put an organisation beside others of its type and size; nothing is ranked."""
    from app import terminal
    from app.compare_page import words
    from app.pipeline import compare as use
    from skills_model.peers import measure_of

    if measure is not None:
        measure_of(measure)
    with use_store(store, "Compare") as (opened, scope), terminal.measured("Comparing") as tell:
        found = use.compare(opened, scope, organisation, scenario, tell)
        invented = answers.invented(opened, scope)
    if csv is not None:
        answers.write_csv(found.measured, csv, demonstration=invented)
    if json:
        terminal.write_json(_answer(found, measure))
    elif csv is None:
        answers.mark(demonstration=invented)
        terminal.say(f"{words.like(found.peers)}.")
        _show_glance(found) if measure is None else _show_measure(found, measure)


def _answer(found: Comparison, measure: str | None) -> dict[str, object]:
    """Return what there is as JSON can hold it."""
    from app import terminal

    funnels = {name: found.funnel(name) for name in found.beside["measure"] if measure in {None, name}}
    beside = found.beside if measure is None else found.beside[found.beside["measure"] == measure]
    told = found.peers
    return {
        "organisation": told.organisation,
        "name": found.name,
        "type": told.organisation_type,
        "peers": list(told.codes),
        "rule": {
            "size": told.basis,
            "size_here": told.size,
            "times": told.ratio,
            "same_type": told.same_type,
            "widened": told.widened,
            "enough": told.enough,
        },
        "scenario": {"id": found.scenario.id, "first": found.first, "last": found.last},
        "measures": terminal.rows(beside),
        "chance": {name: {"mean": funnel.mean, "points": terminal.rows(funnel.points)} for name, funnel in funnels.items() if funnel},
        "organisations": terminal.rows(found.measured),
        "paths": terminal.rows(found.paths),
    }


def _show_glance(found: Comparison) -> None:
    from app import terminal
    from app.compare_page import words

    rows = words.glance(found.beside)
    terminal.table(tuple(words.COLUMNS.values()), [tuple(row.values()) for row in terminal.rows(rows)])
    terminal.say("Middle half: from the lower quartile of the peers to the upper one. `--measure` shows every peer, in order of names.")


def _show_measure(found: Comparison, measure: str) -> None:
    from app import terminal
    from app.compare_page import words

    told = words.MEASURES[measure]
    terminal.say(f"{words.finding(found.name, found.row(measure), told)}.")
    if funnel := found.funnel(measure):
        terminal.say(f"{words.chance(funnel, found.peers.organisation, told)}.")
    rows = words.places(found.measured, found.peers.organisation, told)
    lines = [tuple(row.values()) for row in terminal.rows(rows.head(SHOWN))]
    terminal.table(tuple(words.headings(told).values()), lines)
    say_rest(min(SHOWN, len(rows)), len(rows), "organisations", "--csv FILE writes all")
    terminal.say(f"{words.shown(found.row(measure))}. In order of names, which says nothing of how anybody does.")
