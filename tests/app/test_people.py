"""Cover, loss, reach and paths as commands and as a page: sentences, files with names, what is recorded, who sees what."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import cli, state
from app.cli import people as _commands  # noqa: F401 - the commands make themselves known
from skills_model.privacy import Scope
from skills_model.sources import pseudonym
from skills_model.store import Store

PAGE = str(Path(__file__).parents[2] / "app" / "app_pages" / "people.py")
TRUST, NAME = "DEMO198", "Bilberrymoor Acute Trust (invented), DEMO198"
COVER = "Are there enough people for each skill?"
PROFILE = "What does a role level need, and who holds it?"
REACH = "Who is within reach of a role level?"
PATH = "Which way leads to a role level?"
LEVEL = "Incident manager"
ALL = Scope.local()


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


@pytest.fixture
def named_store(tmp_path):
    """Make a store of three invented people whose staff numbers are known: 101 misses one rank of a lead, 102 two, 103 is not assessed."""
    path = tmp_path / "named.duckdb"
    with Store.create(path) as store:
        people = pseudonym.pseudonyms("AAA", pd.Series(["101", "102", "103"]), pseudonym.key_of(store)).tolist()
        store.write("tests", "0" * 64, "named", named_world(people))
    return path


def named_world(people):
    posts = [
        ("AAA", 1, who, 1, "45 to 54", "Data", "Administrative and Clerical", "Analyst", None, "analyst", "6", 1.0, "permanent", None, None)
        for who in people
    ]
    assignment = [
        "organisation", "snapshot", "person", "assignment", "age_band", "team", "staff_group", "job_title", "occupation_code", "role_level",
        "band", "fte", "contract", "start_date", "end_date",
    ]  # fmt: skip
    return {
        "organisation": frame(
            "organisation name organisation_type region_code region_name icb_code icb_name demonstration",
            ("AAA", "Ash Trust", "Acute", "Y1", "North", "ICB1", "Board", False),
        ),
        "framework": frame(
            "framework series label version publisher licence source ranks active measured_on",
            ("small", "small", "Small", "1", "us", "MIT", "tests", 4, True, "roles"),
        ),
        "framework_rank": frame(
            "framework rank rank_label", *(("small", rank, f"Rank {rank}") for rank in range(1, 5))
        ),
        "role_level": frame(
            "framework role_family role_family_label role role_label role_level role_level_label level_number suggested_band",
            ("small", "data", "Data", "analyst", "Analyst", "analyst", "Analyst", 1, "5"),
            ("small", "data", "Data", "analyst", "Analyst", "lead", "Lead analyst", 2, "7"),
        ),
        "skill": frame("framework skill skill_label", ("small", "sql", "SQL")),
        "requirement": frame("framework role_level skill required_rank", ("small", "analyst", "sql", 2), ("small", "lead", "sql", 3)),
        "snapshot": frame("snapshot organisation as_at", (1, "AAA", "2026-03-31")),
        "person": frame("person organisation", *((who, "AAA") for who in people)),
        "assignment": pd.DataFrame(posts, columns=assignment),
        "assessment": frame(
            "organisation person skill rank kind assessed_on",
            ("AAA", people[0], "sql", 2, "test", "2026-01-10"),
            ("AAA", people[1], "sql", 1, "test", "2026-01-10"),
        ),
    }  # fmt: skip


def frame(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split())


def log(path):
    with Store.open(path) as store:
        return store._select("SELECT action, detail FROM audit_log ORDER BY entry", {}).to_numpy().tolist()


# Commands


def test_cover_says_how_many_targets_are_met_and_lists_the_shortest_first(run, one_trust):
    code, out, _ = run("cover", "--organisation", TRUST, "--store", one_trust)
    assert code == 0
    assert "cover targets are not met" in out
    assert "All targets are suggestions." in out
    rows = json.loads(run("cover", "--organisation", TRUST, "--unmet", "--store", one_trust, "--json")[1])
    short = [row["short"] for row in rows]
    assert short == sorted(short, reverse=True)
    assert min(short) > 0
    assert all(row["short_low"] <= row["short"] <= row["short_high"] for row in rows)


def test_loss_is_of_one_person_a_team_or_an_age_band(run, one_trust):
    code, out, _ = run("loss", "--one", "--store", one_trust)
    assert code == 0
    assert "on one person in the whole organisation" in out
    code, out, _ = run("loss", "--team", "data TEAM", "--store", one_trust)
    assert code == 0
    assert "If data TEAM went" in out
    code, out, _ = run("loss", "--retiring", "--store", one_trust)
    assert code == 0
    assert out.count(f"{TRUST}: ") == 2
    code, _, err = run("loss", "--one", "--retiring", "--store", one_trust)
    assert code == 2
    assert "one of --one, --team, --retiring" in err
    code, _, err = run("loss", "--team", "Dta team", "--store", one_trust)
    assert code == 2
    assert "Data team" in err


def test_no_output_about_age_bands_has_a_small_number_or_a_pseudonym(run, one_trust):
    found = json.loads(run("loss", "--retiring", "--store", one_trust, "--json")[1])
    with Store.open(one_trust) as store:
        bands = store._select(
            "SELECT age_band, count(DISTINCT person) AS people FROM assignment SEMI JOIN (SELECT max(snapshot) AS snapshot FROM snapshot) "
            "USING (snapshot) GROUP BY age_band", {},
        ).set_index("age_band")["people"]  # fmt: skip
    for group in found["groups"]:
        assert group["headcount"] == (bands[group["age_band"]] if bands[group["age_band"]] >= 8 else "*")
        assert (group["reason"] == "") == (group["headcount"] != "*")
    assert all(row["going"] >= 8 for row in found["skills"])
    assert "person" not in json.dumps(found)


def test_json_and_csv_are_given_together(run, one_trust, tmp_path):
    place = tmp_path / "new" / "cover.csv"
    rows = json.loads(run("cover", "--organisation", TRUST, "--store", one_trust, "--csv", place, "--json")[1])
    assert len(rows) == len(pd.read_csv(place)) > 0


def test_quality_is_of_organisations_or_of_the_teams_of_one(run, one_trust):
    code, out, _ = run("quality", "--store", one_trust)
    assert code == 0
    assert TRUST in out
    code, out, _ = run("quality", "--organisation", TRUST, "--store", one_trust)
    assert code == 0
    assert "least is known in" in out
    rows = json.loads(run("quality", "--organisation", TRUST, "--store", one_trust, "--json")[1])
    assert all(0 <= row["assessed"] <= row["needed"] for row in rows)


def test_reach_is_listed_by_team_and_pseudonym_and_the_look_is_recorded(run, one_trust):
    before = len(log(one_trust))
    rows = json.loads(run("reach", LEVEL, "--store", one_trust, "--json")[1])
    order = [(row["organisation"], row["team"], row["person"]) for row in rows]
    assert rows
    assert order == sorted(order)
    assert all(row["missing"] <= 3 for row in rows)
    assert log(one_trust)[before:] == [["person-level view", f"within 3 ranks of incident-manager, all organisations, {len(rows)} people"]]
    code, out, _ = run("reach", LEVEL, "--within", 2, "--store", one_trust)
    assert code == 0
    assert "within 2 ranks" in out
    code, _, err = run("reach", "Incident manger", "--store", one_trust)
    assert code == 2
    assert "nearest: 'Incident manager'" in err


def test_names_of_a_staff_list_reach_the_file_and_nothing_else(run, named_store, tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text(
        "Employee Number,Full Name,Job Title\n102,Bo Invented,Analyst\n101,Al Invented,Analyst\n999,Zed Invented,Clerk\n", "utf-8"
    )
    out_file = tmp_path / "out" / "reach.csv"
    code, out, err = run(
        "reach", "lead", "--within", 1, "--organisation", "AAA", "--csv", out_file, "--join", staff, "--store", named_store
    )
    assert code == 0, err
    with out_file.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["missing"], row["missing_skills"]) for row in rows] == [("Al Invented", "1", "SQL (Rank 2 to Rank 3)")]
    entries = log(named_store)
    assert entries[-1] == ["export", "staff within 1 ranks of lead, 1 rows, 1 by name"]
    kept = out + err + json.dumps(entries)
    with Store.open(named_store) as store:
        kept += "".join(store.export(table, ALL).decode() for table in ("person", "assignment", "mapping", "import_run"))
    assert "Invented" not in kept
    assert "101" not in json.dumps(entries)


def test_names_need_a_file_and_an_organisation(run, named_store, tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text("Employee Number,Full Name\n101,Al Invented\n", "utf-8")
    for options in (["--organisation", "AAA"], ["--csv", tmp_path / "x.csv"]):
        code, _, err = run("reach", "lead", "--join", staff, *options, "--store", named_store)
        assert code == 2
        assert "--csv FILE" in err
    code, _, err = run(
        "reach", "lead", "--organisation", "AAA", "--csv", tmp_path / "x.csv", "--join", tmp_path / "no.csv", "--store", named_store
    )
    assert code == 2
    assert "no.csv" in err
    assert not (tmp_path / "x.csv").exists()


def test_a_path_says_ranks_bands_and_staff(run, named_store):
    code, out, _ = run("path", "analyst", "Lead analyst", "--store", named_store)
    assert code == 0
    assert "From Analyst to Lead analyst: 1 rank to gain in 1 skill; no course in the store gives any of them" in out
    found = json.loads(run("path", "analyst", "lead", "--store", named_store, "--json")[1])
    assert [band["band"] for band in found["bands"]] == ["5", "7"]
    assert [(group["missing_to"], group["headcount"]) for group in found["staff"]] == [(3, 2), (None, 1)]
    code, _, err = run("path", "analist", "leed", "--store", named_store)
    assert code == 2
    assert err.count("Unknown role level") == 2


# The page


@pytest.fixture
def page(one_trust, monkeypatch):
    """Open the page on the store of one trust, with what a link says."""
    monkeypatch.setenv("SKILLSPLAN_STORE", str(one_trust))
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


def test_the_page_begins_with_what_is_lost_if_one_person_goes(page):
    at = page()
    assert at.title[0].value == "People and roles"
    assert "on one person in the whole organisation" in at.header[0].value
    assert at.table[0].value["Held by"].str.len().min() >= 8
    assert not at.warning


@pytest.mark.parametrize(
    "parameters, said",
    [
        ({"goes": "A team", "team": "Data team"}, "If Data team went"),
        ({"goes": "An age band near retirement"}, "What goes with people near retirement"),
        ({"question": COVER}, "cover targets are not met"),
        ({"question": PROFILE, "role_level": "Senior service desk analyst"}, "Who holds it"),
        ({"question": REACH, "role_level": LEVEL}, "possibly; of"),
        ({"question": REACH, "role_level": LEVEL, "everywhere": "true"}, "Showing 1 of 1 organisations"),
        ({"question": PATH, "from_level": "Junior business analyst", "to_level": "Business analyst"}, "ranks to gain"),
    ],
)
def test_every_question_has_an_answer_and_a_table(page, parameters, said):
    at = page(people_for=NAME, **parameters)
    assert said in words(at)
    assert at.table or parameters.get("goes", "").startswith("An age")
    assert not at.warning
    assert not at.error


def test_a_link_that_names_nothing_says_so_and_no_link_names_a_person(page):
    at = page(people_for="Nowhere Trust", question=REACH, role_level="Wizard", within="many")
    assert at.warning[0].value.count("This link named") == 3
    at = page(question=REACH, role_level=LEVEL)
    persons = set(at.table[0].value["Person"])
    assert persons
    assert not persons & {str(value) for values in dict(at.query_params).values() for value in values}


def test_a_target_is_saved_by_the_form_and_shown_as_set(one_trust, tmp_path, monkeypatch):
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(one_trust.read_bytes())
    monkeypatch.setenv("SKILLSPLAN_STORE", str(copy))
    at = opened(question=COVER)
    at.selectbox("cover_skill").select("Testing").run()
    at.selectbox("cover_team").select("Data team")
    at.number_input("cover_wanted").set_value(3)
    next(button for button in at.button if button.label == "Save the target").click().run()
    assert not at.exception, at.exception
    assert "Testing in Data team" in at.success[0].value
    assert "1 target is set" in at.header[0].value
    st.cache_data.clear()
    st.cache_resource.clear()
    assert any(detail.endswith("cover target, cover_target 1") for _, detail in log(copy))


def test_names_chosen_in_the_page_reach_the_file_and_are_recorded_as_a_number(named_store, monkeypatch):
    files = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, **_: files.__setitem__(label, data))
    monkeypatch.setenv("SKILLSPLAN_STORE", str(named_store))
    at = opened(question=REACH, role_level="Lead analyst", within="1")
    at.file_uploader(key="reach_names").upload("staff.csv", b"Employee Number,Full Name\n101,Al Invented\n", "text/csv").run()
    assert not at.exception, at.exception
    assert "1 of 1 people are in the staff list" in words(at)
    assert "Al Invented" not in words(at)
    assert "Al Invented" in files["Download as CSV"]().decode("utf-8-sig")
    at.file_uploader(key="reach_names").upload("other.csv", b"Colour\nred\n", "text/csv").run()
    assert "could not be read" in at.error[0].value
    st.cache_data.clear()
    st.cache_resource.clear()
    entries = log(named_store)
    assert entries[-1] == ["export", "staff within 1 ranks of lead, 1 rows, 1 by name"]
    assert "Invented" not in json.dumps(entries)


def test_a_look_at_single_people_is_recorded_once_a_session(one_trust, tmp_path, monkeypatch):
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(one_trust.read_bytes())
    monkeypatch.setenv("SKILLSPLAN_STORE", str(copy))
    before = len(log(copy))
    at = opened(question=REACH, role_level=LEVEL)
    at.run()
    st.cache_data.clear()
    st.cache_resource.clear()
    views = [detail for action, detail in log(copy)[before:] if action == "person-level view"]
    assert len(views) == 1
    assert f"within 3 ranks of incident-manager, {TRUST}" in views[0]


@pytest.mark.parametrize(
    "scope, hidden",
    [
        (Scope(frozenset({TRUST})), "single people"),
        (Scope(frozenset({"OTHER"}), person_level=True, protected=frozenset({TRUST})), "own organisation"),
    ],
)
def test_who_may_not_see_single_people_sees_counts_or_the_reason(page, monkeypatch, scope, hidden):
    monkeypatch.setattr(state, "current_scope", lambda: scope)
    at = page(question=REACH, role_level=LEVEL)
    assert "only counted" in words(at)
    assert next(iter(at.table[0].value.columns)) == "Organisation"
    st.cache_data.clear()
    at = page(question=PROFILE, role_level="Senior service desk analyst")
    assert any("single people" in part.value for part in at.info)
    st.cache_data.clear()
    at = page()
    if hidden == "single people":
        assert set(at.table[0].value["Held by"]) == {"not shown"}
    else:
        assert any(hidden in part.value for part in at.info)


def test_every_role_level_can_be_chosen_once(page, one_trust):
    options = page(question=PROFILE).selectbox("role_level").options
    with Store.open(one_trust) as store:
        levels = store.query("role_levels", ALL)
    assert len(set(options)) == len(options) == len(levels)
