/* loads.h - the packets that the bench measures with
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_LOADS_H
#define SYNFATE_LOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An Ethernet frame. */
struct packet {
    const uint8_t *data;
    size_t length;
    int64_t time; /* ns since the epoch */
};

enum { TCP_OFFSET = 14 + 20 }; /* of the TCP header in each packet */

typedef void packet_sink(void *to, const struct packet *packet);

/* Makes the packets of a load, in order, and hands each to sink. n says how large it is:
 *     short         n connections of ten packets, each on a port pair of its own
 *     http          the same, port 80: one request and one answer
 *     bulk          n transfers, each of 1 MiB, one after the other
 *     rounds        20 connections at the same time, n small requests, answers and ACKs on each, by turns
 *     http_rounds   the same, port 80
 *     other_rounds  the same as rounds, port 8080: what Wireshark tries to read as HTTP, and is none
 *     syn_flood     n SYNs, each on a port pair of its own, from one address
 *     random_flood  the same, each from a random address and port
 *     reuse         n connections of ten packets on four port pairs, which their server closes first
 *     interleaved   10 000 connections at the same time, n rounds of one packet each
 * Returns false if there is no such load. */
bool load_make(const char *name, uint32_t n, packet_sink *sink, void *to);

#endif
