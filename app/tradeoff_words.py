"""Two plans side by side as people read them: figures written with their units, actions in a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import pandas as pd

from app import findings
from skills_model.comparison import Comparison
from skills_model.planning.describe import words

AIMS = {
    "gap": "close the most weighted gap",
    "target": "reach a coverage at least cost",
    "critical": "protect critical skills first",
}
NONE = "–"
SOME_POUNDS = 0.5  # a year; less is written as nothing
MOST = "levers.maximum."
LITTLE = 0.05  # FTE, ranks or pounds; less is written as no change
UNITS: Mapping[str, Callable[[object], str]] = {
    "ranks": findings.amount,
    "share": findings.percent,
    "FTE": findings.amount,
    "pounds": findings.pounds,
    "pounds a year": findings.pounds,
}


def beside(found: Comparison) -> list[str]:
    """Say which plans are compared: whose and for how long once, where that is the same of both."""
    one, other = found.about
    if one == other:
        return [f"{one}: {found.first} beside {found.second}"]
    return [f"First plan, {found.first}: {one}", f"Second plan, {found.second}: {other}"]


def headline(found: Comparison) -> str:
    """Say what the second plan does beside the first."""
    told = found.results.set_index("measure")["change"]
    ranks, cost = float(told["Ranks short in the last period"]), float(told["Charged to funding streams"])
    if abs(ranks) < LITTLE and abs(cost) < LITTLE and not len(found.actions):
        return "Both plans close as much for as much money"
    closed = f"{findings.amount(abs(ranks))} ranks {'more' if ranks < 0 else 'fewer'}" if abs(ranks) >= LITTLE else "as much"
    money = f"{findings.pounds(abs(cost))} {'more' if cost > 0 else 'less'}" if abs(cost) >= LITTLE else "as much money"
    lasting = float(told["Recurrent cost of what is started"])
    after = f"; what it starts costs {findings.pounds(abs(lasting))} a year {'more' if lasting > 0 else 'less'} from then on"
    return f"The second plan closes {closed} for {money}" + (after if abs(lasting) >= SOME_POUNDS else "")


def results(rows: pd.DataFrame) -> pd.DataFrame:
    """Write totals: measure, first, second, change."""
    written = [
        (
            f"{row['measure']}, {row['unit']}" if row["unit"] in {"FTE", "pounds a year"} else str(row["measure"]),
            UNITS[row["unit"]](row["first"]),
            UNITS[row["unit"]](row["second"]),
            _change(row["change"], str(row["unit"])),
        )
        for row in rows.to_dict("records")
    ]
    return pd.DataFrame(written, columns=["measure", "first", "second", "change"])


def inputs(rows: pd.DataFrame) -> pd.DataFrame:
    """Write settings and assumptions that differ for people: label, first, second, unit."""
    told = settings(rows)
    pounds = told["unit"] == "pounds"
    for name in ("first", "second"):
        told[name] = told[name].where(~pounds, told[name].map(_pounds))
    return told.drop(columns="setting")


def settings(rows: pd.DataFrame) -> pd.DataFrame:
    """Name settings and assumptions that differ, and their values, in words; amounts stay numbers, pounds to the penny.

    Columns: setting, label, first, second, unit.
    """
    written = [_setting({str(name): value for name, value in row.items()}) for row in rows.to_dict("records")]
    return pd.DataFrame(written, columns=["setting", "label", "first", "second", "unit"])


def _setting(row: Mapping[str, object]) -> tuple[str, str, str, str, str]:
    setting, label, unit = str(row["setting"]), str(row["label"]), str(row["unit"])
    values = [str(row[name]) for name in ("first", "second")]
    if setting.startswith("budget."):
        _, stream, year = setting.split(".", 2)
        first, second = (_penny(value) for value in values)
        return setting, label or f"Budget of {words.in_words(stream).lower()}, {year}", first, second, "pounds"
    name, say = SETTINGS.get(setting, (_place(setting), _value))
    first, second = (NONE if value in ("-", "") else _value(value) if label else say(value) for value in values)
    return setting, label or name, first, second, unit


def _place(setting: str) -> str:
    """Name a setting by its place in the scenario.

    >>> _place("demand.growth.data.rate"), _place("demand.organisation.RBS.rate"), _place("levers.maximum.recruit")
    ('Demand, growth, data, rate', 'Demand, organisation, RBS, rate', 'Most FTE a year, recruit')
    """
    if setting.startswith(MOST):
        kind = setting.removeprefix(MOST)
        return f"Most FTE a year, {words.KINDS.get(kind, kind).lower()}"
    first, *rest = (words.in_words(part.replace("_", "-")) for part in setting.split("."))
    return ", ".join([first, *(part if part.isupper() else part.lower() for part in rest)])


def _value(text: str) -> str:
    return {"True": "yes", "False": "no"}.get(text, text.removesuffix(".0"))


def _each(text: str) -> str:
    """Write ids as words."""
    return words.listed([words.KINDS.get(one, words.in_words(one)) for one in text.split(", ")])


def _share(text: str) -> str:
    return findings.percent(float(text))


def _day(text: str) -> str:
    day = dt.date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _penny(text: str) -> str:
    """Write an amount to the penny; what is no number stays as it is."""
    try:
        return f"{float(text):.2f}"
    except ValueError:
        return NONE if text in ("-", "") else text


def _pounds(text: str) -> str:
    """Write a budget in whole pounds, never in millions, which would hide what differs; what is no number stays as it is."""
    try:
        return f"£{float(text):,.0f}"
    except ValueError:
        return text


SETTINGS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "organisation": ("Organisation", _value),
    "relaxed": ("Given up so that there is a plan", _value),
    "follows": ("Goes on from the plan", _value),
    "start": ("First day", _day),
    "period": ("Length of a period", _value),
    "periods": ("Periods", _value),
    "pay_basis": ("Employer pension as paid by", _value),
    "objective.aim": ("What the plan is for", lambda aim: AIMS.get(aim, aim)),
    "objective.target": ("Coverage to reach", _share),
    "objective.critical": ("Critical skills", _each),
    "levers.without": ("Levers left out", _each),
    "levers.frozen": ("Years without recruitment from outside", _value),
    "levers.whole_people": ("First starts in whole people", _value),
    "money.hoped_for": ("Money that is only hoped for counts", _value),
    "money.prices": ("Prices", _value),
    "money.vacancy_confirmed": ("Vacancy money confirmed", _value),
}
"""What a setting is called, and how its value is said; others are named by their place in the scenario."""


def kinds(rows: pd.DataFrame) -> pd.DataFrame:
    """Write what is done otherwise by kind of action: action, change (FTE), cost; the largest change of cost first."""
    sums = rows.groupby("action")[["change", "cost_change"]].sum()
    sums = sums.loc[sums["cost_change"].abs().sort_values(ascending=False, kind="stable").index]
    return pd.DataFrame(
        {
            "action": sums.index,
            "change": [findings.signed(value, "{:,.1f}".format) for value in sums["change"]],
            "cost": [findings.signed(value, findings.pounds) for value in sums["cost_change"]],
        }
    )


def actions(rows: pd.DataFrame) -> pd.DataFrame:
    """Write what is done otherwise: action, where, change (FTE), cost."""
    written = [
        (
            str(row["action"]),
            _where({str(name): value for name, value in row.items()}),
            findings.signed(row["change"], "{:,.2f}".format),
            findings.signed(row["cost_change"], findings.pounds),
        )
        for row in rows.to_dict("records")
    ]
    return pd.DataFrame(written, columns=["action", "where", "change", "cost"])


def closes(rows: pd.DataFrame, cut: str) -> pd.DataFrame:
    """Write what stays short by one cut: name, first, second, change."""
    own = rows[(rows["cut"] == cut) & (rows["change"].abs() >= LITTLE)]
    return pd.DataFrame(
        {
            "name": own["name"],
            **{name: [findings.amount(value) for value in own[name]] for name in ("first", "second")},
            "change": [findings.signed(value, findings.amount) for value in own["change"]],
        }
    )


def evenly(rows: pd.DataFrame) -> str:
    """Say how far apart the teams are that gain least and most; teams that lack nothing do not count."""
    known = rows.dropna(subset="share").sort_values(["share", "team"], kind="stable")
    if len(known) < 2:
        return "There are not two teams to compare"
    least, most = known.iloc[0], known.iloc[-1]
    if most["share"] - least["share"] < 0.005:
        return f"All teams gain alike: {findings.percent(most['share'])} of what they lack is closed"
    return f"From {findings.percent(least['share'])} in {least['team']} to {findings.percent(most['share'])} in {most['team']} is closed"


def teams(rows: pd.DataFrame) -> pd.DataFrame:
    """Write teams: team, headcount, short, closed, share."""
    return pd.DataFrame(
        {
            "team": rows["team"],
            "headcount": [f"{people:,}" for people in rows["headcount"]],
            **{name: [findings.amount(value) for value in rows[name]] for name in ("short", "closed")},
            "share": ["–" if pd.isna(share) else findings.percent(share) for share in rows["share"]],
        }
    )


def _change(value: float, unit: str) -> str:
    if pd.isna(value) or abs(value) < (LITTLE / 100 if unit == "share" else LITTLE):
        return "–"
    return findings.signed(100 * value, "{:.1f} points".format) if unit == "share" else findings.signed(value, UNITS[unit])


def _where(row: Mapping[str, object]) -> str:
    """Say of whom and of what an action is."""
    level = f"{row['role_level']} to {row['to_role_level']}" if row["to_role_level"] else str(row["role_level"])
    rank = str(row["rank"]).removesuffix(".0")
    skill = f"{row['skill']} to rank {rank}" if row["skill"] and rank else str(row["skill"])
    route = str(row["route"])
    return ", ".join(part for part in (level, skill, "" if skill and route.startswith(skill) else route) if part) or "–"
