"""A tiny organisation for planning, small enough to work out by hand."""

from __future__ import annotations

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.demand import Facts
from skills_model.planning import Inputs
from skills_model.scenario import Scenario
from skills_model.supply.model import AGES, Rates
from skills_model.supply.pipelines import COLUMNS

CODE = "TINY1"
STEADY = {
    # Nobody leaves, nothing decays, nothing is saved or discounted: every number below can be added up by hand.
    "leaver_rate": 0.0,
    "first_year_leaver_rate": 0.0,
    "skill_decay": 0.0,
    "discount_rate": 0.0,
    "vacancy_factor": 0.0,
    "backfill_share": 0.0,
    "course_completion": 1.0,
    "course_lead_time": 1.0,
    "course_fee": 100.0,
    "recruit_skill_share": 1.0,
    "recruitment_weeks": 13.0,
    "recruitment_approval_weeks": 0.0,
    "recruitment_approval_share": 1.0,
    "recruitment_notice_weeks": 0.0,
    "recruitment_cost": 1000.0,
    "recruitment_market_share": 1.0,
    "contract_ceiling_share": 0.0,
    "release_share": 1.0,
}


def assumptions(**values: float) -> Assumptions:
    """Return the project's assumptions with the steady ones, and any others, in their place."""
    return Assumptions.load().with_values(STEADY | values)


def scenario(pounds: float = 0.0, periods: int = 4) -> Scenario:
    """Return the baseline with a budget over a short horizon."""
    from skills_model.planning import with_budget

    return with_budget(Scenario.load("baseline").changed(demand={}), pounds, periods)


def rates() -> Rates:
    """Return the rates that the assumptions alone give."""
    said = Assumptions.load()
    ages = list(AGES)
    families = ["data", "it-operations"]
    leaving = pd.MultiIndex.from_product([[CODE], families, ages], names=["organisation", "role_family", "age_band"]).to_frame(index=False)
    leaves, grow, retire, join = (said.by_key(name) for name in ("leaver_rate", "ageing_share", "retiring_share", "joiner_age_share"))
    joining = pd.DataFrame({"organisation": CODE, "role_family": families, "rate": said.value("joiner_rate")})
    return Rates(
        leaving=leaving.assign(rate=leaving["age_band"].map(leaves)),
        retiring=pd.DataFrame({"age_band": ages, "share": [retire[age] for age in ages]}),
        ageing=pd.DataFrame({"age_band": list(grow), "next_age_band": ages[1 : 1 + len(grow)], "share": list(grow.values())}),
        promotion=pd.DataFrame({"role_level": ["analyst"], "to_role_level": ["engineer"], "rate": [0.5]}),
        joining=joining,
        joining_ages=pd.DataFrame({"age_band": ages, "share": [join[age] for age in ages]}),
        estimates=pd.DataFrame(columns=["what", "organisation", "role_family", "age_band", "value", "exposure", "weight"]),
    )


def pipelines(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    """Return staff on their way: role_family, role_level, band, start_date, FTE; all are known starters."""
    columns = ["role_family", "role_level", "band", "start_date", "fte"]
    frame = pd.DataFrame(list(rows), columns=columns).assign(organisation=CODE, pipeline="known starter", headcount=1)
    return frame.assign(start_date=pd.to_datetime(frame["start_date"]), fte=frame["fte"].astype(float))[list(COLUMNS)]


def inputs() -> Inputs:
    """Return ten analysts in ten posts and four engineers in five, who need one skill each.

    Analysts need data modelling at rank 2: 6 FTE hold rank 1 or above, 3 FTE rank 2. Engineers need testing at rank 1: 4 FTE hold it.
    """
    groups = pd.DataFrame(
        {
            "role_family": ["data", "it-operations"],
            "role_level": ["analyst", "engineer"],
            "band": ["6", "5"],
            "age_band": ["35 to 44", "25 to 34"],
            "headcount": [10, 4],
            "fte": [10.0, 4.0],
        }
    )
    posts = pd.DataFrame(
        {
            "role_family": ["data", "it-operations"],
            "role_level": ["analyst", "engineer"],
            "band": ["6", "5"],
            "budgeted_fte": [10.0, 5.0],
            "bank_fte": [0.0, 0.0],
            "agency_fte": [0.0, 0.0],
        }
    )
    held = pd.DataFrame(
        [("analyst", "data-modelling", 2, 1, 6.0), ("analyst", "data-modelling", 2, 2, 3.0), ("engineer", "testing", 1, 1, 4.0)],
        columns=["role_level", "skill", "required_rank", "rank", "held"],
    )
    organisation = pd.Series({"code": CODE, "name": "Tiny", "region_code": "Y60", "demonstration": True})
    labels = {
        "role_family": {"data": "Data", "it-operations": "IT operations"},
        "role_level": {"analyst": "Analyst", "engineer": "Engineer"},
        "skill": {"data-modelling": "Data modelling", "testing": "Testing"},
    }
    demand = Facts(posts=posts.assign(organisation=CODE, posts=posts["budgeted_fte"]))
    return Inputs(organisation, groups, posts, held, labels, rates(), Assumptions.load(), pipelines(), demand)
