/* text.c - addresses, durations and times as text
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

    /* %.3g writes 999.5 ms as 1e+03, and less than 0.0001 ms with an exponent too. */
    if (ns >= NS_PER_SECOND - NS_PER_SECOND / 2000)
        g_string_append_printf(out, "%.1f s", seconds);
    else if (ns < 100 && ns != 0)
        g_string_append_printf(out, "%d ns", (int)ns);
    else
        g_string_append_printf(out, "%.3g ms", seconds * 1000);
}

GPtrArray *wrap_text(const char *text, gsize width)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    char **words = g_strsplit(text, " ", 0);
    GString *line = g_string_new(NULL);

    for (guint i = 0; words[i] != NULL; i++) {
        bool breaks = line->len + 1 + strlen(words[i]) > width || g_str_equal(words[i], "Next:");
        if (line->len > 0 && breaks) {
            g_ptr_array_add(lines, g_strdup(line->str));
            g_string_truncate(line, 0);
        }
        g_string_append_printf(line, line->len == 0 ? "%s" : " %s", words[i]);
    }
    if (line->len > 0)
        g_ptr_array_add(lines, g_strdup(line->str));
    g_string_free(line, TRUE);
    g_strfreev(words);
    return lines;
}

char *plain_name(const char *name)
{
    char *plain = g_utf8_make_valid(name, -1);

    for (char *p = plain; *p != '\0'; p = g_utf8_next_char(p))
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            memset(p, '?', (gsize)(g_utf8_next_char(p) - p));
    return plain;
}

void append_date(GString *out, int64_t ns)
{
    int64_t seconds = ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0); /* before 1970 too, milliseconds count up */
    GDateTime *date = g_date_time_new_from_unix_utc(seconds);
    char *text = date == NULL ? NULL : g_date_time_format(date, "%Y-%m-%d %H:%M:%S");

    g_string_append_printf(out, "%s.%03d", text == NULL ? "?" : text, (int)((ns - seconds * NS_PER_SECOND) / 1000000));
    g_free(text);
    if (date != NULL)
        g_date_time_unref(date);
}
