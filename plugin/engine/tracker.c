/* tracker.c - the tracker: its life, what a frame hands to it, and what the user of the engine reads
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracker_impl.h"

struct tracker *tracker_new(const struct tracker_options *options)
{
    struct tracker *t = g_new0(struct tracker, 1);

    t->options = *options;
    port_pairs_init(&t->pairs);
    peers_init(&t->peers);
    t->connections = g_array_new(FALSE, TRUE, sizeof(struct connection));
    t->free_connections = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    t->attempts = g_array_new(FALSE, TRUE, sizeof(struct attempt));
    t->evidence = g_array_new(FALSE, TRUE, sizeof(struct evidence));
    t->troubles = g_array_new(FALSE, TRUE, sizeof(struct trouble));
    t->histories = g_array_new(FALSE, TRUE, sizeof(struct history));
    t->notes = g_array_new(FALSE, FALSE, sizeof(struct note));
    t->clocks = g_array_new(FALSE, FALSE, sizeof(struct time_wait_clock));
    t->noted = g_byte_array_new();
    t->states = g_byte_array_new();
    t->legs = g_hash_table_new(NULL, NULL);
    t->points = g_ptr_array_new_with_free_func(g_free);
    sightings_init(t);
    return t;
}

void tracker_free(struct tracker *t)
{
    if (t == NULL)
        return;
    port_pairs_free(&t->pairs);
    peers_free(&t->peers);
    sightings_free(t);
    g_array_free(t->connections, TRUE);
    g_array_free(t->free_connections, TRUE);
    g_array_free(t->attempts, TRUE);
    g_array_free(t->evidence, TRUE);
    g_array_free(t->troubles, TRUE);
    g_array_free(t->histories, TRUE);
    g_array_free(t->notes, TRUE);
    g_array_free(t->clocks, TRUE);
    g_byte_array_free(t->noted, TRUE);
    g_byte_array_free(t->states, TRUE);
    g_hash_table_destroy(t->legs);
    g_ptr_array_free(t->points, TRUE);
    g_free(t);
}

struct history *need_history(struct tracker *t, struct attempt *a)
{
    if (a->history == 0) {
        struct history h = { .idle = -1, .age = -1, .closer = SIDE_NONE };
        g_array_append_val(t->histories, h);
        a->history = t->histories->len;
    }
    return get_history(t, a);
}

struct evidence *need_evidence(struct tracker *t, struct attempt *a)
{
    if (a->evidence == 0) {
        g_array_set_size(t->evidence, t->evidence->len + 1);
        a->evidence = t->evidence->len;
    }
    return get_evidence(t, a);
}

struct trouble *need_trouble(struct tracker *t, struct attempt *a)
{
    struct evidence *e = need_evidence(t, a);

    if (e->trouble == 0) {
        g_array_set_size(t->troubles, t->troubles->len + 1);
        e->trouble = t->troubles->len;
    }
    return get_trouble(t, a);
}

/* The sender's and the receiver's state after the segment. */
static void keep_states(const struct work *w)
{
    const struct connection *c = get_connection(w->t, w->pair->current);
    enum tcp_state src = STATE_UNKNOWN, dst = STATE_UNKNOWN;

    if (c == NULL)
        c = get_connection(w->t, w->pair->old);
    if (c != NULL && connection_is_established(c)) {
        src = dst = STATE_ESTABLISHED;
    } else if (c != NULL) {
        src = state_at(w->t, c, w->side, w->seg->seen.time);
        dst = state_at(w->t, c, !w->side, w->seg->seen.time);
    }
    if (w->seg->flags & TCP_SYN) /* who repeats it is still, or again, there */
        src = w->seg->flags & TCP_ACK ? STATE_SYN_RECEIVED : STATE_SYN_SENT;
    if (w->pair->current == 0) {
        const struct attempt *own = attempt_of(w, w->side), *other = attempt_of(w, !w->side);
        if (own != NULL && src != STATE_SYN_RECEIVED)
            src = w->seg->flags & TCP_RST ? src : STATE_SYN_SENT;
        if (other != NULL)
            dst = w->seg->flags & TCP_RST ? STATE_CLOSED : STATE_SYN_SENT;
    }
    if (src != STATE_UNKNOWN || dst != STATE_UNKNOWN)
        note_states(w->t, w->seg->seen.frame, src, dst);
}

void note_service(const struct work *w, enum peer_answer answer)
{
    const struct segment *seg = w->seg;

    peers_note_answer(&w->t->peers, seg->family, seg->seen.point, &seg->src, seg->seen.time, answer);
}

static void note_sender(const struct work *w)
{
    const struct segment *seg = w->seg;
    uint8_t ttl = seg->flags & TCP_RST ? 0 : seg->ttl;

    w->pair->sent |= (uint8_t)(1U << w->side);
    peers_note_host(&w->t->peers, seg->family, seg->seen.point, seg->src.ip, ttl);
}

