"""Who is behind a cell: cover and its loss, staff within reach of a role level, career paths; persons are never ranked."""

from skills_model.people.career import CareerPath, career_path
from skills_model.people.cover import (
    COHORTS,
    Cohorts,
    cover,
    loss_of_cohorts,
    loss_of_one,
    loss_of_team,
    save_target,
    teams,
)
from skills_model.people.names import find_role_level, find_skill, find_team
from skills_model.people.reach import reach_by_organisation, role_holders, role_profile, with_names, within_reach

__all__ = [
    "COHORTS",
    "CareerPath",
    "Cohorts",
    "career_path",
    "cover",
    "find_role_level",
    "find_skill",
    "find_team",
    "loss_of_cohorts",
    "loss_of_one",
    "loss_of_team",
    "reach_by_organisation",
    "role_holders",
    "role_profile",
    "save_target",
    "teams",
    "with_names",
    "within_reach",
]
