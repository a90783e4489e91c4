"""The app: its pages, and nothing else."""

import streamlit as st

st.set_page_config(layout="wide", initial_sidebar_state=258)
_PAGES = (
    ("overview", "Overview"),
    ("explore", "Explore skills gaps"),
    ("people", "People and roles"),
    ("all_staff", "All staff and boards"),
    ("supply", "Supply forecast"),
    ("compare", "Compare"),
    ("plan", "Build a plan"),
    ("tradeoffs", "Scenarios, trade-offs"),
    ("places", "Suggested places"),
    ("data", "Data and quality"),
    ("method", "Method"),
)
st.navigation(
    [st.Page(f"app_pages/{name}.py", title=title, url_path=name.replace("_", "-"), default=name == "overview") for name, title in _PAGES],
).run()
