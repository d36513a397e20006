# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures: one run of the lab, and tshark with the plugin (the same helper as in the capture tests)."""

import contextlib
import os
import pathlib
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "captures")]

from tshark import loaded  # noqa: E402


def is_there(scenario):
    """Of a lab that was played elsewhere, only what was played is judged."""
    folder = os.environ.get("SYNFATE_LAB")
    return folder is None or any(pathlib.Path(folder, f"{scenario}.{end}").exists() for end in ("done", "failed"))


class Lab:
    """The folder that lab.py fills; process None: has filled."""

    def __init__(self, folder, process=None):
        self.folder, self.process = folder, process

    def wait(self, scenario):
        """Until the scenario has been played; slow ones take more than a minute."""
        failed = self.folder / f"{scenario}.failed"
        while not (self.folder / f"{scenario}.done").exists():
            assert not failed.exists(), f"the kernel did not do what the scenario expects:\n{failed.read_text()}"
            assert self.process and self.process.poll() is None, "the lab did not play it"
            time.sleep(0.2)

    def went_well(self, scenario):
        """As wait(), for tests of all scenarios: that one failed is said by its own tests."""
        with contextlib.suppress(AssertionError):
            self.wait(scenario)
            return True
        return False

    def table(self, scenario, name):
        """The lines of a table, by capture."""
        found = {}
        for line in (self.folder / f"{scenario}.{name}").read_text().splitlines():
            found.setdefault(line.split("\t")[0], []).append(line.split("\t"))
        return found


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """SYNFATE_LAB names a folder that lab.py has filled already."""
    if "SYNFATE_LAB" in os.environ:
        yield Lab(pathlib.Path(os.environ["SYNFATE_LAB"]))
        return
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: the kernel lab needs root to make network namespaces")
    folder = tmp_path_factory.mktemp("lab")
    with subprocess.Popen([sys.executable, HERE / "lab.py", folder]) as process:
        yield Lab(folder, process)
        process.terminate()


@pytest.fixture(scope="session")
def tshark():
    with loaded() as shark:
        yield shark
