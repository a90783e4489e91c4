"""A plan in the planner's words: sums that keep, money followed account by account, what binds and what is left out."""

from __future__ import annotations

import dataclasses
import math
import re
import sys
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from optimiser.plan import Plan
from optimiser.solver import optimise
from skills_model.planning import Inputs, build, build_world, describe, standards
from skills_model.planning.describe import FRAMES, Described
from skills_model.planning.describe.actions import paying, programme, whole
from skills_model.planning.describe.cost import MOVES, in_pence
from skills_model.planning.options import Options

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import tiny
from purse import budget, stream

NO_LEVY = {"apprenticeship_levy_rate": 0.0}


def solved(
    pounds: float, periods: int = 4, inputs: Inputs | None = None, settings: dict[str, object] | None = None, **values: float
) -> tuple[Plan, Described]:
    """Build, solve and describe a plan of the tiny organisation, without a levy."""
    inputs, assumptions = inputs or tiny.inputs(), tiny.assumptions(**NO_LEVY | values)
    scenario = tiny.scenario(pounds, periods).with_settings(settings or {})
    plan = optimise(build(inputs, scenario, assumptions))
    return plan, describe(plan, build_world(inputs, scenario, assumptions))


def with_money(*budgets: dict[str, object], **streams: tuple[str, str]) -> Inputs:
    """Return the tiny organisation with funding streams (name: kind and what it pays for) and their budgets."""
    none = Options()
    rows = [stream(name, *about) for name, about in streams.items()]
    options = dataclasses.replace(
        none,
        streams=pd.DataFrame(rows, columns=none.streams.columns),
        budgets=pd.DataFrame(list(budgets), columns=none.budgets.columns),
    )
    return dataclasses.replace(tiny.inputs(), options=options)


