"""Every page, run without a browser: as it opens, with each filter, with a bad link, without data, with plans of each end."""

import hashlib
import sys
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).parent))
import hospital
import pandas as pd

from app import jobs, method, pipeline, state
from app.findings import MEASURES
from app.pipeline import intake
from app.pipeline.plans import PlanRequest
from skills_model.privacy import Scope
from skills_model.store import Store

MAIN = str(Path(__file__).parents[2] / "app" / "main.py")
EXPLORE, PLAN = "app_pages/explore.py", "app_pages/plan.py"
NAME = "Bilberrymoor Acute Trust (invented), DEMO198"
BANNER = "Demonstration data, not real staff"


@pytest.fixture
def app(one_trust, monkeypatch):
    """Open a page of the app on the store of one trust, with what a link says."""
    monkeypatch.setenv("SKILLSPLAN_STORE", str(one_trust))
    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


def opened(page="", **parameters):
    at = AppTest.from_file(MAIN, default_timeout=30).run()
    assert not at.exception, at.exception
    if page:
        at.switch_page(page)
        for name, value in parameters.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception, at.exception
    return at


def words(at):
    """Return everything that a page says."""
    kinds = (at.title, at.header, at.markdown, at.caption, at.info, at.warning, at.error, at.text)
    return "\n".join(str(part.value) for kind in kinds for part in kind)


@pytest.mark.parametrize("page, title", [("", "Overview"), (EXPLORE, "Explore skills gaps"), (PLAN, "Build a plan")])
def test_each_page_says_where_it_is_what_the_data_are_and_from_when(app, page, title):
    at = app(page)
    assert [part.value for part in at.title] == [title]
    assert any(BANNER in part.value for part in at.info)
    assert any(part.value.startswith("Staff and skills as at 31 March 2026") for part in at.caption)
    assert any(part.label == "How this is calculated" for part in at.expander)
    assert not at.warning
    assert not at.error


def test_the_method_needs_no_data_and_finds_assumptions(monkeypatch, tmp_path):
    """It is read before there is a store; the speed it shows is what was measured, and every formula is drawn."""
    monkeypatch.setenv("SKILLSPLAN_STORE", str(tmp_path / "none.duckdb"))
    at = opened("app_pages/method.py", assumption="leaver first")
    assert [part.value for part in at.title] == ["Method"]
    assert [part.value for part in at.header][-3:] == ["Speed", "Assumptions", "Words"]
    assert "balance" in words(at)
    speed, found = (table.value for table in at.table)
    assert len(speed) == len(method.speed()) > 0
    assert found["Id"].tolist() == ["first\\_year\\_leaver\\_rate"]
    assert f"Showing 1 of {len(method.assumptions())} assumptions" in words(at)
    assert not at.run().exception  # nothing that is kept was changed by showing it


def test_the_overview_tells_the_four_figures(app):
    at = app()
    tiles = {tile.label: (tile.value, tile.delta) for tile in at.metric}
    assert tiles["Staff in post, FTE"] == ("98", "103 people in 1 organisations")
    assert tiles["Vacancies, FTE"] == ("7.3", "7% of 106 posts")
    assert tiles["Coverage of required skills"][0].endswith("%")
    assert set(tiles) == {"Staff in post, FTE", "Vacancies, FTE", "Coverage of required skills", "Skills short, in ranks"}
    assert "of the skills that posts require are in place" in at.header[0].value
    assert len(at.get("page_link")) == 3


@pytest.mark.parametrize(
    "name, value",
    [
        ("region", "South East"),
        ("organisation_type", "Acute"),
        ("organisation", NAME),
        ("role_family", "IT operations"),
        ("measure", MEASURES["coverage"].label),
        ("measure", MEASURES["ranks_short"].label),
        ("measure", MEASURES["fte_short"].label),
        ("self_bias", "Half a rank lower"),
    ],
)
def test_each_filter_works_from_a_link_and_from_the_page(app, name, value):
    linked = app(EXPLORE, **{name: value})
    assert linked.selectbox(key=name).value == value
    assert not linked.warning
    chosen = app(EXPLORE)
    chosen.selectbox(key=name).select(value).run()
    assert not chosen.exception
    assert [part.value for part in chosen.header] == [part.value for part in linked.header]
    assert len(chosen.table) == 2


def test_a_role_family_is_shown_by_role(app):
    at = app(EXPLORE, role_family="IT operations")
    assert any("by skill and role. IT operations, 31 March 2026" in part.value for part in at.caption)
    assert at.table[0].value.columns[0] == "Role"


