"""Check what rows say about one another, inside the transaction that takes them in or takes them back: keys, references, ranks.

New rows stand in views `incoming_<table>` with their number in the column `row`; cells that are wrong by themselves are blank there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from skills_model import schema
from skills_model.errors import Fault
from skills_model.rows import nearest


class Result(Protocol):
    """What a statement returned."""

    def fetchall(self) -> list[Any]: ...


Execute = Callable[[str], Result]


def check(execute: Execute, tables: Sequence[str]) -> list[Fault]:
    """Return a fault for every new row whose key is not its own, whose reference leads nowhere or whose rank does not exist."""
    faults = []
    for model in schema.TABLES:
        if model.TABLE in tables:
            faults += _twice(execute, model) + _stored_before(execute, model)
            for reference in model.REFERENCES:
                faults += _dangling(execute, model, reference, tables)
    for table, column in (("role_level", "role_level"), ("skill", "skill")):
        if {table, "framework"} & set(tables):
            faults += _ambiguous(execute, table, column, tables)
    for table, column, via in (("assessment", "rank", "skill"), ("requirement", "required_rank", "framework")):
        faults += _beyond_ranks(execute, table, column, via, tables) if table in tables else []
    return faults


def _twice(execute: Execute, model: type[schema.Row]) -> list[Fault]:
    key = ", ".join(model.KEY)
    found = execute(
        f"SELECT row, first, {key} FROM (SELECT row, min(row) OVER (PARTITION BY {key}) AS first, {key} FROM incoming_{model.TABLE} "
        f"WHERE {_filled(model.KEY)}) WHERE row > first ORDER BY row"
    ).fetchall()
    return [
        Fault("Row given twice", model.TABLE, row, key, _words(values, model.KEY), f"each once; first in row {first}", "Remove one of the rows.")
        for row, first, *values in found
    ]


def _stored_before(execute: Execute, model: type[schema.Row]) -> list[Fault]:
    key = ", ".join(model.KEY)
    found = execute(f"SELECT row, {key} FROM incoming_{model.TABLE} SEMI JOIN {model.TABLE} USING ({key}) ORDER BY row").fetchall()
    return [
        Fault("Row is in the store already", model.TABLE, row, key, _words(values, model.KEY), "rows that are new", "Remove the row.")
        for row, *values in found
    ]


def _dangling(execute: Execute, model: type[schema.Row], reference: schema.Reference, tables: Sequence[str]) -> list[Fault]:
    names = ", ".join(reference.columns)
    parents = _parents(reference, tables)
    found = execute(
        f"SELECT row, {names} FROM incoming_{model.TABLE} ANTI JOIN ({parents}) USING ({names}) WHERE {_filled(reference.columns)} ORDER BY row"
    ).fetchall()
    if not found:
        return []
    column = reference.columns[0]
    where = f"the rows of `{reference.table}`"
    where += f" with the same {reference.columns[1]}" if len(reference.columns) > 1 else ""
    near = _suggest(execute, parents, column, {values[0] for _, *values in found}) if len(reference.columns) == 1 else {}
    return [
        Fault(
            f"Unknown {reference.table.replace('_', ' ')}",
            model.TABLE,
            row,
            column,
            _words(values, reference.columns),
            where + near.get(values[0], ""),
            f"Correct the row or add the {reference.table.replace('_', ' ')}.",
        )
        for row, *values in found
    ]


def _suggest(execute: Execute, parents: str, column: str, wrong: set[Any]) -> dict[Any, str]:
    allowed = [str(value) for (value,) in execute(f"SELECT DISTINCT {column} FROM ({parents}) ORDER BY {column}").fetchall()]
    return {value: nearest(str(value), allowed) for value in wrong}


def _ambiguous(execute: Execute, table: str, column: str, tables: Sequence[str]) -> list[Fault]:
    active = f"SELECT framework FROM ({_all('framework', 'framework, active', tables)}) WHERE active"
    found = execute(
        f"SELECT {column}, string_agg(framework, ', ' ORDER BY framework) FROM ({_all(table, f'framework, {column}', tables)}) "
        f"SEMI JOIN ({active}) USING (framework) GROUP BY {column} HAVING count(DISTINCT framework) > 1 ORDER BY {column}"
    ).fetchall()
    return [
        Fault("In two active frameworks", table, None, column, f"'{value}' in {both}", "one active framework", "Make one of them inactive.")
        for value, both in found
    ]


def _beyond_ranks(execute: Execute, table: str, column: str, via: str, tables: Sequence[str]) -> list[Fault]:
    frameworks = _all("framework", "framework, ranks", tables)
    skills = f"SELECT skill, max(ranks) AS ranks FROM ({_all('skill', 'framework, skill', tables)}) JOIN ({frameworks}) USING (framework) GROUP BY skill"
    limits = frameworks if via == "framework" else skills
    found = execute(
        f"SELECT row, {column}, ranks FROM incoming_{table} JOIN ({limits}) USING ({via}) WHERE {column} > ranks ORDER BY row"
    ).fetchall()
    return [
        Fault("Rank beyond the framework", table, row, column, str(rank), f"at most {ranks}", "Correct the rank.")
        for row, rank, ranks in found
    ]


def _parents(reference: schema.Reference, tables: Sequence[str]) -> str:
    return _all(reference.table, ", ".join(reference.columns), tables)


def _all(table: str, names: str, tables: Sequence[str]) -> str:
    """Name the rows of a table, those that are coming in included."""
    coming = f" UNION ALL SELECT {names} FROM incoming_{table}" if table in tables else ""
    return f"SELECT {names} FROM {table}{coming}"


def _filled(names: Sequence[str]) -> str:
    return " AND ".join(f"{name} IS NOT NULL" for name in names)


def _words(values: Sequence[object], names: Sequence[str]) -> str:
    """Write the values of a key; a pseudonym beside a user's own row would tell whose it is, so people are not named by theirs."""
    return ", ".join("a person" if name == "person" else _word(value) for value, name in zip(values, names, strict=True))


def _word(value: object) -> str:
    return f"'{value.date() if isinstance(value, dt.datetime) else value}'"


def left_behind(execute: Execute) -> dict[str, list[int]]:
    """Return the imports whose rows lead nowhere now, by the table that they refer to; for an import that is being taken back."""
    found: dict[str, list[int]] = {}
    for model in schema.TABLES:
        for reference in model.REFERENCES if model.TABLE not in schema.DERIVED else ():
            names = ", ".join(reference.columns)
            rows = execute(
                f"SELECT DISTINCT import_run FROM {model.TABLE} ANTI JOIN {reference.table} USING ({names}) "
                f"WHERE {_filled(reference.columns)} ORDER BY import_run"
            ).fetchall()
            if rows:
                found.setdefault(reference.table, []).extend(number for (number,) in rows)
    return found
