# SPDX-License-Identifier: GPL-2.0-or-later
"""mutants.py BUILD SECONDS|all: takes away each row of the table of rules, each fact that a row names, each COST and the like,
one at a time, and sees a unit test fail: what no test needs is not a rule, or lacks a story.

BUILD is a folder that was built with Ninja. In so many seconds a sample is tried: in an order that looks random, and is the
same for the same table. Prints what survived; exits with 1 if anything did.

test_rules does not count: it looks at the table itself.
"""

import hashlib
import json
import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import rule_table

RULES = Path(__file__).resolve().parents[2] / "plugin" / "engine" / "rules.c"
LIBRARY = "libsynfate_engine.a"
VARIABLE = "SYNFATE_MUTANT"
TIMEOUT = 60  # s: a mutant may never come to an end
DEPENDENCIES = {"-MD": 1, "-MT": 2, "-MF": 2}  # what writes the build's own files, and how many words it is


class Failed(Exception):
    """Something else than a mutant does not work."""


def output(build, *command):
    return subprocess.run(command, cwd=build, capture_output=True, text=True, check=True).stdout


def build_command(build, target):
    """How Ninja makes a target, as words."""
    last = output(build, "ninja", "-t", "commands", target).splitlines()[-1]
    return [word for word in shlex.split(last) if word not in (":", "&&")]


class Program:
    """A unit test that asks for rules, linked with the tables of all mutants."""

    def __init__(self, build, command):
        self.build, self.command, self.seconds = build, command, 0

    def link(self, folder, tables):
        words = build_command(self.build, Path(self.command[0]).name)
        at = words.index(LIBRARY)
        program = folder / Path(self.command[0]).name
        words[at:at] = [str(tables)]
        words[words.index("-o") + 1] = str(program)
        output(self.build, *words)
        self.command = [str(program), *self.command[1:]]

    def fails_with(self, number):
        """Whether the test fails with this table: 0 is the one without any change."""
        environment = {**os.environ, VARIABLE: str(number)}
        try:
            run = subprocess.run(self.command, cwd=self.build, env=environment, capture_output=True, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            return True
        return run.returncode != 0


def unit_programs(build):
    tests = json.loads(output(build, "ctest", "-L", "unit", "--show-only=json-v1"))["tests"]
    commands = [test["command"] for test in tests if Path(test["command"][0]).name != "test_rules"]
    return [Program(build, command) for command in commands if "rule_for" in output(build, "nm", command[0])]


def compile_command(build):
    """The build's own, but in a hurry."""
    commands = output(build, "ninja", "-t", "commands", LIBRARY).splitlines()
    words = shlex.split(next(line for line in commands if line.endswith("/rules.c")))
    for option, length in DEPENDENCIES.items():
        at = words.index(option)
        del words[at : at + length]
    return [*words[: words.index("-o")], "-O0", "-g0", "-w"]


def compile_tables(build, folder, text, mutants):
    """All mutants in one object file; a variable of the environment says which of the tables is in force."""
    source, tables = folder / "rules.c", folder / "rules.o"
    source.write_text(rule_table.with_all_tables(text, mutants, VARIABLE))
    output(build, *compile_command(build), "-o", str(tables), "-c", str(source))
    return tables


def programs_with_tables(build, folder, text, mutants):
    """They pass with the table as it is. The quickest comes first."""
    tables = compile_tables(build, folder, text, mutants)
    programs = unit_programs(build)
    for program in programs:
        program.link(folder, tables)
        begin = time.monotonic()
        if program.fails_with(0):
            raise Failed(f"{Path(program.command[0]).name} fails without any change")
        program.seconds = time.monotonic() - begin
    return sorted(programs, key=lambda program: program.seconds)


def try_mutants(programs, mutants, order, deadline):
    """Those that were tried before the deadline, and those of them that survived."""
    tried, survivors = [], []

    def attempt(at):
        if time.monotonic() < deadline:
            if not any(program.fails_with(at + 1) for program in programs):
                survivors.append(mutants[at])
            tried.append(mutants[at])

    with ThreadPoolExecutor(os.cpu_count()) as executor:
        list(executor.map(attempt, order))
    return tried, survivors


def shuffled(mutants, text):
    """Their places, in an order that depends on the table alone."""
    return sorted(range(len(mutants)), key=lambda at: hashlib.sha256((text + str(mutants[at])).encode()).digest())


def main(build, seconds):
    build, text = Path(build).resolve(), RULES.read_text()
    mutants = rule_table.mutants(text)
    with tempfile.TemporaryDirectory() as folder:
        programs = programs_with_tables(build, Path(folder), text, mutants)
        deadline = time.monotonic() + float("inf" if seconds == "all" else seconds)
        tried, survivors = try_mutants(programs, mutants, shuffled(mutants, text), deadline)
    for mutant in sorted(survivors, key=lambda survivor: survivor.place):
        print(mutant)
    if len(tried) < len(mutants):
        print(f"a sample: there are {len(mutants)} mutants")
    print(f"{len(tried)} mutants, {len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or not re.fullmatch(r"all|\d+", sys.argv[2]):
        sys.exit(__doc__)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # mutants crash
    try:
        sys.exit(main(*sys.argv[1:]))
    except (Failed, rule_table.Unreadable) as error:
        sys.exit(f"mutants.py: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"mutants.py: {shlex.join(error.cmd)}\n{error.stderr}")
