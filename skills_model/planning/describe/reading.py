"""A plan beside the world it was made for and beside doing nothing: what every part of a description reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from optimiser.plan import Plan
from optimiser.projection import project
from skills_model.planning import funding, standards
from skills_model.planning.describe import words
from skills_model.planning.funding import Stream
from skills_model.planning.levers.training import LEARNING
from skills_model.planning.world import ESTABLISHMENT_PAY, World

SMALLEST_PRICE = 1e-9  # weighted units for a pound
SMALLEST_ACTION = 1e-6
"""FTE; what is below is a solver's rounding, and all above adds up to the cost."""


@dataclass(frozen=True)
class Reading:
    """A plan, its world, and what doing nothing holds: index stock, one column a period from 0."""

    plan: Plan
    world: World
    still: pd.DataFrame

    @classmethod
    def of(cls, plan: Plan, world: World) -> Reading:
        """Project doing nothing beside a plan."""
        return cls(plan, world, project(plan.tables))

    @cached_property
    def used(self) -> pd.DataFrame:
        """Return every use of a lever, what was begun before the plan included: lever, used (its period) and units."""
        before, now = self.plan.tables.history, self.plan.actions
        rows = pd.concat([before[["lever", "period", "amount"]], now[["lever", "period", "amount"]]], ignore_index=True)
        return rows.rename(columns={"period": "used", "amount": "units"})

    @cached_property
    def lever_kinds(self) -> pd.Series:
        """Return the kind of each lever, by its id."""
        return self.plan.tables.levers.set_index("lever")["kind"]

    @cached_property
    def action_names(self) -> pd.Series:
        """Return what a planner calls each lever that moves more than money, by its id: its kind, or that it is an apprenticeship unit."""
        levers = self.plan.tables.levers.set_index("lever")
        unit = (levers["kind"] == "train") & levers["route"].isin(standards.units(self.world.inputs.options.courses))
        return words.action(levers["kind"]).mask(unit, words.UNIT)

    def people_of(self, levers: pd.DataFrame) -> pd.Series:
        """Return how many people one FTE of starts of levers (kind, role_level) is: of those who learn, as many as in their role level."""
        group = self.world.groups.set_index("role_level")["people_per_fte"]
        return levers["role_level"].map(group).where(levers["kind"].isin(LEARNING), 1.0).fillna(1.0).astype("float64")

    @cached_property
    def stock_kinds(self) -> pd.Series:
        """Return the kind of each stock, by its id."""
        return self.plan.tables.stocks.set_index("stock")["kind"]

    @cached_property
    def money(self) -> pd.Series:
        """Return the funding stream of each stock of money, by its id."""
        stocks = self.plan.tables.stocks
        return stocks[stocks["kind"] == "money"].set_index("stock")["funding_stream"]

    @cached_property
    def streams(self) -> dict[str, Stream]:
        """Return the funding streams that pay for actions, by id."""
        return {item.id: item for item in funding.streams(self.world)}

    @cached_property
    def stream_labels(self) -> dict[str, str]:
        """Return the names of all funding streams, by id."""
        return {name: item.label for name, item in self.streams.items()} | {ESTABLISHMENT_PAY: "Pay of funded posts"}

    def worth_of_money(self, prices: pd.DataFrame) -> pd.DataFrame:
        """Return what one pound more of each stream is worth in each period in which it gets money: stream, period, stage, pounds, price.

        `prices` are those of balance rows. Money that expires comes twice: as itself, and for as long as it is fresh as what may be left.
        """
        tables, last = self.plan.tables, self.plan.tables.problem.periods
        paying = self.money[self.money != ESTABLISHMENT_PAY]
        inflows = tables.inflows[tables.inflows["stock"].isin(paying.index) & (tables.inflows["amount"] > 0)]
        rows = inflows[["stock", "period", "amount"]].merge(prices, left_on=["stock", "period"], right_on=["item", "period"])
        rows["stream"] = rows["stock"].map(paying)
        expiry = {name: item.expiry for name, item in self.streams.items() if item.expiry is not None}
        found = prices.set_index(["item", "period", "stage"])["price"].to_dict()
        worth = []
        for name, period, stage, price_of_it in rows[["stream", "period", "stage", "price"]].itertuples(index=False):
            price = float(price_of_it)
            if name in expiry:
                fresh, ends = f"fresh:{name}:{self.world.code}", period + expiry[name]
                price += found.get((fresh, period, stage), 0.0) - (found.get((fresh, ends, stage), 0.0) if ends <= last else 0.0)
            worth.append(price)
        rows["price"] = worth
        return rows.loc[rows["price"] < -SMALLEST_PRICE, ["stream", "period", "stage", "amount", "price"]].rename(
            columns={"amount": "pounds"}
        )

    @cached_property
    def held(self) -> pd.DataFrame:
        """Return what the plan holds: index stock, one column a period from 0."""
        rows, stocks = self.plan.stocks, self.plan.tables.stocks["stock"]
        periods = self.plan.tables.problem.periods + 1
        names = pd.Index(sorted(stocks))
        amounts = np.zeros((len(names), periods))
        amounts[names.get_indexer(pd.Index(rows["stock"])), rows["period"].to_numpy(dtype=np.intp)] = rows["amount"].to_numpy()
        return pd.DataFrame(amounts, index=names, columns=range(periods))

    def more(self, stocks: pd.Series) -> pd.DataFrame:
        """Return what the plan holds above doing nothing: index as the stocks given, one column a period from 0."""
        return (self.held.reindex(stocks) - self.still.reindex(stocks)[self.held.columns]).set_index(stocks.index)

    @cached_property
    def given(self) -> pd.DataFrame:
        """Return what used levers give to streams and accounts or take from them: lever, kind, used, stock, period, amount.

        A row of `effects` that names a period stands in the place of the one for every period, as the contract says.
        """
        effects = self.plan.tables.effects
        paying = self.stock_kinds.index[self.stock_kinds.isin(["money", "account"])]
        rows = effects[effects["lever"].isin(self.used["lever"])]
        rows = rows[rows["stock"].isin(paying)].rename(columns={"period": "only"}).merge(self.used, on="lever")
        rows = rows[rows["only"].isna() | (rows["only"] == rows["used"])].sort_values("only", na_position="last", kind="stable")
        rows = rows.assign(lag=rows["lag"].fillna(0)).drop_duplicates(["lever", "stock", "lag", "used"])
        rows = rows.assign(
            kind=rows["lever"].map(self.lever_kinds),
            period=(rows["used"] + rows["lag"]).astype("int64"),
            amount=rows["amount"] * rows["units"],
        )
        return rows.loc[rows["period"].between(1, self.plan.tables.problem.periods), ["lever", "kind", "used", "stock", "period", "amount"]]

    @cached_property
    def by_levers(self) -> pd.MultiIndex:
        """Return the rows of limits (limit, period) that some lever in use takes from."""
        uses = self.plan.tables.uses
        own = uses[(uses["kind"] == "lever") & (uses["amount"] > 0)].rename(columns={"period": "only"})
        rows = own[["limit", "item", "lag", "only"]].merge(self.used, left_on="item", right_on="lever")
        period = rows["used"] + rows["lag"].fillna(0)
        there = (rows["only"].isna() | (rows["only"] == period)) & (rows["units"] > SMALLEST_ACTION)
        return pd.MultiIndex.from_arrays([rows.loc[there, "limit"], period[there].astype("int64")]).unique()
