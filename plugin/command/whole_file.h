/* whole_file.h - a file to be written that has its name only once it is whole
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_WHOLE_FILE_H
#define SYNFATE_WHOLE_FILE_H

#include <stdbool.h>

struct whole_file {
    char *path; /* links followed */
    char *
        temporary; /* what is written to, in the same folder; NULL: to the path itself, which is no file but a device */
    bool replaces; /* what has the name */
};

/* Begins a file; replaces: one that exists may be replaced by it. Returns a descriptor to write to, or -1 with errno: then
 * nothing is to be done with it. */
int whole_file_begin(struct whole_file *w, const char *path, bool replaces);

/* The descriptor is closed: the file gets its name. Returns false, with errno, if it cannot have it. */
bool whole_file_keep(struct whole_file *w);

/* ... or is not wanted, and what had the name has it still. */
void whole_file_drop(struct whole_file *w);

#endif
