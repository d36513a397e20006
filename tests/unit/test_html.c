/* test_html.c - nothing in a text becomes markup
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "html.h"

#include <string.h>

static void expect(const char *text, const char *wanted)
{
    GString *out = g_string_new(NULL);

    html_text(out, text);
    g_assert_cmpstr(out->str, ==, wanted);
    g_string_free(out, TRUE);
}

static void test_markup(void)
{
    expect("</code><script>alert(1)</script>", "&lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    expect("\" onload='x' &amp;", "&quot; onload=&#39;x&#39; &amp;amp;");
    expect("TSval \xe2\x88\x92 R", "TSval \xe2\x88\x92 R");
    expect("", "");
}

static void test_what_is_no_text(void)
{
    expect("a\x01\x1b[31m\x7f", "a\xef\xbf\xbd\xef\xbf\xbd[31m\xef\xbf\xbd");
    expect("\xff\xc3<", "\xef\xbf\xbd\xef\xbf\xbd&lt;");
    expect("txt.\xe2\x80\xaegpj", "txt.\xef\xbf\xbdgpj"); /* from right to left */
    expect("a\tb\n", "a\tb\n");
}

/* Every character is taken, and none of the five gets through. */
static void test_all_characters(void)
{
    char text[8];

    for (gunichar c = 1; c < 0x11000; c++) {
        GString *out = g_string_new(NULL);
        text[g_unichar_to_utf8(c, text)] = '\0';
        html_text(out, text);
        g_assert_true(g_utf8_validate(out->str, -1, NULL));
        g_assert_null(strpbrk(out->str, "<>\"'"));
        g_assert_true(strchr(out->str, '&') == NULL || strchr(out->str, ';') != NULL);
        g_string_free(out, TRUE);
    }
}

static void test_format(void)
{
    GString *out = g_string_new(NULL), *markup = g_string_new("<b>");

    html_printf(out, "<i class=\"%s\">%t %u %d 100 %%</i>", "\">", markup, 4294967295U, -7);
    g_assert_cmpstr(out->str, ==, "<i class=\"&quot;&gt;\"><b> 4294967295 -7 100 %</i>");
    g_string_free(markup, TRUE);
    g_string_free(out, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/html/markup", test_markup);
    g_test_add_func("/html/what is no text", test_what_is_no_text);
    g_test_add_func("/html/all characters", test_all_characters);
    g_test_add_func("/html/format", test_format);
    return g_test_run();
}
