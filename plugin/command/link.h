/* link.h - finds the TCP, ICMP, DNS, IKE or ARP header of a frame below its link layer, tags and tunnels
 *
 * Finds what Wireshark's dissectors would find, so that the command and the plugin hand the same to the engine. Every
 * read is checked against the bytes that were captured.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_LINK_H
#define SYNFATE_LINK_H

#include "segment.h"

/* How a frame begins. */
enum link_type {
    LINK_UNKNOWN,
    LINK_ETHERNET,
    LINK_COOKED,  /* Linux cooked capture, version 1 */
    LINK_COOKED2, /* version 2 */
    LINK_IP,      /* IPv4 or IPv6, as its first half byte says */
    LINK_IPV6,
    LINK_NULL, /* BSD loopback: the address family in the byte order of some host */
    LINK_LOOP, /* OpenBSD loopback: the same in network byte order */
    LINK_PPP,
    LINK_PPPOE,
    LINK_TYPE_COUNT
};

/* Why what a frame carries was not looked at, although it may well be TCP. */
enum link_unread {
    UNREAD_NOTHING, /* all was read */
    UNREAD_LINK_TYPE,
    UNREAD_FRAGMENT, /* an IP fragment that is not the first */
    UNREAD_ESP,
    UNREAD_ETHERTYPE, /* a layer that may carry IP: MACsec, 802.1ah, NSH */
    UNREAD_MPLS,      /* a pseudowire */
    UNREAD_PPP,       /* compressed, encrypted, or several links as one */
    UNREAD_GRE,       /* what is inside is no IP packet and no Ethernet frame */
    UNREAD_TUNNEL,    /* L2TP, Teredo */
    UNREAD_DEEP,      /* more layers than a network makes */
    UNREAD_COUNT
};

/* What was found in a frame. */
struct link_frame {
    size_t offset;      /* of the header */
    uint8_t ip_proto;   /* 6, 1, 58, 17 where it may be a DNS answer or IKE, or PROTO_ARP; 0: none was found */
    uint8_t unread;     /* enum link_unread */
    uint8_t family;     /* of the innermost IP header, 4 or 6; 0: there is none */
    uint8_t direction;  /* enum direction */
    const uint8_t *src; /* its addresses, 4 or 16 bytes of the frame; where a header was found both are there */
    const uint8_t *dst;
    const uint8_t *link_src; /* of the innermost Ethernet header, 6 bytes each; NULL: there is none */
    const uint8_t *link_dst;
    size_t tunnel;             /* offset of the innermost UDP header that carries a tunnel; 0: there is none */
    const uint8_t *tunnel_src; /* the address before it */
    uint8_t tunnel_family;
    uint32_t interface; /* index, where the capture is of all interfaces; 0: not known */
    uint16_t vlan;      /* of the outermost tag of a customer; 0: none */
};

/* Looks for the first TCP, ICMP or ICMPv6 header, ARP, or that of a DNS answer or of IKE. What comes behind that was not
 * sent by itself. */
void link_read(enum link_type type, const struct packet_bytes *bytes, struct link_frame *frame);

/* For people: "IP fragments after the first". */
const char *link_unread_name(enum link_unread unread);

#endif
