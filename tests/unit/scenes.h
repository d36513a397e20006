/* scenes.h - many calls, and what the tests of statistics and report ask about them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TEST_SCENES_H
#define SYNFATE_TEST_SCENES_H

#include "segments.h"

/* All attempts of the scene. */
static inline GArray *all_attempts(const struct scene *s)
{
    GArray *attempts = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    for (uint32_t i = 1; i <= tracker_attempts(s->t); i++)
        g_array_append_val(attempts, i);
    return attempts;
}

/* Server closes; 9 s later the same port pair is used again, but behind: rejected at +0 and +1 s. */
static inline void rejected_once(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 9000);
    CLIENT(s, .flags = TCP_SYN, .seq = S_RCV_NXT - 5000, .tsval = C_FIN_TS - 1000);
    time_wait_ack(s);
    wait_ms(s, 1000);
    CLIENT(s, .flags = TCP_SYN, .seq = S_RCV_NXT - 5000, .tsval = C_FIN_TS - 1);
    time_wait_ack(s);
}

static inline void on_ports(struct scene *s, uint16_t first, uint16_t n, int64_t gap_ms,
                            void (*connection)(struct scene *))
{
    for (uint16_t i = 0; i < n; i++) {
        s->client.port = (uint16_t)(first + i);
        connection(s);
        wait_ms(s, gap_ms);
    }
}

static inline void assert_narrow(const char *text, guint width)
{
    char **lines = g_strsplit(text, "\n", 0);

    for (guint i = 0; lines[i] != NULL; i++)
        g_assert_cmpuint(strlen(lines[i]), <=, width);
    g_strfreev(lines);
}

#endif
