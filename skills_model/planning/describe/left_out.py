"""What a plan leaves out, and how far its price is from coming in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from skills_model.planning.describe import words
from skills_model.planning.describe.reading import Reading
from skills_model.planning.world import ESTABLISHMENT_PAY, World

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Names = npt.NDArray[np.object_]

COLUMNS = [
    "in_short",
    "kind",
    "action",
    "role_level",
    "to_role_level",
    "skill",
    "rank",
    "route",
    "unit_cost",
    "enters_at",
    "off",
    "why",
    "sentence",
]
SUCH = 2
"""Levers that are named where all of a kind are told together."""
LEAST_OFF = 0.005  # of a price
ZERO = 1e-9  # weighted units; a smaller reduced cost keeps nothing out
LATE = ("moves", "goal:money")
"""Stages that keep nothing out: they choose among plans that are equally good to the planner."""
GIVES = 1  # the part of what a lever gives; 0 is what its price adds, then what it takes from pay, then from each kind of limit
TIGHT = 1e-6  # FTE or hours; with less to spare a limit is met
NOTHING_SHORT, UNFUNDED = "nothing short", "unfunded"
NO_PAY = "no stream that may pay for posts has money after the horizon"
REASONS = {
    UNFUNDED: "no funding stream may pay for it",
    NOTHING_SHORT: "it adds nothing that is short",
    "room": "nobody there is left whom it would bring further",
    "seats": "its places are better used",
    "release": "the time it takes is better used",
    "places": "everybody there has as many places in a year as one person may",
    "posts": "there is no funded post for it",
    "after-posts": "there is no funded post for it after the horizon",
    "after-pay": "pay after the horizon leaves no money for it",
    "market": "those whom the market gives are better hired elsewhere",
    "contract-ceiling": "the ceiling of contractors leaves no room for it",
    "contract-exit": "cover of these posts has to come to its end",
    "in-place": "nobody is there to take the place",
    "new-post": "no more new posts can be approved",
    "starts": "the route takes no more",
    "moves": "nobody more would accept it",
    "kept": "the premium keeps nobody more",
    "offer": "partners offer no more",
    "pay": "pay of funded posts leaves no money for it",
}


def left_out(reading: Reading) -> pd.DataFrame:
    """Return the levers that the plan uses in no period, joined over role levels for skills, the nearest to coming in first.

    unit_cost  the price of one: of those who learn of one person, as fees are, of anything else of one FTE
    enters_at  the price of one below which it would be used; blank where price alone does not bring it in
    off        the part of its price that is too much, 0 to 1; 0 where it would do as well as what is used
    why        what keeps it out at any price; blank where price does
    in_short   in the first row of an action: what is so of all of them, those that price keeps out apart from the others
    A lever's price is compared at the prices that the plan itself puts on money, people, posts and seats, in the period where it comes nearest.
    """
    idle = _idle(reading)
    rows = _nearest(_entering(reading, idle)) if len(idle) else pd.DataFrame(columns=[*COLUMNS, "lever", "people", "reason"])
    world, people = reading.world, rows["people"].astype(float)
    table = pd.DataFrame(
        {
            "in_short": "",
            "kind": rows["kind"],
            "action": rows["lever"].map(reading.action_names),
            "role_level": words.named(world, "role_level", rows["role_level"]),
            "to_role_level": words.named(world, "role_level", rows["to_role_level"]),
            "skill": words.named(world, "skill", rows["skill"]),
            "rank": pd.to_numeric(rows["rank"]).astype("Int64"),
            "route": words.route(world, rows["route"]),
            "unit_cost": rows["unit_cost"].astype(float) / people,
            "enters_at": rows["enters_at"].astype(float) / people,
            "off": rows["off"].astype(float),
            "why": rows["reason"].map(REASONS).mask((rows["reason"] == UNFUNDED) & (rows["kind"] == "post"), NO_PAY),
        }
    ).reset_index(drop=True)
    table["why"] = table["why"].where(_far(table), "").fillna("").astype("str")
    table["sentence"] = pd.Series([_sentence(row, world) for row in _records(table)], dtype="str")
    told = table["sentence"].groupby([table["action"], _far(table)], sort=False).head(1).index
    table["in_short"] = pd.Series({place: _together(table, place, world) for place in told}, dtype="str").reindex(
        table.index, fill_value=""
    )
    switched = [_without(kind) for kind in world.scenario.levers.without]
    return pd.concat([table, pd.DataFrame(switched, columns=COLUMNS).astype(table.dtypes)], ignore_index=True) if switched else table


def _idle(reading: Reading) -> pd.DataFrame:
    """Return the levers that a planner sees, may be used and are not."""
    levers = reading.plan.tables.levers
    idle = levers[levers["kind"].isin(words.KINDS) & ~levers["lever"].isin(reading.plan.actions["lever"])]
    return idle[~(idle["maximum"] == 0)].reset_index(drop=True).assign(people=reading.people_of)


def _entering(reading: Reading, idle: pd.DataFrame) -> pd.DataFrame:
    """Return for each unused lever the period in which its price is nearest to coming in, and what keeps it out there."""
    stages = [name for name in reading.plan.tables.problem.stages if name not in LATE]
    sums = _sums(reading, idle["lever"], _prices(reading, stages), stages)
    shape = (len(idle), reading.plan.tables.problem.periods)
    stage = np.full(shape, len(stages) - 1)
    reduces = np.stack([found.reduced for found in sums])
    for place in range(len(stages) - 1, -1, -1):  # the first stage that one unit would change decides
        stage = np.where(np.abs(reduces[place]) > ZERO, place, stage)
    reduced = np.choose(stage, list(reduces))
    drawn = np.choose(stage, [found.drawn for found in sums])
    price = np.broadcast_to(idle["unit_cost"].to_numpy(dtype=float, na_value=0.0)[:, None], shape)
    off = np.where(reduced <= ZERO, 0.0, np.where((drawn > ZERO) & (drawn >= reduced), reduced / np.where(drawn > 0, drawn, 1.0), np.inf))
    full = _full(reading, idle["lever"])
    full[_unfunded(reading, idle["lever"])] = UNFUNDED
    best = _best(off, reduced, _open(reading, idle["lever"]) & (full == ""), full != "")
    rows = np.arange(len(idle))
    near = np.where((full[rows, best] == "") & np.isfinite(off[rows, best]), off[rows, best], np.nan)
    return idle.assign(
        off=near,
        enters_at=price[rows, best] * (1 - near),
        reduced=reduced[rows, best],
        reason=[full[row, at] or sums[stage[row, at]].reason(row, at) for row, at in enumerate(best.tolist())],
    )


def _best(off: Floats, reduced: Floats, may: Flags, full: Flags) -> Ints:
    """Return the period in which each lever is nearest: by price where price alone can bring it in, else by what it would cost, else any."""
    order = np.where(may, np.where(np.isfinite(off), off, 1e6 + reduced), np.where(full, 1e12, np.inf))
    return np.asarray(order.argmin(axis=1))


def _full(reading: Reading, levers: pd.Series) -> Names:
    """Name for each lever and period the kind of a limit that is met with no lever in use that takes from it; blank where there is none.

    There is nobody to train, no post to fill, a ceiling of 0: no price brings a lever in there.
    """
    tables, periods = reading.plan.tables, reading.plan.tables.problem.periods
    rows = reading.plan.limits
    tight = rows[(rows["sense"] == "<=") & (rows["slack"] <= TIGHT)]
    tight = tight[~pd.MultiIndex.from_frame(tight[["limit", "period"]]).isin(reading.by_levers)]
    uses = tables.uses
    uses = uses[(uses["kind"] == "lever") & (uses["amount"] > 0) & uses["item"].isin(levers)].rename(columns={"period": "only"})
    met = uses[["limit", "item", "lag", "only"]].merge(tight[["limit", "period", "kind"]], on="limit")
    met = met.assign(used=met["period"] - met["lag"].fillna(0))
    met = met[(met["only"].isna() | (met["only"] == met["period"])) & met["used"].between(1, periods)]
    full = np.full((len(levers), periods), "", dtype=object)
    full[pd.Index(levers).get_indexer(pd.Index(met["item"])), met["used"].to_numpy(dtype=np.intp) - 1] = met["kind"].to_numpy()
    return full


def _open(reading: Reading, levers: pd.Series) -> Flags:
    """Say in which periods each lever may be used."""
    may = np.ones((len(levers), reading.plan.tables.problem.periods), dtype=bool)
    closed = reading.plan.tables.lever_periods
    closed = closed[(closed["maximum"] == 0) & closed["period"].notna() & closed["lever"].isin(levers)]
    may[pd.Index(levers).get_indexer(pd.Index(closed["lever"])), closed["period"].to_numpy(dtype=np.intp) - 1] = False
    return may


@dataclass(frozen=True)
class _Sums:
    """What one unit of each lever would change in a stage, period by period and part by part: (parts, levers, periods)."""

    names: tuple[str, ...]
    parts: Floats

    @property
    def reduced(self) -> Floats:
        """Return the reduced cost."""
        return np.asarray(self.parts.sum(axis=0))

    @property
    def drawn(self) -> Floats:
        """Return what the price of a lever adds: in the cost stage itself, and drawn from money at its worth."""
        return np.asarray(self.parts[0])

    def reason(self, lever: int, period: int) -> str:
        """Return the kind of limit that weighs most against a lever; blank where none does."""
        weigh = self.parts[GIVES + 1 :, lever, period]
        if weigh.size and weigh.max() > ZERO:
            return self.names[GIVES + 1 + int(weigh.argmax())]
        return NOTHING_SHORT if self.parts[GIVES, lever, period] > -ZERO else ""


@dataclass(frozen=True)
class _Terms:
    """Terms of columns of the programme: `amount` of lever `lever`, part `part`, in the row of `item` `lag` periods after its use.

    Where `period` is given the term counts only there; it is that of the use, or with `at_row` that of the row.
    """

    family: str
    sign: float
    part: Ints
    lever: Ints
    item: pd.Series
    lag: Ints
    amount: Floats
    period: Floats
    at_row: bool
    key: Ints

    def weigh(self, into: Floats, prices: pd.DataFrame) -> None:
        """Add sign x amount x price of each term to its part and lever, in every period in which one unit may be used."""
        own = prices[prices["family"] == self.family]
        names, periods = pd.Index(own["item"].unique()), into.shape[2]
        place = names.get_indexer(pd.Index(self.item))
        there = np.flatnonzero(place >= 0)
        if not there.size:
            return
        cells = np.zeros((len(names), periods + 1))
        cells[names.get_indexer(pd.Index(own["item"])), own["period"].to_numpy(dtype=np.intp)] = own["price"].to_numpy()
        used = np.arange(1, periods + 1)
        at = used + self.lag[there, None]
        of = at if self.at_row else np.broadcast_to(used, at.shape)
        only, key = self.period[there, None], self.key[there, None] * (periods + 1)
        single = ~np.isnan(self.period)
        named = self.key[single] * (periods + 1) + self.period[single].astype(np.intp)
        counts = (at <= periods) & np.where(np.isnan(only), ~np.isin(key + of, named), only == of)
        worth = np.where(counts, cells[place[there, None], np.minimum(at, periods)], 0.0) * (self.sign * self.amount[there, None])
        np.add.at(into, (self.part[there], self.lever[there]), worth)


def _terms(rows: pd.DataFrame, levers: pd.Index, item: str, part: Ints, family: str, sign: float) -> _Terms:
    keys = ["lever", item, "lag"]
    return _Terms(
        family=family,
        sign=sign,
        part=part,
        lever=np.asarray(levers.get_indexer(pd.Index(rows["lever"])), dtype=np.intp),
        item=rows[item],
        lag=rows["lag"].fillna(0).to_numpy(dtype=np.intp),
        amount=rows["amount"].to_numpy(dtype=float),
        period=rows["period"].to_numpy(dtype="float64", na_value=np.nan),
        at_row=family == "limit",
        key=rows.groupby(keys, dropna=False, sort=False).ngroup().to_numpy().astype(np.intp),
    )


def _sums(reading: Reading, levers: pd.Series, prices: list[pd.DataFrame], stages: list[str]) -> list[_Sums]:
    """Weigh every effect, cover and use of some levers at the prices of each stage.

    A balance row holds minus what effects bring, so there the price counts with their sign; in cover and limit rows against it.
    """
    tables, index = reading.plan.tables, pd.Index(levers)
    pay = reading.money.index[reading.money == ESTABLISHMENT_PAY]
    drawn = reading.stock_kinds.index[reading.stock_kinds.isin(["money", "account"])].difference(pay)
    effects = tables.effects[tables.effects["lever"].isin(index)]
    cover = tables.cover[tables.cover["lever"].isin(index)].assign(lag=0)
    uses = tables.uses[(tables.uses["kind"] == "lever") & tables.uses["item"].isin(index)].rename(columns={"item": "lever"})
    kinds = uses["limit"].map(tables.limits.drop_duplicates("limit").set_index("limit")["kind"]).astype("str")
    kind, names = pd.factorize(kinds, sort=True)
    bring = np.select([effects["stock"].isin(drawn), effects["stock"].isin(pay)], [0, GIVES + 1], GIVES)
    terms = [
        _terms(effects, index, "stock", bring, "balance", 1.0),
        _terms(cover, index, "stock", np.full(len(cover), GIVES), "cover", -1.0),
        _terms(uses, index, "limit", kind + GIVES + 2, "limit", -1.0),
    ]
    found = []
    for stage, own in zip(stages, prices, strict=True):
        parts = np.zeros((GIVES + 2 + len(names), len(index), tables.problem.periods))
        if stage == "cost":
            discount = (1.0 + tables.problem.discount) ** -np.arange(1.0, tables.problem.periods + 1.0)
            parts[0] += tables.levers.set_index("lever")["unit_cost"].reindex(index).fillna(0.0).to_numpy()[:, None] * discount
        for term in terms:
            term.weigh(parts, own)
        found.append(_Sums(("drawn", "gives", "pay", *names), parts))
    return found


def _prices(reading: Reading, stages: list[str]) -> list[pd.DataFrame]:
    """Return the prices of each stage, those of accounts as what the cheapest money costs that may fill them.

    Where nothing is drawn on an account its dual is any of many: the solver may let the account keep out what money would not.
    """
    tables, periods = reading.plan.tables, reading.plan.tables.problem.periods
    fund = tables.levers.loc[tables.levers["kind"] == "fund", ["lever", "account"]].reset_index(drop=True)
    account = reading.stock_kinds.index[reading.stock_kinds == "account"]
    every = reading.plan.shadow_prices
    raw = [every[every["stage"] == stage] for stage in stages]
    gives = np.ones((len(fund), periods))
    into = tables.effects[tables.effects["lever"].isin(fund["lever"]) & tables.effects["stock"].isin(account)]
    place, amount = pd.Index(fund["lever"]).get_indexer(pd.Index(into["lever"])), into["amount"].to_numpy(dtype=float)
    single = into["period"].notna().to_numpy()
    gives[place[~single]] = amount[~single, None]
    gives[place[single], into["period"].to_numpy(dtype=float, na_value=1)[single].astype(np.intp) - 1] = amount[single]
    stock_of = dict(zip(into["lever"], into["stock"], strict=True))
    fills = pd.Index(account).get_indexer(pd.Index(fund["lever"].map(stock_of)))
    found = []
    for own, sums in zip(raw, _sums(reading, fund["lever"], raw, stages), strict=True):
        spare = np.full((len(account), periods), np.inf)
        np.minimum.at(spare, fills, np.maximum(sums.reduced, 0.0) / gives)
        of_account = own["item"].isin(account)
        price = np.zeros((len(account), periods))
        there = own[of_account]
        price[account.get_indexer(pd.Index(there["item"])), there["period"].to_numpy(dtype=np.intp) - 1] = there["price"].to_numpy()
        price -= np.where(np.isfinite(spare), spare, 0.0)
        rows, columns = np.nonzero(price)
        true = pd.DataFrame({"family": "balance", "item": account[rows], "period": columns + 1, "price": price[rows, columns]})
        found.append(pd.concat([own[~of_account], true], ignore_index=True))
    return found


def _unfunded(reading: Reading, levers: pd.Series) -> Flags:
    """Tell which levers draw on an account that no funding stream may fill."""
    tables = reading.plan.tables
    funded = set(tables.levers.loc[tables.levers["kind"] == "fund", "account"])
    stocks = tables.stocks[tables.stocks["kind"] == "account"]
    empty = stocks.loc[~stocks["account"].isin(funded), "stock"]
    draws = tables.effects.loc[tables.effects["stock"].isin(empty) & (tables.effects["amount"] < 0), "lever"]
    return np.asarray(levers.isin(draws), dtype=bool)


def _records(rows: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _nearest(rows: pd.DataFrame) -> pd.DataFrame:
    """Join levers that do the same elsewhere: for a skill over role levels, for anything else none; the nearest stands for all."""
    rows = rows.sort_values(["off", "reduced", "lever"], na_position="last", kind="stable")
    group = ["kind", "route", "skill", "rank"]
    of_skill = rows["skill"].notna()
    several = rows[of_skill].groupby(group, dropna=False)["lever"].transform("size")
    skills = rows[of_skill].assign(role_level=rows["role_level"].where(several.reindex(rows.index) == 1))
    joined = pd.concat([skills.drop_duplicates(group), rows[~of_skill]])
    return joined.sort_values(["off", "reduced", "lever"], na_position="last", kind="stable")


def _far(table: pd.DataFrame) -> pd.Series:
    """Tell which levers come in at no price."""
    return ~(table["enters_at"].round() > 0)


def _together(table: pd.DataFrame, place: int, world: World) -> str:
    """Tell of all levers of the action in a row at once that price keeps out, or that other things do."""
    first = table.loc[place]
    far = _far(table)
    own = table[(table["action"] == first["action"]) & (far == far[place])]
    if len(own) == 1:
        return str(first["sentence"])
    rows = _records(own)
    if far[place]:
        counts = own["why"].replace("", "other limits hold them back").value_counts(sort=True)
        why = words.listed([f"{text} ({count:,})" if len(counts) > 1 else str(text) for text, count in counts.items()])
        return f"{first['action']}: {_many(rows)} would come in at no lower price, such as {_such(rows)}: {why}."
    good, dear = [row for row in rows if row["off"] == 0], [row for row in rows if row["off"] != 0]
    said = []
    if good:
        said.append(f"{_such(good)} would do as well as what the plan uses" if len(good) <= SUCH else _as_good(good))
    if dear:
        many = "" if len(dear) == 1 else f"{_many(dear, named=not good)} cost too much; the nearest, "
        said.append(f"{many}{_of(dear[0])}{',' if many else ''} would come in {_price(dear[0], world)}")
    return f"{first['action']}: {'; '.join(said)}."


def _as_good(rows: list[dict[str, object]]) -> str:
    return f"{_many(rows)} would do as well as what the plan uses, such as {_such(rows)}"


def _many(rows: list[dict[str, object]], *, named: bool = True) -> str:
    """Count levers of one action, with what they are where there is a word for it."""
    noun = words.SEVERAL.get(str(rows[0]["action"]), "")
    return f"{len(rows):,} {noun}" if named and noun else f"{len(rows):,}"


def _such(rows: list[dict[str, object]]) -> str:
    return words.listed(list(dict.fromkeys(_of(row) for row in rows))[:SUCH])


def _sentence(row: dict[str, object], world: World) -> str:
    """Say how far a lever is from coming in."""
    what = f"{row['action']}: {_of(row)}"
    if not round(np.nan_to_num(float(str(row["enters_at"])))) > 0:
        return f"{what} would not come in at any lower price" + (f": {row['why']}." if row["why"] else ".")
    if float(str(row["off"])) == 0:
        return f"{what} would do as well as what the plan uses."
    return f"{what} would come in {_price(row, world)}."


def _price(row: dict[str, object], world: World) -> str:
    """Say below which price a lever comes in, and what one costs."""
    price, enters, off = (float(str(row[name])) for name in ("unit_cost", "enters_at", "off"))
    kind = str(row["kind"])
    all_of_them = ", since everybody in the role level gets the premium" if kind == "retain" else ""
    much = "less than 1%" if off < LEAST_OFF else f"{off:.0%}"
    return (
        f"below {words.pounds(enters)} {words.price_of(kind, world.scenario)}; it costs {words.pounds(price)}{all_of_them}, {much} too much"
    )


def _of(row: dict[str, object]) -> str:
    """Name what a lever is for, and by which way."""
    names = ("skill", "role_level", "rank", "to_role_level", "route")
    skill, level, rank, to, route = (None if pd.isna(row[name]) else row[name] for name in names)  # type: ignore[call-overload]
    parts = [] if skill is None else [f"{skill} to rank {rank}" if rank is not None else str(skill)]
    if level is not None:
        parts.append(f"{level} to {to}" if to is not None else str(level))
    what = " for ".join(parts)
    if route is None or (skill is not None and str(route).startswith(str(skill))):  # courses that bear the name of their skill
        return what
    return f"{what} ({route})" if what else str(route)


def _without(kind: str) -> dict[str, object]:
    """Say that the planner left a kind of lever out."""
    name = words.KINDS[kind]
    blank = (
        dict.fromkeys(("role_level", "to_role_level", "skill", "route"), None)
        | {"rank": pd.NA}
        | dict.fromkeys(("unit_cost", "enters_at", "off"), float("nan"))
    )
    sentence = f"{name}: left out by the planner."
    return {"in_short": sentence, "kind": kind, "action": name, **blank, "why": "", "sentence": sentence}
