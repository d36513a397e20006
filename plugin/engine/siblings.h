/* siblings.h - the same SYN elsewhere: the legs of a NAT, other capture points, answers from another address
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SIBLINGS_H
#define SYNFATE_SIBLINGS_H

#include "ring.h"
#include "store.h"

/* Makes an attempt known by its client and its ISN. */
void siblings_add(struct tracker *t, uint32_t attempt);

/* The attempt on this port pair that a SYN belongs to although another one came between: a NAT may come back to a port
 * that it tried before. 0: none. */
uint32_t siblings_find_on_pair(const struct tracker *t, uint32_t pair, uint8_t side, const struct segment *syn);

/* Drops what refers to attempts and port pairs that are not kept (1 by record). */
void siblings_forget(struct tracker *t, const uint8_t *attempts, const uint8_t *pairs);

/* Links a SYN with the same SYN on another port pair or at another point. */
void siblings_link_syn(struct tracker *t, uint32_t attempt, const struct segment *syn);

/* Links connections that are two legs of one, by their FIN. */
void siblings_link_fin(struct tracker *t, uint32_t pair, uint8_t side, const struct segment *fin);

/* A SYN came in, and went out: the host that captured forwards what goes to the server. in, out: the attempt that shows it,
 * the same, or two legs of a NAT. */
void siblings_note_forwarded(struct tracker *t, struct attempt *in, struct attempt *out);

/* The attempt that waits, or waited of late, for this answer of its server, which goes to another address than the
 * client's; 0: none. An ISN that several share ties nothing. */
uint32_t siblings_find_answered(const struct tracker *t, const struct segment *answer);

/* What the server sends on a pair that is PAIR_WATCHED, before its connection takes it: an ACK that it has sent before may
 * be its answer to a SYN that the client sent to another address. */
void siblings_watch(struct tracker *t, const struct port_pair *pair, uint8_t side, const struct segment *seg);

/* The first segment of a port pair, sent by side, is no SYN: it may be the answer to another client's SYN. */
void siblings_stray(struct tracker *t, const struct port_pair *pair, uint8_t side, const struct segment *seg);

/* Whether two attempts have the same addresses and ports: one was seen at another capture point. */
bool are_twins(const struct tracker *t, const struct attempt *a, const struct attempt *b);

/* Whether two attempts of a ring differ in the client's port only: a NAT has sent the SYN again. */
bool are_retries(const struct tracker *t, const struct attempt *a, const struct attempt *b);

/* The client on the other side of a NAT, when that leg is in the capture: of an attempt, of its old connection. */
bool leg_of_attempt(const struct tracker *t, uint32_t attempt, struct tcp_address *client);
bool leg_of_old(const struct tracker *t, const struct attempt *a, struct tcp_address *client);

#endif
