"""Suggested places as commands and as a page: suggest, decide, export, and that nothing says who anybody is."""

import csv
import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).parent))
from placed import ALL, CODE, NAME, NUMBERS, PLANTED, planned, staff_list, world

from app import cli, state
from app.cli import places as _commands  # noqa: F401 - the commands make themselves known
from app.pipeline import following, plans
from app.pipeline import places as use
from skills_model.errors import DataError, ScenarioError, ScopeError
from skills_model.privacy import Scope
from skills_model.store import Store

PAGE = str(Path(__file__).parents[2] / "app" / "app_pages" / "places.py")
MAIN = str(Path(__file__).parents[2] / "app" / "main.py")
PURPOSE = "Training places for 2026/27"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a store with a plan and a round of suggestions once."""
    path = tmp_path_factory.mktemp("places") / "placed.duckdb"
    run = planned(path)
    with Store.open(path) as store:
        round_ = use.suggest(store, ALL, CODE, PURPOSE)
    return path, run, round_


@pytest.fixture
def placed(made, tmp_path):
    """Return the path of a copy of the store, with its key, and the round."""
    path, _, round_ = made
    copy = tmp_path / path.name
    for file in path.parent.glob(f"*{path.stem}*"):
        if file.is_file():
            shutil.copy(file, tmp_path / file.name)
    return copy, round_.round


@pytest.fixture
def run(capsys):
    """Run a command in this process."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return left.value.code or 0, written.out, written.err

    return call


def log(path):
    with Store.open(path) as store:
        return store._select("SELECT action, detail FROM audit_log ORDER BY entry", {}).to_numpy().tolist()


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def people(path):
    with Store.open(path) as store:
        return store.export("person", ALL).decode()


# Suggesting


def test_suggestions_are_for_the_holders_of_the_plans_places_and_the_purpose_is_in_the_audit_log(made):
    path, run_, round_ = made
    assert round_.run == run_
    assert len(round_.found.places) > 10
    assert round_.found.proven
    told = [detail for action, detail in log(path) if action == use.PURPOSE]
    assert told == [f"round {round_.round}, seed {round_.seed}, {len(round_.found.places)} places; purpose: {PURPOSE}"]


def test_there_are_places_for_as_many_people_as_the_starts_of_the_plan_are(made):
    """Four of the twelve analysts work half time, so that 10 FTE are 12 people; what of them is suggested, empty or for later is all."""
    path, run_, round_ = made
    with Store.open(path) as store:
        actions = following.result_of(following.find_run(store, ALL, run_)).actions
    found = round_.found
    assert len(found.places) + found.empty + found.later == round(actions["fte"].sum() * 1.2) == actions["people"].sum()
    assert found.assigned + found.part_time == pytest.approx(
        found.claimed * len(found.places) / (len(found.places) + found.empty), rel=0.01
    )
    assert round_.warns
    assert any("real people reach" in note for note in round_.notes)


def test_a_plan_without_places_is_refused_and_leaves_no_round(placed, run):
    path, round_ = placed
    without = [word for lever in ("train", "apprentice", "mentor", "second") for word in ("--without", lever)]
    code, out, _ = run("plan", "--organisation", CODE, "--budget", 5000, "--periods", 4, *without, "--store", path)
    assert code == 0
    assert "In its first year the plan starts nobody who is there now in learning." in out
    code, _, error = run("places", "suggest", "--organisation", CODE, "--purpose", PURPOSE, "--store", path)
    assert code == 2
    assert "starts nobody who is there now in learning in its first year" in error
    assert "build one that has money for training" in error
    with Store.open(path) as store:
        assert use.rounds(store, ALL)["round"].tolist() == [round_]


def test_no_person_has_two_places_that_give_the_same_rank_nor_more_than_may_be(made):
    places = made[2].found.places
    assert not places.duplicated(["person", "skill", "rank"]).any()
    assert places["person"].value_counts().max() <= 4


def test_the_same_plan_and_purpose_give_the_same_round_and_another_seed_another_one(placed):
    path, round_ = placed
    with Store.open(path) as store:
        assert use.suggest(store, ALL, CODE, PURPOSE).round == round_
        other = use.suggest(store, ALL, CODE, PURPOSE, seed=5)
        assert other.round != round_
        assert use.again(store, ALL, other.round).found.places.equals(other.found.places)


