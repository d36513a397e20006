/* encap.c - which of Wireshark's link types are read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "encap.h"

#include "wtap_compat.h"

enum link_type encap_link_type(int encap)
{
    switch (encap) {
    case WTAP_ENCAP_ETHERNET:
        return LINK_ETHERNET;
    case WTAP_ENCAP_SLL:
        return LINK_COOKED;
    case WTAP_ENCAP_SLL2:
        return LINK_COOKED2;
    case WTAP_ENCAP_RAW_IP:
    case WTAP_ENCAP_RAW_IP4:
        return LINK_IP;
    case WTAP_ENCAP_RAW_IP6:
        return LINK_IPV6;
    case WTAP_ENCAP_NULL:
        return LINK_NULL;
    case WTAP_ENCAP_LOOP:
        return LINK_LOOP;
    case WTAP_ENCAP_PPP:
    case WTAP_ENCAP_PPP_WITH_PHDR:
        return LINK_PPP;
    case WTAP_ENCAP_PPP_ETHER:
        return LINK_PPPOE;
    default:
        return LINK_UNKNOWN;
    }
}
