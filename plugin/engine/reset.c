/* reset.c - what a RST adds to the evidence: a refusal, the end of a connection, or nothing
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_end.h"
#include "probes.h"
#include "refute.h"
#include "seq.h"
#include "take.h"

static bool is_ended(const struct connection *c)
{
    return c->flags & (CONN_RESET | CONN_TIME_WAIT_RESET);
}

/* A RST while a SYN waits for an answer is meant for the old connection. Returns whether it ended that. */
static bool reset_old_connection(const struct work *w)
{
    struct connection *old = old_of(w);

    if (old == NULL)
        return false;
    bool ended = is_ended(old);
    connection_segment(old, w->side, w->seg);
    return !ended && is_ended(old);
}

/* The RST has the next number of the old connection, by the receiver's or, if that is not captured, the sender's word. */
static bool is_next_of(const struct connection *old, const struct work *w)
{
    const struct endpoint *e = &old->end[w->side];

    return connection_rcv_nxt(old, !w->side) == w->seg->seq || ((e->bits & END_SENT) && e->snd_nxt == w->seg->seq);
}

static bool is_rejected(const struct tracker *t, const struct attempt *a)
{
    const struct trouble *trouble = get_trouble(t, a);

    return packets_of(t, trouble, SEEN_BARE_ACK) != NULL || packets_of(t, trouble, SEEN_WRONG_SYN_ACK) != NULL;
}

/* The client's RST has numbers that only an open connection has: a number behind its first data, or one that acknowledges
 * what the server sent behind its SYN/ACK. The ACK before it was not captured. */
static bool is_of_open_connection(const struct work *w, const struct attempt *a)
{
    const struct connection *c = current_of(w);
    const struct segment *seg = w->seg;

    return seq_after(seg->seq, a->isn + 1 + a->syn_data)
           || ((seg->flags & TCP_ACK) && seq_after(seg->ack, c->server_isn + 1));
}

/* A RST that shows that the connection was open: as the client's ACK does. */
static void see_reset_as_ack(const struct work *w, uint32_t attempt)
{
    struct evidence *e = need_evidence(w->t, get_attempt(w->t, attempt));

    if (e->frame[EV_ACK] != 0)
        return;
    e->frame[EV_ACK] = w->seg->seen.frame;
    e->ack_time = w->seg->seen.time;
    note_answer(w->t, w->seg->seen.frame, attempt, SEEN_ACK);
}

static void see_client_reset(const struct work *w, uint32_t attempt)
{
    struct attempt *a = get_attempt(w->t, attempt);

    const struct trouble *trouble = get_trouble(w->t, a);
    bool ended = packets_of(w->t, trouble, SEEN_RST) != NULL || packets_of(w->t, trouble, SEEN_ICMP) != NULL
                 || packets_of(w->t, trouble, SEEN_CLIENT_RST) != NULL;

    if (!ended)
        note_answer(w->t, w->seg->seen.frame, attempt, SEEN_CLIENT_RST);
    const struct packet_seen *reset = see_segment(w->t, a, SEEN_CLIENT_RST, w->seg);
    if (reset->frame == w->seg->seen.frame)
        probes_add(w->t, a, reset);
}

/* The client's RST against an answer that it did not expect (RFC 9293, 3.10.7.3), or because it gives up. */
static void on_client_reset(const struct work *w, struct attempt *a)
{
    const struct connection *old = old_of(w);
    bool rejected = is_rejected(w->t, a);

    if (!rejected && w->seg->seq == a->isn + 1 && (old == NULL || !is_next_of(old, w))) {
        see_client_reset(w, w->pair->attempt[w->side]);
        return;
    }
    bool ended = reset_old_connection(w);
    if (rejected || ended)
        see_segment(w->t, a, SEEN_CLIENT_RST_OLD, w->seg);
    struct trouble *trouble = get_trouble(w->t, a);
    if (ended && trouble->frame[TROUBLE_OLD_RESET] == 0)
        trouble->frame[TROUBLE_OLD_RESET] = w->seg->seen.frame;
}

