/* tunnels.h - SYNs and SYN/ACKs that came in a tunnel whose UDP checksum is wrong
 *
 * The tunnel's far end drops them (public case: kubernetes/kubernetes 88986, connects of 63 s). Who reads frames must look
 * for it: struct segment has it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TUNNELS_H
#define SYNFATE_TUNNELS_H

#include "store.h"

/* Takes into account what an attempt's SYN, or SYN/ACK, came in. */
void see_tunnel(struct tracker *t, uint32_t attempt, const struct segment *seg);

/* Whether an attempt's SYN, or answer, came in a tunnel with a wrong checksum; and whether that says that it was damaged on
 * its way: where it is made, a network card may still have to fill it in. */
bool came_in_bad_tunnel(const struct tracker *t, uint32_t attempt, bool answer);
bool bad_tunnel_tells(const struct tracker *t, uint32_t attempt, bool answer);

/* A SYN that came so was answered: the far ends do not look at it. */
void see_bad_tunnel_taken(struct tracker *t);

/* Drops attempts that are not kept (1 by record). */
void tunnels_forget(struct tracker *t, const uint8_t *attempts);

#endif
