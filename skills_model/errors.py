"""Errors of data, scenarios and scopes, below the root that the optimiser defines."""

from __future__ import annotations

from optimiser.errors import Fault, FaultsError, SkillsplanError

__all__ = ["DataError", "Fault", "ScenarioError", "ScopeError", "StoreError"]


class DataError(FaultsError):
    """A file, or rows of the store, that are wrong."""


class ScenarioError(FaultsError):
    """A setting that is impossible."""


class ScopeError(SkillsplanError):
    """A question about data that this user may not see."""


class StoreError(SkillsplanError):
    """A disk that cannot hold the store, or has failed under it."""
