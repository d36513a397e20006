/* port_pair.h - the key of everything: two addresses, two ports, one capture point
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PORT_PAIR_H
#define SYNFATE_PORT_PAIR_H

#include "index.h"
#include "segment.h"

#include <glib.h>

/* PAIR_TRANSLATED << side: what that side sends belongs to another pair. */
#define PAIR_TRANSLATED 0x04U
/* A box changes its sequence numbers. */
#define PAIR_RENUMBERED 0x10U
/* It shows two SYNs of different numbers that may be one: nothing tells whether a box changed them. */
#define PAIR_DOUBTFUL 0x40U
/* The client's port calls another address too, while this pair's connection is open: what its server sends is looked at. The
 * server's own bit is not set then, so that packets of other pairs need no look at this one. */
#define PAIR_WATCHED 0x20U

/* Side 0 has the lower address, or port. An address of IPv4 is kept itself, one of IPv6 by its number. */
struct port_pair {
    uint32_t ip[2];
    uint16_t port[2];
    uint16_t point;
    uint8_t family;
    uint8_t sent;        /* bit 0, 1: that side has sent a packet; PAIR_... */
    uint32_t uses;       /* connections and attempts on it so far */
    uint32_t attempt[2]; /* the latest attempt of either side; 0: none */
    uint32_t current;    /* the connection in progress; 0: none */
    uint32_t old;        /* the connection before; 0: none */
};

/* All port pairs of a capture, numbered from 1. IPv6 addresses, four times as long as those of IPv4, are kept once. */
struct port_pairs {
    GArray *pairs, *ip6;         /* struct port_pair, struct ip6_address */
    GArray *unused, *ip6_unused; /* uint32_t: numbers of those that were removed */
    struct index index, ip6_index;
    struct hash_key key;
    uint32_t latest; /* the pair that was found or added last; 0: none */
};

/* No pairs; frees all. */
void port_pairs_init(struct port_pairs *all);
void port_pairs_free(struct port_pairs *all);

/* The pair of two addresses at a capture point; *side is the side of src. Returns 0 if there is none. */
uint32_t port_pairs_find(const struct port_pairs *all, uint8_t family, uint16_t point, const struct tcp_address *src,
                         const struct tcp_address *dst, uint8_t *side);

/* The same, but adds the pair if there is none. Pointers from port_pairs_get become invalid. */
uint32_t port_pairs_find_or_add(struct port_pairs *all, uint8_t family, uint16_t point, const struct tcp_address *src,
                                const struct tcp_address *dst, uint8_t *side);

/* Removes a pair; the index has it until port_pairs_tidy, which also drops the addresses that nothing uses any more. */
void port_pairs_remove(struct port_pairs *all, uint32_t pair);
void port_pairs_tidy(struct port_pairs *all);

/* Whether it was not removed. */
static inline bool port_pair_in_use(const struct port_pair *pair)
{
    return pair->family != 0;
}

/* The address and port of a side. */
void port_pairs_address(const struct port_pairs *all, const struct port_pair *pair, uint8_t side,
                        struct tcp_address *address);

/* Whether two pairs have the same addresses and ports, perhaps at different capture points. */
bool port_pairs_same_addresses(const struct port_pair *p, const struct port_pair *q);

/* The pair of a number that is in use; the pointer holds until one is added. */
static inline struct port_pair *port_pairs_get(const struct port_pairs *all, uint32_t pair)
{
    return &g_array_index(all->pairs, struct port_pair, pair - 1);
}

#endif