def test_how_much_is_shown_is_said_in_the_same_words(app):
    at = app(EXPLORE)
    status = [part.value for part in at.caption if part.value.startswith("Showing")]
    assert len(status) == 5
    assert status[0].startswith("Showing 20 of ")
    assert status[2].startswith("Showing 25 of ")
    assert status[3] == status[2]
    assert status[4] == "Showing 4 of 12 role families"
    assert len(at.table[0].value) == 25
    at.toggle(key="show_all").set_value(True).run()
    assert not at.exception
    every = next(part.value for part in at.caption if part.value.startswith("Showing"))
    shown, total = every.removeprefix("Showing ").split(" skills")[0].split(" of ")
    assert shown == total


def test_the_table_turns_its_pages(app):
    at = app(EXPLORE)
    first = at.table[0].value
    at.get("pagination")[0].set_value(2).run()
    assert not at.exception
    assert not at.table[0].value.equals(first)


@pytest.mark.parametrize(
    "name, said",
    [
        ("region", "a region"),
        ("organisation", "an organisation"),
        ("role_family", "a role family"),
        ("measure", "a measure"),
        ("self_bias", "a way to take self-assessments"),
    ],
)
def test_a_link_to_what_is_not_there_says_so_and_shows_the_rest(app, name, said):
    at = app(EXPLORE, **{name: "Atlantis"})
    assert f"This link named {said} that no longer exists." in at.warning[0].value
    assert at.selectbox(key=name).value != "Atlantis"
    assert len(at.table) == 2


OUTSIDE = "This link named an organisation outside the chosen region or type."


@pytest.fixture
def london(monkeypatch):
    """Add a region and a type that hold no organisation."""
    known = state.labels

    def more(view):
        names = known(view)
        return names | {cut: {**names[cut], name: name} for cut, name in (("region", "London"), ("organisation_type", "Ambulance"))}

    monkeypatch.setattr(state, "labels", more)


@pytest.mark.parametrize("name, value", [("region", "London"), ("organisation_type", "Ambulance")])
def test_a_link_to_an_organisation_outside_the_region_or_type_says_so(app, london, name, value):
    at = app(EXPLORE, organisation=NAME, **{name: value})
    assert [part.value.splitlines()[0].strip() for part in at.warning] == [OUTSIDE]
    assert at.selectbox(key=name).value == value
    assert at.selectbox(key="organisation").value == state.ALL


def test_an_organisation_lost_to_a_narrower_region_is_said_once(app, london):
    at = app(EXPLORE, organisation=NAME)
    assert not at.warning
    at.selectbox(key="region").select("London").run()
    assert not at.exception
    assert OUTSIDE in at.warning[0].value
    at.run()
    assert not at.warning


def test_a_link_that_names_no_region_says_that_alone(app, london):
    at = app(EXPLORE, organisation=NAME, region="Atlantis")
    assert "a region that no longer exists" in at.warning[0].value
    assert OUTSIDE not in at.warning[0].value
    assert at.selectbox(key="organisation").value == NAME


def test_data_quality_is_said_in_a_sentence_and_beside_each_figure(app):
    at = app(EXPLORE)
    said = next(part.value for part in at.caption if "Data quality" in part.value)
    for words_ in ("are assessed", "are old", "are one's own view", "can be compared"):
        assert words_ in said
    assert at.table[1].value.columns.tolist()[3:] == ["Assessed", "Median age", "Old", "One's own view", "Kinds that disagree"]
    assert at.table[1].value["Skill"].tolist() == at.table[0].value["Skill"].tolist()


def test_lower_self_assessments_leave_more_people_short(app):
    given, lower = app(EXPLORE), app(EXPLORE, self_bias="One rank lower")
    assert any("self-assessments one rank lower" in part.value for part in lower.caption)
    assert lower.table[0].value["Staff short FTE"].tolist() != given.table[0].value["Staff short FTE"].tolist()


def test_the_change_from_one_staff_list_to_the_next_is_said_with_its_parts(app):
    at = app(EXPLORE)
    said = at.header[-1].value
    assert "between 31 March 2025 and 31 March 2026" in said
    for part in ("vacancies", "staff", "skills"):
        assert part in said


@pytest.fixture
def offered(monkeypatch):
    """Collect what download buttons would give, by label; the page test itself gives no content."""
    files = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, **_: files.__setitem__(label, data))
    return files


