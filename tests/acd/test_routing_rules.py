"""Who is next: pure rules, over any callers and agents."""

from hypothesis import given
from hypothesis import strategies as st

from acd.contact import Contact, Medium
from acd.queues import WaitingLine
from acd.routing import pair

QUEUES = ("a", "b", "c")
AGENTS = tuple(str(n) for n in range(6))


@st.composite
def situations(draw):
    """Callers in queues, ready agents in idle order, and who serves what."""
    lines = {queue: WaitingLine() for queue in QUEUES}
    times = draw(st.lists(st.integers(0, 5), max_size=12))
    for arrival, entered in enumerate(times):
        queue = draw(st.sampled_from(QUEUES))
        offered = draw(st.booleans()) and draw(st.booleans())
        lines[queue].enter(
            Contact(
                call=f"{arrival}",
                queue=queue,
                entered=float(entered),
                arrival=arrival,
                is_offered=offered,
            )
        )
    ready = draw(st.permutations(AGENTS))[: draw(st.integers(0, len(AGENTS)))]
    members = {queue: frozenset(draw(st.sets(st.sampled_from(AGENTS)))) for queue in QUEUES}
    return lines, list(ready), members


def route(lines, ready, members):
    return pair({q: line.to_be_offered() for q, line in lines.items()}, ready, members)


@given(situations())
def test_a_pair_is_a_waiting_caller_and_a_ready_agent_of_that_queue(situation):
    lines, ready, members = situation
    pairs = route(*situation)
    assert len({contact.call for contact, _ in pairs}) == len(pairs)
    assert len({agent for _, agent in pairs}) == len(pairs)
    for contact, agent in pairs:
        assert contact in list(lines[contact.queue].to_be_offered())
        assert agent in ready
        assert agent in members[contact.queue]


@given(situations())
def test_nobody_is_left_waiting_for_an_agent_who_is_left_idle(situation):
    lines, ready, members = situation
    pairs = route(*situation)
    idle = set(ready) - {agent for _, agent in pairs}
    served = {contact.call for contact, _ in pairs}
    for queue, line in lines.items():
        left = [contact for contact in line.to_be_offered() if contact.call not in served]
        assert not left or not idle & members[queue]


@given(situations())
def test_in_each_queue_the_oldest_caller_goes_first(situation):
    lines, _, _ = situation
    pairs = route(*situation)
    for queue, line in lines.items():
        served = [contact for contact, _ in pairs if contact.queue == queue]
        assert served == list(line.to_be_offered())[: len(served)]


@given(situations())
def test_over_all_queues_the_oldest_caller_takes_the_longest_idle_agent_first(situation):
    _, ready, members = situation
    free = list(ready)
    pairs = route(*situation)
    assert [c.seniority for c, _ in pairs] == sorted(c.seniority for c, _ in pairs)
    for contact, agent in pairs:
        assert agent == next(a for a in free if a in members[contact.queue])
        free.remove(agent)


@given(situations())
def test_an_agent_of_several_queues_gets_the_oldest_of_all_their_callers(situation):
    lines, ready, members = situation
    if not ready:
        return
    agent = ready[0]
    theirs = [
        contact
        for queue, line in lines.items()
        if agent in members[queue]
        for contact in line.to_be_offered()
    ]
    expected = min(theirs, key=lambda contact: contact.seniority, default=None)
    pairs = pair({q: line.to_be_offered() for q, line in lines.items()}, [agent], members)
    assert [contact for contact, _ in pairs] == ([] if expected is None else [expected])


@given(st.lists(st.integers(0, 5)), st.randoms(use_true_random=False))
def test_places_follow_the_time_of_entering_whatever_the_order_of_arrival(times, random):
    line = WaitingLine()
    contacts = [
        Contact(call=str(n), queue="a", entered=float(at), arrival=n) for n, at in enumerate(times)
    ]
    shuffled = contacts[:]
    random.shuffle(shuffled)
    for contact in shuffled:
        line.enter(contact)
    expected = sorted(contacts, key=lambda contact: contact.seniority)
    assert list(line) == expected
    assert [line.place_of(contact) for contact in expected] == list(range(1, len(times) + 1))
    for contact in shuffled[::2]:
        line.leave(contact)
    assert list(line) == [contact for contact in expected if contact not in shuffled[::2]]


def test_a_voice_call_fills_an_agent():
    assert Medium.VOICE.capacity == 1
