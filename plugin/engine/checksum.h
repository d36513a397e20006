/* checksum.h - whether the TCP checksum of a packet is right
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CHECKSUM_H
#define SYNFATE_CHECKSUM_H

#include "segment.h"

/* Of the TCP header at an offset of a packet, with the bytes that follow it to the packet's end, as seg's IP header says.
 * CHECKSUM_UNKNOWN if it was not captured whole, is a fragment or rests on addresses that are not in the IP header. */
enum checksum tcp_checksum(const struct packet_bytes *bytes, size_t tcp_offset, const struct segment *seg);

#endif
