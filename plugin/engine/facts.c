/* facts.c - what the evidence of an attempt shows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "facts.h"

#include "between.h"
#include "lacks.h"
#include "peer_end.h"
#include "rejection.h"
#include "seq.h"
#include "tunnels.h"

/* An attempt that nothing answers for so long, or that is repeated, has failed. */
#define PATIENCE (3 * NS_PER_SECOND)
/* What takes less time may be a capture on the server itself. */
#define SHORTEST_ROUND_TRIP (2 * NS_PER_SECOND / 1000)
/* A packet that left before another may be captured so much later at most. */
#define OVERTAKEN_MOST (NS_PER_SECOND / 10)
/* By the capture's clock TIME_WAIT may last a little less than by the peer's own. */
#define TIME_WAIT_EARLY (NS_PER_SECOND / 2)

#define FACT(NAME, CONDITION) facts_add(facts, F_##NAME, CONDITION)

const struct fact_row *fact_row(enum fact fact)
{
#define FACT_ROW(NAME, KIND, MEANING) [F_##NAME] = { #NAME, MEANING, FACT_##KIND },
    static const struct fact_row rows[F_COUNT] = { FACTS(FACT_ROW) };
#undef FACT_ROW

    return &rows[fact];
}

/* F_NONE: the state makes no fact. */
static enum fact state_fact(enum tcp_state state)
{
    switch (state) {
    case STATE_TIME_WAIT:
        return F_BY_TIME_WAIT;
    case STATE_ESTABLISHED:
        return F_BY_ESTABLISHED;
    case STATE_CLOSE_WAIT:
        return F_BY_CLOSE_WAIT;
    case STATE_LAST_ACK:
        return F_BY_LAST_ACK;
    case STATE_FIN_WAIT_1:
    case STATE_CLOSING: /* like FIN_WAIT_1, its FIN is not acknowledged */
        return F_BY_FIN_WAIT_1;
    case STATE_FIN_WAIT_2:
        return F_BY_FIN_WAIT_2;
    case STATE_SYN_RECEIVED:
        return F_BY_SYN_RECEIVED;
    default:
        return F_NONE;
    }
}

static const struct host *host_of(const struct dossier *d, uint8_t side)
{
    const struct port_pair *pair = pair_of(d->t, d->a);
    struct tcp_address address;

    port_pairs_address(&d->t->pairs, pair, side, &address);
    return peers_host(&d->t->peers, pair->family, pair->point, address.ip);
}

static const struct host *server_host(const struct dossier *d)
{
    return host_of(d, server_side(d->a));
}

static bool ttl_is_odd(const struct dossier *d, const struct packet_seen *reset)
{
    const struct host *host = server_host(d);
    bool forwarded = reset->bits & PACKET_OUT; /* its TTL is already one lower than that of what came in */

    return host != NULL && host->ttl_min != 0 && reset->ttl != 0 && !(d->a->flags & ATTEMPT_APART)
           && (reset->ttl + forwarded < host->ttl_min || reset->ttl > host->ttl_max);
}

/* ---- the handshake --------------------------------------------------------------------------------- */

static bool is_before(uint32_t frame, const struct packets_seen *packets)
{
    return packets == NULL || frame < packets->first.frame;
}

/* The client reset something else, and then acknowledged the SYN/ACK. */
static bool is_reset_overcome(const struct dossier *d)
{
    const struct packets_seen *resets = d->seen[SEEN_CLIENT_RST];
    const struct packet_seen *last = packets_last(resets);
    const struct evidence *e = d->e;

    return (e->flags & (EV_SYN_ACK | EV_EXACT)) == (EV_SYN_ACK | EV_EXACT)
           && (last->time < e->syn_ack_time || last->frame < d->a->frame[SYN_LAST]) && last->frame < e->frame[EV_ACK];
}

/* A client that has reset its attempt is not connected by what it sends later. */
static bool is_connected(const struct dossier *d)
{
    const struct evidence *e = d->e;

    if (e->frame[EV_ACCEPTED] != 0)
        return true;
    return e->frame[EV_ACK] != 0 && (is_before(e->frame[EV_ACK], d->seen[SEEN_CLIENT_RST]) || is_reset_overcome(d));
}

static bool is_unanswered(const struct dossier *d)
{
    return d->seen[SEEN_DATA_AGAIN] != NULL && d->e->frame[EV_ACCEPTED] == 0;
}

