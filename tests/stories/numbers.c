/* numbers.c - what the ends of a story write into their segments by themselves, and what they learn from each other's
 *
 * A SYN reaches the other end when that one answers it with a SYN/ACK: until then it keeps its old connection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "play.h"

enum {
    AFTER_OLD_ISN = 995733925,
    REOPENED_IDS = 100,
    FULL_WINDOW = 64240,
    FULL_SYN_ACK_WINDOW = 65160,
    MOST_OPTIONS = 40
};

#define OPTION_LETTERS "MSTWFDABJn"

static bool has(const struct packet *packet, unsigned flag)
{
    return (packet->flags & flag) != 0;
}

static bool is_syn(const struct packet *packet)
{
    return has(packet, TCP_SYN) && !has(packet, TCP_ACK);
}

static bool is_syn_ack(const struct packet *packet)
{
    return has(packet, TCP_SYN) && has(packet, TCP_ACK);
}

/* What the sender's timestamp clock says now. */
static uint32_t clock_now(const struct play *p, const struct side *me)
{
    const int64_t begin = INT64_C(1600000000) * NS_PER_SECOND;

    return me->clock + (uint32_t)((p->time - begin) / NS_PER_US * p->hz / 1000000);
}

static void begin_connection(struct side *me, uint32_t isn)
{
    if (me->used)
        me->ip_id += REOPENED_IDS;
    me->isn = me->snd_nxt = isn;
    me->rcv_nxt = me->ts_recent = me->syn_data = me->syn_tsval = 0;
    me->used = true;
    me->has_answered = false;
}

/* A number that the story gives for a SYN begins a connection, unless it is the one that the SYN had before. */
static void number_syn(struct play *p, struct pair *pair, unsigned from, const char *text)
{
    struct side *me = &pair->side[from];
    const bool given = text != NULL && !(p->repeats > 0 && me->used);

    if (given && !(me->used && play_number(p, pair, text, me->isn) == me->isn)) {
        if (from == 0)
            pair->taken = false;
        begin_connection(me, play_number(p, pair, text, me->isn));
    }
    me->used = me->syn_sent = true;
}

/* What the right end knew of the connection before stays known to the story as N, X and R. */
static void keep_old_numbers(struct pair *pair)
{
    const struct side *right = &pair->side[1];

    pair->old_n = right->rcv_nxt;
    pair->old_x = right->snd_nxt;
    pair->old_r = right->ts_recent;
    pair->taken = true;
}

/* A SYN/ACK takes the peer's SYN, or repeats that it did. */
static void number_syn_ack(struct play *p, struct pair *pair, unsigned from, const char *text)
{
    struct side *me = &pair->side[from], *peer = &pair->side[!from];
    const bool again = me->has_answered && me->answered == peer->isn;
    uint32_t isn = me->isn;

    if (text != NULL && !(p->repeats > 0 && again))
        isn = play_number(p, pair, text, me->isn);
    else if (!again && !me->syn_sent && me->used)
        isn = me->snd_nxt + AFTER_OLD_ISN;
    if (!again && from == 1 && me->used && !me->syn_sent)
        keep_old_numbers(pair);
    if (isn != me->isn || (!again && !me->syn_sent))
        begin_connection(me, isn);
    if (!me->has_answered)
        me->ts_recent = peer->syn_tsval;
    me->has_answered = true;
    me->answered = peer->isn;
    me->rcv_nxt = peer->isn + 1 + peer->syn_data;
    me->syn_sent = false;
}

/* A RST of an end that never took the peer's SYN refuses it. */
static bool refuses(const struct pair *pair, unsigned from, const struct packet *packet)
{
    const struct side *me = &pair->side[from], *peer = &pair->side[!from];

    return has(packet, TCP_RST) && has(packet, TCP_ACK) && peer->syn_sent
           && !(me->has_answered && me->answered == peer->isn);
}

