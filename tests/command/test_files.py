# SPDX-License-Identifier: GPL-2.0-or-later
"""Files: one, several as one capture, compressed, damaged, missing; and the exit status."""

import csv
import gzip
import io
import json
import os
import re
import resource
import shutil
import struct
import subprocess

import pytest

import capture_file
from collection import Collection
from command import SYNFATE, calls, run, values
from stories import examples

SECOND = 1_000_000


def frames_of(name="rejected.time_wait_paws"):
    return examples()[name].frames()


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def save(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


def write(folder, name, frames):
    return save(folder, name, capture_file.pcap(frames))


def verdicts(said):
    """What does not depend on the files' names."""
    names = "attempt", "fate", "cause", "basis", "retries", "wait", "delayed", "isn_delta", "tsval_delta", "old.age"
    return [[values(call).get(name) for name in names] for call in said]


# Exit status


def test_status_says_whether_a_call_failed(folder):
    assert run(write(folder, "good", frames_of("established.ok")), status=0)
    assert run(write(folder, "bad", frames_of()), status=1)


def test_only_what_the_condition_lets_through_counts(folder):
    path = write(folder, "bad", frames_of())
    assert run("-Y", "fate = established", path, status=0)
    assert run("-Y", "server.port == 8080 and wait > 1 and not delayed", path, status=1)
    assert run("-Y", "cause = closed_port or (cause = time_wait_paws)", path, status=1)
    assert len(calls("-Y", "synfate.cause != time_wait_paws", path)) == 1


def test_an_empty_capture(folder):
    done = run(write(folder, "empty", []), status=0)
    assert not done.stderr


WRONG_USE = [
    [], ["--unknown", "FILE"], ["-T", "xml", "FILE"], ["-T", "csv", "FILE"], ["--services", "--reuse", "FILE"],
    ["-Y", "cause ==", "FILE"], ["-Y", "nonsense = 1", "FILE"], ["-Y", "(fate = stuck", "FILE"], ["-Y", "fate = x y", "FILE"],
    ["-Y", "(" * 100, "FILE"], ["-", "FILE"], ["-w", "out", "-"], ["-w", "-", "FILE"], ["-f", "-w", "out", "FILE"],
    ["-f", "FILE", "FILE"], ["--force", "FILE"], ["--show", "x", "FILE"], ["--attempts", "--show", "1", "FILE"], ["--peer-rules", "vms", "FILE"],
    ["--time-wait", "-1", "FILE"], ["--no-answer-retries", "0", "FILE"], ["-f", "-T", "csv", "-"],
]


@pytest.mark.parametrize("args", WRONG_USE, ids=" ".join)
def test_wrong_use_is_one_line_and_status_2(folder, args):
    path = write(folder, "FILE", frames_of("established.ok"))
    done = run(*[path if word == "FILE" else word for word in args], status=2, cwd=folder, stdin=subprocess.DEVNULL)
    assert not done.stdout
    assert done.stderr.startswith("synfate: ") and done.stderr.count("\n") == 1


FORMS = {
    "text": "--report --services --reuse --tree --calls --attempts", "html": "--report", "json": "--report --calls --attempts",
    "ndjson": "--report --calls --attempts", "csv": "--services --reuse --tree --calls --attempts",
}


@pytest.mark.parametrize("form", FORMS)
def test_what_has_a_form_is_what_the_complaint_says(folder, form):
    path = write(folder, "FILE", frames_of("established.ok"))
    for statistic in FORMS["text"].split():
        done = run(statistic, "-T", form, path, status=0 if statistic in FORMS[form] else 2)
        assert done.stdout if done.returncode == 0 else re.findall("--[a-z]+", done.stderr) == FORMS[form].split()


def test_what_cannot_be_read_is_said_and_the_rest_is_reported(folder):
    good = write(folder, "good", frames_of("established.ok"))
    text = save(folder, "text", b"this is no capture\n" * 10)
    done = run("--calls", good, text, folder / "missing", folder, status=2)
    assert len(done.stdout.splitlines()) == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 3 and all(line.startswith("synfate: ") for line in lines)
    for path in text, folder / "missing", folder:
        assert sum(f" {path}: " in line for line in lines) == 1


def unreadable(folder):
    """What is given as a capture and is none."""
    return {
        "missing": folder / "missing", "a folder": folder,
        "text": save(folder, "text", b"this is no capture\n" * 10),
        "no packet": save(folder, "cut", capture_file.pcap(frames_of())[:30]),
    }


ANY_FORM = [[]] + [[f"--{statistic}", "-T", form] for form in FORMS for statistic in re.findall("[a-z]+", FORMS[form])]


@pytest.mark.parametrize("args", ANY_FORM, ids=" ".join)
def test_where_nothing_can_be_read_nothing_is_reported(folder, args):
    """Who looks at the standard output alone must not read that nothing is wrong."""
    for path in unreadable(folder).values():
        done = run(*args, path, status=2)
        assert done.stdout == "" and done.stderr.count("\n") == 1 and f" {path}: " in done.stderr
    several = run(*args, *unreadable(folder).values(), status=2)
    assert several.stdout == "" and several.stderr.count("\n") == 4


def test_a_file_without_permission(folder):
    path = write(folder, "secret", frames_of())
    path.chmod(0)
    ordinary = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    done = subprocess.run([*ordinary, SYNFATE, path], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("args", [[], ["-T", "ndjson"]], ids=" ".join)
def test_a_stream_that_cannot_be_read(folder, args):
    for path in unreadable(folder).values():
        done = run("-f", *args, path, status=2)
        assert done.stdout == "" and done.stderr.count("\n") == 1


def attention(*args):
    """What the report says first, in each of its forms."""
    text = run(*args, status=2).stdout
    lines = text[:text.index("What is wrong:")].split()
    remark = json.loads(run("-T", "json", *args, status=2).stdout)["remark"]
    assert lines == ["Attention:", *remark.split()]
    assert f'<p class="remark">{remark}</p>' in run("-T", "html", *args, status=2).stdout
    return remark


def test_the_report_says_what_could_not_be_read(folder):
    bad = unreadable(folder)
    good, cut = write(folder, "good", frames_of()), save(folder, "half", capture_file.pcap(frames_of())[:-10])
    assert attention(good, bad["missing"]) == "1 of 2 files could not be read."
    assert attention(good, *bad.values()) == "4 of 5 files could not be read."
    assert attention(cut) == "the capture could not be read to the end."
    assert attention(good, cut) == "1 of 2 files could not be read to the end."
    assert attention(good, cut, bad["text"]) == "1 of 3 files could not be read, and 1 not to the end."
    assert "\nAttention: 1 of 2 files could not be read\n" in run("--services", good, bad["missing"], status=2).stdout
    assert "Attention" not in run(good, status=1).stdout


def test_the_report_on_a_stream_says_that_it_was_cut(folder):
    cut = save(folder, "half", capture_file.pcap(frames_of())[:-10])
    assert "Attention:     the capture could not be read to the end." in run("-f", cut, status=2).stdout


def test_a_file_that_ends_within_a_packet(folder):
    whole = capture_file.pcap(frames_of())
    done = run("--calls", save(folder, "cut", whole[:-10]), status=2)
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr.count("\n") == 1 and "cut: " in done.stderr


def test_a_full_disk(folder):
    path = write(folder, "good", frames_of("established.ok"))
    with open("/dev/full", "w") as full:
        done = run_to(full, path)
    assert done.returncode == 2 and "standard output: " in done.stderr


def run_to(stdout, *args):
    return subprocess.run([SYNFATE, *args], stdout=stdout, stderr=subprocess.PIPE, text=True)


def test_help_and_version():
    assert "--services" in run("--help", status=0).stdout
    assert run("--version", status=0).stdout.startswith("synfate ")


# Forms


@pytest.mark.parametrize("compress", ["gz", "zst", "lz4"])
def test_compressed_files(folder, compress):
    plain = write(folder, "plain.pcap", frames_of())
    packed = folder / f"packed.{compress}"
    if compress == "gz":
        packed.write_bytes(gzip.compress(plain.read_bytes()))
    elif shutil.which({"zst": "zstd", "lz4": "lz4"}[compress]) is None:
        pytest.skip(f"no program that makes {compress}")
    else:
        tool = {"zst": ["zstd", "-q", "-o"], "lz4": ["lz4", "-q"]}[compress]
        subprocess.run([*tool, *((packed, plain) if compress == "zst" else (plain, packed))], check=True)
    assert calls(packed) == calls(plain)


def test_from_a_pipe(folder):
    data = capture_file.pcap(frames_of())
    path = save(folder, "file", data)
    done = subprocess.run([SYNFATE, "--calls", "-"], input=data, capture_output=True)
    assert done.stdout == run("--calls", path).stdout.encode() and done.returncode == 1


def test_a_pipe_that_ends_within_a_packet(folder):
    """What came is reported."""
    whole = capture_file.pcap(frames_of())
    path = save(folder, "file", whole)
    done = subprocess.run([SYNFATE, "--calls", "-"], input=whole[:-10], capture_output=True)
    assert done.returncode == 2 and len(done.stdout.splitlines()) == len(run("--calls", path).stdout.splitlines())
    assert done.stderr.count(b"\n") == 1 and done.stderr.startswith(b"synfate: standard input: ")


def test_csv(folder):
    path = write(folder, "bad", frames_of())
    rows = list(csv.DictReader(io.StringIO(run("--attempts", "-T", "csv", path).stdout)))
    objects = calls(path)
    assert len(rows) == len(objects) == 2
    for row, call in zip(rows, objects):
        assert {name for name, value in row.items() if value} == set(call)
        assert row["synfate.fate"] == call["synfate.fate"] and float(row["synfate.wait"]) == call["synfate.wait"]


def test_json_is_an_array_of_the_same(folder):
    path = write(folder, "bad", frames_of())
    assert json.loads(run("--attempts", "-T", "json", path).stdout) == calls(path)


# Several files


def pieces(frames, n):
    size = -(-len(frames) // n)
    return [frames[i:i + size] for i in range(0, len(frames), size)]


@pytest.mark.parametrize("n", [2, 3, 30])
def test_a_ring_buffer_is_one_capture(folder, n):
    """No attempt is lost where one file ends and the next begins, and the files may be named in any order."""
    frames = frames_of()
    whole = calls(write(folder, "whole", frames))
    parts = [write(folder, f"part{i:02}", piece) for i, piece in enumerate(pieces(frames, n))]
    for order in parts, parts[::-1]:
        assert verdicts(calls(*order)) == verdicts(whole)


def test_a_frame_is_named_by_its_file(folder):
    frames = frames_of()
    parts = [write(folder, f"part{i}", piece) for i, piece in enumerate(pieces(frames, 4))]
    size = len(pieces(frames, 4)[0])
    whole = calls(write(folder, "whole", frames))
    for one, other in zip(calls(*parts), whole):
        number = other["synfate.syn"] - 1
        assert one["synfate.syn"] == f"{parts[number // size]}:{number % size + 1}"


FRAME = re.compile(r"\b(frames?) (\d+)( to )?(\d+)?")


class Ring:
    """Every example, as one file and cut into many."""

    def __init__(self, folder):
        frames = Collection().frames
        self.whole = write(folder, "whole", frames)
        self.size = -(-len(frames) // 40)
        self.parts = [write(folder, f"part{i:02}", piece) for i, piece in enumerate(pieces(frames, 40))]

    def name(self, number):
        return f"{self.parts[(number - 1) // self.size]}:{(number - 1) % self.size + 1}"

    def named_one(self, found):
        word, first, to, last = found.groups()
        return f"{word} {self.name(int(first))}" + (f" to {self.name(int(last))}" if last else to or "")

    def named(self, text):
        """What is said of the whole, with the frames' other names; lines are as long as they are."""
        return FRAME.sub(self.named_one, " ".join(text.split()))

    def same(self, whole, parts):
        """The same of what has been read from JSON."""
        if isinstance(whole, dict):
            return whole.keys() == parts.keys() and all(self.same(whole[name], parts[name]) for name in whole)
        if isinstance(whole, list):
            return len(whole) == len(parts) and all(map(self.same, whole, parts))
        if isinstance(whole, int) and isinstance(parts, str):
            return self.name(whole) == parts
        return (self.named(whole) if isinstance(whole, str) else whole) == parts


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    return Ring(tmp_path_factory.mktemp("ring"))


def test_the_report_names_frames_by_their_file(ring):
    for shown in ["--show", "all"], []:
        said = run(*shown, *ring.parts, status=1).stdout
        assert " ".join(said.split()) == ring.named(run(*shown, ring.whole, status=1).stdout)
        assert f"frame {ring.whole.parent}/part" in said


@pytest.mark.parametrize("statistic", ["--report", "--attempts"])
def test_json_names_frames_by_their_file(ring, statistic):
    whole, parts = (json.loads(run(statistic, "--show", "all", "-T", "json", *paths, status=1).stdout) for paths in ([ring.whole], ring.parts))
    assert ring.same(whole, parts)


def test_the_page_names_frames_by_their_file(ring):
    said = run("-T", "html", *ring.parts, status=1).stdout
    assert not FRAME.search(re.sub("<style>.*</style>", "", said, flags=re.S)) and "frame.number" not in said
    drawn = re.findall(r'class="frame">frame ([^<]*)<', said)
    whole = re.findall(r'class="frame">frame (\d+)<', run("-T", "html", ring.whole, status=1).stdout)
    assert drawn == [ring.name(int(number)) for number in whole] and len(drawn) > 20


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_frames_of_files_that_take_turns(folder, form):
    """However often."""
    made = frames_of("refused.closed_port")
    turns = [[(time + i * 200 * SECOND, *rest) for time, *rest in from_port(made, 10_000 + i)] for i in range(240)]
    one, other = (write(folder, name, sum(turns[i::2], [])) for i, name in enumerate(["one", "other"]))
    said = run("--show", "all", "-T", form, one, other, status=1).stdout
    assert f"{one}:1" in said and f"{other}:239" in said
    assert not FRAME.search(re.sub("<style>.*</style>", "", said, flags=re.S))


def test_packets_that_come_behind_the_next_files_first(folder):
    """A program that writes files one after the other may be a little out of order where they meet."""
    frames = frames_of()
    swapped = frames[:10] + [(frames[12][0] + 20_000, *frames[10][1:]), *frames[11:]]
    parts = [write(folder, "first", swapped[:11]), write(folder, "second", swapped[11:])]
    assert verdicts(calls(*parts)) == verdicts(calls(write(folder, "whole", swapped)))


def test_files_that_overlap_are_different_points(folder):
    """The same packets at two points: they are attempts of one number, and count once."""
    frames = frames_of()
    later = [(time + 137, *rest) for time, *rest in frames]
    one, other = write(folder, "one", frames), write(folder, "other", later)
    both = run("--attempts", "-T", "ndjson", one, other)
    assert verdicts(calls(one, other)) == verdicts(calls(one))
    assert both.returncode == 1
    report = run(one, other).stdout
    assert f"frame {one}:1" in report or f"frame {other}:1" in report


def test_a_gap_is_said(folder):
    frames = frames_of("established.ok")
    later = [(time + 3600 * SECOND, *rest) for time, *rest in frames]
    done = run(write(folder, "one", frames), write(folder, "other", later), status=0)
    assert "nothing was captured" in done.stderr and done.stderr.count("\n") == 1


def from_port(frames, port):
    """The frames with another client port."""
    old, new = (57011).to_bytes(2, "big"), port.to_bytes(2, "big")
    return [(time, interface, data[:34] + data[34:38].replace(old, new) + data[38:]) for time, interface, data in frames]


def test_many_files(folder):
    """Ten thousand, of which 64 are open at a time."""
    frames = frames_of("established.ok")
    paths = []
    for i in range(10_000):
        moved = [(time + i * 10 * SECOND, *rest) for time, *rest in from_port(frames, 10_000 + i)]
        paths.append(write(folder, f"{i:05}", moved))
    done = run("--attempts", "-T", "ndjson", *paths, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (96, 96)))
    assert len(done.stdout.splitlines()) == 10_000 and not done.stderr


def test_too_many_files_that_overlap(folder):
    frames = frames_of()
    paths = [write(folder, f"{i:02}", [(time + i, *rest) for time, *rest in frames]) for i in range(66)]
    done = run("--calls", *paths, status=2)
    assert done.stderr.count("64 files overlap") == 2


def test_interfaces_of_a_pcapng_file(folder):
    frames = [(time, i % 2, data) for i, (time, _, data) in enumerate(frames_of())]
    path = save(folder, "two.pcapng", capture_file.pcapng(frames, ["eth0", "eth1"]))
    assert {call["point"] for call in calls(path)} <= {"eth0", "eth1"}


# What is not read


def test_what_is_not_read_is_counted(folder):
    radiotap = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 127) + struct.pack("<IIII", 1, 0, 8, 8) + bytes(8)
    done = run(save(folder, "wlan", radiotap), status=0)
    assert done.stderr.count("\n") == 1
    assert "1 frame was not read" in done.stderr and "802.11" in done.stderr and "use tshark" in done.stderr


# What the capture lost


@pytest.mark.parametrize("drops, statistics, packets", [
    ({2: 3}, [], 3), (None, [(0, 5, 2)], 7), ({2: 3}, [(0, 5, 2)], 7), ({2: 9}, [(0, 5, 2)], 9), (None, [(0, 5, 2), (0, 6, 2)], 8),
])
def test_packets_that_the_capture_lost(folder, drops, statistics, packets):
    """By the records, by the statistics of its interface, of which the latest counts all, or by both: then once."""
    data = capture_file.pcapng(frames_of("no_answer.silent_host"), ["eth0"], drops=drops, statistics=statistics)
    path = save(folder, "lossy.pcapng", data)
    said = calls(path)
    assert [call["synfate.basis"] for call in said] == ["inferred"]
    report = " ".join(run("--report", path, status=1).stdout.split())
    assert f"The capture lost {packets} packets, as its records say." in report


def test_nothing_lost(folder):
    data = capture_file.pcapng(frames_of("no_answer.silent_host"), ["eth0"], statistics=[(0, 0, 0)])
    assert [call["synfate.basis"] for call in calls(save(folder, "whole.pcapng", data))] == ["observed"]
