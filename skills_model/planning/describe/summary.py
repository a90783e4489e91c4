"""The totals of a plan, and what a reader of them would otherwise take for granted."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.planning import funding, levy, life
from skills_model.planning.describe import words
from skills_model.planning.describe.cost import PAY
from skills_model.planning.describe.reading import Reading
from skills_model.planning.objective import CRITICAL, TARGET, critical_skills
from skills_model.planning.world import DEVELOPMENT, ESTABLISHMENT_PAY, World

UNCONFIRMED = "Vacancy funding is not confirmed"
LEAST_FTE = 0.05  # FTE; less is told as nothing
EACH = 1_000.0
"""Pounds for which the worth of the last pound is told."""


def summary(
    reading: Reading,
    actions: pd.DataFrame,
    path: pd.DataFrame,
    cost: pd.DataFrame,
    streams: pd.DataFrame,
    levies: pd.DataFrame,
    notes: list[str],
) -> dict[str, object]:
    """Return the totals: whose plan, for what, what it closes and costs, how its money was counted, notes, audit, size.

    `budget` is the money of streams from which some action of the plan may be paid, `budget_total` that of all streams.
    """
    plan, world = reading.plan, reading.world
    organisation, scenario, first, last = world.inputs.organisation, world.scenario, path.iloc[0], path.iloc[-1]
    ends = {"now": ("plan", first), "do_nothing": ("do_nothing", last), "plan": ("plan", last)}
    measures = ("ranks_short", "coverage", "staff_fte")
    side = {name: {measure: float(row[f"{way}_{measure}"]) for measure in measures} for name, (way, row) in ends.items()}
    own = streams[streams["stream"] != ESTABLISHMENT_PAY]
    return {
        "status": plan.status,
        "organisation": world.code,
        "organisation_name": str(organisation["name"]),
        "demonstration": bool(organisation["demonstration"]),
        "scenario": scenario.id,
        "start": scenario.start.isoformat(),
        "period": scenario.period,
        "periods": scenario.periods,
        "budget": _pounds(own.loc[own["pays_for"] != "", "budget"].sum()),
        "budget_total": _pounds(own["budget"].sum()),
        "objective": _objective(reading, path),
        "stages": plan.stages,
        **side,
        "cost": _cost(actions, cost) | _rates(reading, path, cost),
        "money": _money(world, own) | _cash(world, cost),
        "levy": {"notes": levy.notes(levies, world), "expires_doing_nothing": _pounds(levies["expired_nothing"].sum())},
        "whole_people": _whole_people(reading),
        "last_pound": _last_pound(reading),
        "notes": notes,
        "audit": plan.audit(),
        "size": plan.size,
    }


def _objective(reading: Reading, path: pd.DataFrame) -> dict[str, object]:
    """Say what the plan is for; of a coverage target, whether it is reached and by how many FTE it is missed."""
    world = reading.world
    aim = world.scenario.objective.aim
    if aim == CRITICAL:
        names = world.inputs.labels["skill"]
        return {"aim": aim, "critical": [names.get(skill, skill) for skill in critical_skills(world)]}
    if aim != TARGET:
        return {"aim": aim}
    used = reading.plan.actions
    missed = {
        name: float(used.loc[used["lever"] == f"miss:{name}:{world.code}", "amount"].sum()) for name in ("coverage", "coverage-after")
    }
    return {
        "aim": aim,
        "target": world.scenario.objective.target,
        "coverage": float(path["plan_coverage"].iloc[-1]),
        "reached": sum(missed.values()) < 1e-6,
        "missed_fte": missed["coverage"],
        "missed_after_fte": missed["coverage-after"],
    }


def _cost(actions: pd.DataFrame, cost: pd.DataFrame) -> dict[str, object]:
    """Add up what streams pay; `total` is all but the pay of funded posts."""
    paid = {DEVELOPMENT: 0.0, ESTABLISHMENT_PAY: 0.0} | cost.groupby("stream")["pounds"].sum().to_dict()
    outside = cost[~cost["action"].isin(PAY)]
    by_nature = outside.groupby("nature")["pounds"].sum()
    return {
        "total": _pounds(outside["pounds"].sum()),
        "by_stream": {stream: _pounds(pounds) for stream, pounds in paid.items()},
        "by_year": _by_year(cost),
        "by_nature": {str(nature): _pounds(pounds) for nature, pounds in by_nature.items()},
        **{name: _pounds(actions[name].sum()) for name in ("one_off", "recurrent", "whole_life")},
    }


def _by_year(cost: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Add up what each stream pays in each year, to the penny, so that the years of a stream make its sum to the penny.

    >>> _by_year(pd.DataFrame({"stream": "levy", "year": ["2026/27", "2027/28", "2028/29"], "pounds": [0.334, 0.334, 0.334]}))
    {'levy': {'2026/27': 0.33, '2027/28': 0.34, '2028/29': 0.33}}
    """
    found: dict[str, dict[str, float]] = {}
    for stream, rows in cost.groupby("stream"):
        so_far = rows.groupby("year")["pounds"].sum().cumsum().map(_pounds)
        found[str(stream)] = {str(year): _pounds(pounds) for year, pounds in so_far.diff().fillna(so_far).items()}
    return found


