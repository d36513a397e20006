/* tracker.c - the tracker: its life, what a frame hands to it, and what the user of the engine reads
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracker.h"

#include "alarms.h"

#include "names.h"
#include "peer_end.h"
#include "renumbered.h"
#include "setup.h"
#include "siblings.h"
#include "take.h"
#include "text.h"
#include "translated.h"

struct tracker *tracker_new(const struct tracker_options *options)
{
    struct tracker *t = g_new0(struct tracker, 1);

    store_init(t, options);
    if (t->options.slow_connect == 0)
        t->options.slow_connect = NS_PER_SECOND;
    return t;
}

void tracker_free(struct tracker *t)
{
    if (t == NULL)
        return;
    store_clear(t);
    g_free(t);
}

int64_t tracker_slow_connect(const struct tracker *t)
{
    return t->options.slow_connect;
}

/* By the rules of that side's stack, as it is known by now. */
static enum tcp_state state_of(const struct work *w, const struct connection *c, uint8_t side)
{
    int64_t now = w->seg->seen.time;
    enum tcp_state state = connection_state(c, side);

    /* Only TIME_WAIT depends on the stack, and none ends it within a second: to look the host up costs 200 instructions. */
    if (state != STATE_TIME_WAIT || (now - c->tw_time < NS_PER_SECOND && !(c->flags & CONN_TIME_WAIT_RESET)))
        return fin_state_at(c, side, state, now);
    struct peer_rules rules = rules_of_host(w->t, w->pair, side);
    return state_at(&rules, c, side, now);
}

