"""An organisation beside like ones: what the command `peers` and the page Compare ask."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from app.pipeline import scenarios
from app.pipeline.progress import Progress, part, silent
from skills_model import gap, peers
from skills_model.assumptions import Assumptions
from skills_model.cuts import place_labels
from skills_model.organisations import known
from skills_model.peers import Funnel, Peers
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply.cells import require_staff

NOT_MAPPED = "Job title not mapped"


@dataclass(frozen=True, eq=False)
class Comparison:
    """An organisation and its peers; others' numbers are protected where the scope does not see them exactly.

    measured  a row an organisation, with its name; columns as peers.measured, then what is projected, as peers.Projected
    beside    a row a measure; columns as peers.beside
    pooled    what the peers have as a whole; columns as peers.pooled
    paths     a row a role family, with its name, and year; columns as peers.paths_beside
    """

    peers: Peers
    name: str
    measured: pd.DataFrame
    beside: pd.DataFrame
    pooled: pd.DataFrame
    paths: pd.DataFrame
    scenario: Scenario
    first: str
    last: str
    assumptions: Assumptions

    def row(self, measure: str) -> dict[Hashable, Any]:
        """Return the row of a measure beside the peers."""
        return self.beside[self.beside["measure"] == measure].to_dict("records")[0]

    def funnel(self, measure: str) -> Funnel | None:
        """Return what chance alone would leave of a measure, None where that is not to be said."""
        means = self.pooled.set_index("measure")["share"]
        mean = float(means.get(measure, float("nan")))
        return peers.funnel(self.measured, self.peers.organisation, peers.MEASURES[measure], mean, self.assumptions)


def compare(store: Store, scope: Scope, organisation: str, scenario: str = "baseline", progress: Progress = silent) -> Comparison:
    """Find the peers of an organisation, measure them and it, and project them; raises DataError, ScopeError, ScenarioError."""
    progress(0.0, "Finding peers")
    require_staff(store, scope, known(store, scope, [organisation]) or [])
    followed = scenarios.usable(store, scope, scenario)
    assumptions = Assumptions.of(store, scope)
    like = peers.peers(store, scope, organisation, assumptions)
    codes = [organisation, *like.codes]
    tell = part(progress, 0.1, 0.8, "Projecting staff and posts")
    coming = peers.projected(store, scope, codes, followed, assumptions.with_values(followed.assumptions), tell)
    progress(0.8, "Measuring")
    frame = peers.measured(store, scope, codes, assumptions).merge(coming.measured, on="organisation", how="left")
    names, families = place_labels(store, scope)["organisation"], gap.labels(store, scope)["role_family"]
    frame.insert(1, "name", frame["organisation"].map(names))
    paths = peers.paths_beside(coming.paths, organisation, assumptions)
    paths.insert(1, "role_family_label", paths["role_family"].map(families).fillna(NOT_MAPPED).astype("str"))
    progress(0.9, "Adding the peers up")
    pooled = peers.pooled(store, scope, like.codes, assumptions)
    progress(1.0, "Done")
    return Comparison(
        peers=like,
        name=names[organisation],
        measured=frame,
        beside=peers.beside(frame, organisation, assumptions),
        pooled=pooled,
        paths=paths.sort_values(["role_family_label", "year"], ignore_index=True),
        scenario=followed,
        first=coming.first,
        last=coming.last,
        assumptions=assumptions,
    )
