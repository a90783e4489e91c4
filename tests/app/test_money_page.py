"""What more money would do, on the page of a plan: before it is asked for, meanwhile, afterwards, and where there is no answer."""

import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import jobs
from app.money import MoneyResult
from app.pipeline.plans import MoneyRequest, PlanRequest
from skills_model.privacy import Scope
from skills_model.store import Store

MAIN = str(Path(__file__).parents[2] / "app" / "main.py")
TAB = "More money"
BUTTON, CANCEL = "work_out_money", "cancel_money"
SCOPE = Scope.local()


@pytest.fixture(scope="module")
def plan(one_trust):
    """Return a small plan, solved once, as the question what more money would do to it."""
    request = PlanRequest("DEMO198", 100_000.0, 4)
    with Store.open(one_trust) as store:
        desk = jobs.Desk()
        ticket = desk.ticket(desk.ask(store, SCOPE, request, "import 1"))
        assert ticket.ended.wait(120)
    return MoneyRequest(ticket.run, request)


@pytest.fixture
def copy(one_trust, plan, request):
    """Return the same plan under an id of the test's own, so that what one test leaves behind another does not find."""
    return kept(one_trust, plan, hashlib.sha256(request.node.name.encode()).hexdigest())


def kept(store_path, plan, run, follows="", **changes):
    """Keep a plan under another id, with another status, and as one that follows another, where these are given."""
    with Store.open(store_path) as store:
        row = store.runs(SCOPE, run=plan.plan).iloc[0]
        told = json.loads(row["result"])
        told["summary"] |= changes
        store.claim_run(run, "plan", "DEMO198", json.dumps(json.loads(row["options"]) | {"follows": follows}))
        store.finish_run(run, told["summary"]["status"], result=json.dumps(told))
    return MoneyRequest(run, replace(plan.request, follows=follows))


@pytest.fixture
def page(one_trust, monkeypatch):
    """Open the page of a plan, as its link does."""
    monkeypatch.setenv("SKILLSPLAN_STORE", str(one_trust))
    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


def opened(asked):
    at = AppTest.from_file(MAIN, default_timeout=30).run()
    at.switch_page("app_pages/plan.py")
    at.query_params["run"] = asked.plan
    at.query_params["plan_part"] = TAB
    at.run()
    assert not at.exception, at.exception
    return at


def ended(store_path, asked, status, *, message="", result=None, kind="money"):
    """Leave a run in the store that has ended so."""
    with Store.open(store_path) as store:
        store.claim_run(asked.key, kind, "DEMO198", jobs.options(asked, "import 1"))
        store.finish_run(asked.key, status, message=message, result=result)


def words(at):
    tab = next(tab for tab in at.tabs if tab.label == TAB)
    kinds = (tab.header, tab.markdown, tab.caption, tab.info, tab.warning, tab.error, tab.text)
    return "\n".join(str(part.value) for kind in kinds for part in kind).replace("\\", "")


def buttons(at):
    return {button.key for button in at.button}


def answer(**changes):
    budgets = pd.DataFrame(
        [(40_000.0, 400.0, 100.0, False, False), (90_000.0, 100.0, 20.0, True, True), (180_000.0, 90.0, 18.0, False, False)],
        columns=["amount", "ranks_short", "shortfall", "this_plan", "knee"],
    )
    steps = pd.DataFrame([(0, 100.0, 20.0), (10_000, 98.0, 19.7)], columns=["step", "ranks_short", "shortfall"])
    skills = pd.DataFrame([(10_000, "Testing", -2.0)], columns=["step", "skill", "change"])
    summary = {"budget": 9e4, "asked": [0.0, 180_000.0], "feasible": [40_000.0, 180_000.0], "complete": True}
    holds = {"slope": -0.1, "holds_to": 12_345.0, "looked_to": 13_000.0}
    return MoneyResult(budgets, steps, skills, summary | holds | changes).to_json()


