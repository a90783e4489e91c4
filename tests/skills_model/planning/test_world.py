"""What is worked out once for a world, however many parts of the planning tables ask for it."""

from __future__ import annotations

import gc
import sys
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from skills_model.planning import World, build_world, with_budget
from skills_model.planning.build import OF_MONEY, PARTS
from skills_model.planning.world import once

sys.path.insert(0, str(Path(__file__).parent))
import small


def world_of(pounds: float) -> World:
    return build_world(small.inputs(), small.scenario(pounds, ()), small.assumptions())


def test_it_is_worked_out_once_for_a_world_and_again_for_another_though_all_in_it_is_the_same() -> None:
    asked = []

    @once
    def found(world: World) -> list[World]:
        asked.append(world)
        return [world]

    first = world_of(1_000.0)
    second = replace(first)
    assert found(first) is found(first)
    assert found(second) is not found(first)
    assert found(second)[0] is second
    assert [*map(id, asked)] == [id(first), id(second)]


def test_what_was_found_is_let_go_with_its_world() -> None:
    found = once(lambda world: {world.code})
    world = world_of(1_000.0)
    kept = weakref.ref(found(world))
    assert kept() is not None
    del world
    gc.collect()
    assert kept() is None


@pytest.mark.parametrize("part", OF_MONEY)
def test_parts_that_money_decides_are_written_once_for_a_budget(part: str) -> None:
    world = world_of(1_000.0)
    assert PARTS[part](world) is PARTS[part](world)


def test_another_budget_has_money_of_its_own() -> None:
    world = world_of(1_000.0)
    richer = replace(world, scenario=with_budget(world.scenario, 4_000.0, 4))
    inflows = [PARTS["money"](each)["inflows"].set_index("stock")["amount"] for each in (world, richer)]
    assert [rows[world.money("development")].sum() for rows in inflows] == pytest.approx([1_000.0, 4_000.0])
