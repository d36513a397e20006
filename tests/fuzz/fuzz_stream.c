/* fuzz_stream.c - raw bytes as a pcap or pcapng stream that comes in pieces
 *
 * Input: the size of the pieces, and the stream. In pieces of any size the same packets come out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "promise.h"
#include "stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What came out: a sum over all. */
struct sum {
    uint64_t packets, bytes, times;
    bool damaged;
};

static void add(struct sum *sum, const struct stream_packet *packet)
{
    PROMISE(packet->bytes.captured <= 16 * 1024 * 1024);
    PROMISE(packet->nanoseconds >= 0 && packet->nanoseconds < NS_PER_SECOND);
    sum->packets++;
    sum->times = sum->times * 31 + (uint64_t)packet->seconds + (uint64_t)packet->nanoseconds;
    for (size_t i = 0; i < packet->bytes.captured; i++)
        sum->bytes = sum->bytes * 31 + packet->bytes.data[i];
    if (packet->interface_name != NULL)
        sum->bytes += strlen(packet->interface_name);
}

static struct sum read_in_pieces(const uint8_t *data, size_t size, size_t piece)
{
    struct stream *s = stream_new();
    struct sum sum = { .packets = 0 };
    struct stream_packet packet;

    for (size_t at = 0; at < size; at += piece) {
        size_t n = MIN(piece, size - at);
        uint8_t *copy = malloc(n);
        memcpy(copy, data + at, n);
        stream_feed(s, copy, n);
        free(copy);
        while (stream_next(s, &packet))
            add(&sum, &packet);
    }
    sum.damaged = stream_error(s, false) != NULL;
    stream_free(s);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct sum whole = read_in_pieces(data + 1, size - 1, size);
    struct sum pieces = read_in_pieces(data + 1, size - 1, data[0] + 1U);
    PROMISE(whole.packets == pieces.packets && whole.bytes == pieces.bytes && whole.times == pieces.times);
    PROMISE(whole.damaged == pieces.damaged);
    return 0;
}
