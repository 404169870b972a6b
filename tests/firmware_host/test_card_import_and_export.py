"""A system.conf becomes tables of appliance.toml that mean the same, and the other way round."""

import tomllib

import pytest
from click.testing import CliRunner

from drivers import parse_system_conf
from firmware_host.cli import switchroom
from firmware_host.config import dahdi_card_settings, parse_appliance
from firmware_host.demo.run import DEMO_APPLIANCE
from firmware_host.look.system_conf_tables import SpanSize, exported, imported

ANALOG = """
span=1,1,0,ccs,hdb3,crc4
bchan=1-15,17-31
hardhdlc=16
fxsks=32-33
fxoks=34-35
echocanceller=oslec,32-35
loadzone=ro
defaultzone=ro
"""


def with_cards(tables: str) -> str:
    """The demo's appliance with other cards and lines."""
    text = DEMO_APPLIANCE.read_text()
    begin, end = text.index("[card.virtual]"), text.index("[agent.")
    return text[:begin] + tables + text[end:]


def test_an_analog_card_and_an_e1_become_cards_trunks_and_stations():
    tables, told = imported(ANALOG)
    found = tomllib.loads(tables)
    assert found["card"]["span-1"] == {
        "kind": "dahdi",
        "span": 1,
        "framing": "ccs",
        "coding": "hdb3",
        "crc4": True,
        "timing": 1,
    }
    assert found["card"]["analog"] == {"kind": "dahdi", "span": 2, "echo_canceller": "oslec"}
    assert [row["port"] for row in found["trunk"].values()] == [1, 2]
    assert [row["port"] for row in found["station"].values()] == [3, 4]
    assert any("bchan" in each for each in told)
    assert any("hardhdlc" in each for each in told)


def test_what_is_imported_is_a_configuration_that_the_appliance_takes():
    tables, _ = imported("fxsks=1-2\nfxoks=3-4\n")
    appliance = parse_appliance(with_cards(tables))
    assert {port: each.signalling.name for port, each in settings(appliance).items()} == {
        1: "FXSKS",
        2: "FXSKS",
        3: "FXOKS",
        4: "FXOKS",
    }


def settings(appliance):
    return dahdi_card_settings(appliance, "analog").ports


def test_with_the_driver_spans_have_its_names_and_sizes():
    spans = [SpanSize(1, "WCTDM/0", 1, 4), SpanSize(2, "WCTDM/1", 5, 8)]
    tables, told = imported("fxsks=1-4\nfxoks=5-8\n", spans)
    found = tomllib.loads(tables)
    assert found["card"]["span-2"]["span"] == "WCTDM/1"
    assert [(row["card"], row["port"]) for row in found["station"].values()] == [
        ("span-2", port) for port in range(1, 5)
    ]
    assert told == []


def test_export_of_an_import_says_the_same_of_analog_channels():
    text = "fxsks=1-2\nfxoks=3-4\nechocanceller=oslec,1-4\n"
    tables, _ = imported(text)
    written, _ = exported(parse_appliance(with_cards(tables)))
    read = parse_system_conf(written)
    assert read.unread == []
    assert read.signalling == parse_system_conf(text).signalling
    assert read.echo_canceller == parse_system_conf(text).echo_canceller
    assert set(read.law.values()) == {"mulaw"}
    assert read.default_zone == "us"


def test_tie_lines_and_other_starts_keep_their_signalling_both_ways():
    text = "fxsgs=1\nfxsls=2\ne&m=3\nfxoks=4\n"
    tables, told = imported(text)
    rows = tomllib.loads(tables)["trunk"].values()
    assert [row["signalling"] for row in rows] == ["groundstart", "loopstart", "em_wink"]
    assert any("winks" in each for each in told)
    written, _ = exported(parse_appliance(with_cards(tables)))
    assert parse_system_conf(written).signalling == parse_system_conf(text).signalling


def test_tie_lines_on_an_e1_signal_by_its_own_bits_both_ways():
    text = "span=1,1,0,cas,hdb3\ne&me1=1-2\nfxoks=32\n"
    tables, _ = imported(text)
    appliance = parse_appliance(with_cards(tables))
    assert {
        each.signalling.name for each in dahdi_card_settings(appliance, "span-1").ports.values()
    } == {"EM_E1"}
    written, _ = exported(appliance)
    assert parse_system_conf(written).signalling == {1: "e&me1", 2: "e&me1", 32: "fxoks"}