def _rates(reading: Reading, path: pd.DataFrame, cost: pd.DataFrame) -> dict[str, object]:
    """Say what one rank closed costs, and what the organisation spends on technology and on this workforce, each for itself."""
    last = path.iloc[-1]
    pounds = float(cost.loc[~cost["action"].isin(PAY), "pounds"].sum())
    closed = float(last["do_nothing_ranks_short"] - last["plan_ranks_short"])
    return {
        "per_rank_closed": life.cost_per_rank(pounds, closed),
        "technology_spend": life.technology_spend(reading.world),
        "workforce_spend": _pounds(life.workforce_spend(reading.world)),
    }


def _money(world: World, streams: pd.DataFrame) -> dict[str, object]:
    """Say how money was counted: what part of it is only hoped for, whether pay of vacancies is confirmed, prices and discounting."""
    hoped = streams["status"] == "hoped for"
    budget, used = streams["budget"].sum(), streams["used"].sum()
    return {
        "hoped_for_counted": world.scenario.money.hoped_for,
        "hoped_for_share_of_budget": float(streams.loc[hoped, "budget"].sum() / budget) if budget else 0.0,
        "hoped_for_share_of_cost": float(streams.loc[hoped, "used"].sum() / used) if used else 0.0,
        "vacancy_confirmed": funding.vacancy_confirmed(world),
        "prices": world.scenario.money.prices,
        "pay_year": world.scenario.pay_year,
        "pay_basis": world.scenario.pay_basis,
        "discount_rate": world.assumptions.value("discount_rate"),
    }


def _cash(world: World, cost: pd.DataFrame) -> dict[str, object]:
    """Say what streams pay in the cash of each year, where the scenario counts in cash; the pay of funded posts left out."""
    if world.scenario.money.prices != "cash":
        return {}
    rows = cost[~cost["action"].isin(PAY)]
    by_year = funding.in_cash(world, rows).groupby(rows["year"]).sum()
    return {"cash_by_year": {str(year): _pounds(pounds) for year, pounds in by_year.items()}}


def _whole_people(reading: Reading) -> dict[str, object]:
    """Say whether starts are whole people, and of how many levers and periods they had to be."""
    tables = reading.plan.tables
    asked = int(tables.levers["whole"].fillna(value=False).sum() + tables.lever_periods["whole"].fillna(value=False).sum())
    stages = [stage for stage in reading.plan.stages if stage.get("gap") is not None]
    return {"asked": reading.world.scenario.levers.whole_people, "starts": asked, "gap": stages[0]["gap"] if stages else None}