static bool is_stuck(const struct dossier *d)
{
    const struct packets_seen *again = d->seen[SEEN_DATA_AGAIN];

    return is_unanswered(d)
           && (again->count >= 2 || again->last.time - d->e->data_time >= STUCK_PATIENCE
               || d->seen[SEEN_CLIENT_END] != NULL);
}

/* The client asks again after a SYN/ACK. After its own ACK it does not: a proxy that has answered for the server does. */
static bool is_syn_after_answer(const struct dossier *d)
{
    uint32_t taken = d->trouble->frame[TROUBLE_TAKEN], last = d->a->frame[SYN_LAST];

    return taken != 0 && taken != last && (d->e->frame[EV_ACK] == 0 || d->e->frame[EV_ACK] > last);
}

static bool is_answer_repeated(const struct dossier *d)
{
    if (!(d->e->flags & EV_SYN_ACK) || d->trouble == NULL)
        return false;
    return d->seen[SEEN_SYN_ACK_AGAIN] != NULL || d->seen[SEEN_SYN_ACK_LATE] != NULL || is_syn_after_answer(d);
}

static bool is_superseded(const struct dossier *d)
{
    return pair_of(d->t, d->a)->attempt[attempt_side(d->a)] != d->attempt;
}

/* Where two SYNs crossed, each answers the other: time alone does not say that one was missed. */
static bool is_given_up(const struct dossier *d)
{
    bool waited = d->t->now - d->a->first_time >= PATIENCE && !(d->a->flags & ATTEMPT_CROSSED);

    return waited || d->a->retries >= d->t->options.no_answer_retries || is_superseded(d);
}

/* The RST answers what the client sent last, so that it cannot come much sooner than the SYN/ACK came after the SYN. */
static bool is_too_soon(const struct dossier *d, const struct packet_seen *reset)
{
    int64_t round_trip = d->a->retries > 0 ? 0 : d->e->syn_ack_time - d->a->first_time;

    if (d->a->flags & ATTEMPT_APART) /* by which of two clocks each was captured is not known */
        return false;
    return round_trip >= SHORTEST_ROUND_TRIP && round_trip < PATIENCE && reset->time - d->e->ack_time < round_trip / 2;
}

/* Who resets a connection keeps nothing of it, and no timer repeats its SYN/ACK. One that was sent before the RST may be
 * captured behind it, but not so long. */
static bool answer_outlives(const struct dossier *d, const struct packet_seen *reset)
{
    const struct packets_seen *late = d->seen[SEEN_SYN_ACK_LATE];

    return late != NULL && packets_last(late)->time - reset->time > OVERTAKEN_MOST && !(d->a->flags & ATTEMPT_APART);
}

static void read_early_reset(const struct dossier *d, struct facts *facts)
{
    const struct packets_seen *reset = d->seen[SEEN_SERVER_RST];

    if (reset == NULL || reset->first.time - d->e->ack_time > PATIENCE)
        return;
    FACT(SERVER_RST, true);
    FACT(PROXIED, is_answered_by_proxy(d->t, d->a));
    FACT(RST_BEFORE_DATA, d->e->frame[EV_ACCEPTED] != 0 || answer_outlives(d, &reset->first));
    FACT(RST_TOO_SOON, is_too_soon(d, &reset->first));
    FACT(TTL_ODD, ttl_is_odd(d, &reset->first));
}

static void read_ways(const struct dossier *d, struct facts *facts)
{
    unsigned lost = ways_lost(d->t, d->attempt);

    FACT(WAYS_SHOWN, lost != 0);
    if (lost == 0)
        lost = lost_between(d->t, d->attempt);
    FACT(SYN_LOST_HERE, lost & LOST_SYN);
    FACT(SYN_ACK_LOST_HERE, lost & LOST_SYN_ACK);
    /* What was lost may show on another leg only: this one need not have any evidence. */
    FACT(CLIENT_LOST_HERE, (lost & LOST_CLIENT) && d->e != NULL && d->e->frame[EV_ACCEPTED] == 0);
}

/* What a client that is connected may meet. */
static void read_service(const struct dossier *d, struct facts *facts)
{
    FACT(ACK_LATE, d->seen[SEEN_SYN_ACK_LATE] != NULL);
    FACT(STUCK, is_stuck(d));
    read_early_reset(d, facts);
}

/* A client that has no answer repeats its SYN, if it waits for long enough: where nothing but SYNs is in a capture, one that
 * was never repeated may have been answered (a kernel of Linux behind a load balancer whose servers answer past it, 6.18). */
