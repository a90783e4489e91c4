"""The app: its pages, and nothing else."""

import streamlit as st

st.set_page_config(layout="wide", initial_sidebar_state=250)
st.navigation(
    [
        st.Page("app_pages/overview.py", title="Overview", url_path="overview", default=True),
        st.Page("app_pages/explore.py", title="Explore skills gaps", url_path="explore"),
        st.Page("app_pages/plan.py", title="Build a plan", url_path="plan"),
        st.Page("app_pages/method.py", title="Method", url_path="method"),
    ],
).run()
