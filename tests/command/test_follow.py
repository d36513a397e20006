# SPDX-License-Identifier: GPL-2.0-or-later
"""-f: a call is told of as soon as it has failed or come late."""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import time

import pytest

import capture_file
from command import SYNFATE, as_options, calls, many_calls, values
from stories import examples

TOLD = [name for name, made in examples().items() if made.verdicts and made.fate != "pending"]


class Follower:
    """The command at a pipe."""

    def __init__(self, *args):
        self.process = subprocess.Popen([SYNFATE, "-f", "-T", "ndjson", *args, "-"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def feed(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def line(self, seconds):
        """The next line, if it comes within that time."""
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        return json.loads(self.process.stdout.readline()) if ready else None

    def end(self):
        out, err = self.process.communicate(timeout=60)
        return [json.loads(line) for line in out.splitlines()], err.decode(), self.process.returncode


def options_of(story):
    return as_options([word for name in story.preferences for word in ("-o", f"synfate.{name}")])


def follow(data, *args):
    follower = Follower(*args)
    follower.feed(data)
    return follower.end()


@pytest.mark.parametrize("name", TOLD)
def test_what_failed_or_came_late_is_told(name, tmp_path):
    """The last word on each attempt is the verdict on the whole capture."""
    data, options = examples()[name].file, options_of(examples()[name])
    told, errors, status = follow(data, *options)
    path = tmp_path / "capture"
    path.write_bytes(data)
    expected = {call["synfate.attempt"]: call for call in calls(*options, path) if call["synfate.failed"] or call["synfate.delayed"]}
    last = {call["synfate.attempt"]: call for call in told}
    assert not errors
    assert last.keys() >= expected.keys()
    for number, call in expected.items():
        assert values(last[number])["fate"] == values(call)["fate"]
    assert status == any(call["synfate.failed"] for call in expected.values())


def test_a_rejection_is_told_at_once():
    """While nothing more comes, and with the stream still open."""
    story = examples()["rejected.time_wait_paws"]
    frames, decided_by = story.frames()[: story.decided_by], story.decided_by
    follower = Follower()
    follower.feed(capture_file.pcap(frames))
    call = follower.line(5)
    assert call["synfate.cause"] == "time_wait_paws" and call["synfate.decided_by"] == decided_by
    told, _, status = follower.end()
    assert told == [] and status == 1


def test_silence_is_told_by_the_wall_clock():
    """One SYN, and then no packet at all."""
    frames = examples()["no_answer.silent_host"].frames()[:1]
    follower = Follower()
    follower.feed(capture_file.pcap(frames))
    begin = time.monotonic()
    assert follower.line(2) is None
    call = follower.line(8)
    assert call["synfate.fate"] == "no_answer" and time.monotonic() - begin < 8
    follower.end()


def test_silence_is_told_by_the_captures_clock():
    """Other packets go on, and show that three seconds are over."""
    frames = examples()["no_answer.silent_host"].frames()[:1]
    other = examples("--networks")["established.ok"].frames()
    begin = frames[0][0]
    frames += [(begin + 4_000_000 + i, *frame[1:]) for i, frame in enumerate(other)]
    follower = Follower()
    follower.feed(capture_file.pcap(frames))
    assert follower.line(2)["synfate.fate"] == "no_answer"
    follower.end()


def test_pcapng():
    frames = examples()["refused.closed_port"].frames()
    told, errors, status = follow(capture_file.pcapng(frames, ["eth0"]))
    assert [call["point"] for call in told] == ["eth0"] and status == 1 and not errors


def test_a_stream_that_ends_within_a_packet():
    told, errors, status = follow(examples()["refused.closed_port"].file[:-5])
    assert status == 2 and errors == "synfate: standard input: the stream ends within a packet\n"


@pytest.mark.parametrize("data", [b"no capture at all, but text", b"\xd4\xc3\xb2\xa1" + bytes(20) + b"\xff" * 40])
def test_a_stream_that_is_none(data):
    told, errors, status = follow(data)
    assert told == [] and status == 2 and errors.count("\n") == 1


def test_interrupted():
    """The report of what was read until then."""
    data = examples()["rejected.time_wait_paws"].file
    process = subprocess.Popen([SYNFATE, "-f", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(data)
    process.stdin.flush()
    assert select.select([process.stdout], [], [], 10)[0]
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 1 and b"What is wrong: " in out and not err


def test_a_file_that_is_read_is_interrupted(tmp_path):
    """The same, without -f: here from a pipe that stays open."""
    data = examples()["rejected.time_wait_paws"].file
    process = subprocess.Popen([SYNFATE, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(data + bytes(0))
    process.stdin.flush()
    time.sleep(1)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode in (0, 1) and out and not err


def on_a_terminal(*options):
    """What the command shows on a terminal while it reads a call that fails again and again, with pauses between them."""
    data = many_calls(30_000)
    ours, terminal = os.openpty()
    with subprocess.Popen([SYNFATE, *options, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=terminal) as process:
        os.close(terminal)
        for part in (data[:len(data) // 2], data[len(data) // 2:]):
            process.stdin.write(part)
            process.stdin.flush()
            time.sleep(0.7)  # it shows something every half second
        out, _ = process.communicate(timeout=20)
        assert process.returncode == 1 and b"What is wrong: " in out and b"so far" not in out
    shown = b""
    with contextlib.suppress(OSError):  # the terminal's other end is closed
        while more := os.read(ours, 4096):
            shown += more
    os.close(ours)
    return shown.decode()


def test_progress_on_a_terminal():
    """One line, which is written over, and is away at the end."""
    shown = on_a_terminal()
    assert re.search(r"\r\x1b\[K0\.00 GB, \d+ MB/s: 1 call failed so far", shown) and shown.endswith("\r\x1b[K")
    assert "\n" not in shown


def test_no_progress_where_it_is_not_wanted():
    assert on_a_terminal("-q") == ""


def test_a_condition():
    told, _, status = follow(examples()["refused.closed_port"].file, "-Y", "cause = icmp_port")
    assert told == [] and status == 0