static bool are_answers_kept(const struct dossier *d)
{
    const struct capture *c = &d->t->capture;

    return !capture_may_lack_acks(c) && !capture_lacks_answers(c, d->t->last_number)
           && (d->a->retries > 0 || !capture_is_of_syns(c));
}

static void read_handshake(const struct dossier *d, struct facts *facts)
{
    const struct attempt *a = d->a;
    const struct evidence *e = d->e;

    FACT(DATA_TAKEN, a->flags & ATTEMPT_DATA_TAKEN);
    FACT(CROSSED, a->flags & ATTEMPT_CROSSED);
    FACT(GIVEN_UP, is_given_up(d));
    FACT(ENDED, d->final);
    read_ways(d, facts);
    FACT(HEARD, capture_hears(&d->t->capture) && !capture_lacks_server(d->t, d->a)
                    && !(pair_of(d->t, a)->sent & PAIR_DOUBTFUL));
    FACT(ACKS_KEPT, capture_keeps_acks(&d->t->capture));
    FACT(ANSWERS_KEPT, are_answers_kept(d));
    FACT(TIMESTAMP_KEPT, !(a->flags & ATTEMPT_TIMESTAMP_CUT) || d->past == NULL);
    FACT(STACK_KNOWN, d->rules.stack->known);
    if (e == NULL)
        return;
    FACT(CONNECTED, is_connected(d));
    FACT(ANSWERED, e->flags & EV_SYN_ACK);
    if (d->trouble == NULL)
        return;
    FACT(ANSWER_REPEATED, is_answer_repeated(d));
    bool reset = reset_that_connects(d) != NULL;
    FACT(CLIENT_RST_ACK, reset);
    FACT(CONNECTED, reset);
    if (facts_have(facts, F_CONNECTED))
        read_service(d, facts);
}

/* ---- what ended it --------------------------------------------------------------------------------- */

static bool is_first_end(const struct dossier *d, const struct packets_seen *packets)
{
    static const enum seen_kind ends[] = { SEEN_RST, SEEN_ICMP, SEEN_CLIENT_RST };

    for (size_t i = 0; packets != NULL && i < G_N_ELEMENTS(ends); i++)
        if (d->seen[ends[i]] != NULL && d->seen[ends[i]]->first.frame < packets->first.frame)
            return false;
    return packets != NULL;
}

static enum fact icmp_fact(enum icmp_kind kind)
{
    static const enum fact facts[] = {
        [ICMP_NET] = F_ICMP_NET,     [ICMP_HOST] = F_ICMP_HOST,
        [ICMP_PORT] = F_ICMP_PORT,   [ICMP_ADMIN_PROHIBITED] = F_ICMP_ADMIN_PROHIBITED,
        [ICMP_OTHER] = F_ICMP_OTHER,
    };

    return facts[kind];
}

static void read_reset(const struct dossier *d, const struct packet_seen *reset, struct facts *facts)
{
    struct maker maker = maker_of_reset(d, reset);

    FACT(REFUSED, true);
    FACT(RST_BY_FIN_WAIT_2, maker.state == STATE_FIN_WAIT_2);
    FACT(RST_BY_TIME_WAIT, maker.state == STATE_TIME_WAIT);
    FACT(RST_BY_SYN_RECEIVED, maker.state == STATE_SYN_RECEIVED);
    FACT(RST_MAKER_CERTAIN, maker.certain);
    FACT(RST_OF_NO_OLD, !old_may_have_reset(d, reset));
    FACT(TTL_ODD, ttl_is_odd(d, reset));
}

static void read_end(const struct dossier *d, struct facts *facts)
{
    const struct packets_seen *reset = d->seen[SEEN_RST], *icmp = d->seen[SEEN_ICMP];

    FACT(CLIENT_RST, is_first_end(d, d->seen[SEEN_CLIENT_RST]) && !outlives_resets(d));
    FACT(RST_IGNORED, d->seen[SEEN_RST_OTHER] != NULL);
    if (is_first_end(d, icmp))
        facts_add(facts, icmp_fact((enum icmp_kind)icmp->first.bits), true);
    if (is_first_end(d, reset))
        read_reset(d, &reset->first, facts);
}

/* Whether a wrong checksum of a host's packets says that they were damaged on their way. Where they are made, a network
 * card may still have to fill it in; and one that was answered shows that the capture was changed. */
