"""The words that writing and reading a package share."""

from __future__ import annotations

from typing import Any

NOT_TAKEN = "not taken"
"""What the rows of a framework file are about that say what was left out of a package."""
FAMILY, ROLE, LEVEL, SKILL = "Role family", "Role", "Role level", "Skill"
SKILL_LEVEL, BORROWED = "Skill level", "Skill of another framework"
TYPES = {FAMILY: "1", ROLE: "1.1", LEVEL: "1.1.1", SKILL: "2", SKILL_LEVEL: "2.1", BORROWED: "3"}
"""Types of items, and their place in the order of types."""
SUBJECTS = {ROLE: "role", LEVEL: "role level", SKILL: "skill"}
"""What the table description calls the types that it describes."""
RANKS = "Ranks"
BAND = "Agenda for Change band "

type Json = dict[str, Any]
