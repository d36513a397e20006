/* renumbered.h - a connection whose sequence numbers a box changes, captured on both of its sides
 *
 * A firewall that chooses other first numbers, and a proxy that answers the SYN before it asks the server: on one port pair
 * two sets of numbers are seen. Those seen second are read as if they were the first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_RENUMBERED_H
#define SYNFATE_RENUMBERED_H

#include "work.h"

/* Whether the SYN in work is the newest one of an attempt, with another number. */
bool is_renumbered_syn(const struct work *w, const struct attempt *a);

/* The SYN in work has another number than the attempt, and is taken for another one: notes at the port pair if the packets
 * do not prove that. */
void note_doubt(const struct work *w, const struct attempt *a);

/* Whether the SYN/ACK in work is the one that the attempt shows already, with another number. */
bool is_renumbered_syn_ack(const struct work *w, const struct attempt *a, const struct evidence *e);

/* From here on these first numbers of a side, the sender's, are one. */
void renumber(const struct work *w, uint32_t first, uint32_t second);

/* Another connection begins on the port pair. */
void forget_numbers(const struct work *w);

/* The segment in work in the numbers seen first. copy: room for it. */
void read_renumbered(struct work *w, struct segment *copy);

#endif
