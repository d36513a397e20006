/* frame_name.h - what a frame is called in what people and programs read: its number, or FILE:N
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FRAME_NAME_H
#define SYNFATE_FRAME_NAME_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Who reads a capture from several files knows which frame of which file it is. */
struct frame_names {
    void (*append)(const void *data, uint32_t frame, GString *out); /* NULL: frames are called by their numbers */
    const void *data;
};

/* Whether frames are called otherwise than by their numbers. */
static inline bool frames_have_names(const struct frame_names *names)
{
    return names->append != NULL;
}

/* Appends what the frame is called. */
void append_frame_name(GString *out, const struct frame_names *names, uint32_t frame);

#endif
