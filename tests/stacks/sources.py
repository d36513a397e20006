# SPDX-License-Identifier: GPL-2.0-or-later
"""What stacks answer that cannot be played here: read in their sources (Linux: measured by the kernel lab), cell by cell.

It is written down here independently of the rules that are tested with it.

  linux     net/ipv4/tcp_minisocks.c: tcp_timewait_state_process, tcp_check_req; tcp_input.c: tcp_validate_incoming
  macos     XNU, bsd/netinet/tcp_input.c: tcp_input; tcp_timer.h: TCPTV_MSL; tcp_output.c: tcp_output
  illumos   usr/src/uts/common/inet/tcp: tcp_time_wait.c: tcp_time_wait_processing; tcp_input.c: tcp_input_data
  openbsd   sys/netinet/tcp_input.c: tcp_input, syn_cache_add
  smoltcp   src/socket/tcp.rs: accepts, process
  rfc       RFC 6191, 2; RFC 9293, 3.10.7.4; RFC 5961, 4.2
  windows   TcpTimedWaitDelay, and what a full backlog answers, are documented; the rest is not

SA, A, RST and silence are the answers; ^ is the old SYN/ACK again. * stands behind one that an older timestamp is the reason
of. - is not in the sources that were read.
"""

import dataclasses

TABLE = """
situation                                       linux     macos     illumos   openbsd   smoltcp   rfc       windows
TIME_WAIT: newer ISN, newer TS                  SA        SA        SA        SA        silence   SA        -
TIME_WAIT: newer ISN, older TS                  A*        silence*  A*        SA        silence   silence*  -
TIME_WAIT: older ISN, newer TS                  SA        A         A         SA        silence   SA        -
TIME_WAIT: older ISN, older TS                  A*        silence*  A*        silence*  silence   silence*  -
TIME_WAIT: newer ISN, SYN without TS            SA        SA        SA        SA        silence   SA        -
TIME_WAIT: older ISN, SYN without TS            A         A         A         A         silence   silence   -
TIME_WAIT: in window, newer TS                  SA        A         RST       SA        silence   SA        -
TIME_WAIT: in window, older TS                  A*        silence*  A*        SA        silence   silence*  -
TIME_WAIT: ISN = RCV.NXT, SYN without TS        A         A         RST       A         silence   silence   -
TIME_WAIT: no TS: newer ISN                     SA        SA        SA        SA        silence   SA        -
TIME_WAIT: no TS: older ISN                     A         A         A         A         silence   silence   -
TIME_WAIT: no TS: in window                     SA        A         RST       SA        silence   SA        -
TIME_WAIT: no TS: newer ISN, SYN with TS        SA        SA        SA        SA        silence   SA        -
TIME_WAIT: no TS: older ISN, SYN with TS        A         A         A         SA        silence   SA        -
TIME_WAIT: older ISN, older TS, RST to the ACK  A*|SA     silence*  A*|SA     silence*  silence   silence*  -
TIME_WAIT: no TS: older ISN, RST to the ACK     A|SA      A         A|SA      A|SA      silence   silence   -
TIME_WAIT: after a RST: newer ISN, older TS     SA        silence*  SA        SA        SA        SA        -
TIME_WAIT: after a RST: older ISN, older TS     SA        silence*  SA        SA        SA        SA        -
TIME_WAIT: run out: older ISN, older TS         SA        SA        SA        SA        SA        SA        -
TIME_WAIT: no TS: run out: older ISN            SA        SA        SA        SA        SA        SA        SA
ESTABLISHED: newer ISN, newer TS                A         A         A         A         silence   A         -
ESTABLISHED: newer ISN, older TS                A         A         A         silence   silence   A         -
ESTABLISHED: older ISN                          A         A         A         A         silence   A         -
ESTABLISHED: in window                          A         A         RST       A         silence   A         -
ESTABLISHED: no TS: newer ISN                   A         A         A         A         silence   A         -
ESTABLISHED: newer ISN, RST to the ACK          A|SA      A|SA      A|SA      A|SA      silence   A|SA      -
CLOSE_WAIT: newer ISN                           A         A         A         A         silence   A         -
CLOSE_WAIT: in window                           A         A         RST       A         silence   A         -
LAST_ACK: newer ISN                             A         A         A         A         silence   A         -
LAST_ACK: in window                             A         A         RST       A         silence   A         -
FIN_WAIT_1: newer ISN                           A         A         A         A         silence   A         -
FIN_WAIT_2: program gone: newer ISN             A         A         A         A         silence   A         -
FIN_WAIT_2: program gone: newer ISN, older TS   A         silence   A         silence   silence   A         -
FIN_WAIT_2: program gone: in window             RST       A         RST       A         silence   A         -
FIN_WAIT_2: socket open: newer ISN              A         A         A         A         silence   A         -
FIN_WAIT_2: socket open: in window              A         A         RST       A         silence   A         -
SYN_RECEIVED: newer ISN                         A         A         -         ^         silence   -         -
SYN_RECEIVED: older ISN                         A         RST       -         ^         silence   -         -
SYN_RECEIVED: in window                         RST       A         -         ^         silence   -         -
SYN_RECEIVED: newer ISN, older TS               A         silence   -         ^         silence   -         -
SYN_RECEIVED: no TS: newer ISN                  A         A         -         ^         silence   -         -
CLOSED: the client had closed first: older ISN, older TS  SA  SA    SA        SA        SA        SA        SA
closed port                                     RST       RST       RST       RST       RST       RST       RST
ordinary call                                   SA        SA        SA        SA        SA        SA        SA
ordinary call without TS                        SA        SA        SA        SA        SA        SA        SA
backlog 1, nobody accepts                       silence   silence   -         silence   RST       -         RST
"""


