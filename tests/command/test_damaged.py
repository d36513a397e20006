# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that are damaged: nothing breaks. tests/fuzz/mangle_command.py does this at length."""

import shutil
import sys

import pytest

from command import REPO

sys.path.insert(0, str(REPO / "tests/fuzz"))

import mangle  # noqa: E402
import mangle_command  # noqa: E402


@pytest.mark.skipif(not shutil.which("editcap"), reason="Wireshark's tools are missing")
def test_damaged_captures(tmp_path):
    mangler = mangle.Mangler(tmp_path, 2, mangle.KINDS)
    paths = [mangler.make(number) for number in range(40)]
    assert mangle_command.check(paths, tmp_path / "out") is None
