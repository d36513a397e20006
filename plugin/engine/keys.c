/* keys.c - SYNs that nothing answered, and the keys (TCP-MD5, TCP-AO) that may be why
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "keys.h"

static const char *option_name(uint64_t option_kinds)
{
    return option_kinds & SIGNED_BY_AO ? "TCP-AO" : "TCP-MD5";
}

/* RFC 5925, 7.3; RFC 2385, 2. Measured on Linux 6.18 with TCP-MD5: silence, in each case. */
enum key_doubt key_doubt_of(const struct tracker *t, const struct attempt *a, const struct verdict *v,
                            const char **option)
{
    const struct syn_print *syn = print_of(t, a);
    const uint64_t kinds = syn->option_kinds & SIGNED_BY_KEY;

    if (v->fate != FATE_NO_ANSWER || v->cause == CAUSE_SYNACK_LOST || (syn->flags & PRINT_CUT))
        return KEY_NO_DOUBT;
    *option = option_name(kinds);
    if (kinds != 0)
        return KEY_SIGNED;
    const struct service *service = called_service(t, a);
    if (service == NULL || service->keys == 0)
        return KEY_NO_DOUBT;
    *option = option_name(service->keys);
    return KEY_MISSING;
}
