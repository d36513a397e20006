/* text.c - addresses and durations as text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "text.h"

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

void append_address(GString *out, uint8_t family, const struct tcp_address *address, bool with_port)
{
    char text[INET6_ADDRSTRLEN] = "";

    inet_ntop(family == 4 ? AF_INET : AF_INET6, address->ip, text, sizeof text);
    if (!with_port)
        g_string_append(out, text);
    else
        g_string_append_printf(out, family == 4 ? "%s:%u" : "[%s]:%u", text, address->port);
}

void append_duration(GString *out, int64_t ns)
{
    double seconds = (double)ns / (double)NS_PER_SECOND;

    if (ns >= NS_PER_SECOND)
        g_string_append_printf(out, "%.1f s", seconds);
    else
        g_string_append_printf(out, "%.3g ms", seconds * 1000);
}