starts = st.lists(
    st.tuples(
        st.sampled_from(["train", "recruit"]),
        st.integers(0, 4),
        st.integers(1, 4),
        st.floats(0.001, 3.0, allow_nan=False, allow_subnormal=False),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda start: start[:3],
)


@settings(deadline=None, max_examples=40)
@given(starts)
def test_people_keep_their_sums(rows: list[tuple[str, int, int, float]]) -> None:
    """Hires come to their FTE rounded, all who learn to as many years by years; no line of a year and no start is a whole person off."""
    frame = pd.DataFrame(rows, columns=["kind", "line", "period", "headcount"])
    frame = frame.assign(action=frame["kind"] + (frame["line"] % 2).astype(str).where(frame["kind"] == "train", ""))
    frame = frame.assign(line=frame["action"] + ":" + frame["line"].astype(str), year=frame["period"].map(lambda t: f"20{25 + t // 2}"))
    people = whole(frame)
    hired = frame["kind"] == "recruit"
    assert people[hired].sum() == round(round(frame.loc[hired, "headcount"].sum(), 6))
    for year in frame["year"].unique():
        until = ~hired & (frame["year"] <= year)
        assert people[until].sum() == math.floor(round(frame.loc[until, "headcount"].sum(), 6) + 0.5)
    line = frame["line"] + frame["year"].where(~hired, "")
    of_line = pd.DataFrame({"people": people, "fte": frame["headcount"]}).groupby(line).sum()
    assert ((of_line["people"] - of_line["fte"]).abs() < 1 + 1e-5).all()
    assert ((people - frame["headcount"]).abs() < 1 + 1e-5).all()


def test_whole_starts_stay_as_they_are() -> None:
    """Three people and half a person twice are four people; the three are not touched."""
    frame = pd.DataFrame({"kind": "train", "action": "Train", "year": "2026/27", "line": ["a", "b", "b"], "headcount": [3.0, 0.5, 0.5]})
    assert whole(frame).tolist() == [3, 1, 0]


def test_all_who_learn_in_a_year_are_rounded_together_and_years_add_up() -> None:
    """0.45 trained, 0.4 mentored and 0.4 hired are one person who learns and none hired; 0.4 the year after make 1.25, still one in all."""
    rows = [("train", "2026/27", 0.45), ("mentor", "2026/27", 0.4), ("recruit", "2026/27", 0.4), ("train", "2027/28", 0.4)]
    frame = pd.DataFrame(rows, columns=["kind", "year", "headcount"])
    assert whole(frame.assign(action=frame["kind"], line=frame["kind"])).tolist() == [1, 0, 0, 0]


def test_every_pound_is_followed_from_its_stream_to_its_action() -> None:
    """Of £100 ring-fenced for training and £1,400 of development, ten trainings take £1,000; the ring-fence pays a tenth of it."""
    inputs = with_money(budget("ring", "2026/27", 100.0), ring=("national ring-fence", "training"))
    _, told = solved(900.0, inputs=inputs)
    by_stream = told.cost[told.cost["stream"] != "establishment-pay"].groupby(["stream", "action"])["pounds"].sum()
    assert by_stream.to_dict() == pytest.approx({("ring", "Train"): 100.0, ("development", "Train"): 900.0})
    assert told.actions["cost"].sum() == pytest.approx(1000.0)
    assert told.summary["cost"]["total"] == pytest.approx(1000.0)
    assert told.summary["budget"] == pytest.approx(1000.0)
    paying = set(";".join(told.actions["stream"]).split(";"))
    assert paying == {"ring", "development"}


def test_streams_add_up_year_by_year() -> None:
    """What comes in and is carried in is used, carried out or lapses; a third of what is left may be carried on."""
    inputs = with_money(budget("gift", "2026/27", 700.0), gift=("trust contribution", "training"))
    _, told = solved(0.0, periods=8, inputs=inputs, course_seats=1.0, **{"carry_over_share[trust contribution]": 1 / 3})
    gift = told.streams[told.streams["stream"] == "gift"].set_index("year")
    sums = gift["budget"] + gift["carried_in"] - gift["used"] - gift["carried_out"] - gift["lapsed"]
    assert sums.tolist() == pytest.approx([0.0, 0.0], abs=0.02)
    # Two courses with a seat a quarter: three starts of data modelling can begin at rank 1 and one at rank 2, four quarters of each.
    assert gift.loc["2026/27", "carried_out"] == pytest.approx(gift.loc["2027/28", "carried_in"])
    assert gift.loc["2026/27", "carried_out"] == pytest.approx((700.0 - gift.loc["2026/27", "used"]) / 3, abs=0.02)
    assert gift["used"].sum() == pytest.approx(told.actions["cost"].sum(), abs=0.02)


def test_what_closes_by_period_ends_in_what_closes() -> None:
    """The last period of the one table is the other; nothing is closed in the first quarter, since nothing is learned in no time."""
    _, told = solved(1500.0)
    last = told.closes_by_period[told.closes_by_period["period"] == 4].set_index(["role_level", "skill"])
    end = told.closes.set_index(["role_level", "skill"])
    assert last["closed"].to_dict() == pytest.approx(end["closed"].to_dict())
    assert told.closes_by_period.loc[told.closes_by_period["period"] == 1, "closed"].tolist() == pytest.approx([0.0, 0.0])


def test_a_limit_is_told_in_words_with_its_price() -> None:
    """With money for all, one seat a quarter for each course holds training back in every quarter; a seat more is worth what the dual says."""
    plan, told = solved(100_000.0, course_seats=1.0, recruitment_market_share=0.0)
    row = told.limits[told.limits["item"] == f"seats:{tiny.CODE}:data-modelling:2"].iloc[0]
    assert row["sentence"].startswith("Places on courses in Data modelling to rank 2 are all taken")
    assert "one more place would be worth" in row["sentence"]
    prices = plan.shadow_prices
    own = prices[(prices["item"] == row["item"]) & (prices["stage"] == "shortfall")]
    assert row["worth"] == pytest.approx(own["price"].abs().max())
    assert (row["first_period"], row["last_period"]) == (own["period"].min(), own["period"].max())


def test_the_last_pound_is_worth_what_another_plan_shows() -> None:
    """£10 more than £550 lowers the weighted shortfall by a hundredth of what the last £1,000 is said to be worth."""
    (plan, told), (more, _) = solved(550.0), solved(560.0)
    fell = float(str(plan.stages[0]["value"])) - float(str(more.stages[0]["value"]))
    assert fell == pytest.approx(told.summary["last_pound"]["worth"]["development"] / 100)
    assert fell == pytest.approx(told.limits[told.limits["kind"] == "money"]["worth"].iloc[0] / 100)


def test_money_that_is_spent_is_told_by_year_and_never_as_people() -> None:
    """£500 trains five; what more would do is said in weighted ranks."""
    _, told = solved(500.0)
    said = told.limits[told.limits["kind"] == "money"]["sentence"].iloc[0]
    assert said.startswith("Development budget is spent to the last pound in 2026/27; at the margin, £")
    assert said.endswith("% of what stays short).")
    assert "weighted FTE-ranks (" in said
    assert told.summary["last_pound"]["worth"]["development"] > 0


def test_money_that_is_left_holds_nothing_back() -> None:
    """£50,000 is more than all of it takes."""
    _, told = solved(50_000.0)
    assert "money" not in told.limits["kind"].tolist()


@pytest.mark.parametrize("part, used", [(1.02, False), (0.98, True)])
def test_what_is_left_out_comes_in_below_the_price_that_is_told(part: float, used: bool) -> None:  # noqa: FBT001
    """A hire closes a skill and a post, four times what a training for £100 closes, so it comes in below £400; plans on both sides agree."""
    _, told = solved(500.0, recruitment_cost=2000.0)
    row = told.left_out[(told.left_out["kind"] == "recruit") & (told.left_out["role_level"] == "Engineer")].sort_values("off").iloc[0]
    assert row["enters_at"] == pytest.approx(400.0)
    assert row["off"] == pytest.approx(1 - row["enters_at"] / row["unit_cost"])
    _, again = solved(500.0, recruitment_cost=2000.0 * part * row["enters_at"] / row["unit_cost"])
    hired = again.actions[(again.actions["kind"] == "recruit") & (again.actions["role_level"] == "Engineer")]
    assert bool(len(hired)) is used


def test_what_has_no_room_is_told_apart_from_what_costs_too_much() -> None:
    """Everybody among the engineers knows testing: there is nobody to train at any price."""
    _, told = solved(500.0)
    row = told.left_out[(told.left_out["kind"] == "train") & (told.left_out["skill"] == "Testing")].iloc[0]
    assert pd.isna(row["enters_at"])
    assert row["sentence"].endswith("would not come in at any lower price: nobody there is left whom it would bring further.")


def test_what_the_planner_leaves_out_is_said() -> None:
    """Without hires, money that would hire is left, and the plan says whose decision that is."""
    _, told = solved(50_000.0, settings={"levers": {"without": ["recruit"]}})
    assert "recruit" not in told.actions["kind"].tolist()
    assert "Recruit: left out by the planner." in told.left_out["sentence"].tolist()
    assert "Left out by the planner: Recruit." in told.summary["notes"]


def test_every_frame_can_be_kept_as_json_and_read_back() -> None:
    """A run holds the frames as JSON tables."""
    _, told = solved(1500.0)
    for name in FRAMES:
        frame = getattr(told, name)
        back = pd.read_json(StringIO(frame.to_json(orient="table", index=False)), orient="table")
        assert list(back.columns) == list(frame.columns), name
        assert len(back) == len(frame), name


def test_a_plan_without_money_is_described_whole() -> None:
    """Nothing is done, and every table is there."""
    _, told = solved(0.0)
    assert told.actions.empty
    assert told.cost.empty
    assert set(told.streams["stream"]) >= {"development", "establishment-pay"}
    assert len(told.weights) >= 4
    assert told.summary["cost"]["total"] == 0.0


def test_an_apprenticeship_unit_is_called_so_wherever_it_is_told_and_codes_stay_as_they_are() -> None:
    """A short course for the standard AU0009 with two places a quarter is used, beside the usual course."""
    row = {"course": "unit", "course_label": "AU0009 at our college", "apprenticeship_standard": "au0009", "price": 40.0, "completion": 1.0}
    steps = {"course": "unit", "skill": "data-modelling", "rank_before": 0, "rank_after": 1}
    none = Options()
    courses = pd.DataFrame([row | {"hours": 0.0, "weeks": 13.0, "seats": 8.0}]).reindex(columns=none.courses.columns)
    effects = pd.DataFrame([steps]).reindex(columns=none.course_effects.columns)
    inputs = dataclasses.replace(tiny.inputs(), options=dataclasses.replace(none, courses=courses, course_effects=effects))
    _, told = solved(1500.0, inputs=inputs)
    named = told.actions.set_index("route")["action"]
    assert set(named[named.index == "AU0009 at our college"]) == {"Apprenticeship unit"}
    assert set(told.actions.loc[told.actions["action"] == "Apprenticeship unit", "kind"]) == {"train"}
    paid = told.cost.set_index("action")["pounds"]
    assert paid["Apprenticeship unit"] == pytest.approx(2 * 40 * 0.05 + 2 * 40 * 0.25)  # the trust's part, before and after August 2026
    assert paid["Train"] == pytest.approx(told.actions.loc[told.actions["action"] == "Train", "cost"].sum())
    assert standards.names()["au0009-data"] == "AU0009 AI Leadership - strategy and opportunity (unit)"
    assert not {name for name in standards.names().values() if name.startswith("Au0")}


def test_streams_that_pay_the_same_to_the_penny_stand_in_the_order_of_names() -> None:
    """The last digits, in which two runs differ, do not order them; what pays more comes first, and less than a penny is not told."""
    rows = pd.DataFrame({"lever": ["a", "b"], "kind": "train", "period": 1})
    paid = [("a", 1, "ring", 50.0000001), ("a", 1, "gift", 50.0), ("a", 1, "more", 60.0), ("a", 1, "dust", 1e-6), ("b", 1, "dust", 1e-6)]
    spent = pd.DataFrame(paid, columns=["lever", "used", "stream", "pounds"])
    assert paying(rows, spent).tolist() == ["more;gift;ring", "dust"]


def lines(*rows: tuple[str, int, str, str, str | None, float]) -> pd.DataFrame:
    """Return lines of actions: kind, period, role family, role level, skill, FTE; £100 for each FTE."""
    table = pd.DataFrame(rows, columns=["kind", "period", "role_family", "role_level", "skill", "fte"])
    table["line"] = table["kind"] + table["role_level"] + table["skill"].fillna("")
    days = {t: f"{2026 + (t + 2) // 4}-{(3, 6, 9, 0)[(t - 1) % 4] + 1:02d}-01" for t in range(1, 13)}
    about = {"starts_on": table["period"].map(days), "year": table["period"].map(lambda t: f"{2026 + (t - 1) // 4}/{27 + (t - 1) // 4}")}
    pounds = dict.fromkeys(("cost", "one_off", "recurrent", "whole_life"), table["fte"] * 100)
    texts = {"action": table["kind"], "to_role_level": None, "route": None, "rank": 1, "stream": "development"}
    table = table.assign(headcount=table["fte"], **about, **pounds, **texts)
    return table.assign(people=whole(table))


def test_a_programme_tells_quarters_then_years_and_what_is_little_together() -> None:
    """Half a person of a skill is a line; less is told together, by role family where that comes to half a person; hires soon are persons."""
    told = programme(
        lines(
            ("train", 1, "Data", "Analyst", "Testing", 0.4),
            ("train", 1, "Data", "Engineer", "Testing", 0.3),
            ("recruit", 1, "Data", "Engineer", None, 0.3),
            *(("train", t, "Data", "Analyst", "Testing", 0.2) for t in range(5, 9)),
            *(("train", 5, "Data", "Analyst", skill, 0.3) for skill in ("Modelling", "Metadata")),
            *(("train", 6, family, "Designer", "Sketching", 0.1) for family in ("Design", "Art")),
            ("recruit", 6, "Data", "Engineer", None, 0.3),
            ("recruit", 6, "Art", "Designer", None, 0.1),
        ),
        periods=4,
    )
    columns = ["year", "quarter", "action", "role_family", "role_level", "skill", "smaller"]
    assert told[columns].astype("object").where(told[columns].notna(), "").to_numpy().tolist() == [
        ["2026/27", "2026-04-01", "recruit", "Data", "Engineer", "", 0],
        ["2026/27", "2026-04-01", "train", "Data", "", "Testing", 0],
        ["2027/28", "", "recruit", "", "", "", 2],
        ["2027/28", "", "train", "Data", "", "Testing", 0],
        ["2027/28", "", "train", "Data", "", "", 2],
        ["2027/28", "", "train", "", "", "", 1],
    ]
    assert told["fte"].tolist() == pytest.approx([0.3, 0.7, 0.4, 0.8, 0.6, 0.2])


many = st.lists(
    st.tuples(
        st.sampled_from(["train", "recruit"]),
        st.integers(1, 12),
        st.sampled_from(["Data", "Design"]),
        st.sampled_from(["Analyst", "Engineer"]),
        st.sampled_from(["Testing", "Modelling", "Metadata"]),
        st.floats(0.001, 2.0, allow_nan=False, allow_subnormal=False),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[:5],
)


@settings(deadline=None, max_examples=40)
@given(many)
def test_a_programme_keeps_every_sum(rows: list[tuple[str, int, str, str, str, float]]) -> None:
    """Nothing is lost: FTE, pounds and people of each action; no line but one for each action and time is less than half a person unnamed."""
    exact = lines(*(row if row[0] == "train" else (*row[:4], None, row[5]) for row in rows))
    told = programme(exact, periods=4)
    for name in ("fte", "cost", "one_off", "recurrent", "whole_life"):
        assert told.groupby("action")[name].sum().to_dict() == pytest.approx(exact.groupby("action")[name].sum().to_dict())
    assert told.groupby("action")["people"].sum().to_dict() == exact.groupby("action")["people"].sum().to_dict()
    assert ((told["people"] - told["fte"]).abs() < 1 + 1e-5).all()
    later = told[(told["quarter"] == "") & (told["fte"] < 0.5)]
    assert (later.groupby(["year", "action"]).size() == 1).all()


def test_a_programme_of_nothing_has_its_headings() -> None:
    """A plan that does nothing has no lines, and none is added."""
    _, told = solved(0.0)
    assert programme(told.actions, 4).empty
    assert list(programme(told.actions, 4).columns)[:3] == ["year", "quarter", "kind"]
    assert programme(told.actions.astype({"year": "float64"}), 4).empty


def test_money_that_nobody_may_use_is_no_budget_and_its_rule_is_told() -> None:
    """Capital pays for nothing until finance confirms a share of contractors' labour: £800 of it are no budget, and lapse by name."""
    inputs = with_money(budget("asset", "2026/27", 800.0), asset=("capital", None))
    _, told = solved(500.0, inputs=inputs)
    assert (told.summary["budget"], told.summary["budget_total"]) == (500.0, 1300.0)
    assert told.streams.set_index("stream")["pays_for"]["asset"] == ""
    note = next(note for note in told.summary["notes"] if note.startswith("Asset: £800 lapses in 2026/27. No action"))
    assert "A share that finance confirms (assumption “Cost of contractors that finance confirms as project labour" in note
    rule = told.limits[told.limits["kind"] == "rule"].iloc[0]
    assert rule["sentence"] == rule["in_short"]
    assert rule["sentence"].startswith("Asset (£800) pays for no action: capital may pay only for contractors' labour")
    _, confirmed = solved(500.0, inputs=inputs, capital_labour_share=0.5, contract_ceiling_share=0.5)
    assert confirmed.summary["budget"] == 1300.0
    assert "rule" not in confirmed.limits["kind"].tolist()


def test_a_ring_fence_for_nothing_and_actions_left_out_are_told_apart() -> None:
    """One stream's row does not say what it is for; another pays contractors alone, whom the planner left out."""
    inputs = with_money(
        budget("ring", "2026/27", 100.0),
        budget("help", "2026/27", 50.0),
        ring=("national ring-fence", None),
        help=("trust contribution", "contract"),
    )
    _, told = solved(500.0, inputs=inputs, settings={"levers": {"without": ["contract"]}})
    notes = " ".join(told.summary["notes"])
    assert "Ring: £100 lapses in 2026/27. No action of this plan may be paid from it, since it is ring-fenced" in notes
    assert "Help: £50 lapses in 2026/27. No action of this plan may be paid from it, since it pays only for contract" in notes
    assert told.summary["budget"] == 500.0


def test_what_is_left_of_a_budget_and_of_the_pay_of_vacancies_is_told_with_its_reason() -> None:
    """Of £50,000 most is left when all that can be done is done; unused pay of the vacant post is told apart, with who could let it go."""
    _, told = solved(50_000.0)
    lapsed = told.streams.set_index("stream")["lapsed"]
    notes = told.summary["notes"]
    assert any(note.startswith(f"Development budget: £{lapsed['development']:,.0f} lapses") and "other limits" in note for note in notes)
    pay = next(note for note in notes if note.startswith("Pay of funded posts: "))
    assert f"£{lapsed['establishment-pay']:,.0f} lapses" in pay
    assert "(assumption “Money of vacant posts that finance lets go to development”, now 0%)" in pay


def test_whoever_reads_of_a_plan_sees_the_names_of_assumptions_and_never_their_ids() -> None:
    """Notes, limits, what is left out, and what weighs how much, where all that has money says why it is not used."""
    inputs = with_money(budget("asset", "2026/27", 800.0), asset=("capital", None))
    _, told = solved(50_000.0, inputs=inputs)
    said = [
        *told.summary["notes"], *told.summary["levy"]["notes"], *told.limits["sentence"], *told.left_out["sentence"], *told.weights["source"]
    ]  # fmt: skip
    ids = {item.id for item in tiny.assumptions().by_name.values()}
    assert not [sentence for sentence in said if ids & set(re.findall(r"[a-z]+(?:_[a-z]+)+", sentence))]
    assert "assumption “Weight of a skill where a scenario sets none” (judgement)" in set(told.weights["source"])


def test_money_that_a_reached_target_does_not_need_is_told_so() -> None:
    """A target that is met already takes none of £700."""
    _, told = solved(700.0, settings={"objective": {"aim": "target", "target": 0.1}})
    note = next(note for note in told.summary["notes"] if note.startswith("Development budget: £"))
    assert note.endswith("lapses in 2026/27. The coverage target is reached without it, and this plan spends no more than that takes.")


def test_levy_that_expires_is_told_as_the_forecast_has_it() -> None:
    """Nobody starts, so that what came in in the first four of eight quarters expires, year by year as in the table of the levy."""
    _, told = solved(0.0, periods=8, settings={"levers": {"without": ["recruit"]}}, apprenticeship_levy_rate=0.05)
    lost = told.levy["expired"].sum()
    assert lost > 1
    assert any(note.startswith(f"Apprenticeship levy, estimated: £{lost:,.0f} lapses") for note in told.summary["notes"])


def test_a_limit_on_people_of_whom_nobody_is_there_holds_nothing_back() -> None:
    """No premium is paid yet in the first periods: what it may keep then is nothing, and that is no limit to tell."""
    values = {"leaver_rate": 0.3, "retention_weeks": 26.0, "retention_evidence_vacancies": 0.0, "retention_evidence_leaving": 0.0}
    plan, told = solved(500.0, **values)
    prices = plan.shadow_prices
    priced = prices[prices["item"].str.startswith("kept:") & (prices["stage"] == "shortfall") & (prices["price"].abs() > 1e-6)]
    assert len(priced)
    assert plan.actions[plan.actions["kind"] == "retain"].empty
    assert "kept" not in told.limits["kind"].tolist()


def test_limits_of_a_kind_are_told_together_and_kept_one_by_one() -> None:
    """Two courses are full: a row each, and one sentence that names both in the first of them."""
    _, told = solved(100_000.0, course_seats=1.0, recruitment_market_share=0.0)
    seats = told.limits[told.limits["kind"] == "seats"]
    assert len(seats) >= 2
    assert (seats["in_short"] != "").tolist() == [True] + [False] * (len(seats) - 1)
    assert f"in {len(seats)} courses (" in seats["in_short"].iloc[0]
    assert seats["sentence"].nunique() == len(seats)


def test_what_is_left_out_is_told_together_by_action() -> None:
    """A sentence for what price keeps out and one for what nothing brings in, of each action; every row keeps its own."""
    _, told = solved(500.0, recruitment_cost=2000.0)
    short = told.left_out[told.left_out["in_short"] != ""]
    far = ~(short["enters_at"].round() > 0)
    assert not pd.DataFrame({"action": short["action"], "far": far}).duplicated().any()
    assert set(short["action"]) == set(told.left_out["action"])
    assert (told.left_out["sentence"] != "").all()
    contract = short[short["action"] == "Contract"]["in_short"].iloc[0]
    assert contract.startswith(f"Contract: {(told.left_out['action'] == 'Contract').sum()} would come in at no lower price")


def test_one_left_out_is_named_and_a_few_that_are_as_good_are_not_counted() -> None:
    """With hires left out by price alone, their one row is its own sentence; nothing is told of 1 others."""
    _, told = solved(500.0, recruitment_cost=2000.0)
    short = told.left_out[told.left_out["in_short"] != ""]
    alone = short[short["in_short"] == short["sentence"]]
    assert len(alone)
    assert not short["in_short"].str.contains(r": 1 (?:would|cost)").any()


def test_the_price_of_a_premium_is_that_of_a_person_kept() -> None:
    """Everybody is paid the premium for the few who would leave, so its price is told by whom it keeps."""
    values = {"leaver_rate": 0.3, "retention_evidence_vacancies": 0.0, "retention_evidence_leaving": 0.0}
    _, told = solved(500.0, periods=8, **values)
    rows = told.left_out[(told.left_out["kind"] == "retain") & (told.left_out["enters_at"] > 1)]
    assert len(rows)
    assert all("a person kept; it costs" in said and "everybody in the role level gets the premium" in said for said in rows["sentence"])


pounds = st.floats(0, 1e5, allow_nan=False, allow_subnormal=False)


@given(st.lists(st.tuples(pounds, st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=4), st.floats(0, 50))
@example([(1.6171875, 1.0, 0.0), (1.0, 0.0, 0.0)], 1.6875)
def test_pence_of_a_stream_add_up_in_every_year_and_over_all(parts: list[tuple[float, float, float]], opening: float) -> None:
    """Each year to the penny, nothing below nothing, what is carried on is carried in, and sums are within two pence."""
    years, left = [], opening
    for number, (came, share, carried) in enumerate(parts):
        used = (came + left) * share
        rest = came + left - used
        sums = {"budget": came, "carried_in": left, "used": used, "carried_out": rest * carried, "lapsed": rest * (1 - carried)}
        years.append({"year": str(number)} | sums)
        left = rest * carried
    rows = in_pence(years)
    for row in rows:
        assert round(100 * (row["budget"] + row["carried_in"])) == sum(round(100 * row[name]) for name in ("used", "carried_out", "lapsed"))
        assert min(row[name] for name in MOVES) >= 0
    assert [row["carried_in"] for row in rows[1:]] == [row["carried_out"] for row in rows[:-1]]
    for name in ("budget", "used"):
        assert abs(round(100 * sum(row[name] for row in rows)) - round(100 * sum(row[name] for row in years))) <= 2


def test_less_than_half_a_penny_is_used_and_not_carried_on() -> None:
    """Of 33.8 pence 33.46 are used: 34 come in, and so that they add up 34 are used; what is left is no penny."""
    year = {"year": "2026/27", "budget": 0.338, "carried_in": 0.0, "used": 0.3346, "carried_out": 0.0034, "lapsed": 0.0}
    assert [in_pence([year])[0][name] for name in ("budget", "used", "carried_out")] == [0.34, 0.34, 0.0]
