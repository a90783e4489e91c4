"""What holds a plan back, in words: limits and money with a price, joined over periods and groups."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.describe import words
from skills_model.planning.describe.reading import Reading
from skills_model.planning.objective import TARGET

COLUMNS = ["sentence", "kind", "item", "first_period", "last_period", "worth"]
SILENT = ("account", "unexpired")
"""Limits that only keep books: what they are worth is said of the money they pass on."""
OF_PEOPLE = ("room", "in-place")
"""Limits that are met where there is nobody to act on; they hold a plan back only where it acts on somebody."""
EACH = 3
"""Limits of one kind that get a sentence of their own; the rest of the kind share one."""
POUNDS = (10_000.0, 1_000.0, 100.0, 10.0)
"""Steps of money whose worth may be said: the largest that is no more than a part of all that is short."""
PART = 0.05
THOUSAND = 1_000.0
LITTLE = 1e-6  # of the most important limit; what matters less is a solver's rounding

WORDS = {
    # What is so at the limit, what one more of it is, and what several such limits are.
    "seats": ("Places on courses{skill}{rank}{route} are all taken", "place", "courses"),
    "room": ("All who could be trained{skill}{rank} are in training{level}", "FTE that could be trained", "skills of role levels"),
    "pattern": ("All who lack these skills together are in training{level}", "FTE that could be trained", "groups of people"),
    "release": ("All working time that may go to learning is used{level}", "hour", "role levels"),
    "second": ("As many as can be away are seconded{level}", "FTE away at once", "role levels"),
    "posts": ("All funded posts are filled{level}", "funded post", "role levels"),
    "in-place": ("Bank and agency cover stays until staff take its place{level}", "FTE of cover that could end", "role levels"),
    "after-posts": ("Those on their way fill all funded posts after the horizon{level}", "funded post", "role levels"),
    "after-pay": ("Pay after the horizon takes all the money for pay", "pound a period", "budgets"),
    "new-post": ("As many new posts as can be approved are made{level}", "post", "role levels"),
    "after-new-posts": ("New posts take all the money that goes on after the horizon", "pound a period", "budgets"),
    "freeze": ("Nobody outside may be asked to join in a frozen year", "request", "years"),
    "maximum": ("As many are started in a year as the planner allows", "start a year", "kinds of action"),
    "market": ("As many as the market gives are hired{family}", "hire a year", "role families"),
    "starts": ("As many as the route gives are hired{route}{family}", "hire a year", "routes"),
    "moves": ("All who would accept a move are moved{level}", "move a year", "role levels"),
    "kept": ("The premium keeps as many as it can{level}{route}", "FTE kept", "role levels"),
    "leavers": ("All who would leave are kept{level}", "leaver", "role levels"),
    "offer": ("All that partners offer is taken up{route}{level}", "FTE offered", "offers"),
    "contract-ceiling": ("Temporary cover{route} reaches its ceiling", "FTE under the ceiling", "routes"),
    "contract-exit": ("Temporary cover of posts comes to its end{level}", "FTE that could go on", "role levels"),
    "capital-share": ("Capital pays all that it may of what contractors cost", "pound", "budgets"),
    "vacancy-money": ("Development has all that it may of the money of vacant posts", "pound", "budgets"),
    "coverage-target": ("The coverage target decides how much is done", "FTE that may lack its required rank", "targets"),
}
IN_POUNDS = ("money", "after-pay", "after-new-posts", "capital-share", "vacancy-money")


def limits(reading: Reading) -> pd.DataFrame:
    """Return what binds and has a price, the most important first; worth is the most that one more in one period changes.

    Of the first stage, weighted FTE-ranks over all periods, or FTE of the coverage missed; of money, for £1,000 more. Blank: only the
    cost would fall. A price is never so many FTE of one skill.
    """
    priced = _priced(reading)
    items = _items(priced)
    rows: list[dict[str, object]] = []
    # Those whom training leaves nobody of come last: it does there all that it can.
    kinds = sorted(items["kind"].unique(), key=lambda kind: kind in OF_PEOPLE)
    for kind in kinds:
        own = items[items["kind"] == kind]
        several = own.head(EACH) if len(own) > EACH + 1 else own
        rows += [_row(reading, item) for item in _records(several)]
        if len(several) < len(own):
            rows.append(_rest(reading, str(kind), own.iloc[EACH:]))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"worth": "float64"})


def _priced(reading: Reading) -> pd.DataFrame:
    """Return each limit and each inflow of money that has a price, in the first stage that gives it one, with what matters of it."""
    stages = list(reading.plan.tables.problem.stages)
    prices = reading.plan.shadow_prices
    prices = prices[prices["stage"].isin([name for name in stages if name != "moves"])]
    prices = prices.assign(order=prices["stage"].map({name: place for place, name in enumerate(stages)})).sort_values(
        "order", kind="stable"
    )
    prices = prices.drop_duplicates(["family", "item", "period"])
    bound = prices[prices["family"] == "limit"].merge(reading.plan.limits, left_on=["item", "period"], right_on=["limit", "period"])
    of_people = bound["kind"].isin(OF_PEOPLE) & ~pd.MultiIndex.from_frame(bound[["item", "period"]]).isin(reading.by_levers)
    bound = bound[~bound["kind"].isin(SILENT) & ~of_people]
    bound["size"] = bound["amount"].abs().where(bound["amount"] != 0, _through(reading, bound))
    paid = _money(reading, prices[prices["family"] == "balance"])
    rows = pd.concat([bound, paid], ignore_index=True)
    rows["importance"] = rows["price"].abs() * rows["size"]
    # What the first stage says counts before what only the cost does.
    top = rows.groupby("order")["importance"].transform("max")
    return rows[rows["importance"] > LITTLE * top]


def _money(reading: Reading, prices: pd.DataFrame) -> pd.DataFrame:
    """Return the prices of money that comes into a stream."""
    rows = reading.worth_of_money(prices)
    orders = {name: place for place, name in enumerate(reading.plan.tables.problem.stages)}
    return rows.assign(
        kind="money", size=rows["pounds"], item="money:" + rows["stream"], funding_stream=rows["stream"], order=rows["stage"].map(orders)
    )


def _through(reading: Reading, bound: pd.DataFrame) -> pd.Series:
    """Return what stocks let through limits that weigh uses against each other: the amount on the other side, where nothing is written."""
    uses = reading.plan.tables.uses
    own = uses[(uses["kind"] == "stock") & uses["limit"].isin(bound.loc[bound["amount"] == 0, "item"]) & uses["period"].isna()]
    rows = bound[["item", "period"]].merge(own.rename(columns={"item": "stock", "period": "only"}), left_on="item", right_on="limit")
    at = (rows["period"] - rows["lag"].fillna(0)).clip(lower=0).astype(int)
    held = reading.held.to_numpy()[reading.held.index.get_indexer(pd.Index(rows["stock"])), at.to_numpy()]
    rows["held"] = (held * rows["amount"]).clip(upper=0).abs()
    through = rows.groupby(["item", "period"])["held"].sum()
    found = through.reindex(pd.MultiIndex.from_frame(bound[["item", "period"]])).fillna(1.0)
    return found.set_axis(bound.index)


def _items(priced: pd.DataFrame) -> pd.DataFrame:
    """Join the periods of each limit: when it binds, what one more is worth at most, and how much it matters in all; kinds that matter first."""
    priced = priced.sort_values(["item", "order", "period"])
    first = priced.groupby("item")["order"].transform("min")
    own = priced[priced["order"] == first]  # the worth of one stage cannot be added to that of another
    attributes = [
        name for name in ("role_family", "role_level", "to_role_level", "skill", "rank", "route", "funding_stream") if name in own
    ]
    own = own.assign(worth=own["price"].abs(), least=own["price"].abs())
    how = {"kind": "first", "stage": "first", "least": "min", "worth": "max", "importance": "sum"} | dict.fromkeys(attributes, "first")
    items = own.groupby(["order", "item"], as_index=False).agg(how)
    items["periods"] = items["item"].map(own.groupby("item")["period"].agg(list))
    items["of_kind"] = items.groupby("kind")["importance"].transform("sum")
    return items.sort_values(["order", "of_kind", "kind", "importance", "item"], ascending=[True, False, True, False, True])


def _records(rows: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _row(reading: Reading, item: dict[str, object]) -> dict[str, object]:
    """Write one limit."""
    periods = list(item["periods"])  # type: ignore[call-overload]
    kind, stage = str(item["kind"]), str(item["stage"])
    worth, least = float(str(item["worth"])), float(str(item["least"]))
    about = "" if worth - least <= 0.05 * worth else "up to "
    fact, unit = _fact(reading, item)
    if kind == "money":
        years = words.listed(list(dict.fromkeys(reading.world.scenario.year_of(t) for t in periods)))
        sentence = f"{fact} is spent to the last pound in {years}; {_more_money(reading, stage, about, worth)}."
    else:
        sentence = f"{fact} {words.when(reading.world.scenario, periods)}; {_more(reading, kind, unit, stage, about, worth)}."
    return _cells(sentence, stage, kind, str(item["item"]), periods, worth)


def _more(reading: Reading, kind: str, unit: str, stage: str, about: str, worth: float) -> str:
    """Say what one more of a limit would change."""
    return _more_money(reading, stage, about, worth) if kind in IN_POUNDS else f"one more {unit} would {_effect(stage, about, worth)}"


def _more_money(reading: Reading, stage: str, about: str, worth: float) -> str:
    """Say what more money would change at the margin: of the steps, the largest that does not promise more than a part of what is short."""
    value = next(float(str(item["value"])) for item in reading.plan.stages if item["name"] == stage)
    step = next((step for step in POUNDS if step * worth <= PART * value), POUNDS[-1])
    return f"at the margin, {words.pounds(step)} more would {_effect(stage, about, step * worth)}"


def _rest(reading: Reading, kind: str, own: pd.DataFrame) -> dict[str, object]:
    """Write the other limits of a kind together."""
    periods = sorted({period for some in own["periods"] for period in some})
    fact, unit, several = WORDS.get(kind, _unknown(kind))
    bare = fact.format(skill="", rank="", route="", level="", family="")
    first = own[own["order"] == own["order"].min()]
    stage, worth = str(first["stage"].iloc[0]), float(first["worth"].max())
    more = _more(reading, kind, f"{unit} there", stage, "up to ", worth)
    sentence = f"{bare}, in {len(own):,} more {several}, {words.when(reading.world.scenario, periods)}; {more}."
    return _cells(sentence, stage, kind, "", periods, worth)


def _cells(sentence: str, stage: str, kind: str, name: str, periods: list[int], worth: float) -> dict[str, object]:
    told = float("nan") if stage == "cost" else worth * (THOUSAND if kind in IN_POUNDS else 1.0)
    return {"sentence": sentence, "kind": kind, "item": name, "first_period": periods[0], "last_period": periods[-1], "worth": told}


def _effect(stage: str, about: str, worth: float) -> str:
    """Say what a change of a stage's value by its price means."""
    if stage == "cost":
        return f"save {about}{words.pounds(worth)}"
    of = {"goal:coverage": "FTE of the coverage missed", "goal:critical": "weighted FTE-ranks of the critical skills"}
    return f"be worth {about}{words.number(worth)} {of.get(stage, 'weighted FTE-ranks')}"


