"""What the words of an organisation's files mean: job titles and occupation codes as role levels."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app import findings, frame, state
from app.data_page import meaning_words, places, words
from app.pipeline import meanings
from optimiser.errors import SkillsplanError

OUTSIDE = "No role level, on purpose"
UNSAID = "Not said yet"
OTHERS = tuple(subject for subject in meanings.SUBJECTS if subject not in meaning_words.ROLE_LEVEL_WORDS)
SAID = {"subject": "Kind of word", "found": "Word", "means": "Means"}


def draw(view: state.View) -> None:
    """Draw the tab."""
    organisation = places.choose(view, "words_of")
    if organisation is None:
        return
    labels = meaning_words.role_level_names(state.labels(view)["role_level"])
    open_words = meanings.unmapped(view.store, view.scope, organisation)
    st.header(
        findings.plain(meaning_words.unmapped_finding(open_words, meanings.share(view.store, view.scope, organisation))), anchor=False
    )
    if (said := st.session_state.pop("words_said", "")) != "":
        st.success(findings.plain(said), icon=":material/check_circle:")
    frame.table(
        words.written_unmapped(open_words, labels), words.UNMAPPED, name="Table: words without a meaning", noun="words", key="unmapped_page"
    )
    known = meaning_words.said(meanings.listed(view.store, view.scope, organisation))
    one(view, organisation, open_words, known, labels)
    if len(open_words):
        many(view, organisation, open_words, labels)
    other(view, organisation)
    if len(known):
        with st.expander("What was said before"):
            frame.table(
                meaning_words.written_meanings(known, labels, OUTSIDE),
                SAID,
                name="Table: words and their meanings",
                noun="words",
                key="said_page",
            )


def one(view: state.View, organisation: str, open_words: pd.DataFrame, known: pd.DataFrame, labels: Mapping[str, str]) -> None:
    """Say what one word means; the suggestion is set already."""
    st.subheader("Say what a word means", anchor=False)
    options = meaning_words.word_options(open_words, known)
    if not options:
        st.write("There is no word to speak of: import a staff list first.")
        return
    chosen = options[str(st.selectbox("Word", list(options), key="word"))]
    choices = [OUTSIDE, *sorted(labels.values())]
    hint = labels.get(str(chosen["meaning"])) if chosen["suggested"] else labels.get(str(chosen["meaning"]), OUTSIDE)
    meaning = st.selectbox(
        "Role level that it means",
        choices,
        index=None if hint is None else choices.index(hint),
        placeholder="Choose a role level",
        key=f"meaning_{organisation}_{chosen['subject']}_{chosen['found']}",
    )
    if st.button("Save the meaning", type="primary", key="save_word", icon=":material/save:"):
        told = {} if meaning is None else {str(chosen["found"]): meaning_words.id_of(str(meaning), labels)}
        save(view, organisation, str(chosen["subject"]), told)


def many(view: state.View, organisation: str, open_words: pd.DataFrame, labels: Mapping[str, str]) -> None:
    """Say what many words mean at once, in a table; the form above does the same for one."""
    with st.expander("Say what many words mean at once"):
        subject = str(st.selectbox("Kind of word", list(dict.fromkeys(open_words["subject"])), key="many_subject"))
        rows = open_words[open_words["subject"] == subject].reset_index(drop=True)
        table = pd.DataFrame(
            {
                "Word": rows["found"],
                "People": rows["headcount"],
                "FTE": rows["fte"],
                "Role level": [labels.get(str(id_), UNSAID) for id_ in rows["suggestion"]],
            }
        )
        edited = st.data_editor(
            table,
            hide_index=True,
            disabled=["Word", "People", "FTE"],
            column_config={
                "Role level": st.column_config.SelectboxColumn(options=[UNSAID, OUTSIDE, *sorted(labels.values())], required=True)
            },
            key=f"many_{organisation}_{subject}",
            alt="Words and what they mean, to edit",
        )
        st.caption("Suggestions are set already. Look at each: a likeness of words is no proof.")
        if st.button("Save all that are said", key="save_many", icon=":material/save:"):
            told = {
                str(word): meaning_words.id_of(str(level), labels)
                for word, level in zip(edited["Word"], edited["Role level"], strict=True)
                if level != UNSAID
            }
            save(view, organisation, subject, told)


def other(view: state.View, organisation: str) -> None:
    """Say what a word for a skill, a rank, a status or a contract means, as an import found it."""
    with st.expander("Words for skills, ranks, statuses and contracts"), st.form("other_word", border=False):
        with st.grid("auto", min_column_width=300):
            subject = st.selectbox("Kind of word", OTHERS, key="other_subject")
            word = st.text_input("Word in the file", key="other_word_found")
            meaning = st.text_input("Means, by id or name", key="other_meaning", help="Blank leaves the word out on purpose.")
        if st.form_submit_button("Save this meaning"):
            save(view, organisation, str(subject), {str(word): str(meaning) or None} if word else {})


def save(view: state.View, organisation: str, subject: str, told: Mapping[str, str | None]) -> None:
    """Remember what words mean and show what changes."""
    if not told:
        st.error("Nothing is said yet: give a word and what it means first.", icon=":material/error:")
        return
    try:
        effect = meanings.tell(view.store, view.scope, organisation, {subject: told})
    except SkillsplanError as error:
        st.error("It could not be saved. What to do is said below.", icon=":material/error:")
        st.text(str(error))
        return
    known = effect.number is None
    st.session_state["words_said"] = "Nothing was saved: all of it is remembered already." if known else meaning_words.effect(effect)
    st.rerun()
