/* ladder.c - the packets of an attempt as arrows between its hosts, drawn as SVG
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ladder.h"

#include "html.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LANES = 3,        /* client, what stands between, server */
    LEFT = 270,       /* for frames, and the client's states: more if frames have long names */
    SHORT_NAME = 20,  /* characters for which there is room */
    LETTER = 7,       /* width */
    GAP = 480,        /* between two lanes */
    NARROW_GAP = 400, /* between three */
    RIGHT = 190,      /* for the server's states */
    ROW = 44,         /* between packets that follow at once */
    LINE = 17,        /* of text */
    TOP = 30,         /* the names of the hosts */
    LATER = 9,        /* more for each doubling of the time between, from 1/4 s on */
    ARROWS_MAX = 20,  /* more are left out in the middle */
    BAR = 10,         /* width of a state */
    NUMBERS = 120
};

/* A packet. */
struct arrow {
    int64_t time;   /* ns; -1: not known */
    uint32_t frame; /* 0: stands for some that are left out */
    uint32_t left_out;
    uint8_t from, to; /* lanes */
    bool is_syn, is_old, is_bad;
    uint8_t client, server; /* enum tcp_state after it; STATE_UNKNOWN: not shown by it */
    bool names_server;      /* the server's state has its name here */
    uint32_t restart;       /* it restarted TIME_WAIT for the nth time */
    const char *text;
    char numbers[NUMBERS];
    gint y;
};

struct ladder {
    const struct tracker *t;
    uint32_t attempt, leg;      /* records: the one that is judged, the other leg or 0 */
    uint32_t met;               /* that of the two that the server saw */
    uint32_t members[RING_MAX]; /* all attempts that are drawn: these, and the same SYN from other ports */
    guint n_members;
    int64_t zero; /* ns: the first SYN of them */
    const struct attempt *a;
    struct past past; /* what that one met */
    bool has_past;
    uint8_t lanes;
    GArray *arrows;    /* struct arrow */
    gint height, left; /* of the client */
    GString *out;
};

/* How a packet of each kind reads, and who sends it. */
static const struct {
    const char *text;
    bool from_client, is_bad;
} kinds[SEEN_KINDS] = {
    [SEEN_SYN_ACK] = { "SYN/ACK", false, false },
    [SEEN_ACK] = { "ACK", true, false },
    [SEEN_BARE_ACK] = { "ACK of the old connection", false, true },
    [SEEN_WRONG_SYN_ACK] = { "SYN/ACK of another SYN", false, true },
    [SEEN_WRONG_ACK_TAKEN] = { "ACK of that SYN/ACK", true, true },
    [SEEN_SYN_ACK_AGAIN] = { "SYN/ACK again", false, false },
    [SEEN_SYN_ACK_LATE] = { "SYN/ACK again, after the client's ACK", false, true },
    [SEEN_SYN_ACK_OTHER] = { "SYN/ACK with another ISN", false, false },
    [SEEN_ODD_ACK] = { "ACK of what was not sent", true, true },
    [SEEN_RST] = { "RST", false, true },
    [SEEN_RST_OTHER] = { "RST for another number", false, true },
    [SEEN_SERVER_RST] = { "RST after the handshake", false, true },
    [SEEN_ICMP] = { "ICMP error", false, true },
    [SEEN_ICMP_LATE] = { "ICMP error about what was sent", false, true },
    [SEEN_CLIENT_RST] = { "RST", true, false },
    [SEEN_CLIENT_RST_OLD] = { "RST for that ACK", true, false },
    [SEEN_DATA_AGAIN] = { "data again", true, true },
    [SEEN_CLIENT_END] = { "end of the client", true, false },
    [SEEN_STRAY] = { "answer from elsewhere", false, true },
};

static struct arrow *arrow_at(const struct ladder *l, guint i)
{
    return &g_array_index(l->arrows, struct arrow, i);
}

/* ---- collecting ------------------------------------------------------------------------------------ */

