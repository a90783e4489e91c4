"""Invented problems to measure on: a trust of some 45,000 variables and as many rows, and an integrated care system of five such trusts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimiser.tables import PlanningTables, Problem

PERIODS = 12
SKILLS = 25
SEATS = 12.0  # a quarter on each skill's courses, in one trust
TRUSTS = 5


def trust_tables(groups: int = 40, budget: float = 60_000.0, seed: int = 1) -> PlanningTables:
    """Invent a trust with so many pounds a quarter."""
    return invented(groups, budget, SEATS, seed)


def ics_tables(groups: int = 40, budget: float = 60_000.0, seed: int = 1) -> PlanningTables:
    """Invent five trusts that share one budget and all seats; groups, and pounds a quarter, for each of them."""
    return invented(TRUSTS * groups, TRUSTS * budget, TRUSTS * SEATS, seed)


def invented(groups: int, budget: float, seats: float, seed: int) -> PlanningTables:
    """Invent groups with staff and skills by rank, courses, recruitment, contractors, seats, release and one budget."""
    rng = np.random.default_rng(seed)
    frames: dict[str, list[dict[str, Any]]] = {name: [] for name in ("stocks", "transitions", "requirements", "levers", "effects")}
    frames |= {name: [] for name in ("cover", "limits", "uses", "inflows")}
    add_money(frames, budget)
    for group in range(groups):
        add_group(frames, f"g{group:03}", rng)
    for skill in range(SKILLS):
        frames["limits"].append({"limit": f"seats:{skill:02}", "amount": seats})
    used = {row["limit"] for row in frames["uses"]}
    frames["limits"] = [row for row in frames["limits"] if row["limit"] in used]
    problem = Problem(PERIODS, "quarter", attributes=("group", "skill", "rank"))
    return PlanningTables.from_frames(problem, {name: pd.DataFrame(rows) for name, rows in frames.items()})


def add_money(frames: dict[str, list[dict[str, Any]]], budget: float) -> None:
    frames["stocks"].append({"stock": "money", "opening": 0.0})
    frames["transitions"].append({"from_stock": "money", "to_stock": "money", "rate": 1.0})
    frames["inflows"].append({"stock": "money", "amount": budget})


def add_group(frames: dict[str, list[dict[str, Any]]], group: str, rng: np.random.Generator) -> None:
    staff, stay = float(rng.uniform(2, 10)), 0.9**0.25
    posts, name = staff * 1.08, f"staff:{group}"
    add_stock(frames, name, staff, stay, posts, 0.5, group=group)
    limit = f"release:{group}"
    frames["limits"] += [{"limit": limit, "amount": 0.0}, {"limit": f"posts:{group}", "amount": posts}]
    frames["uses"] += [
        {"limit": limit, "kind": "stock", "item": name, "amount": -25.0},
        {"limit": f"posts:{group}", "kind": "stock", "item": name, "amount": 1.0},
    ]
    levels = {int(skill): int(rng.integers(2, 5)) for skill in rng.choice(SKILLS, 8, replace=False)}
    add_people(frames, group, levels)
    for skill, top in levels.items():
        add_skill(frames, group, skill, top, staff, stay, posts, rng)


def add_people(frames: dict[str, list[dict[str, Any]]], group: str, levels: dict[int, int]) -> None:
    recruit, contract = f"recruit:{group}", f"contract:{group}"
    frames["levers"] += [{"lever": recruit, "unit_cost": 3000.0, "maximum": 1.0, "group": group}]
    frames["levers"] += [{"lever": contract, "unit_cost": 30_000.0, "maximum": 2.0, "group": group}]
    frames["effects"] += [{"lever": recruit, "stock": f"staff:{group}", "lag": 2, "amount": 1.0}]
    frames["effects"] += [
        {"lever": lever, "stock": "money", "lag": 0, "amount": -price} for lever, price in ((recruit, 3000.0), (contract, 30_000.0))
    ]
    frames["cover"] += [{"lever": contract, "stock": f"staff:{group}", "amount": 1.0}]
    for skill, top in levels.items():
        for rank in range(1, top + 1):
            stock = f"skill:{group}:{skill:02}:{rank}"
            frames["effects"].append({"lever": recruit, "stock": stock, "lag": 2, "amount": 1.0 if rank < top else 0.5})
            frames["cover"].append({"lever": contract, "stock": stock, "amount": 1.0})


def add_skill(
    frames: dict[str, list[dict[str, Any]]],
    group: str,
    skill: int,
    top: int,
    staff: float,
    stay: float,
    posts: float,
    rng: np.random.Generator,
) -> None:
    shares = np.sort(rng.uniform(0.2, 1.0, top))[::-1]
    for rank in range(1, top + 1):
        stock, lever = f"skill:{group}:{skill:02}:{rank}", f"train:{group}:{skill:02}:{rank}"
        below = f"skill:{group}:{skill:02}:{rank - 1}" if rank > 1 else f"staff:{group}"
        tags = {"group": group, "skill": f"{skill:02}", "rank": str(rank)}
        add_stock(frames, stock, staff * float(shares[rank - 1]), stay, posts, float(rng.uniform(0.5, 1.5)) / top, **tags)
        price = 400.0 * rank * float(rng.uniform(0.7, 1.3))
        frames["levers"].append({"lever": lever, "unit_cost": price, **tags})
        frames["effects"].append({"lever": lever, "stock": stock, "lag": rank, "amount": 0.85 * stay**rank})
        frames["effects"].append({"lever": lever, "stock": "money", "lag": 0, "amount": -price})
        for limit, item in ((f"room:{lever}", below), (f"nest:{stock}", below)):
            frames["limits"].append({"limit": limit, "amount": 0.0})
            frames["uses"] += [{"limit": limit, "kind": "stock", "item": stock, "amount": 1.0}]
            frames["uses"] += [{"limit": limit, "kind": "stock", "item": item, "amount": -1.0}]
        for lag in range(rank):
            frames["uses"].append({"limit": f"room:{lever}", "kind": "lever", "item": lever, "amount": 1.0, "lag": lag})
            frames["uses"].append({"limit": f"release:{group}", "kind": "lever", "item": lever, "amount": 40.0, "lag": lag})
        frames["uses"].append({"limit": f"seats:{skill:02}", "kind": "lever", "item": lever, "amount": 1.0})


def add_stock(
    frames: dict[str, list[dict[str, Any]]], stock: str, opening: float, stay: float, required: float, weight: float, **tags: str
) -> None:
    frames["stocks"].append({"stock": stock, "opening": opening, **tags})
    frames["transitions"].append({"from_stock": stock, "to_stock": stock, "rate": stay})
    frames["requirements"] += [
        {"stock": stock, "period": period, "required": required, "shortfall_weight": weight * 0.99**period}
        for period in range(1, PERIODS + 1)
    ]
