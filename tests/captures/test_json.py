# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts read: the report as JSON, by its schema, and a line for each call. They say what the text says."""

import json
import re

import jsonschema
import pytest

import schema
import stats
from flow import Capture
from test_statistics import shop_file, thousands  # noqa: F401

REPORT, CALLS = "synfate,report,json", "synfate,calls,ndjson"
NAMES = [name.removeprefix("synfate.") for name in schema.SCHEMA["$defs"]["call"]["properties"] if name.startswith("synfate.")]


def report(tshark, capture, command=REPORT, **how):
    said = json.loads(stats.text(tshark, capture, command, **how))
    schema.REPORT.validate(said)
    return said


def calls(tshark, capture, command=CALLS, **how):
    lines = [json.loads(line) for line in stats.text(tshark, capture, command, **how).splitlines()]
    for line in lines:
        schema.CALL.validate(line)
    return lines


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema.SCHEMA)
    assert schema.SCHEMA["properties"]["version"]["const"] == 1


def test_the_case(tshark, case):
    said = report(tshark, case / "server.pcap")
    assert said["what_is_wrong"] == [
        "10.24.20.26:8080: 1 of 2 calls failed after 31.1 s or more: SYN rejected by TIME_WAIT peer (time_wait_paws)"]
    (problem,), (worst,) = said["problems"], said["worst_calls"]
    assert (problem["service"], problem["cause"], problem["failed"], problem["calls"]) == (
        "10.24.20.26:8080", "time_wait_paws", 1, 2)
    assert problem["worst_call"] == worst["synfate.call"] == 2
    assert problem["lost_s"] == said["lost_s"] == worst["synfate.lost"] == pytest.approx(31.074566)
    assert [frame["frame"] for frame in worst["frames"]] == list(range(20, 32))
    assert [frame["from"] for frame in worst["frames"][:2]] == ["client", "server"]
    assert worst["synfate.decided_by"] == 21 and "TSval - TS.Recent = -1159862" in worst["evidence"]
    assert "nstat -az TcpExtPAWSTimewait" in problem["next"]


def test_the_text_says_the_same(tshark, shop_file):
    text = " ".join(stats.text(tshark, shop_file, "synfate,report,all").split())
    said = report(tshark, shop_file, REPORT + ",all")
    for headline in said["what_is_wrong"]:
        assert headline in text
    assert f"{said['failed']} of {said['calls']} calls failed, {said['late']} came late" in text
    assert f"{said['calls']} calls in {said['attempts']} attempts" in text
    assert len(said["worst_calls"]) == said["failed"] + said["late"] == 4
    for call in said["worst_calls"]:
        assert call["summary"] in text and call["evidence"] in text and f"Waited: {call['waited']}" in text
        ends = "{client.ip}:{client.port} -> {server.ip}:{server.port}, call {synfate.call}"
        assert re.sub(r"{(.*?)}", lambda name: str(call[name[1]]), ends) in text


def test_calls_are_the_fields(tshark, shop_file):
    """Each line is what the fields say on the frame that carries the outcome."""
    lines = {line["synfate.syn"]: line for line in calls(tshark, shop_file)}
    rows = {row["frame"]: tshark.ours(row) for row in tshark.fields(shop_file) if "outcome" in row}
    assert lines.keys() == rows.keys() and len(lines) == 9
    for frame, line in lines.items():
        told = {name.removeprefix("synfate."): value for name, value in line.items() if name.startswith("synfate.")}
        shown = {name: value for name, value in rows[frame].items() if name in NAMES}
        assert told == {name: pytest.approx(value, abs=1e-9) if isinstance(value, float) else value
                        for name, value in shown.items()}
        assert (line["call.fate"], line["call.cause"]) == (rows[frame]["fate"], rows[frame]["cause"])  # no NAT is here


def test_totals_agree(tshark):
    capture = tshark.save("thousands.pcap", thousands(uses=100).pcap())
    lines, said = calls(tshark, capture), report(tshark, capture)
    (services,) = stats.csv_table(tshark, capture, "synfate,services")
    assert len(lines) == said["calls"] == services["calls"] == 400
    assert sum(line["synfate.failed"] for line in lines) == said["failed"] == services["failed"] == 80
    lost = sum(line.get("synfate.lost", 0) for line in lines)
    assert lost == pytest.approx(said["lost_s"], rel=1e-6) == pytest.approx(services["lost_s"], rel=1e-6)


@pytest.mark.parametrize("command, shown", [(CALLS, 9), (CALLS + ",all", 9), (CALLS + ",2", 2), (CALLS + ",200", 4),
                                            (CALLS + ",tcp.port == 8080", 4), ("synfate,calls", 9)])
def test_how_many_calls(tshark, shop_file, command, shown):
    assert len(calls(tshark, shop_file, command)) == shown


def test_nothing(tshark):
    capture = tshark.save("nothing.pcap", Capture().pcap())
    said = report(tshark, capture)
    assert said["what_is_wrong"] == said["problems"] == said["worst_calls"] == []
    assert said["nothing_is_wrong"] == "nothing: there are no connection attempts"
    assert stats.text(tshark, capture, CALLS) == ""
    assert not report(tshark, capture, args=["-o", "synfate.tracking:FALSE"])["tracked"]


@pytest.mark.parametrize("command, complaint", [
    ("synfate,report,csv", 'tshark: "synfate,report" has no format "csv". (A filter of that name is written "(csv)".)'),
    ("synfate,calls,json", 'tshark: "synfate,calls" has no format "json". (A filter of that name is written "(json)".)'),
    ("synfate,report,0", 'tshark: "synfate,report,0" shows nothing: give a number from 1 on, or "all".'),
    ("synfate,services,0,tcp", 'tshark: "synfate,services,0" shows nothing: give a number from 1 on, or "all".'),
    ("synfate,callss", 'tshark: There is no statistic "synfate,callss"; is "synfate,calls" meant?'),
])
def test_wrong_use(tshark, shop_file, command, complaint):
    assert stats.fails(tshark, shop_file, "-q", "-z", command) == complaint


def test_a_filter_named_like_a_format(tshark, shop_file):
    assert json.loads(stats.text(tshark, shop_file, REPORT, filter="(json)"))["filter"] == "(json)"
