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
