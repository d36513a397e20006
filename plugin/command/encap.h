/* encap.h - which of Wireshark's link types are read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_ENCAP_H
#define SYNFATE_ENCAP_H

#include "link.h"

/* encap: WTAP_ENCAP_... of wiretap/wtap.h */
enum link_type encap_link_type(int encap);

#endif
