"""What holds a plan back, in words: limits and money with a price, a row each and a sentence for each kind."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.describe import unspent, words
from skills_model.planning.describe.reading import SMALLEST_ACTION, Reading
from skills_model.planning.objective import TARGET

COLUMNS = ["in_short", "sentence", "kind", "item", "first_period", "last_period", "worth"]
SILENT = ("account", "unexpired")
"""Limits that only keep books: what they are worth is said of the money they pass on."""
OF_PEOPLE = ("room", "pattern", "in-place")
"""Limits that are met because all that can be done there is done."""
RULE = "rule"
"""Kind of the rules that keep every action from a stream that has money; they have no price."""
NAMED = 3
"""Limits of one kind that are named where all of the kind are told together."""
POUNDS = (10_000.0, 1_000.0, 100.0, 10.0)
"""Steps of money whose worth may be said: the largest that is no more than a part of all that is short."""
PART = 0.05
THOUSAND = 1_000.0
TRAINED = ("room", "pattern")
LEAST_PART = 0.0005  # of what stays short; less is not told as a part
LITTLE = 1e-6  # of the most important limit; what matters less is a solver's rounding

WORDS = {
    # What is so at the limit, what one more of it is, and what several such limits are.
    "seats": ("Places on courses{skill}{rank}{route} are all taken", "place", "courses"),
    "room": ("All who could be trained{skill}{rank} are in training{level}", "FTE that could be trained", "skills of role levels"),
    "pattern": ("All who lack these skills together are in training{level}", "FTE that could be trained", "groups of people"),
    "release": ("All working time that may go to learning is used{level}", "hour", "role levels"),
    "places": ("Everybody has as many places in a year as one person may{level}", "FTE of starts in a year", "role levels"),
    "second": ("As many as can be away are seconded{level}", "FTE away at once", "role levels"),
    "posts": ("All funded posts are filled{level}", "funded post", "role levels"),
    "in-place": ("Bank and agency cover stays until staff take its place{level}", "FTE of cover that could end", "role levels"),
    "after-posts": ("Those on their way fill all funded posts after the horizon{level}", "funded post", "role levels"),
    "after-pay": ("Pay of funded posts in a {period} after the horizon takes all that there is for it", "pound", "budgets"),
    "new-post": ("As many new posts as can be approved are made{level}", "post", "role levels"),
    "after-new-posts": ("Pay of new posts takes all the money that goes on in a {period} after the horizon", "pound", "budgets"),
    "freeze": ("Nobody outside may be asked to join in a frozen year", "request", "years"),
    "maximum": ("As many are started in a year as the planner allows", "start a year", "kinds of action"),
    "market": ("As many as the market gives are hired{family}", "hire a year", "role families"),
    "starts": ("As many as the route gives are hired{route}{family}", "hire a year", "routes"),
    "moves": ("All who would accept a move are moved{level}", "move a year", "role levels"),
    "kept": ("The premium keeps as many as it can{level}{route}", "FTE kept", "cases"),
    "leavers": ("All who would leave are kept{level}", "leaver", "role levels"),
    "offer": ("All that partners offer is taken up{route}{level}", "FTE offered", "offers"),
    "contract-ceiling": ("Temporary cover{route} reaches its ceiling", "FTE under the ceiling", "routes"),
    "contract-exit": ("Temporary cover of posts comes to its end{level}", "FTE that could go on", "role levels"),
    "capital-share": ("Capital pays all that it may of what contractors cost", "pound", "budgets"),
    "vacancy-money": ("Development has all that it may of the money of vacant posts", "pound", "budgets"),
    "coverage-target": ("The coverage target decides how much is done", "FTE that may lack its required rank", "targets"),
}
IN_POUNDS = ("money", "after-pay", "after-new-posts", "capital-share", "vacancy-money")


def limits(reading: Reading, streams: pd.DataFrame) -> pd.DataFrame:
    """Return what binds and has a price, a row each, the most important first; worth is the most that one more in one period changes.

    Of the first stage, weighted FTE-ranks over all periods, or FTE of the coverage missed; of money, for £1,000 more. Blank: only the
    cost would fall. A price is never so many FTE of one skill. `in_short` tells in the first row of a kind of all of the kind together.
    Last come rules that keep every action from a stream that has money.
    """
    items = _items(_priced(reading))
    rows: list[dict[str, object]] = []
    # Those whom training leaves nobody of come last: it does there all that it can.
    for kind in sorted(items["kind"].unique(), key=lambda kind: kind in OF_PEOPLE):
        own = items[items["kind"] == kind]
        told = [_row(reading, item) for item in _records(own)]
        together = told[0]["sentence"] if len(own) == 1 else _together(reading, str(kind), own)
        rows += [told[0] | {"in_short": together}, *told[1:]]
    rows += _rules(reading, streams)
    return pd.DataFrame(rows, columns=COLUMNS).astype({"in_short": "str", "worth": "float64"})


def _rules(reading: Reading, streams: pd.DataFrame) -> list[dict[str, object]]:
    """Write the streams that have money from which no action may be paid."""
    rows: list[dict[str, object]] = []
    for name, own in unspent.barred(streams).groupby("stream", sort=False):
        pounds, why = words.pounds(own["budget"].sum()), unspent.rule(reading, str(name))
        sentence = f"{own['stream_label'].iloc[0]} ({pounds}) pays for no action: {why}."
        every = list(reading.world.periods)
        rows.append(_cells(sentence, "cost", RULE, f"money:{name}", every, float("nan")) | {"in_short": sentence})
    return rows


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
    bound = bound[~bound["kind"].isin(SILENT) & ~_of_nobody(reading, bound)]
    bound["size"] = bound["amount"].abs().where(bound["amount"] != 0, _through(reading, bound))
    paid = _money(reading, prices[prices["family"] == "balance"])
    rows = pd.concat([bound, paid], ignore_index=True)
    rows["importance"] = rows["price"].abs() * rows["size"]
    # What the first stage says counts before what only the cost does.
    top = rows.groupby("order")["importance"].transform("max")
    return rows[rows["importance"] > LITTLE * top]


def _of_nobody(reading: Reading, bound: pd.DataFrame) -> pd.Series:
    """Tell which rows limit what is done to people while nothing is: there is nobody left, or the time for it has not come.

    Such a limit lets through what stocks allow and no more. It is met at nothing, and one more of what is not there is nothing to plan with.
    """
    own = reading.plan.tables.uses
    own = own[(own["kind"] == "stock") & own["limit"].isin(bound["item"])]
    of_people = bound["item"].isin(own.loc[own["amount"] < 0, "limit"])
    taking = own[own["amount"] > 0].rename(columns={"item": "stock", "period": "only"})
    rows = bound[["item", "period"]].drop_duplicates().merge(taking, left_on="item", right_on="limit")
    rows = rows[rows["only"].isna() | (rows["only"] == rows["period"])]
    at = (rows["period"] - rows["lag"].fillna(0)).clip(lower=0).astype(int)
    held = reading.held.to_numpy()[reading.held.index.get_indexer(pd.Index(rows["stock"])), at.to_numpy()]
    there = pd.MultiIndex.from_frame(rows.loc[held > SMALLEST_ACTION, ["item", "period"]])
    met = pd.MultiIndex.from_frame(bound[["item", "period"]])
    return of_people & ~met.isin(reading.by_levers) & ~met.isin(there)


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
        sentence = f"{fact}{_when(reading, kind, ' ', periods)}; {_more(reading, kind, unit, stage, about, worth)}."
    return _cells(sentence, stage, kind, str(item["item"]), periods, worth)


def _when(reading: Reading, kind: str, before: str, periods: list[int]) -> str:
    """Say when a limit binds; what is limited after the horizon has that in its words."""
    return "" if kind.startswith("after-") else before + words.when(reading.world.scenario, periods)


def _more(reading: Reading, kind: str, unit: str, stage: str, about: str, worth: float) -> str:
    """Say what one more of a limit would change."""
    return (
        _more_money(reading, stage, about, worth) if kind in IN_POUNDS else f"one more {unit} would {_effect(reading, stage, about, worth)}"
    )


def _more_money(reading: Reading, stage: str, about: str, worth: float) -> str:
    """Say what more money would change at the margin: of the steps, the largest that does not promise more than a part of what is short."""
    value = _value(reading, stage)
    step = next((step for step in POUNDS if step * worth <= PART * value), POUNDS[-1])
    return f"at the margin, {words.pounds(step)} more would {_effect(reading, stage, about, step * worth)}"


def _together(reading: Reading, kind: str, own: pd.DataFrame) -> str:
    """Tell of all limits of a kind at once, the most important by name."""
    periods = sorted({period for some in own["periods"] for period in some})
    fact, unit, several = WORDS.get(kind, _unknown(kind))
    first = own[own["order"] == own["order"].min()]
    stage, worth = str(first["stage"].iloc[0]), float(first["worth"].max())
    names = list(dict.fromkeys(name for item in _records(own.head(NAMED)) if (name := _name(reading, item))))
    if kind == "money":
        years = words.listed(list(dict.fromkeys(reading.world.scenario.year_of(t) for t in periods)))
        more = _more_money(reading, stage, "up to ", worth)
        every = words.listed(list(dict.fromkeys(_name(reading, item) for item in _records(own))))
        return f"{every} are spent to the last pound in {years}; {more}."
    bare = fact.format(skill="", rank="", route="", level="", family="", period=reading.world.scenario.period)
    which = "" if not names else f" ({words.listed(names)})" if len(own) <= len(names) else f" (above all {words.listed(names)})"
    bare += f" in {len(own):,} {several}" if which else ""
    where = f"{bare}{which}{_when(reading, kind, ', ', periods)}"
    if kind in TRAINED:
        return f"{where}; there, only more staff would close more."
    return f"{where}; {_more(reading, kind, f'{unit} there', stage, 'up to ', worth)}."


def _value(reading: Reading, stage: str) -> float:
    return next(float(str(item["value"])) for item in reading.plan.stages if item["name"] == stage)


def _cells(sentence: str, stage: str, kind: str, name: str, periods: list[int], worth: float) -> dict[str, object]:
    told = float("nan") if stage == "cost" else worth * (THOUSAND if kind in IN_POUNDS else 1.0)
    return {
        "in_short": "",
        "sentence": sentence,
        "kind": kind,
        "item": name,
        "first_period": periods[0],
        "last_period": periods[-1],
        "worth": told,
    }


def _effect(reading: Reading, stage: str, about: str, worth: float) -> str:
    """Say what a change of a stage's value by its price means, and what part of all that stays short it is."""
    if stage == "cost":
        return f"save {about}{words.pounds(worth)}"
    value = _value(reading, stage)
    if worth > value:
        return "change more than a price at the margin can tell"
    of = {"goal:coverage": "FTE of the coverage missed", "goal:critical": "weighted FTE-ranks of the critical skills"}
    part = worth / value if value > 0 else 0.0
    return (
        f"be worth {about}{words.number(worth)} {of.get(stage, 'weighted FTE-ranks')}"
        f"{f' ({part:.1%} of what stays short)' if part >= LEAST_PART else ''}"
    )


