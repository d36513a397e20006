/* lacks.c - what a capture lacks, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lacks.h"

#include "store.h"

#include <inttypes.h>

void tracker_note_drops(struct tracker *t, uint64_t packets)
{
    uint64_t all = t->capture.dropped + packets;

    t->capture.dropped = all < packets ? UINT64_MAX : all;
}

void tracker_note_lost(struct tracker *t, uint64_t packets)
{
    t->capture.dropped = MAX(t->capture.dropped, packets);
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

/* Each remark is a sentence or two. */
static void append_remark(GString *out, char *remark)
{
    g_string_append_printf(out, "%s%s", out->len == 0 ? "" : " ", remark);
    g_free(remark);
}

char *tracker_capture_remark(const struct tracker *t)
{
    const struct capture *c = &t->capture;
    GString *out = g_string_new(NULL);

    if (c->dropped > 0)
        append_remark(out, g_strdup_printf("The capture lost %" PRIu64 " packet%s, as its records say.", c->dropped,
                                           plural(c->dropped)));
    if (c->lacking > 0)
        append_remark(out, g_strdup_printf("The capture lacks packets: %" PRIu32 " connection%s acknowledged data that "
                                           "is not in it.",
                                           c->lacking, plural(c->lacking)));
    if (capture_lost_packets(c))
        append_remark(out, g_strdup("An answer that is not in it may have come."));
    if (capture_lacks_acks(c))
        append_remark(out,
                      g_strdup("The capture holds SYNs, FINs and RSTs, and no other segment: it was filtered. Which "
                               "SYN/ACK the client acknowledged, which SYN an ACK rejected and how long connects "
                               "took is not in it."));
    if (c->apart > 0)
        append_remark(out,
                      g_strdup_printf("%" PRIu32 " SYN%s twice on one interface, more than a mirror's moment apart: "
                                      "captures of several hosts were merged into one, and each time may be by "
                                      "either clock. Keep the interfaces apart: mergecap -I none.",
                                      c->apart, c->apart == 1 ? " is there" : "s are there"));
    if (c->cut > 0)
        append_remark(out,
                      g_strdup_printf("The captured bytes of %" PRIu64 " of %" PRIu64 " segments end before their "
                                      "TCP options do: timestamps and window scales are missing. Capture 128 bytes "
                                      "of each packet, or more.",
                                      c->cut, c->segments));
    return g_string_free(out, out->len == 0);
}
