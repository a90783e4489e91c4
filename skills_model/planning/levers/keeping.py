"""Keep people who would leave: a premium for posts that are hard to fill."""

from __future__ import annotations

from collections.abc import Callable

from skills_model.planning.levers.rows import Tables
from skills_model.planning.world import World

PARTS: dict[str, Callable[[World], Tables]] = {}
