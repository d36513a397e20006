# SPDX-License-Identifier: GPL-2.0-or-later
"""What a right verdict on each attempt of a stack's capture says: from what the player did and the stack answered.

A table has a line for each attempt:
  right        verdicts (fate/cause) that are true, whatever their basis
  less         true too, where the packets of the old connection are missing
  inferred     what other stacks' rules make of the same packets: never to be said as observed, and in a capture that shows
               which stack it is, not at all
Anything else is wrong.
"""

import dataclasses

import situations
from variants import PLAIN, SILENT

LIKE_A_SOCKETLESS_ACK = ["time_wait_paws", "time_wait_sequence", "old_fin_wait_2", "old_syn_received"]
COLUMNS = "port situation answers syn right decided_by less inferred".split()


@dataclasses.dataclass
class Row:
    port: int
    situation: str
    answers: str
    syn: int
    right: set
    decided_by: int | None
    less: set = dataclasses.field(default_factory=set)
    inferred: set = dataclasses.field(default_factory=set)

    def line(self):
        cells = (self.port, self.situation, self.answers, self.syn, verdicts(self.right), self.decided_by or "-",
                 verdicts(self.less), verdicts(self.inferred))
        return "\t".join(map(str, cells)) + "\n"


def verdicts(pairs):
    return " ".join(sorted("/".join(pair) for pair in pairs)) or "-"


def rows(cells):
    """For each client port the old connection's attempt and the one that is judged, in the order of their SYNs."""
    found = []
    for cell in cells.values():
        if cell.old_syn:
            found.append(old_row(cell))
        found.append(new_row(cell))
    return sorted(found, key=lambda row: row.syn)


def old_row(cell):
    acknowledged = next((number for number, one in cell.old if one.sport == cell.port and one.has("A")), None)
    right = {("established", "ok")}
    if not acknowledged:  # its SYN/ACK may or may not be repeated before the client tries something else
        right = {("no_answer", "synack_lost"), ("pending", "unacknowledged")}
    return Row(cell.port, "the connection before", "SA", cell.old_syn, right, acknowledged)


def new_row(cell):
    state = cell.situation.state
    wrong = next(((number, one) for number, one in cell.of_stack() if one.has("A") or one.has("SA")), None)
    reset = next((number for number, one in cell.of_stack() if "R" in one.flags), None)
    row = Row(cell.port, cell.situation.name(), cell.answers(), cell.syn, set(), None)
    if cell.taken():
        take(row, cell, reset, overcame=wrong[0] < cell.taken())
    elif reset:
        refuse(row, cell, reset)
    elif wrong:
        reject(row, cell, *wrong)
    else:
        drop(row, cell)
    return row


def drop(row, cell):
    row.right, row.less = {("no_answer", "silent_flow")}, SILENT if cell.situation.state else set()
    if cell.situation.state == "TIME_WAIT":
        row.right = {("no_answer", cause_in_time_wait(cell))}
        row.inferred = {("no_answer", "time_wait_paws"), ("no_answer", "time_wait_sequence")} - row.right
        if cell.situation.reset_before:  # as Linux has it, the RST had removed TIME_WAIT
            row.inferred.add(("no_answer", "silent_flow"))


def cause_in_time_wait(cell):
    return "time_wait_paws" if cell.by_timestamp else "time_wait_sequence"


def take(row, cell, reset, overcame):
    row.decided_by = cell.acknowledged(after=cell.taken())
    row.less = PLAIN if cell.situation.state else set()
    if reset:
        row.right, row.decided_by = {("refused", "reset_after_handshake")}, reset
    elif overcame:
        which = "time_wait" if cell.situation.state == "TIME_WAIT" else "old_connection"
        row.right = {("established", f"after_{which}_reset")}
        row.less = {("established", "after_wrong_ack")}
        row.inferred = {("established", "after_old_connection_reset")} - row.right
    elif situations.RUN_OUT in cell.situation.label:
        row.right = {("established", "time_wait_expired")}
    elif cell.situation.state == "TIME_WAIT":
        take_over(row, cell)
    else:
        row.right = {("established", "reuse_after_close" if cell.situation.state else "ok")}


def take_over(row, cell):
    """TIME_WAIT lets it in, or there is none any more."""
    how = cell.situation
    if how.isn > 0:
        row.right = {("established", "time_wait_recycled_sequence")}
    if how.tsval is not None and how.tsval > 0 and (how.timestamps or how.isn <= 0):
        row.right.add(("established", "time_wait_recycled_timestamp"))
    if how.reset_before and cell.removed:
        row.inferred, row.right = row.right, {("established", "reuse_after_reset")}
    elif how.reset_before:
        row.inferred = {("established", "reuse_after_reset")}


def refuse(row, cell, reset):
    state = cell.situation.state
    causes = {"TIME_WAIT": "time_wait_sequence", "SYN_RECEIVED": "old_syn_received", "FIN_WAIT_2": "old_fin_wait_2",
              "": "refused_though_open" if cell.port in situations.FULL_CALLERS else "closed_port"}
    row.right, row.decided_by = {("refused", causes.get(state, "refused_though_open"))}, reset
    if state:
        row.less = {("refused", "refused_though_open"), ("refused", "closed_port")}


def reject(row, cell, number, answer):
    state = cell.situation.state
    cause = cause_in_time_wait(cell) if state == "TIME_WAIT" else f"old_{state.lower()}"
    row.right, row.decided_by = {("rejected", cause)}, number
    row.less = {("rejected", "old_unknown")}
    row.inferred = {("rejected", other) for other in LIKE_A_SOCKETLESS_ACK} - row.right
    if answer.has("SA"):
        row.right.add(("rejected", "wrong_ack"))


def write(path, found):
    path.write_text("\t".join(COLUMNS) + "\n" + "".join(row.line() for row in found))
