"""Tables at a terminal: they fit its width, and words stay whole."""

from hypothesis import given
from hypothesis import strategies as st

from firmware_host.console.output import Output

AGENTS = (
    ("agent", "Agent"),
    ("name", "Name"),
    ("state", "State"),
    ("reason", "Reason"),
    ("serves", "Serves"),
    ("calls", "Calls"),
)


def table(rows, columns=AGENTS, width=80):
    return Output(lambda text: None, width=width, unicode=False).table_text(
        rows, columns, empty="nobody"
    )


def an_agent(**other):
    return {
        "agent": "1001",
        "name": "Agent three",
        "state": "logged out",
        "reason": None,
        "serves": ["sales", "support"],
        "calls": 0,
    } | other


def test_names_and_states_stay_on_one_line_while_a_list_can_be_broken():
    text = table([an_agent()], width=54)
    assert "Agent three logged out" in text
    assert "sales,\n" in text or "sales, " in text


def test_columns_that_say_nothing_leave_first_then_those_at_the_right_with_a_word_about_it():
    text = table([an_agent(reason=None)], width=36)
    assert "Reason" not in text
    assert "no room" not in text
    text = table([an_agent(reason="lunch")], width=24)
    assert "(no room for: " in text
    assert "Calls; --json has them)" in text
    assert text.splitlines()[1].startswith("Agent")


word = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=14)


@given(
    rows=st.lists(
        st.lists(st.lists(word, max_size=4).map(" ".join), min_size=6, max_size=6), min_size=1
    ),
    width=st.integers(15, 130),
)
def test_no_line_is_too_wide_and_no_word_is_torn(rows, width):
    fields = [field for field, _ in AGENTS]
    text = table([dict(zip(fields, row, strict=True)) for row in rows], width=width)
    drawn = text.split("(no room")[0].splitlines()
    assert max(map(len, drawn)) <= width
    words = set(" ".join(drawn).split())
    assert all(set(row[0].split()) <= words for row in rows)
