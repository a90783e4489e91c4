"""Funding streams of a plan: what money there is and when, what each stream may pay for, and what goes on after the horizon."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from skills_model.errors import DataError
from skills_model.planning import prices
from skills_model.planning.stocks import cover_pay, first_periods, funded_at, pay_funded
from skills_model.planning.stream_rules import RULES, Row, broken_rules, named
from skills_model.planning.world import DEVELOPMENT, ESTABLISHMENT_PAY, LEVY, World, once

COMMITTED, HOPED_FOR = "committed", "hoped for"
MONTHS_A_YEAR = 12
USED_FIRST = ("levy", "national ring-fence", "capital", "trust contribution", "revenue")


@dataclass(frozen=True)
class Stream:
    """A funding stream as a plan sees it.

    `arrives` and `after` are pounds at prices of the pay year: what comes in at the start of a period, and in a period after the horizon.
    `expiry` is how many periods after the one in which it came in money can still be spent, None where it does not expire; `carry_over` is
    the share of what is left that the next year may have. `opening` is there at the start, and came in evenly over the periods that it
    lasts. `estimated` says that what arrives follows from the pay of the staff.
    """

    id: str
    label: str
    kind: str
    status: str
    accounts: tuple[str, ...]
    carry_over: float
    expiry: int | None
    arrives: Mapping[int, float]
    after: float = 0.0
    opening: float = 0.0
    estimated: bool = False

    @property
    def came(self) -> Mapping[int, float]:
        """Return what came in by period, that of before the plan under periods up to 0."""
        before = dict.fromkeys(range(1 - self.expiry, 1), self.opening / self.expiry) if self.expiry else {}
        return before | dict(self.arrives)

    def gives(self, account: str, coinvestment: float) -> float:
        """Return the pounds of an account that one pound pays for: with the levy used up, the government pays the rest of a training price."""
        return 1 / coinvestment if account == "apprenticeship" and self.kind != "levy" else 1.0


@once
def streams(world: World) -> tuple[Stream, ...]:
    """Return the streams that pay for actions, in the order in which their money is used; pay of funded posts is apart.

    First what is committed, then what is only hoped for, each as a stream of its own; among these first what expires, then what may pay for
    least, then by kind. `development` is always there, and a levy: the one the user has, else an estimate. Raises DataError for
    every rule that the user's streams break.
    """
    faults = broken_rules(world.inputs.options.streams, world.assumptions)
    if faults:
        raise DataError(faults)
    found = [_stream(world, row, status) for row in _rows(world) for status in (COMMITTED, HOPED_FOR) if _counts(world, row, status)]
    return tuple(sorted((_recurrent(item) for item in found), key=_order))


def recurrent_after(world: World) -> dict[str, float]:
    """Return what streams give in a period after the horizon, in pounds, for those that may pay for new posts.

    That is their budget of the financial year then. Where the user names no budget of it, a stream whose own row says that it pays for
    posts goes on as in the last year of the horizon; of any other nothing is known, so nothing is counted.
    """
    return {item.id: item.after for item in streams(world) if "posts" in item.accounts}


def pay_budget(world: World, period: int) -> float:
    """Return the pay budget of a period, or of one after the horizon: what finance has confirmed for its year, else what posts cost.

    Never less than the pay of the staff and the cover that doing nothing leaves, since nobody is dismissed for want of money.
    """
    left = world.nothing.staff[min(period, world.scenario.periods)]
    confirmed = confirmed_pay(world, period)
    if confirmed is None:
        return pay_funded(world, left, funded_at(world, min(period, world.scenario.periods + 1)))
    return max(confirmed, pay_of_nothing(world, period))


def pay_of_nothing(world: World, period: int) -> float:
    """Return the pay in a period of the staff and the cover that doing nothing leaves."""
    group, left = world.groups, world.nothing.staff[min(period, world.scenario.periods)]
    return float((group["pay"] * left + cover_pay(world) * group["cover_fte"]).sum())


def confirmed_pay(world: World, period: int) -> float | None:
    """Return the pay budget that finance has given for a period; None where it has given none for the year."""
    year = world.scenario.year_of(period)
    amounts = _budget(world, ESTABLISHMENT_PAY, COMMITTED)
    if year not in amounts:
        return None
    return amounts[year] / world.scenario.periods_per_year / prices.index(year, "pay", world.scenario, world.assumptions)


def vacancy_confirmed(world: World) -> bool:
    """Tell whether finance has confirmed vacancy money: the scenario says so, or there is a pay budget for every year."""
    return world.scenario.money.vacancy_confirmed or all(confirmed_pay(world, t) is not None for t in world.periods)


def vacancy_money(world: World, period: int) -> float:
    """Return what is left of the pay budget of a period if nothing is done: the money of vacant posts less what covers them."""
    return max(0.0, pay_budget(world, period) - pay_of_nothing(world, period))


def levy_estimate(world: World, staff: pd.DataFrame | None = None) -> dict[int, float]:
    """Return what comes into the levy account in each period for digital staff: their share of the employer's levy, in pounds.

    The levy is due on pay above an allowance that an employer has once: these staff are taken to have the share of it that informatics
    staff are of all staff. Pay is without on-costs, of `staff` (FTE; a row a group, a column a period), or else of those whom doing
    nothing leaves: a plan spends no levy that only its own recruits bring.
    """
    scenario, assume = world.scenario, world.assumptions
    salary = prices.annual_salary(
        world.groups["band"], world.inputs.organisation["region_code"], scenario, assume, world.inputs.options.pay_points
    )
    bill = (world.nothing.staff if staff is None else staff).mul(salary, axis=0).sum()
    rate, off = assume.value("apprenticeship_levy_rate"), assume.value("apprenticeship_levy_allowance") * assume.value("informatics_share")
    topped = {t: 1 + assume.value("levy_top_up", levy_rules(world, t)) for t in world.periods}
    return {t: max(0.0, rate * float(bill[t]) - off) * topped[t] / scenario.periods_per_year for t in world.periods}


def levy_rules(world: World, period: int) -> str:
    """Return which of the dated levy rules hold in a period, by its middle: the key of the assumptions about them."""
    first, last = world.scenario.day_of(period), world.scenario.day_of(period + 1)
    middle = first + (last - first) / 2
    return "since" if middle.year * 100 + middle.month >= world.assumptions.value("levy_rules_change") else "before"


def coinvestment(world: World, period: int) -> float:
    """Return the share of a training price that the employer pays in a period once its levy money is used up."""
    return world.assumptions.value("levy_coinvestment_share", levy_rules(world, period))


def in_cash(world: World, rows: pd.DataFrame) -> pd.Series:
    """Return the pounds of rows (stream, year, pounds) as cash of their year; in a plan they are at prices of the pay year."""
    scenario, assume = world.scenario, world.assumptions
    of: dict[str, Literal["pay", "prices"]] = {ESTABLISHMENT_PAY: "pay"}
    found = [
        pounds * prices.cash_index(str(year), of.get(str(stream), "prices"), scenario, assume)
        for stream, year, pounds in zip(rows["stream"], rows["year"], rows["pounds"], strict=True)
    ]
    return pd.Series(found, index=rows.index, dtype="float64")


def notes(world: World) -> list[str]:
    """Say what of the money a reader would otherwise take for granted."""
    said = []
    if not vacancy_confirmed(world):
        said.append("Vacancy funding is not confirmed: the pay of recruits is taken from the pay of funded posts, outside the budget.")
    short = {world.scenario.year_of(t) for t in world.periods if (confirmed_pay(world, t) or 0.0) < pay_of_nothing(world, t) - 1}
    short &= {world.scenario.year_of(t) for t in world.periods if confirmed_pay(world, t) is not None}
    said += [
        f"The pay budget given for {year} is less than the staff and cover of today cost; these are counted as paid."
        for year in sorted(short)
    ]
    return said


def _rows(world: World) -> list[Row]:
    """Return the user's streams, with the development budget and a levy where there is none among them."""
    rows: list[Row] = [row for row in world.inputs.options.streams.to_dict("records") if row["funding_stream"] != ESTABLISHMENT_PAY]
    blank: dict[Hashable, Any] = dict.fromkeys(("pays_for", "carry_over_share", "expiry_months"))
    if DEVELOPMENT not in [row["funding_stream"] for row in rows]:
        rows.append(blank | {"funding_stream": DEVELOPMENT, "funding_stream_label": "Development budget", "kind": "revenue"})
    if "levy" not in [row["kind"] for row in rows]:
        rows.append(blank | {"funding_stream": LEVY, "funding_stream_label": "Apprenticeship levy, estimated", "kind": "levy"})
    return rows


