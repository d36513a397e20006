/* setup_packet.c - reads packets that set up a way for others; every read is checked against what was captured
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "setup_packet.h"

#include "network_order.h"

enum { IP_PROTO_UDP = 17, IP_PROTO_ICMPV6 = 58 };

static const uint8_t nobody[16];

static bool has(const struct packet_bytes *bytes, size_t offset, size_t n)
{
    return offset <= bytes->captured && n <= bytes->captured - offset;
}

static bool is_group(const uint8_t mac[6])
{
    return mac[0] & 1;
}

static bool is_known(const uint8_t mac[6])
{
    return memcmp(mac, nobody, 6) != 0;
}

/* Who announces its own address, or looks whether somebody has it (RFC 5227), asks for no way. */
static bool has_both_ends(const struct setup_packet *packet)
{
    return memcmp(packet->asker, nobody, 16) != 0 && memcmp(packet->asker, packet->asked, 16) != 0;
}

/* RFC 826: of IPv4 on Ethernet. */
static bool read_arp(const struct packet_bytes *bytes, size_t offset, const struct link_layer *link,
                     struct setup_packet *packet)
{
    static const uint8_t ipv4_on_ethernet[] = { 0, 1, 8, 0, 6, 4 };
    enum { SIZE = 28, OPERATION = 6, SENDER_MAC = 8, SENDER = 14, TARGET = 24, REQUEST = 1, REPLY = 2 };

    if (!has(bytes, offset, SIZE))
        return false;
    const uint8_t *p = bytes->data + offset;
    const uint16_t operation = get16(p + OPERATION);
    if (memcmp(p, ipv4_on_ethernet, sizeof ipv4_on_ethernet) != 0 || (operation != REQUEST && operation != REPLY))
        return false;
    if (operation == REQUEST && is_known(link->dst) && !is_group(link->dst))
        return false;
    packet->kind = SETUP_ARP;
    packet->family = 4;
    packet->answer = operation == REPLY;
    set_ip(4, packet->answer ? packet->asked : packet->asker, p + SENDER);
    set_ip(4, packet->answer ? packet->asker : packet->asked, p + TARGET);
    if (packet->answer)
        memcpy(packet->owner, p + SENDER_MAC, sizeof packet->owner);
    return has_both_ends(packet);
}

/* RFC 4861, 4.3 and 4.4 */
static bool read_neighbour(const struct packet_bytes *bytes, size_t offset, const struct envelope *envelope,
                           struct setup_packet *packet)
{
    enum {
        SIZE = 24,
        FLAGS = 4,
        TARGET = 8,
        SOLICITATION = 135,
        ADVERTISEMENT = 136,
        SOLICITED = 0x40,
        MULTICAST = 0xff
    };

    if (envelope->family != 6 || !has(bytes, offset, SIZE))
        return false;
    const uint8_t *p = bytes->data + offset;
    if (p[0] != SOLICITATION && p[0] != ADVERTISEMENT)
        return false;
    packet->kind = SETUP_NEIGHBOUR;
    packet->family = 6;
    packet->answer = p[0] == ADVERTISEMENT;
    if (packet->answer ? !(p[FLAGS] & SOLICITED) : envelope->dst[0] != MULTICAST)
        return false;
    memcpy(packet->asked, p + TARGET, sizeof packet->asked);
    memcpy(packet->asker, packet->answer ? envelope->dst : envelope->src, sizeof packet->asker);
    if (packet->answer)
        memcpy(packet->owner, envelope->link.src, sizeof packet->owner);
    return has_both_ends(packet);
}

/* RFC 2408, 3.1; RFC 7296, 3.1: the exchange that begins an association, of which only the answer has both numbers. Where a
 * NAT is on the way, four zero bytes tell it from ESP. */
static bool read_ike(const struct packet_bytes *bytes, size_t offset, const struct envelope *envelope,
                     struct setup_packet *packet)
{
    enum {
        UDP_HEADER = 8,
        MARKER = 4,
        SIZE = 28,
        RESPONDER = 8,
        VERSION = 17,
        EXCHANGE = 18,
        FLAGS = 19,
        MESSAGE = 20
    };
    enum { MAIN = 2, AGGRESSIVE = 4, SA_INIT = 34, RESPONSE = 0x20 };

    if (envelope->family == 0 || !has(bytes, offset, UDP_HEADER))
        return false;
    const uint16_t src = get16(bytes->data + offset), dst = get16(bytes->data + offset + 2);
    const size_t marker = src == 4500 || dst == 4500 ? MARKER : 0;
    if ((!is_ike_port(src) && !is_ike_port(dst)) || !has(bytes, offset, UDP_HEADER + marker + SIZE))
        return false;
    const uint8_t *p = bytes->data + offset + UDP_HEADER;
    if (memcmp(p, nobody, marker) != 0)
        return false;
    p += marker;
    const unsigned version = p[VERSION] >> 4;
    const bool begins =
        version == 1 ? p[EXCHANGE] == MAIN || p[EXCHANGE] == AGGRESSIVE : version == 2 && p[EXCHANGE] == SA_INIT;
    if (!begins || memcmp(p, nobody, RESPONDER) == 0 || memcmp(p + MESSAGE, nobody, 4) != 0)
        return false;
    packet->kind = SETUP_IKE;
    packet->family = envelope->family;
    packet->answer = version == 2 ? p[FLAGS] & RESPONSE : memcmp(p + RESPONDER, nobody, 8) != 0;
    memcpy(packet->asker, packet->answer ? envelope->dst : envelope->src, sizeof packet->asker);
    memcpy(packet->asked, packet->answer ? envelope->src : envelope->dst, sizeof packet->asked);
    return has_both_ends(packet);
}

bool setup_packet_parse(uint8_t proto, const struct packet_bytes *bytes, size_t offset, const struct envelope *envelope,
                        struct setup_packet *packet)
{
    memset(packet, 0, sizeof *packet);
    switch (proto) {
    case PROTO_ARP:
        return read_arp(bytes, offset, &envelope->link, packet);
    case IP_PROTO_ICMPV6:
        return read_neighbour(bytes, offset, envelope, packet);
    case IP_PROTO_UDP:
        return read_ike(bytes, offset, envelope, packet);
    default:
        return false;
    }
}
