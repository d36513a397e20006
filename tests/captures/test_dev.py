# SPDX-License-Identifier: GPL-2.0-or-later
"""./dev for somebody in a hurry: what it cannot do is said in one line, with the right status, before anything is built; and
what ./dev install put into a home goes again, or is named."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from tshark import BUILD, REPO

FAILED, MISUSED = 1, 2


def dev(*arguments, **environment):
    return subprocess.run(["env", *(f"{name}={value}" for name, value in environment.items()), REPO / "dev", *arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


@pytest.mark.parametrize("arguments, status, line", [
    (["demo", "-x"], MISUSED, "demo has no option -x; a file of that name would be ./-x"),
    (["demo", "a.pcap", "b.pcap"], MISUSED, "demo takes one capture"),
    (["demo", "{folder}/empty.pcap"], FAILED, "{folder}/empty.pcap: the file is empty"),
    (["demo", "{folder}/missing.pcap"], FAILED, "{folder}/missing.pcap: no such file"),
    (["demo", "{folder}"], FAILED, "{folder}: not a file"),
    (["test", "-x"], MISUSED, "there is no test suite -x: they are unit captures command kernel stacks page gui"),
    (["check", "-x"], MISUSED, "check takes no arguments"),
    (["vm", "bullseye"], MISUSED, "bullseye is no package of a Linux, such as linux-image-amd64; a release comes after it"),
    (["install", "-x"], MISUSED, "install takes no arguments"),
    (["uninstall", "-x"], MISUSED, "uninstall takes no arguments"),
    (["dmeo"], MISUSED, "there is no command dmeo: demo test check bench fuzz vm matrix package release install uninstall"),
])
def test_one_clear_line(tmp_path, arguments, status, line):
    (tmp_path / "empty.pcap").touch()
    done = dev(*(argument.format(folder=tmp_path) for argument in arguments))
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr == f"dev: {line.format(folder=tmp_path)}\n"


def test_read_only_checkout():
    done = dev("demo", SYNFATE_BUILD="/proc/self/build")
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert done.stderr == "dev: /proc/self/build cannot be written to: name another folder to build in with SYNFATE_BUILD\n"


def test_all_that_tshark_says_of_its_plugins_is_read(tmp_path):
    """tshark may still be writing when the plugin's line has come: that is no plugin that cannot be loaded."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        slow = Path(folder) / "tshark"
        slow.write_text(f"""#!/bin/bash
{shutil.which("tshark")} "$@" || exit
if [[ $1 == -G ]]; then sleep 0.5; printf '%s\\n' and others; fi
""")
        slow.chmod(0o755)
        done = dev("demo", PATH=f"{folder}:{os.environ['PATH']}", SYNFATE_BUILD=BUILD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("(time_wait_paws") == 2


@pytest.mark.parametrize("asked", ["-h", "--help"])
def test_help(asked):
    for command in "demo", "bench", "install":
        done = dev(command, asked)
        assert (done.returncode, done.stderr) == (0, "")
        assert command in done.stdout.splitlines()[0]
    assert dev(asked).stdout.startswith("Usage: ./dev COMMAND\n")


def profile(home, *functions):
    """Runs functions of cmake/install.bash for a user with this home."""
    script = f"set -euo pipefail; source_dir={REPO}; . $source_dir/cmake/install.bash; {'; '.join(functions)}"
    done = subprocess.run(["env", "-u", "XDG_CONFIG_HOME", f"HOME={home}", "bash", "-c", script], check=True,
                          capture_output=True, text=True)
    return home / ".config" / "wireshark" / "profiles" / "synfate", done.stdout


def test_uninstall_leaves_nothing(tmp_path):
    profile(tmp_path, "install_profile")
    folder, _ = profile(tmp_path, "uninstall_profile")
    assert not folder.exists()


def test_uninstall_names_what_wireshark_wrote(tmp_path):
    """At its end Wireshark writes its own lines into recent, and files that the profile does not have."""
    folder, _ = profile(tmp_path, "install_profile")
    (folder / "recent").write_text("# Recent settings file for Wireshark\n")
    (folder / "decode_as_entries").write_text("\n")
    folder, said = profile(tmp_path, "uninstall_profile")
    assert sorted(path.name for path in folder.iterdir()) == ["decode_as_entries", "recent"]
    assert said.splitlines()[-1] == (f"Kept in {folder}, as Wireshark or you have written it since: decode_as_entries, recent. "
                                     f"It goes with: rm -r {folder}")


def test_install_again_keeps_what_was_changed(tmp_path):
    folder, _ = profile(tmp_path, "install_profile")
    (folder / "recent").write_text("# Recent settings file for Wireshark\n")
    (folder / "io_graphs").unlink()
    folder, said = profile(tmp_path, "install_profile")
    assert said == f"Kept {folder}/recent: Wireshark or you have changed it.\n"
    assert (folder / "recent").read_text() == "# Recent settings file for Wireshark\n"
    assert (folder / "io_graphs").exists()
