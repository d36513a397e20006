/* bench_capture.c - writes a load as a capture file, and prints how many packets it has
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "loads.h"

#include <stdio.h>
#include <stdlib.h>

struct writer {
    FILE *file;
    unsigned long packets;
};

/* The file format is pcap with times in ns, in the byte order of this machine. */
static void write_packet(void *to, const struct packet *packet)
{
    struct writer *w = to;
    uint32_t length = (uint32_t)packet->length;
    uint32_t head[4] = { (uint32_t)(packet->time / 1000000000), (uint32_t)(packet->time % 1000000000), length, length };

    fwrite(head, sizeof head, 1, w->file);
    fwrite(packet->data, packet->length, 1, w->file);
    w->packets++;
}

int main(int argc, char **argv)
{
    static const uint32_t header[6] = { 0xa1b23c4d, 4 << 16 | 2, 0, 0, 262144, 1 };

    if (argc != 4) {
        fprintf(stderr, "usage: bench_capture LOAD SIZE FILE\n");
        return 2;
    }
    struct writer w = { .file = fopen(argv[3], "wb") };
    if (w.file == NULL) {
        perror(argv[3]);
        return 1;
    }
    fwrite(header, sizeof header, 1, w.file);
    if (!load_make(argv[1], (uint32_t)strtoul(argv[2], NULL, 10), write_packet, &w)) {
        fprintf(stderr, "bench_capture: there is no load %s\n", argv[1]);
        return 2;
    }
    bool failed = ferror(w.file);
    if (fclose(w.file) != 0 || failed) {
        perror(argv[3]);
        return 1;
    }
    printf("%lu\n", w.packets);
    return 0;
}
