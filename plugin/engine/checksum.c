/* checksum.c - whether the TCP or UDP checksum of a packet is right
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checksum.h"

#include "network_order.h"

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

/* RFC 1071, 2 (C): of 32 bits at a time, which takes half as long as of 16. */
static uint64_t add_words(uint64_t sum, const uint8_t *data, size_t size)
{
    size_t i = 0;

    for (; i + 4 <= size; i += 4)
        sum += get32(data + i);
    for (unsigned shift = 24; i < size; i++, shift -= 8)
        sum += (uint64_t)data[i] << shift;
    return sum;
}

static unsigned fold(uint64_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* The plain IP header that ends at a transport header, and the length of what follows it; NULL: there is none. Options and
 * extension headers may hold another destination. Length 0: the packet has not yet been cut into segments. */
static const uint8_t *plain_header(const uint8_t *data, size_t at, uint8_t family, uint8_t protocol, size_t *length)
{
    const uint8_t *h = data + at - (family == 4 ? IPV4_HEADER : IPV6_HEADER);
    if (family == 6) {
        *length = at >= IPV6_HEADER ? get16(h + 4) : 0;
        return *length != 0 && h[0] >> 4 == 6 && h[6] == protocol ? h : NULL;
    }
    if (h[0] != (4 << 4 | IPV4_HEADER / 4) || (get16(h + 6) & 0x3fff) != 0 || get16(h + 2) <= IPV4_HEADER)
        return NULL;
    *length = get16(h + 2) - IPV4_HEADER;
    return h;
}

/* A sender that leaves it to its network card puts the sum of the pseudo-header there, and where host and guest share a
 * machine nobody ever fills it in: that says nothing. field: where it is in the transport header. */
static enum checksum checksum_of(const uint8_t *data, size_t captured, size_t at, uint8_t family, uint8_t protocol,
                                 size_t field)
{
    size_t length = 0, address = family == 4 ? 4 : 16;
    const uint8_t *ip = plain_header(data, at, family, protocol, &length);

    if (ip == NULL || length < field + 2 || length > captured - at)
        return CHECKSUM_UNKNOWN;
    if (protocol == PROTOCOL_UDP && get16(data + at + field) == 0)
        return CHECKSUM_RIGHT;
    const uint8_t *addresses = ip + (family == 4 ? 12 : 8);
    unsigned pseudo = fold(add_words(protocol + (uint32_t)length, addresses, 2 * address));
    if (fold(add_words(pseudo, data + at, length)) == 0xffff)
        return CHECKSUM_RIGHT;
    return get16(data + at + field) == pseudo ? CHECKSUM_UNKNOWN : CHECKSUM_WRONG;
}

/* RFC 9293, 3.1. */
enum checksum tcp_checksum(const uint8_t *data, size_t captured, size_t tcp, uint8_t family)
{
    return checksum_of(data, captured, tcp, family, PROTOCOL_TCP, 16);
}

/* RFC 768; RFC 6935 for tunnels over IPv6. */
enum checksum udp_checksum(const uint8_t *data, size_t captured, size_t udp, uint8_t family)
{
    return checksum_of(data, captured, udp, family, PROTOCOL_UDP, 6);
}
