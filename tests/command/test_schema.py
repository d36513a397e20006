# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts read of the command is what docs/report.schema.json describes, and nothing more."""

import json

import pytest

import capture_file
import schema
from collection import Collection
from command import run


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Every example in one capture."""
    path = tmp_path_factory.mktemp("json") / "everything.pcap"
    path.write_bytes(capture_file.pcap(Collection().frames))
    return path


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    """The same, cut into files."""
    frames, folder = Collection().frames, tmp_path_factory.mktemp("ring")
    paths = []
    for begin in range(0, len(frames), 100):
        paths.append(folder / f"ring_{begin:05}.pcap")
        paths[-1].write_bytes(capture_file.pcap(frames[begin:begin + 100]))
    return paths


@pytest.mark.parametrize("options", [(), ("--show", "all"), ("-Y", "failed"), ("-Y", "fate = stuck and retries > 90")], ids=" ".join)
def test_the_report(everything, options):
    schema.REPORT.validate(json.loads(run("-T", "json", *options, everything).stdout))


@pytest.mark.parametrize("what", ["--calls", "--attempts"])
def test_calls(everything, what):
    said = json.loads(run(what, "-T", "json", everything).stdout)
    for call in said:
        schema.CALL.validate(call)
    assert len(said) > 50
    assert said == [json.loads(line) for line in run(what, "-T", "ndjson", everything).stdout.splitlines()]


def test_an_empty_capture(tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(capture_file.pcap([]))
    said = json.loads(run("-T", "json", path, status=0).stdout)
    schema.REPORT.validate(said)
    assert said["calls"] == 0 and "nothing_is_wrong" in said
    assert json.loads(run("--calls", "-T", "json", path, status=0).stdout) == []


@pytest.mark.parametrize("options", [(), ("--show", "all")], ids=" ".join)
def test_the_report_on_a_ring_buffer(ring, options):
    schema.REPORT.validate(json.loads(run("-T", "json", *options, *ring).stdout))


def test_calls_of_a_ring_buffer(ring):
    """Their frames are named by the file."""
    said = json.loads(run("--calls", "-T", "json", *ring).stdout)
    for call in said:
        schema.CALL.validate(call)
    assert {call["synfate.syn"].rpartition(":")[0] for call in said} <= set(map(str, ring))


def test_the_report_of_a_ring_buffer(ring):
    schema.REPORT.validate(json.loads(run("-T", "json", *ring).stdout))