/* The sender's and the receiver's state after the segment. */
static void keep_states(const struct work *w)
{
    const struct connection *c = latest_connection(w->t, w->pair);
    enum tcp_state src = STATE_UNKNOWN, dst = STATE_UNKNOWN;

    if (c != NULL && connection_is_established(c)) {
        src = dst = STATE_ESTABLISHED;
    } else if (c != NULL) {
        src = state_of(w, c, w->side);
        dst = state_of(w, c, !w->side);
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

static void note_sender(const struct work *w)
{
    const struct segment *seg = w->seg;
    uint8_t ttl = seg->flags & TCP_RST ? 0 : seg->ttl;

    if (w->pair->sent & PAIR_WATCHED) {
        siblings_watch(w->t, w->pair, w->side, seg);
        return;
    }
    w->pair->sent |= (uint8_t)(1U << w->side);
    struct host *host = peers_need_host(&w->t->peers, seg->family, seg->seen.point, seg->src.ip);
    host_note_ttl(host, ttl);
    host_note_checksum(host, seg);
}

void tracker_segment(struct tracker *t, const struct segment *seg)
{
    struct work w = { .t = t, .seg = seg };
    struct segment renumbered;
    const uint8_t kind = seg->flags & (TCP_SYN | TCP_RST | TCP_FIN | TCP_ACK);

    capture_note_segment(&t->capture, seg);
    w.pair_record = port_pairs_find_or_add(&t->pairs, seg->family, seg->seen.point, &seg->src, &seg->dst, &w.side);
    w.pair = port_pairs_get(&t->pairs, w.pair_record);
    if (!(w.pair->sent & 1U << w.side))
        note_sender(&w);
    bool translated = follow_translation(&w);
    t->pair_in_frame = w.pair_record;
    read_renumbered(&w, &renumbered);
    if (!translated && w.pair->attempt[0] == 0 && w.pair->attempt[1] == 0 && w.pair->current == 0 && kind != TCP_SYN)
        siblings_stray(t, w.pair, w.side, seg);

    if (kind == TCP_SYN)
        take_syn(&w);
    else if (kind == (TCP_SYN | TCP_ACK))
        take_syn_ack(&w);
    else if ((kind & (TCP_RST | TCP_SYN)) == TCP_RST)
        take_reset(&w);
    else if (!(kind & TCP_SYN))
        take_segment(&w);
    else
        return; /* SYN with FIN or RST: no stack sends it */
    if (kind & TCP_FIN)
        siblings_link_fin(t, w.pair_record, w.side, w.seg);
    keep_states(&w);
}

void tracker_segment_unread(struct tracker *t, const struct packet_bytes *bytes, size_t tcp_offset)
{
    t->capture.headers_cut += segment_is_cut(bytes, tcp_offset);
}

/* RFC 5927, 4: the quoted number must be near; what is sent in vain is the first data. */
static void note_too_big(struct attempt *a, const struct icmp_error *error)
{
    if (error->seq - a->isn < NUMBERS_NEAR)
        a->flags |= ATTEMPT_TOO_BIG;
}

/* A NAT on the capturing host has already put back what the error quotes: the server is the same, and the number. */
static uint32_t find_before_translation(const struct tracker *t, const struct icmp_error *error)
{
    const struct segment answer = {
        .seen = error->seen, .family = error->family, .src = error->dst, .dst = error->src, .ack = error->seq + 1
    };

    return siblings_find_answered(t, &answer);
}

/* Keeps an error as an answer; the same one again is a copy of it. */
static void see_error(struct tracker *t, uint32_t attempt, const struct icmp_error *error, enum seen_kind kind)
{
    struct attempt *a = get_attempt(t, attempt);
    const struct packets_seen *before = packets_of(t, get_trouble(t, a), kind);
    const struct packet_seen packet = { .time = error->seen.time,
                                        .frame = error->seen.frame,
                                        .bits = (uint8_t)error->kind };

    if (before != NULL && error->seen.time - before->last.time < DUPLICATE_WINDOW) {
        note_duplicate(t, error->seen.frame, attempt);
        return;
    }
    see_packet(t, a, kind, &packet);
    note_answer(t, error->seen.frame, attempt, kind);
}

/* The client has acknowledged the SYN/ACK, and an error says that what it sends does not arrive. */
static bool is_about_data(const struct attempt *a, const struct evidence *e, const struct icmp_error *error)
{
    return e != NULL && e->frame[EV_ACK] != 0 && e->frame[EV_ACCEPTED] == 0 && is_near(error->seq, a->isn);
}

/* RFC 5927, 4: the quoted sequence number must be that of the SYN, or of what the client may have sent behind it. */
void tracker_icmp_error(struct tracker *t, const struct icmp_error *error)
{
    uint8_t side;
    uint32_t record = port_pairs_find(&t->pairs, error->family, error->seen.point, &error->src, &error->dst, &side);

    uint32_t attempt =
        record == 0 ? find_before_translation(t, error) : port_pairs_get(&t->pairs, record)->attempt[side];
    if (attempt == 0)
        return;
    struct attempt *a = get_attempt(t, attempt);
    if (error->kind == ICMP_TOO_BIG) {
        note_too_big(a, error);
        return;
    }
    const struct evidence *e = get_evidence(t, a);
    if (is_about_data(a, e, error))
        see_error(t, attempt, error, SEEN_ICMP_LATE);
    if (a->isn != error->seq || (e != NULL && (e->frame[EV_ACK] != 0 || (e->flags & EV_SYN_ACK))))
        return;
    t->capture.unanswered += packets_of(t, get_trouble(t, a), SEEN_ICMP) == NULL && a->retries == 0;
    see_error(t, attempt, error, SEEN_ICMP);
}

void tracker_icmp_cut(struct tracker *t)
{
    t->capture.errors_cut++;
}

void tracker_icmp(struct tracker *t, const struct sighting *seen, uint8_t family, const struct packet_bytes *bytes,
                  size_t icmp_offset)
{
    struct icmp_error error = { .seen = *seen, .family = family };

    if (icmp_error_parse(bytes, icmp_offset, &error))
        tracker_icmp_error(t, &error);
    else if (icmp_error_is_cut(bytes, icmp_offset, family))
        tracker_icmp_cut(t);
}

void tracker_udp(struct tracker *t, const struct packet_bytes *bytes, size_t udp_offset)
{
    struct dns_answer answer;

    if (dns_answer_parse(bytes, udp_offset, &answer))
        names_note(&t->names, &answer);
}

void tracker_setup(struct tracker *t, const struct sighting *seen, uint8_t proto, const struct packet_bytes *bytes,
                   size_t offset, const struct envelope *envelope)
{
    struct setup_packet packet;

    if (!setup_packet_parse(proto, bytes, offset, envelope, &packet))
        return;
    packet.frame = seen->frame;
    setup_add(t, &packet);
}

void tracker_other_packet(struct tracker *t, const struct sighting *seen, uint8_t family, const uint8_t ip[16],
                          bool icmp)
{
    t->capture.others |= !icmp;
    peers_note_host(&t->peers, family, seen->point, ip, 0);
}

void tracker_begin_frame(struct tracker *t, const struct sighting *seen)
{
    if (seen->frame <= t->frame) {
        hide_frame(t, seen->frame);
        setup_hide(t, seen->frame);
    }
    t->frame = seen->frame;
    t->pair_in_frame = 0;
    t->now = MAX(t->now, seen->time);
    alarms_look(t);
}

/* ---- what the user of the engine reads ------------------------------------------------------------- */

bool tracker_point_is_named(const struct tracker *t, uint16_t point)
{
    return point < t->points->len && g_ptr_array_index(t->points, point) != NULL;
}

void tracker_name_point(struct tracker *t, uint16_t point, const char *name, uint32_t recorder)
{
    if (point >= t->points->len) {
        g_ptr_array_set_size(t->points, (gint)point + 1);
        g_array_set_size(t->recorders, (guint)point + 1);
    }
    g_array_index(t->recorders, uint32_t, point) = recorder;
    g_free(g_ptr_array_index(t->points, point));
    g_ptr_array_index(t->points, point) = plain_name(name);
}

static struct named_address server_of(const struct tracker *t, const struct attempt *a)
{
    struct tcp_address client, server;
    struct named_address address = { .family = tracker_addresses(t, a, &client, &server) };

    memcpy(address.ip, server.ip, sizeof address.ip);
    return address;
}

bool tracker_have_one_name(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    const struct named_address x = server_of(t, a), y = server_of(t, b);

    return names_share(t->names, &x, &y);
}

const char *tracker_point_name(const struct tracker *t, uint16_t point)
{
    return tracker_point_is_named(t, point) ? g_ptr_array_index(t->points, point) : NULL;
}

void tracker_name_frames(struct tracker *t, const struct frame_names *names)
{
    t->frame_names = *names;
}

const struct frame_names *tracker_frame_names(const struct tracker *t)
{
    return &t->frame_names;
}

uint16_t tracker_point(const struct tracker *t, const struct attempt *a)
{
    return pair_of(t, a)->point;
}

uint32_t tracker_attempts(const struct tracker *t)
{
    return t->attempts.len;
}

const struct attempt *tracker_attempt(const struct tracker *t, uint32_t attempt)
{
    return get_attempt(t, attempt);
}

const struct evidence *tracker_evidence(const struct tracker *t, const struct attempt *a)
{
    return get_evidence(t, a);
}

const struct packets_seen *tracker_packets(const struct tracker *t, const struct attempt *a, enum seen_kind kind)
{
    return packets_of(t, get_trouble(t, a), kind);
}

uint8_t tracker_addresses(const struct tracker *t, const struct attempt *a, struct tcp_address *client,
                          struct tcp_address *server)
{
    const struct port_pair *pair = pair_of(t, a);

    port_pairs_address(&t->pairs, pair, attempt_side(a), client);
    port_pairs_address(&t->pairs, pair, server_side(a), server);
    return pair->family;
}

struct peer_rules tracker_peer_rules(const struct tracker *t, const struct attempt *a)
{
    return rules_of_host(t, pair_of(t, a), server_side(a));
}

bool tracker_left_time_wait(const struct tracker *t, const struct attempt *a, uint8_t *side, int64_t *since)
{
    const struct port_pair *pair = pair_of(t, a);
    const struct connection *c = latest_connection(t, pair);

    for (*side = 0; c != NULL && *side < 2; ++*side) {
        struct peer_rules rules = rules_of_host(t, pair, *side);
        *since = time_wait_start(&rules, c);
        if (connection_state(c, *side) == STATE_TIME_WAIT && !time_wait_is_removed(&rules, c))
            return true;
    }
    return false;
}