/* The record of this frame among the first and last of each kind of the attempt, or NULL. */
static const struct packet_seen *packet_of(const struct ladder *l, uint32_t attempt, uint32_t frame, uint8_t *kind)
{
    for (int k = 0; k < SEEN_KINDS; k++) {
        const struct packets_seen *seen = tracker_packets(l->t, tracker_attempt(l->t, attempt), (enum seen_kind)k);
        if (seen == NULL || (seen->first.frame != frame && seen->last.frame != frame))
            continue;
        *kind = (uint8_t)k;
        return seen->first.frame == frame ? &seen->first : &seen->last;
    }
    return NULL;
}

/* An ACK of the old connection shows what the server keeps of it. */
static void write_kept(const struct packet_seen *packet, char numbers[NUMBERS])
{
    gsize length = (gsize)snprintf(numbers, NUMBERS, "X = seq %u, N = ack %u", packet->seq, packet->ack);

    if (packet->bits & PACKET_HAS_TS)
        (void)snprintf(numbers + length, NUMBERS - length, ", R = TSecr %u", packet->tsecr);
}

static void write_numbers(const struct packet_seen *packet, uint8_t kind, char numbers[NUMBERS])
{
    gsize length = 0;

    if (kind == SEEN_ICMP || kind == SEEN_ICMP_LATE)
        return; /* it has none of its own */
    if (kind == SEEN_BARE_ACK) {
        write_kept(packet, numbers);
        return;
    }
    length = (gsize)snprintf(numbers, NUMBERS, "seq %u", packet->seq);
    if (packet->bits & PACKET_HAS_ACK)
        length += (gsize)snprintf(numbers + length, NUMBERS - length, ", ack %u", packet->ack);
    if (packet->bits & PACKET_HAS_TS)
        (void)snprintf(numbers + length, NUMBERS - length, ", TSval %u, TSecr %u", packet->tsval, packet->tsecr);
}

static bool shows_past(const struct ladder *l, const struct attempt *a)
{
    return l->has_past && a == tracker_attempt(l->t, l->met);
}

/* The first SYN: what the server compares. */
static void write_syn(const struct ladder *l, const struct attempt *a, char numbers[NUMBERS])
{
    gsize length = (gsize)snprintf(numbers, NUMBERS, "S = seq %u", a->isn);

    if (shows_past(l, a) && (l->past.flags & PAST_SYN_TS))
        (void)snprintf(numbers + length, NUMBERS - length, ", T = TSval %u",
                       l->past.ts_recent + (uint32_t)l->past.tsval_delta);
    else if ((a->flags & ATTEMPT_HAS_TS) && a->retries == 0)
        (void)snprintf(numbers + length, NUMBERS - length, ", T = TSval %u", a->tsval);
}

static struct tcp_address client_of(const struct tracker *t, uint32_t attempt)
{
    struct tcp_address client, server;

    tracker_addresses(t, tracker_attempt(t, attempt), &client, &server);
    return client;
}

static bool has_client_of(const struct tracker *t, uint32_t attempt, uint32_t other)
{
    struct tcp_address a = client_of(t, attempt), b = client_of(t, other);

    return same_ip(6, a.ip, b.ip); /* an IPv4 address is followed by zeros */
}

/* Lanes of the client and the server of an attempt. */
static void lanes_of(const struct ladder *l, uint32_t attempt, uint8_t *client, uint8_t *server)
{
    bool is_second = l->leg != 0 && (attempt == l->met || has_client_of(l->t, attempt, l->met));

    if (attempt != l->met && (attempt == l->attempt || attempt == l->leg))
        is_second = false;
    *client = is_second ? 1 : 0;
    *server = l->lanes == LANES && !is_second ? 1 : (uint8_t)(l->lanes - 1);
}

/* The states of the hosts at the ends, after a frame that one of them sent or got. */
static void read_states(const struct ladder *l, struct arrow *arrow)
{
    enum tcp_state src, dst;
    uint8_t last = (uint8_t)(l->lanes - 1);

    tracker_states(l->t, arrow->frame, &src, &dst);
    if (arrow->from == 0 || arrow->to == 0)
        arrow->client = (uint8_t)(arrow->from == 0 ? src : dst);
    if (arrow->from == last || arrow->to == last)
        arrow->server = (uint8_t)(arrow->from == last ? src : dst);
}

