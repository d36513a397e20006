# SPDX-License-Identifier: GPL-2.0-or-later
"""Data for other systems: JSON, the bulk format with an index template, and the recipe for many captures."""

import json
import os
import subprocess

import pytest

import index_template
from test_statistics import shop
from tshark import BUILD, REPO

RECIPE = REPO / "docs" / "many-captures"


@pytest.fixture
def server(case):
    return case / "server.pcap"


def documents(lines):
    """The documents in lines of the bulk format: each follows an action."""
    lines = [json.loads(line) for line in lines.splitlines() if line]
    assert all(set(action) == {"index"} for action in lines[::2])
    return lines[1::2]


def fits(kind, text):
    """Whether an index takes the value, with what these servers convert by themselves."""
    if kind == "boolean":
        return text in (True, False, "true", "false")
    if kind in ("long", "integer", "double"):
        float(text)
        return kind == "double" or float(text) == int(text)
    return isinstance(text, str)


# tshark -T json, -T ek


def test_json(tshark, server):
    (packet,) = tshark.json(server, "-Y", "synfate.syn_number == 1 and synfate.use == 2", "-J", "synfate")
    layer = packet["_source"]["layers"]["synfate"]
    flat = {**layer, **{name: value for group in layer.values() if isinstance(group, dict) for name, value in group.items()}}
    assert (flat["synfate.fate"], flat["synfate.cause"]) == ("rejected", "time_wait_paws")
    assert (int(flat["synfate.decided_by"]), int(flat["synfate.old.closed_in"])) == (21, 16)
    assert float(flat["synfate.old.idle_before_close"]) == pytest.approx(30.034101)
    assert int(flat["synfate.tsval_delta"]) == -1159862


def test_each_value_fits_the_template(tshark, server):
    properties = json.loads((RECIPE / "template.json").read_text())["template"]["mappings"]["properties"]
    types = properties["layers"]["properties"]["synfate"]["properties"]
    output = tshark.run("-r", server, "-2", "-T", "ek", "-J", "synfate", "-Y", "synfate")
    seen = set()
    for document in documents(output):
        for name, found in document["layers"]["synfate"].items():
            if name not in types:  # titles of subtrees, expert infos
                assert name == "text" or "expert" in name
                continue
            seen.add(name)
            for value in found if isinstance(found, list) else [found]:
                assert fits(types[name]["type"], value), (name, value)
    assert {"synfate_synfate_fate", "synfate_synfate_old_age", "synfate_synfate_decided_by", "synfate_synfate_failed",
            "synfate_synfate_isn_delta"} <= seen


def test_template_has_every_field(tshark):
    """If this fails, a field was added or changed: make the template anew, as index_template.py says."""
    assert (RECIPE / "template.json").read_text() == index_template.as_text(tshark.types())


def test_own_mapping_of_tshark(tshark):
    """It agrees with the template, but leaves strings out, and takes times for dates."""
    own = json.loads(tshark.run("-G", "elastic-mapping", "--elastic-mapping-filter", "synfate"))
    own = own["mappings"]["properties"]["layers"]["properties"]["synfate"]["properties"]
    ours = index_template.template(tshark.types())["template"]["mappings"]["properties"]["layers"]["properties"]
    ours = {name: kind["type"] for name, kind in ours["synfate"]["properties"].items()}
    for name, kind in own.items():
        assert kind["type"] == ours[name] or (kind["type"], ours[name]) == ("date", "double"), name
    assert {name for name, kind in ours.items() if kind not in ("keyword", "text")} <= set(own)


# Many captures


@pytest.fixture
def judge_one(tshark):
    def run(*args):
        done = subprocess.run([RECIPE / "judge-one", *map(str, args)], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "SYNFATE": str(BUILD / "synfate")})
        assert done.returncode == 0, done.stderr
        return documents(done.stdout)

    return run


def summary(document):
    names = ("client.ip", "client.port", "server.ip", "server.port", "synfate.fate", "synfate.cause", "synfate.retries")
    return tuple(document.get(name) for name in names)


