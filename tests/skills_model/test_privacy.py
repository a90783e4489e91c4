"""Who may see what, and that no small number leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills_model.privacy import HIDDEN, Scope, numbers, protect


def shown(*counts: float) -> list[object]:
    frame = pd.DataFrame({"headcount": counts})
    return protect(frame, [], "headcount")["headcount"].tolist()


@pytest.mark.parametrize("count", range(1, 8))
def test_one_to_seven_people_are_hidden(count: int) -> None:
    assert shown(count) == [HIDDEN]


def test_nobody_stays_nobody_and_others_go_to_the_nearest_five() -> None:
    assert shown(0, 8, 11, 12, 13, 17, 18, 1002) == [0, 10, 10, 10, 15, 15, 20, 1000]


def test_a_column_without_a_star_stays_whole_numbers_and_one_with_a_star_becomes_text() -> None:
    """A page and a CSV show `*`; charts read the column back as numbers."""
    frame = pd.DataFrame({"headcount": [12, 30, 0], "women": [9, 3, 0]})
    result = protect(frame, ["women"], "headcount")
    assert result["headcount"].dtype == np.int64
    assert result["women"].dtype == "str"
    assert result["women"].tolist() == ["10", "*", "0"]
    assert numbers(result["women"]).fillna(-1).tolist() == [10, -1, 0]
    assert result.to_csv(index=False).splitlines() == ["headcount,women", "10,10", "30,*", "0,0"]


def test_fte_behind_which_few_people_stand_is_hidden_even_where_it_is_nothing() -> None:
    """That none of three people reach a rank says what each of them lacks."""
    frame = pd.DataFrame({"headcount": [3, 30], "met": [0.0, 0.0]})
    assert protect(frame, ["met"], "headcount")["met"].tolist() == ["*", "0"]


def test_a_few_fte_among_many_people_are_hidden() -> None:
    """3 FTE short of a skill are about three people."""
    frame = pd.DataFrame({"headcount": [300, 300], "staff_short": [3.2, 0.4]})
    assert protect(frame, ["staff_short"], "headcount")["staff_short"].tolist() == ["*", "*"]


def test_what_grows_a_thousandfold_is_rounded_a_thousand_times_coarser() -> None:
    """12, 13 and 3 FTE at 2^10 each: divided by 2^10 again they are 10, 15 and hidden, as without growth; today's are as ever."""
    frame = pd.DataFrame({"headcount": [20, 20, 20], "today": [12.0, 13.0, 3.0], "later": [12.0 * 1024, 13.0 * 1024, 3.0 * 1024]})
    result = protect(frame, ["today", "later"], "headcount", magnified={"later": [1024.0, 1024.0, 1024.0]})
    assert result["today"].tolist() == ["10", "15", "*"]
    assert (numbers(result["later"]) / 1024).fillna(-1).tolist() == [10, 15, -1]
    small_part = pd.DataFrame({"headcount": [103], "later": [100.0 + 3.0 * 1024]})
    assert protect(small_part, ["later"], "headcount", magnified={"later": 1024.0})["later"].tolist() == ["*"]


def test_means_are_hidden_under_eight_people() -> None:
    frame = pd.DataFrame({"headcount": [7, 8, 0], "mean_rank": [2.5, 2.25, np.nan]})
    result = protect(frame, [], "headcount", values=["mean_rank"])
    assert result["mean_rank"].tolist()[:2] == ["*", "2.25"]
    assert result["mean_rank"].isna().tolist() == [False, False, True]


def test_shares_come_from_rounded_counts() -> None:
    """12 of 23 is shown as 10 of 25, and nobody can work the exact counts back from 0.522."""
    frame = pd.DataFrame({"headcount": [23, 23, 0], "met": [12, 4, 0], "share": [12 / 23, 4 / 23, np.nan]})
    result = protect(frame, ["met"], "headcount", shares={"share": ("met", "headcount")})
    assert result["share"].tolist()[:2] == ["0.4", "*"]
    assert pd.isna(result["share"].iloc[2])


def test_a_share_is_never_above_one_because_of_rounding() -> None:
    frame = pd.DataFrame({"headcount": [13], "met": [12.9], "share": [0.99]})
    assert protect(frame, ["met"], "headcount", shares={"share": ("met", "headcount")})["share"].tolist() == [1.0]


def test_a_total_is_rounded_after_summing_so_a_lone_star_cannot_be_found_by_subtraction() -> None:
    """Parts 14, 14 and 3 are shown as 15, 15 and `*`; their total 31 as 30, from which subtraction gives 0."""
    parts = pd.DataFrame({"team": ["a", "b", "c"], "headcount": [14, 14, 3]})
    total = protect(pd.DataFrame({"headcount": [parts["headcount"].sum()]}), [], "headcount")["headcount"].iloc[0]
    rest = numbers(protect(parts, [], "headcount")["headcount"]).sum()
    assert (total, total - rest) == (30, 0)


def test_noise_in_the_last_digit_is_not_a_small_number() -> None:
    frame = pd.DataFrame({"headcount": [40], "staff_short": [1e-12]})
    assert protect(frame, ["staff_short"], "headcount")["staff_short"].tolist() == [0.0]


def test_only_the_rows_asked_for_are_protected() -> None:
    frame = pd.DataFrame({"headcount": [12, 3], "fte": [11.4, 2.5]})
    result = protect(frame, ["fte"], "headcount", rows=pd.Series([False, True]))
    assert result["fte"].tolist() == ["11.4", "*"]
    assert result["headcount"].tolist() == ["12", "*"]


def test_threshold_and_base_are_settings() -> None:
    frame = pd.DataFrame({"headcount": [9, 10, 14]})
    assert protect(frame, [], "headcount", threshold=10, base=3)["headcount"].tolist() == ["*", "9", "15"]


@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), min_size=1, max_size=30))
def test_whatever_goes_in_only_multiples_of_five_and_stars_come_out(rows: list[tuple[int, float]]) -> None:
    people = [count for count, _ in rows]
    frame = pd.DataFrame({"headcount": people, "met": [count * share for count, share in rows]})
    result = protect(frame, ["met"], "headcount")
    for column in ("headcount", "met"):
        left = numbers(result[column]).dropna()
        assert (left % 5 == 0).all()
        exact = frame.loc[left.index, column]
        assert (exact.round(6).eq(0) | exact.ge(8 - 1e-6)).all()
    few = frame["headcount"].between(1, 7)
    assert result.loc[few, "met"].eq(HIDDEN).all()


def test_a_scope_sees_its_own_exactly_and_others_protected_or_not_at_all() -> None:
    scope = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
    assert (scope.sees_exactly("AAA"), scope.sees_exactly("BBB")) == (True, False)
    assert (scope.sees("AAA"), scope.sees("BBB"), scope.sees("CCC")) == (True, True, False)
    assert scope.sees_all_exactly(["AAA"])
    assert not scope.sees_all_exactly(["AAA", "BBB"])
    assert not scope.sees_all_exactly()
    assert scope.reach().organisations == frozenset({"AAA", "BBB"})
    assert Scope(frozenset({"AAA"}), protected=None).reach().organisations is None


def test_a_public_result_is_never_exact() -> None:
    """Not even about one's own organisation, and not for a single user with everything."""
    assert not Scope(None, person_level=True, audience="public").sees_all_exactly()
    assert not Scope(frozenset({"AAA"}), audience="public").sees_exactly("AAA")
    assert Scope(frozenset({"AAA"}), audience="private board").sees_exactly("AAA")
    assert Scope.local().sees_all_exactly()