/* A SYN on a port pair that the capture has not shown before is the one that tells of the port. */
static void note_refusal(const struct work *w, const struct attempt *a)
{
    const struct segment *seg = w->seg;

    note_service(w, ANSWER_RST);
    if (w->pair->uses == 1)
        peers_note_refusal(&w->t->peers, seg->family, seg->seen.point, &seg->src, a->isn);
}

/* RFC 9293, 3.10.7.3: in SYN-SENT a RST is acceptable if it acknowledges the SYN. */
static void on_refusal(const struct work *w, const struct attempt *a)
{
    struct connection *old = old_of(w);

    if (packets_of(w->t, get_trouble(w->t, a), SEEN_RST) == NULL)
        refute_by_answer(w, a, ANSWER_RST);
    see_denial(w, w->pair->attempt[!w->side], SEEN_RST);
    note_refusal(w, a);
    if (old == NULL || connection_state(old, w->side) != STATE_SYN_RECEIVED)
        return;
    struct peer_rules rules = rules_of_host(w->t, w->pair, w->side);
    struct peer peer = peer_at(&rules, old, w->side, w->seg->seen.time);
    struct syn syn = last_syn(a);
    if (stack_decide(rules.stack, &peer, &syn).answer == ANSWER_RST)
        old->flags |= CONN_SYN_RESET;
}

/* It refuses another SYN, or ends what the attempt's client does not know: the client goes on. The end of the old
 * connection, by its numbers, is no answer. */
static void on_other_reset(const struct work *w, uint32_t attempt)
{
    const struct connection *old = old_of(w);
    bool of_old = old != NULL && has_next_numbers(old, w->side, w->seg->seq, w->seg->ack);

    if ((w->seg->flags & TCP_ACK) && !of_old)
        see_answer(w, attempt, SEEN_RST_OTHER);
    reset_old_connection(w);
}

static void on_reset_before_connection(const struct work *w)
{
    struct attempt *own = attempt_of(w, w->side), *other = attempt_of(w, !w->side);

    if (other != NULL && (w->seg->flags & TCP_ACK) && acknowledges_syn(other, w->seg->ack))
        on_refusal(w, other);
    else if (own != NULL)
        on_client_reset(w, own);
    else if (other != NULL)
        on_other_reset(w, w->pair->attempt[!w->side]);
    else
        reset_old_connection(w);
}

/* A RST on a connection whose server has not shown yet that it accepted it. */
static void see_early_reset(const struct work *w, const struct connection *c)
{
    struct attempt *a = get_attempt(w->t, c->attempt);
    const struct evidence *e = get_evidence(w->t, a);

    if (e == NULL || e->frame[EV_ACK] == 0 || e->frame[EV_ACCEPTED] != 0)
        return;
    if (w->side != c->client) {
        see_answer(w, c->attempt, SEEN_SERVER_RST);
    } else if (packets_of(w->t, get_trouble(w->t, a), SEEN_DATA_AGAIN) != NULL) {
        see_segment(w->t, a, SEEN_CLIENT_END, w->seg);
    }
}

void take_reset(const struct work *w)
{
    struct connection *c = current_of(w);

    if (c == NULL) {
        on_reset_before_connection(w);
        return;
    }
    bool half_open = !(c->flags & (CONN_OPEN | CONN_MIDSTREAM | CONN_RESET));
    uint32_t attempt = c->attempt;
    connection_segment(c, w->side, w->seg);
    if (attempt == 0 || !(c->flags & CONN_RESET))
        return;
    if (!half_open)
        see_early_reset(w, c);
    else if (w->side != c->client)
        return; /* who has answered with a SYN/ACK does not refuse: the last ACK of the handshake is missing */
    else if (is_of_open_connection(w, get_attempt(w->t, attempt)))
        see_reset_as_ack(w, attempt);
    else
        see_client_reset(w, attempt);
}