static void add_arrow(struct ladder *l, uint32_t attempt, struct arrow arrow, bool from_client)
{
    uint8_t client, server;

    lanes_of(l, attempt, &client, &server);
    arrow.from = from_client ? client : server;
    arrow.to = from_client ? server : client;
    read_states(l, &arrow);
    g_array_append_val(l->arrows, arrow);
}

static void name_syn(const struct ladder *l, const struct report_frame *f, struct arrow *arrow)
{
    const struct attempt *a = tracker_attempt(l->t, f->attempt);
    bool is_first = f->frame == a->frame[SYN_FIRST];

    arrow->text = is_first ? "SYN" : "SYN again";
    if (is_first && (f->attempt == l->attempt || f->attempt == l->leg))
        write_syn(l, a, arrow->numbers);
    else if (is_first)
        (void)snprintf(arrow->numbers, NUMBERS, "the same SYN, from port %u", client_of(l->t, f->attempt).port);
}

static void add_frame(struct ladder *l, const struct report_frame *f)
{
    const struct attempt *a = tracker_attempt(l->t, f->attempt);
    const struct evidence *e = tracker_evidence(l->t, a);
    struct arrow arrow = { .time = f->time, .frame = f->frame, .is_syn = f->role == NOTE_SYN };
    uint8_t kind = f->kind;
    const struct packet_seen *packet = f->role == NOTE_ANSWER ? packet_of(l, f->attempt, f->frame, &kind) : NULL;

    if (f->role == NOTE_DUPLICATE)
        return;
    if (arrow.is_syn) {
        name_syn(l, f, &arrow);
    } else {
        arrow.text = kinds[kind].text;
        arrow.is_bad = kinds[kind].is_bad;
        if (packet != NULL)
            write_numbers(packet, kind, arrow.numbers);
    }
    if (e != NULL && f->frame == e->frame[EV_ACK])
        arrow.text = "ACK: connected";
    add_arrow(l, f->attempt, arrow, arrow.is_syn || kinds[kind].from_client);
}

/* What is kept of an attempt and has no note of its own: the client's RSTs and repeated data. */
static void add_unnoted(struct ladder *l, uint32_t attempt)
{
    const struct attempt *a = tracker_attempt(l->t, attempt);
    guint noted = l->arrows->len;

    for (guint k = 0; k < SEEN_KINDS; k++) {
        const struct packets_seen *seen = tracker_packets(l->t, a, (enum seen_kind)k);
        const struct packet_seen *both[] = { seen == NULL ? NULL : &seen->first, seen == NULL ? NULL : &seen->last };
        for (guint i = 0; i < 2 && seen != NULL && (i == 0 || seen->count > 1); i++) {
            struct arrow arrow = { .time = both[i]->time, .frame = both[i]->frame, .text = kinds[k].text };
            bool is_known = arrow.frame == FRAME_HIDDEN || arrow.frame == 0;
            for (guint j = 0; j < noted && !is_known; j++)
                is_known = arrow_at(l, j)->frame == arrow.frame;
            if (is_known)
                continue;
            arrow.is_bad = kinds[k].is_bad;
            write_numbers(both[i], (uint8_t)k, arrow.numbers);
            add_arrow(l, attempt, arrow, kinds[k].from_client);
        }
    }
}

static gint by_frame(gconstpointer a, gconstpointer b)
{
    const struct arrow *x = a, *y = b;

    return (x->frame > y->frame) - (x->frame < y->frame);
}

