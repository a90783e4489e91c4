"""Cover vacant posts and missing skills for a time, and end the cover of today as staff take its place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.planning import prices
from skills_model.planning.levers.posts import funded_posts, new_post_of
from skills_model.planning.levers.rows import Tables, brought, charge, joined, levers, limited, use
from skills_model.planning.stocks import cover_pay
from skills_model.planning.world import ESTABLISHMENT_PAY, WEEKS_A_YEAR, World

CONTRACTOR, BANK, AGENCY, STATEMENT_OF_WORK = ROUTES = ("contractor", "bank", "agency", "statement-of-work")
"""Off-payroll worker, own bank, agency worker, and work bought by its result."""
IN_POST = (CONTRACTOR, BANK, AGENCY)
"""Routes whose workers sit in a vacant post; a statement of work brings skills and leaves the post empty."""
MONTHS_A_YEAR = 12
DAYS_A_WEEK = 7
SHORTEST = 0.02  # of a period; a route of no months is as good as closed
SMALLEST = 1e-9  # FTE; what is below is rounding


def contract(world: World, route: str) -> Tables:
    """Cover vacant posts by contractors, a bank or an agency, and missing skills by a statement of work, in the period they are paid for.

    Days given to handing over knowledge are paid and cover nothing. Who begins within a period, once case and checks are done, is there
    for the rest of it: one FTE on average over that period takes up more than one post.
    """
    assume = world.assumptions
    group = world.groups.assign(lever=contract_of(world, route), route=route, price=_price(world, route))
    work = 1 - assume.value("contract_transfer_share", route)
    posts = pd.DataFrame({"lever": group["lever"], "stock": group["staff"], "lag": 0, "amount": work})
    skills = brought(world, posts, "bank_skill_share" if route == BANK else "contract_skill_share")
    in_post = route in IN_POST
    there = _there(world, assume.value("contract_approval_weeks", route))
    seats = _seated(group, pd.DataFrame([there] * len(group), index=group.index))
    return {
        "levers": levers(group, "contract"),
        "effects": charge(world, group["lever"], "contract", group["price"]),
        "cover": (joined(posts, skills) if in_post else skills).drop(columns="lag"),
        "uses": seats if in_post else seats.iloc[:0],
    }


def contract_ceiling(world: World) -> Tables:
    """Cover at most a share of the organisation's posts by each route, a share that falls every year."""
    assume, posts = world.assumptions, world.groups["posts"].sum()
    rows, uses = [], []
    for route in ROUTES:
        first, left = posts * assume.value("contract_ceiling_share", route), 1 - assume.value("contract_ceiling_fall", route)
        name = f"contract-ceiling:{world.code}" + ("" if route == CONTRACTOR else f":{route}")
        there = _there(world, assume.value("contract_approval_weeks", route))
        amounts = [first * left ** ((t - 1) // world.scenario.periods_per_year) * there[t] for t in world.periods]
        rows.append(pd.DataFrame({"limit": name, "period": list(world.periods), "amount": amounts, "route": route}))
        uses.append(use(name, "lever", contract_of(world, route), 1.0))
    return limited(joined(*rows).assign(kind="contract-ceiling"), uses)


def contract_exit(world: World) -> Tables:
    """Let temporary cover of a post end: within any window each post is covered for at most so many months, routes taken together.

    sum over the window and routes of use / longest use <= the most posts that doing nothing leaves vacant, and new posts.
    """
    group, assume = world.groups, world.assumptions
    periods = list(world.periods)
    vacant = (funded_posts(world)[periods] - world.nothing.staff[periods]).sub(group["cover_fte"], axis=0).max(axis=1).clip(lower=0)
    name = "contract-exit:" + group["staff"].str.removeprefix("staff:")
    limit = group[["role_family", "role_level"]].assign(limit=name, kind="contract-exit", amount=vacant)
    period = world.scenario.periods_per_year / MONTHS_A_YEAR
    window = max(1, round(assume.value("contract_window_months") * period))
    shares = {route: 1 / max(assume.value("contract_months_most", route) * period, SHORTEST) for route in IN_POST}
    uses = [use(name, "lever", contract_of(world, route), share, lag) for route, share in shares.items() for lag in range(window)]
    uses.append(use(name, "stock", new_post_of(world), -1.0))
    return limited(limit.assign(period=pd.array([None] * len(limit), dtype="Int64")), uses)


def contract_of(world: World, route: str) -> pd.Series:
    """Return the levers that cover by a route, by group."""
    return world.groups["contract"] + ("" if route == CONTRACTOR else f":{route}")


def share(world: World) -> Tables:
    """Have staff of a partner work part of their post here, as far and as long as the partner offers it.

    It is cover in the period: in a vacant post, with the skills that such staff usually bring, or the one that is offered. The part is paid
    as the post is, or as the offer says; travel comes on top.
    """
    offers = _offered(world)
    there = _open(world, offers)
    amounts = [offers[["offer", "route"]].assign(period=t, amount=offers["fte"] * there[t]) for t in world.periods]
    limit = joined(*amounts).drop_duplicates(["offer", "period"]).rename(columns={"offer": "limit"}).assign(kind="offer")
    uses = [use(offers["offer"], "lever", offers["lever"], 1.0), _seated(offers, there)]
    return {
        "levers": levers(offers, "share"),
        "effects": charge(world, offers["lever"], "support", offers["price"]),
        "cover": _shared_cover(world, offers),
        **limited(limit, uses),
    }


def end_cover(world: World) -> Tables:
    """End the bank and agency cover of a post as a recruit takes its place, which frees the post and pays for the recruit."""
    group = world.groups.assign(lever=world.groups["end-cover"], price=0.0, saved=cover_pay(world))
    group = group[group["cover_fte"] > 0]
    ends = pd.DataFrame({"lever": group["lever"], "stock": group["cover"], "lag": 0, "amount": -1.0})
    saves = ends.assign(stock=world.money(ESTABLISHMENT_PAY), amount=group["saved"])
    return {"levers": levers(group, "end-cover"), "effects": joined(ends, saves)}


def beyond_spare(offers: pd.DataFrame, partners: pd.DataFrame, assumptions: Assumptions) -> list[str]:
    """Say of each partner whose offers of shared posts are more than the staff it has above its own need how many FTE that are.

    `offers` are rows of the stored table support_offer, `partners` what is known of those who offer: organisation, role_level, staff_fte and
    posts (FTE that its own work needs). A partner of whom nothing is known is taken at its word.
    """
    need = assumptions.value("share_own_need")
    spare = (partners["staff_fte"] - need * partners["posts"]).clip(lower=0)
    by_level = partners.assign(spare=spare).groupby(["organisation", "role_level"])["spare"].sum()
    shared = offers[(offers["kind"] == "share") & offers["from_organisation"].isin(partners["organisation"])]
    said = []
    for (partner, level), rows in shared.groupby(["from_organisation", "role_level"]):
        there = by_level[by_level.index.get_level_values(0) == partner]
        has = float(there.sum() if level == "" else there.get((partner, level), 0.0))
        if (at_once := _at_once(rows)) > has + SMALLEST:
            said.append(f"{at_once:g} FTE of {level or 'all role levels'} from {partner}, which has {has:.2g} to spare")
    return said


def _at_once(offers: pd.DataFrame) -> float:
    """Return the most FTE of some offers that are open on the same day: it begins on the first day of one of them."""
    ends = offers["end_date"].astype("datetime64[ns]").fillna(pd.Timestamp.max.normalize())
    starts = offers["start_date"].astype("datetime64[ns]")
    return max(float(offers.loc[(starts <= day) & (ends >= day), "fte"].sum()) for day in starts)


def _price(world: World, route: str) -> pd.Series:
    """Return what one FTE by a route costs a period, by group: work, overhead, employer insurance inside the off-payroll rules, lost VAT."""
    group, assume, per_year = world.groups, world.assumptions, world.scenario.periods_per_year
    over = 1 + assume.value("contract_overhead", route)
    if route in {CONTRACTOR, STATEMENT_OF_WORK}:
        invoiced = group["band"].map(lambda band: assume.value("contract_day_rate", band)) * assume.value("contract_days")
        yearly = invoiced * over + assume.value("contract_inside_share", route) * prices.employer_insurance(invoiced, assume)
    else:
        yearly = group["pay"] * per_year * over
    if route == AGENCY:
        inputs = world.inputs
        salary = prices.annual_salary(group["band"], inputs.organisation["region_code"], world.scenario, assume, inputs.options.pay_points)
        yearly = yearly.clip(upper=salary * (1 + assume.value("agency_price_cap")))
    return yearly * (1 + assume.value("vat_rate") * assume.value("contract_vat_lost", route)) / per_year


def _there(world: World, weeks: float) -> dict[int, float]:
    """Return the share of each period that is left once something has taken some weeks from the start of the plan."""
    length = WEEKS_A_YEAR / world.scenario.periods_per_year
    return {t: _from_a_week((t * length - weeks) / length, 1 / length) for t in world.periods}


def _from_a_week(share: float, week: float) -> float:
    """Return a share of a period, at most all of it; less than a week is nothing, since nobody comes for days."""
    return min(share, 1.0) if share >= week else 0.0


def _seated(lever: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """Write the posts that cover takes up (index as `there`): more than its average in a period of which only a share is left."""
    rows = use(lever["posts-limit"], "lever", lever["lever"], 1.0)
    begins = [rows.assign(amount=1 / there[t].where(there[t] > 0, 1.0), period=t)[(there[t] > 0) & (there[t] < 1)] for t in there.columns]
    return joined(rows.assign(period=None), *begins).astype({"period": "Int64"})


def _offered(world: World) -> pd.DataFrame:
    """Return one row an offer of a shared post and group that it may serve: the offer, the group, and the lever with its price.

    `offer` is the id of the limit that all levers of an offer share.
    """
    offers = world.inputs.options.offers
    offers = offers[offers["kind"] == "share"].rename(columns={"role_level": "offered_level", "skill": "offered_skill"})
    offers = offers[["from_organisation", "offered_level", "offered_skill", "fte", "start_date", "end_date", "cost", "travel"]]
    rows = offers.merge(world.groups, how="cross")
    needed = set(zip(world.ladder["role_level"], world.ladder["skill"], strict=True))
    serves = [
        level in {"", own} and (skill == "" or (own, skill) in needed)
        for level, own, skill in zip(rows["offered_level"], rows["role_level"], rows["offered_skill"], strict=True)
    ]
    rows = rows[pd.Series(serves, index=rows.index, dtype=bool)].reset_index(drop=True)
    rows["start_date"], rows["end_date"] = pd.to_datetime(rows["start_date"]), pd.to_datetime(rows["end_date"])
    day, skill = (
        rows["start_date"].dt.strftime("%Y-%m-%d"),
        rows["offered_skill"].where(rows["offered_skill"] == "", ":" + rows["offered_skill"]),
    )
    level = rows["offered_level"].where(rows["offered_level"] == "", ":" + rows["offered_level"])
    rows["offer"] = f"offer:{world.code}:" + rows["from_organisation"] + level + skill + ":" + day
    rows["lever"] = f"share:{world.code}:" + rows["role_level"] + ":" + rows["from_organisation"] + skill
    again = rows.duplicated("lever")
    rows["lever"] = rows["lever"].where(~again, rows["lever"] + ":" + day + level)
    per_year = world.scenario.periods_per_year
    work = rows["cost"].astype(float).fillna(rows["pay"] * per_year)
    rows["price"] = (work + rows["travel"].astype(float).fillna(world.assumptions.value("share_travel"))) / per_year
    return rows.assign(route=rows["from_organisation"])


def _open(world: World, offers: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each period in which an offer stands: index as the offers, one column a period.

    It stands from its first day, but not before both organisations can have agreed, to its last. Less than a week is nothing.
    """
    scenario, origin = world.scenario, pd.Timestamp(world.scenario.start)
    agreed = round(world.assumptions.value("share_weeks") * DAYS_A_WEEK)
    day = {t: (scenario.day_of(t) - scenario.start).days for t in (*world.periods, scenario.periods + 1)}
    first = (offers["start_date"] - origin).dt.days.clip(lower=agreed)
    last = (offers["end_date"] - origin).dt.days.fillna(day[scenario.periods + 1])
    shares = {}
    for t in world.periods:
        days = (last + 1).clip(upper=day[t + 1]) - first.clip(lower=day[t])
        shares[t] = (days / (day[t + 1] - day[t])).where(days >= DAYS_A_WEEK, 0.0)
    return pd.DataFrame(shares, index=offers.index)


def _shared_cover(world: World, offers: pd.DataFrame) -> pd.DataFrame:
    """Write the posts and skills that partners' staff cover: every skill of the group, or the one that is offered."""
    posts = pd.DataFrame({"lever": offers["lever"], "stock": offers["staff"], "lag": 0, "amount": 1.0})
    skills = brought(world, posts, "share_skill_share")
    offered = skills["lever"].map(offers.set_index("lever")["offered_skill"])
    held = skills["stock"].map(world.ladder.set_index("stock")["skill"])
    return joined(posts, skills[(offered == "") | (offered == held)]).drop(columns="lag")


PARTS: dict[str, Callable[[World], Tables]] = {
    # One part a route, since most numbers are of one route only.
    **{f"contract:{route}": partial(contract, route=route) for route in ROUTES},
    "contract-ceiling": contract_ceiling,
    "contract-exit": contract_exit,
    "share": share,
    "end-cover": end_cover,
}
