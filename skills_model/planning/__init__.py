"""The only bridge between the model and the optimiser: frames to planning tables, and a plan back to the planner's words."""

from skills_model.planning.build import build, with_budget
from skills_model.planning.describe import Described, describe
from skills_model.planning.drivers import drivers
from skills_model.planning.inputs import Inputs, read
from skills_model.planning.world import World, build_world

__all__ = ["Described", "Inputs", "World", "build", "build_world", "describe", "drivers", "read", "with_budget"]
