"""Plans side by side on the command line and on the page Scenarios and trade-offs."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import cli, jobs, pipeline, tradeoff_words
from app.pipeline import following, plans
from app.pipeline import tradeoffs as use
from app.pipeline.plans import PlanRequest
from skills_model.errors import DataError
from skills_model.privacy import Scope
from skills_model.store import Store

TRUST = "DEMO198"
MAIN = str(Path(__file__).parents[2] / "app" / "main.py")
PAGE = "app_pages/tradeoffs.py"


@pytest.fixture(scope="module")
def folders(one_trust, tmp_path_factory):
    """Return the folders of two written plans of a small trust, with £20,000 and with £60,000."""
    place = tmp_path_factory.mktemp("plans")
    with Store.open(one_trust) as store:
        for budget in (20_000, 60_000):
            plans.write_plan(plans.make_plan(store, Scope.local(), PlanRequest(TRUST, float(budget), 4)), place / str(budget))
    return place / "20000", place / "60000"


@pytest.fixture(scope="module")
def unplanned(tmp_path_factory):
    """Return the path of a store of this file's own, in which nobody makes a plan."""
    path = tmp_path_factory.mktemp("unplanned") / "one.duckdb"
    pipeline.demo_data(path, TRUST, 1)
    return path


@pytest.fixture(scope="module")
def planned(unplanned, tmp_path_factory):
    """Return a store in which two plans were made and stored, and their runs."""
    path = shutil.copy(unplanned, tmp_path_factory.mktemp("planned"))
    runs = []
    with Store.open(path) as store:
        for budget in (20_000.0, 60_000.0):
            request = PlanRequest(TRUST, budget, 4)
            job = plans.prepare_plan(store, Scope.local(), request)
            store.claim_run(job.key, "plan", TRUST, jobs.options(request, "import 1"))
            store.start_run(job.key)
            store.finish_run(job.key, "optimal", message="", result=plans.solve_plan(job).to_json())
            runs.append(job.key)
    return path, runs


