/* paragraph.c - paragraphs of a page of text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "paragraph.h"

#include <stdbool.h>
#include <string.h>

/* Such a word stays with the number before it. */
static bool is_unit(const char *word)
{
    const char *end = word + strspn(word, "ms");

    return (g_str_has_prefix(word, "s") || g_str_has_prefix(word, "ms")) && !g_ascii_isalnum(*end) && end - word <= 2;
}

static gsize length_with_unit(char *const *words)
{
    return strlen(words[0]) + (words[1] != NULL && is_unit(words[1]) ? 1 + strlen(words[1]) : 0);
}

void print_wrapped(const struct lines *l, const char *label, int indent, const char *text)
{
    GString *out = l->out;
    gsize begin = out->len, width = (gsize)(LINE_WIDTH - l->lacking);
    char **words = g_strsplit(text, " ", 0);

    g_string_append_printf(out, "%-*s", indent, label);
    for (guint i = 0; words[i] != NULL; i++) {
        if (i > 0 && !is_unit(words[i]) && out->len - begin + 1 + length_with_unit(&words[i]) > width) {
            begin = out->len + 1;
            g_string_append_printf(out, "\n%*s", indent, "");
        } else if (i > 0) {
            g_string_append_c(out, ' ');
        }
        g_string_append(out, words[i]);
    }
    g_string_append_c(out, '\n');
    g_strfreev(words);
}

void print_paragraph(const struct lines *l, const char *label, int indent, GString *text)
{
    print_wrapped(l, label, indent, text->str);
    g_string_free(text, TRUE);
}
