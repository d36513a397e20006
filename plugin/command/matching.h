/* matching.h - writes the frames of some attempts, and of the old connections that they met, to a file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_MATCHING_H
#define SYNFATE_MATCHING_H

#include "arguments.h"

/* Reads the files again and writes the frames of these attempts (records), and of their old connections, to
 * options->write_to; interfaces as reader_interfaces gives them. Returns false, and says why, if that cannot be. */
bool matching_write(const struct arguments *options, const struct tracker *t, const GArray *attempts,
                    const GArray *interfaces);

#endif
