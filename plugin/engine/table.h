/* table.h - a statistic as rows and columns: for Wireshark's windows, as text, as CSV
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TABLE_H
#define SYNFATE_TABLE_H

#include "results.h"

enum cell_kind {
    CELL_TEXT,
    CELL_COUNT,
    CELL_NEED,     /* a count that does not add up; UINT32_MAX: none */
    CELL_SECONDS,  /* ns, shown in seconds; below 0: none */
    CELL_INTERVAL, /* the same, of times that do not add up */
    CELL_MS,       /* ns, in text and CSV shown in milliseconds; below 0: none */
    CELL_NUMBER    /* a rate or a share; below 0: none */
};

struct column {
    const char *name; /* in a window */
    const char *head; /* in text and CSV; NULL: only in a window */
    uint8_t width;    /* in text; 0: not there */
    uint8_t kind;     /* enum cell_kind */
};

union cell {
    const char *text; /* of the table's texts, or static */
    uint32_t count;
    int64_t time;
    double number;
};

#define CELL_NO_NEED UINT32_MAX

struct table;

/* One of the statistics. */
struct table_kind {
    const char *command; /* tshark -z COMMAND */
    const char *title;
    const char *menu;   /* its entry in Wireshark's menu */
    const char *legend; /* a line below the title */
    const struct column *columns;
    uint8_t n_columns;
    void (*fill)(struct table *table, const struct tracker *t, GArray *results); /* may sort the results */
};

extern const struct table_kind table_services, table_reuse, table_fates;

/* Rows are in the order in which people should read them: the worst first. */
struct table {
    const struct table_kind *kind;
    GArray *cells; /* union cell, row by row */
    GStringChunk *texts;
    guint n_quiet; /* the last rows, of which a page that is too long says nothing */
};

/* Makes and fills a table from attempts (records). t may be NULL: no rows. */
struct table *table_new(const struct table_kind *kind, const struct tracker *t, const GArray *attempts);
void table_free(struct table *table);

/* How many rows there are; the cells of one, from 0. */
guint table_rows(const struct table *table);
const union cell *table_row(const struct table *table, guint row);

/* Appends an empty row; the pointer holds until the next one. */
union cell *table_add_row(struct table *table);

/* An address as a cell's text; any text, copied. */
const char *table_address(struct table *table, uint8_t family, const struct tcp_address *address, bool with_port);
const char *table_text(struct table *table, const char *text);

/* A display filter for the SYNs to a server, from a client (NULL: from anybody), as a cell's text. */
const char *table_filter(struct table *table, uint8_t family, const struct tcp_address *client,
                         const struct tcp_address *server);

/* Appends a cell as text, in the unit of its column's head. */
void table_print_cell(GString *out, const struct column *column, const union cell *cell);

enum { TABLE_ALL = UINT16_MAX };

/* What is said above and below a table. */
struct table_frame {
    const char *filter;   /* that it was made with, or NULL */
    const char *remark;   /* a line that a reader has to know of first, or NULL */
    uint16_t rows_shown;  /* 0: a page of them; TABLE_ALL: all */
    const char *show_all; /* what a reader types to see all rows; NULL: tshark's option */
};

/* Appends the table as text of at most 100 columns. */
void table_print(const struct table *table, const struct table_frame *frame, GString *out);

/* Appends all rows as CSV (RFC 4180, but lines end as Unix has it), below a line of heads. */
void table_print_csv(const struct table *table, GString *out);

#endif