def test_what_is_downloaded_is_marked_safe_and_recorded(app, offered, one_trust):
    app(EXPLORE)
    text = offered["Download as CSV"]().decode("utf-8-sig")
    assert text.splitlines()[0].startswith("role_family,role_family_label,skill,skill_label,headcount")
    assert all(line.endswith(f'"{BANNER}"') for line in text.splitlines()[1:])
    with Store.open(one_trust) as store:
        assert "skills-gaps.csv" in store.export("audit_log", Scope.local()).decode()


@pytest.mark.parametrize("page", ["", EXPLORE, PLAN])
def test_without_a_store_each_page_says_how_to_make_one(monkeypatch, tmp_path, page):
    monkeypatch.setenv("SKILLSPLAN_STORE", str(tmp_path / "missing.duckdb"))
    at = opened(page)
    assert "skillsplan demo" in at.code[0].value
    assert not at.metric
    assert not (tmp_path / "missing.duckdb").exists()
    st.cache_resource.clear()


@pytest.mark.parametrize("page", ["", EXPLORE, PLAN])
def test_an_empty_store_is_said_to_be_empty(monkeypatch, tmp_path, page):
    Store.create(tmp_path / "empty.duckdb").close()
    monkeypatch.setenv("SKILLSPLAN_STORE", str(tmp_path / "empty.duckdb"))
    at = opened(page)
    assert "holds no organisation yet" in at.info[0].value
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.mark.parametrize("page", ["", EXPLORE, "app_pages/people.py", "app_pages/all_staff.py", PLAN])
def test_a_store_that_knows_an_organisation_and_nobody_in_it_says_where_data_come_in(monkeypatch, tmp_path, page):
    pipeline.new_store(tmp_path / "own.duckdb")
    with Store.open(tmp_path / "own.duckdb") as store:
        intake.take_in(store, Scope.local(), "ods", hospital.organisations(), "etr.csv")
    monkeypatch.setenv("SKILLSPLAN_STORE", str(tmp_path / "own.duckdb"))
    at = opened(page)
    assert "Staff and skills as at: there is no staff list yet." in words(at)
    if page != PLAN:
        assert any("staff list" in info.value for info in at.info)
    st.cache_data.clear()
    st.cache_resource.clear()


# Plans

WHOLE = "Checked again without the solver"  # said of a plan that is there with all its tables


def until(at, wanted, seconds=90):
    """Run a page again, as its clock does, until it says something."""
    end = time.monotonic() + seconds
    while wanted not in words(at):
        assert time.monotonic() < end, words(at)
        time.sleep(0.5)
        at.run()
        assert not at.exception, at.exception
    return at


def outdated(at):
    """Tell whether the page says that a plan is of other choices or data than those of now."""
    return any("have changed since this plan was made" in part.value for part in at.warning)


@pytest.fixture(scope="module")
def solved(one_trust):
    """Return the id of a small plan, solved once for all tests."""
    with Store.open(one_trust) as store:
        desk = jobs.Desk()
        version = f"import {int(store.query('data_state', Scope.local())['imports'].iloc[0])}"
        ticket = desk.ticket(desk.ask(store, Scope.local(), PlanRequest("DEMO198", 100_000.0, 4), version))
        assert ticket.ended.wait(120)
        assert not ticket.error, ticket.error
        return ticket.run


def test_a_plan_is_asked_for_made_and_shown(app):
    at = app(PLAN, budget="100000", periods="4")
    at.button[0].click().run()
    assert not at.exception
    until(at, WHOLE)
    assert len(at.query_params["run"]) == 64
    assert {tile.label for tile in at.metric} == {
        "Ranks short at the end", "Coverage at the end", "Staff in post at the end, FTE", "Funding streams pay",
        "Change in pay of funded posts", "Whole-life cost, pay included",
    }  # fmt: skip
    assert all(" now, " in tile.delta and tile.delta.endswith(" doing nothing") for tile in at.metric[:3])
    assert "an intention, to be planned again each year" in words(at)
    assert any("largest relative error" in part.value for part in at.caption)
    assert [tab.label for tab in at.tabs] == [
        "What to do", "What it closes", "What it costs", "Why not more", "More money", "Delivery questions", "Milestones",
    ]  # fmt: skip
    assert (
        list(at.table[1].value.columns) == ["Action", "Q1 2026/27", "Q2 2026/27", "Q3 2026/27", "Q4 2026/27"][: at.table[1].value.shape[1]]
    )
    assert list(at.table[2].value.columns) == [
        "When", "Action", "Role family or level", "What", "People", "FTE", "Cost", "Whole life",
    ]  # fmt: skip
    assert not outdated(at)


