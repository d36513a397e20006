/* segment.h - a TCP segment and an ICMP error as the engine sees them, read from raw headers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SEGMENT_H
#define SYNFATE_SEGMENT_H

#include "checksum.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum tcp_flag {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_ECE = 0x40,
    TCP_CWR = 0x80,
};

#define NS_PER_SECOND INT64_C(1000000000)
#define NO_WSCALE 0xff                   /* no window scale option */
#define OPTION_OTHER (UINT64_C(1) << 63) /* an option of kind 62 or more */
#define OPTION_JOIN (UINT64_C(1) << 62)  /* MP_JOIN of a SYN (RFC 8684, 3.2): a further path of an open connection */

/* TCP option kinds (IANA), those that are told from others. */
enum option_kind {
    KIND_END,
    KIND_NOP,
    KIND_MSS,
    KIND_SCALE,
    KIND_SACK, /* permitted */
    KIND_SACK_BLOCKS,
    KIND_TIMESTAMPS = 8,
    KIND_MD5 = 19,
    KIND_AO = 29,
    KIND_MPTCP = 30,
    KIND_FAST_OPEN = 34,
};

/* RFC 2018: data came behind some that is missing. */
#define SELECTIVE_ACK (UINT64_C(1) << KIND_SACK_BLOCKS)

/* Options that sign a segment with a key, as option_kinds has them: RFC 2385, RFC 5925. */
#define SIGNED_BY_MD5 (UINT64_C(1) << KIND_MD5)
#define SIGNED_BY_AO (UINT64_C(1) << KIND_AO)
#define SIGNED_BY_KEY (SIGNED_BY_MD5 | SIGNED_BY_AO)

/* One side of a port pair. An IPv4 address is in the first four bytes, the rest is zero. */
struct tcp_address {
    uint8_t ip[16];
    uint16_t port;
};

/* Whether two addresses of a family are the same. Sizes that the compiler knows make it a few instructions. */
static inline bool same_ip(uint8_t family, const uint8_t *a, const uint8_t *b)
{
    return family == 4 ? memcmp(a, b, 4) == 0 : memcmp(a, b, 16) == 0;
}

/* The address of a family as tcp_address has it. */
static inline void set_ip(uint8_t family, uint8_t ip[16], const uint8_t *from)
{
    if (family == 4) {
        memset(ip, 0, 16);
        memcpy(ip, from, 4);
    } else {
        memcpy(ip, from, 16);
    }
}

/* Which way a packet went through the host that captured it, where the capture says so. */
enum direction { DIRECTION_UNKNOWN, DIRECTION_IN, DIRECTION_OUT };

/* Where and when a packet was captured. */
struct sighting {
    uint32_t frame;     /* number in the file, from 1 */
    uint32_t interface; /* index, where one capture point is all interfaces of a host; 0: not known */
    uint16_t point;     /* capture point: which interface of which section */
    uint8_t direction;  /* enum direction */
    int64_t time;       /* ns since the epoch */
};

/* The link layer of a frame; all zero: not known. */
struct link_layer {
    uint8_t src[6], dst[6];
    uint16_t vlan;
};

/* The tunnel that a packet came in, as its UDP header and the IP header before it show. */
struct tunnel_seen {
    uint8_t checksum; /* enum checksum: of the whole; RIGHT also if it has none */
    uint8_t ttl;
    uint8_t src[16];
};

struct segment {
    struct sighting seen;
    uint8_t family; /* 4, 6, or 0 while unknown */
    struct tcp_address src, dst;

    uint8_t ttl;     /* TTL or hop limit; 0: no IP header seen */
    uint8_t traffic; /* DSCP << 2 | ECN */
    bool has_ip_id;  /* an IPv4 header was seen: ip_id and df hold */
    bool df;         /* "don't fragment" */
    uint16_t ip_id;
    uint32_t flow_label; /* of IPv6 */
    uint32_t payload;    /* bytes of data */

    uint32_t seq, ack;
    uint16_t window; /* as sent, not scaled */
    uint8_t flags;   /* enum tcp_flag */

