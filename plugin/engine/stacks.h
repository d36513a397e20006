/* stacks.h - the TCP stacks: what each does with a SYN for a port pair that it has used before
 *
 * One row for each stack holds all that is known of it; no other file names a stack. Each rule names its RFC section,
 * source, or the kernel it was measured on. Pure functions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_STACKS_H
#define SYNFATE_STACKS_H

#include "connection.h"

enum peer_stack {
    PEER_LINUX,
    PEER_FREEBSD,
    PEER_MACOS,
    PEER_RFC,
    PEER_WINDOWS,
    PEER_GVISOR,
    PEER_LWIP,
    PEER_ILLUMOS,
    PEER_OPENBSD,
    PEER_SMOLTCP,
    PEER_UNKNOWN, /* not recognised: the rules of the most frequent stack are assumed */
    PEER_FOREIGN, /* not recognised, and it has answered as that one would not: nothing is assumed */
    PEER_STACK_COUNT,
    PEER_AUTO = PEER_STACK_COUNT /* as a user's choice: each host as it is recognised */
};

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
    bool declined;         /* the client offered timestamps, the peer did not take them */
};

struct syn {
    uint32_t isn;
    uint32_t tsval;
    bool has_ts;
};

struct peer_decision {
    enum peer_answer answer;
    enum peer_reason reason;
};

typedef struct peer_decision (*peer_rule)(const struct peer *peer, const struct syn *syn);

/* How the kinds of options of a SYN/ACK follow each other: M maximum segment size, N no operation, W window scale, S SACK
 * permitted, T timestamps. */
enum { MARK_LAYOUTS = 8 };

/* What a stack's SYN/ACKs look like. */
struct stack_marks {
    const char *layouts[MARK_LAYOUTS]; /* those that tell it from others; NULL: none */
    uint8_t ttl;                       /* that it begins with: 64, 128, 255; 0: not known */
    bool df, id_zero;                  /* "don't fragment" is set; the IP ID is 0 */
    bool id_zero_always;               /* of all its segments */
    bool ipv4_only;                    /* without an IP ID it looks as others do */
    bool window_full;                  /* the window is 65535 */
    bool isn_small;                    /* ISNs begin near 0 and grow with the time since it was started */
    uint16_t window;                   /* that tells it from others; 0: none that does */
};

struct stack {
    const char *token, *name; /* "linux"; for people: "Linux" */
    bool known;               /* its rules are */
    bool assumed;             /* they are only assumed: the host may be another */
    peer_rule time_wait, fin_wait_2, syn_received;
    peer_rule established, closing;   /* closing: CLOSE_WAIT, FIN_WAIT_1, CLOSING, LAST_ACK */
    int64_t time_wait_length;         /* ns */
    int64_t time_wait_late;           /* ns: how much later it may end */
    bool paws_restarts_time_wait;     /* a SYN with an older timestamp does */
    bool reset_removes_time_wait;     /* a RST with the next number does */
    bool time_wait_hides_closed_port; /* a SYN that it would take gets a bare ACK when nobody listens */
    bool socketless_id_is_zero;       /* IP ID 0 with DF: made without a socket; sockets count */
    uint32_t recycled_isn_step;       /* ISN of a SYN/ACK that reopens TIME_WAIT - its SND.NXT; 0: not known */
    struct stack_marks marks;
};

/* The row of a stack. */
const struct stack *stack_row(enum peer_stack stack);

/* Which stack's mark a SYN/ACK's window is: a number, the same for the same window; 0: of none. */
uint8_t stack_window_mark(uint16_t window);

/* The digest of a layout such as "MSTNW", as struct segment has it. */
uint16_t layout_digest(const char *layout);

/* What a peer with this stack answers. ANSWER_UNKNOWN if the state does not tell (UNKNOWN, CLOSED, LISTEN: whether
 * somebody listens is not part of the state). In TIME_WAIT, ANSWER_SYN_ACK supposes that somebody listens. */
struct peer_decision stack_decide(const struct stack *stack, const struct peer *peer, const struct syn *syn);

/* Whether a peer in TIME_WAIT or SYN_RECEIVED may have answered with a bare ACK although the rules say by_rules. A stack
 * that hides closed ports sends an ACK instead of a SYN/ACK if nobody listens. has_id: the ACK has an IP ID other than 0. */
bool stack_may_give_ack(const struct stack *stack, enum peer_answer by_rules, bool has_id);

/* "syn_ack": a name that is a contract. */
const char *peer_answer_name(enum peer_answer answer);

#endif
