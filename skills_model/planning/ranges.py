"""How a plan goes in other futures than the one it was made for: its starts, held to the room and the money there then.

Low and high of an assumption are its 10th and 90th percentiles. Each is drawn once a future and lasts over the horizon; the keys of one
assumption move together. The ranges of the opening ranks, of the organisation's own leaver rate and of demand are drawn beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.plan import Plan
from skills_model.demand.uncertain import growing
from skills_model.factor import TENTH, Floats
from skills_model.planning import money
from skills_model.planning.build import PARTS
from skills_model.planning.drivers import KEYS, Readers, key
from skills_model.planning.nothing_done import nothing_done
from skills_model.planning.world import World
from skills_model.supply.draws import Futures, stream

FUTURES = 500
PERCENTS = (10, 50, 90)
COLUMNS = ("period", "measure", "way", "low", "median", "high")
OWN_LEAVING = "leaver rate of the organisation"
DRAWN = {"transitions": "rate", "inflows": "amount", "effects": "amount"}
LEFT_OUT = frozenset({"money", "account", "fresh-money", "overspent", "recurrent", "after-staff", "after-skill", "after-new-post"})
"""Kinds of stocks whose course is not followed: money is counted apart, and what is after the horizon is not told."""
FLOWS = ("transitions", "inflows")
MONEY_KINDS = frozenset({"fund", "expire", "miss"})
APPRENTICESHIP = "apprenticeship"
SMALL = 1e-6

MOST = frozenset(
    {
        "skill_decay",
        "recruitment_cost",
        "recruit_skill_share",
        "recruitment_approval_share",
        "recruitment_approval_weeks",
        "recruitment_notice_weeks",
        "recruitment_weeks",
        "leaver_rate",
        "leaver_rate_years",
        "first_year_leaver_rate",
        "pipeline_arrives",
        "backfill_share",
        "course_completion",
        "course_fee",
        "course_lead_time",
        "contract_day_rate",
        "contract_overhead",
    }
)
"""The assumptions that move most: each alone from its low to its high changed the ranks short at the end of a plan, and together they
make more than 99% of the sum of the squared changes in the plans of a large and a middling trust."""

Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Moves:
    """The cells of the planning tables that what is uncertain moves: what, table, key, low, value, high. The same whatever the budget."""

    cells: pd.DataFrame
    chosen: bool = False  # not all assumptions were tried

    @classmethod
    def of(cls, world: World, only: Collection[str] | None = None) -> Moves:
        """Write what can differ at both ends of every assumption that it reads; the keys of one assumption together.

        Leaving, growing older and arriving move the stocks themselves. What a start yields once its lead time is over is left as it is for
        these, some per cent of some per cent. `only` are the ids of the assumptions to try, such as MOST; None for all.
        """
        parts = tuple(name for name in PARTS if name not in money.PARTS and name not in NOT_FOLLOWED)
        readers = Readers.of(world.inputs, world.scenario, world.assumptions, parts)
        found = {name: readers.moved(names, FLOWS) for name, names in readers.uncertain().items() if only is None or name in only}
        if spread := _own_spread(world):
            low, high = (_leaving(readers.world, float(np.exp(side * TENTH * spread))) for side in (-1, 1))
            found[OWN_LEAVING] = readers.between(low, high, asking=FLOWS)
        rows = [rows[rows["cell"] == rows["table"].map(DRAWN)].assign(what=name) for name, rows in found.items()]
        columns = ["what", "table", "key", "low", "value", "high"]
        return cls(pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns), only is not None)


NOT_FOLLOWED = frozenset({"stocks", "requirements", "room", "release", "places", "in-place", "after-horizon", "kept", "target", "critical"})
"""Parts that write neither flows nor effects."""


@dataclass(frozen=True)
class Ranges:
    """Where a plan and doing nothing end up in sampled futures.

    frame    period (0 to T), measure (ranks_short, coverage, staff_fte), way (nothing, plan): low, median and high, of 10, 50 and 90%
    note     what was drawn and what was clipped
    chance   share of the futures in which the plan meets the coverage target at the end of the last period; None without a target
    clipped  one row a kind of action: kind, planned, done (FTE or starts, mean of the futures), futures (share in which any is clipped)
    """

    frame: pd.DataFrame
    note: str
    chance: float | None
    clipped: pd.DataFrame


def sampled(plan: Plan, world: World, *, futures: int = FUTURES, seed: int = 1, moves: Moves | None = None) -> Ranges:
    """Follow a plan and doing nothing through sampled futures; `moves` saves working them out again for another budget.

    In each future the starts stand as planned, and are cut to the room of the limits that stocks take part in (people to train, posts to
    fill, time to release), then to the money: a period has what the plan spends by then, what it leaves in the streams, and what was
    saved. Chance in who leaves is not drawn.
    """
    moves = moves or Moves.of(world)
    drawn = _Drawn.of(moves, world, futures, seed)
    course = _Course(plan, world, drawn)
    told = course.follow()
    frame = _frame(told)
    target = world.scenario.objective.target if world.scenario.objective.aim == "target" else None
    chance = None if target is None else float((told["coverage"][1][-1, 1:] >= target - SMALL).mean())
    clipped = course.clipped()
    return Ranges(frame, _note(drawn, clipped, futures, seed), chance, clipped)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Deviates of what is uncertain, one a future; the first is the plan's own future, in which nothing strays."""

    moves: Moves
    deviates: dict[str, Floats]
    ranks: Floats
    demand: pd.DataFrame  # multiplier of the posts at the end of the horizon: one row a role family, one column a future

    @classmethod
    def of(cls, moves: Moves, world: World, count: int, seed: int) -> _Drawn:
        names = list(dict.fromkeys(moves.cells["what"]))
        deviates = {name: _first(stream(seed, "assumption", name).standard_normal(count)) for name in names}
        common = Futures.drawn(growing(world.scenario), count, seed)
        families = list(dict.fromkeys(world.groups["role_family"]))
        demand = np.array([np.concatenate([[1.0], common.multiplier("demand", family)]) for family in families])
        return cls(moves, deviates, _first(common.ranks()), pd.DataFrame(demand, index=families))

    def numbers(self, table: str, rows: pd.DataFrame) -> _Numbers:
        """Return the numbers of some rows of a table in every future."""
        mine = self.moves.cells[self.moves.cells["table"] == table]
        place = pd.Series(np.arange(len(rows)), index=key(rows[KEYS[table]]).to_numpy()) if len(rows) else pd.Series(dtype="int64")
        mine = mine[mine["key"].isin(place.index)]
        value = rows[DRAWN[table]].to_numpy(dtype="float64")
        parts = []
        for name, cells in mine.groupby("what", sort=False):
            ends = cells[["low", "value", "high"]].to_numpy(dtype="float64")
            parts.append((self.deviates[str(name)], place[cells["key"]].to_numpy(dtype=np.intp), ends))
        return _Numbers(value, parts)


