"""Every figure of a plan worked out again from its exported planning tables alone, as anybody could with `skillsplan optimise`.

Nothing here calls the code that describes plans: it solves the folder again and adds up.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from app.pipeline.plans import PlanJob, PlanRequest, PlanResult, write_plan
from optimiser.plan import Plan
from optimiser.projection import project
from optimiser.solver import optimise, optimise_folder
from skills_model.planning import describe
from skills_model.planning.rewriting import Written

sys.path.insert(0, str(Path(__file__).parent))
import small
from purse import budget, stream

T = range(1, 5)
MONEY_LEVERS = ("fund", "expire", "miss")
PAY = f"money:establishment-pay:{small.CODE}"
A_TENTH = 0.4214420626
PENNY = 0.0101  # lines are told in pence whose sums are those of the plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the plan of the small organisation from October, with leavers, two streams, cover to end, a new post and every lever."""
    streams = [stream("ring", "national ring-fence", "training"), stream("growing", "revenue", "posts")]
    budgets = [budget("ring", "2026/27", 3000.0), budget("growing", "2026/27", 40_000.0), budget("growing", "2027/28", 40_000.0)]
    facts = small.inputs(agency=1.0, streams=small.stored("streams", *streams), budgets=small.stored("budgets", *budgets))
    growth = {"demand": {"growth": {"clinical-systems": {"rate": 1 / 3, "path": "straight"}}}, "start": "2026-10-01"}
    way = small.scenario(30_000.0, (), growth | {"weights": {"role_level": {small.ENGINEER: 2.0}}})
    steady = {"post_approval_weeks": 13.0, "new_posts_share": 0.5, "clinical_starts_share": 0.0, "discount_rate": 0.035}
    assume = small.assumptions(leaver_rate=A_TENTH / 4, course_completion=0.8, **steady)
    written = Written.of(facts, way, assume)
    plan = optimise(written.tables)
    job = PlanJob(PlanRequest(small.CODE, 30_000.0, 4), written)
    there = tmp_path_factory.mktemp("exported") / "plan"
    write_plan(PlanResult(describe(plan, written.world), plan, job), there)
    return there


@pytest.fixture(scope="module")
def again(folder: Path) -> Plan:
    """Solve the exported planning tables again."""
    return optimise_folder(folder / "tables")


@pytest.fixture(scope="module")
def summary(folder: Path) -> dict[str, Any]:
    """Read plan.json."""
    found: dict[str, Any] = json.loads((folder / "plan.json").read_text())
    return found


def told(folder: Path, name: str) -> pd.DataFrame:
    """Read a table of the plan."""
    return pd.read_csv(folder / f"{name}.csv")


def table(folder: Path, name: str) -> pd.DataFrame:
    """Read a planning table."""
    return pd.read_csv(folder / "tables" / f"{name}.csv", low_memory=False)


def year(period: int) -> str:
    """Return the financial year of a quarter of a plan from October 2026."""
    return "2026/27" if period <= 2 else "2027/28"


def effects(folder: Path, plan: Plan) -> pd.DataFrame:
    """Return what each use of a lever does: lever, used, stock, period, amount; rows that name a period override."""
    rows = table(folder, "effects").rename(columns={"period": "only", "amount": "each"})
    rows = rows.assign(lag=rows["lag"].fillna(0)).merge(
        plan.actions.rename(columns={"period": "used"})[["lever", "kind", "used", "amount"]], on="lever"
    )
    rows = rows[rows["only"].isna() | (rows["only"] == rows["used"])].sort_values("only", na_position="last", kind="stable")
    rows = rows.drop_duplicates(["lever", "used", "stock", "lag"])
    return rows.assign(period=(rows["used"] + rows["lag"]).astype(int), amount=rows["amount"] * rows["each"])


