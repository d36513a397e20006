/* attempt.h - one connection attempt and its evidence
 *
 * An attempt is one ISN on one port pair; its retransmitted SYNs belong to it. What has been seen is collected
 * here, what it means is decided in judge.c. The parts that most attempts never need are records of their own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_ATTEMPT_H
#define SYNFATE_ATTEMPT_H

#include "peer_rules.h"
#include "segment.h"
#include "verdict.h"

/* What a SYN tells about the host that made it. */
struct syn_print {
    uint16_t mss, window, option_layout;
    uint8_t wscale, ttl;
};

enum attempt_flags {
    ATTEMPT_SIDE = 0x01,         /* the side of the port pair that sent the SYN */
    ATTEMPT_HAS_TS = 0x02,       /* tsval holds */
    ATTEMPT_OPTIONS_CUT = 0x04,  /* the capture cuts the SYN's options: no timestamp seen does not say there is none */
    ATTEMPT_SIMULTANEOUS = 0x08, /* both sides sent SYNs that crossed */
    ATTEMPT_FAST_OPEN = 0x10,    /* the SYN/ACK acknowledged data that came with the SYN */
    ATTEMPT_TWIN = 0x20,         /* seen at another capture point before: counted there */
    ATTEMPT_RETRIED_UNANSWERED = 0x40, /* a SYN was retransmitted before any SYN/ACK was seen */
    ATTEMPT_MIRRORED = 0x80,           /* the capture shows its SYN twice */
    ATTEMPT_RESET_OLD = 0x100,         /* the client's RST ended the old connection while it waited for an answer */
};

/* Stands for a frame that was read but is not in the file: a read filter left it out. */
#define FRAME_HIDDEN UINT32_MAX

struct attempt {
    uint32_t pair;
    uint32_t number; /* in the capture, from 1; the same at each capture point */
    uint32_t use;    /* of the port pair, from 1 */
    uint32_t isn;
    uint32_t tsval;                   /* of the newest SYN */
    uint32_t first_frame, last_frame; /* SYNs */
    uint32_t history;                 /* record of the old connection; 0: none */
    uint32_t evidence;                /* record of the answers; 0: none yet */
    uint32_t sibling;                 /* ring of the attempts that are the same SYN elsewhere; 0: alone */
    int64_t first_time, last_time;    /* ns: SYNs */
    struct syn_print print;           /* of the first SYN */
    uint16_t retries;                 /* retransmitted SYNs, up to UINT16_MAX */
    uint16_t ip_id;                   /* of the newest SYN */
    uint16_t syn_data;                /* bytes of data with the SYN */
    uint16_t flags;                   /* enum attempt_flags */
};

/* Why this SYN seems to come from another host than the old connection's. */
enum other_host_sign {
    SIGN_CLOCK = 0x01,   /* the timestamp clock does not go on */
    SIGN_TTL = 0x02,     /* another TTL */
    SIGN_OPTIONS = 0x04, /* other options, or another order */
    SIGN_SIZES = 0x08,   /* another MSS, window or window scale */
    SIGN_LEG = 0x10,     /* before the translation, the addresses differ */
};

enum history_flags {
    HISTORY_RCV_NXT = 0x01,         /* rcv_nxt holds */
    HISTORY_SND_NXT = 0x02,         /* snd_nxt holds */
    HISTORY_TS_RECENT = 0x04,       /* ts_recent holds */
    HISTORY_TW_PROVEN = 0x08,       /* the packets prove the peer's TIME_WAIT */
    HISTORY_CONNECTION = 0x10,      /* an old connection was seen: first to closer hold */
    HISTORY_FROM_ANSWER = 0x20,     /* the three numbers were read from the rejecting ACK */
    HISTORY_SYN_TS = 0x40,          /* tsval_delta holds */
    HISTORY_RESET = 0x80,           /* the old connection ended with a RST */
    HISTORY_IP_ID_COUNTS = 0x100,   /* the peer's sockets set an IP ID */
    HISTORY_TW_EXPIRED = 0x200,     /* the peer was in TIME_WAIT, but not any more */
    HISTORY_TIMESTAMPS = 0x400,     /* both ends of the old connection used timestamps */
    HISTORY_ANSWER_CHANGED = 0x800, /* to a later SYN of the attempt, the rules say something else */
    HISTORY_CLOSED_SECOND = 0x1000, /* the peer closed second: it cannot be in TIME_WAIT */
    HISTORY_OPTIONS_CUT = 0x2000,   /* whether it used timestamps is not in the capture */
};

