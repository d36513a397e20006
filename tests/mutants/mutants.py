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
    """A unit test that asks for rules, linked with other rules than its own."""

    def __init__(self, build, command):
        self.build, self.command, self.seconds = build, command, 0
        self.link = build_command(build, Path(command[0]).name)

    def fails_with(self, rules):
        """Whether the test fails with these rules, an object file."""
        program = rules.with_suffix("." + Path(self.command[0]).name)
        at = self.link.index(LIBRARY)
        link = [*self.link[:at], str(rules), *self.link[at:]]
        link[link.index("-o") + 1] = str(program)
        output(self.build, *link)
        try:
            run = [program, *self.command[1:]]
            return subprocess.run(run, cwd=self.build, capture_output=True, timeout=TIMEOUT).returncode != 0
        except subprocess.TimeoutExpired:
            return True
        finally:
            program.unlink()


class Laboratory:
    """Where mutants are compiled and tried."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.compiler = self.compile_command()
        self.programs = self.unit_programs()

    def compile_command(self):
        """The build's own, but in a hurry."""
        commands = output(self.build, "ninja", "-t", "commands", LIBRARY).splitlines()
        words = shlex.split(next(line for line in commands if line.endswith("/rules.c")))
        for option, length in DEPENDENCIES.items():
            at = words.index(option)
            del words[at : at + length]
        at = words.index("-o")
        return [*words[:at], "-O0", "-g0", "-w"]

    def unit_programs(self):
        tests = json.loads(output(self.build, "ctest", "-L", "unit", "--show-only=json-v1"))["tests"]
        commands = [test["command"] for test in tests if Path(test["command"][0]).name != "test_rules"]
        return [Program(self.build, command) for command in commands if "rule_for" in output(self.build, "nm", command[0])]

    def compile(self, name, text):
        source, rules = self.folder / f"{name}.c", self.folder / f"{name}.o"
        source.write_text(text)
        output(self.build, *self.compiler, "-o", str(rules), "-c", str(source))
        return rules

    def try_unchanged(self, text):
        """All tests pass with the table as it is, which has as many rows as were read. The quickest will be the first."""
        count = len(rule_table.rows(text))
        rules = self.compile("unchanged", f'{text}_Static_assert(sizeof rules / sizeof rules[0] == {count}, "rows");\n')
        for program in self.programs:
            begin = time.monotonic()
            if program.fails_with(rules):
                raise Failed(f"{Path(program.command[0]).name} fails without any change")
            program.seconds = time.monotonic() - begin
        self.programs.sort(key=lambda program: program.seconds)

    def survives(self, name, mutant):
        rules = self.compile(name, mutant.text)
        survived = not any(program.fails_with(rules) for program in self.programs)
        rules.unlink()
        return survived


def try_mutants(laboratory, mutants, deadline):
    """Those that were tried before the deadline, and those of them that survived."""
    tried, survivors = [], []

    def attempt(number, mutant):
        if time.monotonic() < deadline:
            if laboratory.survives(str(number), mutant):
                survivors.append(mutant)
            tried.append(mutant)

    with ThreadPoolExecutor(os.cpu_count()) as executor:
        list(executor.map(attempt, range(len(mutants)), mutants))
    return tried, survivors


# So many conditions no test asks for yet. The number may only go down.
KNOWN_SURVIVORS = 119


def shuffled(mutants, text):
    """In an order that depends on the table alone."""
    return sorted(mutants, key=lambda mutant: hashlib.sha256((text + str(mutant)).encode()).digest())


def main(build, seconds):
    text = RULES.read_text()
    mutants = shuffled(rule_table.mutants(text), text)
    with tempfile.TemporaryDirectory() as folder:
        laboratory = Laboratory(Path(build).resolve(), Path(folder))
        laboratory.try_unchanged(text)
        deadline = time.monotonic() + float("inf" if seconds == "all" else seconds)
        tried, survivors = try_mutants(laboratory, mutants, deadline)
    for mutant in sorted(survivors, key=lambda survivor: survivor.place):
        print(mutant)
    if len(tried) < len(mutants):
        print(f"a sample: there are {len(mutants)} mutants")
    print(f"{len(tried)} mutants, {len(survivors)} survived")
    return 1 if len(survivors) > KNOWN_SURVIVORS else 0


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
