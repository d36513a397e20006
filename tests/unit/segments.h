/* segments.h - a conversation between two ends, segment by segment, for the tests
 *
 *     struct scene *s = scene_new(&LINUX);
 *     CLIENT(s, .flags = TCP_SYN, .seq = 1000);
 *     SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001);
 *     wait_ms(s, 30000);
 *
 * Each line is a frame, 50 µs after the one before, and returns its number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TEST_SEGMENTS_H
#define SYNFATE_TEST_SEGMENTS_H

#include "tracker.h"

#include <string.h>

#define NS_PER_MS INT64_C(1000000)
#define FRAME_GAP INT64_C(50000)

struct scene {
    struct tracker *t;
    struct sighting now; /* frame and time of the latest frame */
    struct tcp_address client, server;
    unsigned copies; /* how often each frame is captured */
    uint8_t family;
};

static const struct tracker_options LINUX = { .peer = PEER_LINUX,
                                              .time_wait = 60 * NS_PER_SECOND,
                                              .no_answer_retries = 1 };

/* 10.0.0.1:57011 calls 10.0.0.2:8080. */
static inline struct scene *scene_new(const struct tracker_options *options)
{
    struct scene *s = g_new0(struct scene, 1);

    s->t = tracker_new(options);
    s->now.time = 1600000000 * NS_PER_SECOND;
    s->copies = 1;
    s->family = 4;
    s->client = (struct tcp_address){ .ip = { 10, 0, 0, 1 }, .port = 57011 };
    s->server = (struct tcp_address){ .ip = { 10, 0, 0, 2 }, .port = 8080 };
    return s;
}

static inline void scene_free(struct scene *s)
{
    tracker_free(s->t);
    g_free(s);
}

/* A test with a scene of its own. */
struct scene_test {
    const char *path;
    void (*test)(struct scene *s);
};

static inline void run_scene_test(gconstpointer data)
{
    const struct scene_test *test = data;
    struct scene *s = scene_new(&LINUX);

    test->test(s);
    scene_free(s);
}

static inline void add_scene_tests(const struct scene_test *tests, size_t n)
{
    for (size_t i = 0; i < n; i++)
        g_test_add_data_func(tests[i].path, &tests[i], run_scene_test);
}

static inline void wait_ms(struct scene *s, int64_t ms)
{
    s->now.time += ms * NS_PER_MS;
}

static inline void next_frame(struct scene *s)
{
    s->now.frame++;
    s->now.time += FRAME_GAP;
    tracker_begin_frame(s->t, &s->now);
}

/* A read filter left the last frame out of the file: the next one gets its number. */
static inline void hide_last_frame(struct scene *s)
{
    s->now.frame--;
}

/* Sends a segment; what it does not say is as a Linux host has it. Returns its (first) frame. */
static inline uint32_t send_segment(struct scene *s, const struct tcp_address *src, const struct tcp_address *dst,
                                    struct segment seg)
{
    seg.family = s->family;
    seg.src = *src;
    seg.dst = *dst;
    seg.has_ts = seg.has_ts || seg.tsval != 0;
    if (seg.ttl == 0)
        seg.ttl = 64;
    if (!(seg.flags & TCP_SYN) || seg.wscale == 0)
        seg.wscale = NO_WSCALE;
    if (seg.window == 0)
        seg.window = 500;
    for (unsigned i = 0; i < s->copies; i++) {
        next_frame(s);
        seg.seen = s->now;
        tracker_segment(s->t, &seg);
    }
    return s->now.frame + 1 - s->copies;
}

/* An ICMP error about a segment of the client. Returns its (first) frame. */
static inline uint32_t send_icmp_error(struct scene *s, enum icmp_kind kind, uint32_t quoted_seq)
{
    struct icmp_error error = {
        .kind = kind, .family = s->family, .src = s->client, .dst = s->server, .seq = quoted_seq
    };

    for (unsigned i = 0; i < s->copies; i++) {
        next_frame(s);
        error.seen = s->now;
        tracker_icmp_error(s->t, &error);
    }
    return s->now.frame + 1 - s->copies;
}

#define CLIENT(S, ...) send_segment(S, &(S)->client, &(S)->server, (struct segment){ __VA_ARGS__ })
#define SERVER(S, ...) send_segment(S, &(S)->server, &(S)->client, (struct segment){ __VA_ARGS__ })

/* The ISNs and TSvals that the helpers below use. */
enum { C_ISN = 1000000, S_ISN = 5000000, C_TS = 300000, S_TS = 700000 };

/* A handshake with timestamps: three frames. Returns the last one. */
static inline uint32_t handshake(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS, .mss = 1460, .wscale = 7);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS, .tsecr = C_TS, .wscale = 7);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS, .tsecr = S_TS);
}

/* One request of 100 bytes, one answer of 200: four frames. */
static inline void exchange(struct scene *s)
{
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS, .tsecr = S_TS, .payload = 100);
    SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 1, .ack = C_ISN + 101, .tsval = S_TS, .tsecr = C_TS);
    SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 1, .ack = C_ISN + 101, .tsval = S_TS, .tsecr = C_TS, .payload = 200);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 201, .tsval = C_TS, .tsecr = S_TS);
}

/* The server's numbers after its TIME_WAIT has begun. */
enum { S_RCV_NXT = C_ISN + 102, S_SND_NXT = S_ISN + 202, C_FIN_TS = C_TS + 10, S_FIN_TS = S_TS + 10 };

/* The server closes first, and ends in TIME_WAIT: frames 1 to 11. */
static inline void closed_by_server(struct scene *s)
{
    handshake(s);
    exchange(s);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 101, .tsval = S_FIN_TS, .tsecr = C_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 101, .ack = S_SND_NXT, .tsval = C_FIN_TS, .tsecr = S_FIN_TS);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 101, .ack = S_SND_NXT, .tsval = C_FIN_TS, .tsecr = S_FIN_TS);
    SERVER(s, .flags = TCP_ACK, .seq = S_SND_NXT, .ack = S_RCV_NXT, .tsval = S_FIN_TS, .tsecr = C_FIN_TS);
}

/* The ACK with which a TIME_WAIT, made without a socket, answers a SYN that it does not take. */
static inline uint32_t time_wait_ack(struct scene *s)
{
    return SERVER(s, .flags = TCP_ACK, .seq = S_SND_NXT, .ack = S_RCV_NXT, .tsval = S_FIN_TS + 9000, .tsecr = C_FIN_TS,
                  .has_ip_id = true, .df = true);
}

/* What became of an attempt (a record, from 1), as the whole capture shows it. */
static inline struct verdict verdict_on(const struct scene *s, uint32_t attempt)
{
    struct verdict v;

    g_assert_cmpuint(attempt, <=, tracker_attempts(s->t));
    tracker_verdict(s->t, attempt, true, &v);
    g_assert_nonnull(verdict_row(v.fate, v.cause));
    return v;
}

/* What the first SYN of an attempt met. */
static inline struct past past_of(const struct scene *s, uint32_t attempt)
{
    struct past past;

    g_assert_true(tracker_past(s->t, tracker_attempt(s->t, attempt), &past));
    return past;
}

#define assert_verdict(S, ATTEMPT, FATE, CAUSE, FRAME)                  \
    do {                                                                \
        struct verdict v_ = verdict_on(S, ATTEMPT);                     \
        g_assert_cmpstr(fate_token(v_.fate), ==, fate_token(FATE));     \
        g_assert_cmpstr(cause_token(v_.cause), ==, cause_token(CAUSE)); \
        g_assert_cmpuint(v_.decided_by, ==, FRAME);                     \
    } while (0)

#endif
