/* setup_packet.h - packets that set up a way for others: ARP, IPv6 neighbour discovery, the first exchange of IKE
 *
 * Only those of who does not know the way yet are read. A host that looks whether a neighbour is still there asks that one
 * alone; who asks all does not know its link address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SETUP_PACKET_H
#define SYNFATE_SETUP_PACKET_H

#include "segment.h"

/* Stands among numbers of IP protocols for ARP, which is none (IANA: 255 is reserved). */
enum { PROTO_ARP = 255 };

enum setup_kind { SETUP_ARP, SETUP_NEIGHBOUR, SETUP_IKE };

/* What stands before the header that is read; all zero: not known. */
struct envelope {
    uint8_t family;
    uint8_t src[16], dst[16];
    struct link_layer link;
};

struct setup_packet {
    uint32_t frame;
    uint8_t kind; /* enum setup_kind */
    uint8_t family;
    bool answer;
    uint8_t owner[6]; /* of an answer: the link address that it tells; all zero: none */
    uint8_t asker[16], asked[16];
};

/* IKE, and IKE where a NAT is on the way (RFC 3948). */
static inline bool is_ike_port(uint16_t port)
{
    return port == 500 || port == 4500;
}

/* Reads the header of PROTO_ARP, ICMPv6 (58) or UDP (17) at offset. Returns false if it is none of these packets, or is cut. */
bool setup_packet_parse(uint8_t proto, const struct packet_bytes *bytes, size_t offset, const struct envelope *envelope,
                        struct setup_packet *packet);

#endif
