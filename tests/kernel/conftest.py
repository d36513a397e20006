# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures: one run of the lab, and tshark with the plugin (the same helper as in the capture tests)."""

import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "captures")]

from tshark import BUILD, Tshark  # noqa: E402


class Lab:
    """The folder that lab.py left, and its tables."""

    def __init__(self, folder):
        import judge
        self.folder = folder
        self.truth, self.evidence, self.variants = (
            judge.by_capture(judge.table(folder / f"{name}.tsv")) for name in ("truth", "evidence", "variants"))

    def captures(self, scenario):
        return [name for name in self.truth if name.split(".")[0] == scenario]

    def cuts(self, scenario, cut):
        return [name for name in self.variants if name.split(".")[0] == scenario and f".cut_{cut}." in name]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """SYNFATE_LAB names a folder that lab.py has filled already."""
    if "SYNFATE_LAB" in os.environ:
        return Lab(pathlib.Path(os.environ["SYNFATE_LAB"]))
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: the kernel lab needs root to make network namespaces")
    folder = tmp_path_factory.mktemp("lab")
    subprocess.run([sys.executable, HERE / "lab.py", folder], check=False)  # a failed scenario is a failed test
    return Lab(folder)


@pytest.fixture(scope="session")
def tshark():
    with tempfile.TemporaryDirectory(prefix="synfate-kernel-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        shark = Tshark(folder)
        if not shark.plugin_loaded():
            pytest.exit(f"tshark does not load the plugin from {BUILD}/plugins", returncode=1)
        yield shark
