/* rejection.c - the bare ACK, or the SYN/ACK with a wrong number, that rejected a SYN, and what made it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rejection.h"

#include "peer_end.h"
#include "seq.h"

/* The first SYN/ACK is repeated after 1 s; some slack for slow timers. */
#define SYN_ACK_TIMER (12 * NS_PER_SECOND / 10)
/* RFC 9293, 3.4.2: twice an MSL of two minutes. */
#define LONGEST_TIME_WAIT (240 * NS_PER_SECOND)

static const struct packet_seen *earlier(const struct packets_seen *a, const struct packets_seen *b)
{
    if (a == NULL || b == NULL)
        return a != NULL ? &a->first : b != NULL ? &b->first : NULL;
    return a->first.frame < b->first.frame ? &a->first : &b->first;
}

static uint32_t last_frame(const struct packets_seen *packets)
{
    return packets == NULL ? 0 : packets->last.frame;
}

static uint32_t last_rejection(const struct dossier *d)
{
    return MAX(last_frame(d->seen[SEEN_BARE_ACK]), last_frame(d->seen[SEEN_WRONG_SYN_ACK]));
}

bool is_by_syn_ack(const struct dossier *d)
{
    const struct packets_seen *wrong = d->seen[SEEN_WRONG_SYN_ACK];

    return wrong != NULL && earlier(d->seen[SEEN_BARE_ACK], wrong) == &wrong->first;
}

/* The client answered the last rejection with a RST (RFC 9293, 3.10.7.3: its number is what the rejection
 * acknowledged). */
bool client_reset_rejection(const struct dossier *d)
{
    const struct packets_seen *reset = d->seen[SEEN_CLIENT_RST_OLD];

    if (reset == NULL || reset->last.frame < last_rejection(d))
        return false;
    return is_by_syn_ack(d) || (d->past != NULL && d->past->rcv_nxt == reset->last.seq);
}

/* A RST that meets TIME_WAIT removes it if that is the rule of its stack. */
bool old_was_reset(const struct dossier *d)
{
    bool time_wait = d->old != NULL && connection_state(d->old, server_side(d->a)) == STATE_TIME_WAIT;

    return d->trouble->frame[TROUBLE_OLD_RESET] != 0 && (!time_wait || d->rules.stack->reset_removes_time_wait);
}

/* A bare ACK that a SYN/ACK follows at once, without another SYN or a RST between, was no rejection: it is the old
 * connection's last word, captured late. */
static bool is_overtaken(const struct dossier *d)
{
    return shows_syn_ack(d->e) && !is_by_syn_ack(d) && !client_reset_rejection(d)
           && d->trouble->frame[TROUBLE_TAKEN] < last_rejection(d);
}

/* The client acknowledged the one wrong SYN/ACK: it had sent another SYN, which the capture lacks. */
static bool is_answer_to_another(const struct dossier *d)
{
    return d->seen[SEEN_WRONG_ACK_TAKEN] != NULL && is_by_syn_ack(d) && d->seen[SEEN_BARE_ACK] == NULL
           && d->seen[SEEN_WRONG_SYN_ACK]->count == 1;
}

const struct packet_seen *rejection_of(const struct dossier *d)
{
    const struct packet_seen *first = earlier(d->seen[SEEN_BARE_ACK], d->seen[SEEN_WRONG_SYN_ACK]);

    return first == NULL || is_overtaken(d) || is_answer_to_another(d) ? NULL : first;
}

bool is_made_by_socket(const struct packet_seen *answer)
{
    return (answer->bits & PACKET_HAS_IP_ID) && answer->ip_id != 0;
}

/* Whether its IP ID says that no socket made it. If all segments of the live connection had IP ID 0, it says nothing. */
static bool is_made_without_socket(const struct dossier *d, const struct packet_seen *answer)
{
    uint8_t bits = d->old == NULL ? 0 : d->old->end[server_side(d->a)].bits;

    return d->rules.stack->socketless_id_is_zero && (answer->bits & PACKET_HAS_IP_ID) && answer->ip_id == 0
           && (answer->bits & PACKET_DF) && (bits & (END_ZERO_ID | END_IP_ID)) != END_ZERO_ID;
}

/* A peer in SYN_RECEIVED echoes the SYN's timestamp, repeats its SYN/ACK after a second (RFC 6298, 2.1), and, on
 * Linux, has no socket (which the IP ID shows). */
static bool handshake_is_over(const struct connection *old, const struct packet_seen *ack)
{
    bool client_clock_known = old->end[old->client].bits & END_TS_SENT;

    if ((ack->bits & PACKET_HAS_TS) && client_clock_known && seq_after(ack->tsecr, old->client_tsval))
        return true;
    return !(ack->bits & PACKET_HAS_IP_ID) && ack->time - old->last_time > SYN_ACK_TIMER;
}

/* The ACK acknowledges exactly what was captured, and that has no FIN: so its sender has received none. */
static bool shows_no_fin(const struct connection *old, uint8_t side, const struct packet_seen *ack)
{
    const struct endpoint *peer = &old->end[!side];

    return (peer->bits & END_ALIVE) && !(peer->bits & END_FIN) && ack->ack == peer->snd_end;
}

