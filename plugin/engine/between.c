/* between.c - what went from one interface of a host to another, where each was captured by itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "between.h"

#include "siblings.h"

/* A host that is not loaded forwards a packet sooner. Where it is loaded, other attempts' packets show the way. */
#define PASSING_MOST (NS_PER_SECOND / 1000)

/* Two interfaces of one recording: what has no name comes from files that name none. */
static bool are_together(const struct tracker *t, uint16_t p, uint16_t q)
{
    if (p == q || p >= t->points->len || q >= t->points->len)
        return false;
    const char *here = g_ptr_array_index(t->points, p), *there = g_ptr_array_index(t->points, q);
    return here != NULL && there != NULL && !g_str_equal(here, there)
           && g_array_index(t->recorders, uint32_t, p) == g_array_index(t->recorders, uint32_t, q);
}

/* The same SYN at another interface, to the same address: no NAT of the host has changed that. */
static bool is_beside(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    const struct port_pair *p = pair_of(t, a), *q = pair_of(t, b);

    return are_together(t, p->point, q->point) && p->family == q->family
           && p->ip[server_side(a)] == q->ip[server_side(b)];
}

static void mark(struct tracker *t, const struct attempt *a, uint8_t side)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address address;

    port_pairs_address(&t->pairs, pair, side, &address);
    peers_mark_host(&t->peers, pair->family, pair->point, address.ip, HOST_PASSED_ON);
}

static bool is_marked(const struct tracker *t, const struct attempt *a, uint8_t side)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address address;

    port_pairs_address(&t->pairs, pair, side, &address);
    return peers_host_has(&t->peers, pair->family, pair->point, address.ip, HOST_PASSED_ON);
}

/* A packet was seen with attempt b, and so much (ns) later with attempt a. A file that two threads wrote is not in the order
 * of time. */
static void mark_passing(struct tracker *t, const struct attempt *a, const struct attempt *b, int64_t gap,
                         bool to_server)
{
    const struct attempt *first = gap >= 0 ? b : a;

    if (is_beside(t, a, b) && gap <= PASSING_MOST && gap >= -PASSING_MOST)
        mark(t, first, to_server ? server_side(first) : attempt_side(first));
}

void see_syn_passed(const struct work *w, uint32_t attempt)
{
    struct tracker *t = w->t;
    const struct attempt *a = get_attempt(t, attempt);

    for (uint32_t s = sibling_after(t, attempt, attempt); s != 0; s = sibling_after(t, attempt, s)) {
        const struct attempt *b = get_attempt(t, s);
        mark_passing(t, a, b, a->first_time - b->first_time, true);
    }
}

void see_syn_ack_passed(const struct work *w, uint32_t attempt)
{
    struct tracker *t = w->t;
    const struct attempt *a = get_attempt(t, attempt);

    for (uint32_t s = sibling_after(t, attempt, attempt); s != 0; s = sibling_after(t, attempt, s)) {
        const struct attempt *b = get_attempt(t, s);
        const struct evidence *f = get_evidence(t, b);
        if (f != NULL && (f->flags & EV_SYN_ACK))
            mark_passing(t, a, b, w->seg->seen.time - f->syn_ack_time, false);
    }
}

/* What the client sent behind its SYN was seen. */
static bool shows_client(const struct evidence *e)
{
    return e != NULL && (e->frame[EV_ACK] != 0 || (e->flags & EV_CLIENT_DATA));
}

/* Of a SYN that went on from a to b, or came to a from b. */
static unsigned lost_beside(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    const struct evidence *e = get_evidence(t, a), *f = get_evidence(t, b);

    if (a->first_time <= b->first_time)
        return is_marked(t, a, server_side(a)) && shows_client(e) && shows_syn_ack(f) && !shows_client(f) ? LOST_CLIENT
                                                                                                          : 0;
    return is_marked(t, a, attempt_side(a)) && shows_syn_ack(e) && !shows_syn_ack(f) ? LOST_SYN_ACK : 0;
}

unsigned lost_between(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);
    unsigned lost = LOST_SYN | LOST_SYN_ACK | LOST_CLIENT;

    if (t->points->len < 2)
        return 0;
    for (uint32_t s = sibling_after(t, attempt, attempt); s != 0 && lost != 0; s = sibling_after(t, attempt, s)) {
        const struct attempt *b = get_attempt(t, s);
        if (!are_retries(t, a, b))
            lost &= is_beside(t, a, b) ? lost_beside(t, a, b) : 0;
    }
    if (!(lost & LOST_SYN))
        return lost;
    return is_marked(t, a, server_side(a)) ? LOST_SYN : 0;
}
