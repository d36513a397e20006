/* test_setup.c - ARP, neighbour discovery and IKE, whole, odd and cut, and which of them came while a SYN waited
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "setup.h"

#include "forget.h"
#include "headers.h"
#include "segments.h"

enum { REQUEST = 1, REPLY = 2, SOLICITATION = 135, ADVERTISEMENT = 136 };
enum { V1 = 0x10, V2 = 0x20, MAIN = 2, QUICK = 32, SA_INIT = 34, INITIATOR = 0x08, RESPONSE = 0x20 };

/* 10.0.0.SENDER, whose link address ends so too, asks or tells 10.0.0.TARGET. */
static void put_arp(struct packet *p, unsigned operation, unsigned sender, unsigned target)
{
    p->size = 0;
    put32(p, 0x00010800);
    put16(p, 0x0604);
    put16(p, operation);
    put_zeros(p, 5);
    put8(p, sender);
    put32(p, sender == 0 ? 0 : 0x0a000000 | sender);
    put_zeros(p, 6);
    put32(p, 0x0a000000 | target);
}

static void put_neighbour(struct packet *p, unsigned type, unsigned flags, unsigned target)
{
    p->size = 0;
    put8(p, type);
    put_zeros(p, 3);
    put8(p, flags);
    put_zeros(p, 3);
    put8(p, 0xfd);
    put_zeros(p, 14);
    put8(p, target);
}

struct ike {
    unsigned port, marker, initiator, responder, version, exchange, flags, message;
};

static const struct ike FIRST = { 500, 0, 7, 0, V2, SA_INIT, INITIATOR, 0 };

static void put_ike(struct packet *p, const struct ike *ike)
{
    p->size = 0;
    put16(p, 500);
    put16(p, ike->port);
    put32(p, 0);
    if (ike->port == 4500)
        put32(p, ike->marker);
    put32(p, 0);
    put32(p, ike->initiator);
    put32(p, 0);
    put32(p, ike->responder);
    put8(p, 33);
    put8(p, ike->version);
    put8(p, ike->exchange);
    put8(p, ike->flags);
    put32(p, ike->message);
    put32(p, 28);
}

/* fd00::1 to an address that begins with `to`; or 10.0.0.1 to 10.0.0.2. */
static struct envelope envelope_of(uint8_t family, uint8_t to)
{
    struct envelope e = { .family = family, .link = { .src = { 2, 0, 0, 0, 0, 1 }, .dst = { 2, 0, 0, 0, 0, 2 } } };

    e.src[0] = family == 4 ? 10 : 0xfd;
    e.dst[0] = family == 4 ? 10 : to;
    e.src[family == 4 ? 3 : 15] = 1;
    e.dst[family == 4 ? 3 : 15] = 2;
    return e;
}

static bool parse(uint8_t proto, const struct packet *p, size_t captured, const struct envelope *envelope,
                  struct setup_packet *packet)
{
    uint8_t *copy = copy_bytes(p, captured);
    struct packet_bytes bytes = { .data = copy + 1, .captured = captured, .on_wire = p->size };
    bool parsed = setup_packet_parse(proto, &bytes, 0, envelope, packet);

    g_free(copy);
    return parsed;
}

static void assert_cut_is_none(uint8_t proto, const struct packet *p, const struct envelope *envelope)
{
    struct setup_packet packet;

    for (size_t captured = 0; captured < p->size; captured++)
        g_assert_false(parse(proto, p, captured, envelope, &packet));
    struct packet_bytes bytes = { .data = p->data, .captured = p->size, .on_wire = p->size };
    g_assert_false(setup_packet_parse(proto, &bytes, p->size + 1, envelope, &packet));
}

/* Its ends are hosts `asker` and `asked`. */
static void assert_read(const struct setup_packet *packet, enum setup_kind kind, bool answer, uint8_t asker,
                        uint8_t asked)
{
    const unsigned last = packet->family == 4 ? 3 : 15;

    g_assert_cmpuint(packet->kind, ==, kind);
    g_assert_cmpuint(packet->answer, ==, answer);
    g_assert_cmpuint(packet->asker[last], ==, asker);
    g_assert_cmpuint(packet->asked[last], ==, asked);
}

