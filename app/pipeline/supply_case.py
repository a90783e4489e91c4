"""What one supply forecast is asked of: its area, scenario, numbers and staff, read once, and each part of the answer from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from app.findings import NOT_KNOWN, amount, counted
from skills_model import calibration, demand, gap, returning, scenarios
from skills_model import scenario as scenario_files
from skills_model.area import Area, places
from skills_model.assumptions import Assumptions
from skills_model.cuts import PLACES, hidden, protected
from skills_model.demand import Facts
from skills_model.errors import Fault, ScenarioError
from skills_model.factor import Factor
from skills_model.privacy import HIDDEN, Scope, numbers
from skills_model.returning import Returns
from skills_model.returning.roster import IMPUTED, MISSING
from skills_model.rows import nearest
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import cells, imputation, pipelines, rates, sampling
from skills_model.supply import forecast as central
from skills_model.supply.backtest import usual_error
from skills_model.supply.layout import Question, Ranks, years
from skills_model.supply.model import Rates
from skills_model.supply.tables import Parts, parts
from skills_model.supply.tornado import tornado

BASELINE = "baseline"
DRAWS = 10_000
SEED = 1
CHANGED = "with-changes"
DIGITS = 6
"""Digits after the point that an answer holds: what lies beyond is the noise of sums."""
PERCENTILES = ("p10", "p25", "p50", "p75", "p90")
FTE = ("mean", *PERCENTILES)
TELLING = ("assessed_headcount", "evidence_headcount")
"""People of whom skills tell: those assessed, and those whose ranks stand in for others."""
TWENTIETHS = 20
BORDERS = {central.JOINED: "Joined", central.LEFT: "Left", central.NOT_MAPPED: "Job title not mapped"}
MAPPED = ("role_family", "role_level")
NAMED = 5
"""Organisations that a note names."""
TOLD = 0.5
"""FTE; fewer are not worth a sentence."""
SENT_NOTHING = (
    "of", "role_family", "role_family_label", "year", "counted", "imputed", "low", "high", "together", "together_low", "together_high",
)  # fmt: skip
EVERYTHING, FAMILY = "everything", "role family"
"""Of what a row of SENT_NOTHING is."""
GONE = ("leavers", "retirements", "promoted_out", "aged_out", "decayed")


@dataclass(frozen=True)
class SupplyRequest:
    """What is asked of a supply forecast.

    `changed` are settings such as `leaver_rate[under 25]=0.2` or `demand.growth.data.rate=0.03`; `role_family` narrows everything to one.
    """

    area: str = "england"
    scenario: str = BASELINE
    by: tuple[str, ...] = ("role_family", "year")
    role_family: str = ""
    draws: int = DRAWS
    seed: int = SEED
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Case:
    """A request with everything that it names, read from the store; `used` fills with the names of the assumptions that are read."""

    store: Store
    scope: Scope
    request: SupplyRequest
    area: Area
    codes: tuple[str, ...]
    scenario: Scenario
    assumptions: Assumptions
    used: set[str]

    @classmethod
    def of(cls, store: Store, scope: Scope, request: SupplyRequest) -> Case:
        """Read what a request names; raises DataError, ScenarioError or ScopeError for what is not there."""
        scenario = _scenario(store, scope, request)
        area = Area.parse(request.area)
        codes = tuple(area.codes(store, scope, scenario.start))
        cells.require_staff(store, scope, codes)
        noting, used = _set(Assumptions.of(store, scope), scenario).noting()
        case = cls(store, scope, request, area, codes, scenario, noting, used)
        case.check()
        return case

    def check(self) -> None:
        """Refuse a role family that nobody knows; raises ScenarioError."""
        family, known = self.request.role_family, self.labels["role_family"]
        if family and family not in known:
            allowed = ", ".join(sorted(known)) + nearest(family, sorted(known))
            raise ScenarioError([Fault("Unknown role family", "role_family", found=f"'{family}'", allowed=allowed, action="Correct it.")])

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        """Return the names for people of the ids in each cut."""
        named = {cut: dict(names) for cut, names in gap.labels(self.store, self.scope).items()}
        where = self.places
        return named | {cut: {**named[cut], **_names(where, cut, name)} for cut, name in (("region", "region_name"), ("icb", "icb_name"))}

    @cached_property
    def places(self) -> pd.DataFrame:
        """Return where organisations are on the day that the forecast starts."""
        return places(self.store, self.scope, self.scenario.start)

    @property
    def exact(self) -> bool:
        """Tell whether everything in the area may be seen exactly."""
        return self.scope.sees_all_exactly(self.codes)

    @cached_property
    def rates(self) -> Rates:
        """Return the rates of the area, estimated once, with those of its trusts that have sent nothing."""
        silent = self.returns.imputed.cells["organisation"]
        return rates.estimate(self.store, self.scope, sorted({*self.codes, *silent}), self.assumptions)

    @property
    def area_label(self) -> str:
        """Return the name for people of the area, with the role family where there is one."""
        names = {"england": "England"} | {
            kind: self.labels[kind].get(self.area.code, self.area.code) for kind in ("region", "icb", "organisation")
        }
        if self.incomplete:
            names[self.area.kind] = f"{counted(len(self._counted), 'organisation')} of {names[self.area.kind]}"
        name = names[self.area.kind] + (f" ({self.area.code})" if self.area.kind == "organisation" else "")
        family = self.request.role_family
        return f"{name}, {self.labels['role_family'][family]}" if family else name

    @cached_property
    def _counted(self) -> pd.DataFrame:
        """Return the organisations whose staff are in the forecast, with the day that these are of."""
        return self.returns.roster[~self.returns.roster["counts"].isin([IMPUTED, MISSING])]

    @property
    def incomplete(self) -> bool:
        """Tell whether organisations of a wider area are not in the forecast."""
        return self.area.kind != "organisation" and len(self._counted) < len(self.returns.roster)

    @property
    def demonstration(self) -> bool:
        """Tell whether any organisation of the area is invented."""
        named = self.store.query("organisation_names", self.scope.reach(), organisations=list(self.codes))
        return bool(named["demonstration"].any())

    # What the forecast is made of

    @property
    def cuts(self) -> list[str]:
        """Return the cuts asked for, year aside."""
        return [cut for cut in self.request.by if cut != "year"]

    def sampled(self, progress: Callable[[float], None], cancel: Callable[[], bool]) -> dict[str, pd.DataFrame]:
        """Return rows, total and convergence of the sampled futures, protected."""
        made: dict[tuple[str, ...], sampling.Sampled] = {}

        def sample(codes: Sequence[str]) -> sampling.Sampled:
            if tuple(codes) not in made:
                tell = progress if tuple(codes) == self.codes else None
                made[tuple(codes)] = sampling.sample(
                    self.question(codes), self.request.draws, self.request.seed, progress=tell, cancel=cancel
                )
            return made[tuple(codes)]

        by = [*self.cuts, "year", "measure"]
        rows = self._shown(lambda codes: self._headed(sample(codes).rows, codes, self.cuts), by)
        if "year" not in self.request.by:
            rows = rows[rows["year"] == list(years(self.scenario).values())[-1]].drop(columns="year")
        total = self._shown(lambda codes: self._headed(sample(codes).total, codes, []), ["year", "measure"])
        settling = sample(self.codes).convergence
        settling = settling[settling["of"] == "total"].drop(columns=["of", "role_family"]).reset_index(drop=True)
        return {"rows": self._labelled(rows), "total": total, "convergence": settling if self.exact else settling.iloc[:0]}

    @cached_property
    def asked(self) -> Question:
        """Return what the futures of the whole area depend on."""
        return self._asked(self.codes)

    @cached_property
    def facts(self) -> Facts:
        """Return what the posts needed in the area depend on."""
        return demand.facts(self.store, self.scope, self.codes, self.scenario, self.assumptions)

    def question(self, codes: Sequence[str]) -> Question:
        """Return what the futures of some organisations depend on."""
        return self.asked if tuple(codes) == self.codes else self._asked(codes)

    def _asked(self, codes: Sequence[str]) -> Question:
        whole = tuple(codes) == self.codes
        facts = self.facts if whole else demand.facts(self.store, self.scope, codes, self.scenario, self.assumptions)
        return Question(
            moving=self._moving(codes),
            rates=self.rates,
            by=(*self.cuts, "year"),
            places=self.places,
            demand=self._of_family(demand.needed_from(facts, self.scenario)),
            growing=(*demand.growing(self.scenario), pipelines.factor(self.assumptions)),
            ranks=self._ranks(codes) if "skill" in self.cuts else None,
        )

    def _moving(self, codes: Sequence[str]) -> Parts:
        """Return what moves the staff of some organisations, as finely as the cuts ask."""
        reach = self.scope.reach()
        levels = self.store.query("role_levels", self.scope)[["role_level", "suggested_band"]].dropna()
        bands = {str(level): str(band) for level, band in levels.itertuples(index=False)}
        fine = (
            ["role_level", *(name for name in ("band",) if name in self.cuts)] if {"skill", "role_level", "band"} & set(self.cuts) else []
        )
        staff = cells.collapsed(self._of_family(cells.staff(self.store, reach, codes)), fine)
        coming = self._of_family(pipelines.read(self.store, reach, codes))
        return parts(staff, self.rates, self.scenario, coming, self.assumptions, bands)

    def _ranks(self, codes: Sequence[str]) -> Ranks:
        """Return the share of the staff of each role level that holds the required rank of each skill, as the middle path carries it."""
        path = central.central(self.store, self.scope, ["role_level", "skill"], self.scenario, codes, self.assumptions, self.rates)
        if path.holders is None:
            raise ValueError("holders are followed where a skill is asked for")
        keys = ["organisation", "role_level"]
        staff = pd.DataFrame(path.stocks).groupby([path.parts.cells[key].to_numpy() for key in keys]).sum()
        of = staff.reindex(pd.MultiIndex.from_frame(path.holders.ladder[keys])).fillna(0.0).to_numpy(dtype="float64")
        shares = np.stack([np.divide(held, of, out=np.zeros_like(held), where=of > 0) for held in path.holders.held])
        return Ranks(path.holders.ladder[[*keys, "skill"]], shares)

    def nothing(self) -> pd.DataFrame:
        """Return year and fte of the middle path if nobody decides anything; nothing by skill, where figures are not people."""
        if "skill" in self.cuts:
            return pd.DataFrame({"year": pd.Series(dtype="str"), "fte": pd.Series(dtype="float64")})
        committed = self.scenario.changed(supply={"flows": "committed"})
        rows = self._central(["year"], committed)
        return pd.DataFrame({"year": rows["year"], "fte": rows["end"]})

    def flows(self) -> pd.DataFrame:
        """Return what moves staff by the cuts asked for; columns as `forecast.forecast`, with names for people."""
        return self._labelled(self._central(list(self.request.by), self.scenario))

    def steps(self) -> pd.DataFrame:
        """Return step and fte of everything together over the whole horizon, in order; what goes is below 0. Skills are summed."""
        rows = self._central(["skill"] if "skill" in self.cuts else [], self.scenario)
        if rows.empty:
            return pd.DataFrame({"step": pd.Series(dtype="str"), "fte": pd.Series(dtype="float64")})
        row = {name: HIDDEN if (rows[name].astype("str") == HIDDEN).any() else float(rows[name].sum()) for name in central.FLOWS}
        return pd.DataFrame({"step": list(central.FLOWS), "fte": [_signed(name, row[name]) for name in central.FLOWS]})

    def moves(self) -> pd.DataFrame:
        """Return from_label, to_label, headcount and fte a year between role levels, into them and out of them."""
        family = self.request.role_family or None
        rows = central.matrix(self.store, self.scope, self.scenario, self.codes, self.assumptions, self.rates, role_family=family)
        names = self.labels["role_level"] | BORDERS
        ends = {f"{end}_label": rows[end].map(names).fillna(NOT_KNOWN).astype("str") for end in ("from", "to")}
        return rows.assign(**ends)[["from", "from_label", "to", "to_label", "headcount", "fte"]]

    def _central(self, by: list[str], scenario: Scenario) -> pd.DataFrame:
        family = self.request.role_family
        asked = by if not family or "role_family" in by else ["role_family", *by]
        rows = central.forecast(self.store, self.scope, asked, scenario, self.codes, self.assumptions, self.rates)
        rows = rows[rows["role_family"] == family] if family else rows
        return rows[[*by, *rows.columns[len(asked) :]]].reset_index(drop=True)

    def imputed(self) -> pd.DataFrame:
        """Return the middle path of staff imputed for trusts that have sent nothing beside that of staff counted; columns SENT_NOTHING.

        The range is that of the imputation alone. Nothing where every trust of the area counts.
        """
        if self.returns.imputed.cells.empty or "skill" in self.cuts:
            return pd.DataFrame(columns=list(SENT_NOTHING))
        followed = imputation.follow(self.returns.imputed, self.rates, self.scenario, self.assumptions)
        family = self.request.role_family
        whole = self._beside(self._central(["year"], self.scenario), followed.in_total(family), ["year"]).assign(
            of=EVERYTHING, role_family=family or None, role_family_label=self.labels["role_family"].get(family, "")
        )
        if family:
            return whole[list(SENT_NOTHING)]
        keys = ["role_family", "year"]
        parts = self._beside(self._central(keys, self.scenario), followed.by_role_family(), keys)
        names = parts["role_family"].map(self.labels["role_family"]).fillna(BORDERS[central.NOT_MAPPED])
        return pd.concat([whole, parts.assign(of=FAMILY, role_family_label=names)], ignore_index=True)[list(SENT_NOTHING)]

    @staticmethod
    def _beside(counted: pd.DataFrame, imputed: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        """Put what is imputed beside what is counted, and their sum; too small a number hides its sum too."""
        both = counted[[*keys, "end"]].merge(imputed, on=keys, how="outer").rename(columns={"end": "counted", "fte": "imputed"})
        both = both.fillna(dict.fromkeys(["counted", "imputed", "low", "high"], 0.0))
        known = numbers(both["counted"])
        for name, part in (("together", "imputed"), ("together_low", "low"), ("together_high", "high")):
            added = (known + both[part]).round(DIGITS)
            both[name] = added if known.notna().all() else added.astype("object").where(known.notna(), HIDDEN)
        return both

    # What it rests on

    def calibration(self) -> pd.DataFrame:
        """Return totals of England beside published ones; columns calibration.COLUMNS, no rows of anything less."""
        if self.area.kind != "england" or self.request.role_family:
            return pd.DataFrame(columns=list(calibration.COLUMNS))
        # The numbers that only this comparison reads decide nothing in the forecast, so they are not noted.
        said = _set(Assumptions.of(self.store, self.scope), self.scenario)
        return calibration.against_published(self.store, self.scope, None, said, self.rates)

    def told_rates(self) -> pd.DataFrame:
        """Return the rates with what each is of, in words."""
        rows = self.rates.estimates
        names = ("organisation", "role_family", "age_band", "role_level", "to_role_level")
        of = [self._of({name: row[name] for name in names}) for row in rows[list(names)].to_dict("records")]
        return rows.assign(of=of)[["what", "of", "value", "low", "high", "observed", "exposure", "weight", "source"]].reset_index(drop=True)

    def told_assumptions(self) -> pd.DataFrame:
        """Return the assumptions that were read: name, label, value, low, high, unit, source, changed."""
        stored = Assumptions.of(self.store, self.scope)
        items = [self.assumptions.by_name[name] for name in Assumptions.load().by_name if name in self.used]
        here = {setting.partition("=")[0] for setting in self.request.changed}
        said = f"scenario {self.scenario.label}"
        changed = {a.name: a.value != stored[a.name].value for a in items}
        source = {a.name: a.source if not changed[a.name] else "changed here" if a.name in here else said for a in items}
        rows = [(a.name, a.label, a.value, a.low, a.high, a.unit, source[a.name], changed[a.name]) for a in items]
        return pd.DataFrame(rows, columns=["name", "label", "value", "low", "high", "unit", "source", "changed"])

    def drivers(self) -> pd.DataFrame:
        """Return how far each uncertain number alone moves supply, demand and gap at the end; columns as tornado.tornado.

        Only of what is seen exactly: small differences of protected figures would tell too much.
        """
        found = tornado(self.asked)
        return found if self.exact else found.iloc[:0]

    def notes(self) -> list[str]:
        """Say what a reader has to know beside the figures."""
        said = demand.notes(self.facts, self.scenario, self.assumptions)
        staff = self.asked.moving.cells
        unmapped = float(staff.loc[staff["role_family"].isna(), "fte"].sum())
        if self.exact and unmapped >= TOLD:
            said.append(
                f"{amount(unmapped, 'FTE')} of staff are in job titles not mapped to a role; they are in the totals and in no role family."
            )
        said += self._age_of_staff()
        usual = usual_error(Assumptions.of(self.store, self.scope), len(years(self.scenario)) - 1)
        lean = "low" if usual.bias < 0 else "high"
        ahead = "one year" if usual.years == 1 else f"{usual.years} years"
        said.append(
            f"Forecasts of this kind over the published series were {usual.mape:.1%} off {ahead} ahead on average, "
            f"{abs(usual.bias):.1%} too {lean}."
        )
        missing = self.returns.imputed
        if self.incomplete:
            absent = self.returns.roster[~self.returns.roster.index.isin(self._counted.index)].sort_values("organisation")
            more = f" and {len(absent) - NAMED:,} more" if len(absent) > NAMED else ""
            said.append(f"Not in the figures: {', '.join(absent['name'].fillna(absent['organisation']).head(NAMED))}{more}.")
        fte, low, high = missing.between()
        if fte >= TOLD:
            said.append(
                f"{counted(len(missing.organisations), 'trust')} in the area have sent nothing: their staff, some {amount(fte, 'FTE')} "
                f"({amount(low)} to {amount(high)}) by their published size, are not in the forecast but apart from it."
            )
        return said

    def _age_of_staff(self) -> list[str]:
        """Say that staff of long before or after the start stand for it, where they do."""
        days = pd.to_datetime(self._counted["as_at"]).dropna()
        start = pd.Timestamp(self.scenario.start)
        away = days[(days < start - pd.DateOffset(years=1)) | (days > start + pd.DateOffset(years=1))]
        if away.empty:
            return []
        first, last = (f"{day.day} {day:%B %Y}" for day in (away.min(), away.max()))
        when = first if first == last else f"{first} to {last}"
        return [f"Staff as at {when} stand for the start, {start.day} {start:%B %Y}: nobody has left, joined or grown older in between."]

    @cached_property
    def returns(self) -> Returns:
        """Return who counts by what in the area, and the bridge to the published totals."""
        return returning.returns(self.store, self.scope, self.area, self.scenario.start, self.assumptions)

    def returned(self) -> pd.DataFrame:
        """Return by what organisations count: counts, organisations, fte, low, high (of what is imputed)."""
        rows = []
        for counts, group in self.returns.roster.groupby("counts", sort=False):
            hidden = bool((group["fte"].astype("str") == HIDDEN).any())
            fte: object = HIDDEN if hidden else float(pd.to_numeric(group["fte"]).sum())
            low, high = self.returns.imputed.between()[1:] if counts == IMPUTED else (fte, fte)
            rows.append((counts, len(group), fte, low, high))
        return pd.DataFrame(rows, columns=["counts", "organisations", "fte", "low", "high"])

    def digest(self) -> str:
        """Return the SHA-256 of everything that decides the answer.

        Where others are in it, the numbers of nobody are: whoever guessed them could see in the digest that the guess was right. The state of
        the store stands for them.
        """
        moving, posts = self.asked.moving, self.asked.demand
        names = ("leaving", "retiring", "ageing", "promotion", "joining", "joining_ages")
        exact = [moving.cells, pd.DataFrame(moving.pipeline), posts, *(getattr(self.rates, name) for name in names)]
        frames = [*(exact if self.exact else [self.store.query("data_state", self.scope)[["imports"]]]), self.told_assumptions()]
        decided: list[object] = [
            asdict(self.request),
            list(self.codes),
            self.scenario.model_dump(mode="json", by_alias=True),
            version("skillsplan"),
        ]
        if self.exact:
            decided += [[factor.name, dict(factor.low), dict(factor.high), factor.organisation_spread] for factor in self.asked.factors]
        text = [json.dumps(decided, sort_keys=True), *(frame.to_csv(index=False) for frame in frames if frame is not None)]
        return hashlib.sha256("\n".join(text).encode()).hexdigest()

    # Names, and what is protected

    def _of(self, keys: dict[str, Any]) -> str:
        """Say what a rate is of; what is not told apart is everybody.

        Promotion is between two role levels, anything else of an organisation, a role family, an age band.
        """
        level, to = (self.labels["role_level"].get(str(keys[name]), "") for name in ("role_level", "to_role_level"))
        if level and to:
            return f"{level} to {to}"
        named = [self.labels[cut].get(str(keys[cut]), str(keys[cut])) for cut in ("organisation", "role_family") if not pd.isna(keys[cut])]
        named += [str(keys["age_band"])] if not pd.isna(keys["age_band"]) else []
        return ", ".join(named) or "Everybody"

    def _of_family(self, frame: pd.DataFrame) -> pd.DataFrame:
        family = self.request.role_family
        return frame[frame["role_family"] == family].reset_index(drop=True) if family else frame

    def _labelled(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Put the name for people beside each cut that has names, as `CUT_label`."""
        for cut in self.cuts:
            names = self.labels.get(cut, {})
            column = frame[cut].map(names) if names else frame[cut]
            missing = BORDERS[central.NOT_MAPPED] if cut in MAPPED else NOT_KNOWN
            frame.insert(list(frame.columns).index(cut) + 1, f"{cut}_label", column.fillna(missing).astype("str"))
        return frame

    def _headed(self, sampled: pd.DataFrame, codes: Sequence[str], keys: list[str]) -> pd.DataFrame:
        """Put the different people behind each row beside it; of skills also those of whose ranks supply and gap tell."""
        people = self._people(codes, keys)
        bare = sampled.drop(columns=["headcount"], errors="ignore")
        both = bare.merge(people, on=keys, how="left") if keys else bare.merge(people, how="cross")
        counted = [name for name in people.columns if name not in keys]
        both = both.assign(**{name: both[name].fillna(0).astype("int64") for name in counted})
        for name in TELLING:
            both[name] = both[name].where(both["measure"] != "demand", 0) if name in both else 0
        order = list(sampled.columns) if "headcount" in sampled else [*sampled.columns, "headcount"]
        return both[[*order, *TELLING]]

    def _people(self, codes: Sequence[str], keys: list[str]) -> pd.DataFrame:
        """Return the different people of some organisations by cuts: these and headcount; by skill, TELLING too."""
        family = self.request.role_family
        fine = [cut for cut in central.CELL_CUTS if cut in keys or (cut == "role_family" and family)]
        if "skill" in self.cuts:
            by = ["organisation", *fine, *(["skill"] if "skill" in keys else [])]
            found = gap.measure(self.store, self.scope, by, list(codes), self.assumptions)
            found = found if self.exact else gap.with_evidence(self.store, self.scope, found, by, list(codes), self.assumptions)
        else:
            found = self.store.query("supply_people", self.scope.reach(), organisations=list(codes), by=fine)
        counted = [name for name in ("headcount", *TELLING) if name in found.columns]
        own = self._of_family(found)[["organisation", *(cut for cut in (*fine, "skill") if cut in keys), *counted]]
        placed = own.merge(self.places[[*PLACES]], on="organisation", how="left")
        if not keys:
            return placed[counted].sum().to_frame().T
        return placed.groupby(keys, dropna=False, as_index=False)[counted].sum()

    def _shown(self, make: Callable[[Sequence[str]], pd.DataFrame], by: Sequence[str]) -> pd.DataFrame:
        """Protect what is made of the organisations of the area, where the scope asks for it; a chance then counts in twentieths."""
        frame = make(self.codes)
        told = frame.drop(columns=list(TELLING)).columns
        if self.exact:
            return frame[told]
        weight = frame["year"].map(self._weights).to_numpy(dtype="float64")
        shown = protected(
            frame,
            self.scope,
            by,
            self.codes,
            self.assumptions,
            counts=FTE,
            values=["met_chance"],
            behind=dict.fromkeys([*FTE, "met_chance"], TELLING),
            own=make,
            magnified=dict.fromkeys(FTE, weight),
        )
        chance = numbers(shown["met_chance"])
        coarse = hidden(frame, self.scope) & chance.notna() if "organisation" in by else chance.notna()
        twentieths = (chance * TWENTIETHS).round() / TWENTIETHS
        return shown.assign(met_chance=shown["met_chance"].astype("object").mask(coarse, twentieths))[told].reset_index(drop=True)

    @cached_property
    def _weights(self) -> dict[str, float]:
        """Return by how much one FTE of others is multiplied at most, by year, in staff or posts, up to what is as high as one in ten."""
        staff = central.magnified(self.asked.moving, self.scope, ["year"])["end"] * _highest(self.asked.factors, "joining")
        posts = demand.magnified(self.facts, self.scenario, self.scope)["demand"]
        pace = np.linspace(0.0, 1.0, self.scenario.periods + 1)
        end = _highest(self.asked.factors, "demand")
        spread = pd.Series({year: end ** pace[t] for t, year in years(self.scenario).items()})
        most = pd.concat([staff, posts * spread.reindex(posts.index).fillna(end)], axis=1).max(axis=1)
        return {str(year): float(weight) for year, weight in most.items()}