    uint8_t checksum; /* enum checksum: of a SYN or SYN/ACK */
    bool options_cut; /* the captured bytes end before the options do */
    bool has_ts;
    uint8_t wscale;         /* shift, or NO_WSCALE */
    uint16_t mss;           /* 0: absent */
    uint16_t option_layout; /* digest of the kinds of options, in their order */
    uint64_t option_kinds;  /* 1 << kind, or OPTION_OTHER; 0 if there are only timestamps */
    uint32_t tsval, tsecr;
    struct link_layer link;    /* set by who reads frames, of SYNs and SYN/ACKs only */
    struct tunnel_seen tunnel; /* the same */
};

/* No router has passed the packet on. */
static inline bool ttl_is_whole(uint8_t ttl)
{
    return ttl == 32 || ttl == 64 || ttl == 128 || ttl == 255;
}

/* A SYN, or SYN/ACK, of which a checksum is wrong. */
static inline bool segment_is_damaged(const struct segment *seg)
{
    return seg->checksum == CHECKSUM_WRONG || seg->tunnel.checksum == CHECKSUM_WRONG;
}

/* What SYNs of another connection hardly have, and a forwarded copy keeps; 0: nothing. The IP ID of IPv4; of IPv6 the flow
 * label (RFC 6437, 3: chosen for each flow; 2: forwarding nodes leave it), in 16 bits. */
static inline uint16_t segment_mark(const struct segment *seg)
{
    return seg->has_ip_id ? seg->ip_id : (uint16_t)(seg->flow_label ^ seg->flow_label >> 16);
}

/* What a packet that is sent again has another of, and a copy of it the same; 0: nothing. */
static inline uint32_t segment_stamp(const struct segment *seg)
{
    if (seg->has_ip_id && seg->ip_id != 0)
        return seg->ip_id;
    return seg->has_ts ? seg->tsval : 0;
}

/* Captured bytes: of a frame, or of a reassembled packet. */
struct packet_bytes {
    const uint8_t *data;
    size_t captured; /* bytes at data */
    size_t on_wire;  /* bytes that the packet had */
};

/* Whether it may have had a timestamp that was not captured. */
static inline bool segment_timestamp_is_cut(const struct segment *seg)
{
    return seg->options_cut && !seg->has_ts;
}

/* Reads the TCP header at tcp_offset and the IP header before it.
 * On entry, seg->seen is set; seg->family, src.ip and dst.ip are set if the addresses are known already
 * (family 0: they are taken from the IP header). Everything else is filled in.
 * Returns false, and seg is of no use, if the header is cut or malformed or no address is known. */
bool segment_parse(const struct packet_bytes *bytes, size_t tcp_offset, struct segment *seg);

/* Whether the captured bytes end before the TCP header at tcp_offset does. */
bool segment_is_cut(const struct packet_bytes *bytes, size_t tcp_offset);

/* ICMP_TOO_BIG ends no attempt: RFC 1191, 4; RFC 8201, 4. */
enum icmp_kind { ICMP_NET, ICMP_HOST, ICMP_PORT, ICMP_ADMIN_PROHIBITED, ICMP_OTHER, ICMP_TOO_BIG };

/* An ICMP or ICMPv6 error that quotes a TCP segment. */
struct icmp_error {
    struct sighting seen;
    enum icmp_kind kind;
    uint8_t family;
    struct tcp_address src, dst; /* of the quoted segment */
    uint32_t seq;                /* of the quoted segment */
};

/* Reads the ICMP (family 4) or ICMPv6 (6) header at icmp_offset and the packet it quotes; eight quoted bytes
 * of TCP are enough. Returns false if it is no error that ends a connection attempt (RFC 1122, 4.2.3.9) or says that a
 * segment is too big, quotes no TCP, or is cut. seen and family are set on entry. */
bool icmp_error_parse(const struct packet_bytes *bytes, size_t icmp_offset, struct icmp_error *error);

/* Whether the header at icmp_offset is that of such an error, and the captured bytes end before what it quotes is known. */
bool icmp_error_is_cut(const struct packet_bytes *bytes, size_t icmp_offset, uint8_t family);

#endif
