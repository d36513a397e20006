# SPDX-License-Identifier: GPL-2.0-or-later
"""Thousands of calls of real programs: what is counted by calls is what the programs counted themselves."""

from collections import Counter, defaultdict

import call_truth
import pytest
import stats

CROWDS = ["busy", "healthy", "flood", "nat_retry"]


@pytest.fixture(params=CROWDS)
def crowd(request, lab):
    """The server's capture, and its lines of calls.tsv with the service of each."""
    lab.wait(request.param)
    for name, lines in lab.table(request.param, "calls").items():
        if "server" in name or name == f"{request.param}.pcap":
            services = {line[1]: line[3] for line in lab.table(request.param, "truth")[name]}
            return lab.folder / name, [dict(zip(call_truth.COLUMNS, line), service=services[line[1]]) for line in lines]
    raise LookupError(request.param)


def test_calls_of_each_service(tshark, crowd):
    """Counting the frames that have an outcome counts calls."""
    capture, truth = crowd
    services = {int(line["syn_frame"]): line["service"] for line in truth}
    said = Counter((services.get(row["frame"]), row["outcome"]) for row in tshark.fields(capture) if "outcome" in row)
    true = Counter((line["service"], line["outcome"]) for line in truth if line["outcome"] != "-")
    assert said == true


def test_time_lost_at_each_service(tshark, crowd):
    """The number that statistics and report add up; each call within the bounds of what its caller waited."""
    capture, truth = crowd
    rows = tshark.fields(capture)
    said, least, most = defaultdict(float), defaultdict(float), defaultdict(float)
    for line in truth:
        if line["outcome"] in ("late", "failed"):
            said[line["service"]] += rows[int(line["syn_frame"]) - 1].get("lost", 0)
            least[line["service"]] += float(line["lost_min"])
            most[line["service"]] += float(line["lost_max"])
    assert {service: said[service] for service in least if not least[service] <= said[service] <= most[service]} == {}


def test_the_table_of_services_counts_the_same(tshark, crowd):
    capture, truth = crowd
    true = Counter((line["service"], line["outcome"]) for line in truth if line["outcome"] in ("late", "failed"))
    said = Counter()
    for row in stats.csv_table(tshark, capture, "synfate,services"):
        said += Counter({(row["server"], outcome): int(row[outcome]) for outcome in ("late", "failed")})
    assert said == true
