"""Suggested training places: who in an organisation's own staff could be offered the places of a plan, for their development alone."""

from skills_model.places import equality, purpose, rounds
from skills_model.places.suggesting import Facts, Suggestions, apart, notes, suggest

__all__ = ["Facts", "Suggestions", "apart", "equality", "notes", "purpose", "rounds", "suggest"]