/* The state of an end that a FIN did not reach, although the capture shows that FIN. */
static enum tcp_state state_without_fin(const struct connection *old, uint8_t side, int64_t now)
{
    const struct endpoint *e = &old->end[side], *peer = &old->end[!side];

    if (!(e->bits & END_FIN))
        return STATE_ESTABLISHED;
    if ((peer->bits & END_ACKED) && !seq_after(e->fin_end, peer->rcv_nxt))
        return STATE_FIN_WAIT_2;
    return connection_awaits_ack_of_fin(old, side, now) ? STATE_FIN_WAIT_1 : STATE_UNKNOWN;
}

/* The peer's state, corrected by the numbers of its own ACK: a FIN that the capture shows may not have reached it, and it
 * may have sent more than the capture shows. */
static enum tcp_state state_by_answer(const struct connection *old, uint8_t side, enum tcp_state state,
                                      const struct packet_seen *ack)
{
    const struct endpoint *e = &old->end[side], *peer = &old->end[!side];

    if ((e->bits & END_SENT) && ack->seq != e->snd_nxt)
        return STATE_UNKNOWN;
    if ((peer->bits & END_FIN) && seq_after(peer->fin_end, ack->ack))
        return state_without_fin(old, side, ack->time);
    if (ack->ack != connection_rcv_nxt(old, side) && !shows_no_fin(old, side, ack))
        return STATE_UNKNOWN;
    if (state == STATE_SYN_RECEIVED && handshake_is_over(old, ack))
        return STATE_UNKNOWN; /* the capture lacks the ACK */
    if (state == STATE_CLOSED && !(old->flags & CONN_RESET) && connection_closed_second(old, side))
        return STATE_LAST_ACK; /* the last ACK, which the capture shows, did not reach it */
    return state;
}

/* Asks the rules what this end says to the attempt's first SYN. */
static void ask_rules(const struct dossier *d, const struct peer *peer, bool old_cut, struct maker *m)
{
    struct syn syn = first_syn(d->t, d->a);

    if (timestamps_are_cut(d->a, peer, old_cut))
        return; /* whether PAWS or the sequence number decided is not in the capture */
    struct peer_decision decision = stack_decide(d->rules.stack, peer, &syn);
    m->answer = decision.answer;
    m->reason = decision.reason;
}

static void look_at_time_wait(bool proven, const struct packet_seen *ack, struct maker *m)
{
    m->certain = m->certain && proven;
    if (is_made_by_socket(ack) && (!proven || m->answer == ANSWER_SYN_ACK))
        m->state = STATE_UNKNOWN; /* a socket answers: it is not, or no longer, that TIME_WAIT */
    if (m->reason == REASON_NONE)
        m->state = STATE_UNKNOWN;
}

/* The capture may lack the ACK that made it ESTABLISHED, with the same numbers. A stack may show that it did not come. */
static void look_at_half_open(const struct stack *stack, const struct packet_seen *ack, struct maker *m)
{
    m->certain = m->certain && stack->known;
    if (stack->known && stack->socketless_id_is_zero && is_made_by_socket(ack))
        m->state = STATE_ESTABLISHED;
}

/* By the old connection's packets. */
static struct maker maker_by_old(const struct dossier *d, const struct packet_seen *ack)
{
    uint8_t side = server_side(d->a);
    struct connection old = as_answered(d->old_then, side, ack);
    struct peer peer = peer_at(&d->rules, &old, side, ack->time);
    enum tcp_state tracked = peer.state;
    struct maker m = { .answer = ANSWER_UNKNOWN };

    peer.state = m.state = state_by_answer(&old, side, tracked, ack);
    peer_by_ack(&peer, ack);
    m.certain = m.state == tracked;
    if (m.state != STATE_TIME_WAIT && m.state != STATE_SYN_RECEIVED)
        return m; /* its numbers prove it */
    ask_rules(d, &peer, old.flags & CONN_TIMESTAMPS_CUT, &m);
    m.certain = m.certain && stack_may_give_ack(d->rules.stack, m.answer, is_made_by_socket(ack));
    if (m.state == STATE_TIME_WAIT)
        look_at_time_wait(connection_time_wait_proven(&old, side), ack, &m);
    else
        look_at_half_open(d->rules.stack, ack, &m);
    return m;
}

/* Without the old connection's packets: the ACK itself shows RCV.NXT, SND.NXT and TS.Recent. Only a TIME_WAIT
 * (or FIN_WAIT_2 or SYN_RECEIVED without a socket) makes it without a socket. */
static struct maker maker_by_answer(const struct dossier *d, const struct packet_seen *ack)
{
    struct maker m = { .state = STATE_UNKNOWN };
    struct peer peer = {
        .state = STATE_TIME_WAIT,
        .rcv_nxt = ack->ack,
        .ts_recent = ack->tsecr,
        .timestamps = ack->bits & PACKET_HAS_TS,
    };

