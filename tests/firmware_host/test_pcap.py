"""Frames of D-channels in files that others read."""

import io
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_host.look.pcap import PcapError, PcapWriter, read_pcap

SETUP = bytes.fromhex("00010000080201010504038090a3180183")


@given(st.lists(st.tuples(st.integers(0, 2**31), st.binary(min_size=1, max_size=300)), max_size=20))
def test_what_is_written_reads_back(frames):
    stream = io.BytesIO()
    writer = PcapWriter(stream)
    for at, frame in frames:
        writer.write(frame, at + 0.25)
    assert list(read_pcap(stream.getvalue())) == [(at + 0.25, frame) for at, frame in frames]


def test_a_file_that_was_cut_off_is_told():
    stream = io.BytesIO()
    PcapWriter(stream).write(SETUP, 1.0)
    with pytest.raises(PcapError, match="cut off"):
        list(read_pcap(stream.getvalue()[:-1]))


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_reads_it_as_q921_and_q931(tmp_path):
    file = tmp_path / "d.pcap"
    with file.open("wb") as stream:
        PcapWriter(stream).write(SETUP, 1.0)
    told = subprocess.run(["tshark", "-r", file], capture_output=True, text=True, check=True)
    assert "SETUP" in told.stdout
