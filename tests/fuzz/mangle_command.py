#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Feeds damaged captures to the command: mangle_command.py [COUNT [SEED]] (100 files, seed 1)

The files are those of mangle.py. Each is read with every statistic, as a stream, together with others as one capture, and
written out again. A crash, a hang, a report of a sanitizer, or another exit status than 0, 1 and 2: the file is kept, its
name is printed, and the exit status is 1. SYNFATE_BUILD names the build folder.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "captures"))
sys.path.insert(0, str(HERE))

import mangle  # noqa: E402
from tshark import BUILD  # noqa: E402

WAYS = [["--report", "--show", "all"], ["--services"], ["--reuse"], ["--tree"], ["--calls", "-T", "ndjson"],
        ["--calls", "-T", "csv", "-Y", "failed or old.age > 1 or summary != x"], ["-f", "-T", "ndjson"],
        ["-Y", "attempt", "--force", "-w"]]


def problem(args, stdin=subprocess.DEVNULL):
    """What is wrong with a run, or None."""
    try:
        done = subprocess.run([BUILD / "synfate", *args], stdin=stdin, capture_output=True, timeout=mangle.TIMEOUT)
    except subprocess.TimeoutExpired:
        return "it hangs"
    errors = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 1, 2) or any(sign in errors for sign in mangle.SIGNS):
        return f"status {done.returncode}: {errors}"
    return None


def check(paths, out):
    """The first problem with any of these files, alone or together."""
    for path in paths:
        for way in WAYS:
            files = [out, path] if "-w" in way else [path]
            if wrong := problem([*way, *files]):
                return f"{' '.join(way)} {path}: {wrong}"
        with open(path, "rb") as stream:
            if wrong := problem(["-"], stream):
                return f"- < {path}: {wrong}"
    wrong = problem(["--calls", *paths])
    return wrong and f"--calls {' '.join(map(str, paths))}: {wrong}"


def main():
    given = sys.argv[1:3]
    count, seed = map(int, given + ["100", "1"][len(given):])
    folder = Path(tempfile.mkdtemp(prefix="synfate-mangle-"))
    mangler = mangle.Mangler(folder, seed)
    for begin in range(0, count, 5):
        paths = [mangler.make(number) for number in range(begin, min(begin + 5, count))]
        if wrong := check(paths, folder / "out"):
            print(wrong)
            return 1
        for path in paths:
            path.unlink()
    print(f"{count} damaged captures: nothing broke")
    subprocess.run(["rm", "-r", folder], check=True)
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
