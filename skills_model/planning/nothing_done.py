"""What becomes of staff if nothing is done: the supply forecast of the organisation with flows "committed", by role level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.planning.inputs import Inputs
from skills_model.scenario import Scenario
from skills_model.supply.model import Rates, stay
from skills_model.supply.rates import of_coming_years, weight_of_history
from skills_model.supply.tables import parts

CELLS = ["organisation", "role_family", "role_level", "age_band"]


@dataclass(frozen=True, eq=False)
class NothingDone:
    """Staff of each group if nobody recruits, promotes or moves them: one row a group.

    staff     FTE in post at the end of each period, a column each from 0 to T
    arriving  FTE that arrive from pipelines, a column a period from 1 to T; they are among the staff from then on
    stay      share of those in post a period earlier who are still there, a column a period from 1 to T
    """

    staff: pd.DataFrame
    arriving: pd.DataFrame
    stay: pd.DataFrame

    def equals(self, other: NothingDone) -> bool:
        """Tell whether the same becomes of staff."""
        return self.staff.equals(other.staff) and self.arriving.equals(other.arriving) and self.stay.equals(other.stay)


def nothing_done(inputs: Inputs, role_levels: pd.Series, scenario: Scenario, assumptions: Assumptions) -> NothingDone:
    """Project the staff of role levels, index as these, as the supply forecast does where only what is committed happens.

    Age bands leave at rates of their own and grow older, so the share of a group that stays differs from period to period. A group
    without staff keeps whoever is recruited as the organisation keeps its staff.
    """
    forecast = parts(_cells(inputs), _rates(inputs, assumptions), committed(scenario), inputs.pipelines, assumptions)
    role_level = forecast.cells["role_level"].to_numpy()
    staff = pd.DataFrame(forecast.stocks(), role_level)
    arriving = pd.DataFrame(forecast.pipeline, role_level, range(1, scenario.periods + 1))
    staff, arriving = (
        rows.groupby(level=0).sum().reindex(role_levels).fillna(0.0).set_axis(role_levels.index) for rows in (staff, arriving)
    )
    coming = inputs.estimated_under.value("leaver_rate_years") * _coming(inputs, assumptions)
    nobody_known = stay(np.array(coming * assumptions.value("leaver_rate", "unknown")), 1 / scenario.periods_per_year)
    return NothingDone(staff, arriving, _stay(staff, arriving, float(nobody_known)))


def committed(scenario: Scenario) -> Scenario:
    """Return the scenario with nothing happening to staff but what is committed: leaving, retiring, growing older, known arrivals."""
    return scenario.model_copy(update={"supply": scenario.supply.model_copy(update={"flows": "committed"})})


def _cells(inputs: Inputs) -> pd.DataFrame:
    rows = inputs.staff.assign(organisation=inputs.organisation["code"])
    return rows.groupby(CELLS, as_index=False)[["headcount", "fte"]].sum()


def _rates(inputs: Inputs, assumptions: Assumptions) -> Rates:
    """Return the estimated rates under other assumptions than they were estimated under.

    Of another value that is tried for an assumption, an estimate takes as much as history has left to it: 1 - the weight of history. Only
    that of how coming years compare with those measured acts on what history weighs, as in the supply forecast.
    """
    before, rates = inputs.estimated_under, inputs.rates
    years = before.value("leaver_rate_years")
    leaving = _coming(inputs, assumptions) * _moved(rates.leaving, "rate", "leaver_rate", before, assumptions, _by_age(rates, years), years)
    ageing = _moved(rates.ageing, "share", "ageing_share", before, assumptions, {})
    return replace(rates, leaving=rates.leaving.assign(rate=leaving), ageing=rates.ageing.assign(share=ageing))


def _moved(
    rows: pd.DataFrame,
    column: str,
    name: str,
    before: Assumptions,
    now: Assumptions,
    england: Mapping[str, tuple[float, float]],
    years: float = 1.0,
) -> pd.Series:
    """Return rates by age band after their assumption has moved; each moves by as large a share of itself as that of England does.

    `years` is what the rates of `rows`, but not those of `england`, are times for coming years.
    """
    then = now.by_key(name)
    times, more = {}, {}
    for age, assumed in before.by_key(name).items():
        estimate, weight = england.get(age, (assumed, 0.0))
        moved = (1 - weight) * (then[age] - assumed)
        times[age], more[age] = (1 + moved / estimate, 0.0) if estimate else (1.0, years * moved)
    return rows[column] * rows["age_band"].map(times).fillna(1.0).astype(float) + rows["age_band"].map(more).fillna(0.0).astype(float)


def _coming(inputs: Inputs, assumptions: Assumptions) -> float:
    """Return what the leaver rates are multiplied by where another value is tried for how coming years compare with those measured."""
    tried = assumptions.value("leaver_rate_years")
    return of_coming_years(inputs.estimated_under["leaver_rate_years"], tried, weight_of_history(_england(inputs.rates)))


def _by_age(rates: Rates, years: float) -> dict[str, tuple[float, float]]:
    """Return the leaver rate of each age band in the years measured, and the weight of history in it; `years` is what they are times."""
    rows = _england(rates)[["age_band", "value", "weight"]]
    return {str(age): (float(value) / years if years else 0.0, float(weight)) for age, value, weight in rows.itertuples(index=False)}


def _england(rates: Rates) -> pd.DataFrame:
    """Return the estimates of leaver rates by age band over all role families and organisations."""
    told = rates.estimates
    return told[(told["what"] == "leaver rate") & told["age_band"].notna() & told["role_family"].isna() & told["organisation"].isna()]


def _stay(staff: pd.DataFrame, arriving: pd.DataFrame, nobody_known: float) -> pd.DataFrame:
    """Return the share that stays; `nobody_known` is that of an organisation without staff."""
    before = staff.iloc[:, :-1].set_axis(arriving.columns, axis=1)
    kept = staff[arriving.columns] - arriving
    everybody = (kept.sum() / before.sum().where(before.sum() > 0)).fillna(nobody_known)
    return (kept / before.where(before > 0)).fillna(everybody).clip(0.0, 1.0)
