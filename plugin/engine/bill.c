/* bill.c - where the waiting time of an attempt went
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bill.h"

#include "arithmetic.h"

#include <string.h>

/* No SYN timer is shorter; after a RST the client repeats its SYN within milliseconds. */
#define SHORTEST_TIMER INT64_C(200000000)

const char *waiting_name(enum waiting waiting)
{
    static const char *const names[WAIT_COUNT] = {
        [WAIT_NETWORK] = "network round trip",
        [WAIT_REJECTION] = "rejection rounds",
        [WAIT_TIMER] = "SYN timers",
        [WAIT_SILENCE] = "silence",
    };

    return names[waiting];
}

/* What the time between two events was spent on. */
static enum waiting waited_for(enum handshake_event before, enum handshake_event after, int64_t time)
{
    if (after == EVENT_REJECTION || after == EVENT_CLIENT_RESET)
        return WAIT_REJECTION;
    if (after == EVENT_SYN && (before == EVENT_CLIENT_RESET || before == EVENT_REJECTION) && time < SHORTEST_TIMER)
        return WAIT_REJECTION;
    if (after == EVENT_DATA || before == EVENT_DATA)
        return WAIT_SILENCE;
    if (after == EVENT_SYN)
        return before == EVENT_SYN ? WAIT_SILENCE : WAIT_TIMER;
    if (after == EVENT_SYN_ACK && before == EVENT_SYN_ACK)
        return WAIT_TIMER;
    return WAIT_NETWORK;
}

void bill(const struct timed_event *events, size_t n, int64_t parts[WAIT_COUNT])
{
    int64_t round_trip = INT64_MAX / 2; /* the shortest so far */

    memset(parts, 0, WAIT_COUNT * sizeof parts[0]);
    for (size_t i = 1; i < n && events[i].event != EVENT_AFTER; i++) {
        int64_t time = events[i].time - events[i - 1].time;
        enum waiting waiting = waited_for(events[i - 1].event, events[i].event, time);
        if (waiting == WAIT_NETWORK && events[i].event == EVENT_SYN_ACK) {
            if (time >= SHORTEST_TIMER && time > 2 * round_trip)
                waiting = WAIT_TIMER; /* the server's: it repeats its SYN/ACK, which is no answer to the SYN before */
            round_trip = MIN(round_trip, time);
        }
        if (time > 0)
            parts[waiting] = add_durations(parts[waiting], time);
    }
}
