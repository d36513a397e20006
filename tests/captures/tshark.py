# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs tshark and sharkd with the plugin that was built, as an ordinary user, and reads what they say.

As root, Wireshark loads no personal plugin, and it says nothing when it loads none: so the tests run it as nobody, on a
copy of the plugin folder that nobody can read, and plugin_loaded() must be true before any result means something:
loaded() sees to both.

SYNFATE_BUILD names the build folder. SYNFATE_TSHARK_ENV holds more variables for Wireshark's programs, such as
"LD_PRELOAD=/usr/lib/.../libasan.so ASAN_OPTIONS=detect_leaks=1" for a plugin that was built with sanitizers.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SYNFATE_BUILD", REPO / "build"))
SEPARATOR = "\x1f"  # between several values of a field in one frame
PLUGIN = "synfate."
ALWAYS = ["frame.interface_name", "ip.src", "ipv6.src", "tcp.srcport", "tcp.seq_raw", "tcp.flags", "_ws.expert.severity"]


class Tshark:
    def __init__(self, folder):
        """folder: an empty one that every user can enter; plugins, captures and the user's home go there."""
        os.umask(0o022)
        self.folder, self.captures, self.home = folder, folder / "captures", folder / "home"
        self.captures.mkdir()
        self.home.mkdir()
        (folder / "no-plugins").mkdir()
        if (BUILD / "plugins").is_dir():
            shutil.copytree(BUILD / "plugins", folder / "plugins")
            subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        if os.geteuid() == 0:
            shutil.chown(self.home, "nobody", "nogroup")
        self.results = {}

    def command(self, program, *args, plugins="plugins"):
        """The command line that runs a program of Wireshark as an ordinary user, away from this user's settings."""
        more = os.environ.get("SYNFATE_TSHARK_ENV", "").split()
        return [str(REPO / "tests" / "ordinary"), str(self.folder), "TZ=UTC", f"WIRESHARK_PLUGIN_DIR={self.folder / plugins}",
                *more, program, *map(str, args)]

    def run(self, *args, **how):
        """tshark's output; a run that fails, or says that a dissector has a bug, is an error."""
        done = subprocess.run(self.command("tshark", *args, **how), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"tshark {' '.join(map(str, args))}: {done.stderr}"
        assert "Dissector bug" not in done.stderr, done.stderr
        return done.stdout

    def plugin_loaded(self):
        return any(line.startswith("synfate") for line in self.run("-G", "plugins").splitlines())

    def save(self, name, data):
        """Writes a capture where tshark's user can read it."""
        path = self.captures / name
        path.write_bytes(data)
        return path

    def types(self):
        """The plugin's fields, each with its type's name."""
        if "types" not in self.results:
            lines = [line.split("\t") for line in self.run("-G", "fields").splitlines()]
            self.results["types"] = {f[2]: f[3] for f in lines if f[0] == "F" and f[2].startswith(PLUGIN)}
        return self.results["types"]

    def fields(self, capture, filter=None, two_pass=True, args=()):
        """A dict for each frame: its number under "frame", its protocols, the fields of ALWAYS and those of the plugin that
        are present, these without the prefix. Several values in one frame make a list. The same question is asked once."""
        columns = ["frame.number", "frame.protocols", *ALWAYS, *self.types()]
        command = ["-r", self.readable(capture), *(["-2"] if two_pass else []), *(["-Y", filter] if filter else []), *args]
        command += ["-T", "fields", "-E", "separator=/t", "-E", f"aggregator={SEPARATOR}"]
        for name in columns:
            command += ["-e", name]
        key = tuple(map(str, command))
        if key not in self.results:
            self.results[key] = [self.row(columns, line) for line in self.run(*command).splitlines()]
        return self.results[key]

    def row(self, columns, line):
        row = {}
        for name, cell in zip(columns, line.split("\t")):
            if cell:
                values = [convert(self.types().get(name), value) for value in cell.split(SEPARATOR)]
                row[name.removeprefix(PLUGIN)] = values[0] if len(values) == 1 else values
        return {"frame": int(row.pop("frame.number")), "protocols": row.pop("frame.protocols"), **row}

    def ours(self, row):
        """What of a row is the plugin's."""
        return {name: value for name, value in row.items() if PLUGIN + name in self.types()}

    def attempts(self, capture, **how):
        """The connection attempts of a capture: the row of each one's first SYN, in their order."""
        return [row for row in self.fields(capture, **how) if row.get("syn_number") == 1]

    def json(self, capture, *args):
        return json.loads(self.run("-r", self.readable(capture), "-2", "-T", "json", *args))

    def readable(self, capture):
        """A path to the capture in the folder: a clone may lie where tshark's user cannot look."""
        if capture.parent == self.captures:
            return capture
        copy = self.captures / capture.name
        if not copy.exists():
            shutil.copyfile(capture, copy)
        return copy

    def sharkd(self, *requests):
        """sharkd's results for a list of (method, parameters)."""
        lines = [json.dumps({"jsonrpc": "2.0", "id": i + 1, "method": method, "params": params})
                 for i, (method, params) in enumerate(requests)]
        done = subprocess.run(self.command("sharkd", "-"), input="\n".join(lines) + "\n",
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and "Dissector bug" not in done.stderr, done.stderr
        answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return [answer["result"] for answer in answers]


@contextlib.contextmanager
def loaded(kind=Tshark):
    """tshark in a folder of its own, which goes afterwards. Without the plugin nothing goes on."""
    with tempfile.TemporaryDirectory(prefix="synfate-tests-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shark = kind(folder)
        if not shark.plugin_loaded() or f"{PLUGIN}fate" not in shark.types():
            sys.exit(f"tshark does not load the plugin from {BUILD}/plugins: SYNFATE_BUILD names the build folder")
        yield shark


def convert(kind, text):
    if kind == "FT_BOOLEAN":
        return text in ("1", "True")
    if kind == "FT_NONE":
        return True
    if kind == "FT_RELATIVE_TIME":
        return float(text)
    if kind and ("INT" in kind or kind == "FT_FRAMENUM"):
        return int(text, 0)
    return text