@dataclasses.dataclass
class Marks:
    """What its packets look like (nmap's and p0f's databases agree), and what synfate is to call it."""
    named: str
    ttl: int
    options: str  # of a SYN/ACK with timestamps, in the letters of stories
    options_no_ts: str
    window: int
    reopened: int = 3_000_000  # the ISN with which it reopens a TIME_WAIT - SND.NXT
    length: int = 60  # s of TIME_WAIT
    id: str = ""  # "id 0": of all segments; Linux has it in its SYN/ACKs and in what no socket makes
    syn_ack_id: str = "id 4711"  # of a stack that counts them


ZERO = {"id": "id 0", "syn_ack_id": "id 0"}
MARKS = {
    "linux": Marks("linux", 64, "MSTnW", "MnnSnW", 65160, reopened=65537, syn_ack_id=""),
    "macos": Marks("macos", 64, "MnWnnTS", "MnWS", 65535, length=30, **ZERO),
    "illumos": Marks("illumos", 64, "STMnW", "MnnSnW", 64436),
    "openbsd": Marks("openbsd", 64, "MnnSnWnnT", "MnnSnW", 16384),
    "smoltcp": Marks("smoltcp", 64, "MWST", "MWS", 65535, length=10, **ZERO),
    "rfc": Marks("unknown", 200, "MSTnW", "MnnSnW", 65160),
    "windows": Marks("windows", 128, "MnWST", "MnWnnS", 65535, length=120),
}
STACKS = list(MARKS)

# What a host may look like, those among them that are played.
LOOKS = MARKS | {
    "freebsd": Marks("freebsd", 64, "MnWST", "MnWS", 65535, **ZERO),
    "gvisor": Marks("gvisor", 64, "MSTnW", "MnnSnW", 29184, id="no_df", syn_ack_id="id 4711 no_df"),
}


def answers(stack):
    """The table's column: situation -> answer, where the source says it."""
    lines = TABLE.strip().splitlines()
    column = lines[0].split().index(stack)
    rows = {}
    for line in lines[1:]:
        name, *cells = line.rsplit(maxsplit=len(STACKS))
        rows[name] = cells[column - 1]
    return {name: answer for name, answer in rows.items() if answer != "-"}
