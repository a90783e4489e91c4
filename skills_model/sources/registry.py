"""Every kind of file that can be taken in."""

from __future__ import annotations

from skills_model.sources import (
    official,
    open_formats,
    organisation_return,
    others,
    pipelines,
    posts,
    returns,
    skills,
    staff,
    statistics,
    tables,
)
from skills_model.sources.kinds import Kind

MODULES = (staff, skills, posts, pipelines, tables, returns, organisation_return, official, others, open_formats, statistics)
"""Those whose kinds a planner meets first in front."""


def kinds() -> tuple[Kind, ...]:
    """Return every kind."""
    return tuple(kind for module in MODULES for kind in module.KINDS)
