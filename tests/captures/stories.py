# SPDX-License-Identifier: GPL-2.0-or-later
"""The stories of tests/stories as captures, with the verdicts that they expect (docs/stories.md)."""

import csv
import functools
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import capture_file
from tshark import BUILD, REPO

FILES = sorted((REPO / "tests" / "stories").glob("*.story"))


@dataclass
class Verdict:
    """What a story expects of an attempt when all its packets have been seen."""
    fate: str
    cause: str
    basis: str
    delayed: bool
    retries: int
    syn: int                # its first frame
    decided_by: int | None


@dataclass
class Story:
    name: str
    file: bytes             # pcap, or pcapng where the capture points have names
    kind: str
    preferences: list[str]  # name:value
    verdicts: list[Verdict] = field(default_factory=list)

    def __getattr__(self, name):
        """Most stories expect one verdict."""
        return getattr(self.verdicts[-1], name)

    def frames(self):
        """(time in µs since 1970, interface, bytes), of a pcap file."""
        return capture_file.read_pcap(self.file)

    def save(self, tshark):
        return tshark.save(f"{self.name}.{self.kind}", self.file)


@functools.cache
def told(*options):
    """All stories by name. options: of story_capture."""
    with tempfile.TemporaryDirectory(prefix="synfate-stories-") as folder:
        table = subprocess.run([BUILD / "story_capture", *options, folder, *FILES], check=True, capture_output=True, text=True)
        stories = {}
        for row in csv.DictReader(table.stdout.splitlines(), delimiter="\t"):
            name, kind = row["name"], row["kind"]
            if name not in stories:
                stories[name] = Story(name, Path(folder, f"{name}.{kind}").read_bytes(), kind, row["preferences"].split())
            if row["fate"]:
                stories[name].verdicts.append(Verdict(
                    row["fate"], row["cause"], row["basis"], row["delayed"] == "1", int(row["retries"]), int(row["syn"]),
                    int(row["decided_by"]) or None))
        return stories


def examples(*options):
    """The main story of each verdict: FATE.CAUSE."""
    return {name: story for name, story in told(*options).items() if "." in name}