static bool checksums_tell(const struct dossier *d, const struct host *host, uint8_t ttl)
{
    bool came_down = ttl != 0 && !ttl_is_whole(ttl);

    return !d->t->checksums_lie && (came_down || (host != NULL && (host->marks & HOST_CHECKSUM)));
}

static void read_damage_of_syns(const struct dossier *d, struct facts *facts)
{
    bool in_tunnel = came_in_bad_tunnel(d->t, d->attempt, false);
    bool tells = in_tunnel ? bad_tunnel_tells(d->t, d->attempt, false)
                           : checksums_tell(d, host_of(d, attempt_side(d->a)), print_of(d->t, d->a)->ttl);

    FACT(SYN_DAMAGED, tells);
    FACT(TUNNEL_DAMAGED, tells && in_tunnel);
}

static void read_damage_of_answer(const struct dossier *d, struct facts *facts)
{
    const struct host *server = server_host(d);
    bool in_tunnel = came_in_bad_tunnel(d->t, d->attempt, true);
    bool tells = in_tunnel ? bad_tunnel_tells(d->t, d->attempt, true)
                           : checksums_tell(d, server, server == NULL ? 0 : server->ttl_max);

    FACT(SYN_ACK_DAMAGED, tells);
    FACT(TUNNEL_DAMAGED, tells && in_tunnel);
}

static void read_damage(const struct dossier *d, struct facts *facts)
{
    if (d->a->flags & ATTEMPT_DAMAGED)
        read_damage_of_syns(d, facts);
    if (d->e != NULL && (d->e->flags & EV_DAMAGED))
        read_damage_of_answer(d, facts);
}

/* When it refused, the service took others; or, where it said nothing, while the SYNs came. */
static bool is_open_to_others(const struct dossier *d, const struct service *s, const struct facts *facts)
{
    const struct packets_seen *resets = d->seen[SEEN_RST];

    if (facts_have(facts, F_REFUSED))
        return service_accepted_near(s, resets->first.time, packets_last(resets)->time);
    return service_accepted_near(s, d->a->first_time, d->a->last_time);
}

/* Asked only of an attempt that the server did not accept. */
static void read_others(const struct dossier *d, struct facts *facts)
{
    const struct service *s = called_service(d->t, d->a);

    FACT(STRAY, d->seen[SEEN_STRAY] != NULL);
    FACT(SERVICE_ANSWERS, s != NULL && is_open_to_others(d, s, facts));
    FACT(SERVICE_GOES_ON, s != NULL && service_accepted_around(s, d->a->first_time, d->a->last_time));
    FACT(OTHERS_REFUSED, s != NULL && s->refused_another);
    FACT(HOST_SEEN, server_host(d) != NULL || capture_lacks_server(d->t, d->a));
    read_damage(d, facts);
}

/* ---- the old connection ---------------------------------------------------------------------------- */

/* The SYN/ACK's ISN shows that its stack reopened a TIME_WAIT. */
static bool isn_shows_recycling(const struct dossier *d)
{
    uint32_t step = d->rules.stack->recycled_isn_step;

    return step != 0 && shows_syn_ack(d->e) && (d->past->flags & PAST_SND_NXT)
           && d->e->syn_ack_isn - d->past->snd_nxt == step;
}

/* A host that marks what it reopens held no TIME_WAIT where the mark is missing: it had too many (tcp_max_tw_buckets). */
static bool isn_shows_no_recycling(const struct dossier *d)
{
    const struct host *host;

    if (!shows_syn_ack(d->e) || !(d->past->flags & PAST_SND_NXT) || isn_shows_recycling(d))
        return false;
    host = server_host(d);
    return host != NULL && (host->marks & HOST_RECYCLES);
}

static bool is_newer_timestamp(const struct dossier *d)
{
    return (d->past->flags & PAST_SYN_TS) && seq_after(d->a->tsval, d->past->ts_recent);
}

static bool is_higher_sequence(const struct dossier *d)
{
    return (d->past->flags & PAST_RCV_NXT) && seq_after(d->a->isn, d->past->rcv_nxt);
}

/* What a TIME_WAIT that was reopened took the SYN for; F_NONE if the numbers that were captured do not say. */
static enum fact taken_for(const struct dossier *d)
{
    bool newer = is_newer_timestamp(d), higher = is_higher_sequence(d);
    bool cut = (d->past->flags & PAST_RCV_NXT) && (d->a->flags & ATTEMPT_TIMESTAMP_CUT);

