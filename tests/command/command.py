# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the command, and compares what it says with what tshark says with the plugin."""

import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tests/captures"))

from stories import examples  # noqa: E402
from tshark import BUILD, PLUGIN, Tshark  # noqa: E402

SYNFATE, TRACED = BUILD / "synfate", BUILD / "traced/synfate"
SHORT = BUILD / "short/synfate"  # has numbers for 400 frames of files, and 128 of a stream
# What tshark shows on a frame and not of an attempt.
OF_A_FRAME = {"syn_number", "src_state", "dst_state"}


def run(*args, program=SYNFATE, status=(0, 1), **how):
    """What the command did; another exit status than expected is an error."""
    done = subprocess.run([program, *map(str, args)], capture_output=True, text=True, timeout=300, **how)
    assert done.returncode in (status if isinstance(status, tuple) else (status,)), (done.returncode, done.stderr)
    return done


def calls(*args, **how):
    """A dict for each attempt."""
    return [json.loads(line) for line in run("--attempts", "-T", "ndjson", *args, **how).stdout.splitlines()]


def values(call):
    """What is the plugin's of a call, under the short names, as tests of the plugin have them."""
    return {name.removeprefix(PLUGIN): value for name, value in call.items() if name.startswith(PLUGIN)}


def expected(tshark, rows):
    """The same from tshark's rows: of each attempt the row of its first SYN."""
    attempts = {}
    for row in rows:
        if row.get("syn_number") == 1:
            own = {name: value for name, value in tshark.ours(row).items() if name not in OF_A_FRAME}
            attempts.setdefault(row["attempt"], {n: v for n, v in own.items() if not n.startswith("expert.")})
    return list(attempts.values())


def compare(tshark, capture, rows, *args):
    """The command says of each attempt what the plugin says, field by field."""
    wanted = expected(tshark, rows)
    said = [values(call) for call in calls(*args, capture)]
    assert said == wanted, differences(capture, said, wanted)


def differences(capture, said, wanted):
    lines = [f"{capture}: {len(said)} attempts instead of {len(wanted)}"]
    for one, other in zip(said, wanted):
        names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
        lines += [f"attempt {one['attempt']}: {name} is {one.get(name)} instead of {other.get(name)}" for name in names]
    return "\n".join(lines)


def as_options(args):
    """Preferences of tshark as options of the command. None: they cannot be said."""
    options, words = [], list(map(str, args))
    while words:
        flag, what = words[0], words[1] if len(words) > 1 else ""
        name, _, value = what.removeprefix(PLUGIN).partition(":")
        if flag != "-o" or name not in ("time_wait", "peer_rules", "no_answer_retries", "slow_connect"):
            return None
        options.append(f"--{name.replace('_', '-')}={value}")
        words = words[2:]
    return options


class Both(Tshark):
    """tshark, of which each answer on all frames of a capture is compared with the command's."""

    def fields(self, capture, filter=None, two_pass=True, args=()):
        rows = super().fields(capture, filter, two_pass, args)
        options = as_options(args)
        if filter is None and two_pass and options is not None:
            compare(self, capture, rows, *options)
        return rows


def trace(tshark, capture):
    """What the plugin and what the command hand to the engine, as lines of text; the points' names apart."""
    if not (tshark.folder / "traced").exists():
        shutil.copytree(BUILD / "traced/plugins", tshark.folder / "traced")
        subprocess.run(["chmod", "-R", "a+rX", tshark.folder], check=True)
    plugin, command = tshark.home / "plugin.trace", tshark.home / "command.trace"
    wireshark = tshark.command("env", f"SYNFATE_TRACE={plugin}", "tshark", "-r", tshark.readable(capture), plugins="traced")
    subprocess.run(wireshark, check=True, capture_output=True, timeout=300)
    run("--calls", tshark.readable(capture), program=TRACED, env={"SYNFATE_TRACE": str(command)})
    return [split_names(path.read_text().splitlines()) for path in (plugin, command)]


def split_names(lines):
    return [line for line in lines if not line.startswith("point")], [line for line in lines if line.startswith("point")]


def many_calls(n):
    """A capture of n times the packets of one failed call, each a minute later than those before."""
    data = examples()["refused.closed_port"].file
    header, frames, at = data[:24], [], 24
    while at < len(data):
        seconds, fraction, size, _ = struct.unpack_from("<IIII", data, at)
        frames.append((seconds, data[at + 4:at + 16 + size]))
        at += 16 + size
    return header + b"".join(struct.pack("<I", seconds + 60 * i) + rest for i in range(n) for seconds, rest in frames)
