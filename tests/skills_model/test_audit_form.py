"""Who is asked about which skills, and who has answered; every expected row follows from the small world in conftest."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from skills_model import audit_form
from skills_model.errors import DataError, ScopeError
from skills_model.privacy import Scope

LOCAL = Scope.local()
ISSUED = dt.date(2026, 6, 1)


def person(number):
    return f"{number:032x}"


def asked(form):
    return set(form.needs[["person", "skill", "required_rank"]].itertuples(index=False, name=None))


@pytest.fixture
def told(small_store):
    """Issue the forms of AAA and BBB."""
    for code in ("AAA", "BBB"):
        digest, rows = audit_form.issued(audit_form.forms(small_store, LOCAL, code), ISSUED)
        small_store.write("audit-form", digest, "audit forms", {"audit_form": rows}, organisation=code, replace=True)
    return small_store


def answer(store, code, number, day, kind="self"):
    rows = pd.DataFrame(
        [(code, person(number), "sql", 1, kind, day)], columns=["organisation", "person", "skill", "rank", "kind", "assessed_on"]
    )
    store.write("skills", f"{number:064x}", "answers", {"assessment": rows})


def test_a_person_is_asked_what_the_role_levels_need_and_nothing_else(small_store):
    """Person 2 has two posts and needs the higher rank of both; person 4 is in no role level and is not asked."""
    (form,) = audit_form.forms(small_store, LOCAL, "AAA")
    assert asked(form) == {
        (person(1), "sql", 2), (person(2), "sql", 3), (person(2), "risk", 1), (person(3), "sql", 2), (person(8), "sql", 3),
    }  # fmt: skip
    assert sorted(form.people["person"]) == [person(number) for number in (1, 2, 3, 8)]
    assert sorted(form.skills["heading"]) == ["Risk", "SQL"]
    assert form.file_name == "aaa-team.xlsx"


def test_what_is_held_now_stands_beside_the_need(small_store):
    (form,) = audit_form.forms(small_store, LOCAL, "AAA", "Team")
    held = form.needs.set_index(["person", "skill"])
    assert held.loc[(person(1), "sql"), "rank"] == 1  # the manager's view counts before one's own
    assert held.loc[(person(2), "risk"), "kind"] == "evidence"
    assert pd.isna(held.loc[(person(3), "sql"), "rank"])


def test_people_of_one_role_level_are_rows_together_and_so_are_their_skills(small_store):
    (form,) = audit_form.forms(small_store, LOCAL, "AAA")
    assert form.people["person"].tolist() == [person(1), person(3), person(2), person(8)]
    assert form.people["role_level_label"].tolist() == ["Analyst", "Analyst", "Senior analyst", "Lead analyst"]
    assert form.skills["skill"].tolist() == ["sql", "risk"]


def test_a_team_that_needs_too_many_skills_gets_a_form_for_each_role_family(small_store, monkeypatch):
    monkeypatch.setattr(audit_form, "MOST_SKILLS", 1)
    made = audit_form.forms(small_store, LOCAL, "BBB")
    assert [form.part for form in made] == ["data", "security"]
    assert [form.people["person"].tolist() for form in made] == [[person(7)], [person(6)]]
    assert len({form.file_name for form in made}) == 2
    rows = audit_form.issued(made, ISSUED)[1]
    assert rows.to_dict("records") == [{"organisation": "BBB", "issued_on": ISSUED, "team": "Team", "headcount": 2}]


def test_forms_of_teams_with_almost_the_same_name_are_different_files(small_store):
    (form,) = audit_form.forms(small_store, LOCAL, "AAA")
    made = audit_form._named_apart([form, replace(form, team="team!"), replace(form, team="TEAM ")])
    assert [each.file_name for each in made] == ["aaa-team.xlsx", "aaa-team-2.xlsx", "aaa-team-3.xlsx"]


def test_skills_of_the_same_name_are_told_apart_by_their_ids(small_store):
    needs = small_store.query("audit_needs", LOCAL, organisations=["AAA"]).assign(skill_label="SQL")
    assert sorted(audit_form._form("AAA", "Team", "", needs).skills["heading"]) == ["risk", "sql"]


@pytest.mark.parametrize(
    "code, team, said",
    [("AAA", "Taem", "nearest: 'Team'"), ("CCC", None, "Unknown organisation")],
)
def test_a_team_or_organisation_that_is_not_there_is_named(small_store, code, team, said):
    with pytest.raises(DataError, match=said):
        audit_form.forms(small_store, LOCAL, code, team)


def test_where_nobody_is_in_a_role_level_it_says_what_to_do(small_store, small_world):
    empty = small_world["organisation"].iloc[:1].assign(organisation="CCC")
    small_store.write("tests", "1" * 64, "more", {"organisation": empty})
    with pytest.raises(DataError, match="map its job titles"):
        audit_form.forms(small_store, LOCAL, "CCC")


def test_forms_are_about_single_people_and_need_such_a_scope(small_store):
    with pytest.raises(ScopeError):
        audit_form.forms(small_store, Scope(frozenset({"AAA"})), "AAA")
    with pytest.raises((ScopeError, DataError)):
        audit_form.forms(small_store, Scope(frozenset({"BBB"}), person_level=True), "AAA")


def test_forms_written_twice_on_a_day_are_recorded_once(told):
    digest, rows = audit_form.issued(audit_form.forms(told, LOCAL, "AAA"), ISSUED)
    told.write("audit-form", digest, "audit forms", {"audit_form": rows}, organisation="AAA", replace=True)
    assert audit_form.progress(told, LOCAL)["organisation"].tolist() == ["AAA", "BBB"]


def test_progress_counts_who_has_assessed_themselves_since_the_form(told):
    """A file of long ago that comes in late, a manager's view, and an answer of somebody who was not asked are no returns."""
    answer(told, "AAA", 1, "2026-03-01")
    answer(told, "AAA", 2, "2026-06-10", kind="manager")
    answer(told, "AAA", 4, "2026-06-11")
    answer(told, "AAA", 8, "2026-06-01")
    answer(told, "AAA", 3, "2026-06-12")
    ours = audit_form.progress(told, LOCAL, ["AAA"]).iloc[0]
    assert (ours["team"], ours["asked"], ours["returned"], ours["missing"], ours["share"]) == ("Team", 4, 2, 2, 0.5)
    assert ours["last_return"] == pd.Timestamp("2026-06-12")
    theirs = audit_form.progress(told, LOCAL, ["BBB"]).iloc[0]
    assert (theirs["asked"], theirs["returned"], theirs["share"]) == (2, 0, 0.0)
    assert pd.isna(theirs["last_return"])


