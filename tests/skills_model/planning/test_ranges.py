"""A plan in other futures, on the tiny organisation, where what comes of a start is worked out by hand."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimiser.plan import Plan
from optimiser.projection import project
from optimiser.solver import optimise
from skills_model.assumptions import Assumptions
from skills_model.factor import TENTH
from skills_model.planning import Inputs, World, build, build_world, describe
from skills_model.planning.ranges import COLUMNS, MOST, OWN_LEAVING, Moves, Ranges, sampled
from skills_model.scenario import Scenario
from skills_model.supply.draws import Futures, stream

sys.path.insert(0, str(Path(__file__).parents[1]))
import tiny

WITHOUT = ["contract", "recruit", "mentor", "second", "redeploy", "promote", "apprentice", "retain", "post", "end-cover", "share"]


def certain(**ranges: tuple[float, float, float]) -> Assumptions:
    """Return the steady assumptions without any range but those given: low, value, high."""
    steady = tiny.assumptions(**{name: value for name, (_, value, _) in ranges.items()})
    ends = {name: (low, high) for name, (low, _, high) in ranges.items()}
    items = {}
    for name, item in steady.by_name.items():
        low, high = ends.get(item.id, (item.value, item.value))
        items[name] = dataclasses.replace(item, low=low, high=high)
    return Assumptions(items)


def training_only(pounds: float, **objective: object) -> Scenario:
    """Return a scenario in which people can only be trained, in fractions."""
    settings = {"levers": {"without": WITHOUT, "whole_people": False}}
    base: Scenario = tiny.scenario(pounds)
    return base.with_settings(settings | ({"objective": objective} if objective else {}))


def solved(assumptions: Assumptions, scenario: Scenario, inputs: Inputs | None = None) -> tuple[Plan, World]:
    """Return the best plan and its world."""
    inputs = inputs or tiny.inputs()
    return optimise(build(inputs, scenario, assumptions)), build_world(inputs, scenario, assumptions)


def told(ranges: Ranges, measure: str, way: str, period: int) -> list[float]:
    """Return low, median and high."""
    frame = ranges.frame
    row = frame[(frame["measure"] == measure) & (frame["way"] == way) & (frame["period"] == period)]
    return row[["low", "median", "high"]].iloc[0].tolist()


def deviates(name: str, count: int = 500, seed: int = 1) -> np.ndarray:
    """Return what is drawn for an assumption."""
    return stream(seed, "assumption", name).standard_normal(count)


def between(low: float, value: float, high: float, deviate: np.ndarray) -> np.ndarray:
    """Return an assumption in futures: low and high at its 10th and 90th percentiles."""
    return value + np.where(deviate < 0, (value - low) * deviate, (high - value) * deviate) / TENTH


def percentiles(numbers: np.ndarray) -> list[float]:
    """Return the 10th, 50th and 90th percentile."""
    return [float(number) for number in np.percentile(numbers, [10, 50, 90])]


@pytest.fixture(scope="module")
def usual() -> tuple[Plan, World, Ranges]:
    """Return a plan with every lever under the project's own assumptions, with its ranges."""
    plan, world = solved(Assumptions.load(), tiny.scenario(20_000.0))
    return plan, world, sampled(plan, world, futures=200)


@pytest.fixture(scope="module")
def moves(usual: tuple[Plan, World, Ranges]) -> Moves:
    """Return what moves that world, worked out again, apart from its ranges."""
    return Moves.of(usual[1])


def test_without_anything_uncertain_all_three_are_the_plans_own_path() -> None:
    """No assumption has a range and the ranks are known: the path of the description, to the last digit that counts."""
    plan, world = solved(certain(), tiny.scenario(2000.0))
    ranges, path = sampled(plan, world, futures=20), describe(plan, world).path.set_index("period")
    assert list(ranges.frame.columns) == list(COLUMNS)
    for way, named in (("nothing", "do_nothing"), ("plan", "plan")):
        for measure in ("ranks_short", "coverage", "staff_fte"):
            for period in range(5):
                assert told(ranges, measure, way, period) == pytest.approx([path.loc[period, f"{named}_{measure}"]] * 3)
    assert ranges.note.endswith("None had to be cut.")
    assert ranges.chance is None


def test_ranges_stand_in_their_order_and_move(usual: tuple[Plan, World, Ranges]) -> None:
    """Low is not above the median, nor that above high; by the end something differs in every measure."""
    frame = usual[2].frame
    assert (frame["low"] <= frame["median"] + 1e-9).all()
    assert (frame["median"] <= frame["high"] + 1e-9).all()
    last = frame[frame["period"] == 4]
    assert (last["high"] > last["low"]).all()


def test_the_same_seed_draws_the_same_futures(usual: tuple[Plan, World, Ranges], moves: Moves) -> None:
    """With what moves worked out once or again; another seed draws others."""
    plan, world, first = usual
    again, other = (sampled(plan, world, futures=200, seed=seed, moves=moves) for seed in (1, 2))
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert not first.frame.equals(other.frame)