static void test_arp(void)
{
    struct envelope envelope = { .link = { .dst = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } } };
    struct setup_packet packet;
    struct packet p;

    put_arp(&p, REQUEST, 1, 2);
    g_assert_true(parse(PROTO_ARP, &p, p.size, &envelope, &packet));
    assert_read(&packet, SETUP_ARP, false, 1, 2);
    g_assert_cmpuint(packet.owner[5], ==, 0);
    assert_cut_is_none(PROTO_ARP, &p, &envelope);
    g_assert_false(parse(PROTO_TCP, &p, p.size, &envelope, &packet));
    p.data[1] = 6;
    g_assert_false(parse(PROTO_ARP, &p, p.size, &envelope, &packet));
    put_arp(&p, REPLY, 2, 1);
    g_assert_true(parse(PROTO_ARP, &p, p.size, &envelope, &packet));
    assert_read(&packet, SETUP_ARP, true, 1, 2);
    g_assert_cmpuint(packet.owner[5], ==, 2);
    put_arp(&p, 3, 2, 1);
    g_assert_false(parse(PROTO_ARP, &p, p.size, &envelope, &packet));
}

/* Who knows the way, or tells of itself, needs none. */
static void test_arp_of_others(void)
{
    static const struct {
        uint8_t to, sender, target;
        bool read;
    } cases[] = {
        { 0xff, 1, 1, false }, { 0xff, 0, 1, false }, { 2, 1, 2, false }, { 0, 1, 2, true }, { 3, 1, 2, true }
    };
    struct setup_packet packet;
    struct packet p;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct envelope envelope = { .link = { .dst = { cases[i].to } } };
        put_arp(&p, REQUEST, cases[i].sender, cases[i].target);
        g_assert_cmpint(parse(PROTO_ARP, &p, p.size, &envelope, &packet), ==, cases[i].read);
    }
}

static void test_neighbours(void)
{
    const struct envelope to_all = envelope_of(6, 0xff), to_one = envelope_of(6, 0xfd), other = envelope_of(4, 0);
    struct setup_packet packet;
    struct packet p;

    put_neighbour(&p, SOLICITATION, 0, 2);
    g_assert_true(parse(58, &p, p.size, &to_all, &packet));
    assert_read(&packet, SETUP_NEIGHBOUR, false, 1, 2);
    assert_cut_is_none(58, &p, &to_all);
    g_assert_false(parse(58, &p, p.size, &to_one, &packet));
    g_assert_false(parse(58, &p, p.size, &other, &packet));
    put_neighbour(&p, ADVERTISEMENT, 0x40, 1);
    g_assert_true(parse(58, &p, p.size, &to_one, &packet));
    assert_read(&packet, SETUP_NEIGHBOUR, true, 2, 1);
    g_assert_cmpuint(packet.owner[5], ==, 1);
    put_neighbour(&p, ADVERTISEMENT, 0xa0, 1);
    g_assert_false(parse(58, &p, p.size, &to_one, &packet));
    put_neighbour(&p, 134, 0x40, 1);
    g_assert_false(parse(58, &p, p.size, &to_all, &packet));
}

static bool parse_ike(const struct ike *ike, struct setup_packet *packet)
{
    const struct envelope envelope = envelope_of(4, 0);
    struct packet p;

    put_ike(&p, ike);
    assert_cut_is_none(PROTO_UDP, &p, &envelope);
    return parse(PROTO_UDP, &p, p.size, &envelope, packet);
}

