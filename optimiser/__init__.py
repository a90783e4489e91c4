"""The optimiser: knows stocks and levers, nothing of skills or the NHS.

    from optimiser import PlanningTables
    from optimiser.solver import optimise

    plan = optimise(PlanningTables.read(folder))

The solver is asked for by its own name, as are `optimiser.explain` and `optimiser.frontier`, which solve again: who writes tables and
reads plans has no business with them. The other names are looked up when
they are first used, so that an error does not wait for pandas to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimiser.errors import Fault, FaultsError, PlanError, SkillsplanError, TablesError
    from optimiser.plan import Plan
    from optimiser.projection import Drawn, Draws, Paths, project, project_paths
    from optimiser.tables import PlanningTables, Problem

__all__ = [
    "Drawn",
    "Draws",
    "Fault",
    "FaultsError",
    "Paths",
    "Plan",
    "PlanError",
    "PlanningTables",
    "Problem",
    "SkillsplanError",
    "TablesError",
    "project",
    "project_paths",
]

_HOMES = {
    "errors": ("Fault", "FaultsError", "PlanError", "SkillsplanError", "TablesError"),
    "plan": ("Plan",),
    "projection": ("Drawn", "Draws", "Paths", "project", "project_paths"),
    "tables": ("PlanningTables", "Problem"),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"optimiser.{home}"), name)
    raise AttributeError(f"module 'optimiser' has no attribute {name!r}")
