"""What `switchroom reload` finds changed, and what of it waits for a restart."""

from pathlib import Path

import pytest

from firmware_host.config import changes_between, parse_appliance

EXAMPLE = (Path(__file__).parents[2] / "appliance.toml").read_text(encoding="utf-8")
GOOD = parse_appliance(EXAMPLE)


def changes(*replacements):
    text = EXAMPLE
    for before, after in replacements:
        assert before in text
        text = text.replace(before, after, 1)
    return changes_between(GOOD, parse_appliance(text))


def test_a_file_that_only_looks_otherwise_changes_nothing():
    assert changes(("# Switchroom", "# Another remark\n# Switchroom")) == []


def test_a_key_is_named_by_its_path_with_what_was_and_what_will_be():
    (change,) = changes(('name = "Agent one"', 'name = "Agent uno"'))
    assert (change.path, change.kind) == ("agent.1001.name", "changed")
    assert (change.before, change.after) == ('"Agent one"', '"Agent uno"')
    assert not change.needs_restart


def test_pins_are_never_shown():
    one = changes(('pin = "', 'pin = "7'))
    assert [(each.before, each.after) for each in one] == [("****", "****")]
    (added,) = changes(
        ("[queue.sales]", '[agent.1009]\nname = "New"\npin = "9753"\n\n[queue.sales]')
    )
    assert (added.path, added.kind) == ("agent.1009", "added")
    assert "New" in added.after
    assert "9753" not in added.after


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ('country = "us"', 'country = "ro"', "site.country"),
        ("port = 0", "port = 20", "trunk.line-1.port"),
        ('clears_on = ["polarity"]', 'clears_on = ["battery"]', "trunk.line-4.clears_on"),
        ('state = "var"', 'state = "other"', "site.state"),
    ],
)
def test_lines_cards_and_the_site_wait_for_a_restart(before, after, path):
    (change,) = changes((before, after))
    assert (change.path, change.needs_restart) == (path, True)


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ('called = "5550100"', 'called = "5550111"', "trunk.line-1.called"),
        ("cost = 0.01", "cost = 0.02", "route.world.via"),
        (
            'caller_number = "5550100"',
            'caller_number = "5550199"',
            "trunk_group.town.caller_number",
        ),
    ],
)
def test_what_only_call_control_goes_by_is_applied_at_once(before, after, path):
    (change,) = changes((before, after))
    assert (change.path, change.needs_restart) == (path, False)