/* How the old connection ended, before the new SYN. */
static void add_old(struct ladder *l)
{
    const struct past *p = &l->past;
    const struct attempt *met = tracker_attempt(l->t, l->met);
    bool knows_tw = p->tw_frame != 0 && p->tw_frame != FRAME_HIDDEN;

    if (p->closed_in != 0 && p->closed_in != FRAME_HIDDEN && p->closer != SIDE_NONE) {
        struct arrow close = { .time = -1, .frame = p->closed_in, .is_old = true };
        close.text = p->flags & PAST_RESET ? "RST: ends the old connection" : "FIN: closes the old connection";
        add_arrow(l, l->met, close, p->closer == attempt_side(met));
    }
    if (knows_tw && p->tw_frame != p->closed_in) {
        enum tcp_state src, dst;
        struct arrow arrow = {
            .time = -1, .frame = p->tw_frame, .is_old = true, .text = "the server enters TIME_WAIT"
        };
        tracker_states(l->t, p->tw_frame, &src, &dst);
        if (p->state == STATE_TIME_WAIT)
            arrow.time = met->first_time - p->tw_elapsed;
        add_arrow(l, l->met, arrow, src != STATE_TIME_WAIT);
    }
}

static void mark_restarts(struct ladder *l)
{
    for (guint i = 0; i < l->arrows->len; i++) {
        struct arrow *arrow = arrow_at(l, i);
        size_t n;
        bool reaches_server = arrow->is_syn && arrow->to == l->lanes - 1;
        const struct note *notes = reaches_server ? tracker_notes(l->t, arrow->frame, &n) : NULL;
        const struct time_wait_clock *clock = notes == NULL ? NULL : tracker_time_wait(l->t, notes);
        if (clock != NULL && clock->is_restarted)
            arrow->restart = clock->restarts + 1;
    }
}

/* Many packets are alike: the first and the last tell enough. */
static void leave_out(struct ladder *l)
{
    guint n = l->arrows->len, half = ARROWS_MAX / 2;

    if (n <= ARROWS_MAX + 2)
        return;
    struct arrow gap = { .time = -1, .left_out = n - ARROWS_MAX };
    g_array_remove_range(l->arrows, half, n - ARROWS_MAX);
    g_array_insert_val(l->arrows, half, gap);
}

/* Finds the attempt of the same SYN on the other side of a NAT, and which of the two the server saw: that whose SYN came
 * later. The last SYN is asked before the first, which may have been captured on one side only. */
static void find_leg(struct ladder *l)
{
    uint32_t own = l->a->frame[SYN_LAST], frame = tracker_leg(l->t, own);

    l->met = l->attempt;
    if (frame == 0) {
        own = l->a->frame[SYN_FIRST];
        frame = tracker_leg(l->t, own);
    }
    if (frame == 0)
        return;
    for (uint32_t s = sibling_after(l->t, l->attempt, l->attempt); s != 0; s = sibling_after(l->t, l->attempt, s)) {
        const struct attempt *a = tracker_attempt(l->t, s);
        if (a->frame[SYN_FIRST] > frame || a->frame[SYN_LAST] < frame || (a->flags & ATTEMPT_TWIN))
            continue;
        l->leg = s;
        l->met = frame > own ? s : l->attempt;
        return;
    }
}

/* Those of the ring that are on one of the legs; not what a second capture point saw. */
static void find_members(struct ladder *l)
{
    for (uint32_t s = l->attempt; s != 0 && l->n_members < RING_MAX; s = sibling_after(l->t, l->attempt, s)) {
        bool is_twin = tracker_attempt(l->t, s)->flags & ATTEMPT_TWIN;
        bool is_here = has_client_of(l->t, s, l->attempt) || has_client_of(l->t, s, l->met);
        if (s == l->attempt || s == l->leg || (is_here && !is_twin))
            l->members[l->n_members++] = s;
    }
}

static bool is_member(const struct ladder *l, uint32_t attempt)
{
    for (guint i = 0; i < l->n_members; i++)
        if (l->members[i] == attempt)
            return true;
    return false;
}

static void add_packets(struct ladder *l, const GArray *frames)
{
    for (guint i = 0; i < frames->len; i++) {
        const struct report_frame *f = &g_array_index(frames, struct report_frame, i);
        if (is_member(l, f->attempt))
            add_frame(l, f);
    }
    for (guint i = 0; i < l->n_members; i++)
        add_unnoted(l, l->members[i]);
    if (l->has_past && (l->past.flags & PAST_CONNECTION))
        add_old(l);
}

