"""Competency frameworks that the project ships, as rows of the store."""

from __future__ import annotations

import pandas as pd

from skills_model.reference import table
from skills_model.schema import Framework, FrameworkRank, Requirement, RoleLevel, Row, Skill

SOURCES: dict[type[Row], str] = {
    Framework: "frameworks",
    FrameworkRank: "framework_ranks",
    RoleLevel: "role_levels",
    Skill: "skills",
    Requirement: "requirements",
}


def frameworks() -> dict[str, pd.DataFrame]:
    """Return the tables `framework`, `framework_rank`, `role_level`, `skill` and `requirement`, with the columns and order of their row models."""
    return {model.TABLE: table(name)[list(model.model_fields)] for model, name in SOURCES.items()}
