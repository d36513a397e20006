/* bench_stream.c - writes a pcap stream of very many calls to the standard output, to see what an endless one costs
 *
 *     bench_stream CALLS_A_SECOND SECONDS | synfate -f -
 *
 * Each call has a port pair of its own: of 1000, 980 are done within a millisecond, 9 SYNs come from spoofed addresses and
 * get no answer, 10 are refused, and one connection stays open and says nothing more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segment.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINKTYPE_RAW = 101, IP_HEADER = 20, TCP_HEADER = 32, RECORD = 16 };

struct call {
    uint64_t number;
    int64_t time; /* us */
    uint32_t client, server, c_seq, s_seq;
    uint16_t port;
};

static void put(uint8_t *p, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        p[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static void put_record(int64_t time, size_t size)
{
    const uint32_t head[4] = { (uint32_t)(time / 1000000), (uint32_t)(time % 1000000), (uint32_t)size, (uint32_t)size };

    fwrite(head, sizeof head, 1, stdout);
}

static void send_segment(struct call *c, bool of_client, uint8_t flags, uint32_t payload)
{
    uint8_t packet[IP_HEADER + TCP_HEADER + 64] = { 0x45 }, *tcp = packet + IP_HEADER;
    uint32_t size = IP_HEADER + TCP_HEADER + payload, now = (uint32_t)(c->time / 1000);

    put(packet + 2, size, 2);
    put(packet + 6, 0x4000, 2);
    put(packet + 8, 64, 1);
    put(packet + 9, 6, 1);
    put(packet + (of_client ? 12 : 16), c->client, 4);
    put(packet + (of_client ? 16 : 12), c->server, 4);
    put(tcp + (of_client ? 0 : 2), c->port, 2);
    put(tcp + (of_client ? 2 : 0), 443, 2);
    put(tcp + 4, of_client ? c->c_seq : c->s_seq, 4);
    put(tcp + 8, flags & TCP_ACK ? (of_client ? c->s_seq : c->c_seq) : 0, 4);
    put(tcp + 12, TCP_HEADER / 4 << 4, 1);
    put(tcp + 13, flags, 1);
    put(tcp + 14, 501, 2);
    put(tcp + 20, 0x0101080a, 4);
    put(tcp + 24, now, 4);
    put_record(c->time, size);
    fwrite(packet, size, 1, stdout);
    *(of_client ? &c->c_seq : &c->s_seq) += payload + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    c->time += 50;
}

static void healthy(struct call *c, bool stays_open)
{
    send_segment(c, true, TCP_SYN, 0);
    send_segment(c, false, TCP_SYN | TCP_ACK, 0);
    send_segment(c, true, TCP_ACK, 0);
    send_segment(c, true, TCP_ACK | TCP_PSH, 64);
    send_segment(c, false, TCP_ACK | TCP_PSH, 64);
    if (stays_open)
        return;
    send_segment(c, false, TCP_ACK | TCP_FIN, 0);
    send_segment(c, true, TCP_ACK | TCP_FIN, 0);
    send_segment(c, false, TCP_ACK, 0);
}

static uint32_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(x >> 32);
}

/* A thousand clients take their ports in turn; spoofed addresses are anybody's. */
static void make_call(uint64_t number, int64_t time)
{
    unsigned kind = (unsigned)(number % 1000);
    struct call c = {
        .number = number,
        .time = time,
        .client = 0x0a000000 + (uint32_t)(number % 1009),
        .server = 0x0a640000 + (uint32_t)(number % 16),
        .c_seq = mix(number),
        .s_seq = mix(~number),
        .port = (uint16_t)(1024 + number / 1009 % 64000),
    };

    if (kind < 9) {
        c.client = mix(number * 3) | 0xc0000000;
        send_segment(&c, true, TCP_SYN, 0);
    } else if (kind < 19) {
        send_segment(&c, true, TCP_SYN, 0);
        send_segment(&c, false, TCP_RST | TCP_ACK, 0);
    } else {
        healthy(&c, kind == 19);
    }
}

int main(int argc, char **argv)
{
    const uint32_t head[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, LINKTYPE_RAW };
    uint64_t rate = argc == 3 ? strtoull(argv[1], NULL, 10) : 0,
             calls = rate * (argc == 3 ? strtoull(argv[2], NULL, 10) : 0);

    if (rate == 0 || rate > 1000000) {
        (void)fprintf(stderr, "usage: bench_stream CALLS_A_SECOND SECONDS\n");
        return 2;
    }
    fwrite(head, sizeof head, 1, stdout);
    for (uint64_t number = 0; number < calls && !ferror(stdout); number++)
        make_call(number, INT64_C(1600000000000000) + (int64_t)(number * 1000000 / rate));
    return ferror(stdout) || fflush(stdout) != 0;
}
