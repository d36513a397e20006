# SPDX-License-Identifier: GPL-2.0-or-later
"""More than one file, or more than one beginning of a file, in one process: sessions that are reset, a live capture that
changes to its next file, files opened one after the other, preferences changed while a file is open."""

import os
import shutil
import subprocess
import threading

import pytest

from capture_file import pcap
from collection import Collection
from stories import told

FATE_AND_CAUSE = {"column0": "synfate.attempt:0", "column1": "synfate.fate:0", "column2": "synfate.cause:0"}
PIECE = 37  # frames: no example's length, so that pieces begin in the middle of connections


@pytest.fixture(scope="module")
def everything():
    """The frames of all examples."""
    return Collection().frames


def pieces(frames):
    return [frames[i : i + PIECE] for i in range(0, len(frames), PIECE)]


def verdicts(tshark, name, frames, *args):
    rows = tshark.fields(tshark.save(name, pcap(frames)), two_pass=False, args=args)
    return [(row.get("fate"), row.get("cause"), row.get("src_state"), row.get("retries")) for row in rows]


def judged_in_pieces(tshark, frames):
    return [verdict for i, piece in enumerate(pieces(frames)) for verdict in verdicts(tshark, f"piece{i}.pcap", piece)]


def test_reset_after_so_many_frames(tshark, everything):
    """tshark -M: what comes after a reset is judged as if it were a capture of its own."""
    reset = verdicts(tshark, "all.pcap", everything, "-M", PIECE)
    assert reset == judged_in_pieces(tshark, everything)


def live_capture(tshark, data, *args):
    """What tshark prints of a live capture, whose packets come through a pipe."""
    pipe = tshark.home / "pipe"
    os.mkfifo(pipe)
    os.chmod(pipe, 0o644)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,), daemon=True)
    writer.start()
    command = tshark.command("tshark", "-i", pipe, *args)
    # dumpcap is privileged where it can capture, and waits forever with a sanitizer's library in it
    command = [word for word in command if not word.startswith("LD_PRELOAD=")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    finally:
        pipe.unlink()
    assert done.returncode == 0 and "Dissector bug" not in done.stderr, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif("LD_PRELOAD=" in os.environ.get("SYNFATE_TSHARK_ENV", ""), reason="dumpcap hangs with the sanitizer")
@pytest.mark.skipif(shutil.which("dumpcap") is None, reason="no dumpcap")
def test_live_capture_into_rotating_files(tshark, everything):
    """tshark -b: Wireshark begins anew with each file, and so does the plugin. (Old files are all kept here: packets come faster
    from a pipe than tshark follows.)"""
    out = tshark.home / "rotating.pcapng"
    printed = live_capture(tshark, pcap(everything), "-b", f"packets:{PIECE}", "-w", out, "-P", "-l",
                           "-T", "fields", "-e", "synfate.fate", "-e", "synfate.cause")
    assert len(list(tshark.home.glob("rotating_*"))) == len(pieces(everything))
    assert [tuple(line.split("\t")) for line in printed] == [(fate or "", cause or "") for fate, cause, *_ in
                                                             judged_in_pieces(tshark, everything)]


def load_and_read(path):
    return [("load", {"file": str(path)}), ("frames", FATE_AND_CAUSE)]


def set_preference(name, value):
    return [("setconf", {"name": f"synfate.{name}", "value": value})]


def columns(rows):
    return [row["c"] for row in rows]


def test_preferences_changed_while_a_file_is_open(tshark):
    """The file that is open keeps its verdicts, the next one that is opened gets the new rules."""
    path = tshark.save("open.pcap", told()["no_answer.time_wait_paws"].file)
    read = [("frames", FATE_AND_CAUSE)]
    answers = tshark.sharkd(*load_and_read(path), *set_preference("peer_rules", "freebsd"), *read, *load_and_read(path),
                            *set_preference("peer_rules", "linux"), *load_and_read(path))
    linux, still_linux, freebsd, linux_again = (columns(answers[i]) for i in (1, 3, 5, 8))
    assert linux == still_linux == linux_again
    assert ["2", "no_answer", "time_wait_paws"] in linux
    assert ["2", "no_answer", "time_wait_paws"] not in freebsd


def test_tracking_switched_off_and_on(tshark):
    path = tshark.save("switched.pcap", told()["rejected.time_wait_paws"].file)
    read = [("frames", FATE_AND_CAUSE)]
    answers = tshark.sharkd(*load_and_read(path), *set_preference("tracking", "FALSE"), *read, *load_and_read(path),
                            *set_preference("tracking", "TRUE"), *read, *load_and_read(path))
    before, while_open, off, on_while_open, after = (columns(answers[i]) for i in (1, 3, 5, 7, 9))
    assert before == while_open == after
    assert any(row != ["", "", ""] for row in before)
    assert all(row == ["", "", ""] for row in off + on_while_open)


def test_nothing_is_left_of_a_file_without_tracking(tshark):
    """The same frame number in the next file: its SYN is seen once."""
    one = tshark.save("one_frame.pcap", pcap(told()["established.ok"].frames()[:1]))
    answers = tshark.sharkd(*set_preference("tracking", "FALSE"), ("load", {"file": str(one)}),
                            *set_preference("tracking", "TRUE"), *load_and_read(one))
    assert columns(answers[4]) == [["1", "pending", "capture_ended"]]


def test_a_file_that_cannot_be_read_between_two(tshark):
    """What is no capture leaves nothing behind."""
    good = tshark.save("good.pcap", told()["refused.closed_port"].file)
    cut = tshark.save("cut.pcap", good.read_bytes()[:-7])
    first, after_cut, again = (columns(tshark.sharkd(*requests)[-1]) for requests in (
        load_and_read(good), load_and_read(cut), [*load_and_read(cut), *load_and_read(good)]))
    assert first == again and after_cut != first
