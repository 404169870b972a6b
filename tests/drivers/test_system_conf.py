"""system.conf of dahdi-tools: read, written, and what can't be read told by its line."""

from hypothesis import given
from hypothesis import strategies as st

from drivers import (
    SystemConf,
    SystemConfDynamic,
    SystemConfSpan,
    parse_system_conf,
    write_system_conf,
)

CHANNEL = st.integers(1, 1023)
SIGNALLING = st.sampled_from(
    ["fxsks", "fxsls", "fxsgs", "fxoks", "fxols", "fxogs", "e&m", "bchan", "dchan", "hardhdlc"]
)


T1 = st.tuples(st.sampled_from(["d4", "esf"]), st.sampled_from(["ami", "b8zs"]))
E1 = st.tuples(st.sampled_from(["ccs", "cas"]), st.sampled_from(["ami", "hdb3"]))


def span(line: tuple[str, str], **others) -> SystemConfSpan:
    return SystemConfSpan(framing=line[0], coding=line[1], **others)


@st.composite
def confs(draw):
    conf = SystemConf(
        dynamic=draw(
            st.lists(
                st.builds(
                    SystemConfDynamic,
                    driver=st.sampled_from(["loc", "eth"]),
                    address=st.from_regex(r"[a-z0-9:/]{1,20}", fullmatch=True),
                    channels=st.integers(1, 256),
                    timing=st.integers(0, 9),
                ),
                max_size=3,
            )
        ),
        spans=draw(
            st.lists(
                st.builds(
                    span,
                    line=T1 | E1,
                    number=st.integers(1, 128),
                    timing=st.integers(0, 9),
                    line_build_out=st.integers(0, 7),
                    options=st.sampled_from([(), ("crc4",), ("crc4", "yellow")]),
                ),
                max_size=3,
            )
        ),
        signalling=draw(st.dictionaries(CHANNEL, SIGNALLING, max_size=40)),
        law=draw(st.dictionaries(CHANNEL, st.sampled_from(["alaw", "mulaw"]), max_size=40)),
        echo_canceller=draw(
            st.dictionaries(CHANNEL, st.sampled_from(["mg2", "oslec"]), max_size=9)
        ),
        default_zone=draw(st.sampled_from(["", "us", "ro"])),
    )
    for channel in draw(st.sets(CHANNEL, max_size=10)):
        conf.signalling[channel] = "cas"
        conf.idle_bits[channel] = draw(st.sampled_from(["1101", "1001", "0000"]))
    return conf


@given(confs())
def test_what_is_written_reads_back_as_it_was(conf):
    assert parse_system_conf(write_system_conf(conf)) == conf


@given(st.text(max_size=200))
def test_any_text_is_read_or_told_by_its_line(text):
    conf = parse_system_conf(text)
    assert all(1 <= each.number <= len(text.splitlines()) for each in conf.unread)


def test_every_line_that_means_nothing_is_told_with_its_number_and_reason():
    conf = parse_system_conf(
        "fxsks=1-4  # four trunks\n; a remark\nfxoks=9-5\nspan=1,0\ncas=1-3\ntonezone=7\nbogus\n"
    )
    assert conf.signalling == dict.fromkeys(range(1, 5), "fxsks")
    assert [(each.number, each.reason.split(" ")[0]) for each in conf.unread] == [
        (3, "`9-5`"),
        (4, "a"),
        (5, "idle"),
        (6, "no"),
        (7, "it"),
    ]


def test_a_later_line_takes_back_what_an_earlier_said_of_a_channel():
    conf = parse_system_conf("cas=1-4:1101\nfxsks=2\nclear=3\n")
    assert conf.signalling == {1: "cas", 2: "fxsks", 3: "bchan", 4: "cas"}
    assert set(conf.idle_bits) == {1, 4}
