/* dossier.c - all records about one attempt
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dossier.h"

void dossier_open(const struct tracker *t, uint32_t attempt, bool final, struct dossier *d)
{
    const struct packets_seen *packets;

    *d = (struct dossier){ .t = t, .attempt = attempt, .a = get_attempt(t, attempt), .final = final };
    d->e = get_evidence(t, d->a);
    d->trouble = get_trouble(t, d->a);
    d->rules = (struct peer_rules){ .stack = stack_row(PEER_UNKNOWN) };
    d->old = get_history(t, d->a->history);
    for (uint32_t record = d->trouble == NULL ? 0 : d->trouble->packets; record != 0; record = packets->next) {
        packets = pool_get(&t->packets, record);
        d->seen[packets->kind] = packets;
    }
    if (d->old != NULL || d->trouble != NULL) /* else nothing depends on them */
        d->rules = rules_of_host(t, pair_of(t, d->a), server_side(d->a));
    if (d->trouble != NULL)
        d->old_then = get_history(t, d->trouble->history);
    if (tracker_past(t, d->a, &d->past_buffer))
        d->past = &d->past_buffer;
}

bool outlives_resets(const struct dossier *d)
{
    const struct packets_seen *resets = d->seen[SEEN_CLIENT_RST];

    return resets != NULL && d->a->frame[SYN_LAST] > resets->first.frame;
}

const struct packet_seen *reset_that_connects(const struct dossier *d)
{
    const struct packet_seen *reset = d->seen[SEEN_CLIENT_RST] == NULL ? NULL : &d->seen[SEEN_CLIENT_RST]->first;

    if (reset == NULL || !(reset->bits & PACKET_HAS_ACK) || !acknowledges_syn(d->a, reset->seq) || outlives_resets(d))
        return NULL;
    if (d->e->frame[EV_ACK] != 0 && d->e->frame[EV_ACK] < reset->frame)
        return NULL;
    bool exact = shows_syn_ack(d->e) ? reset->ack == d->e->syn_ack_isn + 1 : reset->ack != 0;
    return exact ? reset : NULL;
}
