"""Use cases: a plan is made, written whole or not at all, and can be repeated from what was written."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from app import pipeline, results
from app.pipeline import plans
from app.pipeline.plans import PlanRequest, PlanResult
from app.report import workbook
from optimiser.errors import PlanError
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScenarioError
from skills_model.gap import gaps
from skills_model.privacy import Scope
from skills_model.store import Store

LOCAL = Scope.local()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store of one small invented trust."""
    path = tmp_path_factory.mktemp("store") / "one.duckdb"
    pipeline.demo_data(path, "DEMO063", 1)
    with Store.open(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def result(store):
    """A plan of £60,000 over a year for it."""
    return plans.make_plan(store, LOCAL, PlanRequest("DEMO063", 60_000, periods=4))


def test_a_plan_starts_from_the_gap(store, result) -> None:
    """What the plan calls now is what the gap measures say of the same organisation, vacancies included."""
    measured = gaps(store, LOCAL, ["organisation"], ["DEMO063"]).iloc[0]
    assert result.summary["now"]["ranks_short"] == pytest.approx(measured["total_ranks_short"])
    assert result.summary["now"]["coverage"] == pytest.approx(measured["coverage"])


def test_a_plan_closes_more_than_doing_nothing_within_its_budget(result) -> None:
    """The totals agree with the tables they summarise."""
    told = result.summary
    assert told["plan"]["ranks_short"] < told["do_nothing"]["ranks_short"]
    assert 0 < told["cost"]["total"] <= told["budget"]
    assert told["do_nothing"]["ranks_short"] - told["plan"]["ranks_short"] == pytest.approx(result.closes["closed"].sum())
    charged = result.cost.groupby("stream")["pounds"].sum()
    assert 0 < charged["development"] <= 60_000 + 0.01
    assert told["cost"]["total"] == pytest.approx(charged.drop("establishment-pay").sum(), abs=0.01)
    assert set(told["audit"]) == {"balance", "cover", "limit"}
    assert max(told["audit"].values()) < 1e-6


def test_a_written_plan_can_be_repeated(result, tmp_path) -> None:
    """Solving the written planning tables gives the same stage values, and every driver points at a cell that is there."""
    folder = tmp_path / "plan"
    plans.write_plan(result, folder, drivers=True)
    again = pipeline.optimise(folder / "tables")
    told = json.loads((folder / "plan.json").read_text("utf-8"))
    assert [stage["name"] for stage in again.stages] == [stage["name"] for stage in told["stages"]]
    assert [stage["value"] for stage in again.stages] == pytest.approx([stage["value"] for stage in told["stages"]], rel=1e-9)
    drivers = pd.read_csv(folder / "drivers.csv", keep_default_na=False)
    assert list(drivers.columns) == ["assumption", "table", "key", "cell", "low", "value", "high"]
    prices = pd.read_csv(folder / "tables" / "levers.csv").set_index("lever")["unit_cost"]
    moved = drivers[drivers["table"] == "levers"]
    there = moved[moved["key"].isin(prices.index)]
    assert there["value"].tolist() == pytest.approx(prices[there["key"]].tolist())
    assert (moved.loc[~moved["key"].isin(prices.index), "value"] == 0).all(), "a lever that stands at an end only"
    assert told["finding"] == results.headline(result)
    programme, actions = (pd.read_csv(folder / f"{name}.csv") for name in ("programme", "actions"))
    assert len(programme) < len(actions)
    assert programme["cost"].sum() == pytest.approx(actions["cost"].sum())
    assert programme["people"].sum() == actions["people"].sum()
    scenario = json.loads((folder / "scenario.json").read_text("utf-8"))
    assert scenario["scenario"]["budget"]["development"] == {"2026/27": 60_000.0}
    assert {row["assumption"].partition("[")[0] for row in scenario["assumptions"]} >= set(drivers["assumption"])


def test_a_plan_survives_being_stored(result) -> None:
    """The text in a run's row gives back the same tables and totals."""
    again = PlanResult.from_json(result.to_json())
    assert again.summary == json.loads(json.dumps(result.summary))
    for name in plans.FRAMES:
        before, after = getattr(result.described, name), getattr(again.described, name)
        assert list(before.columns) == list(after.columns)
        assert len(before) == len(after)
    assert again.cost["pounds"].sum() == pytest.approx(result.cost["pounds"].sum())


def test_a_plan_stored_before_columns_came_is_read_and_written_as_a_workbook(result) -> None:
    """Of each kind its first sentence stands for it; a budget without a part that nothing may be paid from is the budget."""
    content = json.loads(result.to_json())
    content["summary"].pop("budget_total")
    content["summary"].pop("finding")
    for name, later in {"limits": ["in_short"], "left_out": ["in_short"], "levy": ["into_nothing", "expired_nothing"]}.items():
        table = json.loads(content["tables"][name])
        table["schema"]["fields"] = [item for item in table["schema"]["fields"] if item["name"] not in later]
        table["data"] = [{key: value for key, value in row.items() if key not in later} for row in table["data"]]
        content["tables"][name] = json.dumps(table)
    old = PlanResult.from_json(json.dumps(content))
    assert len(results.in_short(old.described.limits)) == old.described.limits["kind"].nunique()
    assert set(results.written_levy(old)["into_nothing"]) <= {"not\u00a0known"}
    assert old.summary["budget_total"] == old.summary["budget"]
    assert workbook.plan(old, Assumptions.load())[:2] == b"PK"


def test_the_same_inputs_have_the_same_key(store, result) -> None:
    """Any other budget has another."""
    same = plans.prepare_plan(store, LOCAL, PlanRequest("DEMO063", 60_000, periods=4))
    other = plans.prepare_plan(store, LOCAL, PlanRequest("DEMO063", 60_001, periods=4))
    assert same.key == result.job.key != other.key


def test_nothing_is_half_written(result, tmp_path, monkeypatch) -> None:
    """A fault while writing leaves the folder as it was, without leftovers beside it."""
    folder = tmp_path / "plan"
    folder.mkdir()
    (folder / "plan.json").write_text("mine", encoding="utf-8")

    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(plans.planning, "drivers", broken)
    with pytest.raises(OSError, match="no space"):
        plans.write_plan(result, folder, drivers=True)
    assert [item.name for item in tmp_path.iterdir()] == ["plan"]
    assert (folder / "plan.json").read_text("utf-8") == "mine"
    assert len(list(folder.iterdir())) == 1


def test_other_files_in_the_folder_stay(result, tmp_path) -> None:
    """A plan replaces its own files of an earlier one and nothing else."""
    (tmp_path / "notes.txt").write_text("keep", encoding="utf-8")
    plans.write_plan(result, tmp_path)
    plans.write_plan(result, tmp_path)
    assert (tmp_path / "notes.txt").read_text("utf-8") == "keep"
    assert (tmp_path / "tables" / "problem.toml").is_file()


def test_a_file_in_the_way_is_named(result, tmp_path) -> None:
    """`--out` that is a file is wrong input."""
    (tmp_path / "plan").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="Not a folder"):
        plans.write_plan(result, tmp_path / "plan")


