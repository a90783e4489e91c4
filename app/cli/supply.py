"""The command that forecasts staff in post beside the posts needed, with ranges, what drives it and what it rests on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd

    from app.pipeline.supply import SupplyAnswer, SupplyRequest
    from skills_model.privacy import Scope
    from skills_model.store import Store

PAGE = "Supply forecast"
DRIVERS = 6  # uncertain numbers that a terminal shows
Area = Annotated[str, typer.Option("--area", metavar="AREA", help="england, region:CODE, icb:CODE or organisation:CODE.")]
By = Annotated[str, typer.Option("--by", metavar="CUT[,CUT]", help="What to break the forecast down by, such as role_family,year.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="Change an assumption or a setting of the scenario, such as leaver_rate=0.14. Several times."
    ),
]


@commands.command()
def supply(
    area: Area = "england",
    scenario: Annotated[str, typer.Option("--scenario", metavar="ID", help="Id of a scenario, or a TOML file.")] = "baseline",
    by: By = "role_family,year",
    draws: Annotated[int, typer.Option("--draws", metavar="NUMBER", help="Futures that are sampled.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", metavar="NUMBER", min=0, help="The same seed gives the same futures, byte for byte.")] = 1,
    against: Annotated[
        str | None, typer.Option("--against", metavar="ID", help="A scenario to put beside it, over the same years.")
    ] = None,
    changes: Set = None,
    csv: answers.Csv = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Write the forecast as a workbook.")] = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Forecast staff in post beside the posts needed, with ranges and what drives them."""
    from app import terminal
    from app.pipeline.supply import SupplyRequest
    from app.report import supply_workbook

    request = SupplyRequest(area, scenario, tuple(answers.cuts(by)), draws=draws, seed=seed, changed=tuple(sorted(changes or [])))
    with use_store(store, PAGE) as (opened, scope):
        answer, other = _forecast(opened, scope, request, against)
    if csv is not None:
        answers.write_csv(answer.rows, csv, demonstration=answer.demonstration)
    if xlsx is not None:
        answers.write(xlsx, supply_workbook.supply(answer, other))
        terminal.note(f"Written to {xlsx}")
    if json:
        terminal.write_json(_told(answer, other))
    elif csv is None and xlsx is None:
        answers.mark(demonstration=answer.demonstration)
        _show(answer)
        if other is not None:
            _compare(answer, other)


def _forecast(store: Store, scope: Scope, request: SupplyRequest, against: str | None) -> tuple[SupplyAnswer, SupplyAnswer | None]:
    """Make the forecast, and the one beside it where one is asked for."""
    from app import terminal
    from app.pipeline import supply as use

    others = [] if against is None else [use.beside(store, scope, request, against)]
    with terminal.measured("Forecasting supply") as tell:
        many = 1 + len(others)
        found = [
            use.forecast(store, scope, asked, lambda share, step, done=done: tell((done + share) / many, step))  # type: ignore[misc]
            for done, asked in enumerate([request, *others])
        ]
    return found[0], found[1] if others else None


def _told(answer: SupplyAnswer, other: SupplyAnswer | None) -> dict[str, object]:
    from app import terminal
    from app.pipeline import supply as use

    told = answer.as_dict()
    if other is not None:
        rows, total = use.difference(answer, other), use.total_difference(answer, other)
        told["against"] = {"answer": other.as_dict(), "rows": terminal.rows(rows), "total": terminal.rows(total)}
    return told


def _show(answer: SupplyAnswer) -> None:
    from app import supply_words, terminal

    skills = supply_words.by_skill(answer)
    terminal.say(f"{answer.area_label}: {supply_words.headline(answer.total, skills=skills)}.")
    if said := supply_words.sure(answer):
        terminal.say(said)
    for note in answer.notes:
        terminal.say(f"- {note}")
    if said := supply_words.imputed_finding(answer.imputed):
        terminal.say(f"- {said}")
    terminal.heading(f"In {answer.last}, FTE: the median, and in brackets the 10th to 90th percentile")
    _table(supply_words.end_rows(answer), "--csv FILE writes all years")
    terminal.heading(f"{supply_words.flows_finding(answer.steps, skills=skills)}:")
    _table(supply_words.bars(answer.steps, answer.first, answer.last, skills=skills).pipe(supply_words.written_bars))
    for measure, name in supply_words.driven(answer).items():
        if len(rows := answer.drivers[answer.drivers["measure"] == measure]):
            terminal.heading(f"{supply_words.tornado_finding(rows, name)}:")
            _table(supply_words.short_driver_rows(rows.head(DRIVERS)), words=2)
    terminal.heading("Where the rates come from")
    _table(
        supply_words.rate_rows(supply_words.main_rates(answer.rates)).drop(columns="Source"),
        "--json has all, `skillsplan rates` each source",
    )
    if len(answer.imputed):
        terminal.heading(
            "Trusts that have sent nothing, beside those that count, FTE: the middle path, and in brackets the imputation's range"
        )
        _table(supply_words.imputed_rows(answer.imputed), "--json has all", words=2)
    if len(answer.calibration):
        terminal.heading("Beside published figures")
        _table(supply_words.short_calibration_rows(answer.calibration), words=2)
        terminal.say("Why some cannot be compared, and each source: --json, --xlsx and the page.")
    terminal.say(f"\n{supply_words.made_of(answer)}")


def _compare(answer: SupplyAnswer, other: SupplyAnswer) -> None:
    from app import supply_words, terminal
    from app.pipeline import supply as use

    rows, total = use.difference(answer, other), use.total_difference(answer, other)
    parts = supply_words.differing(rows, answer)
    said = supply_words.difference_finding(total[total["measure"] == "supply"], parts, supply_words.other_case(other), of=supply_words.driven(answer)["supply"])
    terminal.heading(f"{said}:")
    _table(supply_words.difference_rows(rows, total, answer), "--json has all")


def _table(rows: pd.DataFrame, where: str = "", words: int = 1) -> None:
    """Write a table of words: its first columns to the left, the others to the right."""
    from app import terminal

    lines = [[str(cell) for cell in row] for row in rows.head(SHOWN).to_numpy(dtype=object)]
    terminal.table([str(name) for name in rows.columns], lines, words=words)
    say_rest(min(SHOWN, len(rows)), len(rows), "rows", where)
