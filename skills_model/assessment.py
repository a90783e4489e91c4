"""How sure an assessment is: the numbers of the rule in sql/current_level.sql, which finds the rank a person holds now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from skills_model.assumptions import Assumptions

KINDS = ("test", "evidence", "manager", "self")
"""Kinds of assessment, the one that counts most first."""


@dataclass(frozen=True)
class RankRule:
    """How many ranks an assessment may be off, by kind, and how many more once it is stale (after `stale_years`)."""

    margin_low: Mapping[str, float]
    margin_high: Mapping[str, float]
    margin_stale: float
    stale_years: float

    @classmethod
    def from_assumptions(cls, assumptions: Assumptions) -> RankRule:
        """Take the margins from the assumptions."""
        return cls(
            {kind: assumptions.value("rank_margin_low", kind) for kind in KINDS},
            {kind: assumptions.value("rank_margin_high", kind) for kind in KINDS},
            assumptions.value("rank_margin_stale"),
            assumptions.value("assessment_stale_years"),
        )

    def parameters(self) -> dict[str, object]:
        """Return the parameters of sql/current_level.sql; lists are in the order of `kinds`."""
        return {
            "kinds": list(KINDS),
            "margin_low": [self.margin_low[kind] for kind in KINDS],
            "margin_high": [self.margin_high[kind] for kind in KINDS],
            "margin_stale": self.margin_stale,
            "stale_months": round(12 * self.stale_years),
        }