def _fact(reading: Reading, item: dict[str, object]) -> tuple[str, str]:
    """Say what is so at a limit, with the names of what it limits, and what one more of it is."""
    world, kind = reading.world, str(item["kind"])
    if kind == "money":
        return reading.stream_labels[str(item["funding_stream"])], ""
    labels = world.inputs.labels

    def name(cut: str, before: str) -> str:
        value = item.get(cut)
        return "" if value is None or pd.isna(value) else f"{before}{labels.get(cut, {}).get(str(value), str(value))}"  # type: ignore[call-overload]

    fact, unit, _ = WORDS.get(kind, _unknown(kind))
    route = item.get("route")
    by = "" if route is None or pd.isna(route) else f" ({words.route(world, pd.Series([route])).iloc[0]})"  # type: ignore[call-overload]
    rank = "" if pd.isna(item.get("rank")) else f" to rank {float(str(item['rank'])):.0f}"  # type: ignore[call-overload]
    level = name("role_level", " (") + name("to_role_level", " to ")
    level = f"{level})" if level else ""
    told = fact.format(skill=name("skill", " in "), rank=rank, route=by, level=level, family=name("role_family", " in "))
    if kind == "coverage-target" and world.scenario.objective.aim == TARGET:
        told = told.replace("coverage target", f"coverage target of {world.scenario.objective.target:.0%}")
    return told, unit


def _unknown(kind: str) -> tuple[str, str, str]:
    """Say of a limit without words of its own what can be said of any."""
    return f"{words.in_words(kind)}: the limit{{skill}}{{rank}}{{route}}{{level}} is reached", "unit", "limits"
