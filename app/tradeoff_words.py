"""Two plans side by side as people read them: figures written with their units, actions in a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from app import findings
from skills_model.comparison import Comparison
from skills_model.planning.describe import words

LITTLE = 0.05  # FTE, ranks or pounds; less is written as no change
UNITS: Mapping[str, Callable[[object], str]] = {
    "ranks": findings.amount,
    "share": findings.percent,
    "FTE": findings.amount,
    "pounds": findings.pounds,
    "pounds a year": findings.pounds,
}


def headline(found: Comparison) -> str:
    """Say what the second plan does beside the first."""
    told = found.results.set_index("measure")["change"]
    ranks, cost = float(told["Ranks short in the last period"]), float(told["Charged to funding streams"])
    if abs(ranks) < LITTLE and abs(cost) < LITTLE:
        return "Both plans close as much for as much money"
    closed = f"{findings.amount(abs(ranks))} ranks {'more' if ranks < 0 else 'fewer'}" if abs(ranks) >= LITTLE else "as much"
    money = f"{findings.pounds(abs(cost))} {'more' if cost > 0 else 'less'}" if abs(cost) >= LITTLE else "as much money"
    return f"The second plan closes {closed} for {money}"


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
    """Write settings and assumptions that differ: label, first, second, unit; budgets in pounds, names of settings as words."""
    written = [_input({str(name): value for name, value in row.items()}) for row in rows.to_dict("records")]
    return pd.DataFrame(written, columns=["label", "first", "second", "unit"])


def _input(row: Mapping[str, object]) -> tuple[str, str, str, str]:
    setting, values = str(row["setting"]), (row["first"], row["second"])
    if setting.startswith("budget."):
        _, stream, year = setting.split(".", 2)
        first, second = ("–" if value is None or pd.isna(value) else _pounds(value) for value in values)  # type: ignore[call-overload]
        return f"Budget of {words.in_words(stream).lower()}, {year}", first, second, "pounds"
    label = str(row["label"]) or ", ".join(words.in_words(part.replace("_", "-")) for part in setting.split("."))
    first, second = (str(value).removesuffix(".0") for value in values)
    return label, first, second, str(row["unit"])


def _pounds(value: object) -> str:
    """Write a budget; what is no number stays as it is."""
    try:
        return findings.pounds(float(str(value)))
    except ValueError:
        return str(value)


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
