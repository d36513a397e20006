#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fills in what the documentation shows of the program: pages.py PAGE...

A page holds blocks between `<!-- shown by tests/captures/pages.py: WHAT -->` and `<!-- end -->`. What stands between them is
made anew from the engine's verdict table and from what tshark says of the captures; the tests check that nobody has
forgotten to.
"""

import copy
import functools
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stories import FILES, told
from tshark import BUILD, PLUGIN, REPO, loaded

BLOCK = re.compile(r"(<!-- shown by tests/captures/pages\.py: (.*?) -->\n).*?(<!-- end -->)", re.S)
FLAGS = [(0x02, "SYN"), (0x01, "FIN"), (0x04, "RST"), (0x10, "ACK")]


# The verdict table


@functools.cache
def printed_table():
    """The lines of verdict_table.c, each split at its tabs."""
    done = subprocess.run([BUILD / "verdict_table"], check=True, capture_output=True, text=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def verdict_table():
    """A dict for each row of the engine's table."""
    names = "fate", "cause", "severity", "expert", "sentence", "advice"
    return [dict(zip(names, cells)) for kind, *cells in printed_table() if kind == "verdict"]


def row_of(name):
    return next(row for row in verdict_table() if f"{row['fate']}.{row['cause']}" == name)


def causes(tshark, *names):
    """What synfate says about some causes."""
    lines = ["| `synfate.fate` | `synfate.cause` | severity | what it says |", "|---|---|---|---|"]
    for row in map(row_of, names):
        lines.append(f"| `{row['fate']}` | `{row['cause']}` | {row['severity']} | {row['sentence']} |")
    return lines


def advice(tshark, name):
    return ["> " + row_of(name)["advice"]]


# The rules


@dataclass
class Rule:
    """A row of the engine's table of rules, in words. Neighbours that differ in one fact are one of these."""
    first: int
    last: int
    verdict: tuple[str, str]
    needed: list[str]
    excluded: list[str]
    observed_if: str
    source: str

    def __str__(self):
        number = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        fate, cause = self.verdict
        return (f"| {number} | `{fate}` `{cause}` | {'; '.join(self.needed) or 'nothing else holds'} "
                f"| {'; '.join(self.excluded)} | {self.observed_if} | {self.source} |")

    def takes(self, other):
        """Whether the other says the same of one other fact; if so, it is taken in."""
        same = all(getattr(self, name) == getattr(other, name) for name in ("verdict", "excluded", "observed_if", "source"))
        apart = [i for i, pair in enumerate(zip(self.needed, other.needed)) if pair[0] != pair[1]]
        if not same or len(self.needed) != len(other.needed) or len(apart) != 1:
            return False
        self.needed[apart[0]] = either(self.needed[apart[0]], other.needed[apart[0]])
        self.last = other.last
        return True


def either(one, other):
    """Two sentences as one; what both begin and end with is said once."""
    one, other = one.split(), other.split()
    head = os.path.commonprefix([one, other])
    tail = os.path.commonprefix([one[::-1], other[::-1]])[::-1]
    if not head or not tail:
        return " ".join(one + [", or"] + other).replace(" ,", ",")
    return " ".join(one[:-len(tail)] + ["or"] + other[len(head):])


def observed_if(proof, inferred, by_stack):
    if inferred:
        return "never"
    return "; ".join(proof + ["the peer's stack is known"] * bool(by_stack)) or "always"


@functools.cache
def rule_table():
    meaning = dict(cells for kind, *cells in printed_table() if kind == "fact")
    rows = [cells for kind, *cells in printed_table() if kind == "rule"]
    table = []
    for number, (fate, cause, *lists, inferred, by_stack, late_by, source) in enumerate(rows, 1):
        needed, excluded, proof = ([meaning[name] for name in names.split()] for names in lists)
        needed += [f"most of its delay: {late_by}"] * bool(late_by)
        table.append(Rule(number, number, (fate, cause), needed, excluded, observed_if(proof, inferred, by_stack), source))
    return table


