/* fast_open.c - SYNs with data (RFC 7413) that something on the way drops
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fast_open.h"

/* RFC 7413, 7.1. */
bool is_fast_open_lost(const struct tracker *t, const struct attempt *a, const struct verdict *v)
{
    const struct evidence *e = get_evidence(t, a);

    return v->cause == CAUSE_SYN_RETRANSMITTED && (a->flags & ATTEMPT_PLAIN_RETRY) && (e->flags & EV_SYN_ACK)
           && e->syn_ack_time - a->last_time < NS_PER_SECOND;
}