def issue_again(store, day):
    digest, rows = audit_form.issued(audit_form.forms(store, LOCAL, "AAA"), day)
    return store.write("audit-form", digest, "audit forms", {"audit_form": rows}, organisation="AAA", replace=True)


def returned(store):
    ours = audit_form.progress(store, LOCAL, ["AAA"]).iloc[0]
    return ours["issued_on"].date(), ours["returned"]


def test_an_answer_that_comes_back_with_an_earlier_date_is_an_answer(small_store):
    """What was there when the form was written is none, however it is dated."""
    answer(small_store, "AAA", 1, "2026-05-20")
    issue_again(small_store, ISSUED)
    assert returned(small_store) == (ISSUED, 0)
    answer(small_store, "AAA", 2, "2026-05-20")
    assert returned(small_store) == (ISSUED, 1)


@pytest.mark.parametrize("day", [ISSUED, dt.date(2026, 6, 2), dt.date(2026, 8, 30)])
def test_forms_written_again_soon_are_the_same_round(told, day):
    """Whatever came back since the first of them stays an answer, by its date or by when it came in; undone, all is as before."""
    answer(told, "AAA", 1, "2026-06-01")
    answer(told, "AAA", 2, "2026-05-20")
    number = issue_again(told, day)
    assert returned(told) == (day, 2)
    told.undo(number)
    assert returned(told) == (ISSUED, 2)


def test_forms_written_much_later_ask_anew(told):
    answer(told, "AAA", 1, "2026-06-10")
    issue_again(told, dt.date(2026, 9, 1))
    assert returned(told) == (dt.date(2026, 9, 1), 0)


def test_progress_elsewhere_is_protected_and_undated(told):
    answer(told, "AAA", 1, "2026-06-10")
    frame = audit_form.progress(told, Scope(frozenset({"BBB"}), protected=None)).set_index("organisation")
    assert frame.loc["AAA", ["asked", "returned", "missing"]].tolist() == ["*", "*", "*"]
    assert frame.loc["AAA", "share"] == "*"
    assert pd.isna(frame.loc["AAA", "last_return"])
    assert str(frame.loc["BBB", "asked"]) == "2"


def test_ranks_without_names_are_still_ranks(small_store):
    found = audit_form.ranks(small_store, LOCAL)
    assert found["rank"].tolist() == [1, 2, 3, 4]
    assert found["framework"].unique().tolist() == ["small"]
