"""Stocks of staff, cover and skills: how they open, what stays, what arrives by itself, what is needed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills_model.planning.weights import shortfall_weight
from skills_model.planning.world import ESTABLISHMENT_PAY, World

FROZEN = "frozen"
ATTRIBUTES = (
    "kind", "organisation", "role_family", "role_level", "skill", "rank", "to_role_level", "route", "funding_stream", "account",
)  # fmt: skip


def stocks(world: World) -> pd.DataFrame:
    """Write every stock; holding staff or cover for a period costs their pay.

    `after` stocks hold nothing until the last period. There they hold what stays of the last but one, and whatever has been started and
    arrives in the last period or later, so that the plan does not stop developing people because the world ends.
    """
    group, rung = world.groups, world.ladder
    rows = [
        _stock(group, "staff", group["staff"], group["staff_fte"], group["pay"]),
        _stock(group, "cover", group["cover"], group["cover_fte"], cover_pay(world)),
        _stock(rung, "skill", rung["stock"], rung["opening"], 0.0),
        _stock(group, "after-staff", group["after"], 0.0, 0.0),
        _stock(rung, "after-skill", rung["after"], 0.0, 0.0),
    ]
    return pd.concat(rows, ignore_index=True)


def transitions(world: World) -> pd.DataFrame:
    """Write what stays: staff as the supply forecast has it, skills with the staff that carry them less decay.

    Decay d takes people from rank r to r - 1: of those at r or above, stay - d remain, and d of those at r + 1 or above do, since they only
    fall to r. Staff and cover draw their pay from the pay stream as they stay (the twin of every row that keeps them).
    """
    group, rung = world.groups, world.ladder
    stay, decay = world.nothing.stay, skill_decay(world)
    kept = world.by_rung(stay) - decay
    pay, last = world.money(ESTABLISHMENT_PAY), [world.scenario.periods]
    higher = rung[rung["rank"] > 1] if decay else rung.iloc[:0]
    after = rung.set_index("stock")["after"]
    return pd.concat(
        [
            _flows(group["staff"], group["staff"], stay),
            _flow(group["cover"], group["cover"], 1.0),
            _flows(rung["stock"], rung["stock"], kept),
            _flow(higher["stock"], higher["below"], decay),
            _flows(group["staff"], group["after"], stay[last]),
            _flows(rung["stock"], rung["after"], kept[last]),
            _flow(higher["stock"], higher["below"].map(after), decay, last[0]),
            _flows(group["staff"], pay, -stay.mul(group["pay"], axis=0)),
            _flow(group["cover"], pay, -cover_pay(world)),
        ],
        ignore_index=True,
    )


def inflows(world: World) -> pd.DataFrame:
    """Write what arrives: staff known to be on their way.

    These bring the skills that recruits usually bring, are paid from the pay stream, and count for what is after the horizon as well.
    """
    group, rung, last = world.groups, world.ladder, [world.scenario.periods]
    staff = world.nothing.arriving
    skills = world.by_rung(staff).mul(skills_brought(world, "recruit_skill_share"), axis=0)
    people = [
        _amounts(group["staff"], staff),
        _amounts(rung["stock"], skills),
        _amounts(group["after"], staff[last]),
        _amounts(rung["after"], skills[last]),
    ]
    return pd.concat(people, ignore_index=True)


def skills_brought(world: World, assumption: str) -> pd.Series:
    """Return the share of those who come to a group that holds a rank, by rung: by how many ranks it is below the required one."""
    shares = world.assumptions.by_key(assumption)
    deepest = max(int(key) for key in shares)
    below = (world.ladder["required_rank"] - world.ladder["rank"]).clip(upper=deepest)
    return below.map(lambda ranks: shares[str(ranks)]).astype(float)


def requirements(world: World) -> pd.DataFrame:
    """Write what the work needs: in every post each required rank of each skill, and somebody in the post.

    A shortfall weighs priority of the skill x criticality of the role level / ranks required, discounted by period. What is missing after
    the last period weighs as it would for some years more: the last weight x (d + d^2 + ...), d = discount of one period x stay.
    """
    posts = world.growth.mul(world.groups["posts"], axis=0)
    return pd.concat(
        [_needed(world, world.ladder, "stock", world.by_rung(posts)), _needed(world, world.groups, "staff", posts)], ignore_index=True
    )


def cover_pay(world: World) -> pd.Series:
    """Return pounds a period for one FTE of bank or agency cover, by group."""
    return world.groups["pay"] * world.assumptions.value("cover_cost_factor")


def pay_funded(world: World, staff: pd.Series, posts: pd.Series) -> float:
    """Return the pay budget of a period: funded `posts` less the saving that budgets already count on.

    Where doing nothing costs more (`staff` that it leaves and that arrive, by group, and the cover of today), that is what is funded.
    """
    group = world.groups
    budgeted = float((group["pay"] * posts).sum()) * (1 - world.assumptions.value("vacancy_factor"))
    return max(budgeted, float((group["pay"] * staff + cover_pay(world) * group["cover_fte"]).sum()))


def funded_at(world: World, period: int) -> pd.Series:
    """Return the funded posts that may be filled at the end of a period, or for good after the horizon (period T + 1), by group.

    A post falls away when its funding ends, one whose funding has any end is not there for good, and a frozen one may not be filled: all
    that is left of these is whoever is in them.
    """
    group = world.groups
    told = world.inputs.options.posts
    ends = pd.to_datetime(told["funding_end_date"])
    last_day = pd.Timestamp(world.scenario.day_of(period + 1)) - pd.Timedelta(days=1)
    gone = (told["approval_status"] == FROZEN) | (ends.notna() if period > world.scenario.periods else ends < last_day)
    lost = told.loc[gone, "budgeted_fte"].astype(float).groupby(told["role_level"]).sum()
    return (group["budgeted_fte"] - group["role_level"].map(lost).astype(float).fillna(0.0)).clip(lower=0)


def posts_needed(world: World, period: int) -> pd.Series:
    """Return the posts that the work needs in a period, by group."""
    return world.groups["posts"] * world.growth[period]


def first_periods(world: World) -> dict[int, str]:
    """Return the first period of each financial year of the horizon."""
    years: dict[str, int] = {}
    for t in world.periods:
        years.setdefault(world.scenario.year_of(t), t)
    return {t: year for year, t in years.items()}


def _stock(source: pd.DataFrame, kind: str, name: pd.Series, opening: pd.Series | float, unit_cost: pd.Series | float) -> pd.DataFrame:
    attributes = [column for column in ATTRIBUTES if column in source.columns]
    return source[attributes].assign(stock=name, opening=opening, unit_cost=unit_cost, kind=kind)


def _flow(source: pd.Series, target: pd.Series | str, rate: pd.Series | float, period: int | None = None) -> pd.DataFrame:
    rows = pd.DataFrame({"from_stock": source, "to_stock": target, "rate": rate})
    return rows.assign(period=pd.array([period] * len(rows), dtype="Int64"))


def _flows(source: pd.Series, target: pd.Series | str, rates: pd.DataFrame) -> pd.DataFrame:
    """Write rates of their own for each period: index as the source, one column a period."""
    return _by_period(pd.DataFrame({"from_stock": source, "to_stock": target}), rates, "rate")


def _amounts(stock: pd.Series, arriving: pd.DataFrame) -> pd.DataFrame:
    """Write what arrives, index as the stocks, one column a period."""
    rows = _by_period(pd.DataFrame({"stock": stock}), arriving, "amount")
    return rows[rows["amount"] != 0]


def _by_period(rows: pd.DataFrame, numbers: pd.DataFrame, name: str) -> pd.DataFrame:
    """Repeat rows for each period, with the number of each."""
    every = pd.concat([rows] * len(numbers.columns), ignore_index=True)
    periods = np.repeat(np.asarray(numbers.columns, dtype="int64"), len(rows))
    return every.assign(**{name: numbers.to_numpy(dtype="float64").T.ravel()}, period=pd.array(periods, dtype="Int64"))


def skill_decay(world: World) -> float:
    """Return the share of those who hold a rank that fall to the one below in a period."""
    return float(1 - (1 - world.assumptions.value("skill_decay")) ** (1 / world.scenario.periods_per_year))


def _needed(world: World, rows: pd.DataFrame, stock: str, needed: pd.DataFrame) -> pd.DataFrame:
    """Write requirements of the FTE `needed`, index as the rows, one column a period."""
    weight, last = shortfall_weight(world, rows), world.scenario.periods
    every = _by_period(pd.DataFrame({"stock": rows[stock], "shortfall_weight": weight}), needed, "required")
    every["shortfall_weight"] *= every["period"].map({t: world.discounting(t) for t in world.periods}).astype(float)
    lasting = world.discounting(1) * rows["stay"]
    later = range(1, round(world.assumptions.value("after_years") * world.scenario.periods_per_year) + 1)
    lasts = sum((lasting**n for n in later), start=lasting * 0)
    beyond = pd.DataFrame({"stock": rows["after"], "shortfall_weight": weight * world.discounting(last) * lasts})
    return pd.concat([every, _by_period(beyond, needed[[last]], "required")], ignore_index=True)
