/* verdict.h - the verdict on an attempt
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_VERDICT_H
#define SYNFATE_VERDICT_H

#include "causes.h"

struct tracker;

/* What came damaged to a capture that was taken far from its sender: who receives it drops it. SYNS: each but the last. */
enum damage { DAMAGE_NONE, DAMAGE_SYN, DAMAGE_SYNS, DAMAGE_SYN_ACK };

/* What is said of an attempt, after all that was seen so far. */
struct verdict {
    enum fate fate;
    enum cause cause;
    bool inferred;        /* basis: the rules say it; else the packets prove it */
    bool delayed;         /* established, but late: something of enum cost cost time */
    bool assumed;         /* it rests on the rules of a stack that the peer is only supposed to have */
    bool not_as_rules;    /* the peer answered as the chosen rules would not */
    enum damage damage;   /* of an attempt without answer, or with a late one, or whose SYN/ACK is not acknowledged */
    bool tunnel_damaged;  /* ... in a tunnel, whose checksum it is */
    bool from_twin;       /* decided by what another capture point saw */
    uint32_t decided_by;  /* frame; 0: none */
    uint32_t source;      /* the attempt whose evidence decided: this one, a twin, or another leg */
    int64_t wait;         /* ns: first SYN to the deciding frame, or to the last SYN */
    int64_t connect_time; /* ns: first SYN to established; -1: not established, or not seen */
    int64_t served;    /* ns: first SYN to what shows that the server took the connection, where that came late; -1 */
    int64_t lost;      /* ns: of an attempt that was late, or failed: what it cost */
    const char *reuse; /* token: how the SYN got in beside the old connection; NULL: there was none */
};

/* final: the whole capture has been seen, so that "in progress" becomes "capture ended". */
void tracker_verdict(const struct tracker *t, uint32_t attempt, bool final, struct verdict *verdict);

#endif