static void test_ike(void)
{
    static const struct {
        struct ike ike;
        bool read, answer;
    } cases[] = {
        { { 500, 0, 7, 0, V2, SA_INIT, INITIATOR, 0 }, true, false },
        { { 500, 0, 7, 8, V2, SA_INIT, RESPONSE, 0 }, true, true },
        { { 500, 0, 7, 0, V2, SA_INIT, RESPONSE, 0 }, true, true }, /* wants a cookie */
        { { 500, 0, 7, 8, V2, 36, INITIATOR, 1 }, false, false },
        { { 500, 0, 7, 0, V2, SA_INIT, INITIATOR, 1 }, false, false },
        { { 500, 0, 0, 0, V2, SA_INIT, INITIATOR, 0 }, false, false },
        { { 500, 0, 7, 0, V1, MAIN, 0, 0 }, true, false },
        { { 500, 0, 7, 0, V1, 4, 0, 0 }, true, false },
        { { 500, 0, 7, 8, V1, MAIN, 0, 0 }, true, true },
        { { 500, 0, 7, 8, V1, QUICK, 0, 5 }, false, false },
        { { 500, 0, 7, 0, V1, SA_INIT, 0, 0 }, false, false },
        { { 500, 0, 7, 0, 0x30, SA_INIT, 0, 0 }, false, false },
        { { 4500, 0, 7, 0, V2, SA_INIT, INITIATOR, 0 }, true, false },
        { { 4500, 9, 7, 0, V2, SA_INIT, INITIATOR, 0 }, false, false }, /* ESP */
    };
    struct setup_packet packet;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(parse_ike(&cases[i].ike, &packet), ==, cases[i].read);
        if (cases[i].read)
            assert_read(&packet, SETUP_IKE, cases[i].answer, cases[i].answer ? 2 : 1, cases[i].answer ? 1 : 2);
    }
}

static void test_other_datagrams(void)
{
    const struct envelope known = envelope_of(4, 0), unknown = { .family = 0 };
    struct setup_packet packet;
    struct packet p;

    put_ike(&p, &FIRST);
    g_assert_true(parse(PROTO_UDP, &p, p.size, &known, &packet));
    g_assert_false(parse(PROTO_UDP, &p, p.size, &unknown, &packet));
    p.data[1] = p.data[3] = 53;
    g_assert_false(parse(PROTO_UDP, &p, p.size, &known, &packet));
}

/* ---- while a SYN waited ----------------------------------------------------------------------------- */

/* ARP in a frame of its own. Returns its number. */
static uint32_t send_arp(struct scene *s, unsigned operation, unsigned sender, unsigned target)
{
    const struct envelope envelope = { .family = 0 };
    struct packet p;

    put_arp(&p, operation, sender, target);
    const struct packet_bytes bytes = { .data = p.data, .captured = p.size, .on_wire = p.size };
    next_frame(s);
    tracker_setup(s->t, &s->now, PROTO_ARP, &bytes, 0, &envelope);
    return s->now.frame;
}

static uint32_t first_syn(struct scene *s)
{
    return CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS, .link = { .src = { [5] = 9 }, .dst = { [5] = 8 } });
}

static uint32_t second_syn(struct scene *s)
{
    wait_ms(s, 1000);
    return CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS + 1000);
}

static void syn_ack(struct scene *s)
{
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS, .tsecr = C_TS);
}

static void assert_setup(const struct scene *s, uint32_t begun, uint32_t answered, uint32_t again)
{
    const struct setup *setup = setup_of(s->t, 1);

    g_assert_nonnull(setup);
    g_assert_cmpuint(setup->begun, ==, begun);
    g_assert_cmpuint(setup->answered, ==, answered);
    g_assert_cmpuint(setup->again, ==, again);
}

static void test_between(struct scene *s)
{
    send_arp(s, REQUEST, 254, 1);
    first_syn(s);
    const uint32_t begun = send_arp(s, REQUEST, 254, 1);
    send_arp(s, REQUEST, 254, 1);
    send_arp(s, REPLY, 1, 253);
    const uint32_t answered = send_arp(s, REPLY, 1, 254);
    send_arp(s, REPLY, 1, 254);
    const uint32_t again = second_syn(s);
    send_arp(s, REPLY, 1, 254);
    syn_ack(s);
    assert_setup(s, begun, answered, again);
    g_assert_false(setup_of(s->t, 1)->next_hop);
}

static void test_answered_later(struct scene *s)
{
    first_syn(s);
    const uint32_t begun = send_arp(s, REQUEST, 254, 2), again = second_syn(s);
    assert_setup(s, begun, 0, again);
    const uint32_t answered = send_arp(s, REPLY, 2, 254);
    syn_ack(s);
    assert_setup(s, begun, answered, again);
}

