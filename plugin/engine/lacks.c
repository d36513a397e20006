/* lacks.c - what a capture lacks, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lacks.h"

#include "store.h"
#include "text.h"

#include <inttypes.h>
#include <string.h>

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

static bool server_has(const struct tracker *t, const struct attempt *a, enum host_marks mark)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address server;

    port_pairs_address(&t->pairs, pair, server_side(a), &server);
    return peers_host_has(&t->peers, pair->family, pair->point, server.ip, mark);
}

bool capture_lacks_server(const struct tracker *t, const struct attempt *a)
{
    return server_has(t, a, HOST_UNHEARD);
}

/* Where two captures are in one, two clocks may have told the times. */
bool capture_is_near_server(const struct tracker *t, const struct attempt *a)
{
    return t->capture.apart == 0 && !capture_lost_packets(&t->capture) && server_has(t, a, HOST_NEAR)
           && !capture_lacks_server(t, a);
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

/* Another capture point lacks none of the host's packets, or an earlier one lacks some too, and was told of. */
static bool is_told_elsewhere(const struct tracker *t, const struct host *h)
{
    for (guint point = 0; point < t->points->len; point++) {
        const struct host *there = point == h->point ? NULL : peers_host(&t->peers, h->family, (uint16_t)point, h->ip);
        if (there != NULL && (point < h->point || !(there->marks & HOST_UNHEARD)))
            return true;
    }
    return false;
}

/* Of which hosts packets are missing: they were captured on one way only, or on one of several. */
static char *remark_on_unheard(const struct tracker *t)
{
    const struct host *first = NULL;
    guint n = 0;

    for (guint i = 0; i < t->peers.hosts->len; i++) {
        const struct host *h = &g_array_index(t->peers.hosts, struct host, i);
        if (!(h->marks & HOST_UNHEARD) || is_told_elsewhere(t, h))
            continue;
        first = first == NULL ? h : first;
        n++;
    }
    if (first == NULL)
        return NULL;
    GString *out = g_string_new("The capture lacks packets of ");
    struct tcp_address address = { .port = 0 };
    memcpy(address.ip, first->ip, sizeof address.ip);
    append_address(out, first->family, &address, false);
    if (n > 1)
        g_string_append_printf(out, " and of %u more host%s", n - 1, plural(n - 1));
    g_string_append(out, " which the clients acknowledge: silence proves nothing there.");
    return g_string_free(out, FALSE);
}

char *tracker_capture_remark(const struct tracker *t)
{
    const struct capture *c = &t->capture;
    GString *out = g_string_new(NULL);
    char *unheard = remark_on_unheard(t);

    if (c->dropped > 0)
        append_remark(out, g_strdup_printf("The capture lost %" PRIu64 " packet%s, as its records say.", c->dropped,
                                           plural(c->dropped)));
    if (c->lacking > 0)
        append_remark(out, g_strdup_printf("The capture lacks packets: %" PRIu32 " connection%s acknowledged data that "
                                           "is not in it.",
                                           c->lacking, plural(c->lacking)));
    if (unheard != NULL)
        append_remark(out, unheard);
    if (capture_lost_packets(c))
        append_remark(out, g_strdup("An answer that is not in it may have come."));
    if (capture_lacks_acks(c))
        append_remark(out,
                      g_strdup("The capture holds SYNs, FINs and RSTs, and no other segment: it was filtered. Which "
                               "SYN/ACK the client acknowledged, which SYN an ACK rejected and how long connects "
                               "took is not in it."));
    else if (capture_lacks_answers(c, t->last_number))
        append_remark(out,
                      g_strdup_printf("The capture holds SYNs, %s, and no other segment: if a filter made it so, "
                                      "the answers are not in it.",
                                      c->n_called < HOSTS_MANY ? "most of which are never repeated" : "to many hosts"));
    else if (capture_may_lack_acks(c))
        append_remark(out,
                      g_strdup("The capture holds SYNs and answers to SYNs, and no other segment: if a filter made it "
                               "so, what acknowledged or rejected them is not in it."));
    if (c->apart > 0)
        append_remark(out,
                      g_strdup_printf("%" PRIu32 " SYN%s twice on one interface, more than a mirror's moment apart: "
                                      "captures of several hosts were merged into one, and each time may be by "
                                      "either clock. Keep the interfaces apart: mergecap -I none.",
                                      c->apart, c->apart == 1 ? " is there" : "s are there"));
    if (c->errors_cut > 0)
        append_remark(out,
                      g_strdup_printf("The captured bytes of %" PRIu64 " ICMP error%s end before what they are about: "
                                      "it may be a SYN that seems to have no answer.",
                                      c->errors_cut, plural(c->errors_cut)));
    if (c->headers_cut > 0)
        append_remark(out, g_strdup_printf("The captured bytes of %" PRIu64
                                           " TCP %s: nothing is known of %s. Capture 128 bytes "
                                           "of each packet, or more.",
                                           c->headers_cut,
                                           c->headers_cut == 1 ? "segment end before its header does"
                                                               : "segments end before their headers do",
                                           c->headers_cut == 1 ? "it" : "them"));
    if (c->cut > 0)
        append_remark(out,
                      g_strdup_printf("The captured bytes of %" PRIu64 " of %" PRIu64 " segments end before their "
                                      "TCP options do: timestamps and window scales are missing. Capture 128 bytes "
                                      "of each packet, or more.",
                                      c->cut, c->segments));
    return g_string_free(out, out->len == 0);
}