def _first(drawn: Floats) -> Floats:
    return np.concatenate([[0.0], drawn])


@dataclass(frozen=True, eq=False)
class _Numbers:
    """Numbers of rows of a table, and how each uncertain thing moves them."""

    value: Floats
    parts: Sequence[tuple[Floats, Ints, Floats]]

    def at(self, rows: Ints, count: int) -> Floats:
        """Return the numbers of rows, shape (rows, futures).

        What moves a number in proportion multiplies; what takes it from or to 0 (a lead time moves the lag) adds, no further than its ends.
        """
        numbers = np.repeat(self.value[rows, None], count, axis=1)
        local = np.full(len(self.value), -1, dtype=np.intp)
        local[rows] = np.arange(len(rows))
        times = []
        for deviate, place, ends in self.parts:
            inside = local[place] >= 0
            if not inside.any():
                continue
            at, (low, value, high) = local[place[inside]], ends[inside].T[:, :, None]
            away = (low * value * high == 0).ravel()
            if away.any():
                there = np.clip(deviate, -TENTH, TENTH) / TENTH
                numbers[at[away]] += np.where(there < 0, (value - low)[away] * there, (high - value)[away] * there)
            if not away.all():
                kept = ~away
                below, above = (1 - low[kept] / value[kept]) / TENTH, (high[kept] / value[kept] - 1) / TENTH
                times.append((at[kept], np.maximum(0.0, 1 + np.where(deviate < 0, below * deviate, above * deviate))))
        for at, by in times:
            numbers[at] *= by
        return numbers


