/* html.c - text as HTML and SVG have it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "html.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

/* Control characters, and those that make what follows read otherwise than it is, such as from right to left. */
static bool is_seen(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    return c == '\n' || c == '\t' || (type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT);
}

static void append_character(GString *out, gunichar c)
{
    switch (c) {
    case '<':
        g_string_append(out, "&lt;");
        break;
    case '>':
        g_string_append(out, "&gt;");
        break;
    case '&':
        g_string_append(out, "&amp;");
        break;
    case '"':
        g_string_append(out, "&quot;");
        break;
    case '\'':
        g_string_append(out, "&#39;");
        break;
    default:
        g_string_append_unichar(out, is_seen(c) ? c : 0xfffd);
    }
}

void html_text(GString *out, const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);

    for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c))
        append_character(out, g_utf8_get_char(c));
    g_free(valid);
}

static void append_argument(GString *out, char kind, va_list *arguments)
{
    switch (kind) {
    case 's':
        html_text(out, va_arg(*arguments, const char *));
        break;
    case 'u':
        g_string_append_printf(out, "%u", va_arg(*arguments, uint32_t));
        break;
    case 'd':
        g_string_append_printf(out, "%d", va_arg(*arguments, int));
        break;
    case 't':
        g_string_append(out, va_arg(*arguments, const GString *)->str);
        break;
    default:
        g_string_append_c(out, kind);
    }
}

void html_printf(GString *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    for (const char *c = format; *c != '\0'; c++) {
        if (*c == '%')
            append_argument(out, *++c, &arguments);
        else
            g_string_append_c(out, *c);
    }
    va_end(arguments);
}
