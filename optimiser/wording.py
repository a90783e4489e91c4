"""An explanation in plain English: one sentence for each price, each step of money and each lever that is not used."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from optimiser.contract import GOAL_PREFIX
from optimiser.resolve import Answer, Direction
from optimiser.tables import PlanningTables

MONTHS = {"month": 1, "quarter": 3, "year": 12}
STOPPERS = 3  # named; the others are counted
PLACES = {
    "limit": "on limit {}",
    "inflow": "arriving in stock {}",
    "required": "required of stock {}",
    "minimum": "required of lever {}",
    "maximum": "allowed of lever {}",
}
KINDS = {
    "limit": "limit",
    "inflow": "stock",
    "required": "the requirement on stock",
    "minimum": "the minimum of lever",
    "maximum": "the maximum of lever",
}


def number(value: float) -> str:
    """Write a number to three digits, large ones whole.

    >>> number(0.8), number(12345.6), number(0.00123), number(-2.5), number(0.0)
    ('0.8', '12,346', '0.00123', '-2.5', '0')
    """
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"


def pounds(value: float) -> str:
    """Write money.

    >>> pounds(10_000.0), pounds(-12.5), pounds(0.004)
    ('£10,000', '-£12.50', '£0.004')
    """
    value = round(value, 2) if abs(value) >= 0.1 else value
    sign, size = "-" if value < 0 else "", abs(value)
    if size >= 100 or size == round(size):
        return f"{sign}£{size:,.0f}"
    return f"{sign}£{size:.2f}" if size >= 0.1 else f"{sign}£{number(size)}"


def _and(parts: list[str]) -> str:
    """Join the parts of a list.

    >>> _and(["a", "b", "c"]), _and(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


@dataclass(frozen=True)
class Words:
    """Put the numbers of one problem into words; ids, attributes and the name of a period are quoted from its tables."""

    tables: PlanningTables
    direction: Direction | None = None  # one unit of what is taken for money
    money: frozenset[tuple[str, str]] = frozenset()  # families and items that are pounds

    def period(self, at: int) -> str:
        """Name a period, with its first month where the tables have a start and say months, quarters or years."""
        problem = self.tables.problem
        months, start = MONTHS.get(problem.period_label), problem.start
        if months is None or start is None:
            return f"{problem.period_label} {at}"
        passed = start.month - 1 + months * (at - 1)
        first = date(start.year + passed // 12, passed % 12 + 1, 1)
        return f"{problem.period_label} {at} (from {first:%B %Y})"

    def stage(self, name: str) -> str:
        """Name what a stage minimises."""
        if name.startswith(GOAL_PREFIX):
            return f"goal {name.removeprefix(GOAL_PREFIX)!r}"
        cost = "the discounted cost" if self.tables.problem.discount else "the cost"
        return {"shortfall": "the weighted shortfall", "cost": cost, "moves": "the weighted moves"}[name]

    def effect(self, stage: str, change: float, name: str = "", *, least: bool = False) -> str:
        """Say how a stage, by its name or another, changes, or changes at least."""
        name = name or self.stage(stage)
        if math.isnan(change):
            return "would leave no plan"
        if change == 0:
            return f"would leave {name} as it is"
        size = pounds(abs(change)) if stage == "cost" else number(abs(change))
        return f"would {'raise' if change > 0 else 'lower'} {name} by {'at least ' if least else ''}{size}"

    def beginning(self, prices: pd.DataFrame, *, whole: bool) -> Iterator[str]:
        """Say what everything rests on, and where there is nothing to say."""
        if whole:
            yield (
                "Whole numbers are held at the plan's: what follows is true of the linear problem that is left, "
                "and other whole numbers might do better."
            )
        if not (prices["price"] != 0).any() and prices[["left", "right"]].fillna(0.0).eq(0.0).all(axis=None):
            yield "No limit, requirement, inflow or bound of a lever has a price: a little more or less of any one would make no stage better."

    def of_prices(self, prices: pd.DataFrame, most: int) -> Iterator[str]:
        """Say what one more and one fewer on each row would do, for so many rows."""
        said = 0
        for row in prices.to_dict("records"):
            sentence = self._price({str(name): value for name, value in row.items()})
            if sentence and said < most:
                said += 1
                yield sentence
        rest = int((prices["price"] != 0).sum()) - said
        if rest > 0:
            yield f"{rest:,} more {'row has' if rest == 1 else 'rows have'} a price; {'it is' if rest == 1 else 'they are'} in the table only."

    def _price(self, row: dict[str, object]) -> str:
        item, at, stage = repr(str(row["item"])), self.period(int(str(row["period"]))), str(row["stage"])
        place = f"{PLACES[str(row['family'])].format(item)} in {at}"
        step, left, right, price = (float(str(row[name])) for name in ("step", "left", "right", "price"))
        if row["found"] == "dual only":
            if price == 0:
                return ""
            return f"At the margin, each unit more {place} {self.effect(stage, price)}; how far that goes was not looked into."
        more, fewer = ("One more", "one fewer") if step == 1 else (f"{number(step)} more", f"{number(step)} less")
        if (row["family"], row["item"]) in self.money:
            more, fewer = f"{pounds(step)} more", f"{pounds(step)} less"
        if math.isnan(left) and math.isnan(right):
            return f"Neither more nor less {place} leaves a plan."
        if math.isnan(left) and row["family"] in {"minimum", "maximum"} and float(str(row["amount"])) < step:
            return f"{more} {place} {self.effect(stage, right * step)}; there is nothing to take away."
        again = "" if math.isnan(right) else "it"
        return f"{more} {place} {self.effect(stage, right * step)}; {fewer} {self.effect(stage, -left * step, again)}."

    def of_money(
        self,
        more: dict[float, Answer],
        bought: pd.DataFrame,
        holds: pd.DataFrame,
        stops: pd.DataFrame,
        base: Answer,
    ) -> Iterator[str]:
        """Say what each step of money buys, and to where that holds."""
        direction = self.direction
        if direction is None:
            if self.money:
                yield f"More money would leave {self.stage(next(iter(base.worth)))} as it is."
            return
        in_pounds = (direction.changes[0].family, direction.changes[0].item) in self.money
        written, unit = (pounds, "pound") if in_pounds else (number, "unit")
        item, periods = repr(direction.changes[0].item), {change.period for change in direction.changes}
        when = (
            f"in {self.period(int(next(iter(periods)) or 0))}"
            if len(periods) == 1
            else "over all periods, in the proportions of the tables,"
        )
        stage = next(iter(base.worth))
        for step, answer in more.items():
            change = answer.worth[stage] - base.worth[stage]
            change = 0.0 if abs(change) <= 1e-6 * max(1.0, abs(base.worth[stage])) else change
            yield f"{written(step)} more of {item} {when} {self.effect(stage, change)}{self._largest(bought, step)}."
        for row in holds.to_dict("records"):
            slope, to, looked = (float(row[name]) for name in ("slope", "holds_to", "looked_to"))
            if math.isnan(slope) or looked == 0:
                continue
            far = f"{written(looked)} more, as far as was looked"
            if not math.isnan(to):
                far = f"about {written(round(to, -2) if to >= 10_000 else to)} more{self._stopped(stops)}"
            yield f"Each further {unit} of {item} does as much, within a tenth, up to {far}."

    def _largest(self, bought: pd.DataFrame, step: float) -> str:
        """Name the largest falls in the last period where anything falls, and say whether anything rises."""
        rows = bought[bought["step"] == step]
        falls = rows[rows["change"] < 0]
        if falls.empty:
            return ""
        last = falls[falls["period"] == falls["period"].max()].sort_values("change", kind="stable")
        names = [name for name in bought.columns if name not in {"step", "period", "before", "after", "change"}]
        named = []
        for row in last.head(STOPPERS).to_dict("records"):
            of = ", ".join(f"{name} {str(row[name])!r}" for name in names if str(row[name]) != "nan")
            named.append(f"{f'for {of} ' if of else ''}by {number(-float(row['change']))}")
        most = " most" if len(last) > len(named) else ""
        rises = "; some other shortfalls rise" if (rows["change"] > 0).any() else ""
        return f"; in {self.period(int(last['period'].iloc[0]))} alone the shortfall falls{most} {_and(named)}{rises}"

    def _stopped(self, stops: pd.DataFrame) -> str:
        if stops.empty:
            return ""
        named = []
        for row in stops.head(STOPPERS).to_dict("records"):
            does = "begins to bind" if row["event"] == "binds" else "is met"
            named.append(f"{KINDS[str(row['family'])]} {str(row['item'])!r} in {self.period(int(str(row['period'])))} {does}")
        rest = len(stops) - len(named)
        return "; by then " + _and([*named, *([f"{rest:,} more like it"] if rest else [])])

    def of_idle(self, idle: pd.DataFrame, most: int) -> Iterator[str]:
        """Say how far each unused lever is from being used, in the period where it comes nearest."""
        nearest = idle.drop_duplicates("lever")
        others = {"no room": "as the other rows leave no room in any period", "whole": "and held so, as they are whole numbers"}
        apart = {why: nearest.loc[nearest["found"] == kind, "lever"].tolist() for kind, why in others.items()}
        nearest = nearest[~nearest["found"].isin(list(others))]
        for row in nearest.head(most).to_dict("records"):
            yield self._idle({str(name): value for name, value in row.items()})
        rest = len(nearest) - most
        if rest > 0:
            yield f"{rest:,} more {'lever is' if rest == 1 else 'levers are'} not used; see the table."
        for why, levers in apart.items():
            more = [f"{len(levers) - STOPPERS:,} more"] if len(levers) > STOPPERS else []
            if levers:
                yield f"Not used, {why}: {_and([repr(str(lever)) for lever in levers[:STOPPERS]] + more)}."

    def _idle(self, row: dict[str, object]) -> str:
        reduced, price, below = (float(str(row[name])) for name in ("reduced", "price", "enters_below"))
        begin = f"Lever {str(row['lever'])!r} is not used"
        at = self.period(int(str(row["period"])))
        guess = row["found"] == "dual only"
        if reduced == 0:
            return f"{begin}; what keeps it out was not looked into." if guess else f"{begin}: in {at} it would do as well as what is used."
        stage = str(row["stage"])
        begin = f"{begin}: in {at}, where it comes nearest, one unit {self.effect(stage, reduced, least=guess)}"
        if math.isnan(below):
            return f"{begin}; no lower price alone would bring it in."
        if pounds(below) == "£0":
            return f"{begin}; even at no price it would not be used."
        if below < 0:
            return f"{begin}; it would have to pay {pounds(-below)} a unit, where it costs {pounds(price)}."
        near = f"{pounds(below)} a unit, where it costs {pounds(price)}"
        if pounds(below) == pounds(price):
            near = f"£{below:,.2f} a unit, where it costs £{price:,.2f}"
        return f"{begin}; below {near}, it would be used." if row["found"] == "range" else f"{begin}; it stays out at least down to {near}."

    def ending(self, *, out_of_time: bool) -> Iterator[str]:
        """Say where time ran out."""
        if out_of_time:
            yield "Time ran out: some prices are as the duals have them, at the margin only, and some steps of money were not tried."
