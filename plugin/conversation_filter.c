/* conversation_filter.c - Analyze > Conversation Filter: an attempt with the previous connection on its port pair
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <epan/conversation_filter.h>

/* The attempt that a frame is about; NULL: none. A frame with several (a tunnel) counts for its first. */
static const struct attempt *attempt_of(const packet_info *pinfo)
{
    size_t n = 0;
    const struct note *notes = synfate_tracker == NULL ? NULL : tracker_notes(synfate_tracker, pinfo->num, &n);

    return n == 0 ? NULL : tracker_attempt(synfate_tracker, notes[0].attempt);
}

/* Only the frames of the old connection need its addresses: the attempt's own are found by its number. */
static void append_old_connection(GString *filter, const struct attempt *a, const struct past *old)
{
    struct tcp_address client, server;
    uint8_t family = tracker_addresses(synfate_tracker, a, &client, &server);
    const char *ip = family == 4 ? "ip" : "ipv6";

    g_string_append_printf(filter, " || (frame.number >= %u && frame.number <= %u", old->first, old->last);
    g_string_append_printf(filter, " && %s.addr == ", ip);
    append_address(filter, family, &client, false);
    g_string_append_printf(filter, " && %s.addr == ", ip);
    append_address(filter, family, &server, false);
    g_string_append_printf(filter, " && tcp.port == %u && tcp.port == %u)", client.port, server.port);
}

static ws_pref_bool is_about_an_attempt(packet_info *pinfo CONVERSATION_FILTER_DATA)
{
    return attempt_of(pinfo) != NULL;
}

static char *filter_for_attempt(packet_info *pinfo CONVERSATION_FILTER_DATA)
{
    const struct attempt *a = attempt_of(pinfo);

    if (a == NULL)
        return NULL;
    struct past old;
    GString *filter = g_string_new(NULL);
    g_string_append_printf(filter, "synfate.attempt == %u", a->number);
    if (tracker_past(synfate_tracker, a, &old) && (old.flags & PAST_CONNECTION))
        append_old_connection(filter, a, &old);
    return g_string_free(filter, FALSE);
}

void conversation_filter_register(void)
{
    register_conversation_filter("synfate", "SYN fate and previous connection", is_about_an_attempt,
                                 filter_for_attempt CONVERSATION_FILTER_NO_DATA);
}
