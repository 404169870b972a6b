"""An appliance whose handsets lie unattended, for tests that put a person at one."""

import pytest
from running_appliance import RunningAppliance


@pytest.fixture(scope="module")
def empty_office(tmp_path_factory):
    """Callers go straight to the queue; line-1 tells their number as digits, which is quick."""
    appliance = RunningAppliance(tmp_path_factory.mktemp("empty-office"))
    text = appliance.file.read_text()
    text = text.replace('caller_id = "fsk_after_first_ring"', 'caller_id = "dtmf_before_ring"', 1)
    text = text.replace('start = "hours"', 'start = "sales"')
    appliance.file.write_text(text)
    appliance.start("--no-staff")
    yield appliance
    if appliance.process.poll() is None:
        appliance.stop()
