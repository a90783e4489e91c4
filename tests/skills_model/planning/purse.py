"""A purse for tests: the money of the tiny organisation alone, and levers that buy a pound's worth of one kind of cost each."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from optimiser.plan import Plan
from optimiser.solver import optimise
from optimiser.tables import PlanningTables, Problem
from skills_model.planning import build_world, money
from skills_model.planning.options import Options
from skills_model.planning.world import ACCOUNTS, World

sys.path.insert(0, str(Path(__file__).parents[1]))
import tiny

COMMITTED, HOPED_FOR = "committed", "hoped for"


def stream(
    name: str, kind: str, pays_for: str | None = None, carry_over: float | None = None, months: float | None = None
) -> dict[str, object]:
    """Return a row of the stored table `funding_stream`."""
    return {
        "funding_stream": name,
        "funding_stream_label": name.capitalize(),
        "kind": kind,
        "pays_for": pays_for,
        "carry_over_share": carry_over,
        "expiry_months": months,
        "source": "finance",
    }


def budget(name: str, year: str, amount: float, status: str = COMMITTED) -> dict[str, object]:
    """Return a row of the stored table `budget`."""
    return {"organisation": tiny.CODE, "funding_stream": name, "year": year, "amount": amount, "status": status}


def world(
    streams: list[dict[str, object]] | None = None,
    budgets: list[dict[str, object]] | None = None,
    pounds: float = 0.0,
    periods: int = 4,
    settings: Mapping[str, object] | None = None,
    **values: float,
) -> World:
    """Return the tiny organisation with money of its own; `pounds` is the development budget over the horizon."""
    none = Options()
    options = dataclasses.replace(
        none,
        streams=pd.DataFrame(streams, columns=none.streams.columns) if streams else none.streams,
        budgets=pd.DataFrame(budgets, columns=none.budgets.columns) if budgets else none.budgets,
    )
    scenario = tiny.scenario(pounds, periods).changed(**(settings or {}))
    return build_world(dataclasses.replace(tiny.inputs(), options=options), scenario, tiny.assumptions(**values))


def tables(here: World, wanted: Mapping[tuple[str, int], float]) -> PlanningTables:
    """Write the money of a world, and pounds that are wanted of a kind of cost in a period; what is not bought is short."""
    parts = [part(here) for part in money.PARTS.values()]
    names = dict.fromkeys(name for part in parts for name in part)
    frames = {name: pd.concat([part[name] for part in parts if name in part], ignore_index=True) for name in names}
    buy = pd.DataFrame({"lever": [f"buy:{name}" for name in ACCOUNTS], "unit_cost": 1.0, "kind": "buy"})
    gives = pd.DataFrame({"lever": buy["lever"], "stock": [f"bought:{name}" for name in ACCOUNTS], "lag": 0, "amount": 1.0})
    draws = gives.assign(stock=[here.account(name) for name in ACCOUNTS], amount=-1.0)
    frames["levers"] = pd.concat([frames["levers"], buy], ignore_index=True)
    frames["stocks"] = pd.concat([frames["stocks"], gives[["stock"]].assign(kind="bought")], ignore_index=True)
    frames["effects"] = pd.concat([frames["effects"], gives, draws], ignore_index=True)
    rows = [(f"bought:{name}", period, pounds) for (name, period), pounds in wanted.items()]
    frames["requirements"] = pd.DataFrame(rows, columns=["stock", "period", "required"])
    stages = ("shortfall", "cost", "moves", money.STAGE)
    return PlanningTables.from_frames(
        Problem(periods=here.scenario.periods, stages=stages, attributes=("kind", "funding_stream", "account")), frames
    )


def spent(here: World, wanted: Mapping[tuple[str, int], float]) -> Plan:
    """Buy what is wanted as far as the money allows, and check the plan."""
    plan = optimise(tables(here, wanted))
    assert max(plan.audit().values()) < 1e-6
    return plan


def paid(plan: Plan, *by: str) -> dict[object, float]:
    """Add up what streams pay, by columns of the actions: funding_stream, account, period."""
    rows = plan.actions[plan.actions["kind"] == "fund"]
    return {key: round(float(pounds), 4) for key, pounds in rows.groupby(list(by) if len(by) > 1 else by[0])["amount"].sum().items()}


def short(plan: Plan) -> float:
    """Return the pounds wanted that nobody could pay."""
    return round(float(plan.coverage["shortfall"].sum()), 4)
