# SPDX-License-Identifier: GPL-2.0-or-later
"""-w: writes the frames of the calls that match, with the old connections that they met."""

import gzip
import resource
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

import capture_file
from collection import Collection
from command import SYNFATE, calls, many_calls, run, values
from stories import examples


@pytest.fixture(scope="module")
def all_examples(tmp_path_factory):
    """Every example in one capture, each between hosts of its own."""
    path = tmp_path_factory.mktemp("write") / "all.pcap"
    path.write_bytes(capture_file.pcap(Collection().frames))
    return path


def without_numbers(call):
    """What another file does not change. Silence means less in a capture that lacks the packets of others."""
    own = values(call)
    names = "fate", "cause", "retries", "wait", "isn_delta", "tsval_delta", "old.age", "old.peer_state", "delayed"
    return call["time"], call["client.ip"], call["client.port"], [own.get(name) for name in names]


@pytest.mark.parametrize("cause", ["time_wait_paws", "old_established", "closed_port", "icmp_host", "accept_queue_full"])
def test_a_cause_alone_keeps_its_verdict(all_examples, tmp_path, cause):
    """The old connection is there, and nothing that belongs to others."""
    out = tmp_path / "out.pcapng"
    condition = f"cause = {cause}"
    run("-Y", condition, "-w", out, all_examples, status=1)
    assert sorted(map(without_numbers, calls("-Y", condition, out))) == sorted(map(without_numbers, calls("-Y", condition, all_examples)))
    failed = calls("-Y", condition, all_examples)
    clients = {(call["client.ip"], call["client.port"], call["server.ip"]) for call in failed}
    assert {(call["client.ip"], call["client.port"], call["server.ip"]) for call in calls(out)} == clients


def test_tshark_reads_what_was_written(all_examples, tmp_path, tshark):
    out = tshark.captures / "written.pcapng"
    done = run("-Y", "failed", "-w", out, all_examples)
    out.chmod(0o644)
    written = int(done.stderr.split()[1])
    assert len(tshark.fields(out)) == written > 0


def test_without_a_condition_what_failed_or_came_late(all_examples, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    run("-w", one, all_examples)
    run("-Y", "failed or delayed", "-w", other, all_examples)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("compress", [lambda data: data, gzip.compress], ids=["plain", "gz"])
def test_an_empty_capture_makes_an_empty_file(tmp_path, compress):
    """As one file of a ring buffer may be."""
    path, out = tmp_path / "empty", tmp_path / "out"
    path.write_bytes(compress(capture_file.pcap([])))
    run("-w", out, path, status=0)
    assert run("--calls", out, status=0).stdout == ""


def test_of_files_that_cannot_be_read_nothing_is_written(tmp_path):
    out = tmp_path / "out"
    out.write_text("precious")
    done = run("-w", out, "--force", tmp_path / "missing", status=2)
    assert done.stderr.count("\n") == 1 and "missing: " in done.stderr
    assert out.read_text() == "precious"


def test_a_compressed_file(all_examples, tmp_path):
    packed, out, same = tmp_path / "packed", tmp_path / "out", tmp_path / "same"
    packed.write_bytes(gzip.compress(all_examples.read_bytes()))
    run("-w", out, packed, status=1)
    run("-w", same, all_examples, status=1)
    assert out.read_bytes() == same.read_bytes()


def test_an_existing_file_is_not_overwritten(all_examples, tmp_path):
    out = tmp_path / "out"
    out.write_text("precious")
    done = run("-w", out, all_examples, status=2)
    assert out.read_text() == "precious" and "--force" in done.stderr
    run("-w", out, "--force", all_examples, status=1)
    assert out.read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_an_input_is_never_overwritten(tmp_path, force):
    path = tmp_path / "in.pcap"
    path.write_bytes(examples()["refused.closed_port"].file)
    before = path.read_bytes()
    link = tmp_path / "link"
    link.symlink_to(path)
    for out in path, link:
        run("-w", out, *force, path, status=2)
    assert path.read_bytes() == before


def test_several_files_become_one(tmp_path):
    frames = examples()["rejected.time_wait_paws"].frames()
    whole, one, other, out = (tmp_path / name for name in ("whole", "one", "other", "out"))
    whole.write_bytes(capture_file.pcap(frames))
    one.write_bytes(capture_file.pcap(frames[:9]))
    other.write_bytes(capture_file.pcapng([(t, 0, data) for t, _, data in frames[9:]], ["eth0"]))
    run("-w", out, one, other)
    assert list(map(without_numbers, calls(out))) == list(map(without_numbers, calls(whole)))


def limit_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_full_disk_leaves_nothing_behind(all_examples, tmp_path):
    out = tmp_path / "out"
    done = subprocess.run([SYNFATE, "-w", out, all_examples], capture_output=True, text=True, preexec_fn=limit_files)
    assert done.returncode == 2 and f"synfate: {out}: " in done.stderr
    assert not list(tmp_path.iterdir())


def test_on_a_full_disk_the_old_file_stays(all_examples, tmp_path):
    out = tmp_path / "out"
    out.write_text("precious")
    done = subprocess.run([SYNFATE, "-w", out, "--force", all_examples], capture_output=True, text=True, preexec_fn=limit_files)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and f"synfate: {out}: " in done.stderr
    assert out.read_text() == "precious" and list(tmp_path.iterdir()) == [out]


def test_a_device_that_is_full_stays(all_examples, tmp_path):
    """It is written to as it is, and is never taken away."""
    out = tmp_path / "out"
    out.symlink_to("/dev/full")
    run("-w", out, "--force", all_examples, status=2)
    assert out.readlink() == Path("/dev/full") and list(tmp_path.iterdir()) == [out]
    assert stat.S_ISCHR(out.stat().st_mode)


def test_a_link_stays_one_and_the_file_keeps_its_mode(all_examples, tmp_path):
    folder, link = tmp_path / "folder", tmp_path / "link"
    folder.mkdir()
    old = folder / "old"
    old.write_text("precious")
    old.chmod(0o600)
    link.symlink_to(old)
    run("-w", link, "--force", all_examples, status=1)
    assert link.readlink() == old and old.read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"
    assert stat.S_IMODE(old.stat().st_mode) == 0o600 and list(folder.iterdir()) == [old]


@pytest.mark.parametrize("old", [None, "precious"])
def test_an_interrupted_file_is_not_written(tmp_path, old):
    path, folder = tmp_path / "many", tmp_path / "folder"
    out = folder / "out"
    folder.mkdir()
    path.write_bytes(many_calls(200_000))
    if old is not None:
        out.write_text(old)
    before = set(folder.iterdir())
    process = subprocess.Popen([SYNFATE, "-w", out, "--force", path], stderr=subprocess.PIPE, text=True)
    while set(folder.iterdir()) == before and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (2, f"synfate: {out}: interrupted, so it is not written\n")
    assert set(folder.iterdir()) == before and (old is None or out.read_text() == old)


def test_a_folder_that_is_not_there(all_examples, tmp_path):
    run("-w", tmp_path / "missing/out", all_examples, status=2)