def with_rank_one() -> Inputs:
    """Return the tiny organisation with all analysts at rank 1, so that 7 lack rank 2 and nothing else, and one engineer is missing."""
    inputs: Inputs = tiny.inputs()
    return dataclasses.replace(inputs, held=inputs.held.assign(held=[10.0, 3.0, 4.0]))


def test_completion_alone_is_worked_out_by_hand() -> None:
    """Money for four courses: of the 7 + 1 ranks that are missing the plan closes 4 x completion, and doing nothing none."""
    ends = (0.6, 0.8, 0.9)
    plan, world = solved(certain(course_completion=ends), training_only(400.0), with_rank_one())
    ranges = sampled(plan, world)
    completion = between(*ends, deviates("course_completion"))
    assert told(ranges, "ranks_short", "plan", 4) == pytest.approx(percentiles(8.0 - 4.0 * completion))
    assert told(ranges, "coverage", "plan", 4) == pytest.approx(percentiles((7.0 + 4.0 * completion) / 15.0))
    assert told(ranges, "ranks_short", "nothing", 4) == pytest.approx([8.0] * 3)
    assert ranges.clipped["futures"].max() == 0


def test_dearer_courses_are_bought_as_long_as_the_money_lasts() -> None:
    """Eight courses at 100 pounds take all of the money: at another fee there is money for 800 / fee of them, and never for more than 8."""
    ends = (80.0, 100.0, 150.0)
    plan, world = solved(certain(course_fee=ends), training_only(800.0))
    assert plan.actions.loc[plan.actions["lever"].str.startswith("train:"), "amount"].sum() == pytest.approx(8.0)
    ranges = sampled(plan, world)
    fee = between(*ends, deviates("course_fee"))
    done = np.minimum(8.0, 800.0 / fee)
    clipped = ranges.clipped.set_index("kind").loc["train"]
    assert clipped["planned"] == pytest.approx(8.0)
    assert clipped["done"] == pytest.approx(done.mean(), rel=1e-3)
    assert clipped["futures"] == pytest.approx((fee > 100.001).mean(), abs=0.01)
    assert "cut in" in ranges.note


def test_nobody_is_trained_who_holds_the_rank_already() -> None:
    """All four who lack testing are to be trained; where more hold it than is thought, there are fewer to train, and nobody counts twice."""
    inputs = tiny.inputs()
    held = inputs.held.assign(held=[10.0, 10.0, 0.0], held_low=[10.0, 10.0, 0.0], held_high=[10.0, 10.0, 2.0])
    unsure = dataclasses.replace(inputs, held=held)
    plan, world = solved(certain(), training_only(10_000.0), unsure)
    assert plan.actions.loc[plan.actions["lever"].str.startswith("train:"), "amount"].sum() == pytest.approx(4.0)
    ranges = sampled(plan, world)
    ranks = np.clip(2.0 * Futures.drawn([], 500, 1).ranks() / TENTH, 0.0, 4.0)
    clipped = ranges.clipped.set_index("kind").loc["train"]
    assert clipped["done"] == pytest.approx((4.0 - ranks).mean())
    assert told(ranges, "coverage", "nothing", 0) == pytest.approx(percentiles((10.0 + ranks) / 15.0))
    assert told(ranges, "ranks_short", "plan", 4) == pytest.approx([1.0] * 3)


def test_doing_nothing_is_the_projection() -> None:
    """With an uncertain leaver rate alone, the staff of futures at its ends are those of tables built with it there."""
    steady = certain(leaver_rate=(0.05, 0.1, 0.2))
    plan, world = solved(steady, tiny.scenario(0.0))
    ranges = sampled(plan, world, futures=4000)
    staff = [name for name in plan.tables.stocks["stock"] if name.startswith("staff:")]
    ends = [0.2, 0.1, 0.05]
    built = [project(build(tiny.inputs(), tiny.scenario(0.0), steady.with_values({"leaver_rate": rate}))) for rate in ends]
    assert told(ranges, "staff_fte", "nothing", 4) == pytest.approx([float(rows.loc[staff, 4].sum()) for rows in built], abs=0.05)


def test_how_likely_a_target_is_met() -> None:
    """Four courses lead to 7 + 4 x completion of 15 posts: 10.2 of them are reached where completion is 0.8 or more."""
    ends = (0.6, 0.8, 0.9)
    plan, world = solved(certain(course_completion=ends), training_only(400.0, aim="target", target=10.2 / 15), with_rank_one())
    bought = plan.actions.loc[plan.actions["lever"].str.startswith("train:"), "amount"].sum()
    assert bought == pytest.approx(4.0)
    expected = (between(*ends, deviates("course_completion")) >= 0.8).mean()
    assert sampled(plan, world).chance == pytest.approx(expected)
    assert 0.3 < expected < 0.7


def test_what_moves_most_is_a_part_of_all_that_moves(usual: tuple[Plan, World, Ranges], moves: Moves) -> None:
    """The ids are those of assumptions, and their cells are the same as among all."""
    assert {item.id for item in Assumptions.load().uncertain()} >= MOST
    every, most = moves.cells, Moves.of(usual[1], MOST).cells
    assert set(most["what"]) == set(every["what"]) & (MOST | {OWN_LEAVING})
    kept = every[every["what"].isin(most["what"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, most.reset_index(drop=True))