def _counts(world: World, row: Row, status: str) -> bool:
    """Tell whether a stream is part of the plan: it has a budget that counts, or is one that always is."""
    if status == HOPED_FOR and not world.scenario.money.hoped_for:
        return False
    if _budget(world, str(row["funding_stream"]), status):
        return True
    return status == COMMITTED and (row["funding_stream"] == DEVELOPMENT or _estimated(world, row))


def _estimated(world: World, row: Row) -> bool:
    """Tell whether what a levy brings has to be estimated: no budget is known of it or of another one; the first then stands for all."""
    return _main_levy(world, row) and not _budget(world, str(row["funding_stream"]), COMMITTED)


def _main_levy(world: World, row: Row) -> bool:
    """Tell whether a stream is the levy; of several the first by id, those with a budget before others."""
    levies = [str(item["funding_stream"]) for item in _rows(world) if item["kind"] == "levy"]
    return str(row["funding_stream"]) == min([name for name in levies if _budget(world, name, COMMITTED)] or levies)


def _stream(world: World, row: Row, status: str) -> Stream:
    """Read a stream with what comes in by period; its `after` is that of a period then, whether or not it pays for posts."""
    name, kind, assume = str(row["funding_stream"]), str(row["kind"]), world.assumptions
    share = row["carry_over_share"]
    if pd.isna(share):
        share = 1.0 if kind == "levy" else assume.value("carry_over_share", kind)
    accounts = named(row) or RULES[kind][0]
    if kind == "capital" and not assume.value("capital_labour_share"):
        accounts = ()
    return Stream(
        id=name if status == COMMITTED else f"{name}:hoped",
        label=str(row["funding_stream_label"]) + ("" if status == COMMITTED else " (hoped for)"),
        kind=kind,
        status=status,
        accounts=accounts,
        carry_over=float(share),
        expiry=_expiry(world, row),
        arrives=_arrives(world, row, status),
        after=_after(world, row, status),
        opening=assume.value("levy_opening_balance") if status == COMMITTED and _main_levy(world, row) else 0.0,
        estimated=status == COMMITTED and _estimated(world, row),
    )


