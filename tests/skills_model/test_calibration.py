"""Our totals beside published ones, on a small world that can be added up by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skills_model.assumptions import Assumptions
from skills_model.calibration import COLUMNS, MADE, PART, against_published
from skills_model.errors import DataError
from skills_model.planning.prices import annual_pay
from skills_model.privacy import Scope
from skills_model.reference import table
from skills_model.scenario import Scenario
from skills_model.store import Store

ALL = Scope.local()


def by_figure(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by the name of their figure."""
    return rows.set_index("figure")


def test_our_totals_stand_beside_the_published_ones(small_store: Store) -> None:
    """6.8 FTE of staff, 2.5 of 9.3 posts vacant: the differences are shown as they are, however large."""
    rows = by_figure(against_published(small_store, ALL))
    assert list(rows.reset_index().columns) == list(COLUMNS)
    staff = rows.loc["Digital and informatics staff"]
    assert (staff["published"], staff["ours"], staff["difference"]) == (46009.0, pytest.approx(6.8), pytest.approx(6.8 - 46009))
    assert staff["share"] == pytest.approx(6.8 / 46009 - 1)
    assert rows.loc["Vacant posts", "ours"] == pytest.approx(2.5)
    assert rows.loc["Vacant posts, share of posts", ["published", "ours"]].tolist() == pytest.approx([100 * 3500 / 49509, 100 * 2.5 / 9.3])
    assert rows.loc["Growth of staff a year", "published"] == pytest.approx(100 * ((218962 / 156839) ** 0.1 - 1))


def test_pay_is_that_of_bands_and_staff_without_one_count_at_the_mean(small_store: Store) -> None:
    """3.5 FTE on band 6, 0.5 on 7 and 2 on 8a; 0.8 whose title nobody has explained."""
    bands = pd.Series(["6", "7", "8a"])
    each = annual_pay(bands, "Y1", Scenario.load("baseline"), Assumptions.load()).to_numpy()
    mean = float(each @ np.array([3.5, 0.5, 2.0]) / 6.0)
    rows = by_figure(against_published(small_store, ALL))
    assert rows.loc["Pay and on-costs of one FTE", "ours"] == pytest.approx(mean)
    assert rows.loc["Pay and on-costs", "ours"] == pytest.approx(6.8 * mean / 1e9)
    assert rows.loc["Pay and on-costs", "published"] == 2.05


def test_a_part_of_england_is_not_compared_with_england(small_store: Store) -> None:
    """Whoever reads the difference is told what it means; ratios may be compared all the same."""
    rows = by_figure(against_published(small_store, ALL, ["AAA"]))
    assert rows.loc["Digital and informatics staff", ["ours", "comparable"]].tolist() == [pytest.approx(4.8), PART]
    assert rows.loc["Posts needed in 2030", "comparable"] == PART
    assert rows.loc["Vacant posts, share of posts", "comparable"].startswith("nearly")


def test_what_is_made_to_come_near_a_figure_is_no_evidence_for_it(small_store: Store) -> None:
    """Where a demonstration stands for all of England, it says so; the need of published-2030 is the published one."""
    rows = by_figure(against_published(small_store, ALL, assumptions=Assumptions.load().with_values({"england_whole_share": 0.0})))
    assert rows.loc["Digital and informatics staff", "comparable"] == MADE
    assert rows.loc["Digital and informatics staff, low", "comparable"].endswith("outside the range")
    need = rows.loc["Posts needed in 2030"]
    assert need["ours"] == pytest.approx(need["published"])
    assert need["comparable"].startswith("by construction")


def test_every_published_number_is_one_of_the_reference_tables(small_store: Store) -> None:
    """No figure without its source, and none that is not in the tables as it stands."""
    rows = against_published(small_store, ALL)
    known = table("published_figures")
    direct = rows[~rows["figure"].isin(["Vacant posts, share of posts", "Pay and on-costs of one FTE", "Growth of staff a year"])]
    for row in direct.itertuples():
        assert ((known["value"] == row.published) & (known["source"] == row.source) & (known["period"] == row.period)).any(), row.figure
    assert rows[["comparable", "source"]].ne("").all(axis=None)


def test_totals_beyond_ones_own_are_protected(small_store: Store) -> None:
    """Two people of BBB must not follow from a sum with one's own; one's own alone is exact."""
    scope = Scope(frozenset({"AAA"}), protected=None)
    assert by_figure(against_published(small_store, scope)).loc["Digital and informatics staff", "ours"] != pytest.approx(6.8)
    assert against_published(small_store, scope)["ours"].isna().all()
    assert by_figure(against_published(small_store, scope, ["AAA"])).loc["Digital and informatics staff", "ours"] == pytest.approx(4.8)


def test_money_of_others_tells_no_more_than_their_staff(small_world: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """BBB has 42 people, 41 on band 6 and one on 8a: to five pounds their pay is exact, and tells who is on which band."""
    people = [f"{number:032x}" for number in range(100, 140)]
    more = [small_world["assignment"].iloc[[-1]].assign(person=person) for person in people]
    world = small_world | {
        "person": pd.concat([small_world["person"], pd.DataFrame({"person": people, "organisation": "BBB"})]),
        "assignment": pd.concat([small_world["assignment"], *more]),
    }
    with Store.create(tmp_path / "many.duckdb") as store:
        store.write("tests", "0" * 64, "many", world)
        told, exact = (
            by_figure(against_published(store, scope, ["BBB"])).loc["Pay and on-costs", "ours"] * 1e9
            for scope in (Scope(frozenset({"AAA"}), protected=None), ALL)
        )
    steps = told / (5 * 2**16)  # the dearest of the staff costs about £65,536 a year
    assert steps == pytest.approx(round(steps), abs=1e-6)
    assert told == pytest.approx(exact, abs=5 * 2**15)
    assert told > 0


def test_an_unknown_organisation_is_named(small_store: Store) -> None:
    """As everywhere."""
    with pytest.raises(DataError, match="ZZZ"):
        against_published(small_store, ALL, ["ZZZ"])
