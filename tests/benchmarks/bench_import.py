"""Time imports: `make bench`, or `python tests/benchmarks/bench_import.py`.

A staff record of 20,000 people and a survey of a million answers in 50 skills, each as a file is taken in by a user: read, understood,
checked, stored, the ranks that people hold now found. Writes the object `imports` of out/bench.json, and leaves the rest. Timings are
printed, never asserted.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from record import record, seconds_of

from skills_model.framework import frameworks
from skills_model.privacy import Scope
from skills_model.sources import importing
from skills_model.sources.importing import Imported
from skills_model.store import Store

SEED = 1
PEOPLE, SKILLS = 20_000, 50
TRUST = "XAB"
AS_AT = dt.date(2026, 3, 31)
ANSWERS = ("0", "Awareness", "2 - Working", "3", "Expert")
DAYS = ("02/03/2026", "03/03/2026", "2026-03-04")


def staff_list(rng: np.random.Generator) -> bytes:
    """Invent a staff record whose job titles are role levels and others."""
    titles = [*frameworks()["role_level"]["role_level_label"], "Digital Champion", "Staff Nurse"]
    rows = {
        "Employee Number": numbers(),
        "Position Title": rng.choice(titles, PEOPLE),
        "Pay Scale": rng.choice(["NHS|XR06|Review Body Band 6", "Band 7", "8a"], PEOPLE),
        "Contracted WTE": rng.choice(["1.0", "0.8", "0.6"], PEOPLE),
        "Date of Birth": rng.choice(["14/02/1970", "01-MAR-1988", "1999-12-31"], PEOPLE),
        "Assignment Status": "Active Assignment",
    }
    return pd.DataFrame(rows).to_csv(index=False).encode()


def survey(rng: np.random.Generator, *, wide: bool) -> bytes:
    """Invent an answer of everybody in every skill."""
    people = numbers()
    skills = frameworks()["skill"].query("framework == 'gdad-2025-08'")["skill_label"].to_numpy()[:SKILLS]
    answers = rng.choice(ANSWERS, PEOPLE * SKILLS)
    days = rng.choice(DAYS, PEOPLE)
    if wide:
        table = pd.DataFrame(answers.reshape(PEOPLE, SKILLS), columns=skills)
        table.insert(0, "Employee Number", people)
        table.insert(1, "Date of assessment", days)
    else:
        table = pd.DataFrame(
            {
                "Employee Number": np.repeat(people, SKILLS),
                "Skill": np.tile(skills, PEOPLE),
                "Level": answers,
                "Assessed by": "self",
                "Date": np.repeat(days, SKILLS),
            }
        )
    return table.to_csv(index=False).encode()


def numbers() -> list[str]:
    return [f"{20_000_000 + place}" for place in range(PEOPLE)]


def take(store: Store, kind: str, content: bytes, as_at: dt.date | None = None) -> tuple[float, Imported]:
    """Take a file in, all of it, and return the seconds and what became of it."""
    seconds, taken = seconds_of(
        lambda: importing.take_in(store, Scope.local(), kind, content, f"{kind}.csv", organisation=TRUST, as_at=as_at)
    )
    assert taken.faults == ()
    return seconds, taken


def own_store(path: Path) -> Store:
    """Make a store with the shipped frameworks and one trust."""
    columns = ["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"]
    trust = pd.DataFrame([(TRUST, "Ash Trust", "Acute", None, None, None, None, False)], columns=columns)
    store = Store.create(path)
    store.write("bench", "0" * 64, "trust", {**frameworks(), "organisation": trust})
    return store


def test_a_million_answers():
    """Long, then wide into another store: each as fresh as for a user's first survey."""
    measured: dict[str, object] = {}
    for layout in ("long", "wide"):
        rng = np.random.default_rng(SEED)
        staff, answers = staff_list(rng), survey(rng, wide=layout == "wide")
        with tempfile.TemporaryDirectory() as folder, own_store(Path(folder) / "own.duckdb") as store:
            staff_seconds, staff_taken = take(store, "staff", staff, AS_AT)
            seconds, taken = take(store, "skills", answers)
        measured |= {"staff_rows": staff_taken.rows, "staff_seconds": staff_seconds} if layout == "long" else {}
        measured |= {f"skills_{layout}_rows": taken.tables["assessment"], f"skills_{layout}_seconds": seconds}
    record("imports", measured, of="")


if __name__ == "__main__":
    test_a_million_answers()
