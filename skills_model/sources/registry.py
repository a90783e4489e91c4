"""Every kind of file that can be taken in."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from skills_model.sources.kinds import Kind

MODULES = ("staff", "skills", "posts", "tables", "returns", "official", "others", "open_formats", "open_formats", "statistics")


def kinds() -> tuple[Kind, ...]:
    """Return every kind, those that a planner meets first in front."""
    found = (import_module(f"skills_model.sources.{module}") for module in MODULES if find_spec(f"skills_model.sources.{module}"))
    return tuple(kind for module in found for kind in module.KINDS)
