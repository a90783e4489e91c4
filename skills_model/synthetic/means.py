"""The means of one invented organisation to close its gaps: money, a calendar, what it spends, and what an exemplar nearby offers it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from skills_model import schema
from skills_model.assumptions import Assumptions
from skills_model.synthetic.catalogue import Catalogue
from skills_model.synthetic.columns import text
from skills_model.synthetic.country import OTHER_BODIES, Place

SOURCE = "invented"
YEARS = ("2026/27", "2027/28", "2028/29", "2029/30", "2030/31")
STREAMS = (
    ("capital-programme", "Capital programme (invented)", "capital", "committed"),
    ("digital-skills-fund", "National digital skills fund (invented)", "national ring-fence", "committed"),
    ("trust-contribution", "Contribution of the trust (invented)", "trust contribution", "hoped for"),
)
PAYS_FOR = {"digital-skills-fund": "training; backfill; support"}
WINTERS = (2026, 2027, 2028)
GO_LIVES = (dt.date(2026, 10, 1), dt.date(2027, 4, 1), dt.date(2027, 10, 1))
OFFERED_LEVEL = "senior-cyber-operations-analyst"
MENTORED = 3  # skills in which the exemplar's own people are furthest ahead


def streams() -> pd.DataFrame:
    """Write the table `funding_stream`."""
    rows = [(name, label, kind, PAYS_FOR.get(name), np.nan, np.nan, SOURCE) for name, label, kind, _ in STREAMS]
    return _table(schema.FundingStream, rows)


def means(
    rng: np.random.Generator, place: Place, everywhere: Sequence[Place], roles: Catalogue, assumptions: Assumptions
) -> dict[str, pd.DataFrame]:
    """Write the tables `budget`, `calendar_event`, `support_offer` and `technology_spend` of an organisation, in key order."""
    return {
        "budget": _budgets(place, assumptions),
        "calendar_event": _calendar(rng, place),
        "support_offer": _offers(place, everywhere, roles, assumptions),
        "technology_spend": _spend(rng, place, assumptions),
    }


def _budgets(place: Place, assumptions: Assumptions) -> pd.DataFrame:
    rows = [
        (place.code, name, year, float(round(place.fte * assumptions.value("demo_budget", name), -2)), status)
        for name, _, _, status in STREAMS
        for year in YEARS
    ]
    return _table(schema.Budget, rows)


def _calendar(rng: np.random.Generator, place: Place) -> pd.DataFrame:
    first = GO_LIVES[int(rng.integers(len(GO_LIVES)))]
    rows = [(place.code, "Go-live of a patient record system (invented)", first, first + dt.timedelta(days=60), 0.25)]
    rows += [(place.code, "Winter", dt.date(year, 12, 15), dt.date(year + 1, 1, 31), 0.5) for year in WINTERS]
    return _table(schema.CalendarEvent, rows)


def _offers(place: Place, everywhere: Sequence[Place], roles: Catalogue, assumptions: Assumptions) -> pd.DataFrame:
    """Have the trust of the same board whose people are furthest ahead offer the others mentors, places to learn at, and part of a post."""
    near = [other for other in everywhere if other.icb_code == place.icb_code and other.code != OTHER_BODIES]
    exemplar = max(near, key=lambda other: (other.skill, other.code), default=place)
    if place.code in {exemplar.code, OTHER_BODIES}:
        return _table(schema.SupportOffer, [])
    best = [str(roles.skills[at]) for at in np.argsort(-exemplar.skill_of, kind="stable")[:MENTORED]]
    offered = [
        *(("mentor", "", skill, assumptions.value("demo_offer", "mentor")) for skill in sorted(best)),
        ("second", "", best[0], assumptions.value("demo_offer", "second")),
        ("share", OFFERED_LEVEL, "", assumptions.value("demo_offer", "share")),
    ]
    first = dt.date(2026, 4, 1)
    rows = [
        (exemplar.code, place.code, kind, level, skill, fte, first, None, np.nan, np.nan, SOURCE) for kind, level, skill, fte in offered
    ]
    return _table(schema.SupportOffer, rows)


def _spend(rng: np.random.Generator, place: Place, assumptions: Assumptions) -> pd.DataFrame:
    """Leave some trusts without figures, as some have none at hand."""
    known = rng.random() < assumptions.value("demo_spend_known") and place.code != OTHER_BODIES
    share = float(np.clip(rng.normal(assumptions.value("demo_technology_share"), 0.004), 0.008, 0.05))
    expenditure = float(round(place.fte / assumptions.value("demo_informatics_share") * assumptions.value("demo_expenditure_per_fte"), -5))
    rows = [(place.code, "2025/26", float(round(share * expenditure, -3)), expenditure, SOURCE)]
    return _table(schema.TechnologySpend, rows if known else [])


def _table(model: type[schema.Row], rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """Make the rows of a stored table, in key order."""
    columns = schema.columns(model)
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    for column in columns:
        if column.sql_type == "VARCHAR":
            frame[column.name] = text(frame[column.name])
        elif column.sql_type == "DATE":
            frame[column.name] = pd.to_datetime(frame[column.name]).astype("datetime64[s]")
        elif column.sql_type == "DOUBLE":
            frame[column.name] = frame[column.name].astype("float64")
    return frame.sort_values(list(model.KEY), kind="stable", ignore_index=True)
