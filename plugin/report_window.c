/* report_window.c - the report in Wireshark: Statistics > SYN Fate > Report, to copy, to save, and as a page
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <epan/funnel.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <wsutil/report_message.h>

#ifndef O_BINARY /* Windows has it */
#define O_BINARY 0
#endif

/* What a window shows. It lives until Wireshark ends: a dialog of a window that was closed may still name it. */
struct report_window {
    funnel_text_window_t *window;
    char *text;
    char *filter; /* or NULL */
};

/* The page that a browser was asked to open: one file, in a folder of its own. */
static char *page_folder, *page_path;

static const funnel_ops_t *ops(void)
{
    return funnel_get_funnel_ops();
}

static void show(struct report_window *w, const char *message)
{
    char *text = message == NULL ? NULL : g_strdup_printf("%s\n\n%s", message, w->text);

    ops()->set_text(w->window, text == NULL ? w->text : text);
    g_free(text);
}

/* ---- files ----------------------------------------------------------------------------------------- */

static bool write_file(const char *path, int how, const char *text)
{
    int file = g_open(path, O_WRONLY | O_CREAT | O_BINARY | how, 0600);
    FILE *stream = file < 0 ? NULL : fdopen(file, "wb");
    bool written = stream != NULL && fputs(text, stream) >= 0;

    return stream != NULL && fclose(stream) == 0 && written;
}

static void forget_page(void)
{
    if (page_folder == NULL)
        return;
    (void)g_unlink(page_path);
    (void)g_rmdir(page_folder);
    g_free(page_path);
    g_free(page_folder);
    page_path = page_folder = NULL;
}

static bool prepare_page(void)
{
    if (page_folder == NULL) {
        page_folder = g_dir_make_tmp("synfate-XXXXXX", NULL);
        page_path = page_folder == NULL ? NULL : g_build_filename(page_folder, "report.html", NULL);
    }
    return page_folder != NULL;
}

/* ---- buttons --------------------------------------------------------------------------------------- */

static ws_pref_bool on_filter(funnel_text_window_t *window, void *data)
{
    struct report_window *w = data;
    const char *filter = ops()->get_filter(ops()->ops_id);
    char *text;

    (void)window;
    g_free(w->filter);
    w->filter = filter != NULL && *filter != '\0' ? g_strdup(filter) : NULL;
    text = report_collect(STAT_TEXT, w->filter, 0);
    if (text == NULL)
        return TRUE;
    g_free(w->text);
    w->text = text;
    show(w, NULL);
    return TRUE;
}

static ws_pref_bool on_copy(funnel_text_window_t *window, void *data)
{
    const struct report_window *w = data;
    GString *text = g_string_new(w->text);

    (void)window;
    ops()->copy_to_clipboard(text);
    g_string_free(text, TRUE);
    return TRUE;
}

/* The dialog hands over what was typed, to be freed. A relative path is one in the user's home. */
static void on_path(char **typed, void *data)
{
    struct report_window *w = data;
    char *name = typed == NULL || typed[0] == NULL ? g_strdup("") : g_strstrip(g_strdup(typed[0]));
    char *path = g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(g_get_home_dir(), name, NULL);
    bool is_page = g_str_has_suffix(path, ".html");
    char *page = is_page ? report_collect(STAT_HTML, w->filter, 0) : NULL;
    const char *text = is_page ? page : w->text;

    if (*name == '\0' || text == NULL) {
        /* nothing was asked for, or nothing is open any more */
    } else if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        report_failure("%s is there already, and is left as it is: choose another name.", path);
    } else if (write_file(path, O_EXCL, text)) {
        char *message = g_strdup_printf("Saved as %s", path);
        show(w, message);
        g_free(message);
    } else {
        report_failure("The report cannot be saved as %s: %s.", path, g_strerror(errno));
    }
    g_free(page);
    g_free(path);
    g_free(name);
    g_strfreev(typed);
}

static ws_pref_bool on_save(funnel_text_window_t *window, void *data)
{
    static const char *names[] = { "Path (a name that ends in .html saves the page)", NULL };
    char *path = g_build_filename(g_get_home_dir(), "synfate-report.txt", NULL);
    const char *values[] = { path, NULL };

    (void)window;
    ops()->new_dialog(ops()->ops_id, "Save the SYN Fate Report", names, values, on_path, data, NULL);
    g_free(path);
    return TRUE;
}

static ws_pref_bool on_page(funnel_text_window_t *window, void *data)
{
    const struct report_window *w = data;
    char *page = report_collect(STAT_HTML, w->filter, 0);
    char *uri = NULL;

    (void)window;
    if (page == NULL)
        return TRUE;
    if (prepare_page() && write_file(page_path, O_TRUNC, page))
        uri = g_filename_to_uri(page_path, NULL, NULL);
    if (uri == NULL)
        report_failure("The page cannot be written to the folder of temporary files.");
    else if (!ops()->browser_open_url(uri))
        report_failure("There is no browser to open %s with.", uri);
    g_free(uri);
    g_free(page);
    return TRUE;
}

static void add_button(struct report_window *w, const char *label, funnel_bt_cb_t pressed)
{
    funnel_bt_t *button = g_new0(funnel_bt_t, 1);

    button->tw = w->window;
    button->func = pressed;
    button->data = w;
    button->free_fcn = g_free;
    ops()->add_button(w->window, button, label);
}

void report_window_show(const char *filter, uint16_t calls_shown)
{
    char *text = report_collect(STAT_TEXT, filter, calls_shown);

    if (text == NULL)
        return;
    struct report_window *w = g_new0(struct report_window, 1);
    w->text = text;
    w->filter = g_strdup(filter);
    w->window = ops()->new_text_window(ops()->ops_id, "SYN Fate Report");
    show(w, NULL);
    add_button(w, "Limit to Display Filter", on_filter);
    add_button(w, "Copy", on_copy);
    add_button(w, "Save\xe2\x80\xa6", on_save);
    add_button(w, "Open as a Page", on_page);
}

void report_window_register(void)
{
    register_shutdown_routine(forget_page);
}
