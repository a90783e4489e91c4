"""Staff who are taken for trusts that have sent nothing, followed through the horizon as others are; always apart from those counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.returning import Imputed
from skills_model.scenario import Scenario
from skills_model.supply.layout import years
from skills_model.supply.model import Rates
from skills_model.supply.pipelines import COLUMNS as PIPELINES
from skills_model.supply.tables import parts

ENDS = ("fte", "low", "high")


@dataclass(frozen=True, eq=False)
class Followed:
    """The central path of imputed staff: `cells` has organisation, role_family, age_band, then the FTE in each of `years`.

    low and high of what is asked of it are the range of the imputation alone: what trusts have today, as `Imputed.between` gives it for
    sums. Rates are at their central values, and how staff are split over role families is taken as it stands.
    """

    imputed: Imputed
    cells: pd.DataFrame
    years: tuple[str, ...]

    def in_total(self, role_family: str = "") -> pd.DataFrame:
        """Return year, fte, low and high of all of it, or of a role family."""
        chosen = self.cells[self.cells["role_family"] == role_family] if role_family else self.cells
        return self._ranged(chosen)

    def by_role_family(self) -> pd.DataFrame:
        """Return role_family (missing: job titles that nobody has mapped), year, fte, low and high."""
        families = [self._ranged(rows).assign(role_family=name) for name, rows in self.cells.groupby("role_family", dropna=False)]
        return pd.concat(families, ignore_index=True).astype({"role_family": "str"})[["role_family", "year", *ENDS]]

    def _ranged(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add up rows year by year; staff are a multiple of what a trust has today, so that its error grows and falls with them."""
        sums = rows.groupby("organisation")[list(self.years)].sum()
        told = [(year, *self._sized(sums[year]).between()) for year in self.years]
        return pd.DataFrame(told, columns=["year", *ENDS])

    def _sized(self, fte: pd.Series) -> Imputed:
        """Return what is imputed with the staff of each trust moved to another number, its published size in proportion."""
        trusts = self._trusts.loc[fte.index]
        published = trusts["published_fte"] * np.divide(fte, trusts["fte"], out=np.zeros(len(fte)), where=trusts["fte"].to_numpy() > 0)
        return replace(self.imputed, organisations=trusts.assign(fte=fte, published_fte=published).reset_index())

    @cached_property
    def _trusts(self) -> pd.DataFrame:
        return self.imputed.organisations.set_index("organisation")


def follow(imputed: Imputed, rates: Rates, scenario: Scenario, assumptions: Assumptions) -> Followed:
    """Follow imputed staff by the rates and flows of a scenario; `rates` hold these trusts, so that theirs are the rates of England.

    Known pipelines are those of trusts that are counted. Raises DataError where a leaver rate is missing.
    """
    told = years(scenario)
    staff = imputed.cells.drop(columns=["low", "high", "role_level", "band"])
    moved = parts(staff, rates, scenario, pd.DataFrame(columns=list(PIPELINES)), assumptions)
    stocks = pd.DataFrame(moved.stocks()[:, list(told)], columns=list(told.values()))
    cells = moved.cells[["organisation", "role_family", "age_band"]]
    return Followed(imputed, pd.concat([cells, stocks], axis=1), tuple(told.values()))
