"""How many people stand where in the skills of a course, counted in the small world (see conftest)."""

from __future__ import annotations

import pandas as pd
import pytest

from skills_model.assessment import RankRule
from skills_model.errors import ScopeError
from skills_model.planning import patterns
from skills_model.planning.standards import offered
from skills_model.privacy import Scope
from skills_model.store import Store

COURSES = pd.DataFrame(
    [("both", "Both", 100.0, None), ("one", "One", 50.0, None)], columns=["course", "course_label", "price", "apprenticeship_standard"]
)
EFFECTS = pd.DataFrame(
    [("both", "sql", 1, 3), ("both", "risk", 0, 1), ("one", "sql", 0, 1)], columns=["course", "skill", "rank_before", "rank_after"]
)


def read(store: Store, scope: Scope, organisation: str = "AAA") -> pd.DataFrame:
    """Read the patterns of the two courses, with the other columns of a course blank."""
    courses = COURSES.assign(weeks=13.0, hours=10.0, seats=None, completion=None)
    return patterns.read(store, scope, organisation, courses, EFFECTS)


def test_only_groups_that_need_two_skills_of_a_course_have_patterns(small_store: Store) -> None:
    """Senior analysts alone need both: half of p2, who holds rank 2 of one by a test and rank 1 of the other by evidence."""
    rows = read(small_store, Scope.local())
    assert rows.to_numpy().tolist() == [
        ["both", "senior-analyst", "risk=1+sql=2", "risk", 1, 0.5],
        ["both", "senior-analyst", "risk=1+sql=2", "sql", 2, 0.5],
    ]


def test_people_of_whom_not_all_is_known_are_shared_out_over_those_of_whom_it_is(
    small_store: Store, small_world: dict[str, pd.DataFrame], small_rule: RankRule
) -> None:
    """One more senior analyst, assessed in one skill only, and above what is needed: the half FTE that is known stands for 1.5."""
    newcomer = f"{99:032x}"
    job = (
        small_world["assignment"].query("person == @p2", local_dict={"p2": f"{2:032x}"}).query("role_level == 'senior-analyst'").iloc[[-1]]
    )
    view = small_world["assessment"].iloc[[-1]].assign(person=newcomer, organisation="AAA", skill="sql", rank=4)
    more = {
        "person": pd.DataFrame({"person": [newcomer], "organisation": ["AAA"]}),
        "assignment": job.assign(person=newcomer, assignment=99, fte=1.0),
        "assessment": view,
    }
    small_store.write("tests", "1" * 64, "newcomer", more, rule=small_rule)
    rows = read(small_store, Scope.local())
    assert rows[["pattern", "fte"]].drop_duplicates().to_numpy().tolist() == [["risk=1+sql=2", 1.5]]


def test_no_row_is_a_person_and_another_organisation_is_not_counted(small_store: Store) -> None:
    """Columns are counts by group; of BBB, whose people hold other posts, there is none."""
    assert list(read(small_store, Scope.local()).columns) == patterns.COLUMNS
    assert read(small_store, Scope.local(), "BBB").empty


def test_patterns_need_exact_sight_of_the_organisation(small_store: Store) -> None:
    """A pattern may be of one person, so whoever sees an organisation only in protected results sees none."""
    beside = Scope(frozenset({"BBB"}), protected=frozenset({"AAA"}))
    with pytest.raises(ScopeError):
        read(small_store, beside)
    assert len(read(small_store, Scope(frozenset({"AAA"})))) == 2


def test_courses_without_two_skills_ask_nothing(small_store: Store) -> None:
    """No course of the organisation, and no standard whose skills this framework has."""
    assert patterns.read(small_store, Scope.local(), "AAA", COURSES.iloc[:0].assign(weeks=0.0), EFFECTS.iloc[:0]).empty


def test_an_organisations_own_course_takes_the_place_of_the_projects() -> None:
    """A course for ST1021 of its own: the project's is not offered beside it."""
    own = COURSES.assign(weeks=13.0, hours=10.0, seats=None, completion=None, apprenticeship_standard=["ST1021", None])
    standards = offered(own, EFFECTS).courses["standard"]
    assert (standards == "ST1021").sum() == 1
    assert "ST1512" in set(standards)
