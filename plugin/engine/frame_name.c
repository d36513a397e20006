/* frame_name.c - what a frame is called in what people and programs read: its number, or FILE:N
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "frame_name.h"

void append_frame_name(GString *out, const struct frame_names *names, uint32_t frame)
{
    if (frames_have_names(names))
        names->append(names->data, frame, out);
    else
        g_string_append_printf(out, "%u", frame);
}