static uint32_t usual_seq(const struct pair *pair, unsigned from, const struct packet *packet)
{
    const struct side *me = &pair->side[from];

    if (has(packet, TCP_SYN))
        return me->isn;
    if (refuses(pair, from, packet))
        return 0;
    if (has(packet, TCP_RST) && !has(packet, TCP_ACK))
        return pair->side[!from].last_ack;
    return me->snd_nxt;
}

static uint32_t usual_ack(const struct pair *pair, unsigned from, const struct packet *packet)
{
    const struct side *peer = &pair->side[!from];

    if (!has(packet, TCP_ACK))
        return 0;
    return refuses(pair, from, packet) ? peer->isn + 1 + peer->syn_data : pair->side[from].rcv_nxt;
}

static bool has_times(const struct play *p, const struct pair *pair, unsigned from, const struct packet *packet)
{
    const struct side *me = &pair->side[from], *peer = &pair->side[!from];

    if (packet->no_ts || packet->ts != NULL || packet->ecr != NULL)
        return !packet->no_ts;
    if (is_syn(packet))
        return p->timestamps;
    if (is_syn_ack(packet))
        return me->timestamps && peer->timestamps;
    return me->timestamps && !(has(packet, TCP_RST) && (!has(packet, TCP_ACK) || refuses(pair, from, packet)));
}

/* In the order in which Linux writes them; n: a NOP. */
static void choose_options(struct play *p, struct segment_numbers *s, const struct packet *packet, bool times)
{
    const char *usual = times ? "nnT" : "";

    if (has(packet, TCP_SYN))
        usual = times ? "MSTnW" : "MnnSnW";
    if (packet->options != NULL)
        usual = strcmp(packet->options, "none") == 0 ? "" : packet->options;
    if (usual[strspn(usual, OPTION_LETTERS)] != '\0' || strlen(usual) > sizeof s->options - sizeof "F")
        play_stop(p, "\"%s\" are no options", usual);
    g_snprintf(s->options, sizeof s->options, "%s%s", usual, packet->fast_open ? "F" : "");
}

static uint32_t given(struct play *p, const struct pair *pair, const char *text, uint32_t usual)
{
    return text == NULL ? usual : play_number(p, pair, text, usual);
}

/* Of a field that holds no more than `most`. */
static uint32_t given_up_to(struct play *p, const struct pair *pair, const char *text, uint32_t usual, uint32_t most)
{
    const uint32_t number = given(p, pair, text, usual);

    if (number > most)
        play_stop(p, "\"%s\" is %u, more than %u", text, number, most);
    return number;
}

static void write_times(struct play *p, struct pair *pair, unsigned from, const struct packet *packet,
                        struct segment_numbers *s)
{
    struct side *me = &pair->side[from];
    const bool times = has_times(p, pair, from, packet);

    s->tsval = clock_now(p, me);
    if (packet->ts != NULL && p->repeats == 0) {
        const uint32_t tsval = play_number(p, pair, packet->ts, s->tsval);
        me->clock += tsval - s->tsval;
        s->tsval = tsval;
    }
    s->tsecr = given(p, pair, packet->ecr, has(packet, TCP_SYN | TCP_RST) && !has(packet, TCP_ACK) ? 0 : me->ts_recent);
    choose_options(p, s, packet, times);
    if (strchr(s->options, 'T') == NULL)
        s->tsval = 0;
    if (has(packet, TCP_SYN))
        me->timestamps = times;
}

static void write_rest(struct play *p, struct pair *pair, unsigned from, const struct packet *packet,
                       struct segment_numbers *s)
{
    struct side *me = &pair->side[from];
    const bool bare_rst = has(packet, TCP_RST) && (!has(packet, TCP_ACK) || refuses(pair, from, packet));
    uint32_t window = bare_rst ? 0 : 509;

