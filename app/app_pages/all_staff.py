"""All staff and boards: how digitally literate they are."""

from collections.abc import Sequence

import streamlit as st

from app import all_staff, all_staff_view, findings, frame, state
from app.state import ALL, FilterState

HOW = """
- **Who is asked for what** is said by the all-staff tiers: digital literacy for each staff group, more of it for team leaders, and digital
  leadership for boards. Everybody counts once: on the staff list as a team leader or board member where it, or the mapping of job titles,
  says so, otherwise in the staff group. A staff group or board that is returned as a whole is held against what it asks of the most junior.
- **Meet it** is people times skills at the rank asked or above, as a share of all people times skills.
- **Single people's assessments come first**, with the ranges of the rank rule. Where there are none, the **latest return** of the organisation
  stands in: counts by staff group, skill and rank. Its range is wider, since nobody can look at single judgements and counts may be wrong.
  Where there are both, people assessed one by one are taken off the return, so that nobody counts twice.
- **People** is the largest of the staff list, the return and the published count of the staff group.
- **Not assessed or not returned is unknown, never zero**: the low end takes such people to meet nothing, the high end everything, the middle
  as much as those known in the same organisation, staff group and skill; where nobody is known, half, which is shown as not known.
- Where only protected numbers may be seen, 1 to 7 people are shown as `*`, other counts are rounded to the nearest 5, and totals need not
  add up. That holds for the counts of returns too.
"""
KINDS = {"region": "Region", "organisation_type": "Organisation type"}


def page() -> None:
    """Draw the page."""
    view = frame.begin(
        "All staff and boards",
        "How digitally literate are all staff, and how well can the board lead digital work? Measured by staff group, from single people's "
        "assessments or from counts that organisations return.",
    )
    faults = state.lost_parameters(view)
    filters = choose(view)
    frame.lost(faults)
    area, context = state.area(view, filters), f"{state.described(filters)}, {view.as_at}"
    groups = all_staff_view.measured(view, ["staff_group"], area)
    if groups.empty:
        st.info(
            "No staff list here says who is in which staff group, nothing is returned and no staff are counted. Bring in a staff list with "
            "staff groups, or a return of counts, on the page 'Data and quality'.",
            title="Nothing to measure",
        )
    else:
        tiers = all_staff_view.measured(view, ["tier"], area)
        shown = all_staff_view.bullet(groups, all_staff.headline(tiers), name="staff_group_label", context=context)
        frame.figure(shown, "all_staff_bullet")
        st.caption(f":material/fact_check: Data quality: {findings.plain(all_staff.quality(tiers))}")
        tables(view, area)
    returns(view, area)
    frame.end(view, HOW)


def choose(view: state.View) -> FilterState:
    """Draw the filters and return what they say."""
    with st.grid("auto", min_column_width=230):
        options = state.choices(view)
        chosen = {key: st.selectbox(label, options[key], key=key, bind="query-params") for key, label in KINDS.items()}
        near = state.choices(view, *(value or ALL for value in chosen.values()))["organisation"]
        chosen["organisation"] = st.selectbox("Organisation", near, key="organisation", bind="query-params")
    return FilterState.parse(chosen, options | {"organisation": near})[0]


def tables(view: state.View, area: Sequence[str] | None) -> None:
    """Draw the tables by staff group and by skill, with one download of every figure."""
    for cut, name, noun in (("staff_group", "Staff group", "staff groups"), ("skill", "Skill", "skills")):
        title = f"By {name.lower()}"
        st.header(title, anchor=False)
        rows = all_staff.written(all_staff_view.measured(view, [cut], area), f"{cut}_label")
        columns = all_staff.COLUMNS | {"name": name}
        frame.table(rows, columns, name=f"Table: all staff {title.lower()}", noun=noun, key=f"{cut}_page")
    everything = all_staff_view.measured(view, ["organisation", "staff_group", "role_level", "skill"], area)
    frame.download_csv(view, "Download every figure as CSV", everything, file_name="all-staff.csv", key="all_staff_csv")


def returns(view: state.View, area: Sequence[str] | None) -> None:
    """Draw who has returned counts and who has not."""
    progress = all_staff_view.progress(view, area)
    st.header("Who has returned", anchor=False)
    st.write(f"{all_staff.returned_finding(progress)}.")
    rows = all_staff.by_organisation(progress, all_staff_view.measured(view, ["organisation"], area))
    frame.table(rows, all_staff.RETURNED, name="Table: returns by organisation", noun="organisations", key="returned_page")
    frame.download_csv(view, "Download as CSV", progress, file_name="returns.csv", key="returned_csv")


page()
