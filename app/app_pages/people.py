"""People and roles: who is behind a cell."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app import frame, people, state
from app.people_page import covering, levels, losing
from app.people_page.losing import COHORT, EVERYWHERE, ONE, TEAM
from app.people_page.readers import ask, role_levels
from app.pipeline import people as use
from skills_model.errors import ScopeError

LOSS, COVER = "What is lost if somebody goes?", "Are there enough people for each skill?"
PROFILE, REACH, PATH = (
    "What does a role level need, and who holds it?",
    "Who is within reach of a role level?",
    "Which way leads to a role level?",
)
QUESTIONS = (LOSS, COVER, PROFILE, REACH, PATH)
MOST = 20  # ranks
HOW = """
- A **cover target** says how many people should hold a skill at a rank, in a team or in the whole organisation. Where none is set, one is
  suggested: the rank that most people there need, and two people, or as many as need it where they are fewer.
- **Hold it** counts people by the assessment that counts. The range: at the low end those who hold more than half of the rank at the low end of
  their own range; at the high end those who hold at least half of it at the high end, and everybody whose post needs it and who is not assessed.
- **If one goes**: skills that are below their target once one of the holders goes. **If a team goes**: what the whole organisation keeps.
- **Near retirement** only large enough groups are looked at (8 people, unless your assumptions say otherwise), with as many people outside
  them, one age band at a time, and by suggested targets, whatever you have set. A skill is listed only where as many of its holders go, as
  many stay and as many people do not hold it; the other skills are counted together. Who goes is rounded, so that nobody's age follows.
- **Within reach**: staff who miss at most so many ranks of what a role level needs. *Certainly*: even if they held nothing of what is not assessed.
  *Possibly*: at least half of the skills are assessed, and it depends on the others. Persons are never ranked; a manager decides.
- **Career path**: ranks between what two role levels need; for each skill the cheapest courses, one leading to the next; bands from funded
  posts, else a suggestion.
- Persons are shown by the first characters of a pseudonym, in one's own organisation only; looking at them is recorded.
"""


def page() -> None:
    """Draw the page."""
    view = frame.begin("People and roles", "Who is behind the figures: what hangs on whom, whether it is enough, and who could move where.")
    warning = st.container()
    faults: list[str] = []
    with st.grid("auto", min_column_width=300):
        places = {state.named(place): str(place["code"]) for _, place in view.organisations.iterrows()}
        organisation = places[choose("Organisation", list(places), "people_for", "an organisation", faults)]
        question = choose("Question", QUESTIONS, "question", "a question", faults)
        draw = {LOSS: ask_loss, COVER: ask_cover, PROFILE: ask_profile, REACH: ask_reach, PATH: ask_path}[question](
            view, organisation, faults
        )
    with warning:
        frame.lost(faults)
    try:
        if question in {LOSS, COVER, REACH} and nobody(view, organisation):
            frame.nothing_yet("There is no staff list of this organisation yet.", "Nobody is known here")
        else:
            draw()
    except ScopeError as error:
        st.info(str(error), icon=":material/lock:")
    frame.end(view, HOW)


def choose(label: str, options: Sequence[str], key: str, noun: str, faults: list[str], usual: str = "") -> str:
    """Draw a choice that a link may carry, and note where the link names nothing that exists; `usual` is chosen unless the link says."""
    if key in st.query_params and str(st.query_params[key]) not in options:
        faults.append(f"This link named {noun} that does not exist.")
    first = options.index(usual) if usual in options else 0
    return str(st.selectbox(label, list(options), first, key=key, bind="query-params", persist_state="session") or options[first])


def nobody(view: state.View, organisation: str) -> bool:
    """Tell whether no staff list of an organisation is there, as far as the scope may know."""
    try:
        return bool(ask(view, "teams", (organisation,)).empty)
    except ScopeError:
        return False


def teams_of(view: state.View, organisation: str) -> list[str]:
    """Return the names of the teams, none where the scope has no exact numbers."""
    try:
        return list(ask(view, "teams", (organisation,))["team"])
    except ScopeError:
        return []


def usual_level(view: state.View, names: Mapping[str, str]) -> str:
    """Return the name of the role level that most people hold, the same for everybody who sees the same organisations."""
    usual = ask(view, "usual_level")
    return next((name for name, level in names.items() if level == usual), "")


def level_above(view: state.View, names: Mapping[str, str], label: str) -> str:
    """Return the name of the next role level of the same role, or of the one below where there is none."""
    listed = ask(view, "role_levels")
    here = listed[listed["role_level"] == names.get(label)]
    role = listed[listed["role"].isin(here["role"]) & ~listed["role_level"].isin(here["role_level"])]
    above = role[role["level_number"] > here["level_number"].max()].head(1)
    chosen = set((above if len(above) else role.tail(1))["role_level"])
    return next((name for name, level in names.items() if level in chosen), "")


def ask_loss(view: state.View, organisation: str, faults: list[str]) -> Callable[[], None]:
    """Ask who goes."""
    teams = teams_of(view, organisation)
    goes = choose("Who goes?", [ONE, *([TEAM] if teams else []), COHORT], "goes", "a loss", faults)
    team = ""
    if goes == ONE:
        team = choose("Where", [EVERYWHERE, people.WHOLE, *teams], "where", "a team", faults)
    elif goes == TEAM:
        team = choose("Team", teams, "team", "a team", faults)
    return lambda: losing.draw(view, organisation, goes, team)


def ask_cover(view: state.View, organisation: str, faults: list[str]) -> Callable[[], None]:  # noqa: ARG001
    """Ask nothing more."""
    return lambda: covering.draw(view, organisation, teams_of(view, organisation))


def ask_profile(view: state.View, organisation: str, faults: list[str]) -> Callable[[], None]:
    """Ask for a role level."""
    names = role_levels(view)
    label = choose("Role level", list(names), "role_level", "a role level", faults, usual_level(view, names))
    return lambda: levels.profile(view, names[label], label, organisation)


def ask_reach(view: state.View, organisation: str, faults: list[str]) -> Callable[[], None]:
    """Ask for a role level and a distance."""
    names = role_levels(view)
    label = choose("Role level", list(names), "role_level", "a role level", faults, usual_level(view, names))
    if not state.whole(str(st.query_params.get("within", "0")), 0, MOST):
        faults.append(f"This link named a number of ranks that is not a whole number, 0 to {MOST}.")
    within = st.number_input(
        "Ranks that may be missing", 0, MOST, use.usual_reach(view.store, view.scope), 1, key="within", bind="query-params"
    )
    return lambda: levels.reach(view, names[label], organisation, int(within))


def ask_path(view: state.View, organisation: str, faults: list[str]) -> Callable[[], None]:
    """Ask for two role levels."""
    names = role_levels(view)
    usual = usual_level(view, names)
    start = choose("From role level", list(names), "from_level", "a role level", faults, usual)
    goal = choose("To role level", list(names), "to_level", "a role level", faults, level_above(view, names, usual))
    return lambda: levels.path(view, names[start], names[goal], organisation)


page()
