"""Plans solved outside the page: once for the same inputs, cancelled when asked, never lost with a child."""

import io
import pickle
import subprocess
import threading
import time

import pandas as pd
import pytest

from app import jobs, pipeline
from app.money import MoneyResult
from app.pipeline import plans
from app.pipeline.plans import MoneyRequest, PlanRequest, PlanResult
from optimiser.errors import PlanError
from skills_model.privacy import Scope
from skills_model.store import Store

SCOPE = Scope.local()


@pytest.fixture
def store(one_trust):
    with Store.open(one_trust) as opened:
        yield opened


def finished(desk, store, request, version="import 1"):
    ticket = desk.ticket(desk.ask(store, SCOPE, request, version))
    assert ticket.ended.wait(120)
    return ticket


def status(store, ticket):
    row = store.runs(SCOPE, run=ticket.run).iloc[0]
    return row["status"], row["message"]


def test_many_clicks_are_one_solve(store):
    """Twenty desks stand for twenty tabs that know nothing of one another; the store lets one of them solve."""
    request = PlanRequest("DEMO198", 60_000.0, 4)
    solves = []
    real = jobs._solve

    def counted(*arguments):
        solves.append(threading.get_ident())
        return real(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_solve", counted)
        shared = jobs.Desk()
        names = {shared.ask(store, SCOPE, request, "import 1") for _ in range(20)}
        others = [finished(jobs.Desk(), store, request) for _ in range(2)]
        ticket = shared.ticket(names.pop())
        assert ticket.ended.wait(120)
    assert not names
    assert len(solves) == 1
    assert {other.run for other in others} == {ticket.run}
    assert status(store, ticket) == ("optimal", "")


def test_the_stored_plan_is_the_plan(store):
    request = PlanRequest("DEMO198", 60_000.0, 4)
    row = store.runs(SCOPE, run=finished(jobs.Desk(), store, request).run).iloc[0]
    read, made = PlanResult.from_json(row["result"]), plans.make_plan(store, SCOPE, request)
    assert read.summary["plan"] == made.summary["plan"]
    assert len(read.actions) == len(made.actions)


@pytest.fixture(scope="module")
def asked(one_trust):
    """Return what a plan of few periods was asked for, once it is made, as the question what more money would do to it."""
    with Store.open(one_trust) as opened:
        request = PlanRequest("DEMO198", 65_000.0, 4)
        return MoneyRequest(finished(jobs.Desk(), opened, request).run, request)


def test_what_more_money_would_do_is_worked_out_once(store, asked):
    solves = []
    real = jobs._solve

    def counted(*arguments):
        solves.append(threading.get_ident())
        return real(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_solve", counted)
        first, again, later = (finished(jobs.Desk(), store, asked, version) for version in ("import 1", "import 1", "import 2"))
    assert len(solves) == 1
    assert first.run == again.run == later.run == asked.key
    row = store.runs(SCOPE, run=asked.key).iloc[0]
    assert (row["kind"], row["organisation"], row["status"], row["message"]) == ("money", "DEMO198", "optimal", "")
    found = MoneyResult.from_json(row["result"])
    plan = PlanResult.from_json(store.runs(SCOPE, run=asked.plan).iloc[0]["result"])
    assert found.budgets.loc[found.budgets["this_plan"], "ranks_short"].tolist() == [pytest.approx(plan.summary["plan"]["ranks_short"])]


def test_it_says_how_many_budgets_are_solved(monkeypatch, asked):
    def worked(job, *, cancel, solved, time_limit):
        solved(3)
        nothing = pd.DataFrame({"amount": []})
        return MoneyResult(nothing, nothing, nothing, {"complete": False})

    monkeypatch.setattr(pipeline, "work_out_money", worked)
    said = []
    jobs.work(io.BytesIO(pickle.dumps((plans.MoneyJob(None, "key"), 1.0))), said.append)
    assert said[0] == ("progress", "Making plans with other budgets: 3 of about 18")
    assert said[1][:3] == ("end", "feasible", "")
    assert not MoneyResult.from_json(said[1][3]).summary["complete"]


def test_money_is_refused_for_a_plan_that_the_data_would_not_give_again(store, asked):
    ticket = finished(jobs.Desk(), store, MoneyRequest("f" * 64, asked.request))
    assert "Plan out of date" in ticket.error
    assert not ticket.run


def test_money_can_be_cancelled_and_asked_for_again(store):
    request = PlanRequest("DEMO198", 75_000.0, 12)
    asked = MoneyRequest(finished(jobs.Desk(), store, request).run, request)
    desk = jobs.Desk()
    ticket = desk.ticket(desk.ask(store, SCOPE, asked, "import 1"))
    while "1 of about" not in ticket.step and not ticket.ended.is_set():
        time.sleep(0.02)
    ticket.cancelled.set()
    assert ticket.ended.wait(jobs.GRACE * 2)
    assert status(store, ticket)[0] == "cancelled"
    assert store.claim_run(asked.key, "money", "DEMO198", "{}")
    store.finish_run(asked.key, "cancelled")


def test_a_cancelled_plan_ends_soon_and_may_be_asked_for_again(store):
    desk, request = jobs.Desk(), PlanRequest("DEMO198", 70_000.0, 20)
    name = desk.ask(store, SCOPE, request, "import 1")
    ticket = desk.ticket(name)
    while ticket.step != "Finding the best plan" and not ticket.ended.is_set():
        time.sleep(0.02)
    asked = time.monotonic()
    ticket.cancelled.set()
    assert ticket.ended.wait(jobs.GRACE * 2)
    assert time.monotonic() - asked < jobs.GRACE * 1.5
    assert status(store, ticket)[0] == "cancelled"
    assert store.claim_run(ticket.run, "plan", "DEMO198", "{}")
    store.finish_run(ticket.run, "cancelled")


def test_a_child_that_dies_leaves_an_interrupted_run(store, monkeypatch):
    real = subprocess.Popen
    children = []

    def born(*arguments, **options):
        children.append(real(*arguments, **options))
        return children[-1]

    monkeypatch.setattr(jobs.subprocess, "Popen", born)
    desk = jobs.Desk()
    ticket = desk.ticket(desk.ask(store, SCOPE, PlanRequest("DEMO198", 80_000.0, 20), "import 1"))
    while not children:
        time.sleep(0.02)
    children[0].kill()
    assert ticket.ended.wait(30)
    assert status(store, ticket) == ("abandoned", jobs.DEAD)


def test_wrong_input_is_said_and_leaves_no_run(store):
    before = len(store.runs(SCOPE))
    ticket = finished(jobs.Desk(), store, PlanRequest("DEMO999", 1.0, 4))
    assert "Unknown organisation" in ticket.error
    assert not ticket.run
    assert len(store.runs(SCOPE)) == before


def test_a_mistake_of_ours_ends_the_ticket_and_the_run(store, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "_solve", broken)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    ticket = finished(jobs.Desk(), store, PlanRequest("DEMO198", 90_000.0, 4))
    assert "mistake of ours" in ticket.error
    assert status(store, ticket)[0] == "failed"


@pytest.mark.parametrize("end", ["infeasible", "unbounded", "stopped", "cancelled", "failed"])
def test_a_solve_without_a_plan_says_its_status_and_why(monkeypatch, end):
    def refused(job, *, cancel, progress, time_limit):
        raise PlanError(end, f"because {end}")

    monkeypatch.setattr(pipeline, "solve_plan", refused)
    said = []
    jobs.work(io.BytesIO(pickle.dumps(("a job", 1.0))), said.append)
    assert said == [("end", end, f"because {end}", "")]


def test_no_row_about_a_person_reaches_the_child(store):
    """Pseudonyms are the only thing in the store that stands for a person."""
    job = pickle.dumps(plans.prepare_plan(store, SCOPE, PlanRequest("DEMO198", 1.0, 4)))
    people = store.query("latest_assignment", SCOPE)["person"]
    assert len(people) > 50
    assert not any(person.encode() in job for person in people)
    plan = plans.prepare_plan(store, SCOPE, PlanRequest("DEMO198", 1.0, 4))
    money = pickle.dumps(plans.prepare_money(store, SCOPE, MoneyRequest(plan.key, plan.request)))
    assert not any(person.encode() in money for person in people)
