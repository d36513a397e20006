/* whole_file.c - a file to be written that has its name only once it is whole
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif
#ifndef O_BINARY
#define O_BINARY 0
#endif

/* A link stays one: what it leads to is replaced. */
static char *follow_links(const char *path)
{
#ifndef _WIN32
    char *real = realpath(path, NULL);

    if (real != NULL) {
        char *copy = g_strdup(real);
        free(real);
        return copy;
    }
#endif
    return g_strdup(path);
}

static bool is_taken(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(path, G_FILE_TEST_IS_SYMLINK);
}

/* In the same folder, for a file can get another name only within its file system. */
static char *name_beside(const char *path)
{
    char *folder = g_path_get_dirname(path);
    char *name = g_build_filename(folder, "synfate-XXXXXX.tmp", NULL);

    g_free(folder);
    return name;
}

static void forget(struct whole_file *w)
{
    int error = errno;

    g_free(w->path);
    g_free(w->temporary);
    w->path = w->temporary = NULL;
    errno = error;
}

int whole_file_begin(struct whole_file *w, const char *path, bool replaces)
{
    const int for_all = 0666; /* less the umask */
    GStatBuf old;
    bool exists = g_stat(path, &old) == 0;

    *w = (struct whole_file){ .replaces = replaces };
    if (!replaces && is_taken(path)) {
        errno = EEXIST;
        return -1;
    }
    if (exists && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return g_open(path, O_WRONLY | O_BINARY, 0);
    if (exists && g_access(path, W_OK) != 0) /* the folder alone would permit it */
        return -1;
    w->path = follow_links(path);
    w->temporary = name_beside(w->path);
    int fd = g_mkstemp_full(w->temporary, O_WRONLY | O_BINARY, exists ? (int)(old.st_mode & 0777) : for_all);
    if (fd < 0)
        forget(w);
    return fd;
}

bool whole_file_keep(struct whole_file *w)
{
    bool kept = true;

    if (w->temporary != NULL && !w->replaces && is_taken(w->path)) { /* since the file was begun */
        errno = EEXIST;
        kept = false;
    } else if (w->temporary != NULL) {
        kept = g_rename(w->temporary, w->path) == 0;
    }
    if (kept)
        forget(w);
    return kept;
}

void whole_file_drop(struct whole_file *w)
{
    if (w->temporary != NULL)
        (void)g_unlink(w->temporary);
    forget(w);
}
