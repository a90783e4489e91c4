"""Plans solved outside the page: once for the same inputs, cancelled when asked, never lost with a child."""

import io
import os
import pickle
import subprocess
import threading
import time

import pandas as pd
import pytest

from app import jobs, sitting
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
    in_fractions = plan.summary["last_pound"]["ranks_short"]  # money is said of the plan before its starts are whole people
    assert found.budgets.loc[found.budgets["this_plan"], "ranks_short"].tolist() == [pytest.approx(in_fractions)]


def test_it_says_how_many_budgets_are_solved(monkeypatch, asked):
    def worked(job, *, cancel, solved, time_limit, sitting):
        solved(3)
        nothing = pd.DataFrame({"amount": []})
        return MoneyResult(nothing, nothing, nothing, {"complete": False})

    monkeypatch.setattr(plans, "work_out_money", worked)
    said = []
    jobs.work(io.BytesIO(pickle.dumps(("work", plans.MoneyJob(None, "key"), 1.0))), said.append)
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


@pytest.fixture
def children(monkeypatch):
    """Return every child process that begins, from none that wait."""
    real, begun = subprocess.Popen, []

    def born(*arguments, **options):
        begun.append(real(*arguments, **options))
        return begun[-1]

    sitting.SITTINGS.close()
    monkeypatch.setattr(sitting.subprocess, "Popen", born)
    yield begun
    sitting.SITTINGS.close()


def test_a_child_that_dies_leaves_an_interrupted_run(store, children):
    desk = jobs.Desk()
    ticket = desk.ticket(desk.ask(store, SCOPE, PlanRequest("DEMO198", 80_000.0, 20), "import 1"))
    while not ticket.step.startswith("Finding the best plan:") and not ticket.ended.is_set():
        time.sleep(0.02)
    for child in children:
        child.kill()
    assert ticket.ended.wait(30)
    assert status(store, ticket) == ("abandoned", jobs.DEAD)


def test_another_budget_is_answered_by_the_child_that_has_the_problem(store, children):
    """One child solves both, and what it says of the second is what is said of it from nothing."""
    desk = jobs.Desk()
    finished(desk, store, PlanRequest("DEMO198", 61_000.0, 4))
    first = len(children)
    later = finished(desk, store, PlanRequest("DEMO198", 64_000.0, 4))
    assert status(store, later) == ("optimal", "")
    working = [child for child in sitting.SITTINGS.waiting if child.kin]
    assert len(working) == 1
    assert working[0].process in children[:first]
    warm = PlanResult.from_json(store.runs(SCOPE, run=later.run).iloc[0]["result"])
    cold = plans.make_plan(store, SCOPE, PlanRequest("DEMO198", 64_000.0, 4))
    assert cold.job.key == later.run
    for one, other in zip(warm.summary["stages"], cold.summary["stages"], strict=True):
        assert one["value"] == pytest.approx(other["value"], rel=1e-6, abs=1e-6)
    for name in ("whole_people", "last_pound"):
        assert_alike(warm.summary[name], cold.summary[name])
    keys = ["line", "period"]
    pd.testing.assert_series_equal(
        warm.actions.set_index(keys)["fte"].sort_index(), cold.actions.set_index(keys)["fte"].sort_index(), rtol=1e-6, atol=1e-6
    )


def assert_alike(one, other):
    """Hold two nested results equal, numbers to a millionth."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for name in one.keys() - {"solves"}:
            assert_alike(one[name], other[name])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_alike(left, right)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-6, abs=1e-6)
    else:
        assert one == other


def test_a_child_that_waited_and_is_gone_is_replaced(store, children):
    desk = jobs.Desk()
    finished(desk, store, PlanRequest("DEMO198", 66_000.0, 4))
    for child in children:
        child.kill()
        child.wait()
    assert status(store, finished(desk, store, PlanRequest("DEMO198", 67_000.0, 4))) == ("optimal", "")


def test_few_children_wait_and_the_longest_idle_ends_first(children):
    room = sitting.Sittings(kept=2)
    for name in ("a", "b", "c"):
        room.back(sitting.Child.begin(), name)
    assert [child.kin for child in room.waiting] == ["b", "c"]
    assert children[0].poll() is not None
    taken = room.take("b")
    assert (taken.kin, [child.kin for child in room.waiting]) == ("b", ["c"])
    room.back(taken, "c")  # it went on to another problem: two that keep the same are one too many
    assert [child.kin for child in room.waiting] == ["c"]
    room.close()
    assert all(child.wait(10) is not None for child in children)


def test_a_child_that_nobody_asks_ends(children):
    said = []
    read, write = os.pipe()
    with os.fdopen(read, "rb") as stream, os.fdopen(write, "wb"):
        jobs.work(stream, said.append, idle=0.05)
    assert said == []


def test_a_child_ends_with_its_parent(children):
    child = sitting.Child.begin()
    child.process.stdin.close()
    assert child.process.wait(30) == 0


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
    def refused(job, *, cancel, progress, time_limit, sitting, first):
        raise PlanError(end, f"because {end}")

    monkeypatch.setattr(plans, "solve_plan", refused)
    said = []
    jobs.work(io.BytesIO(pickle.dumps(("work", plans.PlanJob(None, None), 1.0))), said.append)
    assert said == [("end", end, f"because {end}", "")]


def test_no_row_about_a_person_reaches_the_child(store):
    """Pseudonyms are the only thing in the store that stands for a person."""
    plan = plans.prepare_plan(store, SCOPE, PlanRequest("DEMO198", 1.0, 4))
    job = pickle.dumps(plan)
    people = store.query("latest_assignment", SCOPE)["person"]
    assert len(people) > 50
    assert not any(person.encode() in job for person in people)
    money = pickle.dumps(plans.prepare_money(store, SCOPE, MoneyRequest(plan.key, plan.request)))
    assert not any(person.encode() in money for person in people)
