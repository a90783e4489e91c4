"""Numbers as words, and the sentences that say what a frame shows; pure functions without Streamlit."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skills_model.planning.world import ESTABLISHMENT_PAY

HIDDEN = "*"
NOT_KNOWN = "Not known"  # where a cut has no name, such as the region of a body that belongs to none
EACH = 10_000.0  # pounds; what more money does is said for each
SOME = 0.05  # ranks; fewer are written as 0
SMALLEST_SUM = 0.5  # pounds; less is written as nothing
IDENTIFIERS = (
    "organisation",
    "icb",
    "region",
    "organisation_type",
    "role_family",
    "role",
    "role_level",
    "skill",
    "role_family_label",
    "role_label",
    "role_level_label",
    "skill_label",
)


@dataclass(frozen=True)
class Measure:
    """Say how a gap measure is named, written and compared; `share` measures lie between 0 and 1, where less is worse."""

    id: str
    label: str
    unit: str
    phrase: str
    share: bool = False
    ranged: bool = True


MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        Measure("staff_short", "Staff below the required rank", "FTE", "FTE below the required rank"),
        Measure("ranks_short", "Ranks short", "FTE x ranks", "ranks short"),
        Measure("fte_short", "Short in all, vacancies included", "FTE", "FTE short, vacancies included", ranged=False),
        Measure("coverage", "Coverage", "share of posts", "of what is required", share=True),
    )
}


def amount(value: object, unit: str = "") -> str:
    """Write a number as people read it.

    >>> amount(1234.5), amount(3.25, "FTE"), amount(9.96), amount(0), amount("*"), amount(None)
    ('1,234', '3.2 FTE', '10', '0', '*', 'not known')
    """
    number = _number(value)
    if number is None:
        return HIDDEN if value == HIDDEN else "not known"
    text = f"{number:,.0f}" if abs(number) >= 9.95 or abs(number) < 0.05 else f"{number:.1f}"
    text = "0" if text == "-0" else text
    return f"{text} {unit}".strip()


def percent(value: object) -> str:
    """Write a share as a percentage.

    >>> percent(0.6249), percent("*"), percent(float("nan"))
    ('62%', '*', 'not known')
    """
    number = _number(value)
    if number is None:
        return HIDDEN if value == HIDDEN else "not known"
    return f"{number:.0%}"


def fine_percent(value: float) -> str:
    """Write a small share as a percentage with a decimal where it has one.

    >>> fine_percent(0.0199), fine_percent(0.05), fine_percent(0.035)
    ('2%', '5%', '3.5%')
    """
    return f"{100 * value:.1f}".removesuffix(".0") + "%"


def pounds(value: object) -> str:
    """Write money in pounds, in millions from a million up.

    >>> pounds(1_234_567), pounds(45_300.4), pounds(0), pounds(-120), pounds(-2_000_000), pounds(999_999.7)
    ('£1.2 million', '£45,300', '£0', '-£120', '-£2.0 million', '£1.0 million')
    """
    number = _number(value)
    if number is None:
        return HIDDEN if value == HIDDEN else "not known"
    sign, size = ("-" if number < -0.5 else ""), abs(number)
    if round(size) >= 1_000_000:
        return f"{sign}£{size / 1_000_000:,.1f} million"
    return f"{sign}£{size:,.0f}"


def scientific(value: object) -> str:
    """Write a very small number.

    >>> scientific(0.00000123)
    '1.2e-06'
    """
    number = _number(value)
    return "not known" if number is None else f"{number:.1e}"


def measured(value: object, measure: Measure) -> str:
    """Write one value of a measure, without its unit."""
    return percent(value) if measure.share else amount(value)


def spread(low: object, high: object, measure: Measure) -> str:
    """Write the low and high end of a value.

    >>> spread(0.55, 0.71, MEASURES["coverage"])
    '55% to 71%'
    """
    return f"{measured(low, measure)} to {measured(high, measure)}"


def between(low: object, high: object, measure: Measure) -> str:
    r"""Write the low and high end of a value briefly, for a table; it never breaks over a line.

    >>> between(0.55, 0.71, MEASURES["coverage"])
    '(55–\u206071%)'
    """
    first, last = measured(low, measure), measured(high, measure)
    return f"({first.removesuffix('%') if last.endswith('%') else first}–\u2060{last})"


def numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as numbers; what is hidden for being small becomes missing."""
    return pd.to_numeric(frame[column], errors="coerce")


