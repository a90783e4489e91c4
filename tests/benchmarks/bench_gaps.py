"""Time gaps over five million current levels: all organisations by skill, one trust, and a plain scan of the same levels beside them.

`make bench`, or `python tests/benchmarks/bench_gaps.py`. Writes `gaps` of out/bench.json. Timings are printed, never asserted. The store is
opened as users open it: with its memory limit and its threads. Staff are invented in the engine, since only reading is measured here.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from record import record, seconds_of

from skills_model import store as stores
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.framework import frameworks
from skills_model.gap import gaps
from skills_model.privacy import Scope
from skills_model.store import Store

TRUSTS = 199
PEOPLE = 610_000  # some 3,000 in a trust; nine in ten assessed in the nine or so skills of their posts, one in twenty with a second post
REPEATS = 7
AS_AT = "DATE '2026-03-31'"
INVENT = {
    "place": "SELECT row_number() OVER (ORDER BY organisation) - 1 AS number, organisation FROM organisation",
    "level": """
        SELECT row_number() OVER (ORDER BY role_level) - 1 AS number, role_level, coalesce(suggested_band, '6') AS band
        FROM role_level
        SEMI JOIN (SELECT framework FROM framework WHERE active) USING (framework)""",
    "member": f"""
        SELECT
            md5(number::VARCHAR) AS person, number, hash(number, 1) % {TRUSTS} AS place,
            hash(number, 2) % (SELECT count(*) FROM level) AS first,
            CASE WHEN hash(number, 3) % 20 = 0 THEN hash(number, 4) % (SELECT count(*) FROM level) END AS second
        FROM (SELECT unnest(range({PEOPLE})) AS number)""",
    "job": """
        SELECT organisation, place.number + 1 AS snapshot, person, member.number, part, role_level, band, fte
        FROM (
            SELECT person, number, place, first AS level, 1 AS part, if(second IS NULL, 1.0, 0.6) AS fte FROM member
            UNION ALL
            SELECT person, number, place, second, 2, 0.4 FROM member WHERE second <> first
        ) AS member
        JOIN place ON place.number = member.place
        JOIN level ON level.number = member.level""",
}
FILL = {
    "snapshot": f"SELECT number + 1, organisation, {AS_AT}, 0 FROM place",
    "person": "SELECT DISTINCT person, organisation, 0 FROM job ORDER BY organisation, person",
    "assignment": """
        SELECT organisation, snapshot, person, part, 'unknown', 'Team', 'Staff', role_level, NULL, role_level, band, fte, 'permanent',
            NULL, NULL, 0
        FROM job
        ORDER BY organisation, snapshot, person, part""",
    "establishment": f"""
        SELECT organisation, {AS_AT}, role_level, min(band), round(1.08 * sum(fte), 1), NULL, 0, 0, NULL, NULL, NULL, 0
        FROM job GROUP BY organisation, role_level ORDER BY organisation, role_level""",
    "assessment": f"""
        SELECT
            organisation, person, skill, greatest(0, least(4, required_rank - 1 + (hash(number, skill) % 3)::BIGINT)),
            ['self', 'self', 'self', 'manager', 'evidence', 'test'][(1 + hash(number, skill, 1) % 6)::BIGINT],
            {AS_AT} - (hash(number, 2) % 1500)::INTEGER,
            0
        FROM (
            SELECT organisation, person, number, skill, max(required_rank)::BIGINT AS required_rank
            FROM job
            JOIN (FROM requirement SEMI JOIN (SELECT framework FROM framework WHERE active) USING (framework)) USING (role_level)
            WHERE hash(number, 5) % 10 > 0
            GROUP BY ALL
        )
        ORDER BY organisation, person, skill""",
}
SCAN = "SELECT organisation, skill, count(*) AS levels, sum(rank) AS ranks FROM current_level GROUP BY organisation, skill"


def invented(path: Path) -> dict[str, float]:
    """Fill a new store with trusts and staff, and return how long the derived tables took."""
    organisations = pd.DataFrame(
        [(f"BENCH{number:03}", f"Trust {number}", "Acute", "Y1", "North", f"ICB{number % 42}", f"Board {number % 42}", True) for number in range(TRUSTS)],
        columns=["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"],
    )
    rule = RankRule.from_assumptions(Assumptions.load())
    with Store.create(path) as store:
        store.write("bench", "0" * 64, "invented", {**frameworks(), "organisation": organisations})
        with store._changing() as cursor:
            for table, query in INVENT.items():
                cursor.execute(f"CREATE TEMP TABLE {table} AS {query}")
            for table, query in FILL.items():
                cursor.execute(f"INSERT INTO {table} {query}")
            levels, _ = seconds_of(lambda: stores._rebuild(cursor, "current_level", None, rule.parameters()))
            roles, _ = seconds_of(lambda: stores._rebuild(cursor, "role_count", None))
            ranks, _ = seconds_of(lambda: stores._rebuild(cursor, "rank_count", None, {"self_bias": None}))
        store._checkpoint()
    return {"rebuild_levels_seconds": levels, "rebuild_counts_seconds": roles + ranks}


def measure(folder: Path) -> dict[str, Any]:
    """Invent the staff, then time each question on a store that was just opened, the middle of several times."""
    path, scope = folder / "gaps.duckdb", Scope.local()
    made = invented(path)
    with Store.open(path) as store:
        one = store.query("organisation_names", scope)["organisation"].iloc[TRUSTS // 2]
        questions = {
            "all_organisations_by_skill": lambda: gaps(store, scope, ["organisation", "skill"]),
            "one_trust_by_skill": lambda: gaps(store, scope, ["organisation", "skill"], [one]),
            "england_by_role_family": lambda: gaps(store, scope, ["role_family"]),
            "plain_scan": lambda: store._select(SCAN, {}),
        }
        runs = {name: [seconds_of(ask) for _ in range(REPEATS)] for name, ask in questions.items()}
        seconds = {f"{name}_seconds": statistics.median(taken for taken, _ in run) for name, run in runs.items()}
        tables = ("current_level", "rank_count", "role_count")
        counts = {f"{table}_rows": int(store._select(f"SELECT count(*) AS rows FROM {table}", {})["rows"].iloc[0]) for table in tables}
    return {
        **counts,
        "rows_all_organisations_by_skill": len(runs["all_organisations_by_skill"][0][1]),
        **seconds,
        "over_plain_scan": seconds["all_organisations_by_skill_seconds"] / seconds["plain_scan_seconds"],
        **made,
        "file_megabytes": path.stat().st_size / 1e6,
        "memory_limit": stores.MEMORY,
    }


def test_gaps_over_five_million_levels():
    with tempfile.TemporaryDirectory() as folder:
        record("gaps", measure(Path(folder)), of="")


if __name__ == "__main__":
    test_gaps_over_five_million_levels()
