/* wtap_compat.h - what differs between the libwiretap of Wireshark 4.0, 4.2, 4.4 and 4.6
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_WTAP_COMPAT_H
#define SYNFATE_WTAP_COMPAT_H

#include <wireshark.h>

#include <wiretap/wtap.h>
#include <ws_version.h>
#include <wsutil/buffer.h>
#include <wsutil/wslog.h>

#define WIRESHARK_AT_LEAST(major, minor) \
    (WIRESHARK_VERSION_MAJOR > (major) || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* Before this is called, Wireshark's libraries tell all that they do. */
static inline void wtap_begin(void)
{
#if WIRESHARK_AT_LEAST(4, 6)
    ws_log_init(NULL);
#else
    ws_log_init("synfate", NULL);
#endif
    wtap_init(false);
}

/* A record with its bytes, which are a buffer of their own before 4.6. */
struct wtap_packet {
    wtap_rec rec;
#if !WIRESHARK_AT_LEAST(4, 6)
    Buffer bytes;
#endif
};

enum { WTAP_PACKET_SPACE = 2048 };

/* As wtap_rec_init and its like: the bytes are a part of the record. */
static inline void wtap_packet_init(struct wtap_packet *packet)
{
#if WIRESHARK_AT_LEAST(4, 6)
    wtap_rec_init(&packet->rec, WTAP_PACKET_SPACE);
#else
    wtap_rec_init(&packet->rec);
    ws_buffer_init(&packet->bytes, WTAP_PACKET_SPACE);
#endif
}

static inline void wtap_packet_reset(struct wtap_packet *packet)
{
    wtap_rec_reset(&packet->rec);
}

static inline void wtap_packet_cleanup(struct wtap_packet *packet)
{
    wtap_rec_cleanup(&packet->rec);
#if !WIRESHARK_AT_LEAST(4, 6)
    ws_buffer_free(&packet->bytes);
#endif
}

static inline bool wtap_packet_read(wtap *wth, struct wtap_packet *packet, int *err, char **err_info)
{
    int64_t offset;

#if WIRESHARK_AT_LEAST(4, 6)
    return wtap_read(wth, &packet->rec, err, err_info, &offset);
#else
    return wtap_read(wth, &packet->rec, &packet->bytes, err, err_info, &offset);
#endif
}

static inline const uint8_t *wtap_packet_data(struct wtap_packet *packet)
{
#if WIRESHARK_AT_LEAST(4, 6)
    return ws_buffer_start_ptr(&packet->rec.data);
#else
    return ws_buffer_start_ptr(&packet->bytes);
#endif
}

static inline bool wtap_packet_dump(wtap_dumper *dumper, struct wtap_packet *packet, int *err, char **err_info)
{
#if WIRESHARK_AT_LEAST(4, 6)
    return wtap_dump(dumper, &packet->rec, err, err_info);
#else
    return wtap_dump(dumper, &packet->rec, wtap_packet_data(packet), err, err_info);
#endif
}

/* The place of an interface among all of the file. Before 4.4 that is its number in its section. */
static inline uint32_t wtap_global_interface(wtap *wth, uint32_t section, uint32_t interface_id)
{
#if WIRESHARK_AT_LEAST(4, 4)
    return wtap_file_get_shb_global_interface_id(wth, section, interface_id);
#else
    (void)wth, (void)section;
    return interface_id;
#endif
}

#endif
