"""A plan that is adopted, followed, made again from what was done, and asked the delivery questions: use cases, commands, widgets."""

from __future__ import annotations

import datetime as dt
import io
import json
import pickle
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import cli, jobs, results
from app.following_page import words
from app.money import MoneyResult
from app.pipeline import following, plans
from app.pipeline.plans import MoneyRequest, PlanRequest
from skills_model import milestones
from skills_model.errors import DataError, ScopeError
from skills_model.privacy import Scope
from skills_model.store import Store

TRUST, PLAN, TODAY = "DEMO198", "digital-2026", dt.date(2026, 11, 22)
SCOPE = Scope.local()
MAIN = str(Path(__file__).parents[2] / "app" / "main.py")
REQUEST = PlanRequest(TRUST, 150_000.0, 4, settings='{"levers": {"whole_people": false}}')


@pytest.fixture(scope="module")
def planned(one_trust, tmp_path_factory):
    """Return the path of a store with a plan of four quarters from April 2026 that is kept and adopted, and its run."""
    path = tmp_path_factory.mktemp("following") / "one.duckdb"
    shutil.copy(one_trust, path)
    with Store.open(path) as store:
        job = plans.prepare_plan(store, SCOPE, REQUEST)
        run = following.keep(store, SCOPE, job, plans.solve_plan(job))
        following.adopt(store, SCOPE, run[:12], name=PLAN, owner="Chief information officer", reason="The board agreed", today=TODAY)
    return path, run


@pytest.fixture
def place(planned, tmp_path):
    """Return the path of a copy of that store."""
    path = tmp_path / "one.duckdb"
    shutil.copy(planned[0], path)
    return path


