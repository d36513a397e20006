/* renumbered.c - a connection whose sequence numbers a box changes, captured on both of its sides
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "renumbered.h"

/* A number that is farther from a first number than this was not counted from it. */
#define NUMBERS_MOST (UINT32_C(1) << 30)

/* By the side of the port pair: the first numbers as seen first, and as seen second. */
struct numbers {
    uint32_t first[2], second[2];
};

/* Whether the SYN may still be on its way through a box: it was not answered otherwise, and its connection is not over. */
static bool is_on_its_way(const struct work *w, const struct attempt *a)
{
    const struct connection *c = current_of(w);
    const struct trouble *trouble = get_trouble(w->t, a);

    return c != NULL ? c->frame[CONN_CLOSE] == 0 && !(c->flags & CONN_RESET) : trouble == NULL || trouble->packets == 0;
}

/* Both have a mark, and not the same one. RFC 6437, 6.1: a firewall may change a flow label, too, but no IP ID. */
static bool is_marked_otherwise(const struct segment *seg, const struct attempt *a)
{
    const uint16_t mark = segment_mark(seg);

    return mark != 0 && a->mark != 0 && mark != a->mark;
}

/* They may be one packet by their times and timestamps. */
static bool is_of_one_time(const struct segment *seg, const struct attempt *a)
{
    return seg->seen.time - a->last_time < SAME_STAMP_WINDOW && seg->has_ts == ((a->flags & ATTEMPT_HAS_TS) != 0)
           && (!seg->has_ts || seg->tsval == a->tsval);
}

bool is_renumbered_syn(const struct work *w, const struct attempt *a)
{
    const struct segment *seg = w->seg;
    const bool marked = segment_mark(seg) != 0 && segment_mark(seg) == a->mark;
    const bool soon = seg->seen.time - a->last_time < DUPLICATE_WINDOW && !is_marked_otherwise(seg, a);
    const uint8_t ttl = print_of(w->t, a)->ttl;
    const bool one_hop = seg->ttl + 1 == ttl || seg->ttl == ttl + 1;

    if (!is_of_one_time(seg, a) || (seg->has_ip_id && !marked))
        return false;
    if (!seg->has_ts)
        return marked && one_hop && soon && is_on_its_way(w, a);
    if (seg->tsval != 0 && marked && (one_hop || seg->ttl == ttl))
        return true; /* two captures in one may show it late */
    return seg->tsval != 0 && (marked || one_hop || soon) && is_on_its_way(w, a); /* a clock may stand still */
}

void note_doubt(const struct work *w, const struct attempt *a)
{
    if (is_of_one_time(w->seg, a) && !is_marked_otherwise(w->seg, a) && is_on_its_way(w, a))
        w->pair->sent |= PAIR_DOUBTFUL;
}

static bool is_renumbered_pair(const struct work *w)
{
    return w->pair->sent & PAIR_RENUMBERED;
}

bool is_renumbered_syn_ack(const struct work *w, const struct attempt *a, const struct evidence *e)
{
    const struct segment *seg = w->seg;

    if (a->flags & ATTEMPT_PROXIED) /* the server's own answer: the client has acknowledged another, the proxy's */
        return true;
    return is_renumbered_pair(w) && seg->seq != e->syn_ack_isn && seg->seen.time - e->syn_ack_time < SAME_STAMP_WINDOW
           && (!seg->has_ts || seg->tsval == e->syn_ack_tsval);
}

void renumber(const struct work *w, uint32_t first, uint32_t second)
{
    gpointer pair = GUINT_TO_POINTER(w->pair_record);
    struct numbers *numbers = g_hash_table_lookup(w->t->renumbered, pair);

    if (numbers == NULL) {
        numbers = g_new0(struct numbers, 1);
        g_hash_table_insert(w->t->renumbered, pair, numbers);
    }
    numbers->first[w->side] = first;
    numbers->second[w->side] = second;
    w->pair->sent |= PAIR_RENUMBERED;
}

void forget_numbers(const struct work *w)
{
    if (!is_renumbered_pair(w))
        return;
    g_hash_table_remove(w->t->renumbered, GUINT_TO_POINTER(w->pair_record));
    w->pair->sent &= (uint8_t)~PAIR_RENUMBERED;
}

/* The number counts from that first number from which it is less far. */
static uint32_t in_first_numbers(const struct numbers *numbers, uint8_t side, uint32_t number)
{
    uint32_t from_first = number - numbers->first[side], from_second = number - numbers->second[side];

    if (from_second >= from_first || from_second > NUMBERS_MOST)
        return number;
    return numbers->first[side] + from_second;
}

void read_renumbered(struct work *w, struct segment *copy)
{
    if (!is_renumbered_pair(w))
        return;
    const struct numbers *numbers = g_hash_table_lookup(w->t->renumbered, GUINT_TO_POINTER(w->pair_record));
    bool syn = (w->seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;

    *copy = *w->seg;
    if (!syn || copy->seq == numbers->second[w->side])
        copy->seq = in_first_numbers(numbers, w->side, copy->seq);
    if (copy->flags & TCP_ACK)
        copy->ack = in_first_numbers(numbers, !w->side, copy->ack);
    w->seg = copy;
}