def _highest(factors: Sequence[Factor], acts_on: str) -> float:
    """Return the product of the upper ends of what acts on something."""
    return float(np.prod([max(1.0, *factor.high.values()) for factor in factors if factor.acts_on == acts_on and factor.high]))


def _scenario(store: Store, scope: Scope, request: SupplyRequest) -> Scenario:
    """Return the scenario of a request with its changes; raises ScenarioError with every fault."""
    found = scenarios.usable(store, scope, request.scenario)
    if not request.changed:
        return found
    text = scenarios.written(
        store, scope, CHANGED, label=found.label, author="-", reason="-", base=request.scenario, changes=request.changed, today=found.start
    )
    return Scenario.checked(scenario_files.settings_of(text, CHANGED, scenarios.own(store, scope)), CHANGED)


def _set(stored: Assumptions, scenario: Scenario) -> Assumptions:
    """Return the assumptions as a scenario sets them; the range of a number that it sets moves with it, in proportion."""
    changed = stored.with_values(scenario.assumptions)
    moved = {}
    for name, item in changed.by_name.items():
        before = stored[name]
        if item.value != before.value and before.value > 0:
            times, most = item.value / before.value, 1.0 if item.unit.startswith("share") else float("inf")
            moved[name] = replace(item, low=before.low * times, high=max(item.value, min(most, before.high * times)))
    return Assumptions({**changed.by_name, **moved})


def _names(frame: pd.DataFrame, key: str, name: str) -> dict[str, str]:
    named = frame.dropna(subset=[key, name])
    return dict(zip(named[key], named[name], strict=True))


def _signed(step: str, value: object) -> object:
    """Return what goes below 0; what is too small to show stays as it is."""
    return -value if step in GONE and isinstance(value, int | float) else value