def answer(capsys, *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        cli.main([str(argument) for argument in arguments])
    told = capsys.readouterr()
    return int(left.value.code or 0), told.out, told.err


def test_more_money_closes_more_and_only_the_budget_differs(folders, one_trust, capsys) -> None:
    code, out, _ = answer(capsys, "plan", "compare", *folders, "--store", one_trust, "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["first"], told["second"]) == ("20000", "60000")
    assert {row["setting"] for row in told["inputs"]} == {"budget.development.2026/27"}
    results = {row["measure"]: row for row in told["results"]}
    assert results["Ranks short in the last period"]["change"] < 0
    assert 0 < results["Charged to funding streams"]["change"] <= 40_000
    change = sum(row["cost_change"] for row in told["actions"])
    assert change == pytest.approx(results["Charged to funding streams"]["change"], abs=0.02)


def test_what_differs_is_written(folders, one_trust, capsys, tmp_path) -> None:
    code, out, _ = answer(capsys, "plan", "compare", *folders, "--store", one_trust, "--out", tmp_path / "both")
    assert code == 0
    assert "What the second does otherwise" in out
    written = tmp_path / "both"
    tables = ("inputs", "results", "actions", "closes", "cost")
    assert {item.name for item in written.iterdir()} == {"compare.json", *(f"{name}.csv" for name in tables)}
    assert len(pd.read_csv(written / "results.csv")) == len(use.comparison.TOTALS)
    assert "Development budget, 2026/27     £20,000      £60,000" in out
    (money,) = pd.read_csv(written / "inputs.csv", dtype="str").to_dict("records")
    assert (money["label"], money["first"], money["second"], money["unit"]) == (
        "Development budget, 2026/27",
        "20000.00",
        "60000.00",
        "pounds",
    )
    for name, column in (("actions", "cost_change"), ("cost", "change")):
        pence = pd.read_csv(written / f"{name}.csv")[column] * 100
        assert pence.round().to_numpy() == pytest.approx(pence.to_numpy(), abs=1e-6)
    assert json.loads((written / "compare.json").read_text())["headline"] in out


def test_a_written_plan_beside_the_same_plan_of_the_store_differs_in_nothing(folders, one_trust, capsys) -> None:
    """Files that leave the rank of some lines blank hold the others with decimals; they are the same actions all the same."""
    told = json.loads(
        answer(capsys, "plan", "--organisation", TRUST, "--budget", "60000", "--periods", "4", "--store", one_trust, "--json")[1]
    )
    code, out, _ = answer(capsys, "plan", "compare", folders[1], told["run"][:10], "--store", one_trust, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["inputs"] == []
    assert found["actions"] == found["cost"] == []
    assert found["headline"] == "Both plans close as much for as much money"


def test_plans_that_are_not_there_are_all_named(one_trust, capsys) -> None:
    code, out, err = answer(capsys, "plan", "compare", "nowhere", "123456789", "--store", one_trust)
    assert code == 2
    assert not out
    assert "'nowhere'" in err
    assert "'123456789'" in err
    assert "skillsplan plan --out" in err


def test_a_folder_that_lost_a_table_says_so(folders, one_trust, tmp_path) -> None:
    half = tmp_path / "half"
    half.mkdir()
    for name in ("plan.json", "scenario.json"):
        (half / name).write_bytes((folders[0] / name).read_bytes())
    with Store.open(one_trust) as store, pytest.raises(DataError, match="cannot be read"):
        use.side(store, Scope.local(), str(half))


def test_a_plan_of_the_store_is_found_by_the_beginning_of_its_run(planned) -> None:
    path, runs = planned
    with Store.open(path) as store:
        found = use.side(store, Scope.local(), runs[0][:10])
        assert found.scenario.budget["development"] == {"2026/27": 20_000.0}
        with pytest.raises(DataError, match="No such plan"):
            use.side(store, Scope.local(), runs[0][:3])
        table = use.fairness(store, Scope.local(), TRUST, found.described)
    assert (table["closed"] <= table["short"] + 1e-9).all()
    assert table["headcount"].gt(0).all()


def test_an_adopted_plan_is_found_by_its_name(planned, tmp_path) -> None:
    path, runs = planned
    with Store.open(shutil.copy(path, tmp_path)) as store:
        said = {"name": "digital-2026", "owner": "CIO", "reason": "The board agreed", "today": dt.date(2026, 4, 1)}
        following.adopt(store, Scope.local(), runs[1], **said)
        found = use.compare(store, Scope.local(), runs[0], "digital-2026")
        about = "Bilberrymoor Acute Trust (invented) (DEMO198), 4 quarters from 1 April 2026"
        assert tradeoff_words.beside(found) == [f"{about}: plan {runs[0][:8]} beside digital-2026"]
        assert use.side(store, Scope.local(), runs[1][:8]).label == f"plan {runs[1][:8]}"
        with pytest.raises(DataError, match="digital-2026"):
            use.side(store, Scope.local(), "digital-2027")


def opened(planned, monkeypatch, **link: str) -> AppTest:
    monkeypatch.setenv("SKILLSPLAN_STORE", str(planned[0]))
    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_file(MAIN, default_timeout=60).run()
    at.switch_page(PAGE)
    for name, value in link.items():
        at.query_params[name] = value
    return at.run()


def test_the_page_puts_two_plans_side_by_side(planned, monkeypatch) -> None:
    at = opened(planned, monkeypatch)
    assert not at.exception
    assert [tab.label for tab in at.tabs] == ["Side by side", "Budget against gap closed", "How evenly teams gain", "Change log"]
    headings = [part.value for part in at.header]
    assert any("second plan closes" in said or "Both plans" in said for said in headings)
    assert "What the second plan does otherwise" in headings
    assert list(at.table[0].value.columns) == ["Measure", "First plan", "Second plan", "Change"]
    said = "\n".join(part.value.replace("\\", "") for part in at.caption)
    assert "4 quarters from 1 April 2026: plan " in said
    assert said.count(TRUST) == 1, "once whose plans they are"


def test_whose_plans_they_are_is_said_of_each_where_it_differs() -> None:
    found = SimpleNamespace(first="plan aaaa", second="next", about=("One (AAA), 4 quarters", "Other (BBB), 8 quarters"))
    assert tradeoff_words.beside(found) == ["First plan, plan aaaa: One (AAA), 4 quarters", "Second plan, next: Other (BBB), 8 quarters"]


@pytest.mark.parametrize(
    "part, said",
    [
        ("Budget against gap closed", "See what this plan would close with less money"),
        ("How evenly teams gain", "is closed"),
        ("Change log", "No plan is adopted yet."),
    ],
)
def test_each_part_of_the_page_is_a_link_of_its_own(planned, monkeypatch, part, said) -> None:
    at = opened(planned, monkeypatch, tradeoff_part=part)
    assert not at.exception
    assert any(said in str(element.value) for element in (*at.header, *at.markdown))
    assert "What the second plan does otherwise" not in [element.value for element in at.header], "parts that are not open are not drawn"


def test_the_same_plan_twice_asks_for_another(planned, monkeypatch) -> None:
    at = opened(planned, monkeypatch)
    at.selectbox(key="second_plan").select(at.selectbox(key="first_plan").value).run()
    assert not at.exception
    assert any("Choose two different plans" in part.value for part in at.markdown)


def test_a_link_to_a_plan_that_is_gone_says_so(planned, monkeypatch) -> None:
    at = opened(planned, monkeypatch, first_plan="Something else")
    assert not at.exception
    assert "named a plan that is not in this store" in at.warning[0].value


def test_a_store_without_plans_leads_to_where_they_are_made(unplanned, monkeypatch) -> None:
    at = opened((unplanned, []), monkeypatch)
    assert not at.exception
    assert any("There is no plan yet" in part.value for part in at.info)


def test_settings_that_differ_are_written_as_people_say_them() -> None:
    rows = pd.DataFrame(
        [("budget.development.2026/27", "", 90_000.0, 140_000.0, ""), ("objective.aim", "", "gap", "target", ""),
         ("leaver_rate", "Staff who leave", 0.1, 0.2, "share"), ("budget.fund.2026/27", "Fund, 2026/27", "-", "66666.67", "pounds"),
         ("levers.without", "", "-", "end-cover, train", ""), ("levers.whole_people", "", "True", "False", ""),
         ("objective.target", "", "-", "0.75", ""), ("start", "", "2026-04-01", "2026-10-01", "")],
        columns=["setting", "label", "first", "second", "unit"],
    )  # fmt: skip
    assert tradeoff_words.inputs(rows).to_numpy().tolist() == [
        ["Budget of development, 2026/27", "£90,000", "£140,000", "pounds"],
        ["What the plan is for", "close the most weighted gap", "reach a coverage at least cost", ""],
        ["Staff who leave", "0.1", "0.2", "share"],
        ["Fund, 2026/27", "–", "£66,667", "pounds"],
        ["Levers left out", "–", "End bank or agency cover and Train", ""],
        ["First starts in whole people", "yes", "no", ""],
        ["Coverage to reach", "–", "75%", ""],
        ["First day", "1 April 2026", "1 October 2026", ""],
    ]


@pytest.mark.parametrize(
    "shares, said",
    [
        ([0.2, 0.6, float("nan")], "From 20% in A to 60% in B is closed"),
        ([0.5, 0.5, 0.5], "All teams gain alike: 50% of what they lack is closed"),
        ([0.5, float("nan"), float("nan")], "There are not two teams to compare"),
    ],
)
def test_how_evenly_teams_gain_is_said(shares, said) -> None:
    assert tradeoff_words.evenly(pd.DataFrame({"team": ["A", "B", "C"], "share": shares})) == said
