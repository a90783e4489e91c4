"""Equality monitoring of suggested places from counts alone: how likely the people of each group were to come how far."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault
from skills_model.organisations import protection
from skills_model.places.rounds import found_round
from skills_model.privacy import HIDDEN, Scope, numbers, protect
from skills_model.store import Store

STAGES = ("eligible", "suggested", "accepted", "completed")
SHARES = {f"{part}_share": (part, whole) for whole, part in pairwise(STAGES)}


@dataclass(frozen=True)
class Monitoring:
    """What equality monitoring shows, protected.

    groups  one row a group: characteristic, category, the people of STAGES, then of each stage but the first the share of those of the stage
            before it who came so far, its relative likelihood beside the largest group (1: alike), and whether that is to be looked at
    notes   what does not fit together in the return
    """

    groups: pd.DataFrame
    notes: list[str]


def monitoring(store: Store, scope: Scope, round: str, assumptions: Assumptions | None = None) -> Monitoring:
    """Return equality monitoring of a round; small numbers are protected even in one's own organisation, since they leave for an assessment.

    Raises DataError where the round is unknown, where nothing was returned for it, or where a return cannot be.
    """
    numbers_ = assumptions or Assumptions.of(store, scope)
    known = found_round(store, scope, round)
    frame = store.query("place_equality", scope, round=round)
    if frame.empty:
        action = "The equality lead fills in `skillsplan template equality`, and `skillsplan import equality FILE` takes it in."
        raise DataError([Fault("No equality counts", "equality_count", found=f"none for round {round}", action=action)])
    frame = frame.astype(dict.fromkeys(STAGES, "float64"))
    faults = _impossible(frame)
    if faults:
        raise DataError(faults)
    threshold, base = protection(numbers_)
    return Monitoring(protected(frame, threshold, base, numbers_.value("place_likelihood")), _notes(frame, int(known["people"])))


def protected(frame: pd.DataFrame, threshold: float, base: float, look: float) -> pd.DataFrame:
    """Protect counts by group and set their likelihoods beside those of the largest group, all made of what is shown.

    Where one group alone of a characteristic would be hidden at a stage, the smallest of the others is hidden as well, or else it could be
    worked out from a total.
    """
    counts = protect(frame[["characteristic", "category", *STAGES]], list(STAGES[1:]), "eligible", threshold=threshold, base=base)
    counts = counts.assign(**{stage: _text(counts[stage]).mask(_hidden(frame, counts, stage), HIDDEN) for stage in STAGES})
    shown = pd.DataFrame({stage: numbers(counts[stage]) for stage in STAGES})
    for name, (part, whole) in SHARES.items():
        share = (shown[part] / shown[whole].where(shown[whole] > 0)).clip(upper=1.0)
        reference = counts["characteristic"].map(_of_largest(counts["characteristic"], shown["eligible"], share))
        likelihood = share / reference.where(reference > 0)
        counts[name] = share.round(3)
        counts[name.replace("_share", "_likelihood")] = likelihood.round(2)
        counts[name.replace("_share", "_look")] = (likelihood < look) | (likelihood > 1 / look)
    return counts


def _text(counted: pd.Series[Any]) -> pd.Series[str]:
    """Write whole numbers as text, whether or not any of them is hidden; what was not returned stays blank."""
    return counted.map(lambda value: value if value == HIDDEN else f"{float(value):g}", na_action="ignore").astype("str")


def _hidden(exact: pd.DataFrame, counts: pd.DataFrame, stage: str) -> pd.Series[bool]:
    """Return what is hidden of a stage, with a second group where only one is."""
    hidden = counts[stage].astype("str") == HIDDEN
    rest = exact[stage].where(~hidden & (exact[stage] > 0))
    for _, rows in hidden.groupby(exact["characteristic"]):
        others = rest[rows.index].dropna()
        if rows.sum() == 1 and len(others):
            hidden = hidden | (hidden.index == others.idxmin())
    return hidden


def _of_largest(characteristic: pd.Series[str], eligible: pd.Series[float], share: pd.Series[float]) -> dict[str, float]:
    """Return the share of the largest group of each characteristic."""
    known = eligible.fillna(-1)
    first = known.groupby(characteristic).idxmax()
    return {str(name): float(share[row]) if known[row] >= 0 else np.nan for name, row in first.items()}


def _impossible(frame: pd.DataFrame) -> list[Fault]:
    faults = []
    for before, after in pairwise(STAGES):
        for row in frame[frame[after].fillna(0) > frame[before].fillna(np.inf)].to_dict("records"):
            group = f"{row['characteristic']}, {row['category']}"
            action = "Ask the equality lead for a corrected return, and undo the import of this one."
            faults.append(
                Fault(
                    "More people than at the stage before",
                    "equality_count",
                    column=after,
                    found=f"{group}",
                    allowed=f"at most those {before}",
                    action=action,
                )
            )
    return faults


def _notes(frame: pd.DataFrame, people: int) -> list[str]:
    """Say which characteristics do not add up to the people suggested; groups may be left out on purpose, so it is no fault."""
    sums = frame.groupby("characteristic")["suggested"].sum()
    return [
        f"By {name}, {'fewer' if total < people else 'more'} people are returned as suggested than the round has."
        for name, total in sums.items()
        if total != people
    ]
