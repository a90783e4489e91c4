"""Move people between role levels: redeploy where skills are near, promote to the next level."""

from __future__ import annotations

from collections.abc import Callable

from skills_model.planning.levers.rows import Tables
from skills_model.planning.world import World

PARTS: dict[str, Callable[[World], Tables]] = {}
