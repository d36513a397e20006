/* translated.c - answers to the address that a NAT on the capturing host has put back already
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "translated.h"

#include "siblings.h"

/* A SYN/ACK or RST that may answer a SYN. */
static bool is_answer(const struct segment *seg)
{
    return (seg->flags & TCP_ACK) && (seg->flags & (TCP_SYN | TCP_RST)) && !(seg->flags & TCP_FIN) && seg->payload == 0;
}

static void change_pair(struct work *w, uint32_t attempt)
{
    const struct attempt *a = get_attempt(w->t, attempt);

    w->pair_record = a->pair;
    w->pair = pair_of(w->t, a);
    w->side = server_side(a);
}

/* The attempt on another pair that it answers; 0: none. */
static uint32_t answered_elsewhere(const struct work *w)
{
    const struct attempt *a = attempt_of(w, !w->side);

    return a != NULL && acknowledges_syn(a, w->seg->ack) ? 0 : siblings_find_answered(w->t, w->seg);
}

bool follow_translation(struct work *w)
{
    const unsigned bit = (unsigned)PAIR_TRANSLATED << w->side;

    if (!is_answer(w->seg) && !(w->pair->sent & bit)) /* as most segments */
        return false;
    gpointer pair = GUINT_TO_POINTER(w->pair_record);
    uint32_t attempt = is_answer(w->seg) ? answered_elsewhere(w) : 0;
    if (attempt != 0) {
        w->pair->sent |= (uint8_t)bit;
        g_hash_table_insert(w->t->translated, pair, GUINT_TO_POINTER(attempt));
    } else if (w->pair->sent & bit) {
        attempt = GPOINTER_TO_UINT(g_hash_table_lookup(w->t->translated, pair));
    } else {
        return false;
    }
    change_pair(w, attempt);
    return true;
}
