"""A store with a small trust, its staff list with planted names, and a finished plan that trains them; nobody here is real."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from app.pipeline import following, plans
from app.pipeline.plans import PlanRequest
from skills_model.privacy import Scope
from skills_model.sources import pseudonym
from skills_model.store import Store

CODE, NAME = "AAA", "Ash Trust, AAA"
ALL = Scope.local()
PLANTED = [f"Planted Name{number}" for number in range(101, 113)]
NUMBERS = [f"STAFF{number}" for number in range(101, 113)]
# Twelve analysts in two teams: every third works half time; what they hold of sql (3 needed) and risk (2 needed), None: not assessed.
SQL = (0, 0, 1, 2, 0, 1, 3, 0, 2, 1, None, 0)
RISK = (0, 1, 2, 0, None, 0, 2, 1, 0, 0, 0, 2)


def planned(path: Path) -> str:
    """Make the store and return the run of its plan."""
    with Store.create(path) as store:
        people = pseudonym.pseudonyms(CODE, pd.Series(NUMBERS), pseudonym.key_of(store)).tolist()
        store.write("tests", "0" * 64, "placed", world(people))
        # Whatever the lots are, the plan claims something else than people reach, and that is a warning here.
        settings = {"levers": {"without": ["recruit", "contract", "post", "promote", "redeploy"]}, "assumptions": {"place_apart": 0.0}}
        request = PlanRequest(CODE, 40_000.0, 4, settings=json.dumps(settings))
        job = plans.prepare_plan(store, ALL, request)
        return following.keep(store, ALL, job, plans.solve_plan(job))


def staff_list() -> bytes:
    """Return the trust's own staff list."""
    rows = [f"{number},{name},Analyst" for number, name in zip(NUMBERS, PLANTED, strict=True)]
    return "\n".join(["Employee Number,Full Name,Job Title", *rows, ""]).encode()


def world(people: list[str]) -> dict[str, pd.DataFrame]:
    """Return the rows of the store."""
    posts = [
        (CODE, 1, who, 1, "45 to 54", "Data" if number < 7 else "Reports", "Administrative and Clerical", "Analyst", None, "analyst", "6",
         0.5 if number % 3 == 0 else 1.0, "permanent", None, None)
        for number, who in enumerate(people)
    ]  # fmt: skip
    assignment = "organisation snapshot person assignment age_band team staff_group job_title occupation_code role_level band fte contract start_date end_date"
    held = [
        (who, skill, rank)
        for skill, ranks in (("sql", SQL), ("risk", RISK))
        for who, rank in zip(people, ranks, strict=True)
        if rank is not None
    ]
    return {
        "organisation": frame(
            "organisation name organisation_type region_code region_name icb_code icb_name demonstration",
            (CODE, "Ash Trust", "Acute", "Y61", "East of England", "ICB1", "Board", False),
        ),
        "framework": frame(
            "framework series label version publisher licence source ranks active measured_on",
            ("small", "small", "Small", "1", "us", "MIT", "tests", 4, True, "roles"),
        ),
        "framework_rank": frame("framework rank rank_label", *(("small", rank, f"Rank {rank}") for rank in range(1, 5))),
        "role_level": frame(
            "framework role_family role_family_label role role_label role_level role_level_label level_number suggested_band",
            ("small", "data", "Data", "analyst", "Analyst", "analyst", "Analyst", 1, "6"),
        ),
        "skill": frame("framework skill skill_label", ("small", "sql", "SQL"), ("small", "risk", "Risk")),
        "requirement": frame("framework role_level skill required_rank", ("small", "analyst", "sql", 3), ("small", "analyst", "risk", 2)),
        "snapshot": frame("snapshot organisation as_at", (1, CODE, "2026-03-31")),
        "person": frame("person organisation", *((who, CODE) for who in people)),
        "assignment": frame(assignment, *posts),
        "assessment": frame("organisation person skill rank kind assessed_on", *((CODE, *row, "test", "2026-01-10") for row in held)),
    }


def frame(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    """Write rows under headings parted by blanks."""
    return pd.DataFrame(rows, columns=columns.split())
