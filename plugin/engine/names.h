/* names.h - which addresses the capture's DNS answers give to one name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_NAMES_H
#define SYNFATE_NAMES_H

#include "dns.h"

#include <glib.h>

struct named_address {
    uint8_t ip[16]; /* as in struct tcp_address */
    uint8_t family;
};

/* Notes the addresses of an answer. *names: NULL as long as there was none; to be freed with g_hash_table_destroy(). */
void names_note(GHashTable **names, struct dns_answer *answer);

/* Whether answers gave both addresses to one name. names: may be NULL. */
bool names_share(GHashTable *names, const struct named_address *a, const struct named_address *b);

#endif