def accounts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what actions draw on accounts within the year, in pounds."""
    drawn = rows[rows["stock"].str.startswith("account:") & ~rows["kind"].isin(MONEY_LEVERS) & (rows["period"] <= 4)]
    return drawn.assign(pounds=-drawn["amount"])


def by_stream(folder: Path, plan: Plan) -> pd.DataFrame:
    """Return what each stream pays of each action: what it puts into an account in a quarter, shared out by what is drawn there."""
    rows = effects(folder, plan)
    drawn, funded = accounts(rows), rows[rows["kind"] == "fund"]
    share = drawn["pounds"] / drawn.groupby(["stock", "period"])["pounds"].transform("sum")
    into = funded[funded["stock"].str.startswith("account:")][["lever", "used", "stock"]].drop_duplicates()
    out = funded[funded["stock"].str.startswith("money:")].groupby(["lever", "used"], as_index=False)["amount"].sum()
    given = into.merge(out, on=["lever", "used"]).rename(columns={"used": "period"})
    given["stream"] = given["lever"].str.split(":").str[1]
    paid = drawn.assign(share=share)[["lever", "kind", "used", "stock", "period", "share"]].merge(
        given[["stock", "period", "stream", "amount"]], on=["stock", "period"]
    )
    return paid.assign(pounds=-paid["amount"] * paid["share"])


def stocks(folder: Path, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what the plan and what doing nothing hold of each stock: one row a stock, one column a quarter from 0."""
    mine = plan.stocks.pivot_table(index="stock", columns="period", values="amount", aggfunc="sum").fillna(0.0)
    still = project(plan.tables).reindex(mine.index)
    assert len(mine) == len(table(folder, "stocks"))
    return mine, still


def test_the_plan_uses_enough_to_be_worth_the_work(folder: Path) -> None:
    """Levers of five kinds are in it, two years and four streams."""
    assert set(told(folder, "actions")["kind"]) >= {"train", "recruit", "post", "end-cover"}
    assert set(told(folder, "cost")["year"]) == {"2026/27", "2027/28"}
    assert set(told(folder, "cost")["stream"]) == {"development", "ring", "growing", "establishment-pay"}


def test_actions(folder: Path, again: Plan) -> None:
    """Every line is a use of a lever, its cost the price of the lever in that quarter times the FTE, and what it draws on accounts."""
    mine = told(folder, "actions").set_index(["line", "period"]).sort_index()
    used = again.actions[~again.actions["kind"].isin(MONEY_LEVERS)].rename(columns={"lever": "line"})
    used = used[used["amount"] >= 1e-6].set_index(["line", "period"]).sort_index()
    assert mine.index.tolist() == used.index.tolist()
    assert mine["fte"].tolist() == pytest.approx(used["amount"].tolist())
    prices = table(folder, "levers").set_index("lever")["unit_cost"]
    own = table(folder, "lever_periods").set_index(["lever", "period"])["unit_cost"].dropna()
    price = [float(own.get(key, prices[key[0]])) for key in mine.index]
    assert mine["unit_cost"].tolist() == pytest.approx(price, abs=0.0051)
    assert mine["cost"].tolist() == pytest.approx([fte * each for fte, each in zip(mine["fte"], price, strict=True)], abs=PENNY)
    assert mine["cost"].sum() == pytest.approx(sum(fte * each for fte, each in zip(mine["fte"], price, strict=True)), abs=0.0051)
    drawn = accounts(effects(folder, again)).groupby(["lever", "used"])["pounds"].sum()
    assert mine["cost"].tolist() == pytest.approx([float(drawn.get(key, 0.0)) for key in mine.index], abs=PENNY)
    assert mine["starts_on"].tolist() == [["2026-10-01", "2027-01-01", "2027-04-01", "2027-07-01"][t - 1] for _, t in mine.index]
    assert mine["year"].tolist() == [year(t) for _, t in mine.index]
    for _, rows in mine.groupby("kind"):
        assert rows["people"].sum() == round(rows["fte"].sum())


