"""Competency frameworks that the project ships, as rows of the store."""

from __future__ import annotations

import pandas as pd

from skills_model.reference import table
from skills_model.schema import Crosswalk, Framework, FrameworkRank, Requirement, RoleLevel, Row, Skill

SOURCES: dict[type[Row], str] = {
    Framework: "frameworks",
    FrameworkRank: "framework_ranks",
    RoleLevel: "role_levels",
    Skill: "skills",
    Requirement: "requirements",
    Crosswalk: "crosswalk",
}


def frameworks() -> dict[str, pd.DataFrame]:
    """Return the tables of SOURCES by their name in the store, with the columns and order of their row models."""
    return {model.TABLE: table(name)[list(model.model_fields)] for model, name in SOURCES.items()}


def unpublished(framework: str) -> pd.DataFrame:
    """Return what a framework adds without a published rank: role, role_level, skill (blank: any), source."""
    rows = table("unpublished_ranks")
    return rows[rows["framework"] == framework].drop(columns="framework").reset_index(drop=True)
