/* stat_tables.c - the tables of the engine as statistics: text in tshark, windows in Wireshark, JSON in sharkd
 *
 * What became of an attempt is certain only after the last packet. tshark draws its statistics then, so the table is
 * made when it is drawn. Wireshark and sharkd tap packets that they have read before, and may show a table without
 * asking for it to be drawn: there it is filled when the last note of the capture has passed the tap.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "engine/table.h"
#include "synfate.h"

#include <epan/funnel.h>
#include <epan/plugin_if.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <stdio.h>

static const struct table_kind *const kinds[] = { &table_services, &table_reuse, &table_fates };

/* ---- tshark ---------------------------------------------------------------------------------------- */

/* A "-z" of the command line. */
struct text_table {
    const struct table_kind *kind;
    struct stat_request request;
    GArray *attempts; /* uint32_t: records */
};

static void reset_text(void *data)
{
    struct text_table *text = data;

    g_array_set_size(text->attempts, 0);
}

static tap_packet_status count_for_text(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *note,
                                        tap_flags_t flags)
{
    struct text_table *text = data;

    (void)pinfo, (void)edt, (void)flags;
    tap_count_attempt(text->attempts, note);
    return TAP_PACKET_REDRAW;
}

static void draw_text(void *data)
{
    struct text_table *text = data;
    struct table *table = table_new(text->kind, synfate_tracker, text->attempts);
    const char *filter = text->request.filter;
    struct table_frame frame = { filter, stat_remark(filter), text->request.shown, NULL };
    GString *out = g_string_new(NULL);

    if (text->request.format == STAT_CSV)
        table_print_csv(table, out);
    else
        table_print(table, &frame, out);
    (void)fputs(out->str, stdout);
    g_string_free(out, TRUE);
    table_free(table);
}

static bool start_text(const char *argument, void *data)
{
    const struct table_kind *kind = data;
    struct text_table *text = g_new0(struct text_table, 1);

    text->kind = kind;
    text->attempts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (!stat_arguments(argument, kind->command, 1U << STAT_TEXT | 1U << STAT_CSV, &text->request))
        return false;
    return stat_listen("synfate", text, text->request.filter, 0, reset_text, count_for_text, draw_text);
}

STAT_STARTER(start_text_table, start_text)

/* ---- Wireshark and sharkd -------------------------------------------------------------------------- */

enum { TEXT_MAX = 192, COLUMNS_MAX = 24 }; /* filters are the longest texts; the rank is a column, too */

/* Wireshark keeps pointers to the rows of a table for as long as one of its windows is open, even when the table is
 * filled anew; so rows live until then and are used again, and their texts live in them. */
struct window_row {
    stat_tap_table_item_type items[COLUMNS_MAX]; /* first: Wireshark frees the row through it */
    char texts[COLUMNS_MAX][TEXT_MAX];
};

struct window_table {
    stat_tap_table_ui ui; /* first: Wireshark hands back a pointer to it */
    const struct table_kind *kind;
    stat_tap_table *table; /* valid while ui.tables holds it */
    stat_tap_table_item columns[COLUMNS_MAX];
    GArray *attempts; /* uint32_t: records */
    GPtrArray *rows;  /* struct window_row */
    guint shown;      /* how many of the rows the table shows */
};

static struct window_table windows[G_N_ELEMENTS(kinds)];

static void empty_window(struct window_table *window)
{
    window->table->num_elements = window->shown = 0;
    g_array_set_size(window->attempts, 0);
}

static void reset_window(stat_tap_table *table)
{
    for (size_t i = 0; i < G_N_ELEMENTS(windows); i++)
        if (windows[i].table == table)
            empty_window(&windows[i]);
}

/* Up to 4.4 Wireshark's windows show a number with six digits behind the point, whatever its format. As a text it has two;
 * right aligned, texts of one length sort as their numbers do. sharkd hands out the number, and 4.6 shows it as its column
 * says, and nothing else. */
static void fill_number(double number, stat_tap_table_item_type *item, char *text)
{
    const funnel_ops_t *ops = WIRESHARK_AT_LEAST(4, 6) ? NULL : funnel_get_funnel_ops();

    if (number < 0) {
        item->type = TABLE_ITEM_NONE;
        return;
    }
    if (ops == NULL || ops->new_dialog == NULL) {
        item->type = TABLE_ITEM_FLOAT;
        item->value.float_value = number;
        return;
    }
    (void)snprintf(text, TEXT_MAX, "%12.2f", number);
    item->type = TABLE_ITEM_STRING;
    item->value.string_value = text;
}

