"""What a planner can do, what each gives and costs, and what limits it; every module adds its parts of the planning tables."""

from skills_model.planning.levers import covering, hiring, keeping, mentoring, moving, posts, training

PARTS = training.PARTS | mentoring.PARTS | hiring.PARTS | posts.PARTS | moving.PARTS | covering.PARTS | keeping.PARTS

__all__ = ["PARTS"]
