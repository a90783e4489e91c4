"""What is said of a plan beside its tables, from what its summary holds."""

import pytest

from app import findings, plan_words

STEP = {"pounds": 10_000.0, "change": -60.0, "per_thousand": -6.0, "ranks_short": -5.8}
SKILLS = [{"skill": "Testing", "change": -2.3}, {"skill": "Analysis", "change": -1.0}, {"skill": "Coding", "change": 0.2}]
POUND = {
    "stream": "development", "budget": 500_000.0, "stage": "shortfall", "slope": -6.0, "last": STEP | {"skills": SKILLS},
    "next": STEP | {"change": -55.0, "ranks_short": -5.0, "skills": []}, "holds_from": 490_000.0, "holds_to": 504_000.0,
}  # fmt: skip


def pounds(**changes):
    return plan_words.last_pounds({"last_pound": POUND | changes})


def test_the_last_pounds_are_told_with_skills_and_how_far_they_hold():
    said, holds = pounds()
    last, following = said.split(". ")
    assert last == (
        "The last £10,000 closed 60 weighted FTE-ranks over all quarters: 5.8 ranks by the end, above all in Testing 2.3 and Analysis 1.0"
    )
    assert following == "The next £10,000 would close 55 weighted FTE-ranks over all quarters: 5.0 ranks by the end."
    assert holds == (
        "A pound is worth as much, within a tenth, from £490,000 or less to £504,000 of development money, before starts are made whole people."
    )


def test_the_worth_of_the_last_pound_is_told_with_how_far_it_holds_before_its_plans_are_there():
    found = {"stage": "shortfall", "stream": "development", "budget": 500_000.0, "slope": -20.04, "holds_from": 490_000.0, "holds_to": 504_000.0}
    assert plan_words.margin({"last_pound": found}) == [
        "At the margin, the last £1,000 of £500,000 closed 20 weighted FTE-ranks.",
        "A pound is worth as much, within a tenth, from £490,000 or less to £504,000 of development money, before starts are made whole people.",
    ]
    assert plan_words.margin({"last_pound": found | {"slope": 0.0}}) == ["At the margin, the last £1,000 of £500,000 closed nothing more."]
    assert len(plan_words.margin({"last_pound": found | {"stage": "goal:coverage"}})) == 1
    assert plan_words.margin({"last_pound": None}) == plan_words.margin({"last_pound": found | {"slope": None}}) == []


def test_budgets_of_millions_between_which_a_pound_holds_are_told_apart():
    holds = pounds(budget=2_000_000.0, holds_from=1_990_000.0, holds_to=2_010_000.0)[1]
    assert "from £1,990,000 or less to £2,010,000 or more of development money" in holds


def test_pounds_that_buy_nothing_are_said_to():
    nothing = STEP | {"change": 0.0, "ranks_short": 0.0, "skills": []}
    assert pounds(next=nothing, slope=0.0)[0].endswith("would close nothing more: something else than money holds the plan back.")
    assert pounds(next=nothing, slope=0.0, stage="goal:coverage")[0].endswith("would buy nothing more of what the plan is for.")
    assert len(pounds(next=nothing, slope=0.0)) == 1
    sooner = STEP | {"ranks_short": 0.3, "skills": []}
    assert pounds(last=sooner)[0].startswith(
        "The last £10,000 closed 60 weighted FTE-ranks over all quarters: no more ranks by the end, but some sooner or some that weigh more."
    )
    assert pounds(stage="goal:coverage")[0].startswith("The last £10,000 closed 5.8 ranks by the end, above all in")


def test_that_the_next_pounds_close_more_by_the_end_than_the_last_is_explained():
    """They are worth less over all quarters, 55 against 60, and still close 6.1 by the end against 5.8; with 5.0 there is nothing to explain."""
    why = "The plan weighs every quarter and what lasts after them, so by the end alone the next may close more."
    more = POUND["next"] | {"ranks_short": -6.1}
    assert pounds(next=more)[0].endswith(f"6.1 ranks by the end. {why}")
    assert why not in pounds()[0]
    assert why not in pounds(next=more, stage="goal:coverage")[0]