static struct ladder collect(const struct tracker *t, uint32_t attempt, const GArray *frames, GString *out)
{
    struct ladder l = { .t = t, .attempt = attempt, .a = tracker_attempt(t, attempt), .out = out };

    find_leg(&l);
    l.lanes = l.leg == 0 ? LANES - 1 : LANES;
    l.has_past = tracker_past(t, tracker_attempt(t, l.met), &l.past);
    l.arrows = g_array_new(FALSE, FALSE, sizeof(struct arrow));
    find_members(&l);
    l.zero = l.a->first_time;
    for (guint i = 0; i < l.n_members; i++)
        l.zero = MIN(l.zero, tracker_attempt(t, l.members[i])->first_time);
    add_packets(&l, frames);
    g_array_sort(l.arrows, by_frame);
    mark_restarts(&l);
    leave_out(&l);
    return l;
}

/* ---- drawing --------------------------------------------------------------------------------------- */

static gint lane_x(const struct ladder *l, uint8_t lane)
{
    return l->left + (l->lanes == LANES ? NARROW_GAP : GAP) * lane;
}

static gint server_x(const struct ladder *l)
{
    return lane_x(l, (uint8_t)(l->lanes - 1));
}

static gint width_of(const struct ladder *l)
{
    return server_x(l) + RIGHT;
}

/* The SYN that met the old connection, as the server saw it. */
static bool is_first_syn(const struct ladder *l, const struct arrow *arrow)
{
    return arrow->is_syn && arrow->frame == tracker_attempt(l->t, l->met)->frame[SYN_FIRST];
}

/* Above this packet is the old connection, and it is the SYN that uses its ports again. */
static bool has_border(const struct ladder *l, guint i)
{
    const struct arrow *arrow = arrow_at(l, i);
    bool is_same_syn = is_first_syn(l, arrow) || (l->n_members == 2 && l->leg != 0);

    return i > 0 && arrow_at(l, i - 1)->is_old && !arrow->is_old && is_same_syn;
}

static bool shows_comparison(const struct ladder *l, const struct arrow *arrow)
{
    return l->has_past && (l->past.flags & PAST_RCV_NXT) && is_first_syn(l, arrow);
}

static gint left_of(const struct ladder *l)
{
    gsize longest = SHORT_NAME;
    GString *name = g_string_new(NULL);

    for (guint i = 0; i < l->arrows->len; i++) {
        g_string_truncate(name, 0);
        append_frame_name(name, tracker_frame_names(l->t), arrow_at(l, i)->frame);
        longest = MAX(longest, name->len);
    }
    g_string_free(name, TRUE);
    return LEFT + LETTER * (gint)(longest - SHORT_NAME);
}

/* Time goes down: the longer between two packets, the farther. */
static void place(struct ladder *l)
{
    gint y = TOP + ROW;
    int64_t before = -1;

    l->left = left_of(l);
    for (guint i = 0; i < l->arrows->len; i++) {
        struct arrow *arrow = arrow_at(l, i);
        int64_t quarters = before < 0 || arrow->time < before ? 0 : (arrow->time - before) / (NS_PER_SECOND / 4);
        for (; quarters > 0; quarters /= 2)
            y += LATER;
        y += has_border(l, i) ? LINE : 0;
        arrow->y = y;
        y += ROW + (shows_comparison(l, arrow) ? 4 * LINE : 0);
        if (arrow->time >= 0)
            before = arrow->time;
    }
    l->height = y;
}

static void draw_text(const struct ladder *l, gint x, gint y, const char *class, const char *text)
{
    html_printf(l->out, "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>\n", x, y, class, text);
}