static void fill_item(const struct column *column, const union cell *cell, stat_tap_table_item_type *item, char *text)
{
    switch ((enum cell_kind)column->kind) {
    case CELL_TEXT:
        g_strlcpy(text, cell->text, TEXT_MAX);
        item->type = TABLE_ITEM_STRING;
        item->value.string_value = text;
        break;
    case CELL_COUNT:
        item->type = TABLE_ITEM_UINT;
        item->value.uint_value = cell->count;
        break;
    case CELL_NEED:
        item->type = cell->count == CELL_NO_NEED ? TABLE_ITEM_NONE : TABLE_ITEM_UINT;
        item->value.uint_value = cell->count;
        break;
    case CELL_SECONDS:
    case CELL_INTERVAL:
    case CELL_MS:
        item->type = cell->time < 0 ? TABLE_ITEM_NONE : TABLE_ITEM_FLOAT;
        item->value.float_value = (double)cell->time / (double)NS_PER_SECOND;
        break;
    case CELL_NUMBER:
        fill_number(cell->number, item, text);
        break;
    }
}

/* The first column is the rank: Wireshark sorts by it, so that the worst comes first. */
static void fill_window(struct window_table *window)
{
    struct table *table = table_new(window->kind, synfate_tracker, window->attempts);
    guint n = table_rows(table);

    window->table->elements = g_renew(stat_tap_table_item_type *, window->table->elements, n);
    while (window->rows->len < n)
        g_ptr_array_add(window->rows, g_new0(struct window_row, 1));
    for (guint i = 0; i < n; i++) {
        struct window_row *row = g_ptr_array_index(window->rows, i);
        const union cell *cells = table_row(table, i);
        row->items[0].type = TABLE_ITEM_UINT;
        row->items[0].value.uint_value = i + 1;
        for (guint j = 0; j < window->kind->n_columns; j++)
            fill_item(&window->kind->columns[j], &cells[j], &row->items[j + 1], row->texts[j]);
        window->table->elements[i] = row->items;
    }
    window->table->num_elements = window->shown = n;
    table_free(table);
}

static bool is_open(const struct window_table *window)
{
    return window->ui.tables != NULL && window->ui.tables->len > 0;
}

static tap_packet_status count_for_window(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *note,
                                          tap_flags_t flags)
{
    stat_data_t *stat_data = data;
    struct window_table *window = (struct window_table *)stat_data->stat_tap_data;

    (void)pinfo, (void)edt, (void)flags;
    tap_count_attempt(window->attempts, note);
    return TAP_PACKET_REDRAW;
}

/* Listeners are called in the reverse order of their registration: the tables' own have counted the attempt. */
static tap_packet_status fill_windows(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *note,
                                      tap_flags_t flags)
{
    (void)data, (void)pinfo, (void)edt, (void)flags;
    if (synfate_tracker == NULL || note != tracker_last_note(synfate_tracker))
        return TAP_PACKET_DONT_REDRAW;
    for (size_t i = 0; i < G_N_ELEMENTS(windows); i++)
        if (is_open(&windows[i]))
            fill_window(&windows[i]);
    return TAP_PACKET_DONT_REDRAW;
}

/* Once, and before the listener of the first table. */
static void listen_for_last_note(void)
{
    static bool listening;

    if (!listening)
        listening = stat_listen("synfate", windows, NULL, TL_IS_DISSECTOR_HELPER, NULL, fill_windows, NULL);
}

/* All windows of the table have been closed: Wireshark has freed the rows that the table showed. */
static void free_hidden_rows(struct window_table *window)
{
    for (guint i = window->shown; i < window->rows->len; i++)
        g_free(g_ptr_array_index(window->rows, i));
    g_ptr_array_set_size(window->rows, 0);
}

static void open_window(stat_tap_table_ui *ui)
{
    struct window_table *window = (struct window_table *)ui;

    listen_for_last_note();
    if (!is_open(window)) {
        free_hidden_rows(window);
        window->table = stat_tap_init_table(window->kind->title, window->kind->n_columns + 1, 0, NULL);
        stat_tap_add_table(ui, window->table);
    }
    empty_window(window);
}

