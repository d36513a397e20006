/* prints.h - what SYNs and SYN/ACKs look like, each look kept once
 *
 * Most SYNs of a capture look like many others, so an attempt only keeps the number of a look.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PRINTS_H
#define SYNFATE_PRINTS_H

#include "index.h"
#include "segment.h"

#include <glib.h>

enum print_flags {
    PRINT_ECN = 0x01,        /* ECE and CWR: it asks for ECN (RFC 3168, 6.1.1) */
    PRINT_FLOW_LABEL = 0x02, /* of IPv6, not 0 */
    PRINT_CUT = 0x04,        /* the captured bytes end before the options do */
};

/* What a SYN, or SYN/ACK, tells about the host that made it, and the way that it took. */
struct syn_print {
    uint64_t option_kinds;
    uint16_t mss, window, option_layout;
    uint16_t vlan;
    uint32_t interface; /* where one capture point is all interfaces of a host; 0: not known */
    uint8_t wscale, ttl, traffic;
    uint8_t flags; /* enum print_flags */
    uint8_t link_src[6], link_dst[6];
    uint32_t padding; /* 0: looks are compared as they lie in memory */
};

struct prints {
    GArray *all;    /* struct syn_print */
    GArray *unused; /* uint32_t: numbers of looks that were forgotten */
    struct index index;
    struct hash_key key;
};

/* No looks; frees all. */
void prints_init(struct prints *p);
void prints_free(struct prints *p);

/* The number of its look, from 1. */
uint32_t prints_add(struct prints *p, const struct segment *seg);

/* Forgets the looks that are not kept (1 by number). */
void prints_forget(struct prints *p, const uint8_t *kept);

/* The look of a number; the pointer holds until one is added. */
static inline const struct syn_print *prints_get(const struct prints *p, uint32_t number)
{
    return &g_array_index(p->all, struct syn_print, number - 1);
}

#endif