def pieces(tshark, capture, *cuts):
    """Writes the capture in pieces that begin at these frames."""
    frames, paths = capture.frames, []
    for i, (first, end) in enumerate(zip((0, *cuts), (*cuts, len(frames)))):
        capture.frames = frames[first:end]
        paths.append(tshark.save(f"piece {i}.pcap", capture.pcap()))
    capture.frames = frames
    return paths


@pytest.mark.parametrize("cuts", [(), (11, 25), (20, 21, 22, 40), (5, 13, 19, 30)])
def test_pieces_say_what_the_whole_says(tshark, judge_one, cuts):
    """Wherever it is cut: between an old connection and the SYN that meets it, within an attempt, within a handshake."""
    capture = shop()
    whole = judge_one(1, tshark.save("whole.pcap", capture.pcap()))
    assert len(whole) == 9 and {document["capture"] for document in whole} == {"whole.pcap"}
    paths = pieces(tshark, capture, *cuts)
    found = [document for i in range(len(paths)) for document in judge_one(i + 1, *paths)]
    assert {document["capture"] for document in found} <= {path.name.replace(" ", "_") for path in paths}
    assert sorted(summary(d) for d in found) == sorted(summary(d) for d in whole)


def type_of(properties, name):
    first, _, rest = name.partition(".")
    return type_of(properties[first]["properties"], rest) if rest else properties[first]["type"]


def test_each_value_of_the_command_fits_the_template(tshark, judge_one, server):
    properties = json.loads((RECIPE / "template.json").read_text())["template"]["mappings"]["properties"]
    for document in judge_one(1, server):
        for name, value in document.items():
            assert fits(type_of(properties, name), value if isinstance(value, bool) else str(value)), (name, value)


def test_overlap(tshark, judge_one):
    """Without it, a piece does not know what the piece before showed. A piece that lies long ago is not read."""
    capture = shop()
    long_ago, now = pieces(tshark, capture, 11)
    alone, both = judge_one(1, now), judge_one(2, long_ago, now)
    assert len(alone) == len(both) == 8
    assert any("synfate.old.closed_by" in document for document in both)
    assert not any("synfate.old.closed_by" in document for document in alone)
    for frame in capture.frames:
        frame.time += 1_000_000_000
    long_ago, now = tshark.captures / long_ago.name, tshark.save("later.pcap", capture.pcap())
    assert len(judge_one(2, long_ago, now)) == 9
    assert not any(d["capture"] == long_ago.name for d in judge_one(2, long_ago, now))


def test_empty_piece(tshark, judge_one):
    capture = shop()
    whole = tshark.save("whole.pcap", capture.pcap())
    capture.frames = []
    empty = tshark.save("empty.pcap", capture.pcap())
    assert judge_one(1, empty) == []
    assert len(judge_one(2, empty, whole, empty)) == 9


@pytest.mark.parametrize("args", [(), ("1",), ("0", "a.pcap"), ("2", "a.pcap"), ("x", "a.pcap")])
def test_wrong_use(args):
    done = subprocess.run(["bash", RECIPE / "judge-one", *args], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (2, "usage: judge-one NUMBER CAPTURE... (NUMBER: which of them)\n")


def test_queries(tshark):
    """The queries of the page use fields that the template knows."""
    types = json.loads((RECIPE / "template.json").read_text())["template"]["mappings"]["properties"]
    queries = [block.split("\n", 1)[1] for block in (REPO / "docs" / "many-captures.md").read_text().split("```")[1::2]
               if block.startswith("json")]
    assert len(queries) >= 2
    for query in queries:
        for field in fields_of(json.loads(query)):
            assert type_of(types, field) in ("keyword", "ip", "integer", "double", "date"), field


def fields_of(query):
    if isinstance(query, dict):
        for key, value in query.items():
            if key == "field":
                yield value
            elif key in ("term", "range"):
                yield from value
            else:
                yield from fields_of(value)
    elif isinstance(query, list):
        for value in query:
            yield from fields_of(value)
