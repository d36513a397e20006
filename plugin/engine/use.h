/* use.h - the uses of a port pair: the connection in progress, the old one, and those whose SYN was not captured
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_USE_H
#define SYNFATE_USE_H

#include "work.h"

/* Begins the connection of an attempt whose SYN is answered. */
struct connection *begin_connection(const struct work *w, uint32_t attempt);

/* Begins a use whose SYN the capture lacks. A single forged segment must not hide the connection before it: until both ends
 * have sent something, the unseen use gives way to that connection. */
struct connection *begin_unseen_use(const struct work *w);

/* The same, when its SYN/ACK tells who the client is. syn_end: the number after the SYN. */
struct connection *begin_use_of_client(const struct work *w, uint8_t client, uint32_t syn_end);

/* The connection in progress, or NULL, after an unseen use has given way if the segment continues the one before. */
struct connection *connection_in_progress(const struct work *w);

/* A SYN follows: an unseen use gives way if both ends are captured and only one has spoken. */
void settle_unseen_use(const struct work *w);

/* Removes the connection in progress, which turned out not to exist. */
void forget_connection(const struct work *w);

/* The connection in progress becomes the old one. */
void retire_connection(const struct work *w);

#endif
