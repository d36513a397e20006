/* keys.h - SYNs that nothing answered, and the keys (TCP-MD5, TCP-AO) that may be why
 *
 * A receiver drops in silence what is not signed as it wants.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_KEYS_H
#define SYNFATE_KEYS_H

#include "store.h"
#include "verdict.h"

#define KEY_ADVICE                                                                                         \
    "Compare the keys of both sides, the address that each is for (NAT between them breaks it), and when " \
    "they change. Next: nstat -az TcpExtTCPMD5NotFound TcpExtTCPMD5Unexpected TcpExtTCPAORequired "        \
    "TcpExtTCPAOKeyNotFound on the server."

enum key_doubt {
    KEY_NO_DOUBT, /* it was answered; or nothing shows that a key is wanted */
    KEY_SIGNED,   /* its SYN is signed: the key may be another */
    KEY_MISSING,  /* its SYN is not, and the service has signed SYN/ACKs to others */
};

/* option: becomes the name of the option that signs. */
enum key_doubt key_doubt_of(const struct tracker *t, const struct attempt *a, const struct verdict *v,
                            const char **option);

#endif