def test_whole_life(folder: Path, again: Plan) -> None:
    """Once what is drawn on accounts but for the pay of posts; then pay of what is there, quarter by quarter, to a year after the plan.

    Of who comes the share that leaves each quarter is gone in the next, as the last transition of the staff says on average over the year;
    pounds are discounted by 3.5% a year. Hires into new posts leave their pay to the line of the post.
    """
    rows = effects(folder, again)
    stock = table(folder, "stocks").set_index("stock")
    moves = table(folder, "transitions")
    stays = moves[moves["from_stock"] == moves["to_stock"]]
    yearly = 1 + next(
        row["value"] for row in json.loads((folder / "scenario.json").read_text())["assumptions"] if row["assumption"] == "discount_rate"
    )
    of_quarter = yearly**-0.25
    mine = told(folder, "actions")
    new = mine[mine["kind"] == "post"].groupby("role_level")["fte"].sum()
    hired = mine[mine["kind"] == "recruit"].groupby("role_level")["fte"].sum()
    post_pay = -rows[(rows["kind"] == "post") & rows["stock"].str.startswith("account:posts")].groupby("lever")["each"].min()
    for line in mine.to_dict("records"):
        own = rows[(rows["lever"] == line["line"]) & (rows["used"] == line["period"])]
        once = own[own["stock"].str.startswith("account:") & ~own["stock"].str.startswith("account:posts")]
        assert line["one_off"] == pytest.approx(-once["amount"].sum(), abs=PENNY)
        whole = float((-once["amount"] * of_quarter ** once["period"]).sum())
        recurrent = 0.0
        share = 1 - min(1.0, new.get(line["role_level"], 0.0) / hired[line["role_level"]]) if line["kind"] == "recruit" else 1.0
        for effect in own.to_dict("records"):
            kind = stock["kind"].get(effect["stock"])
            if kind not in {"staff", "cover", "new-post"}:
                continue
            pay = float(post_pay[line["line"]]) if kind == "new-post" else float(stock["unit_cost"][effect["stock"]]) * share
            rate = stays[stays["from_stock"] == effect["stock"]]["rate"]
            stay = float(rate.prod() ** (1 / len(rate))) if kind == "staff" else 1.0
            there = range(effect["period"], 4 + 4 + 1)
            whole += sum(effect["amount"] * pay * stay ** (t - effect["period"]) * of_quarter**t for t in there)
            recurrent += 4 * effect["amount"] * pay if effect["period"] == own.loc[own["stock"] == effect["stock"], "period"].min() else 0.0
        assert line["recurrent"] == pytest.approx(recurrent, abs=PENNY), line["line"]
        assert line["whole_life"] == pytest.approx(whole, abs=PENNY), line["line"]


def test_streams_of_actions(folder: Path, again: Plan) -> None:
    """Each line names the streams that put money into the accounts it draws on, the one that pays most first."""
    paid = by_stream(folder, again)
    paid = paid[paid["pounds"] > 1e-4].groupby(["lever", "used", "stream"], as_index=False)["pounds"].sum()
    for line in told(folder, "actions").to_dict("records"):
        own = paid[(paid["lever"] == line["line"]) & (paid["used"] == line["period"])].sort_values(
            ["pounds", "stream"], ascending=[False, True]
        )
        assert line["stream"] == (";".join(own["stream"]) or "establishment-pay")


def test_cost(folder: Path, again: Plan, summary: dict[str, Any]) -> None:
    """Pounds by stream, year and action; the pay of staff, cover and new posts as differences to doing nothing, by what a stock costs to hold."""
    mine = told(folder, "cost")
    labels = told(folder, "actions").drop_duplicates("kind").set_index("kind")["action"]
    paid = by_stream(folder, again)
    nature = paid["stock"].str.split(":").str[1].isin(["posts", "retention"]).map({True: "recurrent", False: "one-off"})
    keys = [paid["stream"], paid["period"].map(year), paid["kind"].map(labels), nature]
    expected = {key: float(pounds) for key, pounds in paid["pounds"].groupby(keys).sum().items()}
    held, still = stocks(folder, again)
    cost = table(folder, "stocks").set_index("stock")[["kind", "unit_cost"]].reindex(held.index)
    more = (held - still).mul(cost["unit_cost"], axis=0)
    rows = effects(folder, again)
    posts = rows[(rows["kind"] == "post") & (rows["stock"] == PAY)].groupby("period")["amount"].sum()
    for t in T:
        for action, pounds in {
            "Pay of staff that the plan adds": more.loc[cost["kind"] == "staff", t].sum(),
            "Bank and agency cover ended": more.loc[cost["kind"] == "cover", t].sum(),
            "Pay of new posts from their own streams": -posts.get(t, 0.0),
        }.items():
            key = ("establishment-pay", year(t), action, "recurrent")
            expected[key] = expected.get(key, 0.0) + float(pounds)
    expected = {key: pounds for key, pounds in expected.items() if abs(pounds) >= 0.005}
    found = mine.set_index(["stream", "year", "action", "nature"])["pounds"].to_dict()
    assert found == pytest.approx(expected, abs=0.01)
    of_actions = sum(pounds for key, pounds in expected.items() if key[0] != "establishment-pay")
    assert summary["cost"]["total"] == pytest.approx(of_actions, abs=0.01)
    for name in {key[0] for key in expected}:
        assert summary["cost"]["by_stream"][name] == pytest.approx(
            sum(pounds for key, pounds in expected.items() if key[0] == name), abs=0.02
        )
    for nature_ in ("one-off", "recurrent"):
        pounds = sum(pounds for key, pounds in expected.items() if key[3] == nature_ and key[0] != "establishment-pay")
        assert summary["cost"]["by_nature"][nature_] == pytest.approx(pounds, abs=0.01)
    for name in ("one_off", "recurrent", "whole_life"):
        assert summary["cost"][name] == pytest.approx(told(folder, "actions")[name].sum(), abs=0.01)