static void test_late_answer(struct scene *s)
{
    first_syn(s);
    const uint32_t begun = send_arp(s, REQUEST, 254, 2);
    wait_ms(s, 1500);
    const uint32_t answered = send_arp(s, REPLY, 2, 254);
    syn_ack(s);
    assert_setup(s, begun, answered, 0);
}

static void test_next_hop(struct scene *s)
{
    first_syn(s);
    const uint32_t begun = send_arp(s, REQUEST, 2, 9);
    const uint32_t answered = send_arp(s, REPLY, 9, 2), again = second_syn(s);
    assert_setup(s, begun, answered, again);
    g_assert_true(setup_of(s->t, 1)->next_hop);
}

/* Others ask, or the answer is not the link address of the SYN, or it comes behind the second SYN, or in time. */
static void test_nothing_of_the_call(struct scene *s)
{
    first_syn(s);
    send_arp(s, REQUEST, 2, 7);
    send_arp(s, REPLY, 7, 2);
    send_arp(s, REQUEST, 7, 9);
    send_arp(s, REPLY, 9, 7);
    send_arp(s, REQUEST, 2, 8);
    second_syn(s);
    send_arp(s, REQUEST, 254, 1);
    syn_ack(s);
    g_assert_null(setup_of(s->t, 1));
}

static void test_in_time(struct scene *s)
{
    first_syn(s);
    send_arp(s, REQUEST, 254, 1);
    wait_ms(s, 900);
    syn_ack(s);
    g_assert_null(setup_of(s->t, 1));
}

/* The request is not kept any more when the SYN comes again; nor is it taken from another frame. */
static void test_many_others(struct scene *s)
{
    first_syn(s);
    send_arp(s, REQUEST, 254, 1);
    for (int i = 0; i < 64; i++)
        send_arp(s, REQUEST, 7, 8);
    second_syn(s);
    g_assert_null(setup_of(s->t, 1));
}

static void test_one_less(struct scene *s)
{
    for (int i = 0; i < 100; i++)
        send_arp(s, REQUEST, 254, 1);
    first_syn(s);
    const uint32_t begun = send_arp(s, REQUEST, 254, 1);
    for (int i = 0; i < 63; i++)
        send_arp(s, REQUEST, 7, 8);
    const uint32_t again = second_syn(s);
    assert_setup(s, begun, 0, again);
}

static void test_hidden(struct scene *s)
{
    first_syn(s);
    for (int i = 0; i < 70; i++) {
        send_arp(s, REQUEST, 254, 1);
        hide_last_frame(s);
    }
    second_syn(s);
    g_assert_null(setup_of(s->t, 1));
}

static void test_forgotten(struct scene *s)
{
    const struct forget_limits limits = { .idle = NS_PER_SECOND, .port_pairs = 10 };

    first_syn(s);
    send_arp(s, REQUEST, 254, 1);
    second_syn(s);
    tracker_forget(s->t, s->now.frame, &limits);
    g_assert_null(setup_of(s->t, 1));
    send_arp(s, REQUEST, 254, 1);
    syn_ack(s);
    g_assert_null(setup_of(s->t, 1));
}

int main(int argc, char **argv)
{
    static const struct scene_test tests[] = {
        { "/setup/between", test_between },
        { "/setup/answered_later", test_answered_later },
        { "/setup/late_answer", test_late_answer },
        { "/setup/next_hop", test_next_hop },
        { "/setup/nothing_of_the_call", test_nothing_of_the_call },
        { "/setup/in_time", test_in_time },
        { "/setup/many_others", test_many_others },
        { "/setup/one_less", test_one_less },
        { "/setup/hidden", test_hidden },
        { "/setup/forgotten", test_forgotten },
    };

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/setup/arp", test_arp);
    g_test_add_func("/setup/arp_of_others", test_arp_of_others);
    g_test_add_func("/setup/neighbours", test_neighbours);
    g_test_add_func("/setup/ike", test_ike);
    g_test_add_func("/setup/other_datagrams", test_other_datagrams);
    add_scene_tests(tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