    if (newer && (d->past->flags & PAST_TIMESTAMPS))
        return F_NEWER_TIMESTAMP;
    if (higher)
        return F_HIGHER_SEQUENCE;
    if (newer || cut
        || d->past->reason == REASON_NEW_TIMESTAMP) /* some stacks take any timestamp if the old connection used none */
        return F_NEWER_TIMESTAMP;
    return F_NONE; /* nothing can have let it in */
}

/* By the rules, the peer's TIME_WAIT rejects every SYN that was seen. */
static bool rules_forbid(const struct dossier *d)
{
    const struct past *p = d->past;

    return p->state == STATE_TIME_WAIT && !(p->flags & PAST_ANSWER_CHANGED)
           && (p->answer == ANSWER_ACK || p->answer == ANSWER_SILENCE);
}

/* How long TIME_WAIT had lasted when the last SYN came. */
static int64_t time_wait_elapsed(const struct dossier *d)
{
    return d->past->tw_elapsed + (d->a->last_time - d->a->first_time);
}

/* The SYN that was accepted found a TIME_WAIT that had ended: it was old enough, and the SYN/ACK does not have the number
 * of one that is reopened. Linux before 6.10 may lose that number, and reopens one with a new ISN then. */
static bool time_wait_was_over(const struct dossier *d)
{
    int64_t length = d->rules.time_wait;

    if (isn_shows_recycling(d))
        return false;
    return time_wait_elapsed(d) > (rules_forbid(d) ? length - TIME_WAIT_EARLY : length);
}

/* ... and nothing else can have happened. */
static bool time_wait_was_surely_over(const struct dossier *d)
{
    return (d->past->flags & PAST_TW_PROVEN)
           && (rules_forbid(d) || time_wait_elapsed(d) > d->rules.time_wait + d->rules.stack->time_wait_late);
}

/* The peer's TIME_WAIT is proven, has not run out, and forbids the SYN. */
static bool time_wait_forbids_still(const struct dossier *d)
{
    if (!rules_forbid(d) || !(d->past->flags & PAST_TW_PROVEN))
        return false;
    bool restarted = d->past->reason == REASON_PAWS && d->rules.stack->paws_restarts_time_wait; /* by each SYN */
    return (restarted ? d->past->tw_elapsed : time_wait_elapsed(d)) < d->rules.time_wait;
}

/* The peer's stack is one that drops SYNs in TIME_WAIT, and may have dropped this one. */
static bool time_wait_may_drop(const struct dossier *d)
{
    const struct past *p = d->past;

    return p->state == STATE_TIME_WAIT && (p->flags & PAST_TW_PROVEN) && !d->rules.stack->known
           && time_wait_elapsed(d) < d->rules.time_wait && !is_higher_sequence(d);
}

static enum fact decision_fact(enum peer_answer answer, enum peer_reason reason)
{
    if (answer == ANSWER_SYN_ACK)
        return F_WOULD_TAKE;
    if (answer == ANSWER_RST || reason == REASON_NONE)
        return F_NONE;
    return reason == REASON_PAWS ? F_TIMESTAMP_BEHIND : F_SEQUENCE_BEHIND;
}

static void read_old_connection(const struct dossier *d, struct facts *facts)
{
    const struct past *p = d->past;
    bool recycled = isn_shows_recycling(d);

    FACT(RECYCLED_ISN, recycled);
    facts_add(facts, taken_for(d), true);
    if (d->old == NULL)
        return;
    bool had = p->state == STATE_TIME_WAIT || (p->flags & PAST_TW_EXPIRED) || recycled;
    bool over = had && time_wait_was_over(d);
    FACT(OLD, true);
    FACT(OLD_RESET, p->flags & PAST_RESET);
    FACT(OLD_CLOSED, p->state == STATE_CLOSED || p->state == STATE_LAST_ACK || p->state == STATE_FIN_WAIT_2);
    FACT(IN_TIME_WAIT, p->state == STATE_TIME_WAIT);
    FACT(HAD_TIME_WAIT, had);
    FACT(NOT_RECYCLED, had && isn_shows_no_recycling(d));
    FACT(RAN_OUT, over);
    FACT(SURELY_RAN_OUT, over && time_wait_was_surely_over(d));
    FACT(FORBIDDEN, rules_forbid(d));
    FACT(FORBIDDEN_STILL, time_wait_forbids_still(d));
    FACT(MAY_DROP, time_wait_may_drop(d));
}

