# SPDX-License-Identifier: GPL-2.0-or-later
"""layers.py: each file of the engine includes only files of lower layers, and none of Wireshark's; and only stacks.c and
stacks.h know one TCP stack from another.

A header and its source file are one. Since no layer includes itself, there is no circle. What is said to people may
name a stack; so may comments, and WHY(...) of a rule, as a source.
"""

import re
import sys
from pathlib import Path

# From the ground up, one line a layer.
LAYERS = """
    network_order                           numbers as packets have them
    seq checksum index pool arithmetic search   numbers; how records are kept
    segment                                 what a packet is
    capture dns setup_packet                what the capture has; what a DNS answer says; what sets up a way
    connection port_pair prints text html bill causes frame_name   both ends of a connection, and where they are found; words
    names                                   the addresses of one name
    attempt stacks                          what was seen of a SYN, raw; what each stack does
    note                                    what is notable about a frame
    peers options                           hosts and services seen
    store                                   all records
    notes recognise lacks ring              what is remembered of a frame; whose rules; what is not in the capture
    siblings work probes surroundings       the same SYN elsewhere; the segment in work; attempts that are no failures
    races alarms                            addresses that were tried at about the same time; SYNs without an answer, live
    peer_end use take translated renumbered            an end at a time, by its stack; the uses of a port pair
    refute ways clocks tunnels setup        whose rules a host does not follow; which way packets went; what set it up
    between                                 what one interface shows, and another does not
    syn syn_ack reset ack past other_host   what a segment adds; the old connection as the stack has it
    dossier forget lower                    all records about one attempt; what nobody looks back at; lower numbers
    rejection                               what made a rejecting answer
    facts costs                             named predicates; what the time was spent on
    rules                                   which facts make which verdict
    verdict                                 the verdict on an attempt
    call shapes                             all attempts of one connect(); what a RST looks like
    company keys fast_open                  what an attempt's call says of it; keys of SYNs; SYNs with data
    summary advice                          in a sentence; what to do
    tracker                                 takes packets, tells verdicts
    results steps proof                     what became of each attempt and its call; what proves it
    crowds call_features levels             floods and scans; what calls are compared by
    families                                known reasons why calls that share something fail
    contrast                                what failed calls have in common
    values                                  all that is known
    problems table paragraph                what went wrong, ranked; rows and columns; lines of text
    report_call                             a call in the report
    table_fates table_reuse table_services table_text report   each table; pages of text
    ladder timeline page_style              pictures
    page                                    the report as HTML
"""

PLUGIN = Path(__file__).resolve().parents[1] / "plugin"
ENGINE = PLUGIN / "engine"
OF_STACKS = ("stacks.c", "stacks.h")
NO_STACKS = {"PEER_STACK_COUNT", "PEER_UNKNOWN", "PEER_FOREIGN", "PEER_AUTO"}
COMMENT = re.compile(r"/\*.*?\*/", re.S)
WHY = re.compile(r"\bWHY\(.*?\"\)", re.S)


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".c", ".h"))


def height_of_each():
    lines = [line.split("  ")[0].split() for line in LAYERS.replace("\n    ", "\n").strip().splitlines()]
    return {name: height for height, names in enumerate(lines) for name in names}


def wrong_includes():
    """Includes of the same layer or a higher one, files that no layer has, and names of files that are gone."""
    height = height_of_each()
    files = sources(ENGINE)
    for name in sorted({path.stem for path in files} ^ height.keys()):
        yield f"{name}: is a file or is in a layer, but not both"
    for path in files:
        for match in re.finditer(r'^ *# *include *"(.*)\.h"', path.read_text(), re.M):
            other = match[1]
            if other not in height:
                yield f"{where(path, match.start())}: {other} is none of the engine's files"
            elif other != path.stem and not height[other] < height.get(path.stem, len(height)):
                yield f"{where(path, match.start())}: {path.stem} stands below {other}, or beside it"
        for match in re.finditer(r"^ *# *include *<((?:epan|wiretap|wsutil)/.*|wireshark\.h|ws_.*)>", path.read_text(), re.M):
            yield f"{where(path, match.start())}: {match[1]} is Wireshark's"


def stack_names():
    """The identifiers of stacks, as stacks.h has them; not those that stand for none, or for any."""
    enum = re.search(r"enum peer_stack \{(.*?)\}", (ENGINE / "stacks.h").read_text(), re.S)[1]
    identifiers = set(re.findall(r"\bPEER_\w+", enum)) - NO_STACKS
    if not identifiers:
        sys.exit("layers.py: stacks.h is not written as it is read here")
    return identifiers


def named_stacks():
    pattern = rf"\b(?:{'|'.join(stack_names())})\b"
    for path in sources(PLUGIN):
        if path.name in OF_STACKS:
            continue
        code = without(WHY, without(COMMENT, path.read_text()))
        for match in re.finditer(pattern, code):
            yield f"{where(path, match.start())}: names a stack: {match[0]}"


def without(what, text):
    """The text with some parts blanked: the others stay where they are."""
    return what.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def where(path, at):
    return f"{path.relative_to(PLUGIN.parent)}:{path.read_text().count(chr(10), 0, at) + 1}"


def main():
    faults = [*wrong_includes(), *named_stacks()]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
