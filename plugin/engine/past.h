/* past.h - the old connection on a port pair, as an attempt's first SYN met it, by the rules of the peer's stack
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PAST_H
#define SYNFATE_PAST_H

#include "attempt.h"
#include "stacks.h"

struct tracker;

enum past_flags {
    PAST_RCV_NXT = 0x01,          /* rcv_nxt holds */
    PAST_SND_NXT = 0x02,          /* snd_nxt holds */
    PAST_TS_RECENT = 0x04,        /* ts_recent holds */
    PAST_TW_PROVEN = 0x08,        /* the packets prove the peer's TIME_WAIT */
    PAST_CONNECTION = 0x10,       /* an old connection was seen: frames to closer hold */
    PAST_FROM_ANSWER = 0x20,      /* the three numbers were read from the rejecting ACK */
    PAST_SYN_TS = 0x40,           /* tsval_delta holds */
    PAST_RESET = 0x80,            /* the old connection ended with a RST */
    PAST_TW_EXPIRED = 0x200,      /* the peer was in TIME_WAIT, but not any more */
    PAST_TIMESTAMPS = 0x400,      /* both ends of the old connection used timestamps */
    PAST_ANSWER_CHANGED = 0x800,  /* to a later SYN of the attempt, the rules say something else */
    PAST_CLOSED_SECOND = 0x1000,  /* the peer closed second: it cannot be in TIME_WAIT */
    PAST_TIMESTAMPS_CUT = 0x2000, /* whether it used timestamps is not in the capture */
};

/* The old connection on the port pair as it was when the first SYN came. Times in ns. */
struct past {
    int64_t idle;                              /* last data to first FIN; -1: not known */
    int64_t age;                               /* its last segment to this SYN */
    int64_t tw_elapsed;                        /* since TIME_WAIT began or was restarted, to this SYN */
    uint32_t first, last, closed_in, tw_frame; /* frames; 0: none */
    uint32_t rcv_nxt, snd_nxt, ts_recent;      /* of the peer */
    int32_t tsval_delta;                       /* TSval - TS.Recent */
    uint16_t flags;                            /* enum past_flags */
    uint8_t closer;                            /* side, SIDE_NONE: not known */
    uint8_t state;                             /* enum tcp_state of the peer */
    uint8_t answer, reason;                    /* what the rules say: enum peer_answer, peer_reason */
};

/* What an attempt's first SYN met, as far as old packets and rejecting ACKs show it. Returns false if they show nothing. */
bool tracker_past(const struct tracker *t, const struct attempt *a, struct past *past);

#endif