/* ---- rejection ------------------------------------------------------------------------------------- */

/* A rejection by TIME_WAIT, or one whose reason is not in the capture while the peer was in TIME_WAIT. */
static bool may_be_by_time_wait(const struct dossier *d, const struct maker *maker)
{
    if (maker->state == STATE_TIME_WAIT)
        return maker->answer != ANSWER_SYN_ACK;
    return maker->state == STATE_UNKNOWN && !is_by_syn_ack(d) && d->past != NULL && d->past->state == STATE_TIME_WAIT;
}

/* TIME_WAIT rejected the first SYN, and took a later one: the SYN/ACK's number shows it, or the SYN's newer timestamp if
 * no RST of the client can have removed TIME_WAIT; or it would have taken the first, and somebody listens now. */
static bool is_taken_later(const struct dossier *d, const struct maker *maker, bool by_time_wait)
{
    if (maker->state == STATE_TIME_WAIT && maker->answer == ANSWER_SYN_ACK)
        return true;
    if (!by_time_wait || d->past == NULL)
        return false;
    return isn_shows_recycling(d)
           || (!client_reset_rejection(d) && is_newer_timestamp(d) && taken_for(d) == F_NEWER_TIMESTAMP);
}

/* Whether TIME_WAIT had run out when the latest SYN came: it counts from its begin, or from the SYN that restarted it. */
static bool ran_out_since_rejection(const struct dossier *d, const struct packet_seen *rejection,
                                    const struct maker *maker)
{
    bool paws = maker->state == STATE_TIME_WAIT && maker->reason == REASON_PAWS;
    int64_t since = d->a->last_time - (paws ? rejection->time : d->a->first_time);

    if (maker->state == STATE_TIME_WAIT && !paws && d->past != NULL)
        since += d->past->tw_elapsed;
    return since > d->rules.time_wait - TIME_WAIT_EARLY;
}

static void read_rejection(const struct dossier *d, const struct packet_seen *rejection, struct facts *facts)
{
    struct maker maker = maker_of_ack(d, rejection);
    bool by_syn_ack = is_by_syn_ack(d), by_time_wait = may_be_by_time_wait(d, &maker);
    enum fact by_state = state_fact(maker.state);

    FACT(REJECTED, true);
    FACT(BY_SYN_ACK, by_syn_ack);
    facts_add(facts, by_state, true);
    FACT(BY_LIVE, by_state != F_NONE && by_state != F_BY_TIME_WAIT);
    FACT(STATE_CERTAIN, maker.certain);
    FACT(BY_SOCKET, d->rules.stack->socketless_id_is_zero && is_made_by_socket(rejection) && !by_syn_ack);
    FACT(CLIENT_RESET, client_reset_rejection(d));
    FACT(RESET_REMOVES, d->rules.stack->reset_removes_time_wait);
    if (maker.state == STATE_TIME_WAIT)
        facts_add(facts, decision_fact(maker.answer, maker.reason), true);
    FACT(HIDES_CLOSED_PORT, d->rules.stack->time_wait_hides_closed_port);
    FACT(TIMESTAMPS_CUT, d->a->flags & ATTEMPT_TIMESTAMP_CUT);
    FACT(MAYBE_TIME_WAIT, by_time_wait && maker.state != STATE_TIME_WAIT);
    FACT(TAKEN_LATER, is_taken_later(d, &maker, by_time_wait));
    FACT(RAN_OUT_SINCE, by_time_wait && ran_out_since_rejection(d, rejection, &maker));
}

void facts_read(const struct dossier *d, struct facts *facts)
{
    *facts = (struct facts){ { 0 } };
    read_handshake(d, facts);
    if (d->past != NULL)
        read_old_connection(d, facts);
    if (d->trouble != NULL) {
        const struct packet_seen *rejection = rejection_of(d);
        read_end(d, facts);
        FACT(OLD_RESET_NOW, old_was_reset(d));
        if (rejection != NULL)
            read_rejection(d, rejection, facts);
    }
    if (facts_have(facts, F_CONNECTED)) {
        if (d->trouble != NULL && d->trouble->damaged)
            read_damage_of_syns(d, facts);
        return;
    }
    read_others(d, facts);
    if (d->past != NULL && !facts_have(facts, F_REJECTED))
        facts_add(facts, decision_fact((enum peer_answer)d->past->answer, (enum peer_reason)d->past->reason), true);
}