def test_a_budget_that_cannot_be_less_is_said():
    assert pounds(last=None, holds_from=None)[0].startswith("There is no plan with less development money than £500,000.")
    assert pounds(last=None, holds_from=None, budget=0.0)[0].startswith("There is no development money to take away.")
    to_come = pounds(last=None, holds_from=None, to_come=True)
    assert to_come[0].startswith("There is no plan with less development money still to come than £500,000.")
    assert "of development money still to come, before" in to_come[1]
    assert pounds(last=None, holds_from=None, budget=0.0, to_come=True)[0].startswith("There is no development money still to come.")


@pytest.mark.parametrize("told", [{}, {"last_pound": None}, {"last_pound": {"stage": "shortfall", "worth": {}}}])
def test_a_plan_that_does_not_know_its_last_pounds_says_nothing_of_them(told):
    assert plan_words.last_pounds(told) == []


@pytest.mark.parametrize(
    "gap, said", [(0.0004, "less than 0.1% of what is weighed"), (0.018, "1.8% of what is weighed at most"), (None, "")]
)
def test_what_whole_people_cost_is_said(gap, said):
    found = {"on": True, "below": 10, "periods": 4, "full_time": 5, "part_time": 2, "part_time_fte": 1.2, "gap": gap}
    text = plan_words.whole({"whole_people": found})
    assert "5 full-time and 2 part-time (1.2 FTE)" in text
    assert said in text
    assert plan_words.whole({"whole_people": {"on": False, "reason": "Switched off."}}) == "Starts are fractions of people. Switched off."


def test_the_levy_the_cash_and_what_was_given_up_are_said():
    levy = {"levy": {"notes": ["£5 of levy money expires."], "expires_doing_nothing": 1234.0}}
    assert plan_words.levy(levy)[1] == "If nobody starts, £1,234 of levy money expires within these periods."
    told = {"money": {"cash_by_year": {"2027/28": 20.0, "2026/27": 10.0}, "pay_year": "2025/26"}}
    assert plan_words.cash(told).startswith("In the cash of each year what streams pay is £10 in 2026/27 and £20 in 2027/28;")
    assert plan_words.cash({"money": {}}) == ""
    assert plan_words.given_up({"relaxed": [{"id": "x", "sentence": "Fund more posts"}]}) == ["Fund more posts"]


def test_claims_beyond_the_limit_are_a_warning():
    assert "10% apart" in plan_words.claims(40.0, 36.0, 0.05)
    assert plan_words.claims(40.0, 39.0, 0.05) == ""


def test_the_first_sentence_names_now_doing_nothing_the_plan_and_the_pay_outside_the_streams():
    """A plan that ends worse than today says so, and money that nobody has confirmed stands beside what streams pay."""
    short = {"now": 165.0, "do_nothing": 292.0, "plan": 181.0}
    told = {name: {"ranks_short": ranks} for name, ranks in short.items()} | {
        "cost": {"total": 122_419.0, "by_stream": {"development": 122_419.0, "establishment-pay": 912_270.4}},
        "money": {"vacancy_confirmed": False},
    }
    assert findings.plan_finding(told) == (
        "Ranks short: 165 now, 292 doing nothing, 181 with the plan, more than now. "
        "Funding streams pay £122,419; pay of funded posts rises by £912,270, vacancy money not confirmed"
    )
    assert findings.plan_finding(told | {"money": {"vacancy_confirmed": True}}).endswith("£912,270, vacancy money confirmed")
    saved = told | {"cost": {"total": 5.0, "by_stream": {"establishment-pay": -7_000.0}}, "plan": {"ranks_short": 100.0}}
    assert findings.plan_finding(saved).endswith("100 with the plan. Funding streams pay £5; pay of funded posts falls by £7,000")


def test_how_a_programme_is_told_follows_the_plan():
    """By quarter for a year and then by year; where periods are years, by year; in whole people only where starts are."""
    said = plan_words.programme({"period": "quarter", "whole_people": {"on": True}})
    assert said.startswith(
        "The first year is told quarter by quarter, in whole people where groups are small. Later years are in fractions"
    )
    assert ", in fractions of people. Later" in plan_words.programme({"period": "quarter", "whole_people": {"on": False}})
    assert plan_words.programme({"period": "year"}).startswith("Every year is in fractions of people")
