/* call.h - what a program did: one connect(), and its first request; all attempts that belong to it
 *
 * A NAT may send a SYN again from another port, both legs of a NAT and several capture points show the same SYN, and a
 * program may try several addresses: these are attempts of one call. Failures, delays and losses are counted by calls.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CALL_H
#define SYNFATE_CALL_H

#include "verdict.h"

enum outcome { OUTCOME_IN_TIME, OUTCOME_LATE, OUTCOME_FAILED, OUTCOME_UNKNOWN };

struct call {
    uint32_t number; /* in the capture, from 1 */
    enum outcome outcome;
    bool open_ended; /* it failed, and the capture ends before the client would have tried again */
    bool probe;      /* a half-open probe: a health check that never opens the connection */
    uint32_t
        rival; /* the first attempt that this one raced, or the one that won over it, on another address; 0: none */
    unsigned rivals;        /* how many it raced, or 1 */
    uint32_t carrier;       /* the attempt on whose first SYN the outcome is told */
    uint32_t worst;         /* the attempt on which it lost most: its cause is that of the call */
    uint32_t retry_of;      /* of the attempt asked for: first SYN of the same call on the port pair before; 0: none */
    uint32_t retried_as;    /* and after */
    int64_t lost;           /* ns: of a call that was late or failed */
    int64_t begin;          /* ns since the epoch: its first SYN */
    struct verdict verdict; /* of the worst attempt */
};

/* The call of an attempt (a record). final: the whole capture has been seen. */
void tracker_call(const struct tracker *t, uint32_t attempt, bool final, struct call *call);

/* Whether there is nothing to say of an attempt and its call so far: a handshake in time, or the begin of one, and nothing
 * else. Cheaper than the verdict, and true of most frames. final: as for tracker_verdict. */
bool tracker_is_uneventful(const struct tracker *t, uint32_t attempt, bool final);

/* The same, where the attempt's verdict is known already. */
void tracker_call_of(const struct tracker *t, uint32_t attempt, bool final, const struct verdict *verdict,
                     struct call *call);

/* Whether it counts as failed; as late. */
static inline bool call_failed(const struct call *call)
{
    return call->outcome == OUTCOME_FAILED;
}

static inline bool call_was_late(const struct call *call)
{
    return call->outcome == OUTCOME_LATE;
}

/* "in_time": a name that is a contract. */
const char *outcome_token(enum outcome outcome);

#endif