def rules(tshark, *names):
    """The rows of the table of rules that say one of these causes."""
    shown = []
    for rule in copy.deepcopy(rule_table()):
        if ".".join(rule.verdict) in names and not (shown and shown[-1].takes(rule)):
            shown.append(rule)
    return ["| # | verdict | if | unless | observed if | source |", "|---|---|---|---|---|---|", *map(str, shown)]


# Packets


def capture_of(tshark, name):
    """A story, or one of the captures of the case."""
    if name in told():
        return told()[name].save(tshark)
    folder = tshark.captures
    if not (folder / "server.pcap").exists():
        subprocess.run([sys.executable, Path(__file__).with_name("make_case.py"), folder], check=True)
    return folder / f"{name}.pcap"


def listing(tshark, name, frames=None):
    """The packets of a capture, all or some (such as 8..13), each with the states that it leaves its sender and receiver
    in, and the verdict below the first SYN of each attempt."""
    names = ["frame.number", "frame.time_relative", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "tcp.flags",
             "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.options.timestamp.tsval", "tcp.options.timestamp.tsecr",
             "icmp.type", "icmp.code", PLUGIN + "src_state", PLUGIN + "dst_state", PLUGIN + "syn_number", PLUGIN + "fate",
             PLUGIN + "cause", PLUGIN + "basis", PLUGIN + "summary"]
    command = ["-2", "-r", capture_of(tshark, name), "-T", "fields", "-E", "occurrence=f"]
    if frames:
        first, last = frames.split("..")
        command += ["-Y", f"frame.number >= {first} && frame.number <= {last}"]
    for field in names:
        command += ["-e", field]
    lines = []
    for line in tshark.run(*command).splitlines():
        lines += shown_packet({field.split(".", 1)[-1]: value for field, value in zip(names, line.split("\t"))})
    return ["```text", *lines, "```"]


def shown_packet(packet):
    source, destination = packet["src"], packet["dst"]
    if not packet["type"]:
        source, destination = f"{source}:{packet['srcport']}", f"{destination}:{packet['dstport']}"
    line = f"{packet['number']:>3} {float(packet['time_relative']):10.6f}  {source} → {destination}  {contents(packet)}"
    states = " / ".join(state for state in (packet["src_state"], packet["dst_state"]) if state)
    lines = [f"{line}  [{states}]" if states else line]
    if packet["syn_number"] == "1":
        lines.append(f"        {packet['fate']}, {packet['cause']} ({packet['basis']}): {packet['summary']}")
    return lines


def contents(packet):
    if packet["type"]:
        return f"ICMP type {packet['type']} code {packet['code']}, quotes the SYN"
    flags = int(packet["flags"], 16)
    parts = ["/".join(name for bit, name in FLAGS if flags & bit), f"seq {packet['seq_raw']}"]
    if flags & 0x10:
        parts.append(f"ack {packet['ack_raw']}")
    if packet["len"] != "0":
        parts.append(f"{packet['len']} bytes")
    if packet["options.timestamp.tsval"]:
        parts.append(f"TSval {packet['options.timestamp.tsval']}")
    if packet["options.timestamp.tsecr"] not in ("", "0"):
        parts.append(f"TSecr {packet['options.timestamp.tsecr']}")
    return " ".join(parts)


def story(tshark, name):
    """A story as it is written, with the comment above it."""
    text = "\n".join(path.read_text() for path in FILES)
    found = re.search(rf"^(#.*\n)*story {re.escape(name)}\n(.+\n)*", text, re.M)
    return ["```text", *found[0].splitlines(), "```"]


def details(tshark, name, frame):
    """The plugin's part of the packet details, without the advice and the expert info, and with all times in seconds,
    as Wireshark before 4.6 shows them."""
    text = tshark.run("-2", "-r", capture_of(tshark, name), "-Y", f"frame.number == {frame}", "-O", "synfate")
    units = {"micro": 1e-6, "milli": 1e-3}
    text = re.sub(r"([\d.]+) (micro|milli)seconds", lambda time: f"{float(time[1]) * units[time[2]]:.9f} seconds", text)
    text = re.sub(r"\n {8}\[Expert Info.*(\n {12}.*)*", "", text[text.index("[SYN fate"):].split("    [Advice]")[0])
    return ["```text", *(line.rstrip() for line in text.splitlines() if line.strip()), "```"]


