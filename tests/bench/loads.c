/* loads.c - the packets that the bench measures with
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "loads.h"

#include <stdlib.h>
#include <string.h>

enum { FIN = 0x01, SYN = 0x02, PSH = 0x08, ACK = 0x10 };
enum { CLIENT, SERVER };
enum { MSS = 1448, REQUEST = 200, ANSWER = 1000, PACKET_MAX = 1600 };
enum { SERVICE_PORT = 7001, HTTP_PORT = 80, OTHER_HTTP_PORT = 8080, FIRST_PORT = 10000, PORTS = 50000 };
enum { PERSISTENT = 20, INTERLEAVED = 10000, REUSED_PAIRS = 4, TRANSFER_SEGMENTS = 725, SEGMENTS_FOR_EACH_ACK = 2 };

#define CLIENT_NET UINT32_C(0x0a000001) /* 10.0.0.1 and up */
#define SERVER_NET UINT32_C(0xac100001) /* 172.16.0.1 */
#define START (INT64_C(1700000000) * 1000000000)
#define ONE_MS INT64_C(1000000)

struct maker {
    packet_sink *sink;
    void *to;
    int64_t time;
    uint16_t ip_id;
    uint64_t random;
};

/* A connection in the making. */
struct flow {
    uint32_t ip[2], seq[2]; /* of client and server; seq: the next to send */
    uint16_t port[2];
};

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

/* xorshift64: the same numbers in every run. */
static uint32_t next_random(struct maker *m)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (uint32_t)(m->random >> 32);
}

static size_t put_options(const struct maker *m, uint8_t *p, int flags, bool echo)
{
    static const uint8_t of_syn[] = { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7 };
    static const uint8_t of_data[] = { 1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0 };
    const size_t size = flags & SYN ? sizeof of_syn : sizeof of_data, timestamp = flags & SYN ? 8 : 4;
    uint32_t clock = (uint32_t)((m->time - START) / ONE_MS) + 1;

    memcpy(p, flags & SYN ? of_syn : of_data, size);
    put32(p + timestamp, clock);
    put32(p + timestamp + 4, echo ? clock : 0);
    return size;
}

/* The payload is the data and then filler. */
static void make_packet(struct maker *m, struct flow *f, int from, int flags, const char *data, size_t payload)
{
    uint8_t frame[PACKET_MAX] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
    uint8_t *ip = frame + 14, *tcp = frame + TCP_OFFSET;
    size_t header = 20 + put_options(m, tcp + 20, flags, flags & ACK);

    for (size_t i = 0; i < payload; i++)
        tcp[header + i] = (uint8_t)(*data != '\0' ? *data++ : 'x');
    ip[0] = 0x45;
    put16(ip + 2, (uint32_t)(20 + header + payload));
    put16(ip + 4, ++m->ip_id);
    put16(ip + 6, 0x4000);
    ip[8] = 64;
    ip[9] = 6;
    put32(ip + 12, f->ip[from]);
    put32(ip + 16, f->ip[!from]);
    put16(tcp, f->port[from]);
    put16(tcp + 2, f->port[!from]);
    put32(tcp + 4, f->seq[from]);
    put32(tcp + 8, flags & ACK ? f->seq[!from] : 0);
    tcp[12] = (uint8_t)(header / 4 << 4);
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, 502);

    m->sink(m->to, &(struct packet){ frame, TCP_OFFSET + header + payload, m->time });
    f->seq[from] += (uint32_t)payload + (flags & (SYN | FIN) ? 1 : 0);
    m->time += ONE_MS / 10;
}

static void send_segment(struct maker *m, struct flow *f, int from, int flags, size_t payload)
{
    make_packet(m, f, from, flags, "", payload);
}

static struct flow nth_flow(uint32_t i, uint16_t server_port)
{
    return (struct flow){
        .ip = { CLIENT_NET + i / PORTS, SERVER_NET },
        .port = { (uint16_t)(FIRST_PORT + i % PORTS), server_port },
        .seq = { i * UINT32_C(2654435761), i * UINT32_C(2246822519) },
    };
}

static void open_connection(struct maker *m, struct flow *f)
{
    send_segment(m, f, CLIENT, SYN, 0);
    send_segment(m, f, SERVER, SYN | ACK, 0);
    send_segment(m, f, CLIENT, ACK, 0);
}

/* The server closes first and holds TIME_WAIT. */
static void close_connection(struct maker *m, struct flow *f)
{
    send_segment(m, f, SERVER, FIN | ACK, 0);
    send_segment(m, f, CLIENT, FIN | ACK, 0);
    send_segment(m, f, SERVER, ACK, 0);
}

static void make_short_connection(struct maker *m, struct flow *f, const char *request, const char *answer)
{
    open_connection(m, f);
    make_packet(m, f, CLIENT, PSH | ACK, request, REQUEST);
    send_segment(m, f, SERVER, ACK, 0);
    make_packet(m, f, SERVER, PSH | ACK, answer, ANSWER);
    send_segment(m, f, CLIENT, ACK, 0);
    close_connection(m, f);
}

static void make_short(struct maker *m, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct flow f = nth_flow(i, SERVICE_PORT);
        make_short_connection(m, &f, "", "");
    }
}

/* The lengths make REQUEST and ANSWER full. */
static const char http_request[] =
    "POST /orders HTTP/1.1\r\nHost: shop.example\r\nAccept: text/html\r\n"
    "Content-Length: 115\r\n\r\n";
