/* bench_engine.c - feeds a load to the engine alone, where tshark would need too much time and memory
 *
 * Prints the number of packets and the peak of its memory in KiB.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "loads.h"
#include "tracker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct feeder {
    struct tracker *tracker;
    uint32_t packets;
};

/* All that the plugin asks of the engine for a frame that nobody looks at; callgrind counts this function.  */
void engine_packet(struct tracker *t, const struct packet *packet, uint32_t frame);

void engine_packet(struct tracker *t, const struct packet *packet, uint32_t frame)
{
    struct packet_bytes bytes = { packet->data, packet->length, packet->length };
    struct segment seg = { .seen = { .frame = frame, .time = packet->time } };
    size_t notes = 0;

    tracker_begin_frame(t, &seg.seen);
    if (segment_parse(&bytes, TCP_OFFSET, &seg))
        tracker_segment(t, &seg);
    tracker_notes(t, frame, &notes);
}

static void feed(void *to, const struct packet *packet)
{
    struct feeder *f = to;

    engine_packet(f->tracker, packet, ++f->packets);
}

/* The peak of this program's memory in KiB; 0 if the system does not tell. getrusage() would count the program that
 * started this one, too. */
static long peak_of_memory(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long kib = 0;

    while (status != NULL && kib == 0 && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (status != NULL)
        fclose(status);
    return kib;
}

int main(int argc, char **argv)
{
    const struct tracker_options options = { .peer = PEER_LINUX,
                                             .time_wait = 60 * NS_PER_SECOND,
                                             .no_answer_retries = 1 };
    if (argc != 3) {
        fprintf(stderr, "usage: bench_engine LOAD SIZE\n");
        return 2;
    }
    struct feeder f = { .tracker = tracker_new(&options) };
    if (!load_make(argv[1], (uint32_t)strtoul(argv[2], NULL, 10), feed, &f)) {
        fprintf(stderr, "bench_engine: there is no load %s\n", argv[1]);
        return 2;
    }
    long peak = peak_of_memory();
    if (peak == 0) {
        fprintf(stderr, "bench_engine: needs Linux' /proc/self/status\n");
        return 1;
    }
    printf("%u %ld\n", f.packets, peak);
    tracker_free(f.tracker);
    return 0;
}