def test_an_unknown_organisation_is_named_with_the_nearest(store) -> None:
    """The code is not in the store."""
    with pytest.raises(DataError, match="DEMO063"):
        plans.make_plan(store, LOCAL, PlanRequest("DEMO06", 1000))


def test_all_that_is_wrong_with_a_request_is_said_at_once(store) -> None:
    """An unknown organisation, a budget below 0 and no period are three faults of one error."""
    with pytest.raises(ScenarioError) as error:
        plans.prepare_plan(store, LOCAL, PlanRequest("DEMO06", -1, periods=0))
    assert len(error.value.faults) == 3
    with pytest.raises(ScenarioError) as error:
        plans.prepare_plan(store, LOCAL, PlanRequest("DEMO06", -1.0, 99, "no-such"))
    assert [fault.table for fault in error.value.faults] == ["organisation", "--scenario", "--budget", "--periods"]


def test_a_cancelled_plan_is_no_plan(store) -> None:
    """Nothing is read from a solve that did not end."""
    job = plans.prepare_plan(store, LOCAL, PlanRequest("DEMO063", 60_000, periods=4))
    with pytest.raises(PlanError) as error:
        plans.solve_plan(job, cancel=lambda: True)
    assert error.value.status == "cancelled"


def test_no_test_reaches_the_store_of_whoever_runs_it(no_place_of_the_users_own, monkeypatch) -> None:
    assert pipeline.store_path(None, writing=True).is_relative_to(no_place_of_the_users_own)
    monkeypatch.delenv("SKILLSPLAN_STORE")
    assert pipeline.store_path(None, writing=True).is_relative_to(no_place_of_the_users_own)


def test_the_store_is_found(tmp_path, monkeypatch) -> None:
    """The option comes first, then the environment, then the user's own, then the demonstration, which is said."""
    told: list[str] = []
    monkeypatch.delenv("SKILLSPLAN_STORE", raising=False)
    monkeypatch.setattr(pipeline.platformdirs, "user_data_path", lambda *_, **__: tmp_path)
    assert pipeline.store_path(None, told.append) == pipeline.DEMONSTRATION_STORE
    assert "demonstration" in told[0]
    (tmp_path / "store.duckdb").touch()
    assert pipeline.store_path(None, told.append) == tmp_path / "store.duckdb"
    monkeypatch.setenv("SKILLSPLAN_STORE", "other.duckdb")
    assert str(pipeline.store_path(None, told.append)) == "other.duckdb"
    assert pipeline.store_path(tmp_path, told.append) == tmp_path
    assert len(told) == 1