class _Course:
    """One plan and doing nothing, followed through futures period by period."""

    def __init__(self, plan: Plan, world: World, drawn: _Drawn) -> None:
        self.plan, self.world, self.drawn = plan, world, drawn
        self.count = len(drawn.ranks)
        self.last = world.scenario.periods
        tables = plan.tables
        kinds = tables.stocks.set_index("stock")["kind"]
        self.stocks = pd.Index(sorted(kinds.index[~kinds.isin(LEFT_OUT)]))
        accounts = tables.stocks[tables.stocks["kind"] == "account"]
        self.pools = np.where(accounts["account"] == APPRENTICESHIP, 1, 0)
        self.accounts = pd.Index(accounts["stock"])
        self._use()
        self.transitions = _within(tables.transitions, self.stocks, "from_stock", "to_stock")
        self.inflows = _within(tables.inflows, self.stocks, "stock")
        self.rates = drawn.numbers("transitions", self.transitions)
        self.arrive = drawn.numbers("inflows", self.inflows)
        self._effect()
        self._limit()

    def _use(self) -> None:
        """Take the uses of levers, what was begun before the plan first."""
        tables, kinds = self.plan.tables, self.plan.tables.levers.drop_duplicates("lever").set_index("lever")["kind"]
        columns = ["lever", "period", "amount"]
        actions = self.plan.actions[columns]
        actions = actions[~actions["lever"].map(kinds).isin(MONEY_KINDS)]
        used = pd.concat([tables.history[columns], actions], ignore_index=True)
        self.used = used.assign(kind=used["lever"].map(kinds), use=range(len(used))).rename(columns={"period": "used", "amount": "units"})
        self.before = (self.used["used"] <= 0).to_numpy()
        self.starts = np.repeat(self.used["units"].to_numpy(dtype="float64")[:, None], self.count, axis=1)
        self.by_period = {t: np.flatnonzero(self.used["used"] == t) for t in range(1, self.last + 1)}

    def _effect(self) -> None:
        """Say what each use gives to stocks and takes from accounts, and when."""
        tables = self.plan.tables
        rows = tables.effects[tables.effects["lever"].isin(self.used["lever"])]
        rows = rows[rows["stock"].isin(self.stocks) | rows["stock"].isin(self.accounts)].reset_index(drop=True)
        structural = self._elsewhere(rows)
        rows = pd.concat([rows, structural], ignore_index=True)
        self.effects = self.drawn.numbers("effects", rows)
        lags = rows["lag"].fillna(0)
        given = rows[["lever", "stock", "period"]].assign(lag=lags, row=range(len(rows))).rename(columns={"period": "only"})
        given = given.merge(self.used[["lever", "used", "use"]], on="lever")
        given = _speaking(given, "used", ["stock", "lag", "use"])
        given["at"] = (given["used"] + given["lag"]).astype("int64")
        given = given[given["at"].between(1, self.last)]
        self.given = given.assign(
            stock=self.stocks.get_indexer(pd.Index(given["stock"])), account=self.accounts.get_indexer(pd.Index(given["stock"]))
        )

    def _elsewhere(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows of effects that stand in other futures only, with nothing in them."""
        cells = self.drawn.moves.cells
        new = cells[(cells["table"] == "effects") & (cells["value"] == 0)].drop_duplicates("key")
        parted = new["key"].astype("str").str.rsplit("|", n=3, expand=True)
        if parted.empty:
            return rows.iloc[:0]
        frame = pd.DataFrame({"lever": parted[0], "stock": parted[1], "lag": parted[2], "period": parted[3]})
        for name in ("lag", "period"):
            frame[name] = pd.to_numeric(frame[name], errors="coerce").astype("Int64")
        there = frame["lever"].isin(set(rows["lever"])) & (frame["stock"].isin(self.stocks) | frame["stock"].isin(self.accounts))
        known = set(key(rows[KEYS["effects"]]))
        return frame[there & ~new["key"].isin(known).to_numpy()].assign(amount=0.0).reindex(columns=rows.columns)

    def _limit(self) -> None:
        """Take the upper limits in which stocks and levers of the plan stand together."""
        tables = self.plan.tables
        limits = tables.limits[tables.limits["sense"].fillna("<=") == "<="]
        uses = tables.uses[tables.uses["limit"].isin(limits["limit"])]
        other = ~uses["kind"].isin(["stock", "lever"]) | ((uses["kind"] == "stock") & ~uses["item"].isin(self.stocks))
        uses = uses[~uses["limit"].isin(uses.loc[other, "limit"])].rename(columns={"period": "only"})
        uses = uses.assign(lag=uses["lag"].fillna(0).astype("int64"))
        own = uses[(uses["kind"] == "lever") & uses["item"].isin(self.used["lever"])].merge(self.used, left_on="item", right_on="lever")
        own = own.assign(at=own["used"] + own["lag"])
        own = _speaking(own, "at", ["limit", "lag", "use"])
        stock = uses[(uses["kind"] == "stock") & uses["limit"].isin(own["limit"])]
        self.names = pd.Index(sorted(set(stock["limit"])))
        own = own[own["limit"].isin(self.names) & own["at"].between(1, self.last)]
        self.own = {t: own[own["at"] == t] for t in range(1, self.last + 1)}
        self.stock_uses = stock
        amounts = limits[limits["limit"].isin(self.names)]
        self.limits = np.full((len(self.names), self.last + 1), np.inf)
        place = self.names.get_indexer(pd.Index(amounts["limit"]))
        every = amounts["period"].isna().to_numpy()
        self.limits[place[every]] = amounts["amount"].to_numpy(dtype="float64")[every, None]
        named = ~every
        self.limits[place[named], amounts["period"][named].astype(int)] = amounts["amount"].to_numpy(dtype="float64")[named]

    def follow(self) -> dict[str, tuple[Floats, Floats]]:
        """Return each measure of doing nothing and of the plan, shape (periods 0 to T, futures)."""
        opening = self._opening()
        still, stocks = [opening], [opening]
        spent = np.zeros((2, self.count))
        free = self._free()
        for t in range(1, self.last + 1):
            carried, arrived = self._carry(t)
            still.append(carried(still[-1]) + arrived + self._gives(t, before=True))
            ahead = carried(stocks[-1]) + arrived + self._gives(t, earlier=True)
            now = self._gives(t, earlier=False)
            self._to_room(t, [*stocks, ahead + now])
            spent = self._to_money(t, spent, free[:, t])
            stocks.append(ahead + self._gives(t, earlier=False))
        return self._measures(still, stocks)

    def _opening(self) -> Floats:
        """Return what is there now: ranks between the ends of their ranges, each rank held by no more than the one below it."""
        tables, world, rung = self.plan.tables, self.world, self.world.ladder
        opening = tables.stocks.set_index("stock")["opening"].reindex(self.stocks).fillna(0.0).to_numpy(dtype="float64")
        now = np.repeat(opening[:, None], self.count, axis=1)
        if not {"held_low", "held_high"} <= set(world.inputs.held.columns):
            return now
        told = world.inputs.held[["role_level", "skill", "rank", "held_low", "held", "held_high"]]
        rows = rung[["role_level", "skill", "rank", "stock", "below"]].merge(told, on=["role_level", "skill", "rank"]).sort_values("rank")
        place = self.stocks.get_indexer(pd.Index(rows["stock"]))
        below = self.stocks.get_indexer(pd.Index(rows["below"]))
        less, more = ((rows["held"] - rows["held_low"]) / TENTH).clip(lower=0), ((rows["held_high"] - rows["held"]) / TENTH).clip(lower=0)
        deviate = self.drawn.ranks
        moved = np.where(deviate < 0, less.to_numpy()[:, None] * deviate, more.to_numpy()[:, None] * deviate)
        now[place] = np.maximum(0.0, now[place] + moved)
        for rank in sorted(set(rows["rank"])):
            at = (rows["rank"] == rank).to_numpy()
            now[place[at], 1:] = np.minimum(now[place[at], 1:], now[below[at], 1:])
        return now

    def _carry(self, t: int) -> tuple[Callable[[Floats], Floats], Floats]:
        """Return how stocks go on into a period, and what arrives by itself."""
        rows = _rows_of(self.transitions, t, ["from_stock", "to_stock"])
        source, target = (self.stocks.get_indexer(pd.Index(self.transitions[name].iloc[rows])) for name in ("from_stock", "to_stock"))
        numbers, into = self.rates.at(rows, self.count), _adding(target, len(self.stocks))
        come = _rows_of(self.inflows, t, ["stock"])
        arrived = np.zeros((len(self.stocks), self.count))
        arrived[self.stocks.get_indexer(pd.Index(self.inflows["stock"].iloc[come]))] = self.arrive.at(come, self.count)

        def carried(stocks: Floats) -> Floats:
            return np.asarray(into @ (numbers * stocks[source]), dtype=np.float64)

        return carried, arrived

    def _gives(self, t: int, *, before: bool = False, earlier: bool | None = None) -> Floats:
        """Return what uses give to the stocks in a period: those before the plan alone, earlier ones, or those of the period itself."""
        rows = self.given[(self.given["at"] == t) & (self.given["stock"] >= 0)]
        if before:
            rows = rows[rows["used"] <= 0]
        elif earlier is not None:
            rows = rows[(rows["used"] < t) == earlier]
        return self._added(rows, rows["stock"], len(self.stocks))

    def _added(self, rows: pd.DataFrame, place: pd.Series, size: int) -> Floats:
        """Add up what rows of `given` give, by place, shape (size, futures)."""
        if rows.empty:
            return np.zeros((size, self.count))
        distinct, which = np.unique(rows["row"].to_numpy(dtype=np.intp), return_inverse=True)
        amounts = self.effects.at(distinct, self.count)[which] * self.starts[rows["use"].to_numpy(dtype=np.intp)]
        return np.asarray(_adding(place.to_numpy(), size) @ amounts, dtype=np.float64)

    def _to_room(self, t: int, stocks: list[Floats]) -> None:
        """Cut the starts of a period to what the limits leave in each future; what they leave in the plan's own future they always leave."""
        own = self.own[t]
        if own.empty:
            return
        used = np.zeros((len(self.names), self.count))
        rows = self.stock_uses[(self.stock_uses["only"].isna()) | (self.stock_uses["only"] == t)]
        rows = rows.sort_values("only", na_position="last", kind="stable").drop_duplicates(["limit", "item", "lag"])
        for lag in sorted({int(lag) for lag in rows["lag"]}):
            part, there = rows[rows["lag"] == lag], stocks[max(0, t - lag)]
            used += self._into(part["limit"], part["amount"]) @ there[self.stocks.get_indexer(pd.Index(part["item"]))]
        uses = own["use"].to_numpy(dtype=np.intp)
        used += self._into(own["limit"], own["amount"]) @ self.starts[uses]
        over = used - np.maximum(self.limits[:, [t]], used[:, [0]])
        over[over < SMALL] = 0.0
        now = own[(own["used"] == t) & (own["amount"] > 0)]
        if now.empty or not over.any():
            return
        mine = now["use"].to_numpy(dtype=np.intp)
        whole = self._into(now["limit"], now["amount"]) @ self.starts[mine]
        left = np.clip(1 - np.divide(over, whole, out=np.zeros_like(over), where=whole > 0), 0.0, 1.0)
        self._cut(mine, left[self.names.get_indexer(pd.Index(now["limit"]))])

    def _to_money(self, t: int, spent: Floats, free: Floats) -> Floats:
        """Cut the starts of a period to the money, apprenticeships to theirs, and return what is spent by then, shape (pools, futures)."""
        rows = self.given[(self.given["at"] == t) & (self.given["account"] >= 0)]
        committed, now = (self._pounds(part) for part in (rows[rows["used"] < t], rows[rows["used"] == t]))
        there = spent[:, [0]] + committed[:, [0]] + now[:, [0]] + free[:, None]
        over = np.maximum(0.0, spent + committed + now - there)
        over[over < SMALL * np.maximum(1.0, there)] = 0.0
        if not over.any():
            return spent + committed + now
        left = np.clip(1 - np.divide(over, now, out=np.zeros_like(over), where=now > 0), 0.0, 1.0)
        mine = rows[rows["used"] == t].drop_duplicates(["use", "account"])
        self._cut(mine["use"].to_numpy(dtype=np.intp), left[self.pools[mine["account"].to_numpy(dtype=np.intp)]])
        return spent + committed + self._pounds(rows[rows["used"] == t])

    def _pounds(self, rows: pd.DataFrame) -> Floats:
        by_account = -self._added(rows, rows["account"], len(self.accounts))
        return np.array([by_account[self.pools == pool].sum(axis=0) for pool in (0, 1)])

    def _cut(self, uses: Ints, left: Floats) -> None:
        """Leave of uses the smallest share that anything leaves."""
        share = np.ones_like(self.starts)
        np.minimum.at(share, uses, left)
        share[:, 0] = 1.0
        self.starts *= share

    def _into(self, limits: pd.Series, amounts: pd.Series) -> sparse.csr_array:
        place = self.names.get_indexer(pd.Index(limits))
        return sparse.csr_array((amounts.to_numpy(dtype="float64"), (place, np.arange(len(limits)))), shape=(len(self.names), len(limits)))

    def _free(self) -> Floats:
        """Return the money that the plan leaves in its streams and never needs later, by pool and period."""
        tables = self.plan.tables
        funds = tables.effects.merge(tables.levers.loc[tables.levers["kind"] == "fund", ["lever"]], on="lever")
        paid = funds[funds["stock"].isin(self.accounts)].merge(
            funds[~funds["stock"].isin(self.accounts)], on="lever", suffixes=("", "_from")
        )
        pool = pd.Series(self.pools[self.accounts.get_indexer(pd.Index(paid["stock"]))]).groupby(paid["stock_from"].to_numpy()).min()
        held = self.plan.stocks[self.plan.stocks["stock"].isin(pool.index)]
        free = np.zeros((2, self.last + 1))
        for name, rows in held.groupby("stock"):
            amounts = np.zeros(self.last + 1)
            amounts[rows["period"].to_numpy(dtype=np.intp)] = rows["amount"].to_numpy()
            free[pool[name]] += np.minimum.accumulate(amounts[::-1])[::-1]
        return np.maximum(free, 0.0)

    def _measures(self, still: list[Floats], stocks: list[Floats]) -> dict[str, tuple[Floats, Floats]]:
        world, covered = self.world, self.plan.coverage
        rung = world.ladder
        place = self.stocks.get_indexer(pd.Index(rung["stock"]))
        staff = self.stocks.get_indexer(pd.Index(world.groups["staff"]))
        top = (rung["rank"] == rung["required_rank"]).to_numpy()
        demand = self.drawn.demand.reindex(rung["role_family"]).to_numpy()
        rows = covered[covered["stock"].isin(rung["stock"])]
        wide = rows.pivot_table(index="stock", columns="period", values=["required", "cover"], aggfunc="sum").reindex(rung["stock"])
        told: dict[str, list[list[Floats]]] = {name: [[], []] for name in ("ranks_short", "coverage", "staff_fte")}
        for t in range(self.last + 1):
            if t:
                required = wide["required"][t].fillna(0.0).to_numpy()[:, None] * demand ** (t / self.last)
                cover = wide["cover"][t].fillna(0.0).to_numpy()[:, None]
            else:
                required, cover = np.repeat(rung["posts"].to_numpy(dtype="float64")[:, None], self.count, axis=1), np.zeros((len(rung), 1))
            needed = required[top].sum(axis=0)
            for way, there in enumerate((still[t], stocks[t])):
                held = there[place] + (cover if way else 0.0)
                met = np.minimum(held[top], required[top]).sum(axis=0)
                told["ranks_short"][way].append(np.maximum(0.0, required - held).sum(axis=0))
                told["coverage"][way].append(np.where(needed > 0, met / np.where(needed > 0, needed, 1.0), 1.0))
                told["staff_fte"][way].append(there[staff].sum(axis=0))
        return {name: (np.array(ways[0]), np.array(ways[1])) for name, ways in told.items()}

    def clipped(self) -> pd.DataFrame:
        """Return by kind of action what was planned, and what is done in the mean of the futures."""
        now = ~self.before
        rows = self.used.loc[now, ["kind", "units"]].assign(
            done=self.starts[now, 1:].mean(axis=1), row=np.flatnonzero(now), planned=self.used.loc[now, "units"]
        )
        found = []
        for kind, part in rows.groupby("kind"):
            less = self.starts[part["row"].to_numpy(), 1:].sum(axis=0) < part["planned"].sum() * (1 - SMALL)
            found.append((str(kind), float(part["planned"].sum()), float(part["done"].sum()), float(less.mean())))
        return pd.DataFrame(found, columns=["kind", "planned", "done", "futures"])


def _adding(place: Ints, size: int) -> sparse.csr_array:
    """Return the matrix that adds up rows by their place."""
    return sparse.csr_array((np.ones(len(place)), (place, np.arange(len(place)))), shape=(size, len(place)))


def _within(frame: pd.DataFrame, stocks: pd.Index, *columns: str) -> pd.DataFrame:
    inside = np.logical_and.reduce([frame[column].isin(stocks) for column in columns])
    return frame[inside].reset_index(drop=True)


def _rows_of(frame: pd.DataFrame, t: int, keys: list[str]) -> Ints:
    """Return the rows that speak in a period, by position: one that names it in the place of the one for every period."""
    period = frame["period"].to_numpy(dtype="float64", na_value=np.nan)
    rows = np.flatnonzero(np.isnan(period) | (period == t))
    if len(rows) == 0:
        return rows
    order = rows[np.argsort(np.isnan(period[rows]), kind="stable")]
    return order[(~frame[keys].iloc[order].duplicated()).to_numpy()]


def _speaking(rows: pd.DataFrame, period: str, keys: list[str]) -> pd.DataFrame:
    """Keep of each key the row that names the period, else the one for every period; `only` is the period that a row names."""
    rows = rows[rows["only"].isna() | (rows["only"] == rows[period])]
    return rows.sort_values("only", na_position="last", kind="stable").drop_duplicates(keys)


def _own_spread(world: World) -> float:
    """Return the standard deviation of the logarithm of the organisation's own part of its leaver rate."""
    spreads = [factor.spread_of(world.code) for factor in world.inputs.rates.factors if factor.acts_on == "leaving"]
    return float(np.sqrt(sum(spread**2 for spread in spreads)))


def _leaving(world: World, times: float) -> World:
    """Return the world with all of the organisation's leaver rates so many times what they are."""
    rates = world.inputs.rates
    inputs = replace(world.inputs, rates=replace(rates, leaving=rates.leaving.assign(rate=rates.leaving["rate"] * times)))
    return world.with_nothing(nothing_done(inputs, world.groups["role_level"], world.scenario, world.assumptions))


def _frame(told: dict[str, tuple[Floats, Floats]]) -> pd.DataFrame:
    rows = []
    for measure, ways in told.items():
        for way, amounts in zip(("nothing", "plan"), ways, strict=True):
            low, median, high = np.percentile(amounts[:, 1:], PERCENTS, axis=1)
            rows.append(
                pd.DataFrame({"period": range(len(amounts)), "measure": measure, "way": way, "low": low, "median": median, "high": high})
            )
    return pd.concat(rows, ignore_index=True)[list(COLUMNS)]


def _note(drawn: _Drawn, clipped: pd.DataFrame, futures: int, seed: int) -> str:
    """Say what was drawn, and what could not be done."""
    count = len(drawn.deviates)
    what = f"the {count} uncertain numbers that move most" if drawn.moves.chosen else f"all {count} uncertain numbers that move the plan"
    opening = "the ranks held now within their ranges"
    growth = ", demand within its range" if (drawn.demand.to_numpy() != 1.0).any() else ""
    text = (
        f"{futures} futures (seed {seed}), each drawn once for the whole horizon: {what} between their low and high ends "
        f"and beyond, {opening}{growth}. Who happens to leave is not drawn. The starts of the plan stand, "
        "cut to the room and the money of each future."
    )
    less = clipped[clipped["futures"] > 0]
    if less.empty:
        return f"{text} None had to be cut."
    parts = [
        f"{kind}: {done:,.1f} of {planned:,.1f} FTE, cut in {share:.0%} of the futures"
        for kind, planned, done, share in less.itertuples(index=False)
    ]
    return f"{text} On average there remain of {'; '.join(parts)}."
