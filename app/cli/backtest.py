"""Commands that show what supply forecasts rest on, and how right they would have been."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.cli import answers
from app.cli.options import SHOWN, Json, StoreFile, commands, say_rest, use_store

if TYPE_CHECKING:
    import pandas as pd

    from app.pipeline.backtest import RatesAnswer
    from skills_model.supply.backtest import Backtest

PAGE = "Supply forecast"
HEADINGS = {
    "leaver rate": "Leavers a year, of average staff",
    "joiner rate": "Joiners a year, of staff at the start",
    "promotion rate": "Moves between role levels a year, of those who stay, the largest first",
    "retiring share": "Leavers who retire",
    "ageing share": "Staff who grow into the next age band in a year, of those who stay",
    "joiner age share": "Joiners by age band",
}
Area = Annotated[str, typer.Option("--area", metavar="AREA", help="england, region:CODE, icb:CODE or organisation:CODE.")]


@commands.command()
def rates(
    area: Area = "england",
    scenario: Annotated[str, typer.Option("--scenario", metavar="ID", help="Id of a scenario, or a TOML file.")] = "baseline",
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Show at which rates staff leave, join and move up, how sure that is, and what it is from."""
    from app import terminal
    from app.pipeline import backtest as use

    with use_store(store, PAGE) as (opened, scope), terminal.measured("Estimating rates") as tell:
        found = use.rates(opened, scope, area, scenario, tell)
        labels, invented = use.labels(opened, scope), answers.invented(opened, scope)
    if csv is not None:
        answers.write_csv(found.estimates, csv, demonstration=invented)
    if json:
        told = {name: terminal.rows(getattr(found, name)) for name in ("estimates", "factors")}
        terminal.write_json({"area": found.area, "scenario": found.scenario, "organisations": found.organisations, **told})
    elif csv is None:
        answers.mark(demonstration=invented)
        _show_rates(found, labels)