def ranked(frame: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Put the worst rows first; hidden and missing values last, ties in the order of the text columns."""
    text = [column for column in frame.columns if not pd.api.types.is_numeric_dtype(frame[column]) and column in IDENTIFIERS]
    keyed = frame.assign(_key=numbers(frame, measure.id))
    return keyed.sort_values(["_key", *text], ascending=[measure.share, *[True] * len(text)], na_position="last").drop(columns="_key")


def ranked_by(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Put the rows with the largest numbers of a column first; hidden and missing values last."""
    return (
        frame.assign(_key=numbers(frame, column))
        .sort_values("_key", ascending=False, na_position="last", kind="stable")
        .drop(columns="_key")
    )


def gap_rows(gaps: pd.DataFrame, cut: str) -> pd.DataFrame:
    """Write gaps, and how far they can be trusted, as people read them.

    Columns: place, skill, people, required, coverage, staff_short, vacant, ranks, assessed, age, old, own, apart.
    """
    share = MEASURES["coverage"]
    written = [
        {
            "place": row[f"{cut}_label"],
            "skill": row["skill_label"],
            "people": amount(row["headcount"]),
            "required": amount(row["required_fte"]),
            "coverage": f"{percent(row['coverage'])} {between(row['coverage_low'], row['coverage_high'], share)}",
            "staff_short": amount(row["staff_short"]),
            "vacant": amount(row["vacancy_short"]),
            "ranks": amount(row["total_ranks_short"]),
            "assessed": percent(row["assessed_share"]),
            "age": months(row["median_age"]).replace(" ", "\u00a0"),
            "old": percent(row["stale_share"]),
            "own": percent(row["self_share"]),
            "apart": percent(row["apart_share"]),
        }
        for row in gaps.to_dict("records")
    ]
    columns = [
        "place",
        "skill",
        "people",
        "required",
        "coverage",
        "staff_short",
        "vacant",
        "ranks",
        "assessed",
        "age",
        "old",
        "own",
        "apart",
    ]
    return pd.DataFrame(written, columns=columns)


def gap_finding(frame: pd.DataFrame, measure: Measure, names: Sequence[str]) -> str:
    """Say where the largest gap is, from the frame that the chart shows; `names` are the columns that name a row.

    >>> frame = pd.DataFrame({"skill": ["Cyber security", "Testing"], "staff_short": [41.2, 7.0]})
    >>> gap_finding(frame, MEASURES["staff_short"], ["skill"])
    'Largest gap: Cyber security, 41 FTE below the required rank'
    """
    if frame.empty:
        return "Nothing is required here, so there is no gap to show"
    values = numbers(frame, measure.id)
    if values.notna().sum() == 0:
        return "Every number here is too small to show"
    worst = ranked(frame, measure).iloc[0]
    name = " in ".join(str(worst[column]) for column in names)
    value = _number(worst[measure.id])
    if measure.share:
        return f"Lowest coverage: {name}, {percent(value)} {measure.phrase}"
    if value is None or value < 0.05:
        return "No gap: everybody assessed meets what is required"
    return f"Largest gap: {name}, {amount(value)} {measure.phrase}"


def overview_finding(coverage: object, low: object, high: object, worst: str, short: object) -> str:
    """Say in one sentence how much of what is required is in place, and where most is missing.

    >>> overview_finding(0.62, 0.55, 0.71, "Data", 812.0)
    '62% of the skills that posts require are in place (between 55% and 71%); most is missing in Data, 812 ranks short'
    """
    base = f"{percent(coverage)} of the skills that posts require are in place (between {percent(low)} and {percent(high)})"
    if _number(short) is None or not worst:
        return base
    return f"{base}; most is missing in {worst}, {amount(short)} ranks short"


def quality_finding(total: Mapping[Any, Any] | None) -> str:
    """Say how far figures can be trusted, from one row of gaps with their quality.

    >>> row = {"assessed_share": 0.72, "median_age": 8.0, "stale_share": 0.2, "self_share": 0.48, "apart_share": 0.17}
    >>> print(quality_finding(row))
    72% of the skills that people need are assessed. Half of the assessments that count are more than 8 months old, 20% are old, 48% are \
one's own view. Where two kinds of assessment can be compared, 17% disagree
    >>> quality_finding({"assessed_share": 0.0, "median_age": float("nan")})
    'None of the skills that people need is assessed'
    >>> quality_finding({"assessed_share": "*", "median_age": "*"}), quality_finding(None)
    ('Too few people are assessed here to say', 'Nothing is known here')
    """
    if total is None:
        return "Nothing is known here"
    if HIDDEN in (total["assessed_share"], total["median_age"]):
        return "Too few people are assessed here to say"
    if not total["assessed_share"] or pd.isna(total["median_age"]):
        return "None of the skills that people need is assessed"
    said = (
        f"{percent(total['assessed_share'])} of the skills that people need are assessed. Half of the assessments that count are more than "
        f"{months(total['median_age'])} old, {percent(total['stale_share'])} are old, {percent(total['self_share'])} are one's own view"
    )
    if _number(total["apart_share"]) is None:
        return said
    return f"{said}. Where two kinds of assessment can be compared, {percent(total['apart_share'])} disagree"


def months(value: object) -> str:
    """Write an age.

    >>> months(1.0), months(8.4), months("*"), months(float("nan"))
    ('1 month', '8 months', '*', 'not known')
    """
    number = _number(value)
    if number is None:
        return HIDDEN if value == HIDDEN else "not known"
    return "1 month" if round(number) == 1 else f"{number:.0f} months"


def change(value: object) -> str:
    """Write a change in FTE with its sign.

    >>> change(-29817.2), change(3.26), change("*")
    ('-29,817', '+3.3', '*')
    """
    number = _number(value)
    return amount(value) if number is None else signed(number, amount)


def change_finding(changes: pd.DataFrame, days: Sequence[dt.date]) -> str:
    """Say how what is short in all has changed, and by what; `changes` is one row.

    >>> parts = {"before": [200.0], "after": [150.0], "change": [-50.0], "vacancies": [-60.0], "staff": [4.0], "skills": [6.0]}
    >>> print(change_finding(pd.DataFrame(parts), [dt.date(2025, 3, 31), dt.date(2026, 3, 31)]))
    Short in all, added up over skills, fell by 50 FTE to 150 between 31 March 2025 and 31 March 2026: vacancies -60, staff +4.0, skills +6.0
    """
    if len(days) < 2 or changes.empty:
        return "There is no earlier staff list to compare with"
    row = changes.iloc[0]
    between_days = f"between {_day(days[0])} and {_day(days[-1])}"
    moved = _number(row["change"])
    if moved is None:
        return f"The change {between_days} is too small to show"
    parts = ", ".join(f"{name} {change(row[name])}" for name in ("vacancies", "staff", "skills"))
    if abs(moved) < 0.05:
        return f"Short in all, added up over skills, stayed at {amount(row['after'])} FTE {between_days}: {parts}"
    way = "fell" if moved < 0 else "rose"
    return f"Short in all, added up over skills, {way} by {amount(abs(moved))} FTE to {amount(row['after'])} {between_days}: {parts}"


def by_date(frame: pd.DataFrame, cuts: Sequence[str]) -> pd.DataFrame:
    """Put the groups with most short at the last date first, each with its dates in order."""
    latest = frame[frame["as_at"] == frame["as_at"].max()]
    worst = latest.assign(_worst=numbers(latest, "total_ranks_short"))[[*cuts, "_worst"]]
    keyed = frame.merge(worst, on=list(cuts), how="left") if cuts else frame.assign(_worst=0.0)
    order = ["_worst", *cuts, "as_at"]
    return keyed.sort_values(order, ascending=[False, *[True] * (len(order) - 1)], na_position="last").drop(columns="_worst")


def largest_change(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the largest changes first, in either direction; hidden ones last."""
    return frame.loc[numbers(frame, "change").abs().sort_values(ascending=False, na_position="last", kind="stable").index]


def plan_finding(told: Mapping[str, Any]) -> str:
    """Say where a plan leads from now beside doing nothing, what streams pay for it, and what it adds to pay outside them; its summary.

    >>> now, still, end = {"ranks_short": 180.0}, {"ranks_short": 200.0}, {"ranks_short": 150.0}
    >>> cost = {"total": 480_000.0, "by_stream": {"establishment-pay": 912_270.0}}
    >>> told = {"now": now, "do_nothing": still, "plan": end, "cost": cost, "money": {"vacancy_confirmed": False}}
    >>> print(plan_finding(told))
    Ranks short: 180 now, 200 doing nothing, 150 with the plan. Funding streams pay £480,000; pay of funded posts rises by £912,270, \
vacancy money not confirmed
    >>> plan_finding(told | {"now": end, "plan": now, "cost": {"total": 100.0, "by_stream": {}}})
    'Ranks short: 150 now, 200 doing nothing, 180 with the plan, more than now. Funding streams pay £100'
    >>> plan_finding(told | {"plan": still, "cost": {"total": 0.0, "by_stream": {}}})
    'Ranks short: 180 now, 200 doing nothing. There is nothing to do within this budget'
    >>> plan_finding(told | {"do_nothing": {"ranks_short": 0.0}})
    'Nothing is short at the end, so there is nothing to close'
    """
    now, before, after = (float(told[way]["ranks_short"]) for way in ("now", "do_nothing", "plan"))
    if before < SOME:
        return "Nothing is short at the end, so there is nothing to close"
    start = f"Ranks short: {amount(now)} now, {amount(before)} doing nothing"
    if before - after < SOME:
        return f"{start}. There is nothing to do within this budget"
    worse = ", more than now" if after - now >= SOME else ""
    return f"{start}, {amount(after)} with the plan{worse}. Funding streams pay {pounds(told['cost']['total'])}{_pay(told)}"


def _pay(told: Mapping[str, Any]) -> str:
    """Say what a plan adds to the pay of funded posts, or takes from it, and whether there is money for it; nothing where it stays."""
    pay = float(told["cost"]["by_stream"].get(ESTABLISHMENT_PAY, 0.0))
    if abs(pay) < SMALLEST_SUM:
        return ""
    if pay < 0:
        return f"; pay of funded posts falls by {pounds(-pay)}"
    return f"; pay of funded posts rises by {pounds(pay)}, {confirmed(told)}"


def confirmed(told: Mapping[str, Any]) -> str:
    """Say whether there is money for the pay of vacant posts that a plan fills; its summary."""
    return "vacancy money confirmed" if told["money"]["vacancy_confirmed"] else "vacancy money not confirmed"


def cost_finding(charged: object, budget: object, outside: Mapping[str, float]) -> str:
    """Say what is charged to the budget, and what changes outside it.

    >>> cost_finding(480_000.0, 500_000.0, {"establishment pay": -120_000.0})
    '£480,000 of the budget of £500,000 is spent; establishment pay, outside the budget, changes by -£120,000'
    """
    text = f"{pounds(charged)} of the budget of {pounds(budget)} is spent"
    for stream, change in sorted(outside.items()):
        if abs(change) >= SMALLEST_SUM:
            text += f"; {stream}, outside the budget, changes by {pounds(change)}"
    return text


def path_finding(nothing: object, planned: object, when: str) -> str:
    """Say where coverage ends, with and without the plan.

    >>> path_finding(0.5, 0.7, "Q4 2028/29")
    'Coverage reaches 70% by Q4 2028/29 with the plan; doing nothing it would be 50%'
    """
    return f"Coverage reaches {percent(planned)} by {when} with the plan; doing nothing it would be {percent(nothing)}"


def money_finding(low: tuple[float, float], knee: tuple[float, float] | None, high: tuple[float, float], when: str) -> str:
    """Say what money closes by the last period, before the knee and after it; budgets in pounds, each with the ranks short that it leaves.

    >>> money_finding((0.0, 379.0), (148_905.0, 91.0), (1_000_000.0, 53.0), "Q4 2028/29")
    'Up to about £149,000, each £10,000 closes 19 ranks by Q4 2028/29; beyond it, 0.4'
    >>> money_finding((0.0, 379.0), (148_905.0, 91.0), (1_000_000.0, 91.0), "Q4 2028/29")
    'Up to about £149,000, each £10,000 closes 19 ranks by Q4 2028/29; beyond it, next to nothing'
    >>> money_finding((0.0, 379.0), None, (100_000.0, 279.0), "Q4 2028/29")
    'From £0 to £100,000 each £10,000 closes 10 ranks by Q4 2028/29'
    """
    middle = knee or high
    before = _each(low, middle)
    upto = f"Up to about {pounds(_round(middle[0]))}," if knee else f"From {pounds(low[0])} to {pounds(high[0])}"
    said = f"{upto} each {pounds(EACH)} closes {_closing(before)}{' ranks' if before >= SOME else ''} by {when}"
    return f"{said}; beyond it, {_closing(_each(middle, high))}" if knee else said


def money_holds(slope: float | None, holds_to: float | None, looked_to: float | None) -> str:
    """Say up to where the next pound does as much as the first one more, pounds above the plan's budget.

    >>> money_holds(-0.05, 66_690.0, 66_797.0)
    'The next pound is worth as much, within a tenth, up to about £67,000 above the budget of this plan; after that it is worth less.'
    >>> money_holds(-0.05, None, 1_000_000.0)
    'The next pound is worth as much, within a tenth, up to £1.0 million above the budget of this plan at least.'
    >>> money_holds(0.0, None, 0.0)
    'More money would close nothing more: something else than money holds this plan back.'
    >>> money_holds(None, None, None)
    'Up to where the next pound is worth as much could not be worked out in time.'
    """
    if slope is None or looked_to is None:
        return "Up to where the next pound is worth as much could not be worked out in time."
    if looked_to == 0:
        return "More money would close nothing more: something else than money holds this plan back."
    said = "The next pound is worth as much, within a tenth, up to"
    if holds_to is None:
        return f"{said} {pounds(looked_to)} above the budget of this plan at least."
    return f"{said} about {pounds(_round(holds_to))} above the budget of this plan; after that it is worth less."


def money_range(asked: Sequence[float], feasible: Sequence[float] | None, *, proven: bool = True) -> str:
    """Say where budgets have no plan, or where it is not proven that they have none, none was found; nothing where all have one.

    >>> money_range((0.0, 1e6), (0.0, 1e6)), money_range((0.0, 1e6), None)
    ('', 'No budget from £0 to £1.0 million has a plan that keeps all limits.')
    >>> money_range((0.0, 900_000.0), (40_000.4, 800_000.0))
    'No plan keeps all limits with less than £40,000. No plan keeps all limits with more than £800,000.'
    >>> money_range((0.0, 900_000.0), (40_000.4, 900_000.0), proven=False)
    'No plan was found with less than £40,000. Of some budgets the solver could not tell whether they have a plan.'
    """
    doubt = "" if proven else " Of some budgets the solver could not tell whether they have a plan."
    if feasible is None:
        none = "has a plan that keeps all limits" if proven else "has a plan that was found"
        return f"No budget from {pounds(asked[0])} to {pounds(asked[1])} {none}.{doubt}"
    none = "No plan keeps all limits" if proven else "No plan was found"
    said = [f"{none} with less than {pounds(feasible[0])}."] if feasible[0] > asked[0] else []
    said += [f"{none} with more than {pounds(feasible[1])}."] if feasible[1] < asked[1] else []
    return (" ".join(said) + doubt).strip()


def signed(value: float, write: Callable[[object], str]) -> str:
    """Write a change, always with its sign; what is written as 0 has none.

    >>> signed(10_000, pounds), signed(-0.4, amount), signed(0.01, amount)
    ('+£10,000', '-0.4', '0')
    """
    text = write(abs(value))
    return text if text in {write(0.0), "0"} else f"{'+' if value > 0 else '-'}{text}"


def _each(low: tuple[float, float], high: tuple[float, float]) -> float:
    """Return the ranks that one step of money closes between two budgets."""
    return EACH * (low[1] - high[1]) / (high[0] - low[0])


def _closing(ranks: float) -> str:
    return amount(ranks) if ranks >= SOME else "next to nothing"


def _round(money: float) -> float:
    """Round money to what a reader keeps in mind, three digits at most.

    >>> _round(148_905.0), _round(66_690.0), _round(1_234_567.0), _round(0.0)
    (149000.0, 67000.0, 1230000.0, 0.0)
    """
    unit = 10.0 ** max(0, math.floor(math.log10(money)) - (2 if money >= 100_000 else 1)) if money >= 1 else 1.0
    return round(money / unit) * unit


def showing(shown: int, total: int, noun: str) -> str:
    """Say how much of a table is shown, always in the same words.

    >>> showing(240, 2400, "cells")
    'Showing 240 of 2,400 cells'
    """
    return f"Showing {shown:,} of {total:,} {noun}"


def showing_both(rows: int, all_rows: int, row: str, columns: int, all_columns: int, column: str) -> str:
    """Say how much of a picture of rows and columns is shown.

    >>> showing_both(20, 196, "skill", 8, 12, "role family")
    'Showing 20 of 196 skills and 8 of 12 role families'
    """
    return f"Showing {rows:,} of {all_rows:,} {plural(row)} and {columns:,} of {all_columns:,} {plural(column)}"


def plural(noun: str) -> str:
    """Return the plural of one of our nouns.

    >>> plural("role family"), plural("skill")
    ('role families', 'skills')
    """
    return noun.removesuffix("y") + "ies" if noun.endswith("y") else noun + "s"


def counted(number: int, noun: str) -> str:
    """Write a number of things.

    >>> counted(1, "row"), counted(2500, "fault")
    ('1 row', '2,500 faults')
    """
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def heading(cut: str) -> str:
    """Name a cut, or its column of names, at the head of a column.

    >>> heading("role_family"), heading("icb_label")
    ('Role family', 'ICB')
    """
    name = cut.removesuffix("_label")
    return name.upper() if name == "icb" else name.replace("_", " ").capitalize()


def plain(text: object) -> str:
    r"""Write text so that Markdown shows it as it stands.

    >>> print(plain("A*B [x](y) $1 :red[z]"))
    A\*B \[x\](y) \$1 \:red\[z\]
    >>> print(plain("-"), plain("1. first"))
    \- 1\. first
    """
    escaped = re.sub(r"([\\`*_\[\]<>~$:#|])", r"\\\1", str(text))
    return re.sub(r"^(\s*\d*)([-+.)])(?=\s|$)", r"\1\\\2", escaped)  # or else it begins a list


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _number(value: object) -> float | None:
    """Return a value as a number, or None where it is hidden or missing."""
    if value is None or isinstance(value, str):
        return None
    number = float(value)  # type: ignore[arg-type]
    return None if pd.isna(number) else number