def report(tshark, name):
    """What -z synfate,report says of a capture: the output of ./dev demo."""
    return ["```text", *tshark.run("-q", "-r", capture_of(tshark, name), "-z", "synfate,report").strip().splitlines(), "```"]


# Reference


def fields(tshark):
    lines = ["| field | type | label | meaning |", "|---|---|---|---|"]
    for line in tshark.run("-G", "fields").splitlines():
        kind, label, name, type_, *_, blurb = line.split("\t")[:8] if line.startswith("F\t") else [""] * 8
        if name.startswith(PLUGIN) and not name.startswith(PLUGIN + "expert."):
            lines.append(f"| `{name}` | {type_.removeprefix('FT_').lower()} | {label} | {blurb} |")
    return lines


def experts(tshark):
    """The expert infos and the causes that are below each."""
    severities = dict(cells for kind, *cells in printed_table() if kind == "expert")
    lines = ["| expert info | severity | summary | causes |", "|---|---|---|---|"]
    for line in tshark.run("-G", "fields").splitlines():
        kind, label, name, *_ = line.split("\t") if line.startswith("F\t") else [""] * 3
        if name.startswith(PLUGIN + "expert."):
            token = name.rsplit(".", 1)[1]
            below = sorted({f"`{row['cause']}`" for row in verdict_table() if row["expert"] == token})
            lines.append(f"| `{name}` | {severities[token]} | {label} | {' '.join(below)} |")
    return lines


def preferences(tshark):
    lines = ["| preference | default | meaning |", "|---|---|---|"]
    for block in tshark.run("-G", "defaultprefs").split("\n\n"):
        setting = re.search(r"^#?(synfate\.\w+): (.*)$", block, re.M)
        if setting:
            text = [line.removeprefix("# ") for line in block.splitlines() if line.startswith("# ")]
            lines.append(f"| `{setting[1]}` | `{setting[2]}` | {text[0]} |")
    return lines


def stacks(tshark):
    """The systems whose rules a user can choose."""
    lines = ["| `synfate.peer_rules` | system | TIME_WAIT | its rules | recognised by its packets |", "|---|---|---|---|---|"]
    for token, name, seconds, known, marks in (cells for kind, *cells in printed_table() if kind == "stack"):
        lines.append(f"| `{token}` | {name} | {seconds} s | {known or 'not known'} | {'yes' if marks else 'no'} |")
    return lines


def tokens(tshark):
    """Every fate and cause with the page that is about it."""
    lines = ["| fate | cause | what it says | page |", "|---|---|---|---|"]
    pages = {name: page for page in sorted((REPO / "docs").glob("*.md")) for name in explained(page.read_text())}
    for row in verdict_table():
        page = pages[f"{row['fate']}.{row['cause']}"]
        title = page.read_text().splitlines()[0].removeprefix("# ")
        lines.append(f"| `{row['fate']}` | `{row['cause']}` | {row['sentence']} | [{title}]({page.name}) |")
    return lines


def explained(text):
    """The names of the causes that a page is about."""
    return [name for names in re.findall(r"pages\.py: causes (.*?) -->", text) for name in names.split()]


SHOWN = {made.__name__: made for made in (causes, advice, rules, listing, story, details, report, fields, experts, preferences,
                                          stacks, tokens)}


def fill(text, tshark):
    """The page with all its blocks made anew. Its rules are those of the causes that it is about."""
    def block(match):
        what, *arguments = match[2].split()
        if what == "rules":
            arguments = explained(text)
        return match[1] + "\n".join(SHOWN[what](tshark, *arguments)) + "\n" + match[3]

    return BLOCK.sub(block, text)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: pages.py PAGE...")
    with loaded() as shark:
        for page in map(Path, sys.argv[1:]):
            page.write_text(fill(page.read_text(), shark))