def test_a_file_with_escape_sequences_reaches_no_terminal(tmp_path):
    file = tmp_path / "system.conf"
    file.write_text("fxsks=1\n\x1b[2Jbogus=\x07\n")
    done = CliRunner().invoke(switchroom, ["card", "import", str(file), "--no-driver"])
    assert done.exit_code == 0
    assert "[trunk.line-1]" in done.output
    assert "\x1b" not in done.output
    assert "line 2" in done.stderr


def test_a_file_that_is_not_there_is_said_so():
    done = CliRunner().invoke(switchroom, ["card", "import", "/nowhere/system.conf"])
    assert done.exit_code == 1
    assert "/nowhere/system.conf" in done.output


def test_what_appliance_toml_says_elsewhere_or_not_at_all_is_told():
    tables, told = imported(
        "span=1,0,0,ccs,hdb3\nspan=1,1,0,ccs,hdb3,yellow\nfxsks=32\nalaw=32\ndefaultzone=xx\n"
    )
    assert tomllib.loads(tables)["card"]["span-1"]["timing"] == 1
    assert '# alaw=: in [site], law = "alaw"' in tables
    for word in ("span=1 stands 2 times", "`yellow`", "defaultzone=xx"):
        assert any(word in each for each in told), word


def test_lines_keep_their_own_echo_cancellers_both_ways():
    text = "fxsks=1-4\nfxoks=5\nechocanceller=oslec,1-2,5\nechocanceller=mg2,3\n"
    tables, _ = imported(text)
    found = tomllib.loads(tables)
    assert found["card"]["analog"]["echo_canceller"] == "oslec"
    assert [row.get("echo_canceller") for row in found["trunk"].values()] == [
        None,
        None,
        "mg2",
        "none",
    ]
    written, _ = exported(parse_appliance(with_cards(tables)))
    assert parse_system_conf(written).echo_canceller == parse_system_conf(text).echo_canceller


def test_channels_before_the_first_span_line_are_an_analog_cards():
    tables, told = imported("fxsks=1-4\nspan=2,1,0,esf,b8zs\ne&m=5-28\n")
    found = tomllib.loads(tables)
    assert (found["card"]["analog-1"]["span"], found["card"]["span-2"]["span"]) == (1, 2)
    places = [(row["card"], row["port"]) for row in found["trunk"].values()]
    assert places[:4] == [("analog-1", port) for port in range(1, 5)]
    assert places[4:] == [("span-2", port) for port in range(1, 25)]
    assert any("span 1 has no span= line" in each for each in told)
    assert sum("winks" in each for each in told) == 1


@pytest.mark.parametrize(
    "line",
    [
        "span=1,1,0,b8zs,esf",
        "span=1,300,0,esf,b8zs",
        "span=1,1,9,esf,b8zs",
        "span=0,1,0,esf,b8zs",
        "span=1,1,0,esf,hdb3",
        "dynamic=loc,1:0,9999,0",
    ],
)
def test_a_line_that_no_card_can_be_set_up_by_is_told_and_not_taken(line):
    tables, told = imported(f"{line}\nfxsks=1\n")
    assert any(each.startswith("line 1,") for each in told)
    assert set(tomllib.loads(tables)["card"]) == {"analog"}


def test_a_dynamic_spans_address_stays_a_text_whatever_is_in_it():
    tables, _ = imported('dynamic=eth,a"\\b,4,0\nfxsks=1\n')
    assert tomllib.loads(tables)["card"]["span-1"]["dynamic"]["address"] == 'a"\\b'


def test_a_file_that_is_no_text_is_refused_in_a_line(tmp_path):
    file = tmp_path / "system\x1b[2J.conf"
    file.write_bytes(bytes(range(256)) * 40)
    done = CliRunner().invoke(switchroom, ["card", "import", str(file), "--no-driver"])
    assert done.exit_code == 1
    assert "no text of dahdi-tools" in done.stderr
    assert done.output.count("\n") == 1
    assert "\x1b" not in done.output