def test_another_budget_is_one_press_away_and_leads_to_both_plans_side_by_side(app, solved):
    at = app(PLAN, run=solved)
    assert "The last £10,000" in words(at)
    at.button(key="more_money").click().run()
    assert not at.exception
    end = time.monotonic() + 90
    while at.query_params.get("run") in (None, [solved], solved):
        assert time.monotonic() < end, words(at)
        time.sleep(0.5)
        at.run()
    at.run()
    assert not at.exception
    assert at.number_input(key="budget").value == 150_000
    assert not outdated(at), "the form holds what was asked for"
    beside = next(link for link in at.get("page_link") if link.proto.label == "Compare with the plan before")
    assert f"{solved[:8]}" in beside.proto.query_string


@pytest.mark.parametrize(
    "part, said",
    [
        ("What it closes", "Coverage reaches"),
        ("What it costs", "Funding streams"),
        ("Why not more", "A weighted FTE-rank is one FTE a rank short for one quarter"),
        ("Delivery questions", "Before you decide"),
        ("Milestones", "Adopt the plan to have milestones by quarter"),
    ],
)
def test_each_part_of_a_plan_is_a_link_of_its_own(app, solved, part, said):
    at = app(PLAN, run=solved, plan_part=part)
    assert said in words(at)
    assert not any(table.value.columns[0] == "Action" and "People" in table.value.columns for table in at.table)


def test_what_is_left_out_is_shown_kind_by_kind_or_whole(app, solved):
    at = app(PLAN, run=solved, plan_part="Why not more")
    shown = next(part.value for part in at.caption if part.value.endswith("actions in all."))
    every = int(shown.split("; ")[1].removesuffix(" actions in all.").replace(",", ""))
    told = next(part.value for part in at.markdown if part.value.startswith("- ") and "what the plan uses" in part.value).splitlines()
    assert len(told) < every
    assert max(pd.Series(told).str.partition(":")[0].value_counts()) <= 2
    at.toggle(key="all_left_out").set_value(True).run()
    assert not at.exception
    assert f"of {every:,} actions" in words(at)


def test_a_few_limits_of_each_kind_are_shown_or_all(app, solved):
    at = app(PLAN, run=solved, plan_part="Why not more")
    shown = next(part.value for part in at.caption if part.value.startswith("A sentence for each kind"))
    every = int(shown.split("; ")[1].removesuffix(" limits in all.").replace(",", ""))
    listed = next(part.value for part in at.markdown if part.value.startswith("- ") and "spent to the last pound" in part.value)
    assert len(listed.splitlines()) < every
    at.toggle(key="all_limits").set_value(True).run()
    assert not at.exception
    table = next(table.value for table in at.table if table.value.columns[0] == "What holds the plan back")
    assert f"of {every:,} limits" in words(at)
    assert table["What holds the plan back"].iloc[0].partition(" in ")[0].partition(" (")[0] in listed


def test_notes_on_a_plan_are_folded_after_the_first_two(app, solved):
    at = app(PLAN, run=solved)
    first = next(part.value for part in at.caption if part.value.startswith("- "))
    assert len(first.splitlines()) == 2
    folded = next(part for part in at.expander if part.label.endswith("on this plan"))
    assert len(folded.markdown[0].value.splitlines()) == int(folded.label.split(" ")[0])


def test_where_there_is_no_plan_a_press_gives_something_up_and_the_plan_says_what(app, overcommitted):
    """Starts that are committed and cost more than the budget: the page names the conflict, a button relaxes it, a plan comes of it."""
    at = app(PLAN, budget="70000", periods="4")
    at.button[0].click().run()
    until(at, "What would make a plan possible")
    assert at.error[0].proto.title == "No plan can keep all limits"
    assert "is asked for" in at.error[0].value
    choice = at.button(key="relax_0")
    said = choice.label
    choice.click().run()
    assert not at.exception
    until(at, WHOLE)
    given_up = next(part for part in at.warning if part.proto.title == "Given up so that there is a plan")
    assert said.split(";")[0] in given_up.value


def test_a_plan_outlives_the_page_and_the_server(app, solved):
    at = app(PLAN, run=solved)
    assert " doing nothing, " in words(at)
    assert at.number_input(key="budget").value == 100_000
    assert at.number_input(key="periods").value == 4
    assert not outdated(at)


def test_a_changed_choice_marks_a_plan_as_out_of_date(app, solved):
    at = app(PLAN, run=solved)
    at.number_input(key="budget").set_value(250_000).run()
    assert not at.exception
    assert "have changed since this plan was made" in at.warning[0].value
    assert " doing nothing, " in words(at)


