"""What pages share: a part that is drawn again by itself."""

import pytest
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest


@pytest.fixture
def sent(monkeypatch):
    """Return what is sent to a browser: for each drawing the part that it belongs to, if any, and its path."""
    deltas, kept = [], ForwardMsgQueue.enqueue

    def enqueue(self, message):
        if message.HasField("delta"):
            deltas.append((message.delta.fragment_id, list(message.metadata.delta_path)))
        kept(self, message)

    monkeypatch.setattr(ForwardMsgQueue, "enqueue", enqueue)
    return deltas


def page():
    import streamlit as st

    from app import frame

    @frame.again(60)
    def part(said):
        st.write(said)
        st.write("said in it")

    st.title("Above")
    part("given to it")
    st.write("below")


def test_a_part_drawn_again_by_itself_may_reach_the_browser_after_what_stands_below(sent):
    """As a busy server does it: what the part drew first is taken back, and sent again after all else."""
    at = AppTest.from_function(page).run()
    assert [part.value for part in at.markdown] == ["given to it", "said in it", "below"]
    part = [path for fragment, path in sent if fragment]
    assert part
    children = {}
    for path in [path for fragment, path in sent if not fragment] + part:
        *above, place = path
        assert place <= children.get(tuple(above), 0), f"{path} comes before what it stands below"
        children[tuple(above)] = max(place + 1, children.get(tuple(above), 0))