def _expiry(world: World, row: Row) -> int | None:
    """Return how long money can be spent: the levy comes in throughout a period and so expires throughout one, all else comes at its start."""
    levy, months = row["kind"] == "levy", row["expiry_months"]
    if pd.isna(months) and not levy:
        return None
    lasts: float = world.assumptions.value("levy_expiry_months") if pd.isna(months) else float(months)
    periods = round(lasts / MONTHS_A_YEAR * world.scenario.periods_per_year)
    return max(1, periods) if levy else max(0, periods - 1)


def _recurrent(item: Stream) -> Stream:
    """Take pay of new posts from what a stream pays for where nothing of it goes on after the horizon."""
    return item if item.after > 0 else replace(item, accounts=tuple(name for name in item.accounts if name != "posts"))


def _arrives(world: World, row: Row, status: str) -> dict[int, float]:
    """Return what comes in: a year's money at its start, the levy in every period; a stored year that is cut by the horizon in proportion."""
    scenario, name = world.scenario, str(row["funding_stream"])
    if status == COMMITTED and _estimated(world, row):
        return levy_estimate(world)
    amounts, given = _budget(world, name, status), _of_scenario(world, name) and status == COMMITTED
    found: dict[int, float] = {}
    for first, year in first_periods(world).items():
        inside = [t for t in world.periods if scenario.year_of(t) == year]
        share = 1.0 if given else len(inside) / scenario.periods_per_year
        pounds = amounts.get(year, 0.0) * share / prices.index(year, "prices", scenario, world.assumptions)
        found |= {t: pounds / len(inside) for t in inside} if row["kind"] == "levy" else {first: pounds}
    return found


def _after(world: World, row: Row, status: str) -> float:
    scenario, amounts = world.scenario, _budget(world, str(row["funding_stream"]), status)
    year, last = scenario.year_of(scenario.periods + 1), scenario.year_of(scenario.periods)
    meant = year if year in amounts or "posts" not in named(row) else last
    pounds = amounts.get(meant, 0.0) / prices.index(meant, "prices", scenario, world.assumptions)
    return pounds / scenario.periods_per_year


def _budget(world: World, name: str, status: str) -> dict[str, float]:
    """Return pounds of a stream by year as they are given: by the scenario where it gives it any money, else by the user's table."""
    if status == COMMITTED and _of_scenario(world, name):
        return dict(world.scenario.budget[name])
    rows = world.inputs.options.budgets
    rows = rows[(rows["funding_stream"] == name) & (rows["status"] == status)]
    return {str(year): float(amount) for year, amount in zip(rows["year"], rows["amount"], strict=True)}


def _of_scenario(world: World, name: str) -> bool:
    """Tell whether the scenario gives a stream money; the baseline's zeros stand for none given."""
    return any(world.scenario.budget.get(name, {}).values())


def _order(item: Stream) -> tuple[object, ...]:
    return item.status != COMMITTED, item.expiry is None, len(item.accounts), USED_FIRST.index(item.kind), item.id