def test_streams(folder: Path, again: Plan) -> None:
    """Inflows of a year, what the last year leaves by its transition, what funding levers take; the rest is carried out or lapses."""
    held, _ = stocks(folder, again)
    inflows = table(folder, "inflows")
    moves = table(folder, "transitions")
    out = effects(folder, again)
    out = out[(out["kind"] == "fund") & out["stock"].str.startswith("money:")]
    mine = told(folder, "streams").set_index(["stream", "year"])
    for (name, when), row in mine.iterrows():
        item, quarters = f"money:{name}:{small.CODE}", [t for t in T if year(t) == when]
        came = inflows[(inflows["stock"] == item) & inflows["period"].isin(quarters)]["amount"].sum()
        assert row["budget"] == pytest.approx(came, abs=0.01)
        assert row["budget"] + row["carried_in"] == pytest.approx(row["used"] + row["carried_out"] + row["lapsed"], abs=0.03)
        if name == "establishment-pay":
            continue
        assert row["used"] == pytest.approx(-out[(out["stock"] == item) & out["period"].isin(quarters)]["amount"].sum(), abs=0.01)
        kept = moves[(moves["from_stock"] == item) & (moves["to_stock"] == item) & (moves["period"] == 3)]["rate"].sum()
        carried = 0.0 if when == "2026/27" else kept * held.loc[item, 2]
        assert row["carried_in"] == pytest.approx(carried, abs=0.01)
    pay = mine.loc["establishment-pay"]
    spent = table(folder, "stocks").set_index("stock")[["kind", "unit_cost"]].reindex(held.index)
    wages = held[list(T)].mul(spent["unit_cost"], axis=0)[spent["kind"].isin(["staff", "cover"])].sum()
    rows = effects(folder, again)
    given = rows[(rows["kind"] == "post") & (rows["stock"] == PAY)].groupby("period")["amount"].sum().reindex(list(T), fill_value=0.0)
    for when in ("2026/27", "2027/28"):
        quarters = [t for t in T if year(t) == when]
        assert pay.loc[when, "used"] == pytest.approx(float((wages - given)[quarters].sum()), abs=0.05)


