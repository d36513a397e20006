/* dns.h - the addresses that a DNS answer gives a name (RFC 1035; RFC 3596)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_DNS_H
#define SYNFATE_DNS_H

#include "segment.h"

/* The UDP port that answers come from. */
enum { DNS_PORT = 53 };

/* An answer to one question; what is behind `at` has not been read. */
struct dns_answer {
    uint64_t name; /* digest of the name that was asked for, upper and lower case alike */
    struct packet_bytes bytes;
    size_t at;
    unsigned records; /* not read yet */
};

/* Reads the message behind the UDP header at udp_offset. Returns false if it is no answer without error to one question,
 * or was not captured that far. */
bool dns_answer_parse(const struct packet_bytes *bytes, size_t udp_offset, struct dns_answer *answer);

/* The next address among its records: of family 4 or 6, or 0 when there are no more. ip: 16 bytes, an IPv4 address in the
 * first 4, the others 0. */
uint8_t dns_next_address(struct dns_answer *answer, uint8_t ip[16]);

#endif
