/* compat.h - what differs between Wireshark 4.0, 4.2, 4.4 and 4.6
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_COMPAT_H
#define SYNFATE_COMPAT_H

#include <wireshark.h>

#include <epan/epan.h>
#include <epan/packet.h>
#include <stdlib.h>
#include <wiretap/wtap.h>
#include <ws_version.h>

#define WIRESHARK_AT_LEAST(major, minor) \
    (WIRESHARK_VERSION_MAJOR > (major) || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

#if WIRESHARK_AT_LEAST(4, 2)
#include <wsutil/plugins.h> /* WS_PLUGIN_DESC_DISSECTOR */
#endif

/* Boolean preferences and the like point to a gboolean before 4.4, to a bool since. */
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool ws_pref_bool;
#else
typedef gboolean ws_pref_bool;
#endif

/* The functions of a conversation filter have a second parameter since 4.4, which is not needed here. */
#if WIRESHARK_AT_LEAST(4, 4)
#define CONVERSATION_FILTER_DATA , void *data G_GNUC_UNUSED
#define CONVERSATION_FILTER_NO_DATA , NULL
#else
#define CONVERSATION_FILTER_DATA
#define CONVERSATION_FILTER_NO_DATA
#endif

/* What begins a "-z" statistic: NAME(argument, data) from START, which returns whether it could. Before 4.6 there was
 * no way to tell tshark that it could not. */
#if WIRESHARK_AT_LEAST(4, 6)
#define STAT_STARTER(NAME, START)                      \
    static bool NAME(const char *argument, void *data) \
    {                                                  \
        return START(argument, data);                  \
    }
#else
#define STAT_STARTER(NAME, START)                      \
    static void NAME(const char *argument, void *data) \
    {                                                  \
        if (!START(argument, data))                    \
            exit(1);                                   \
    }
#endif

/* An interface's name needs its section since 4.4. */
static inline const char *interface_name(const packet_info *pinfo, uint32_t interface_id)
{
#if WIRESHARK_AT_LEAST(4, 4)
    unsigned section = pinfo->rec->presence_flags & WTAP_HAS_SECTION_NUMBER ? pinfo->rec->section_number : 0;
    return epan_get_interface_name(pinfo->epan, interface_id, section);
#else
    return epan_get_interface_name(pinfo->epan, interface_id);
#endif
}

#endif
