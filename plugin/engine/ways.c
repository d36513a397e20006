/* ways.c - which way an attempt's packets went through the host that captured them, and what it dropped
 *
 * A capture of all interfaces (tcpdump -i any) shows a packet that is forwarded twice: as it comes in, and as it goes out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ways.h"

#include "siblings.h"

static uint16_t way(const struct work *w, uint16_t in, uint16_t out)
{
    switch (w->seg->seen.direction) {
    case DIRECTION_IN:
        return in;
    case DIRECTION_OUT:
        return out;
    default:
        return 0;
    }
}

/* On the loopback interface a packet goes out first, and comes in after that. */
void see_way_of_syn(const struct work *w, struct attempt *a, bool copy)
{
    uint16_t ways = way(w, ATTEMPT_SYN_IN, ATTEMPT_SYN_OUT);

    a->flags |= ways;
    if (!copy)
        a->flags = (uint16_t)((a->flags & ~ATTEMPT_CAME_IN) | (ways & ATTEMPT_SYN_IN ? ATTEMPT_CAME_IN : 0));
    else if ((ways & ATTEMPT_SYN_OUT) && (a->flags & ATTEMPT_CAME_IN))
        siblings_note_forwarded(w->t, a, a);
}

/* Some leg of the attempt shows the answer coming in. */
static bool answer_came_in(const struct tracker *t, uint32_t attempt)
{
    uint32_t s = attempt;

    while (s != 0) {
        const struct evidence *e = get_evidence(t, get_attempt(t, s));
        if (e != NULL && (e->flags & EV_SYN_ACK_IN))
            return true;
        s = sibling_after(t, attempt, s);
    }
    return false;
}

void see_way_of_syn_ack(const struct work *w, uint32_t attempt)
{
    const struct segment *seg = w->seg;
    const struct attempt *a = get_attempt(w->t, attempt);
    uint16_t ways = way(w, EV_SYN_ACK_IN, EV_SYN_ACK_OUT);

    if ((ways & EV_SYN_ACK_OUT) && (a->flags & ATTEMPT_FORWARDED) && answer_came_in(w->t, attempt))
        peers_mark_host(&w->t->peers, seg->family, seg->seen.point, seg->dst.ip, HOST_REACHED);
    get_evidence(w->t, a)->flags |= ways;
}

void see_way_of_client(const struct work *w, struct evidence *e)
{
    e->flags |= way(w, EV_CLIENT_IN, EV_CLIENT_OUT);
}

void see_way_of_data(const struct work *w, struct evidence *e)
{
    e->flags |= way(w, EV_DATA_IN, EV_DATA_OUT);
}

/* What one leg shows, added to what others did. */
struct shown {
    uint16_t attempt, evidence; /* flags */
    bool to_server, to_client;
};

static bool is_reached(const struct tracker *t, const struct attempt *a, uint8_t side)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address address;

    port_pairs_address(&t->pairs, pair, side, &address);
    return peers_host_has(&t->peers, pair->family, pair->point, address.ip, HOST_REACHED);
}

static void add_leg(const struct tracker *t, const struct attempt *a, struct shown *shown)
{
    const struct evidence *e = get_evidence(t, a);

    shown->attempt |= a->flags;
    shown->evidence |= e == NULL ? 0 : e->flags;
    shown->to_server = shown->to_server || is_reached(t, a, server_side(a));
    shown->to_client = shown->to_client || is_reached(t, a, attempt_side(a));
}

/* Returns false if a leg does not say which way its SYN went: it may have been captured elsewhere. */
static bool add_legs(const struct tracker *t, uint32_t attempt, struct shown *shown)
{
    const struct attempt *own = get_attempt(t, attempt);

    for (uint32_t s = attempt; s != 0; s = sibling_after(t, attempt, s)) {
        const struct attempt *a = get_attempt(t, s);
        if (s != attempt && are_retries(t, own, a))
            continue;
        if (!(a->flags & (ATTEMPT_SYN_IN | ATTEMPT_SYN_OUT)))
            return false;
        add_leg(t, a, shown);
    }
    return true;
}

static bool is_lost(uint16_t flags, uint16_t in, uint16_t out)
{
    return (flags & (in | out)) == in;
}

unsigned ways_lost(const struct tracker *t, uint32_t attempt)
{
    struct shown shown = { 0 };
    unsigned lost = 0;

    if (!(get_attempt(t, attempt)->flags & ATTEMPT_SYN_IN) || !add_legs(t, attempt, &shown))
        return 0;
    if (shown.to_server && is_lost(shown.attempt, ATTEMPT_SYN_IN, ATTEMPT_SYN_OUT))
        lost |= LOST_SYN;
    if (!(shown.attempt & ATTEMPT_FORWARDED))
        return lost;
    if (shown.to_client && is_lost(shown.evidence, EV_SYN_ACK_IN, EV_SYN_ACK_OUT))
        lost |= LOST_SYN_ACK;
    if (is_lost(shown.evidence, EV_CLIENT_IN, EV_CLIENT_OUT) || is_lost(shown.evidence, EV_DATA_IN, EV_DATA_OUT))
        lost |= LOST_CLIENT;
    return lost;
}

bool was_made_here(const struct tracker *t, const struct attempt *a, const struct packets_seen *packets,
                   bool not_by_server)
{
    return packets != NULL && (packets->first.bits & PACKET_OUT) && !(packets->first.bits & PACKET_IN)
           && (not_by_server || is_reached(t, a, server_side(a)));
}