def test_a_round_is_made_of_the_plan_as_it_was_after_new_data_came_in(placed):
    path, round_ = placed
    with Store.open(path) as store:
        person = store.query("persons", ALL)["person"].iloc[0]
        rows = pd.DataFrame(
            [(CODE, person, "sql", 3, "test", "2026-04-20")], columns=["organisation", "person", "skill", "rank", "kind", "assessed_on"]
        )
        store.write("tests", "9" * 64, "new", {"assessment": rows})
        again = use.again(store, ALL, round_)
    assert again.notes[0].startswith("Data were taken in after the plan was made")
    assert person not in set(again.found.places.loc[again.found.places["skill"] == "sql", "person"])


def test_claims_can_be_told_of_a_plan_that_no_round_was_made_of(placed):
    path, _ = placed
    before = log(path)
    with Store.open(path) as store:
        row = following.find_run(store, ALL, following.find_run(store, ALL, store.runs(ALL)["run"].iloc[0])["run"])
        job = plans.prepare_plan(store, ALL, following.request_of(row))
        told = use.claims(store, ALL, job, following.result_of(row).actions)
        kept = use.claims_of(store, ALL, str(row["run"]))
        scope = Scope(frozenset({CODE}))
        with pytest.raises(ScopeError):
            use.claims(store, scope, job, following.result_of(row).actions)
        with pytest.raises(ScopeError):
            use.claims_of(store, scope, str(row["run"]))
    assert (told.claimed, told.assigned) == pytest.approx((kept.claimed, kept.assigned))
    assert (told.limit, told.warns) == (0.0, True)
    assert told.apart == abs(told.claimed - told.assigned) / told.claimed > 0
    assert log(path) == before


@pytest.mark.parametrize("purpose", ["a redundancy pool", "capability procedures", "pay review", "selection of leads", ""])
def test_other_purposes_are_refused_and_leave_no_trace(placed, purpose):
    path, _ = placed
    before = log(path)
    with Store.open(path) as store, pytest.raises(ScenarioError, match="urpose"):
        use.suggest(store, ALL, CODE, purpose)
    assert log(path) == before


def test_only_those_who_may_see_single_people_of_their_own_organisation_get_suggestions(placed):
    path, round_ = placed
    with Store.open(path) as store:
        for scope in (Scope(frozenset({CODE})), Scope(frozenset({"ZZZ"}), person_level=True, protected=frozenset({CODE}))):
            with pytest.raises((ScopeError, DataError)):
                use.suggest(store, scope, CODE, PURPOSE)
            with pytest.raises((ScopeError, DataError)):
                use.export(store, scope, round_)
        own = Scope(frozenset({CODE}), person_level=True)
        assert len(use.lines(store, own, round_)) > 10


def test_without_a_plan_it_says_how_to_get_one(run, tmp_path):
    path = tmp_path / "none.duckdb"
    with Store.create(path) as store:
        store.write("tests", "1" * 64, "place", {"organisation": pd.DataFrame([("AAA", "Ash", "Acute", "Y1", "N", "I", "B", True)], columns=[
            "organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"])})  # fmt: skip
    code, _, err = run("places", "suggest", "--organisation", "AAA", "--purpose", PURPOSE, "--store", path)
    assert code == 2
    assert "skillsplan plan --organisation AAA" in err


# Commands


def test_the_command_says_what_is_suggested_how_fair_it_is_and_what_the_plan_claims(run, placed):
    path, round_ = placed
    code, out, err = run("places", "suggest", "--organisation", CODE, "--purpose", PURPOSE, "--store", path)
    assert code == 0, err
    assert "training places could be offered to" in out
    assert f"Round {round_}" in out
    assert "Claimed" in out
    assert "real people reach" in out
    told = json.loads(run("places", "suggest", "--organisation", CODE, "--purpose", PURPOSE, "--store", path, "--json")[1])
    assert told["claimed"] > 0
    assert told["warns"] is True
    assert {team["team"] for team in told["teams"]} == {"Data", "Reports"}
    for team in told["teams"]:
        assert team["hours"] <= team["time"] + 1e-6


