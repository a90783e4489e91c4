"""What a planner can do, what each gives and costs, and what limits it; every module adds its parts of the planning tables."""

from collections.abc import Callable

from skills_model.planning.levers import covering, hiring, keeping, mentoring, moving, posts, training
from skills_model.planning.levers.hiring import maximum
from skills_model.planning.levers.rows import Tables
from skills_model.planning.world import World

PARTS: dict[str, Callable[[World], Tables]] = (
    training.PARTS | mentoring.PARTS | hiring.PARTS | posts.PARTS | moving.PARTS | covering.PARTS | keeping.PARTS
)

__all__ = ["PARTS", "maximum"]
