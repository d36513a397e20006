/* capture.c - what a capture lacks, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture.h"

#include "store.h"

#include <inttypes.h>

void tracker_note_drops(struct tracker *t, uint64_t packets)
{
    uint64_t all = t->capture.dropped + packets;

    t->capture.dropped = all < packets ? UINT64_MAX : all;
}

const struct capture *tracker_capture(const struct tracker *t)
{
    return &t->capture;
}

bool capture_lacks_server(const struct tracker *t, const struct attempt *a)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address server;

    port_pairs_address(&t->pairs, pair, server_side(a), &server);
    return peers_host_has(&t->peers, pair->family, pair->point, server.ip, HOST_UNHEARD);
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

GPtrArray *tracker_capture_remarks(const struct tracker *t)
{
    const struct capture *c = &t->capture;
    GPtrArray *remarks = g_ptr_array_new_with_free_func(g_free);

    if (c->dropped > 0)
        g_ptr_array_add(remarks, g_strdup_printf("The capture lost %" PRIu64 " packet%s, as its records say: an answer "
                                                 "that is not in it may have come.",
                                                 c->dropped, plural(c->dropped)));
    if (c->lacking > 0)
        g_ptr_array_add(remarks,
                        g_strdup_printf("The capture lacks packets: %" PRIu32 " connection%s acknowledged data "
                                        "that is not in it. An answer that is not in it may have come.",
                                        c->lacking, plural(c->lacking)));
    if (capture_lacks_acks(c))
        g_ptr_array_add(remarks,
                        g_strdup("The capture holds SYNs, FINs and RSTs, and no other segment: it was filtered. "
                                 "Which SYN/ACK the client acknowledged, which SYN an ACK rejected and how "
                                 "long connects took is not in it."));
    if (c->cut > 0)
        g_ptr_array_add(remarks, g_strdup_printf("The captured bytes of %" PRIu64 " of %" PRIu64 " segments end before "
                                                 "their TCP options do: timestamps and window scales are missing. "
                                                 "Capture 128 bytes of each packet, or more.",
                                                 c->cut, c->segments));
    return remarks;
}
