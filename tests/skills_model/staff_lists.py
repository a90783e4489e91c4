"""Invented staff lists of one organisation of the small world, a year apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from skills_model.store import Store

DAYS = {1: "2024-03-31", 2: "2025-03-31", 3: "2026-03-31"}

type Post = tuple[int, int, str | None, float, str]
"""List, person, role level, FTE, age band."""


def write(world: Mapping[str, pd.DataFrame], path: Path, posts: Sequence[Post], days: Mapping[int, str] = DAYS, code: str = "AAA") -> Store:
    """Make a store of the small world in which one organisation has these posts in its staff lists, and nobody else has any."""
    pattern = world["assignment"].iloc[[0]]
    rows = pd.concat([pattern] * len(posts), ignore_index=True)
    rows = rows.assign(organisation=code, snapshot=[post[0] for post in posts], person=[f"{post[1]:032x}" for post in posts])
    rows = rows.assign(role_level=[post[2] for post in posts], fte=[post[3] for post in posts], age_band=[post[4] for post in posts])
    rows = rows.assign(job_title=["Wizard" if post[2] is None else "Analyst" for post in posts])
    rows["assignment"] = rows.groupby(["snapshot", "person"]).cumcount() + 1
    frames = {name: frame for name, frame in world.items() if name not in {"assessment", "establishment"}}
    lists = sorted({post[0] for post in posts})
    frames["snapshot"] = pd.DataFrame([(number, code, days[number]) for number in lists], columns=["snapshot", "organisation", "as_at"])
    frames["person"] = rows[["person", "organisation"]].drop_duplicates()
    frames["assignment"] = rows
    store = Store.create(path)
    store.write("tests", "0" * 64, "staff lists", frames)
    return store


def staying(
    count: int, left: int, joined: int, level: str | None = "analyst", years: int = 1, first: int = 0, begin: int = 1
) -> list[Post]:
    """Return people of one cell in two lists: `left` of the first ones are gone in the second, `joined` are new there."""
    before = [(begin, first + number, level, 1.0, "35 to 44") for number in range(count)]
    after = [(begin + years, first + number, level, 1.0, "35 to 44") for number in range(left, count + joined)]
    return [*before, *after]