static void draw_hosts(const struct ladder *l)
{
    struct tcp_address client, server;
    GString *names[LANES] = { g_string_new("client "), g_string_new("between"), g_string_new("server ") };
    uint32_t first = l->leg == 0 || l->met == l->leg ? l->attempt : l->leg, second = l->met;

    append_address(names[0], tracker_addresses(l->t, tracker_attempt(l->t, first), &client, &server), &client, true);
    append_address(names[2], tracker_addresses(l->t, tracker_attempt(l->t, second), &client, &server), &server, true);
    if (l->leg != 0) {
        g_string_append_c(names[1], ' ');
        append_address(names[1], tracker_addresses(l->t, tracker_attempt(l->t, second), &client, &server), &client,
                       true);
    }
    for (uint8_t lane = 0; lane < l->lanes; lane++) {
        gint x = lane_x(l, lane);
        html_printf(l->out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"lane\"/>\n", x, TOP, x, l->height);
        draw_text(l, x, TOP - 10, "host", names[lane == l->lanes - 1 ? 2 : lane]->str);
    }
    for (guint i = 0; i < LANES; i++)
        g_string_free(names[i], TRUE);
}

/* One state of a host, from a packet to the next that changes it. */
static void draw_state(const struct ladder *l, bool is_client, gint from, gint to, enum tcp_state state)
{
    const char *name = tcp_state_name(state);
    gint x = is_client ? l->left - BAR - 2 : server_x(l) + 2;
    bool is_waiting = state == STATE_TIME_WAIT;

    if (name == NULL)
        return;
    html_printf(l->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"/>\n", x, from, BAR, to - from,
                is_waiting ? "state waits" : "state");
    draw_text(l, is_client ? x - 6 : x + BAR + 6, from + 14, is_client ? "name left" : "name", name);
}

static void draw_states(const struct ladder *l, bool is_client)
{
    enum tcp_state state = STATE_UNKNOWN;
    gint from = 0;

    for (guint i = 0; i < l->arrows->len; i++) {
        struct arrow *arrow = arrow_at(l, i);
        enum tcp_state now = (enum tcp_state)(is_client ? arrow->client : arrow->server);
        if (now == STATE_UNKNOWN || now == state)
            continue;
        arrow->names_server |= !is_client;
        draw_state(l, is_client, from, arrow->y, state);
        state = now;
        from = arrow->y;
    }
    draw_state(l, is_client, from, l->height, state);
}

/* One of the comparisons, in the words of RFC 9293 and RFC 7323. */
static void draw_difference(const struct ladder *l, gint y, const char *names, uint32_t new, uint32_t kept, bool is_bad)
{
    int32_t delta = (int32_t)(new - kept);
    const char *word = delta == 0 ? "the same" : delta > 0 ? "newer" : "older";
    char *text = g_strdup_printf("%s = %u \xe2\x88\x92 %u = %+" PRId32 ": %s", names, new, kept, delta, word);

    draw_text(l, server_x(l) - 14, y, is_bad ? "number left bad" : "number left", text);
    g_free(text);
}

/* What the server compares, where it does; what decides against the SYN stands out. */
static void draw_comparison(const struct ladder *l, gint y)
{
    const struct past *p = &l->past;
    const char *title = p->flags & PAST_FROM_ANSWER ? "compared with what its ACK shows that the server keeps:"
                                                    : "compared with what the server keeps:";

    draw_text(l, server_x(l) - 14, y + 2 * LINE, "number left", title);
    draw_difference(l, y + 3 * LINE, "S \xe2\x88\x92 N (RCV.NXT)", tracker_attempt(l->t, l->met)->isn, p->rcv_nxt,
                    p->reason == REASON_OLD_SEQUENCE);
    if ((p->flags & PAST_SYN_TS) && (p->flags & PAST_TS_RECENT))
        draw_difference(l, y + 4 * LINE, "T \xe2\x88\x92 R (TS.Recent)", p->ts_recent + (uint32_t)p->tsval_delta,
                        p->ts_recent, p->reason == REASON_PAWS);
}

static void draw_when(const struct ladder *l, const struct arrow *arrow)
{
    if (arrow->time >= 0) {
        char *text = g_strdup_printf("%+.6f s", (double)(arrow->time - l->zero) / 1e9);
        draw_text(l, 0, arrow->y + 4, "time", text);
        g_free(text);
    }
    GString *name = g_string_new("frame ");
    append_frame_name(name, tracker_frame_names(l->t), arrow->frame);
    draw_text(l, 0, arrow->y + 4 - (arrow->time >= 0 ? LINE : 0), "frame", name->str);
    g_string_free(name, TRUE);
}