static const char http_answer[] =
    "HTTP/1.1 200 OK\r\nServer: example\r\nContent-Type: text/plain\r\n"
    "Content-Length: 917\r\n\r\n";

static void make_http(struct maker *m, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct flow f = nth_flow(i, HTTP_PORT);
        make_short_connection(m, &f, http_request, http_answer);
    }
}

static void make_rounds_with(struct maker *m, uint32_t n, uint16_t port, const char *request, const char *answer)
{
    struct flow flows[PERSISTENT];

    for (uint32_t i = 0; i < PERSISTENT; i++) {
        flows[i] = nth_flow(i, port);
        open_connection(m, &flows[i]);
    }
    for (uint32_t i = 0; i < n * PERSISTENT; i++) {
        struct flow *f = &flows[i % PERSISTENT];
        make_packet(m, f, CLIENT, PSH | ACK, request, REQUEST);
        make_packet(m, f, SERVER, PSH | ACK, answer, ANSWER);
        send_segment(m, f, CLIENT, ACK, 0);
    }
    for (uint32_t i = 0; i < PERSISTENT; i++)
        close_connection(m, &flows[i]);
}

static void make_rounds(struct maker *m, uint32_t n)
{
    make_rounds_with(m, n, SERVICE_PORT, "", "");
}

/* A port that Wireshark hands to its HTTP dissector, which finds none. */
static void make_other_rounds(struct maker *m, uint32_t n)
{
    make_rounds_with(m, n, OTHER_HTTP_PORT, "", "");
}

static void make_http_rounds(struct maker *m, uint32_t n)
{
    make_rounds_with(m, n, HTTP_PORT, http_request, http_answer);
}

static void make_bulk(struct maker *m, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct flow f = nth_flow(i, SERVICE_PORT);
        open_connection(m, &f);
        for (uint32_t segment = 1; segment <= TRANSFER_SEGMENTS; segment++) {
            send_segment(m, &f, SERVER, ACK, MSS);
            if (segment % SEGMENTS_FOR_EACH_ACK == 0)
                send_segment(m, &f, CLIENT, ACK, 0);
        }
        close_connection(m, &f);
    }
}

static void make_syn_flood(struct maker *m, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct flow f = nth_flow(i, SERVICE_PORT);
        f.ip[CLIENT] = CLIENT_NET;
        f.ip[SERVER] = SERVER_NET + i / PORTS;
        send_segment(m, &f, CLIENT, SYN, 0);
    }
}

static void make_random_flood(struct maker *m, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct flow f = nth_flow(i, SERVICE_PORT);
        f.ip[CLIENT] = next_random(m);
        f.port[CLIENT] = (uint16_t)next_random(m);
        f.seq[CLIENT] = next_random(m);
        send_segment(m, &f, CLIENT, SYN, 0);
    }
}

static void make_reuse(struct maker *m, uint32_t n)
{
    struct flow flows[REUSED_PAIRS];

    for (uint32_t i = 0; i < REUSED_PAIRS; i++)
        flows[i] = nth_flow(i, SERVICE_PORT);
    for (uint32_t i = 0; i < n; i++) {
        struct flow *f = &flows[i % REUSED_PAIRS];
        make_short_connection(m, f, "", "");
        f->seq[CLIENT] += 100000;
        f->seq[SERVER] += 65537; /* Linux, RFC 6191 */
        m->time += 2 * ONE_MS;
    }
}

static void make_interleaved(struct maker *m, uint32_t n)
{
    static const struct {
        uint8_t from, flags;
        uint16_t payload;
    } steps[] = {
        { CLIENT, SYN, 0 }, { SERVER, SYN | ACK, 0 },      { CLIENT, ACK, 0 }, { CLIENT, PSH | ACK, REQUEST },
        { SERVER, ACK, 0 }, { SERVER, PSH | ACK, ANSWER }, { CLIENT, ACK, 0 },
    };
    enum { STEPS = sizeof steps / sizeof steps[0], FIRST_OF_DATA = 3 };
    struct flow *flows = malloc(INTERLEAVED * sizeof *flows);

    if (flows == NULL)
        abort();
    for (uint32_t i = 0; i < INTERLEAVED; i++)
        flows[i] = nth_flow(i, SERVICE_PORT);
    for (uint32_t round = 0; round < n; round++) {
        uint32_t step = round < STEPS ? round : FIRST_OF_DATA + (round - STEPS) % (STEPS - FIRST_OF_DATA);
        for (uint32_t i = 0; i < INTERLEAVED; i++)
            send_segment(m, &flows[i], steps[step].from, steps[step].flags, steps[step].payload);
    }
    free(flows);
}

bool load_make(const char *name, uint32_t n, packet_sink *sink, void *to)
{
    static const struct {
        const char *name;
        void (*make)(struct maker *m, uint32_t n);
    } loads[] = {
        { "short", make_short },
        { "http", make_http },
        { "bulk", make_bulk },
        { "rounds", make_rounds },
        { "http_rounds", make_http_rounds },
        { "other_rounds", make_other_rounds },
        { "syn_flood", make_syn_flood },
        { "random_flood", make_random_flood },
        { "reuse", make_reuse },
        { "interleaved", make_interleaved },
    };
    struct maker m = { .sink = sink, .to = to, .time = START, .random = 1 };

    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        if (strcmp(loads[i].name, name) == 0) {
            loads[i].make(&m, n);
            return true;
        }
    }
    return false;
}
