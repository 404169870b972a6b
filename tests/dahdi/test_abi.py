"""Sizes, places and numbers are those of the driver's own headers, by the compiler's word."""

import ctypes
import errno
import fcntl
import os
import shutil
import subprocess

import pytest

from drivers.dahdi import abi

STRUCTURES = {
    "dahdi_attach_echocan": abi.AttachEchoCanceller,
    "dahdi_bufferinfo": abi.BufferInformation,
    "dahdi_chanconfig": abi.ChannelConfiguration,
    "dahdi_confinfo": abi.ConferenceInformation,
    "dahdi_dialoperation": abi.DialOperation,
    "dahdi_dialparams": abi.DialParameters,
    "dahdi_dynamic_span": abi.DynamicSpan,
    "dahdi_gains": abi.Gains,
    "dahdi_hwgain": abi.HardwareGain,
    "dahdi_lineconfig": abi.LineConfiguration,
    "dahdi_maintinfo": abi.MaintenanceInformation,
    "dahdi_params": abi.ChannelParameters,
    "dahdi_ring_cadence": abi.RingCadence,
    "dahdi_spaninfo": abi.SpanInformation,
    "dahdi_tone_def_header": abi.ToneZoneHeader,
    "dahdi_versioninfo": abi.VersionInformation,
    "dahdi_vmwi_info": abi.MessageWaitingInformation,
    "wctdm_echo_coefs": abi.WctdmEchoCoefficients,
    "wctdm_stats": abi.WctdmStatistics,
}
NUMBERS = {
    "SIG_": abi.Signalling,
    "LAW_": abi.Law,
    "": abi.Hook,
    "EVENT_": [*abi.Event, *abi.DigitEvent],
    "ALARM_": abi.Alarm,
    "CONFIG_": abi.LineFlag,
    "MAINT_": abi.Maintenance,
    "DIAL_OP_": abi.DialAction,
    "VMWI_": abi.MessageWaitingLamp,
    "FLUSH_": abi.Flush,
}
POLICIES = {"IMMEDIATE": 0, "WHEN_FULL": 1, "HALF_FULL": 2}


def claims() -> list[str]:
    """What the compiler is asked to confirm, as C expressions."""
    found = [f"ELAST == {abi.EVENT_PENDING}", f"DAHDI_RESET_COUNTERS == {abi.RESET_COUNTERS}"]
    found += [f"DAHDI_MAX_CADENCE == {abi.CADENCE_PARTS}"]
    for name, layout in STRUCTURES.items():
        found.append(f"sizeof(struct {name}) == {ctypes.sizeof(layout)}")
        for field, *_ in layout._fields_:
            if (name, field) != ("dahdi_hwgain", "tx"):  # a bit has no place of its own
                place = getattr(layout, field).offset
                found.append(f"offsetof(struct {name}, {field}) == {place}")
    for request in abi.Request.__members__:
        name = request if request.startswith("WCTDM") else f"DAHDI_{request}"
        found.append(f"{name} == {int(abi.Request[request])}u")
    for prefix, members in NUMBERS.items():
        found += [f"DAHDI_{prefix}{each.name} == {int(each)}" for each in members]
    found += [f"DAHDI_POLICY_{name} == {abi.BufferPolicy[name]}" for name in POLICIES]
    return found


def compiles(asked: list[str], folder) -> subprocess.CompletedProcess[str]:
    headers = ("stddef.h", "sys/ioctl.h", "dahdi/user.h", "dahdi/wctdm_user.h")
    lines = [f"#include <{header}>" for header in headers]
    lines += [f'_Static_assert({claim}, "differs");' for claim in asked]
    source = folder / "claims.c"
    source.write_text("\n".join([*lines, ""]))
    compiler = shutil.which("gcc")
    assert compiler
    command = [compiler, "-fsyntax-only", f"-I{os.environ['DAHDI_HEADERS']}", source]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_structures_requests_and_numbers_are_those_of_the_drivers_headers(tmp_path):
    asked = claims()
    assert len(asked) > 250
    result = compiles(asked, tmp_path)
    assert result.returncode == 0, result.stderr


def test_a_wrong_size_would_be_seen(tmp_path):
    result = compiles(["sizeof(struct dahdi_params) == 137"], tmp_path)
    assert "differs" in result.stderr


def test_the_driver_refuses_a_structure_of_another_size():
    wrong = abi.Request.GETVERSION - (4 << 16)
    descriptor = os.open("/dev/dahdi/ctl", os.O_RDWR)
    try:
        with pytest.raises(OSError, match=os.strerror(errno.ENOTTY)):
            fcntl.ioctl(descriptor, wrong, bytes(160))
    finally:
        os.close(descriptor)