@pytest.fixture
def run(place, capsys):
    """Run a command in this process on the copy."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([*map(str, arguments), "--store", str(place)])
        written = capsys.readouterr()
        return left.value.code or 0, written.out, written.err

    return call


def done(store, share=1.0, times=1.0):
    """Record the lines of the two quarters that are over: a share of the planned starts, at so many times the planned price of each."""
    form = following.template(store, SCOPE, PLAN, as_planned=True, today=TODAY)
    form = form[form["amount"].notna()]
    assert set(form["period"]) == {1, 2}
    form = form.assign(amount=form["amount"] * share, pounds=form["pounds"] * share * times)
    following.record_file(store, SCOPE, PLAN, form.to_csv(index=False).encode(), "form.csv", by="Programme manager", today=TODAY)
    return form


def test_the_log_of_an_organisation_that_is_not_there_is_a_fault(planned):
    with Store.open(planned[0]) as store, pytest.raises(DataError, match="Unknown organisation"):
        following.log(store, SCOPE, "DEMO999")


def test_the_log_tells_what_a_plan_came_to_without_reading_it_and_whatever_became_of_its_milestones(place, monkeypatch):
    """Hundreds of plans take a minute to read; what they came to stands in their milestones as they were adopted with them."""
    with Store.open(place) as store:
        first = following.result_of(following.find_run(store, SCOPE, following.run_of(store, SCOPE, PLAN)))
        for part in ("ranks-short-q04", "spending-development-q04", "starts-train-q04"):
            milestones.edit(store, SCOPE, PLAN, part, target=1.0)
            milestones.edit(store, SCOPE, PLAN, part, target=2.0)
        monkeypatch.setattr(following, "find_run", lambda *_: pytest.fail("a plan was read"))
        log = following.log(store, SCOPE)
    short, fte, cost = first.path["plan_ranks_short"].iloc[-1], first.actions["fte"].sum(), first.actions["cost"].sum()
    assert log["changed"].tolist() == [f"First plan: {short:,.1f} ranks short at the end, {fte:,.1f} FTE started, £{cost:,.0f} of cost"]


def test_a_run_is_found_by_its_start_and_nothing_else_by_it(planned):
    path, name = planned
    with Store.open(path) as store:
        assert following.find_run(store, SCOPE, name[:8])["run"] == name
        assert following.run_of(store, SCOPE, PLAN) == name
        for wrong in ("f" * 64, "not-a-run", name[:4]):
            with pytest.raises(DataError, match="Unknown plan"):
                following.find_run(store, SCOPE, wrong)


def test_what_went_as_planned_makes_the_same_plan_again(place):
    """The value of every stage, the ranks short at the end and the starts still to come are those of the first plan."""
    with Store.open(place) as store:
        done(store)
        request = following.request_again(store, SCOPE, PLAN, today=TODAY)
        assert following.Follows.of(request.follows).until == 2
        again = following.replan(store, SCOPE, request)
        first = following.result_of(following.find_run(store, SCOPE, following.run_of(store, SCOPE, PLAN)))
        assert [stage["value"] for stage in again.summary["stages"]] == pytest.approx(
            [stage["value"] for stage in first.summary["stages"]], rel=1e-3
        )
        starts = [result.actions.groupby("period")["fte"].sum() for result in (first, again)]
        assert starts[1].loc[[1, 2]].to_numpy() == pytest.approx(starts[0].loc[[1, 2]].to_numpy(), abs=1e-6)
        assert max(again.summary["audit"].values()) < 1e-6
        assert following.find_run(store, SCOPE, again.job.key)["status"] == "optimal"
        assert again.solved_at is None
        assert following.replan(store, SCOPE, request).solved_at is not None  # read back, not solved again


def test_half_the_starts_leave_more_to_do_and_the_log_says_why(place):
    with Store.open(place) as store:
        form = done(store, 0.5)
        rows, judged = following.followed(store, SCOPE, PLAN, today=TODAY)
        assert rows["fte"].sum() == pytest.approx(form["amount"].sum())
        assert "missed" in set(judged.loc[judged["measure"] == "starts", "state"])
        request = following.request_again(store, SCOPE, PLAN, today=TODAY)
        again = following.replan(store, SCOPE, request)
        said = {"name": "digital-2026-b", "owner": "Chief information officer", "reason": "Half the starts were late"}
        following.adopt(store, SCOPE, again.job.key, **said, today=TODAY)
        log = following.log(store, SCOPE, TRUST)
        assert log[["plan", "follows", "reason"]].to_numpy().tolist() == [
            [PLAN, "", "The board agreed"], ["digital-2026-b", PLAN, "Half the starts were late"],
        ]  # fmt: skip
        assert log["changed"].iloc[1].startswith("ranks short at the end from ")
        assert ", cost from £" in log["changed"].iloc[1]
        assert any("The first 2 periods stand as recorded" in note for note in again.summary["notes"])
        chain = following.versions(store, SCOPE, "digital-2026-b")
        assert [(item.plan, item.until) for item in chain] == [(PLAN, 0), ("digital-2026-b", 2)]
        assert following.as_was(store, SCOPE, again.job.key).key == again.job.key
        late = following.overdue(store, SCOPE, today=dt.date(2027, 4, 1))
        assert set(late["plan"]) == {"digital-2026-b"}
        assert not following.questions(store, SCOPE, again.job.key).empty


def ended(desk, store, request):
    """Wait for the run of what a page asks for, and return it as it is stored."""
    ticket = desk.ticket(desk.ask(store, SCOPE, request, "import 1"))
    assert ticket.ended.wait(120)
    assert not ticket.error
    return store.runs(SCOPE, run=ticket.run).iloc[0]


def test_the_page_and_the_command_tell_the_same_of_a_plan_made_again(place, tmp_path):
    """At twice the price more is spent than there is: both say how it follows, and what must be found; only times of solving differ."""
    with Store.open(place) as store:
        done(store, times=2.0)
        request = following.request_again(store, SCOPE, PLAN, today=TODAY)
    shutil.copy(place, tmp_path / "page.duckdb")
    with Store.open(place) as store:
        command = following.find_run(store, SCOPE, following.replan(store, SCOPE, request).job.key)
    with Store.open(tmp_path / "page.duckdb") as store:
        page = ended(jobs.Desk(), store, request)
    assert (page["run"], page["status"]) == (command["run"], command["status"])
    told = [json.loads(row["result"]) for row in (command, page)]
    notes = told[0]["summary"]["notes"]
    assert any("stand as recorded" in note for note in notes)
    assert any("must be found" in note for note in notes)
    assert told[0]["summary"]["follows"] == request.follows
    assert told[0] == told[1]


def test_more_recruits_than_posts_are_borne_and_said_in_words(place):
    """Ten times the planned recruits came into posts that are full then: the plan stands, and says by how much, of which role level and when."""
    with Store.open(place) as store:
        form = done(store)
        recruits = form[form["line"].str.startswith("recruit:")]
        assert len(recruits)
        more = recruits.assign(amount=recruits["amount"] * 10, pounds=recruits["pounds"])
        following.record_file(store, SCOPE, PLAN, more.to_csv(index=False).encode(), "form.csv", by="Programme manager", today=TODAY)
        job = following.prepare(store, SCOPE, following.request_again(store, SCOPE, PLAN, today=TODAY))
        posts = [note for note in job.notes if note.startswith("What was done goes beyond the funded posts in periods 3 to 4: ")]
        assert len(posts) == 1
        assert "by up to" in posts[0]
        assert len(job.notes) < 10
        pickled = pickle.dumps(job)
        assert not any(person.encode() in pickled for person in store.query("latest_assignment", SCOPE)["person"])
        assert any(note.startswith("£") and "for establishment pay in periods" in note for note in job.notes)
        assert job.notes[-1].startswith("The first 2 periods stand as recorded")
        assert plans.solve_plan(job).summary["status"] in plans.PLANNED


@pytest.fixture(scope="module")
def spent(planned, tmp_path_factory):
    """Return where a store lies with a plan of two years, adopted, of which more was spent in its first half-year than its first year had."""
    path = shutil.copy(planned[0], tmp_path_factory.mktemp("spent") / "one.duckdb")
    with Store.open(path) as store:
        without = ["contract", "mentor", "post", "promote", "redeploy", "retain", "second", "share"]
        settings = json.dumps({"levers": {"whole_people": False, "without": without}})
        job = plans.prepare_plan(store, SCOPE, PlanRequest(TRUST, 80_000.0, 8, settings=settings))
        run = following.keep(store, SCOPE, job, plans.solve_plan(job))
        said = {"name": "two-years", "owner": "Chief information officer", "reason": "The board agreed"}
        following.adopt(store, SCOPE, run, **said, today=TODAY)
        form = following.template(store, SCOPE, "two-years", as_planned=True, today=TODAY)
        form = form[form["amount"].notna()]
        form = form.assign(pounds=form["pounds"] * 70_000.0 / form["pounds"].sum())
        following.record_file(store, SCOPE, "two-years", form.to_csv(index=False).encode(), "form.csv", by="Programme manager", today=TODAY)
    return path


@pytest.fixture
def overspent(spent, tmp_path):
    """Return a copy of that store, open."""
    with Store.open(shutil.copy(spent, tmp_path / "one.duckdb")) as store:
        yield store


def test_after_an_overspending_less_and_more_is_of_the_money_still_to_come(overspent):
    """Nothing can be taken back of the first year; of the second there is left what the first did not spend ahead."""
    request = following.request_again(overspent, SCOPE, "two-years", today=TODAY)
    again = following.replan(overspent, SCOPE, request)
    told, streams = again.summary["last_pound"], again.described.streams.query("stream == 'development'")
    assert streams["budget"].tolist() == [40_000.0, 40_000.0]
    owed = -streams["carried_out"].iloc[0]
    assert 10_000 < owed < 40_000
    assert results.overspent(again).startswith("Carried money below 0 is overspending")
    first = following.result_of(following.find_run(overspent, SCOPE, following.run_of(overspent, SCOPE, "two-years")))
    assert results.overspent(first) == ""
    assert streams["used"].tolist()[0] == pytest.approx(40_000.0 + owed)
    assert told["to_come"]
    assert told["budget"] == pytest.approx(40_000.0 - owed, abs=0.01)
    assert told["last"]["pounds"] == pytest.approx(min(10_000.0, told["budget"]))
    assert told["last"]["ranks_short"] < 0
    found = plans.work_out_money(following.prepare_money(overspent, SCOPE, MoneyRequest(again.job.key, request)))
    assert found.summary["to_come"]
    assert found.summary["budget"] == pytest.approx(told["budget"])
    assert found.budgets["amount"].min() < told["budget"] - 1


def _adopting():
    """Draw the form that adopts a plan, as the page does."""
    import streamlit as st

    from app import frame, state
    from app.following_page import adopting

    view = state.open_view()
    adopting.draw(view, st.query_params["run"], "DEMO198")
    frame.end(view, "")


def test_the_form_of_a_plan_made_again_says_which_one_it_takes_the_place_of(place, monkeypatch):
    with Store.open(place) as store:
        done(store)
        run = following.replan(store, SCOPE, following.request_again(store, SCOPE, PLAN, today=TODAY)).job.key
        assert following.followed_by(store, SCOPE, run) == PLAN
    monkeypatch.setenv("SKILLSPLAN_STORE", str(place))
    st.cache_resource.clear()
    at = AppTest.from_function(_adopting, default_timeout=60)
    at.query_params["run"] = run
    at.run()
    assert not at.exception
    assert any(f"Made again from **{PLAN}**" in item.value.replace("\\", "") for item in at.markdown)
    assert at.selectbox(key="adopt_before").options == [PLAN]
    with Store.open(place) as store:
        row = following.find_run(store, SCOPE, run)
        store.claim_run("d" * 64, "plan", TRUST, row["options"])
        store.finish_run("d" * 64, "optimal", result=row["result"])
        following.adopt(store, SCOPE, run, name="digital-2026-b", owner="CIO", reason="Half-way", today=TODAY)
    at.query_params["run"] = "d" * 64
    st.cache_data.clear()
    at.run()
    assert any("Another has taken its place since" in item.value for item in at.markdown)
    assert at.selectbox(key="adopt_before").options == ["digital-2026-b"]
    st.cache_resource.clear()


def test_another_budget_of_a_plan_made_again_is_of_the_years_to_come(overspent):
    """£20,000 more are all of the second year; less than what has come in already cannot be given."""
    request = following.request_again(overspent, SCOPE, "two-years", today=TODAY)
    more = replace(request, budget=100_000.0)
    run = following.replan(overspent, SCOPE, more).job.key
    job = following.as_was(overspent, SCOPE, run)
    assert job.key == run
    assert list(job.scenario.budget["development"].values()) == [40_000.0, 60_000.0]
    following.adopt(overspent, SCOPE, run, name="two-years-b", owner="Chief information officer", reason="More money", today=TODAY)
    later = following.request_again(overspent, SCOPE, "two-years-b", today=TODAY)
    assert list(following.prepare(overspent, SCOPE, later).scenario.budget["development"].values()) == [40_000.0, 60_000.0]
    with pytest.raises(DataError, match=r"Less money than has come in.*£30,000 over the whole plan, where £40,000 are of years"):
        following.prepare(overspent, SCOPE, replace(request, budget=30_000.0))


def test_what_more_money_would_do_to_a_plan_made_again_is_worked_out(place):
    with Store.open(place) as store:
        done(store, 0.5)
        request = following.request_again(store, SCOPE, PLAN, today=TODAY)
        desk = jobs.Desk()
        plan = ended(desk, store, request)
        row = ended(desk, store, MoneyRequest(plan["run"], request))
        assert (row["kind"], row["status"]) == ("money", "optimal")
        found = MoneyResult.from_json(row["result"])
        told = following.result_of(plan).summary["last_pound"]
        assert found.budgets.loc[found.budgets["this_plan"], "ranks_short"].tolist() == [pytest.approx(told["ranks_short"])]
        later = replace(request, budget=request.budget + 1)
        ticket = desk.ticket(desk.ask(store, SCOPE, MoneyRequest("f" * 64, later), "import 1"))
        assert ticket.ended.wait(120)
        assert "Unknown plan" in ticket.error


def test_a_plan_is_made_again_from_its_own_data_whatever_was_taken_in_since(place):
    """More people leave by a value of the user since; the plan that follows still rests on what the first was made from."""
    with Store.open(place) as store:
        done(store)
        row = {"assumption": "leaver_rate", "key": "", "value": 0.3, "low": 0.2, "high": 0.4, "source": "judgement", "owner": "finance"}
        store.write("assumptions", "e" * 64, "own", {"assumption": pd.DataFrame([row])}, replace=True)
        first = following.run_of(store, SCOPE, PLAN)
        assert plans.prepare_plan(store, SCOPE, REQUEST).key != first
        assert following.as_was(store, SCOPE, first).key == first


def test_what_becomes_of_a_plan_is_no_other_data_and_an_assumption_is(place):
    with Store.open(place) as store:
        milestones.edit(store, SCOPE, PLAN, "coverage-q01", note="Agreed")
        done(store)
        row = following.find_run(store, SCOPE, following.run_of(store, SCOPE, PLAN))
        assert not following.other_data(store, SCOPE, row)
        own = {"assumption": "leaver_rate", "key": "", "value": 0.3, "low": 0.2, "high": 0.4, "source": "judgement", "owner": "finance"}
        store.write("assumptions", "e" * 64, "own", {"assumption": pd.DataFrame([own])}, replace=True)
        assert following.other_data(store, SCOPE, row)


def test_the_page_of_an_adopted_plan_does_not_call_it_out_of_date(overview, planned):
    at = overview()
    at.switch_page("app_pages/plan.py")
    at.query_params["run"] = planned[1]
    at.run()
    assert not at.exception
    assert not any("have changed" in item.value for item in at.warning)


def test_what_a_plan_follows_is_a_run_and_a_period(place):
    with Store.open(place) as store:
        for wrong in ("f" * 64, "abc:x", "abc:2:something"):
            with pytest.raises(DataError, match="Not said how far"):
                following.prepare(store, SCOPE, PlanRequest(TRUST, 1.0, 4, follows=wrong))
        run = following.run_of(store, SCOPE, PLAN)
        with pytest.raises(DataError, match="Plan of another organisation"):
            following.prepare(store, SCOPE, PlanRequest("DEMO063", 1.0, 4, follows=f"{run}:2"))
        with pytest.raises(DataError, match="Nothing recorded"):
            following.prepare(store, SCOPE, PlanRequest(TRUST, 1.0, 4, follows=f"{run}:2"))
        done(store)
        short = following.prepare(store, SCOPE, PlanRequest(**{**vars(REQUEST), "follows": f"{run[:12]}:2"}))
        assert short.key == following.prepare(store, SCOPE, following.request_again(store, SCOPE, PLAN, today=TODAY)).key


def test_lines_without_a_record_stand_in_the_way_and_are_told(place):
    with Store.open(place) as store:
        with pytest.raises(DataError) as told:
            following.request_again(store, SCOPE, PLAN, today=TODAY)
        assert {fault.problem for fault in told.value.faults} == {"Nothing recorded"}
        assert [fault.found.partition(" planned lines of period ")[2][:1] for fault in told.value.faults] == ["1", "2"]
        assert all("--as-planned" in fault.action and "Train " in fault.found for fault in told.value.faults)
        with pytest.raises(DataError, match="No later staff list"):
            following.request_again(store, SCOPE, PLAN, afresh=True, today=TODAY)
        for day, until, said in (
            (dt.date(2026, 4, 2), None, "the first ends on 30 June 2026"),
            (dt.date(2027, 4, 1), None, "the plan was over on 31 March 2027"),
            (dt.date(2026, 4, 2), 2, "Found 2; allowed: 1 to 1, the period under way"),
            (TODAY, 0, "Found 0; allowed: 1 to 3"),
            (TODAY, 9, "Found 9; allowed: 1 to 3"),
        ):
            with pytest.raises(DataError, match=said):
                following.request_again(store, SCOPE, PLAN, until=until, today=day)


def test_a_line_that_nobody_planned_can_be_recorded_where_the_plan_could_have_it(place):
    with Store.open(place) as store:
        tables = following.as_was(store, SCOPE, following.run_of(store, SCOPE, PLAN)).tables
        used = set(following.template(store, SCOPE, PLAN, today=TODAY)["line"])
        line = next(name for name in tables.levers.loc[tables.levers["kind"] == "train", "lever"] if name not in used)
        following.record_line(store, SCOPE, PLAN, line, 1, 0.5, None, "It came free", by="Programme manager", today=TODAY)
        rows, _ = following.followed(store, SCOPE, PLAN, today=TODAY)
        assert rows.set_index("line").loc[line, ["planned_fte", "fte", "note"]].tolist() == [0.0, 0.5, "It came free"]
        with pytest.raises(DataError, match="Unknown line"):
            following.record_line(store, SCOPE, PLAN, "train:nobody", 1, 0.5, None, "", by="Programme manager", today=TODAY)


def test_a_later_staff_list_can_be_measured_and_planned_from_afresh(place):
    """The same staff, listed again on 30 September 2026: measures of that quarter, and a plan of the two quarters that are left."""
    with Store.open(place) as store:
        done(store)
        assert following.newer_list(store, SCOPE, PLAN) == ""
        staff = pd.read_csv(io.BytesIO(store.export("assignment", SCOPE)))
        listed = pd.read_csv(io.BytesIO(store.export("snapshot", SCOPE)))
        newest = listed.sort_values("as_at").iloc[-1]
        number = int(listed["snapshot"].max()) + 1
        later = staff[staff["snapshot"] == newest["snapshot"]].drop(columns="import_run", errors="ignore").assign(snapshot=number)
        frames = {"snapshot": pd.DataFrame([{"snapshot": number, "organisation": TRUST, "as_at": "2026-09-30"}]), "assignment": later}
        store.write("staff", "9" * 64, "later list", frames)
        assert "30 September 2026" in following.newer_list(store, SCOPE, PLAN)
        following.record_measures(store, SCOPE, PLAN, by="HR planner", today=TODAY)
        _, judged = following.followed(store, SCOPE, PLAN, today=TODAY)
        measured = judged.set_index("milestone").loc["staff-in-post-q02", "value"]
        assert measured == pytest.approx(later["fte"].sum(), rel=0.1)
        request = following.request_again(store, SCOPE, PLAN, afresh=True, today=TODAY)
        assert (request.periods, json.loads(request.settings)["start"]) == (2, "2026-10-01")
        rows, _ = following.followed(store, SCOPE, PLAN, today=TODAY)
        planned = following.versions(store, SCOPE, PLAN)[-1].actions
        own = planned[milestones.first_stream(planned["stream"]) == "development"][["line", "period"]].drop_duplicates()
        assert request.budget == pytest.approx(150_000.0 - rows.merge(own)["spent"].sum())
        again = following.replan(store, SCOPE, request)
        assert again.summary["start"] == "2026-10-01"
        assert len(again.job.tables.history)
        assert any("are its history" in note for note in again.summary["notes"])
        assert following.as_was(store, SCOPE, again.job.key).key == again.job.key
        done(store, times=10.0)
        request = following.request_again(store, SCOPE, PLAN, afresh=True, today=TODAY)
        assert request.budget == 0
        assert any("more than all development money" in note for note in following.prepare(store, SCOPE, request).notes)


def test_private_questions_are_for_those_who_may_see_single_people(planned):
    path, name = planned
    with Store.open(path) as store:
        public = following.questions(store, SCOPE, name)
        private = following.questions(store, SCOPE, name, private=True)
        assert set(private["question"]) - set(public["question"]) == {"single-points", "succession"}
        counts = Scope(organisations=frozenset({TRUST}), person_level=False)
        with pytest.raises(ScopeError):
            following.questions(store, counts, name, private=True)


def test_commands_follow_a_plan_from_adoption_to_a_new_plan(run, tmp_path, monkeypatch):
    monkeypatch.setattr("app.cli.following._today", lambda: TODAY)
    code, out, _ = run("plan", "milestones", PLAN, "--json")
    assert code == 0
    assert {row["state"] for row in json.loads(out)} <= {"met", "missed", "not yet", "not recorded"}
    code, out, err = run("plan", "milestones", PLAN, "--change", "coverage-q04", "--owner", "Head of data", "--note", "Agreed")
    assert (code, "Head of data" in out, "undo" in err) == (0, True, True)
    form = tmp_path / "form.csv"
    assert run("plan", "actuals", PLAN, "--template", form, "--as-planned")[0] == 0
    rows = pd.read_csv(form, dtype=str)
    rows[rows["period"].astype(int) <= 2].to_csv(form, index=False)
    assert run("plan", "actuals", PLAN, "--file", form)[0] == 2  # nobody says who records it
    code, out, err = run("plan", "actuals", PLAN, "--file", form, "--by", "Programme manager")
    assert (code, err.count("Recorded")) == (0, 1), err
    assert "Everything recorded is as planned." in out
    code, out, err = run(
        "plan", "replan", PLAN, "--as", "digital-2026-b", "--owner", "CIO", "--reason", "Half-way", "--out", tmp_path / "again"
    )
    assert code == 0, err
    assert "There is no development money still to come. The next £10,000 would " in out
    assert "It is adopted as digital-2026-b." in out
    assert (tmp_path / "again" / "plan.json").is_file()
    code, out, _ = run("plan", "log")
    assert (code, "in the place of digital-2026" in out, "Why: Half-way" in out) == (0, True, True)


def test_commands_ask_the_questions_and_keep_a_response(run):
    code, out, err = run("plan", "questions", PLAN, "--answer", "closed-late", "--response", "Courses begin in May", "--owner", "CIO")
    assert code == 0, err
    assert "Response of the CIO: Courses begin in May" in out
    assert "What would change the answer" in out
    code, out, _ = run("plan", "questions", PLAN, "--json")
    rows = {row["question"]: row for row in json.loads(out)}
    assert rows["closed-late"]["response"] == "Courses begin in May"
    assert rows["support-by-maturity"]["state"] == "not applicable"
    assert run("plan", "questions", "nothing-of-that-name")[0] == 2


def _page():
    """Draw every part, as the pages do."""
    import streamlit as st

    from app import frame, state
    from app.following_page import adopting, asking, reaching, recording, telling

    view = state.open_view()
    run = st.query_params["run"]
    name = adopting.draw(view, run, "DEMO198")
    asking.draw(view, run)
    if name:
        reaching.draw(view, name)
        recording.draw(view, name)
    telling.draw(view, "DEMO198")
    frame.end(view, "")


@pytest.fixture
def page(place, planned, monkeypatch):
    monkeypatch.setenv("SKILLSPLAN_STORE", str(place))
    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_function(_page, default_timeout=120)
    at.query_params["run"] = planned[1]
    yield at.run()
    st.cache_resource.clear()


def test_the_widgets_show_and_keep_what_is_said(page):
    assert not page.exception
    headers = " ".join(item.value for item in page.header)
    assert "Before you decide" in headers
    assert "milestones are overdue" in headers
    assert "Nothing is recorded yet" in headers
    page.text_area(key="response_text").input("Courses begin in May")
    page.text_input(key="response_owner").input("Chief information officer")
    next(button for button in page.button if button.label == "Keep the response").click().run()
    assert not page.exception
    assert any("Courses begin in May" in item.value for item in page.markdown)
    page.button(key="plan_again").click().run()
    assert not page.exception
    assert any("cannot be made again yet" in item.value for item in page.error)
    said = "\n".join(item.value for item in page.text)
    assert "and take it in: under 'Record what was done'." in said
    assert not re.search(r"skillsplan |--[a-z]", said), "a page names what it has"
    page.text_input(key="recorded_by").input("Programme manager")
    next(button for button in page.button if button.label == "Record the line").click().run()
    assert not page.exception
    assert any("Recorded as import" in item.value for item in page.success)


@pytest.fixture
def overview(place, monkeypatch):
    """Return the Overview of that store, on the day that milestones are judged."""
    monkeypatch.setenv("SKILLSPLAN_STORE", str(place))
    monkeypatch.setattr("app.following_page.readers.today", lambda: TODAY)
    st.cache_data.clear()
    st.cache_resource.clear()
    yield lambda: AppTest.from_file(MAIN, default_timeout=120).run()
    st.cache_data.clear()
    st.cache_resource.clear()


def links(at):
    return [link.proto.query_string for link in at.get("page_link")]


def test_the_overview_says_which_milestones_are_overdue_and_leads_to_them(overview, planned):
    at = overview()
    assert not at.exception
    said = next(item.value for item in at.markdown if "overdue" in item.value).replace("\\", "")
    with Store.open(planned[0]) as store:
        late = following.overdue(store, SCOPE, today=TODAY)
        name = store.query("organisations", SCOPE).set_index("code").loc[TRUST, "name"]
    assert f"{len(late)} milestones of the adopted plan of {name} are overdue" in said
    assert "Coverage of required skills, by 30 June 2026: not recorded" in said
    assert f"and {len(late) - 2} more" in said
    assert f"run={planned[1]}&plan_part=Milestones" in links(at)


def test_the_overview_says_nothing_of_milestones_that_are_not_overdue(overview, monkeypatch, planned):
    monkeypatch.setattr("app.following_page.readers.today", lambda: dt.date(2026, 4, 2))
    at = overview()
    assert not at.exception
    assert not any("overdue" in item.value for item in at.markdown)
    assert not any(planned[1] in link for link in links(at))


def test_what_is_overdue_is_the_same_whether_a_plan_had_to_be_read_for_it(place, monkeypatch):
    """Plans of which nothing is recorded are not read: 200 of them take a second, and took minutes."""
    with Store.open(place) as store:

        def late():
            judged = following.followed(store, SCOPE, PLAN, today=TODAY)[1]
            rows = judged[judged["state"].isin((milestones.MISSED, milestones.NOT_RECORDED))].reset_index(drop=True)
            return rows.assign(run=following.run_of(store, SCOPE, PLAN))

        nothing = late()
        with monkeypatch.context() as patch:
            patch.setattr(following, "versions", lambda *_: pytest.fail("a plan was read"))
            pd.testing.assert_frame_equal(following.overdue(store, SCOPE, today=TODAY), nothing, check_dtype=False)
        done(store, 0.5)
        recorded = following.overdue(store, SCOPE, today=TODAY)
        pd.testing.assert_frame_equal(recorded, late(), check_dtype=False)
        assert 0 < len(recorded) < len(nothing)
        assert milestones.MISSED in set(recorded["state"])


def test_milestones_are_overdue_within_ones_scope_alone(planned):
    with Store.open(planned[0]) as store:
        own, other = (Scope(organisations=frozenset({code}), person_level=False) for code in (TRUST, "DEMO001"))
        assert not following.overdue(store, own, today=TODAY).empty
        assert following.overdue(store, other, today=TODAY).empty


def test_the_lines_furthest_from_the_plan_come_first():
    rows = pd.DataFrame({"line": list("abc"), "period": 1, "cost_difference": [0.0, -50.0, 20.0], "fte_difference": [0.5, 0.0, 0.0]})
    assert words.furthest_apart(rows)["line"].tolist() == ["b", "c", "a"]


def test_what_is_overdue_is_said_in_a_line():
    rows = pd.DataFrame(
        [
            ("a", "Staff in post", "2026-09-30", "missed"),
            ("b", "Coverage", "2026-06-30", "not recorded"),
            ("c", "Spent", "2026-09-30", "missed"),
        ],
        columns=["milestone", "label", "due", "state"],
    )
    assert words.overdue(rows, "Heron") == (
        "3 milestones of the adopted plan of Heron are overdue: Coverage, by 30 June 2026: not recorded; "
        "Staff in post, by 30 September 2026: missed; and 1 more"
    )
    assert words.overdue(rows.head(1), "Heron").startswith("1 milestone of the adopted plan of Heron is overdue: Staff in post")


def test_a_plan_without_a_name_asks_for_one(page, place, planned):
    with Store.open(place) as store:
        rows = milestones.adopted(store, SCOPE)
        store.undo(int(rows["import_run"].iloc[0]))
    st.cache_data.clear()
    page.run()
    assert not page.exception
    page.text_input(key="adopt_name").input("Not a name")
    next(button for button in page.button if button.label == "Adopt the plan").click().run()
    assert any("was not adopted" in item.value for item in page.error)
    page.text_input(key="adopt_name").input("board-plan")
    page.text_input(key="adopt_owner").input("Chief information officer")
    page.text_area(key="adopt_reason").input("The board agreed")
    next(button for button in page.button if button.label == "Adopt the plan").click().run()
    assert not page.exception
    assert any("Adopted as board-plan" in item.value for item in page.success)