def test_lists_name_nobody_and_have_no_order_of_merit(run, placed):
    path, round_ = placed
    assert PURPOSE in run("places", "list", "--store", path)[1]
    rows = json.loads(run("places", "list", "--round", round_, "--store", path, "--json")[1])
    assert [row["place"] for row in rows] == list(range(1, len(rows) + 1))
    assert "person" not in rows[0]
    assert not {"rank_order", "score", "priority", "missing", "need_share"} & set(rows[0])
    bands = [("high", "middle", "low").index(row["band_of_need"]) for row in rows]
    assert bands != sorted(bands)
    out = run("places", "list", "--round", round_, "--store", path)[1]
    assert not any(who in out for who in people(path).split(","))


def test_a_decision_is_made_place_by_place_with_a_reason(run, placed):
    path, round_ = placed
    base = ("places", "decide", "--round", round_, "--store", path)
    code, _, err = run(*base, "--place", 2, "--decision", "accepted", "--by", "Team manager")
    assert code == 2
    assert "No reason" in err
    code, out, _ = run(
        *base, "--place", 2, "--decision", "declined", "--reason", "After the go-live", "--by", "Team manager", "--on", "2026-11-20"
    )
    assert code == 0
    assert "still open" in out
    code, out, _ = run(*base, "--place", 2, "--challenge", "I can do both")
    assert code == 0
    row = json.loads(run("places", "list", "--round", round_, "--store", path, "--json")[1])[1]
    assert (row["decision"], row["decision_reason"], row["decided_by"], row["challenge"]) == (
        "declined", "After the go-live", "Team manager", "I can do both",
    )  # fmt: skip
    code, _, err = run(*base)
    assert code == 2
    assert "No place" in err
    code, _, err = run(*base, "--place", 1, "--file", path)
    assert code == 2
    assert "A file and a place" in err


def test_names_of_a_staff_list_reach_the_file_and_nothing_else(run, placed, tmp_path):
    path, round_ = placed
    staff, out_file = tmp_path / "staff.csv", tmp_path / "out" / "places.csv"
    staff.write_bytes(staff_list())
    code, out, err = run(
        "places", "export", "--round", round_, "--csv", out_file, "--join", staff, "--letters", tmp_path / "letters", "--store", path
    )
    assert code == 0, err
    rows = read(out_file)
    assert {row["name"] for row in rows} <= set(PLANTED)
    assert all(row["name"] and row["reason"] and "may question" in row["how_to_challenge"] for row in rows)
    letters = "".join(file.read_text("utf-8") for file in (tmp_path / "letters").iterdir())
    entries = log(path)
    assert entries[-2] == ["export", f"suggested places of round {round_}, {len(rows)} places, {len(rows)} by name"]
    kept = out + err + letters + json.dumps(entries)
    with Store.open(path) as store:
        kept += "".join(
            store.export(table, ALL).decode() for table in ("person", "place_round", "place", "place_decision", "run", "import_run")
        )
    assert "Planted" not in kept
    assert not any(number in json.dumps(entries) for number in NUMBERS)


def test_names_need_a_file(run, placed, tmp_path):
    path, round_ = placed
    staff = tmp_path / "staff.csv"
    staff.write_bytes(staff_list())
    code, _, err = run("places", "export", "--round", round_, "--join", staff, "--store", path)
    assert code == 2
    assert "--csv FILE" in err


def test_the_exported_file_comes_back_with_decisions(run, placed, tmp_path):
    path, round_ = placed
    place = tmp_path / "places.csv"
    assert run("places", "export", "--round", round_, "--csv", place, "--store", path)[0] == 0
    rows = read(place)
    for row in rows[:3]:
        row |= {"decision": "accepted", "decision_reason": "Agreed", "decided_by": "Head of data", "decided_on": "2026-11-21"}
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    code, out, err = run("places", "decide", "--round", round_, "--file", place, "--store", path)
    assert code == 0, err
    assert f"{len(rows) - 3} of {len(rows)} places are still open" in out
    rows[5] |= {"decision": "accepted"}
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    code, _, err = run("places", "decide", "--round", round_, "--file", place, "--store", path)
    assert code == 2
    assert "No reason: places.csv, row 7" in err