    if (!is_made_without_socket(d, ack))
        return m;
    if (d->old != NULL && d->past->flags & (PAST_CLOSED_SECOND | PAST_RESET))
        return m;
    if (d->old_then != NULL && shows_no_fin(d->old_then, server_side(d->a), ack))
        return m;
    ask_rules(d, &peer, d->old != NULL && (d->past->flags & PAST_TIMESTAMPS_CUT), &m);
    if (m.answer != ANSWER_UNKNOWN && m.answer != ANSWER_SYN_ACK)
        m.state = STATE_TIME_WAIT;
    return m;
}

/* The SYN/ACK that followed a bare ACK, with the same numbers, shows which state made that. */
static bool is_syn_received_again(const struct dossier *d, const struct packet_seen *ack)
{
    const struct packets_seen *wrong = d->seen[SEEN_WRONG_SYN_ACK];

    return wrong != NULL && (d->past->flags & PAST_FROM_ANSWER) && ack->seq == wrong->last.seq + 1
           && ack->ack == wrong->last.ack;
}

/* The SYN/ACK of a connection that is still half open. */
static bool is_of_half_open(const struct dossier *d, const struct packet_seen *syn_ack)
{
    const struct connection *old = d->old_then;

    return old != NULL && connection_state(old, server_side(d->a)) == STATE_SYN_RECEIVED
           && old->server_isn == syn_ack->seq && syn_ack->ack == old->client_isn + 1;
}

struct maker maker_of_ack(const struct dossier *d, const struct packet_seen *ack)
{
    struct maker m = { .state = STATE_UNKNOWN, .certain = true };

    if (is_by_syn_ack(d)) {
        m.state = is_of_half_open(d, ack) ? STATE_SYN_RECEIVED : STATE_UNKNOWN;
        return m;
    }
    m.certain = false;
    if (d->old_then != NULL)
        m = maker_by_old(d, ack);
    if (m.state == STATE_UNKNOWN || m.state == STATE_CLOSED)
        m = maker_by_answer(d, ack);
    if (is_syn_received_again(d, ack))
        m.state = STATE_SYN_RECEIVED;
    return m;
}

/* Whether the TIME_WAIT of a stack that is not known may have reset a SYN in its window, as that of some does. */
static bool time_wait_may_reset(const struct dossier *d, const struct peer *peer, const struct syn *syn)
{
    return !d->rules.stack->known && peer->state == STATE_TIME_WAIT
           && connection_time_wait_proven(d->old_then, server_side(d->a)) && syn->isn - peer->rcv_nxt <= peer->rcv_wnd;
}

struct maker maker_of_reset(const struct dossier *d, const struct packet_seen *reset)
{
    struct maker m = { .state = STATE_UNKNOWN, .certain = true };

    if (d->old_then == NULL
        || reset->time - d->old_then->last_time > d->rules.time_wait + d->rules.stack->time_wait_late)
        return m;
    struct peer peer = peer_at(&d->rules, d->old_then, server_side(d->a), reset->time);
    struct syn syn = first_syn(d->t, d->a);
    bool fin_acknowledged = peer.state != STATE_FIN_WAIT_1 || !capture_lacks_acks(&d->t->capture);
    if (!fin_acknowledged) /* an ACK that the filter left out may have acknowledged it */
        peer.state = STATE_FIN_WAIT_2;
    bool by_rules = stack_decide(d->rules.stack, &peer, &syn).answer == ANSWER_RST;
    if (!by_rules && !time_wait_may_reset(d, &peer, &syn))
        return m;
    if (peer.state == STATE_SYN_RECEIVED && capture_may_lack_closes(&d->t->capture))
        return m; /* the filter may have taken away how it was opened, and closed */
    m.state = peer.state;
    m.certain = by_rules && fin_acknowledged && !(d->old_then->flags & CONN_SCALE_UNKNOWN);
    return m;
}

/* By the rules of some stack: illumos, when it is open (tcp_input_data); lwIP, in TIME_WAIT; most while it is half open. */
static bool some_stack_resets(enum tcp_state state, const struct peer *peer, const struct syn *syn)
{
    if (state == STATE_SYN_RECEIVED)
        return true;
    return state != STATE_UNKNOWN && state != STATE_CLOSED && syn->isn - peer->rcv_nxt <= peer->rcv_wnd;
}

bool old_may_have_reset(const struct dossier *d, const struct packet_seen *reset)
{
    const uint8_t side = server_side(d->a);

    if (d->old_then == NULL)
        return false;
    const enum tcp_state state = connection_state(d->old_then, side);
    const bool ends = state == STATE_TIME_WAIT || state == STATE_SYN_RECEIVED;
    if (ends && reset->time - d->old_then->last_time > LONGEST_TIME_WAIT)
        return false;
    struct peer peer = peer_at(&d->rules, d->old_then, side, reset->time);
    struct syn syn = first_syn(d->t, d->a);
    if (d->rules.stack->known)
        return stack_decide(d->rules.stack, &peer, &syn).answer == ANSWER_RST;
    return some_stack_resets(state, &peer, &syn);
}