static void draw_arrow(const struct ladder *l, const struct arrow *arrow)
{
    gint tip = arrow->from < arrow->to ? -3 : 3, from = lane_x(l, arrow->from), to = lane_x(l, arrow->to) + tip;
    const char *class = arrow->is_old ? "packet old" : arrow->is_bad ? "packet bad" : "packet";
    gint middle = (from + to) / 2;

    html_printf(l->out, "<g class=\"%s\"><line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", class, from, arrow->y, to,
                arrow->y);
    html_printf(l->out, "<path d=\"M%d %dl%d -5v10z\"/></g>\n", to, arrow->y, tip * 3);
    draw_text(l, middle, arrow->y - 5, arrow->is_bad ? "label bad" : "label", arrow->text);
    if (arrow->numbers[0] != '\0')
        draw_text(l, middle, arrow->y + LINE - 3, "number", arrow->numbers);
    draw_when(l, arrow);
    if (shows_comparison(l, arrow))
        draw_comparison(l, arrow->y);
    if (arrow->restart > 0) {
        char *text = g_strdup_printf("restarted (%u)", arrow->restart);
        gint x = server_x(l);
        html_printf(l->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"3\" class=\"notch\"/>", x + 1, arrow->y - 1,
                    BAR + 2);
        draw_text(l, x + BAR + 8, arrow->y + 14 + (arrow->names_server ? LINE - 3 : 0), "name restart", text);
        g_free(text);
    }
}

/* Between the old connection and the SYN that uses its ports again. */
static void draw_border(const struct ladder *l, const struct arrow *arrow)
{
    GString *text = g_string_new(NULL);
    gint y = arrow->y - ROW / 2 - 14, from = lane_x(l, (uint8_t)(l->lanes - 2));

    append_duration(text, MAX(l->past.age, 0));
    g_string_append(text, l->lanes == LANES ? " later, on the same ports:"
                                            : " after the last packet of the old connection, on the same ports:");
    html_printf(l->out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"border\"/>\n", from, y, server_x(l), y);
    draw_text(l, (from + server_x(l)) / 2, y - 4, "number", text->str);
    g_string_free(text, TRUE);
}

static void draw_arrows(const struct ladder *l)
{
    for (guint i = 0; i < l->arrows->len; i++) {
        const struct arrow *arrow = arrow_at(l, i);
        if (arrow->left_out > 0) {
            char *text = g_strdup_printf("%u more packets", arrow->left_out);
            draw_text(l, (l->left + server_x(l)) / 2, arrow->y, "number", text);
            g_free(text);
            continue;
        }
        if (has_border(l, i))
            draw_border(l, arrow);
        draw_arrow(l, arrow);
    }
}

void ladder_draw(const struct tracker *t, uint32_t attempt, const GArray *frames, GString *out)
{
    struct ladder l = collect(t, attempt, frames, out);

    place(&l);
    html_printf(out, "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" class=\"ladder\">\n", width_of(&l), l.height,
                width_of(&l));
    html_printf(out, "<title>The packets of attempt %u between client and server</title>\n", l.a->number);
    draw_hosts(&l);
    draw_states(&l, true);
    draw_states(&l, false);
    draw_arrows(&l);
    g_string_append(out, "</svg>\n");
    g_array_free(l.arrows, TRUE);
}

void ladder_filter(const struct tracker *t, uint32_t attempt, const GArray *frames, GString *out)
{
    struct ladder l = collect(t, attempt, frames, out);
    const char *separator = "frame.number in {";

    for (guint i = 0; i < l.arrows->len; i++) {
        const struct arrow *arrow = arrow_at(&l, i);
        if (arrow->frame == 0 || arrow->frame == FRAME_HIDDEN)
            continue;
        g_string_append_printf(out, "%s%u", separator, arrow->frame);
        separator = ", ";
    }
    g_string_append(out, "}");
    g_array_free(l.arrows, TRUE);
}
