# SPDX-License-Identifier: GPL-2.0-or-later
"""The report and the tables of the command are those of tshark."""

import json
import re

import pytest

import capture_file
from collection import Collection
from command import REPO, run

STATISTICS = "report", "services", "reuse", "tree"


def text(tshark, path, name):
    return tshark.run("-q", "-2", "-r", tshark.readable(path), "-z", f"synfate,{name}")


def plain(report):
    """Without how to ask for more, which each says in its own words."""
    return [re.sub(r"; .* prints all|: .*\ball$", "", line) for line in report.strip().splitlines()]


@pytest.fixture(scope="module")
def everything(tshark):
    """Every example in one capture."""
    return tshark.save("everything.pcap", capture_file.pcap(Collection().frames))


@pytest.mark.parametrize("name", STATISTICS)
def test_every_example(tshark, everything, name):
    assert plain(run(f"--{name}", everything).stdout) == plain(text(tshark, everything, name))


def test_all_attempts_of_the_report(tshark, everything):
    assert plain(run("--show", "all", everything).stdout) == plain(text(tshark, everything, "report,all"))
    assert plain(run("--show", "2", everything).stdout) == plain(text(tshark, everything, "report,2"))


def test_a_line_for_each_call(tshark, everything):
    ours, theirs = run("--calls", "-T", "ndjson", everything).stdout, text(tshark, everything, "calls,ndjson")
    assert list(map(json.loads, ours.splitlines())) == list(map(json.loads, theirs.splitlines()))


def test_the_worst_calls(tshark, everything):
    ours, theirs = run("--calls", "--show", "5", "-T", "ndjson", everything).stdout, text(tshark, everything, "calls,ndjson,5")
    assert len(ours.splitlines()) == 5
    assert list(map(json.loads, ours.splitlines())) == list(map(json.loads, theirs.splitlines()))


def test_report_as_json(tshark, everything):
    assert json.loads(run("-T", "json", everything).stdout) == json.loads(text(tshark, everything, "report,json"))


def test_report_as_page(tshark, everything):
    assert run("-T", "html", everything).stdout == text(tshark, everything, "report,html")


def test_tables_as_csv(tshark, everything):
    for name in "services", "reuse", "tree":
        assert run(f"--{name}", "-T", "csv", everything).stdout == text(tshark, everything, f"{name},csv")


def test_limited_to_a_condition(tshark, everything):
    ours = run("--services", "-Y", "synfate.fate == \"rejected\"", everything).stdout
    theirs = text(tshark, everything, 'services,synfate.fate == "rejected"')
    assert plain(ours)[4:] == plain(theirs)[4:]


@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize("capture", ["lb_snat_collision.lb_both_legs.pcapng", "tw_paws_ignored.pcap", "ordinary.pcap", "synack_lost.pcap"])
def test_what_kernels_sent(tshark, capture, name):
    path = REPO / "tests/captures/data/kernel" / capture
    assert plain(run(f"--{name}", path).stdout) == plain(text(tshark, path, name))