def _fact(reading: Reading, item: dict[str, object]) -> tuple[str, str]:
    """Say what is so at a limit, with the names of what it limits, and what one more of it is."""
    world, kind = reading.world, str(item["kind"])
    if kind == "money":
        return reading.stream_labels[str(item["funding_stream"])], ""
    fact, unit, _ = WORDS.get(kind, _unknown(kind))
    of = _named(reading, item)
    bracket = {name: f" ({of[name]})" if of[name] else "" for name in ("level", "route")}
    within = {name: f" in {of[name]}" if of[name] else "" for name in ("skill", "family")}
    told = fact.format(rank=of["rank"], period=world.scenario.period, **bracket, **within)
    if kind == "coverage-target" and world.scenario.objective.aim == TARGET:
        told = told.replace("coverage target", f"coverage target of {world.scenario.objective.target:.0%}")
    return told, unit


def _name(reading: Reading, item: dict[str, object]) -> str:
    """Name what a limit is about, in short."""
    if item["kind"] == "money":
        return reading.stream_labels[str(item["funding_stream"])]
    of = _named(reading, item)
    what = of["skill"] + of["rank"] if of["skill"] else ""
    parts = [part for part in (what, of["level"]) if part] or [part for part in (of["route"], of["family"]) if part]
    return " for ".join(parts)


def _named(reading: Reading, item: dict[str, object]) -> dict[str, str]:
    """Return the names of what a limit is about, blank where it is about none: skill, rank, level, route and family."""
    labels, route = reading.world.inputs.labels, item.get("route")

    def name(cut: str, before: str = "") -> str:
        value = item.get(cut)
        return "" if value is None or pd.isna(value) else f"{before}{labels.get(cut, {}).get(str(value), str(value))}"  # type: ignore[call-overload]

    return {
        "skill": name("skill"),
        "rank": "" if pd.isna(item.get("rank")) else f" to rank {float(str(item['rank'])):.0f}",  # type: ignore[call-overload]
        "level": name("role_level") + name("to_role_level", " to "),
        "route": "" if route is None or pd.isna(route) else str(words.route(reading.world, pd.Series([route])).iloc[0]),  # type: ignore[call-overload]
        "family": name("role_family"),
    }


def _unknown(kind: str) -> tuple[str, str, str]:
    """Say of a limit without words of its own what can be said of any."""
    return f"{words.in_words(kind)}: the limit{{skill}}{{rank}}{{route}}{{level}} is reached", "unit", "limits"
