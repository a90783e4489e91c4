"""An organisation beside like ones: what the command `peers` and the page Compare ask."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skills_model import peers
from skills_model.assumptions import Assumptions
from skills_model.cuts import place_labels
from skills_model.peers import Funnel, Peers
from skills_model.privacy import Scope
from skills_model.store import Store


@dataclass(frozen=True, eq=False)
class Comparison:
    """An organisation and its peers; others' numbers are protected where the scope does not see them exactly.

    measured  a row an organisation, with its name; columns as peers.measured
    beside    a row a measure; columns as peers.beside
    pooled    what the peers have as a whole; columns as peers.pooled
    """

    peers: Peers
    name: str
    measured: pd.DataFrame
    beside: pd.DataFrame
    pooled: pd.DataFrame
    assumptions: Assumptions

    def row(self, measure: str) -> dict[Hashable, Any]:
        """Return the row of a measure beside the peers."""
        return self.beside[self.beside["measure"] == measure].to_dict("records")[0]

    def funnel(self, measure: str) -> Funnel | None:
        """Return what chance alone would leave of a measure, None where that is not to be said."""
        means = self.pooled.set_index("measure")["share"]
        mean = float(means.get(measure, float("nan")))
        return peers.funnel(self.measured, self.peers.organisation, peers.MEASURES[measure], mean, self.assumptions)


def compare(store: Store, scope: Scope, organisation: str) -> Comparison:
    """Find the peers of an organisation and measure them and it; raises DataError, ScopeError."""
    assumptions = Assumptions.of(store, scope)
    like = peers.peers(store, scope, organisation, assumptions)
    frame = peers.measured(store, scope, [organisation, *like.codes], assumptions)
    names = place_labels(store, scope)["organisation"]
    frame.insert(1, "name", frame["organisation"].map(names))
    return Comparison(
        like,
        names[organisation],
        frame,
        peers.beside(frame, organisation, assumptions),
        peers.pooled(store, scope, like.codes, assumptions),
        assumptions,
    )