    if (has(packet, TCP_SYN))
        window = has(packet, TCP_ACK) ? FULL_SYN_ACK_WINDOW : FULL_WINDOW;
    s->src = pair->end[from];
    s->dst = pair->end[!from];
    s->flags = packet->flags;
    s->payload = packet->payload;
    s->window = (uint16_t)given_up_to(p, pair, packet->win, window, UINT16_MAX);
    s->mss = (uint16_t)given_up_to(p, pair, packet->mss, 1460, UINT16_MAX);
    s->wscale = (uint8_t)given_up_to(p, pair, packet->wscale, 7, UINT8_MAX);
    s->ttl = (uint8_t)given_up_to(p, pair, packet->ttl, s->src->ttl, UINT8_MAX);
    s->flow_label = given_up_to(p, pair, packet->flow, 0, 0xfffff);
    s->df = !packet->no_df;
    if (packet->id != NULL)
        s->ip_id = (uint16_t)given_up_to(p, pair, packet->id, me->ip_id, UINT16_MAX);
    else if (!packet->no_socket && !is_syn_ack(packet) && !bare_rst)
        s->ip_id = ++me->ip_id;
}

/* What sender and receiver keep of a segment. */
static void learn(struct pair *pair, unsigned from, const struct packet *packet, const struct segment_numbers *s)
{
    struct side *me = &pair->side[from], *peer = &pair->side[!from];
    const uint32_t length = s->payload + (has(packet, TCP_FIN) ? 1 : 0);

    if (has(packet, TCP_ACK))
        me->last_ack = s->ack;
    if (is_syn(packet)) {
        me->syn_data = s->payload;
        me->syn_tsval = s->tsval;
        me->snd_nxt = me->isn + 1 + s->payload;
    } else if (is_syn_ack(packet)) {
        me->snd_nxt = me->isn + 1;
        if (packet->lost)
            return;
        peer->rcv_nxt = me->snd_nxt;
        peer->ts_recent = s->tsval;
        peer->timestamps = peer->timestamps && me->timestamps;
        peer->syn_sent = false;
    } else if (!has(packet, TCP_RST)) {
        if (packet->seq == NULL)
            me->snd_nxt = s->seq + length;
        if (!packet->lost && s->seq == peer->rcv_nxt) {
            peer->rcv_nxt = s->seq + length;
            peer->ts_recent = s->tsval;
        }
    }
}

/* How much of it the capture holds; options begin after so many bytes. */
static size_t captured_length(struct play *p, const struct packet *packet, size_t options, size_t all)
{
    if (packet->options_left != NULL)
        return MIN(options + play_count(p, packet->options_left), all);
    return packet->cut_options ? options : all;
}

void play_segment(struct play *p, struct pair *pair, unsigned from, const struct packet *packet)
{
    const struct pair before = *pair;
    struct segment_numbers s = { 0 };
    size_t header_end;

    if (is_syn(packet))
        number_syn(p, pair, from, packet->seq);
    else if (is_syn_ack(packet))
        number_syn_ack(p, pair, from, packet->seq);
    s.seq = usual_seq(pair, from, packet);
    if (!has(packet, TCP_SYN))
        s.seq = given(p, pair, packet->seq, s.seq);
    s.ack = given(p, pair, packet->ack, usual_ack(pair, from, packet));
    write_times(p, pair, from, packet, &s);
    write_rest(p, pair, from, packet, &s);
    learn(pair, from, packet, &s);
    if (packet->forged)
        *pair = before;

    GByteArray *bytes = bytes_of_segment(&s, &header_end);
    if (bytes->len - s.payload - header_end > MOST_OPTIONS)
        play_stop(p, "a TCP header has no room for these options");
    if (packet->damaged || packet->offloaded)
        spoil_checksum(bytes, packet->offloaded);
    if (is_syn(packet) && from == 0) {
        g_byte_array_set_size(p->last_syn, 0);
        g_byte_array_append(p->last_syn, bytes->data, bytes->len);
    }
    if (!packet->hide && p->hidden == 0 && !p->stopped) {
        p->in = packet->in || packet->through;
        p->out = packet->out || packet->through;
        p->loops = packet->loops;
        const uint32_t frame = play_frame(p, bytes, captured_length(p, packet, header_end, bytes->len));
        expect_of_frame(p, packet, frame);
    }
    g_byte_array_unref(bytes);
}
