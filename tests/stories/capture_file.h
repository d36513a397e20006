/* capture_file.h - writes a story's frames as a capture on Ethernet: pcap, or pcapng where interfaces have names
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CAPTURE_FILE_H
#define SYNFATE_CAPTURE_FILE_H

#include "story.h"

/* Appends what a file begins with, an interface, a frame. Times are in µs. */
void capture_file_begin(GByteArray *file, bool pcapng);
void capture_file_interface(GByteArray *file, const char *name);
void capture_file_frame(GByteArray *file, bool pcapng, const struct story_frame *frame);

#endif
