/* recognise.c - by whose rules a host is judged
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "recognise.h"

struct peer_rules rules_of_host(const struct tracker *t, const struct port_pair *pair, uint8_t side)
{
    (void)pair, (void)side;
    return (struct peer_rules){ .stack = stack_row(t->options.peer), .time_wait = t->options.time_wait };
}