def test_a_round_whose_places_are_all_declined_has_none_open(run, placed, tmp_path):
    path, round_ = placed
    place = tmp_path / "places.csv"
    run("places", "export", "--round", round_, "--csv", place, "--store", path)
    declined = {"decision": "declined", "decision_reason": "No cover", "decided_by": "Head of data", "decided_on": "2026-11-21"}
    rows = [row | declined for row in read(place)]
    pd.DataFrame(rows).to_csv(place, index=False)
    _, out, err = run("places", "decide", "--round", round_, "--file", place, "--store", path)
    assert f"0 of {len(rows)} places are still open" in out, err
    assert "No place of this round is open." in run("places", "list", "--round", round_, "--undecided", "--store", path)[1]
    with Store.open(path) as store:
        assert use.suggest(store, ALL, CODE, PURPOSE).round == round_
        assert use.suggest(store, ALL, CODE, PURPOSE, seed=5).round != round_


def test_equality_monitoring_asks_for_counts_then_shows_them_protected(run, placed, tmp_path):
    path, round_ = placed
    code, _, err = run("places", "equality", "--round", round_, "--store", path)
    assert code == 2
    assert "import equality" in err
    counts = tmp_path / "equality.csv"
    rows = [("sex", "women", 60, 30), ("sex", "men", 80, 60), ("sex", "other", 9, 3)]
    lines = [
        f"{CODE},{round_},{kind},{group},{stage},{n}"
        for kind, group, *both in rows
        for stage, n in zip(("eligible", "suggested"), both, strict=True)
    ]
    counts.write_text("\n".join(["organisation,round,characteristic,category,stage,headcount", *lines, ""]), "utf-8")
    code, _, err = run("import", "equality", counts, "--store", path)
    assert code == 0, err
    told = json.loads(run("places", "equality", "--round", round_, "--store", path, "--json")[1])
    groups = {group["category"]: group for group in told["groups"]}
    assert groups["men"]["suggested_likelihood"] == 1.0
    assert groups["women"]["suggested"] == "*"  # hidden with the small group, or else that one could be worked out
    assert groups["other"]["suggested"] == "*"
    assert "relative" not in run("places", "equality", "--round", round_, "--store", path)[2]


# The page


@pytest.fixture
def page(placed, monkeypatch):
    """Open the page on the store, with what a link says."""
    monkeypatch.setenv("SKILLSPLAN_STORE", str(placed[0]))
    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


def opened(**parameters):
    at = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in parameters.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    return at


def words(at):
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.info, at.warning, at.error, at.success, at.text)
    return "\n".join(str(part.value) for kind in kinds for part in kind)


def test_the_page_shows_the_round_its_claims_and_its_places_and_names_nobody(page, placed):
    at = page()
    assert at.header[0].value.startswith("Managers have decided on none of")
    assert "real people reach" in at.warning[0].value
    assert list(at.table[0].value.columns)[:2] == ["Place", "Team"]
    shown = words(at) + at.table[0].value.to_csv()
    assert not any(who in shown for who in people(placed[0]).replace("\n", ",").split(",") if len(who) > 8)
    assert "Levy forecast of the plan" in shown
    assert "No protected characteristic is kept here" in shown


def test_a_decision_in_the_page_asks_for_all_of_it_and_is_kept(page, placed):
    at = page()
    at.number_input(key="place_number").set_value(4).run()
    press(at, "Record the decision")
    assert "was not recorded" in at.error[0].value
    assert "No reason" in at.text[-1].value
    at.selectbox(key="place_decision_word").select("accepted")
    at.text_input(key="place_decided_by").input("Team manager")
    at.text_area(key="place_reason").input("Agreed in the talk")
    press(at, "Record the decision")
    assert not at.error, at.error
    assert at.success[0].value.startswith("Place 4: accepted")
    with Store.open(placed[0]) as store:
        decided = use.lines(store, ALL, placed[1]).set_index("place").loc[4]
    assert (decided["decision"], decided["decision_reason"], decided["decided_by"]) == ("accepted", "Agreed in the talk", "Team manager")


def press(at, label):
    next(button for button in at.button if button.label == label).click()
    at.run()
    assert not at.exception, at.exception


def test_the_page_refuses_another_purpose_and_makes_a_round_for_development(page):
    at = page()
    at.text_input(key="places_purpose").input("redundancy")
    press(at, "Suggest places")
    assert "Purpose refused: redundancy" in words(at)
    at.text_input(key="places_purpose").input("Training for the second half of the year")
    press(at, "Suggest places")
    assert "could be offered to" in at.success[0].value
    assert "Training for the second half of the year" in words(at)


def test_how_places_fall_on_teams_is_worked_out_when_asked(page):
    at = page()
    at.toggle(key="places_fairness").set_value(True).run()
    assert not at.exception, at.exception
    assert any("Share by need" in table.value.columns for table in at.table)


