/* arguments.h - the command line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_ARGUMENTS_H
#define SYNFATE_ARGUMENTS_H

#include "filter.h"
#include "output.h"

struct arguments {
    char **paths;
    guint n_paths;
    bool follow;
    bool quiet; /* no progress */
    enum statistic statistic;
    const struct format *format;
    char *filter_text; /* NULL: all attempts */
    struct filter *filter;
    uint16_t shown; /* as report.h has it */
    char *write_to; /* NULL: nothing is written */
    bool force;
    struct tracker_options tracker;
};

/* Reads the command line. Returns false if there is nothing to do: *status is then the exit status, and what there was
 * to say has been said. */
bool arguments_read(struct arguments *o, int argc, char **argv, int *status);
void arguments_free(struct arguments *o);

/* Says one line on the standard error output, behind the program's name. */
void complain(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