/* The old connection on the port pair as it was when the first SYN came. Times in ns. */
struct history {
    int64_t idle;                                  /* last data to first FIN; -1: not known */
    int64_t age;                                   /* its last segment to this SYN */
    int64_t tw_elapsed;                            /* since TIME_WAIT began or was restarted, to this SYN */
    uint32_t first, last, closed_in, tw_frame;     /* frames; 0: none */
    uint32_t rcv_nxt, snd_nxt, ts_recent, rcv_wnd; /* of the peer */
    int32_t tsval_delta;                           /* TSval - TS.Recent */
    uint32_t attempt;                              /* that the old connection came from; 0: its SYN was not seen */
    uint32_t leg;           /* the old connection on the other side of a NAT: pair * 2 + client's side; 0: none */
    uint16_t flags;         /* enum history_flags */
    uint8_t closer;         /* side, SIDE_NONE: not known */
    uint8_t state;          /* enum tcp_state of the peer */
    uint8_t signs;          /* enum other_host_sign */
    uint8_t answer, reason; /* what the rules say: enum peer_answer, peer_reason */
};

enum evidence_flags {
    EV_SYNACK = 0x01,       /* a SYN/ACK was seen: synack_isn holds */
    EV_SYNACK_AGAIN = 0x04, /* the SYN/ACK was repeated before the client acknowledged it */
    EV_CLIENT_DATA = 0x08,  /* the client sent data after its ACK */
    EV_OVERTAKEN = 0x10,    /* an ACK of the old connection came late: the SYN/ACK followed at once */
};

/* The handshake. Most attempts never need more. Frames are 0 while not seen. */
struct evidence {
    int64_t ack_time, synack_time; /* ns */
    uint32_t ack_frame;            /* the client's first acknowledgment of the SYN/ACK */
    uint32_t accepted_frame;       /* the server's first segment that shows that it accepted */
    uint32_t synack_again_frame;   /* the first SYN/ACK repeated after the client's ACK */
    uint32_t synack_isn;
    uint32_t synack_tsval;
    uint32_t trouble; /* record of what went wrong; 0: nothing */
    uint16_t flags;   /* enum evidence_flags */
};

enum failure_kind { FAILURE_NONE, FAILURE_RESET, FAILURE_ICMP, FAILURE_CLIENT_RESET };

enum trouble_flags {
    TROUBLE_SOCKETLESS = 0x01,       /* the rejecting ACK has IP ID 0 and DF: no socket made it */
    TROUBLE_BY_SOCKET = 0x02,        /* the rejecting ACK has another IP ID */
    TROUBLE_INFERRED = 0x04,         /* the rejection's cause is inferred */
    TROUBLE_SYN_SINCE = 0x10,        /* a SYN was repeated since the last rejection */
    TROUBLE_FAILURE_INFERRED = 0x20, /* the failure's cause is inferred */
    TROUBLE_WRONG_SYN_ACK = 0x40,    /* wrong_seq and wrong_ack hold */
    TROUBLE_SYN_ACK = 0x08,          /* rejected by a SYN/ACK, not by a bare ACK */
};

/* Rejection, failure, and what the client did. Frames are 0 while not seen, times are ns. */
struct trouble {
    int64_t rejection_time, failure_time;
    uint32_t rejection_frame; /* the first rejecting ACK or wrong SYN/ACK */
    uint32_t last_rejection_frame;
    uint32_t client_reset_frame;            /* the client's RST against the last rejection */
    uint32_t failure_frame;                 /* the first RST or ICMP error */
    uint32_t stray_frame;                   /* an answer that came from another address */
    uint32_t wrong_seq, wrong_ack;          /* numbers of the SYN/ACK that rejected; with TROUBLE_WRONG_SYN_ACK */
    uint8_t failure;                        /* enum failure_kind */
    uint8_t rejection_cause, failure_cause; /* enum cause */
    uint8_t flags;                          /* enum trouble_flags */
};

static inline uint8_t attempt_side(const struct attempt *a)
{
    return a->flags & ATTEMPT_SIDE ? 1 : 0;
}

#endif