def test_path_and_what_closes(folder: Path, again: Plan, summary: dict[str, Any]) -> None:
    """Requirements less what is held and covered, quarter by quarter; doing nothing is the projection of the tables."""
    held, still = stocks(folder, again)
    stock = table(folder, "stocks").set_index("stock")
    need = table(folder, "requirements").astype({"period": int})
    need = need[need["stock"].map(stock["kind"]) == "skill"].assign(
        level=need["stock"].map(stock["role_level"]), skill=need["stock"].map(stock["skill"])
    )
    cover = table(folder, "cover").merge(again.actions[["lever", "period", "amount"]], on="lever", suffixes=("_each", ""))
    cover = cover[cover["period_each"].isna() | (cover["period_each"] == cover["period"])] if "period_each" in cover else cover
    covered = (cover["amount_each"] * cover["amount"]).groupby([cover["stock"], cover["period"]]).sum()
    need["plan"] = [held.loc[name, t] + covered.get((name, t), 0.0) for name, t in zip(need["stock"], need["period"], strict=True)]
    need["nothing"] = [still.loc[name, t] for name, t in zip(need["stock"], need["period"], strict=True)]
    for way in ("plan", "nothing"):
        need[f"{way}_short"] = (need["required"] - need[way]).clip(lower=0)
        need[f"{way}_met"] = need[[way, "required"]].min(axis=1)
    rank = need["stock"].map(stock["rank"]).astype(int)
    top = need[rank == rank.groupby([need["level"], need["skill"]]).transform("max")]
    mine = told(folder, "path").set_index("period")
    staff = stock.index[stock["kind"] == "staff"]
    for t in T:
        now, ahead = need[need["period"] == t], top[top["period"] == t]
        for way, name in (("plan", "plan"), ("nothing", "do_nothing")):
            assert mine.loc[t, f"{name}_ranks_short"] == pytest.approx(now[f"{way}_short"].sum(), abs=1e-6)
            assert mine.loc[t, f"{name}_coverage"] == pytest.approx(ahead[f"{way}_met"].sum() / ahead["required"].sum(), abs=1e-6)
        assert mine.loc[t, "plan_staff_fte"] == pytest.approx(held.loc[staff, t].sum(), abs=1e-6)
        assert mine.loc[t, "do_nothing_staff_fte"] == pytest.approx(still.loc[staff, t].sum(), abs=1e-6)
    for name, way in (("do_nothing", "do_nothing"), ("plan", "plan")):
        for measure in ("ranks_short", "coverage", "staff_fte"):
            assert summary[name][measure] == pytest.approx(mine.loc[4, f"{way}_{measure}"])
            assert summary["now"][measure] == pytest.approx(mine.loc[0, f"{way}_{measure}"])
    assert summary["now"]["ranks_short"] == 19.0
    labels = {name: label for cut in ("role_level", "skill") for name, label in small.LABELS[cut].items()}
    closes = told(folder, "closes").set_index(["role_level", "skill"])
    by_period = told(folder, "closes_by_period").set_index(["period", "role_level", "skill"])
    for (t, level, skill), rows in need.groupby(["period", "level", "skill"]):
        key = (labels[str(level)], labels[str(skill)])
        shorts = [rows["nothing_short"].sum(), rows["plan_short"].sum()]
        if max(shorts) > 1e-9:
            assert by_period.loc[(t, *key), ["do_nothing", "plan"]].tolist() == pytest.approx(shorts, abs=1e-6)
        if t == 4:
            assert closes.loc[key, ["do_nothing", "plan"]].tolist() == pytest.approx(shorts, abs=1e-6)
            assert closes.loc[key, "closed"] == pytest.approx(shorts[0] - shorts[1], abs=1e-6)
    closed = mine.loc[4, "do_nothing_ranks_short"] - mine.loc[4, "plan_ranks_short"]
    assert summary["cost"]["per_rank_closed"] == pytest.approx(summary["cost"]["total"] / closed)


def test_stages_and_budget(folder: Path, again: Plan, summary: dict[str, Any]) -> None:
    """The value of every stage, the status, and the money of all streams but pay."""
    assert summary["status"] == again.status == "optimal"
    assert [stage["name"] for stage in summary["stages"]] == [stage["name"] for stage in again.stages]
    assert [stage["value"] for stage in summary["stages"]] == pytest.approx([float(str(stage["value"])) for stage in again.stages])
    need = table(folder, "requirements")[["stock", "period", "shortfall_weight"]].astype({"period": int})
    short = again.coverage.merge(need, on=["stock", "period"], suffixes=("", "_told"))
    weighed = (short["shortfall"] * short[[c for c in short if c.startswith("shortfall_weight")][-1]]).sum()
    assert summary["stages"][0]["value"] == pytest.approx(float(weighed))
    inflows = table(folder, "inflows")
    own = inflows[inflows["stock"].str.startswith("money:") & (inflows["stock"] != PAY)]
    assert summary["budget"] == pytest.approx(own["amount"].sum(), abs=0.01)