def _last_pound(reading: Reading) -> dict[str, object]:
    """Say what the last £1,000 of each stream was worth, at the margin, to the first stage of the plan."""
    stage = str(reading.plan.stages[0]["name"])
    prices = reading.plan.shadow_prices
    rows = reading.worth_of_money(prices[(prices["stage"] == stage) & (prices["family"] == "balance")])
    worth = (-rows["price"] * EACH).groupby(rows["stream"]).max()
    return {"stage": stage, "pounds": EACH, "worth": {str(name): float(value) for name, value in worth.items()}}


def notes_of(reading: Reading, cost: pd.DataFrame, unspent: Sequence[str]) -> list[str]:
    """Say what a reader of the totals would otherwise take for granted; `unspent` says why money lapses."""
    world = reading.world
    notes: list[str] = []
    pay = float(cost.loc[cost["action"].isin(PAY), "pounds"].sum())
    if round(pay):
        more = f"£{abs(pay):,.0f} {'above' if pay > 0 else 'below'} doing nothing, outside the budget"
        notes.append(
            f"Pay of funded posts is {more}."
            if funding.vacancy_confirmed(world)
            else f"{UNCONFIRMED}: the pay of recruits ({more}) is taken from the pay of funded posts."
        )
    notes += [
        note for note in funding.notes(world) if not note.startswith(UNCONFIRMED)
    ]  # that is said with its pounds, where there are any
    notes += unspent
    if world.scenario.objective.aim == TARGET and (missed := _missed(reading)):
        notes.append(missed)
    if (late := _arriving_late(reading)) >= LEAST_FTE:
        notes.append(f"{late:,.1f} FTE are started too late to count by the last period; what they bring after it is weighed, not shown.")
    if (coming := float(world.nothing.arriving.to_numpy().sum())) >= LEAST_FTE:
        notes.append(f"{coming:,.1f} FTE who are known to be on their way arrive in doing nothing and in the plan alike.")
    if unmapped := world.inputs.unmapped_fte:
        notes.append(f"{unmapped:,.1f} FTE of staff are left out, since their job titles are not mapped to a role level.")
    if world.scenario.levers.without:
        notes.append(f"Left out by the planner: {words.listed([words.KINDS[kind] for kind in world.scenario.levers.without])}.")
    return notes


def _missed(reading: Reading) -> str:
    """Say by how much a coverage target is missed, within the money and the other limits; nothing where it is reached."""
    world, used = reading.world, reading.plan.actions
    missed = {
        name: float(used.loc[used["lever"] == f"miss:{name}:{world.code}", "amount"].sum()) for name in ("coverage", "coverage-after")
    }
    told = [
        f"{words.number(fte)} FTE at their required rank {when}"
        for fte, when in ((missed["coverage"], "by the last period"), (missed["coverage-after"], "of those who last beyond it"))
        if fte >= 1e-6
    ]
    target = f"{world.scenario.objective.target:.0%}"
    return f"The coverage target of {target} cannot be reached: {words.listed(told)} are missing, though as few as can be." if told else ""


def _arriving_late(reading: Reading) -> float:
    """Return the starts, in FTE, that reach no staff or skill by the last period."""
    world, plan = reading.world, reading.plan
    people = world.groups["staff"].tolist() + world.ladder["stock"].tolist()
    effects = plan.tables.effects[plan.tables.effects["stock"].isin(people)]
    soonest = effects.groupby("lever")["lag"].min()
    starts = plan.actions[plan.actions["lever"].isin(soonest.index)]
    arrival = starts["period"] + starts["lever"].map(soonest).fillna(0).astype(int)
    return float(starts.loc[arrival > world.scenario.periods, "amount"].sum())


def _pounds(amount: float) -> float:
    """Round to the penny, so that a budget spent whole is not overspent by what a computer cannot write."""
    return round(float(amount), 2)