def test_a_plan_can_be_taken_away(app, offered, solved):
    app(PLAN, run=solved)
    assert offered["Download the plan as a workbook"]()[:2] == b"PK"
    text = offered["Download what to do as CSV"]().decode("utf-8-sig")
    assert text.splitlines()[0].startswith("line,kind,action,role_family,role_level")
    assert all(line.endswith(f'"{BANNER}"') for line in text.splitlines()[1:])


@pytest.mark.parametrize(
    "status, title",
    [
        ("infeasible", "No plan can keep all limits"),
        ("failed", "No plan: failed"),
        ("stopped", "No plan: time ran out"),
        ("abandoned", "No plan: interrupted"),
        ("unbounded", "No plan: without a limit"),
    ],
)
def test_a_plan_that_is_none_says_why(app, one_trust, status, title):
    run = hashlib.sha256(status.encode()).hexdigest()
    message = f"Why it is {status}: seats [short]. Give it more time, or plan fewer periods."
    with Store.open(one_trust) as store:
        store.claim_run(run, "plan", "DEMO198", jobs.options(PlanRequest("DEMO198", 1.0, 4), "import 1"))
        store.finish_run(run, status, message=message)
    at = app(PLAN, run=run)
    assert at.error[0].proto.title == title
    said = at.error[0].value.replace("\\", "")
    assert f"Why it is {status}: seats" in said
    assert said.endswith("Fewer quarters, or fewer kinds of action, take less time."), "the page has no setting of time"
    assert not at.metric


def test_a_plan_that_was_cancelled_is_no_error(app, one_trust):
    run = hashlib.sha256(b"cancelled").hexdigest()
    with Store.open(one_trust) as store:
        store.claim_run(run, "plan", "DEMO198", jobs.options(PlanRequest("DEMO198", 1.0, 4), "import 1"))
        store.finish_run(run, "cancelled", message="Cancelled in stage shortfall; nothing was kept.")
    at = app(PLAN, run=run)
    assert not at.error
    assert "No plan: cancelled" in [part.proto.title for part in at.info]


@pytest.mark.parametrize("run", ["f" * 64, "../../etc/passwd", "'; DROP TABLE run; --"])
def test_a_link_to_a_plan_that_is_not_there_says_so(app, run):
    at = app(PLAN, run=run)
    assert "named a plan that is not in this store" in at.warning[0].value


@pytest.mark.parametrize(
    "name, value, said",
    [
        ("plan_for", "Nowhere", "an organisation that no longer exists"),
        ("scenario", "None", "a scenario that no longer exists"),
        *(("budget", value, "a budget that is not a whole number of pounds, 0 or more") for value in ("-5", "abc", "nan", "1e300", "0.5")),
        *(("periods", value, "a length that is not a whole number of quarters, 4 to 20") for value in ("99", "3", "12.5", "abc")),
    ],
)
def test_a_link_that_the_form_cannot_hold_says_so_once(app, name, value, said):
    at = app(PLAN, **{name: value})
    assert [part.value.splitlines()[0].strip() for part in at.warning] == [f"This link named {said}."]
    at.number_input(key="budget").set_value(250_000).run()
    assert not at.exception
    assert not at.warning


def test_a_link_says_all_that_the_form_cannot_hold(app):
    at = app(PLAN, budget="abc", periods="99", run="f" * 64)
    assert len(at.warning) == 1
    assert all(f"This link named a {what} that is not" in at.warning[0].value for what in ("budget", "length", "plan"))


def test_a_link_that_the_form_can_hold_fills_it(app):
    at = app(PLAN, plan_for=NAME, budget="250000", periods="8")
    assert not at.warning
    assert [at.number_input(key=name).value for name in ("budget", "periods")] == [250_000, 8]


def test_a_link_to_a_plan_says_what_else_in_it_is_wrong(app, solved):
    at = app(PLAN, run=solved, budget="-5")
    assert "This link named a budget" in at.warning[0].value
    assert " doing nothing, " in words(at)


def test_a_request_that_cannot_be_planned_says_what_is_wrong(app, monkeypatch):
    def refuse(*_):
        raise_fault()

    monkeypatch.setattr("app.pipeline.plans.prepare_plan", refuse)
    at = app(PLAN)
    at.button[0].click().run()
    until(at, "The plan could not be started")
    assert "Nothing to plan: Budget in pounds." in words(at)


def raise_fault():
    from skills_model.errors import DataError, Fault

    raise DataError([Fault("Nothing to plan", "--budget", found="no staff and no posts", action="Import its staff and posts.")])


def test_earlier_plans_are_listed(app, solved):
    at = app(PLAN)
    assert any(part.label == "Plans made before" for part in at.expander)
    assert solved
