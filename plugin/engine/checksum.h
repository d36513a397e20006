/* checksum.h - whether the TCP checksum of a packet is right
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CHECKSUM_H
#define SYNFATE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* UNKNOWN: not looked at, not captured whole, or left to a network card. */
enum checksum { CHECKSUM_UNKNOWN, CHECKSUM_RIGHT, CHECKSUM_WRONG };

/* Of the TCP header at tcp_offset of captured bytes, with what follows it to the packet's end, as the IP header before it
 * (family 4 or 6) says. CHECKSUM_UNKNOWN if it was not captured whole, or is a fragment. */
enum checksum tcp_checksum(const uint8_t *data, size_t captured, size_t tcp_offset, uint8_t family);

/* The same of a UDP header; it is right, too, if there is none. */
enum checksum udp_checksum(const uint8_t *data, size_t captured, size_t udp_offset, uint8_t family);

#endif