@commands.command()
def backtest(
    series: Annotated[
        Literal["national", "store"], typer.Option("--series", help="The published series of England, or the staff lists in the store.")
    ] = "national",
    area: Area = "england",
    draws: Annotated[int, typer.Option("--draws", metavar="NUMBER", help="Futures drawn for each range.")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", metavar="NUMBER", min=0, help="The same seed gives the same futures.")] = 1,
    csv: answers.Csv = None,
    store: StoreFile = None,
    json: Json = False,
) -> None:
    """Hold forecasts against what came: three simple methods and ours, each from what was known before."""
    from app import terminal
    from app.pipeline import backtest as use

    with use_store(store, PAGE) as (opened, scope), terminal.measured("Forecasting what is known already") as tell:
        found = use.backtest(opened, scope, series, area, draws, seed, tell)
        labels = use.labels(opened, scope)
        invented = series == "store" and answers.invented(opened, scope)
    if csv is not None:
        answers.write_csv(_dated(found.forecasts), csv, demonstration=invented)
    if json:
        told = {"errors": terminal.rows(found.errors), "forecasts": terminal.rows(_dated(found.forecasts))}
        terminal.write_json({"series": series, "area": area if series == "store" else "england", "draws": draws, "seed": seed, **told})
    elif csv is None:
        answers.mark(demonstration=invented)
        _show_backtest(found, labels)


def _show_rates(found: RatesAnswer, labels: Mapping[str, str]) -> None:
    from app import terminal

    told = found.estimates
    for what, rows in told.groupby("what", sort=False):
        shown = rows[rows["organisation"].isna()] if found.organisations > 1 else rows.sort_values("organisation", kind="stable")
        if what == "promotion rate":
            shown = shown.assign(moved=shown["value"] * shown["exposure"]).sort_values("moved", ascending=False, kind="stable")
        terminal.heading(HEADINGS[str(what)])
        lines = [(_group(row, labels), *_numbers(row)) for row in terminal.rows(shown.head(SHOWN))]
        terminal.table(("Of", "Value", "Range", "Seen", "History"), lines)
        say_rest(min(SHOWN, len(shown)), len(shown), "rows", "--csv FILE writes all")
    if found.organisations > 1:
        terminal.say(f"\nOrganisations: {found.organisations:,}; --area organisation:CODE shows the rates of one, --csv FILE those of all.")
    terminal.say(
        "Value: the estimate. Range: its 10th and 90th percentiles. Seen: in the history alone. History: its weight in the estimate;"
    )
    terminal.say("the rest is the assumption's. --json and --csv say of every number where it is from.")
    if (told["weight"] > 0).any():
        terminal.say(f"History: {_history(told)}.")


def _history(told: pd.DataFrame) -> str:
    """Return the words of the source that say which history there is."""
    source = str(told.loc[told["weight"] > 0, "source"].iloc[0])
    return source.partition("; the rest ")[0].partition("% ")[2]


def _group(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    from app import terminal

    if row["what"] == "promotion rate":
        return " to ".join(terminal.word(row[name], labels) for name in ("role_level", "to_role_level"))
    parts = [terminal.word(row[name], labels, "") for name in ("organisation", "role_family", "age_band")]
    return ", ".join(part for part in parts if part) or "Everybody"


def _numbers(row: Mapping[str, Any]) -> tuple[str, ...]:
    from app import findings

    value, low, high, seen = (_share(row[name]) for name in ("value", "low", "high", "observed"))
    return value, f"{low} to {high}", seen, findings.percent(row["weight"])


def _share(value: float, sign: str = "") -> str:
    return "-" if math.isnan(value) else f"{value:{sign}.1%}"


def _show_backtest(found: Backtest, labels: Mapping[str, str]) -> None:
    from app import findings, terminal

    if found.errors.empty:
        terminal.say("Nobody there has two staff lists, so there is nothing to hold a forecast against.")
        return
    for (series, by), rows in found.errors.groupby(["series", "by"], sort=False):
        terminal.heading(f"{str(series).capitalize()}{f', by {findings.heading(str(by)).lower()}' if by else ''}")
        lines = [
            (row["method"], f"{row['years']:g}", f"{row['forecasts']}", _share(row["mape"]), _share(row["bias"], "+"),
             findings.amount(row["rmse"]), "-" if math.isnan(row["inside"]) else findings.percent(row["inside"]))
            for row in terminal.rows(rows)
        ]  # fmt: skip
        terminal.table(("Method", "Years ahead", "Forecasts", "Error", "Bias", "RMSE", "In range"), lines)
    last = found.forecasts[found.forecasts["origin"] == found.forecasts["origin"].max()]
    last = last[last["method"].str.startswith("staff flows") | (last["by"] == "")]
    terminal.heading("The last forecasts beside what came")
    beside = [
        (row["series"], terminal.word(row["name"], labels) or "all", row["method"], f"{row['as_at']:%Y-%m-%d}",
         findings.amount(row["forecast"]), _between(row), findings.amount(row["actual"]), _share(row["error"], "+"))
        for row in terminal.rows(last.head(2 * SHOWN))
    ]  # fmt: skip
    terminal.table(("Series", "Of", "Method", "As at", "Forecast", "Range", "Actual", "Error"), beside, words=3)
    terminal.say("Error: mean absolute error, a share of the actual. Bias: mean error; below 0 the forecasts were too low. RMSE: FTE.")
    terminal.say(
        "In range: actual values between the 10th and 90th percentiles of ours; eight in ten should be. --csv FILE writes every forecast."
    )


def _between(row: Mapping[str, Any]) -> str:
    from app import findings

    low, high = row["low"], row["high"]
    return "-" if math.isnan(low) else f"{findings.amount(low)} to {findings.amount(high)}"


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Write days as text."""
    return frame.assign(**{name: frame[name].dt.strftime("%Y-%m-%d") for name in ("origin", "as_at")}) if len(frame) else frame
