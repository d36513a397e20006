/* peer_rules.h - what a peer does with a SYN for a port pair that it has used before
 *
 * Pure functions, a set for each kind of stack. Each rule names its RFC section, or the kernel it was measured on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PEER_RULES_H
#define SYNFATE_PEER_RULES_H

#include "connection.h"

enum peer_stack { PEER_LINUX, PEER_FREEBSD, PEER_MACOS, PEER_RFC, PEER_STACK_COUNT };

enum peer_answer { ANSWER_UNKNOWN, ANSWER_SYN_ACK, ANSWER_ACK, ANSWER_RST, ANSWER_SILENCE };

/* Why it answers so. */
enum peer_reason {
    REASON_NONE,
    REASON_PAWS,          /* the timestamp went back */
    REASON_OLD_SEQUENCE,  /* the sequence number is not beyond the old connection */
    REASON_NEW_TIMESTAMP, /* accepted: the timestamp is newer */
    REASON_NEW_SEQUENCE,  /* accepted: the sequence number is beyond the old connection */
    REASON_LIVE,          /* the old connection is not closed: challenge ACK */
    REASON_IN_WINDOW,     /* a peer without a socket resets what falls into its window */
};

/* The peer's end of the old connection, when the SYN comes. */
struct peer {
    enum tcp_state state;
    uint32_t rcv_nxt;      /* RCV.NXT */
    uint32_t rcv_wnd;      /* receive window in bytes */
    uint32_t ts_recent;    /* TS.Recent */
    int64_t ts_recent_age; /* ns since TS.Recent was set */
    bool timestamps;       /* both ends used them: ts_recent holds */
    bool has_socket;       /* for FIN_WAIT_2: the application still holds its socket */
};

struct syn {
    uint32_t isn;
    uint32_t tsval;
    bool has_ts;
};

struct peer_decision {
    enum peer_answer answer;
    enum peer_reason reason;
    bool restarts_time_wait;
};

/* What a peer of this kind answers. ANSWER_UNKNOWN if the state does not tell (UNKNOWN, CLOSED, LISTEN: whether
 * somebody listens is not part of the state). In TIME_WAIT, ANSWER_SYN_ACK supposes that somebody listens. */
struct peer_decision peer_decide(enum peer_stack stack, const struct peer *peer, const struct syn *syn);

/* Whether a RST with this sequence number removes a TIME_WAIT of this kind of peer. */
bool peer_time_wait_removed_by_reset(enum peer_stack stack, uint32_t rcv_nxt, uint32_t seq);

/* What an accepted SYN's answer shows on Linux: ISN = SND.NXT of the TIME_WAIT + 65537 (measured on 6.18; also
 * with SYN cookies). Kernels before 6.10 lose it on the way (commit 41eecbd712b7; measured on 6.1.192): any other ISN
 * shows nothing. */
#define LINUX_RECYCLED_ISN_STEP 65537

const char *peer_answer_name(enum peer_answer answer);

/* The name for people: "Linux". */
const char *peer_stack_name(enum peer_stack stack);

#endif
