#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes captures and their tables: play.py FOLDER NAME=PROGRAM... (PROGRAM -: NAME.pcap is there, only its table)."""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "kernel")]

import capture  # noqa: E402
import cells  # noqa: E402
import peers  # noqa: E402
import truth  # noqa: E402


def main():
    if len(sys.argv) < 3 or not all("=" in argument for argument in sys.argv[2:]):
        sys.exit("usage: play.py FOLDER NAME=PROGRAM...")
    if os.geteuid() != 0:
        sys.exit("play.py: needs root to make network namespaces")
    folder = pathlib.Path(sys.argv[1])
    for name, program in (argument.split("=", 1) for argument in sys.argv[2:]):
        path = folder / f"{name}.pcap"
        if program != "-":
            capture.write(path, peers.play(program))
        truth.write(path.with_suffix(".tsv"), truth.rows(cells.read(capture.load(path))))


if __name__ == "__main__":
    main()
