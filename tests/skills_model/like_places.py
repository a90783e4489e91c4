"""Like organisations in a small world, every answer about which can be worked out by hand.

Acute     A01 (all staff 1,000), then A02 to A10 with 700, 900, 1,100, 1,300, 1,500, 2,000, 3,000, 9,000 and 1,000
Ambulance B01 (1,000), B02 (1,050)
Other     C01, without a count of all staff and, like A10, without staff in the store

Each organisation with staff has analysts at 1.0 FTE in posts for them. Of A01's 40 posts 30 are filled, 2 by bank and 1 by agency staff
besides; 6 of its 30 people are 55 or over, of 2 no age is known. A year before it had 20 people, 5 of whom have left. Of the other nine,
A0n has 10 * n posts and n vacant ones, so a tenth of the posts of each is vacant.
"""

from __future__ import annotations

import pandas as pd

from skills_model.framework import frameworks
from skills_model.schema import TABLES

LEVEL = "data-analyst"
COLUMNS = {model.TABLE: list(model.model_fields) for model in TABLES}
ALL_STAFF = {
    "A01": 1000,
    "A02": 700,
    "A03": 900,
    "A04": 1100,
    "A05": 1300,
    "A06": 1500,
    "A07": 2000,
    "A08": 3000,
    "A09": 9000,
    "A10": 1000,
    "B01": 1000,
    "B02": 1050,
}
STAFF = {"A01": 30, **{f"A{n:02}": 9 * n for n in range(2, 10)}, "B01": 30, "B02": 9}
POSTS = {"A01": 40, **{f"A{n:02}": 10 * n for n in range(2, 10)}, "B01": 35, "B02": 10}


def rows(table: str, *values: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(values), columns=COLUMNS[table])


def people(code: str) -> list[str]:
    """Return the people of an organisation, more than it ever had at once."""
    return [f"{sorted(STAFF).index(code) + 1:04x}{number:028x}" for number in range(120)]


def posts(code: str, snapshot: int, who: list[str], ages: list[str]) -> list[tuple[object, ...]]:
    last = ("Team", "Administrative and Clerical", "Analyst", None, LEVEL, "6", 1.0, "permanent", "2020-01-01", None)
    return [(code, snapshot, person, 1, age, *last) for person, age in zip(who, ages, strict=True)]


def world() -> dict[str, pd.DataFrame]:
    codes = [*ALL_STAFF, "C01"]
    kind = {"A": "Acute", "B": "Ambulance", "C": "Other bodies"}
    here = sorted(STAFF)
    lists = {code: number for number, code in enumerate(here, start=1)}
    ages = ["55 to 59"] * 4 + ["60 and over"] * 2 + ["unknown"] * 2
    staff = [
        row
        for code in here
        for row in posts(
            code,
            lists[code],
            people(code)[: STAFF[code]],
            (ages if code == "A01" else []) + ["25 to 34"] * (STAFF[code] - 8 * (code == "A01")),
        )
    ]
    # Of the 20 people of a year ago 15 are among the 30 of today.
    before = posts("A01", 100, people("A01")[15:30] + people("A01")[100:105], ["25 to 34"] * 20)
    return {
        "organisation": rows(
            "organisation", *((code, f"Trust {code}", kind[code[0]], "Y1", "North", "ICB1", "Ash Board", True) for code in codes)
        ),
        **frameworks(),
        "snapshot": rows("snapshot", (100, "A01", "2025-03-31"), *((lists[code], code, "2026-03-31") for code in here)),
        "person": rows("person", *((person, code) for code in here for person in people(code))),
        "assignment": rows("assignment", *staff, *before),
        "establishment": rows(
            "establishment",
            *(
                (code, "2026-03-31", LEVEL, "6", POSTS[code], None, 2 * (code == "A01"), 1 * (code == "A01"), None, None, None)
                for code in here
            ),
        ),
        "staff_count": rows("staff_count", *((code, "2026-03-31", "Nurses", None, fte, "tests") for code, fte in ALL_STAFF.items())),
        "maturity_score": rows(
            "maturity_score",
            ("A01", "2025-01-01", "a", 1, 5, "tests"),
            ("A01", "2026-01-01", "a", 2, 4, "tests"),
            ("A01", "2026-01-01", "b", 10, 10, "tests"),
        ),
    }