def test_it_is_asked_for_worked_out_and_kept(page, plan, monkeypatch):
    files = {}
    at = page(plan)
    assert BUTTON in buttons(at)
    assert "up to twice its budget" in words(at)
    at.button(key=BUTTON).click().run()
    assert not at.exception
    assert BUTTON not in buttons(at)
    assert CANCEL in buttons(at)
    assert "You can leave this page" in words(at)
    end = time.monotonic() + 90
    while "A little less, a little more" not in words(at):
        assert time.monotonic() < end, words(at)
        time.sleep(0.5)
        at.run()
        assert not at.exception, at.exception
    st.cache_resource.clear()  # a new server, which has no ticket, shows what the store holds
    monkeypatch.setattr(st, "download_button", lambda label, data, **_: files.__setitem__(label, data))
    again = page(plan)
    assert BUTTON not in buttons(again)
    said = words(again)
    assert "each £10,000 closes" in said
    assert "The next pound is worth as much" in said
    tables = [table.value for table in next(tab for tab in again.tabs if tab.label == TAB).table]
    assert list(tables[0].columns)[:2] == ["Budget", "Ranks short at the end"]
    assert any("This plan" in mark for mark in tables[0]["Note"])
    assert tables[1]["Budget"].tolist() == ["-£100,000", "-£50,000", "-£10,000", "As planned", "+£10,000", "+£50,000", "+£100,000"]
    text = files["Download these budgets as CSV"]().decode("utf-8-sig")
    assert text.splitlines()[0] == "budget_pounds,ranks_short,weighted_shortfall,this_plan,knee,data"
    assert len(text.splitlines()) > 10


def test_a_wish_to_cancel_is_kept_and_it_may_be_asked_for_again(page, copy, one_trust):
    ended(one_trust, copy, "cancelled", message="Cancelled; nothing was kept.")
    at = page(copy)
    tab = next(tab for tab in at.tabs if tab.label == TAB)
    assert [part.proto.title for part in tab.info] == ["Cancelled"]
    assert not tab.error
    assert BUTTON in buttons(at)


def test_time_that_ran_out_is_said_with_what_to_do(page, copy, one_trust):
    ended(one_trust, copy, "stopped", message="The time limit was reached. A plan of fewer periods takes less.")
    at = page(copy)
    tab = next(tab for tab in at.tabs if tab.label == TAB)
    assert [part.proto.title for part in tab.error] == ["Not worked out: time ran out"]
    assert "fewer periods" in words(at)
    assert BUTTON in buttons(at)


def test_budgets_that_have_no_plan_are_said(page, copy, one_trust):
    ended(one_trust, copy, "optimal", result=answer())
    said = words(page(copy))
    assert "No plan keeps all limits with less than £40,000." in said
    assert "Up to about £90,000, each £10,000 closes 60 ranks by" in said
    assert "up to about £12,000 above the budget of this plan" in said


def test_what_was_worked_out_before_time_ran_out_is_shown_as_such(page, copy, one_trust):
    ended(one_trust, copy, "feasible", result=answer(feasible=[0.0, 180_000.0], complete=False))
    assert "Time ran out before the curve was whole" in words(page(copy))


def test_work_under_way_elsewhere_is_waited_for(page, copy, one_trust):
    at = page(copy)
    with Store.open(one_trust) as store:
        store.claim_run(copy.key, "money", "DEMO198", jobs.options(copy, "import 1"))
        at.run()
        assert not at.exception
        assert "You can leave this page" in words(at)
        assert not buttons(at) & {BUTTON, CANCEL}
        store.finish_run(copy.key, "cancelled")
    at.run()
    assert BUTTON in buttons(at)


def test_data_that_have_changed_since_are_said(page, copy, monkeypatch):
    def refused(*_):
        raise_fault()

    monkeypatch.setattr("app.pipeline.plans.prepare_money", refused)
    at = page(copy)
    at.button(key=BUTTON).click().run()
    end = time.monotonic() + 30
    while "could not be worked out" not in words(at):
        assert time.monotonic() < end, words(at)
        time.sleep(0.2)
        at.run()
    assert "Plan out of date" in words(at)
    assert BUTTON in buttons(at)


def raise_fault():
    from skills_model.errors import DataError, Fault

    raise DataError([Fault("Plan out of date", "the plan", action="Build the plan again.")])


def test_a_plan_that_is_not_proven_is_not_compared(page, plan, one_trust):
    at = page(kept(one_trust, plan, "e" * 64, status="feasible"))
    assert "Only a plan that is proven best" in words(at)
    assert BUTTON not in buttons(at)


def test_a_plan_made_again_from_what_was_done_can_be_asked_too(page, plan, one_trust):
    follows = f"{plan.plan}:2"
    asked = kept(one_trust, plan, "d" * 64, follows=follows)
    assert BUTTON in buttons(page(asked))
    ended(one_trust, asked, "optimal", result=answer(to_come=True))
    said = words(page(asked))
    assert "Up to about £90,000, each £10,000 closes 60 ranks by" in said
    assert "These budgets are the money that was still to come" in said


def test_a_link_to_the_money_alone_is_no_plan_and_is_not_listed_as_one(page, copy, one_trust):
    ended(one_trust, copy, "cancelled")
    at = page(MoneyRequest(copy.key, copy.request))
    assert any("named a plan that is not in this store" in part.value for part in at.warning)
    listed = [link.proto.query_string for link in at.get("page_link")]
    assert listed
    assert not any(copy.key in query for query in listed)
