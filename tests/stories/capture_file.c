/* capture_file.c - the few structures of pcap and pcapng that stories need; numbers are little-endian
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture_file.h"

enum { ETHERNET = 1, ETHERNET_HEADER = 14, SNAPLEN = 262144 };
enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6, OPTION_IF_NAME = 2, OPTION_EPB_FLAGS = 2 };

static void put16(GByteArray *out, unsigned value)
{
    const uint8_t bytes[] = { (uint8_t)value, (uint8_t)(value >> 8) };

    g_byte_array_append(out, bytes, sizeof bytes);
}

static void put32(GByteArray *out, uint32_t value)
{
    put16(out, value & 0xffff);
    put16(out, value >> 16);
}

static void pad(GByteArray *out)
{
    static const uint8_t zeros[4] = { 0 };

    g_byte_array_append(out, zeros, -out->len % 4);
}

static void put_block(GByteArray *file, uint32_t type, GByteArray *body)
{
    put32(file, type);
    put32(file, body->len + 12);
    g_byte_array_append(file, body->data, body->len);
    put32(file, body->len + 12);
    g_byte_array_unref(body);
}

void capture_file_begin(GByteArray *file, bool pcapng)
{
    if (pcapng) {
        GByteArray *body = g_byte_array_new();
        put32(body, 0x1a2b3c4d);
        put32(body, 1);
        put32(body, UINT32_MAX);
        put32(body, UINT32_MAX);
        put_block(file, BLOCK_SECTION, body);
    } else {
        put32(file, 0xa1b2c3d4);
        put32(file, 2 | 4 << 16);
        put32(file, 0);
        put32(file, 0);
        put32(file, SNAPLEN);
        put32(file, ETHERNET);
    }
}

void capture_file_interface(GByteArray *file, const char *name)
{
    GByteArray *body = g_byte_array_new();

    put32(body, ETHERNET);
    put32(body, SNAPLEN);
    put16(body, OPTION_IF_NAME);
    put16(body, (unsigned)strlen(name));
    g_byte_array_append(body, (const uint8_t *)name, (guint)strlen(name));
    pad(body);
    put32(body, 0);
    put_block(file, BLOCK_INTERFACE, body);
}

/* Each end has the last byte of its address as that of its station. */
static void put_ethernet(GByteArray *out, const struct story_frame *frame)
{
    const bool v4 = frame->data[0] >> 4 == 4;
    const uint8_t dst[] = { 2, 0, 0, 0, 0, frame->data[v4 ? 19 : 39] };
    const uint8_t src[] = { 2, 0, 0, 0, 0, frame->data[v4 ? 15 : 23] };
    const uint8_t type[] = { v4 ? 0x08 : 0x86, v4 ? 0x00 : 0xdd };

    g_byte_array_append(out, dst, sizeof dst);
    g_byte_array_append(out, src, sizeof src);
    g_byte_array_append(out, type, sizeof type);
    g_byte_array_append(out, frame->data, (guint)frame->captured);
}

/* The option epb_flags. */
static void put_direction(GByteArray *out, unsigned direction)
{
    if (direction == DIRECTION_UNKNOWN)
        return;
    put16(out, OPTION_EPB_FLAGS);
    put16(out, 4);
    put32(out, direction == DIRECTION_IN ? 1 : 2);
    put32(out, 0);
}

void capture_file_frame(GByteArray *file, bool pcapng, const struct story_frame *frame)
{
    const uint64_t us = (uint64_t)(frame->seen.time / 1000);
    const uint32_t captured = (uint32_t)frame->captured + ETHERNET_HEADER;
    const uint32_t on_wire = (uint32_t)frame->on_wire + ETHERNET_HEADER;
    GByteArray *body = pcapng ? g_byte_array_new() : file;

    if (pcapng)
        put32(body, frame->seen.point);
    put32(body, (uint32_t)(pcapng ? us >> 32 : us / 1000000));
    put32(body, (uint32_t)(pcapng ? us : us % 1000000));
    put32(body, captured);
    put32(body, on_wire);
    put_ethernet(body, frame);
    if (pcapng) {
        pad(body);
        put_direction(body, frame->seen.direction);
        put_block(file, BLOCK_PACKET, body);
    }
}
