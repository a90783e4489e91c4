"""The tables are defined once: DDL, checks and dictionary follow from the row models."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from skills_model import schema
from skills_model.store import Store


def test_the_dictionary_covers_every_column_of_every_table(tmp_path: Path) -> None:
    """Each column of a new store is described, in its order, and nothing else is."""
    with Store.create(tmp_path / "new.duckdb") as store:
        stored = store._select(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index",
            {},
        )
    dictionary = schema.dictionary()
    assert list(dictionary.columns) == ["table", "column", "type", "unit", "key", "allowed", "description"]
    by_table = dictionary.sort_values("table", kind="stable")
    described = stored[(stored["column_name"] != "import_run") | stored["table_name"].isin(schema.DERIVED)]
    assert by_table[["table", "column"]].to_numpy().tolist() == described.to_numpy().tolist()
    marked = set(stored.loc[stored["column_name"] == "import_run", "table_name"])
    assert marked == {model.TABLE for model in schema.TABLES if model.TABLE not in schema.DERIVED} | {"import_run", "replaced_row"}
    assert (dictionary["description"].str.len() > 0).all()
    assert set(dictionary["type"].str.removesuffix(" or blank")) == {
        "text",
        "whole number",
        "number",
        "true or false",
        "date",
        "date and time",
    }


def test_quantities_have_a_unit() -> None:
    numbers = schema.dictionary().query("type.str.startswith('number')")
    unitless = numbers[numbers["unit"] == ""]
    assert set(unitless["table"]) <= {"assumption"}  # whose unit is that of the assumption it stands for


def test_every_table_has_a_key_and_an_order_that_begins_where_rows_are_kept() -> None:
    for model in schema.TABLES:
        names = [column.name for column in schema.columns(model)]
        assert model.KEY
        assert {*model.KEY, *model.ORDER} <= set(names)
        for reference in model.REFERENCES:
            assert set(reference.columns) <= set(names)


GOOD = {
    "organisation": ("AAA", "Ash", "Acute", None, None, None, None, True),
    "assignment": ("AAA", 1, "0" * 32, 1, "unknown", "T", "G", "J", None, None, "6", 1.0, "permanent", None, None),
    "assessment": ("AAA", "0" * 32, "sql", 2, "self", "2020-01-01"),
    "requirement": ("small", "analyst", "sql", 2),
    "establishment": ("AAA", "2026-03-31", "analyst", "8a", 1.0, None, 0.0, 0.0, None, None, None),
}


@pytest.mark.parametrize(
    "table,column,value",
    [
        ("organisation", "organisation", "a!"),
        ("organisation", "name", ""),
        ("organisation", "name", None),
        ("assignment", "person", "A" * 32),
        ("assignment", "band", "10"),
        ("assignment", "fte", 0.0),
        ("assignment", "fte", 1.51),
        ("assignment", "contract", "bank"),
        ("assignment", "age_band", "old"),
        ("assessment", "rank", -1),
        ("assessment", "rank", 10),
        ("assessment", "kind", "rumour"),
        ("requirement", "required_rank", 0),
        ("requirement", "skill", "SQL"),
        ("establishment", "budgeted_fte", -0.1),
        ("establishment", "vacancy_factor", 1.0),
    ],
)
def test_the_engine_enforces_every_check(table: str, column: str, value: object) -> None:
    """Even a statement that goes around Store.write cannot store a value that the row model forbids."""
    model = next(model for model in schema.TABLES if table == model.TABLE)
    row = pd.Series(GOOD[table], index=[column.name for column in schema.columns(model)], dtype=object)
    with duckdb.connect() as engine:
        engine.execute(schema.ddl(model))
        insert = f"INSERT INTO {table} ({', '.join(row.index)}, import_run) VALUES ({', '.join('?' * len(row))}, 1)"
        engine.execute(insert, row.tolist())
        row[column] = value
        engine.execute(f"DELETE FROM {table}")
        with pytest.raises(duckdb.ConstraintException):
            engine.execute(insert, row.tolist())