/* The attempts belong to a file that is being closed. */
static void forget_attempts(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(windows); i++)
        g_array_set_size(windows[i].attempts, 0);
}

static stat_tap_table_item window_column(const struct column *column)
{
    static const struct {
        stat_tap_table_item_enum type;
        const char *format;
    } items[] = {
        [CELL_TEXT] = { TABLE_ITEM_STRING, "%s" },      [CELL_COUNT] = { TABLE_ITEM_UINT, "%u" },
        [CELL_NEED] = { TABLE_ITEM_UINT, "%u" },        [CELL_SECONDS] = { TABLE_ITEM_FLOAT, "%.6f" },
        [CELL_INTERVAL] = { TABLE_ITEM_FLOAT, "%.6f" }, [CELL_MS] = { TABLE_ITEM_FLOAT, "%.6f" },
        [CELL_NUMBER] = { TABLE_ITEM_FLOAT, "%.2f" },
    };

    return (stat_tap_table_item){
        .type = items[column->kind].type,
        .align = column->kind == CELL_TEXT ? TAP_ALIGN_LEFT : TAP_ALIGN_RIGHT,
        .column_name = column->name,
        .field_format = items[column->kind].format,
    };
}

/* The entries are in a submenu of their own: this group has a menu in no version (epan/stat_groups.h calls it unused), while
 * from 4.4 on Wireshark itself lists those of REGISTER_STAT_GROUP_GENERIC. */
static void register_window(struct window_table *window, const struct table_kind *kind)
{
    static const struct column rank = { .name = "#", .kind = CELL_COUNT };

    window->kind = kind;
    window->attempts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    window->rows = g_ptr_array_new();
    window->columns[0] = window_column(&rank);
    for (guint i = 0; i < kind->n_columns; i++)
        window->columns[i + 1] = window_column(&kind->columns[i]);
    window->ui = (stat_tap_table_ui){
        .group = REGISTER_STAT_GROUP_ENDPOINT_LIST,
        .title = kind->title,
        .tap_name = "synfate",
        .cli_string = kind->command,
        .stat_tap_init_cb = open_window,
        .packet_func = count_for_window,
        .stat_tap_reset_table_cb = reset_window,
        .nfields = kind->n_columns + 1U,
        .fields = window->columns,
    };
    register_stat_tap_table_ui(&window->ui);
}

/* ---- registration ---------------------------------------------------------------------------------- */

static void register_text(const struct table_kind *kind)
{
    stat_tap_ui ui = {
        .group = REGISTER_STAT_GROUP_GENERIC,
        .title = kind->title,
        .cli_string = kind->command,
        .tap_init_cb = start_text_table,
    };

    register_stat_tap_ui(&ui, (void *)kind);
}

static void free_windows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(windows); i++) {
        g_array_free(windows[i].attempts, TRUE);
        g_ptr_array_free(windows[i].rows, TRUE);
    }
}

void stat_tables_register(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (stat_in_terminal())
            register_text(kinds[i]);
        register_window(&windows[i], kinds[i]);
    }
    register_cleanup_routine(forget_attempts);
    register_shutdown_routine(free_windows);
}

/* Opens the window in the way in which "wireshark -z" does. */
static void on_menu(ext_menubar_gui_type gui, gpointer object, gpointer command)
{
    (void)gui, (void)object;
    if (process_stat_cmd_arg(command))
        start_requested_stats();
}

static void on_report(ext_menubar_gui_type gui, gpointer object, gpointer data)
{
    (void)gui, (void)object, (void)data;
    report_window_show(NULL, 0);
}

/* The report first: who does not know what to look for begins there. */
void stat_tables_register_menu(void)
{
    ext_menu_t *menu = ext_menubar_register_menu(proto_synfate, "SYN Fate", TRUE);

    ext_menubar_set_parentmenu(menu, "Statistics");
    ext_menubar_add_entry(menu, "Report", "What is wrong, how often, since when", on_report, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        ext_menubar_add_entry(menu, kinds[i]->menu, kinds[i]->title, on_menu, (gpointer)kinds[i]->command);
}
