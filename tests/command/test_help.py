# SPDX-License-Identifier: GPL-2.0-or-later
"""Manual page, completion and --help name the same options, and the names of values exist."""

import re
import subprocess

from command import REPO, SYNFATE, calls, run
from stories import examples

MANUAL = (REPO / "docs/synfate.1").read_text().replace("\\-", "-")
COMPLETION = (REPO / "completion/synfate").read_text()


def options():
    return set(re.findall(r"--[a-z-]+", run("--help", status=0).stdout))


def test_help_fits_a_terminal():
    for said in run("--help", status=0).stdout, subprocess.run([REPO / "dev", "-h"], capture_output=True, text=True, check=True).stdout:
        assert max(map(len, said.splitlines())) <= 80


def short_options(text):
    return set(re.findall(r"(?<![\w-])-[a-zA-Z](?= ?,)", text))


def test_short_options():
    """As the manual page has them."""
    assert short_options(MANUAL.replace('"', "")) == short_options(run("--help", status=0).stdout)


def completed(*words):
    """What bash offers for the last of the words."""
    script = f"""source {REPO / 'completion/synfate'}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() {{ :; }}
        _synfate; echo ${{COMPREPLY[@]}}"""
    return subprocess.run(["bash", "-c", script, "bash", SYNFATE, *words], capture_output=True, text=True).stdout.split()


def test_what_options_take():
    """Formats and stacks: the complaint about another one names all."""
    def complained(*args):
        return re.findall(r"[a-z]+", run(*args, "x", status=2).stderr.split("they are ")[1].replace(" and ", " "))

    assert completed("--format", "") == complained("-T", "xml")
    assert completed("--peer-rules", "") == complained("--peer-rules", "vms")
    assert completed("--peer-rules", "=", "li") == ["linux"]
    for word in completed("--format", ""):
        assert re.search(rf"\b{word}\b", MANUAL)


def test_manual_page():
    named = set(re.findall(r"--[a-z-]+", MANUAL))
    assert named == options()


def test_completion():
    assert set(re.findall(r"--[a-z-]+[a-z]", COMPLETION.split("complete -F")[0])) - {"--"} == options()


def test_completion_completes():
    assert completed("--ser") == ["--services"]


def test_values_that_can_be_completed(tmp_path):
    path = tmp_path / "capture"
    path.write_bytes(examples()["rejected.time_wait_paws"].file)
    words = re.search(r"compgen -W '(failed delayed [^']*)'", COMPLETION)[1].split()
    for word in words:
        run("--calls", "-Y", word, path)
    for name in calls(path)[1]:
        run("--calls", "-Y", name, path)


def test_no_library_of_dissectors():
    """Only the file library: that is where the speed comes from."""
    libraries = subprocess.run(["ldd", SYNFATE], capture_output=True, text=True, check=True).stdout
    assert "libwiretap" in libraries and "libwireshark" not in libraries