def test_a_link_that_names_nothing_says_so(page):
    at = page(places_for="Atlantis", places_round="none")
    assert "This link named an organisation that does not exist." in at.warning[0].value


def test_somebody_without_single_people_is_told_so(page, monkeypatch):
    monkeypatch.setattr(state, "current_scope", lambda: Scope(frozenset({CODE})))
    at = page()
    assert not at.table
    assert "does not include single people" in words(at)


def test_a_store_without_plans_leads_to_the_page_that_makes_them(monkeypatch, tmp_path):
    path = tmp_path / "unplanned.duckdb"
    with Store.create(path) as store:
        store.write("tests", "0" * 64, "placed", world([f"{number:032x}" for number in range(12)]))
    monkeypatch.setenv("SKILLSPLAN_STORE", str(path))
    at = AppTest.from_file(MAIN, default_timeout=60).run()
    at.switch_page("app_pages/places.py")
    at.run()
    assert not at.exception, at.exception
    assert "No places were suggested yet" in words(at)
    assert "there is no finished plan of this organisation yet" in words(at)
    st.cache_data.clear()
    st.cache_resource.clear()


def test_the_page_begins_with_the_organisation_that_has_places(page, placed):
    path, _ = placed
    other = pd.DataFrame(
        [("AA0", "Aaa Trust", "Acute", "Y61", "East of England", "ICB1", "Board", False)],
        columns=["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"],
    )
    with Store.open(path) as store:
        store.write("tests", "8" * 64, "other", {"organisation": other})
        assert use.first_organisation(store, ALL) == CODE
        assert use.first_organisation(store, Scope(frozenset({CODE}))) == ""
    chosen = page().selectbox(key="places_for")
    assert len(chosen.options) == 2
    assert chosen.value == NAME


def test_the_page_is_named_by_the_trust(page):
    assert page(places_for=NAME).selectbox(key="places_for").value == NAME


# What a plan claims, said with the plan


def test_the_command_that_plans_says_what_the_plan_claims_and_what_people_would_reach(run, placed):
    path, _ = placed
    asked = ("plan", "--organisation", CODE, "--budget", "40000", "--periods", "4", "--store", path)
    told = json.loads(run(*asked, "--json")[1])
    claims = told["claims"]
    assert claims["claimed"] > 0
    assert claims["apart"] == pytest.approx(abs(claims["claimed"] - claims["assigned"]) / claims["claimed"])
    assert claims["warns"] == (claims["apart"] > 0.05) == any("the people suggested for it would reach" in note for note in told["notes"])
    assert claims["warns"] != ("Of its first year the plan claims" in run(*asked)[1])
    with Store.open(path) as store:
        assert "claims" not in following.result_of(store.runs(ALL).iloc[0]).summary
        assert not [detail for action, detail in store._select("SELECT action, detail FROM audit_log", {}).to_numpy() if action == use.VIEW]


@pytest.mark.parametrize("person_level", [True, False])
def test_the_page_of_a_plan_warns_those_who_may_see_single_people(made, page, monkeypatch, person_level):
    scope = Scope(frozenset({CODE}), person_level=person_level)
    monkeypatch.setattr(state, "current_scope", lambda: scope)
    at = AppTest.from_file(MAIN, default_timeout=60).run()
    at.query_params["run"] = made[1]
    at.switch_page("app_pages/plan.py")
    at.run()
    assert not at.exception, at.exception
    assert any("the people suggested for it would reach" in warning.value for warning in at.warning) == person_level


def test_places_are_suggested_from_what_is_kept_with_the_plan_and_are_the_same_without(placed, monkeypatch):
    """The tables are made again only for a plan of an older version; nobody draws other lots by it."""
    path, _ = placed
    with Store.open(path) as store:
        row = following.find_run(store, ALL, store.runs(ALL)["run"].iloc[0])
        told = dict(row)
        told["result"] = json.dumps({name: part for name, part in json.loads(row["result"]).items() if name != "places"})
        older = use._worked_out(store, ALL, told, 5)
        monkeypatch.setattr(following, "prepare", None)
        kept = use._worked_out(store, ALL, dict(row), 5)
    assert kept.found.places.equals(older.found.places)
    assert kept.found.claimed == pytest.approx(older.found.claimed)