void tracker_segment(struct tracker *t, const struct segment *seg)
{
    struct work w = { .t = t, .seg = seg };
    const uint8_t kind = seg->flags & (TCP_SYN | TCP_RST | TCP_FIN | TCP_ACK);

    w.pair_record = port_pairs_find_or_add(&t->pairs, seg->family, seg->seen.point, &seg->src, &seg->dst, &w.side);
    w.pair = port_pairs_get(&t->pairs, w.pair_record);
    t->pair_in_frame = w.pair_record;
    if (!(w.pair->sent & 1U << w.side))
        note_sender(&w);
    if (w.pair->attempt[0] == 0 && w.pair->attempt[1] == 0 && w.pair->current == 0 && kind != TCP_SYN)
        sightings_stray(t, seg);

    if (kind == TCP_SYN)
        on_syn(&w);
    else if (kind == (TCP_SYN | TCP_ACK))
        on_syn_ack(&w);
    else if ((kind & (TCP_RST | TCP_SYN)) == TCP_RST)
        on_reset(&w);
    else if (!(kind & TCP_SYN))
        on_segment(&w);
    else
        return; /* SYN with FIN or RST: no stack sends it */
    if (kind & TCP_FIN)
        sightings_link_fin(t, w.pair_record, w.side, seg);
    keep_states(&w);
}

static enum cause icmp_cause(enum icmp_kind kind)
{
    static const enum cause causes[] = {
        [ICMP_NET] = CAUSE_ICMP_NET,     [ICMP_HOST] = CAUSE_ICMP_HOST,
        [ICMP_PORT] = CAUSE_ICMP_PORT,   [ICMP_ADMIN_PROHIBITED] = CAUSE_ICMP_ADMIN_PROHIBITED,
        [ICMP_OTHER] = CAUSE_ICMP_OTHER,
    };

    return causes[kind];
}

/* RFC 5927, 4: the quoted sequence number must be that of the SYN. */
void tracker_icmp_error(struct tracker *t, const struct icmp_error *error)
{
    uint8_t side;
    uint32_t record = port_pairs_find(&t->pairs, error->family, error->seen.point, &error->src, &error->dst, &side);
    if (record == 0)
        return;
    uint32_t attempt = port_pairs_get(&t->pairs, record)->attempt[side];
    if (attempt == 0 || get_attempt(t, attempt)->isn != error->seq)
        return;
    struct attempt *a = get_attempt(t, attempt);
    const struct evidence *e = get_evidence(t, a);
    if (e != NULL && (e->ack_frame != 0 || (e->flags & EV_SYNACK)))
        return;
    note_frame(t, error->seen.frame, attempt, NOTE_ANSWER, 0, ANSWER_UNKNOWN);
    struct trouble *trouble = need_trouble(t, a);
    if (trouble->failure != FAILURE_NONE)
        return;
    trouble->failure = FAILURE_ICMP;
    trouble->failure_cause = (uint8_t)icmp_cause(error->kind);
    trouble->failure_frame = error->seen.frame;
    trouble->failure_time = error->seen.time;
}

void tracker_other_packet(struct tracker *t, const struct sighting *seen, uint8_t family, const uint8_t ip[16])
{
    peers_note_host(&t->peers, family, seen->point, ip, 0);
}

void tracker_begin_frame(struct tracker *t, const struct sighting *seen)
{
    if (seen->frame <= t->frame)
        hide_frame(t, seen->frame);
    t->frame = seen->frame;
    t->pair_in_frame = 0;
    t->now = MAX(t->now, seen->time);
}

/* ---- what the user of the engine reads ------------------------------------------------------------- */

bool tracker_point_is_named(const struct tracker *t, uint16_t point)
{
    return point < t->points->len && g_ptr_array_index(t->points, point) != NULL;
}

void tracker_name_point(struct tracker *t, uint16_t point, const char *name)
{
    if (point >= t->points->len)
        g_ptr_array_set_size(t->points, (gint)point + 1);
    g_free(g_ptr_array_index(t->points, point));
    g_ptr_array_index(t->points, point) = g_strdup(name);
}

const char *tracker_point_name(const struct tracker *t, uint16_t point)
{
    return tracker_point_is_named(t, point) ? g_ptr_array_index(t->points, point) : NULL;
}

uint16_t tracker_point(const struct tracker *t, const struct attempt *a)
{
    return pair_of(t, a)->point;
}

uint32_t tracker_attempts(const struct tracker *t)
{
    return t->attempts->len;
}

const struct attempt *tracker_attempt(const struct tracker *t, uint32_t attempt)
{
    return get_attempt(t, attempt);
}

const struct history *tracker_history(const struct tracker *t, const struct attempt *a)
{
    return get_history(t, a);
}

const struct evidence *tracker_evidence(const struct tracker *t, const struct attempt *a)
{
    return get_evidence(t, a);
}

const struct trouble *tracker_trouble(const struct tracker *t, const struct attempt *a)
{
    return get_trouble(t, a);
}

uint8_t tracker_addresses(const struct tracker *t, const struct attempt *a, struct tcp_address *client,
                          struct tcp_address *server)
{
    const struct port_pair *pair = pair_of(t, a);

    port_pairs_address(&t->pairs, pair, attempt_side(a), client);
    port_pairs_address(&t->pairs, pair, server_side(a), server);
    return pair->family;
}

uint32_t tracker_sibling(const struct tracker *t, uint32_t attempt)
{
    return get_attempt(t, attempt)->sibling;
}

int64_t tracker_time_wait_length(const struct tracker *t)
{
    return t->options.time_wait;
}

bool tracker_left_time_wait(const struct tracker *t, const struct attempt *a, uint8_t *side, int64_t *since)
{
    const struct port_pair *pair = pair_of(t, a);
    const struct connection *c = get_connection(t, pair->current != 0 ? pair->current : pair->old);

    for (*side = 0; c != NULL && *side < 2; ++*side) {
        *since = c->tw_time;
        if (connection_state(c, *side) == STATE_TIME_WAIT)
            return true;
    }
    return false;
}
