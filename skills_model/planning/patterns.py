"""How many people stand at which ranks of the skills that a course develops together: counts by group, never a person."""

from __future__ import annotations

import pandas as pd

from skills_model.errors import ScopeError
from skills_model.planning import standards
from skills_model.privacy import Scope
from skills_model.store import Store

COLUMNS = ["course", "role_level", "pattern", "skill", "rank", "fte"]


def none() -> pd.DataFrame:
    """Return no patterns, as of an organisation whose people nobody has assessed."""
    return pd.DataFrame(columns=COLUMNS).astype({"rank": "int64", "fte": "float64"})


def read(store: Store, scope: Scope, organisation: str, courses: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Read the patterns of current ranks of one organisation, by course and role level.

    `courses` and `effects` are those open to the organisation, as the stored tables `course` and `course_effect`; apprenticeships that the
    project itself knows of are added. One row a course, role level, pattern and skill: the rank held of the skill (at most the needed one)
    and the FTE of the whole pattern, repeated on each of its skills. Only courses that develop two or more skills that the role level
    needs. Raises ScopeError where the scope does not see the organisation exactly, since a pattern may be a single person's.
    """
    if not scope.sees_exactly(organisation):
        raise ScopeError("Exact numbers by role level are only for people who work with their own organisation's data.")
    develops = standards.offered(courses, effects).effects[["course", "skill"]].drop_duplicates()
    several = develops[develops.groupby("course")["skill"].transform("size") > 1]
    if several.empty:
        return none()
    rows = store.query(
        "course_patterns",
        scope,
        organisations=[organisation],
        courses=several["course"].tolist(),
        skills=several["skill"].tolist(),
    )
    return by_skill(rows) if len(rows) else none()


def by_skill(rows: pd.DataFrame) -> pd.DataFrame:
    """Write one row a skill of each pattern: columns course, role_level, pattern, fte; COLUMNS come back.

    >>> by_skill(pd.DataFrame([("c", "analyst", "sql=1+tests=0", 2.5)], columns=["course", "role_level", "pattern", "fte"]))
      course role_level        pattern  skill  rank  fte
    0      c    analyst  sql=1+tests=0    sql     1  2.5
    1      c    analyst  sql=1+tests=0  tests     0  2.5
    """
    parts = rows.assign(part=rows["pattern"].str.split("+")).explode("part", ignore_index=True)
    said = parts["part"].str.split("=", expand=True)
    return parts.assign(skill=said[0], rank=said[1].astype("int64"))[COLUMNS]
