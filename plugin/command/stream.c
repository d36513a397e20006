/* stream.c - takes a pcap or pcapng stream apart as it comes
 *
 * Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stream.h"

enum { PACKET_MAX = 262144, BLOCK_MAX = 16 * 1024 * 1024, INTERFACES_MAX = 65536 };
enum { PCAP_HEADER = 24, PCAP_RECORD = 16, BLOCK_HEADER = 8, BLOCK_TRAILER = 4 };

enum format { NOT_KNOWN, PCAP, PCAPNG };

/* Of a section. */
struct interface {
    uint32_t link_type;
    uint64_t units; /* of its clock, a second */
    int64_t offset; /* seconds */
    char *name;     /* or NULL */
};

struct stream {
    GByteArray *bytes;
    size_t at; /* what is before it has been taken */
    enum format format;
    bool big_endian, nanoseconds;
    uint32_t link_type; /* of a pcap stream */
    uint32_t sections;
    GArray *interfaces; /* struct interface */
    int64_t last_seconds;
    int last_nanoseconds;
    const char *error;
};

static void clear_interface(gpointer data)
{
    g_free(((struct interface *)data)->name);
}

struct stream *stream_new(void)
{
    struct stream *s = g_new0(struct stream, 1);

    s->bytes = g_byte_array_new();
    s->interfaces = g_array_new(FALSE, TRUE, sizeof(struct interface));
    g_array_set_clear_func(s->interfaces, clear_interface);
    return s;
}

void stream_free(struct stream *s)
{
    g_byte_array_free(s->bytes, TRUE);
    g_array_free(s->interfaces, TRUE);
    g_free(s);
}

void stream_feed(struct stream *s, const uint8_t *data, size_t n)
{
    if (s->at > 0) {
        g_byte_array_remove_range(s->bytes, 0, (guint)s->at);
        s->at = 0;
    }
    g_byte_array_append(s->bytes, data, (guint)n);
}

static bool has(const struct stream *s, size_t n)
{
    return s->bytes->len - s->at >= n;
}

static uint32_t number(bool big_endian, const uint8_t *p, size_t size)
{
    uint32_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | p[big_endian ? i : size - 1 - i];
    return value;
}

static uint32_t get32(const struct stream *s, const uint8_t *p)
{
    return number(s->big_endian, p, 4);
}

static uint64_t get64(const struct stream *s, const uint8_t *p)
{
    uint64_t high = get32(s, p + (s->big_endian ? 0 : 4));

    return high << 32 | get32(s, p + (s->big_endian ? 4 : 0));
}

static uint32_t get16(const struct stream *s, const uint8_t *p)
{
    return number(s->big_endian, p, 2);
}

static const uint8_t *here(const struct stream *s)
{
    return s->bytes->data + s->at;
}

static bool fail(struct stream *s, const char *error)
{
    s->error = error;
    return false;
}

/* ---- pcap ------------------------------------------------------------------------------------------ */

static bool begin_pcap(struct stream *s)
{
    if (!has(s, PCAP_HEADER))
        return false;
    s->link_type = get32(s, here(s) + 20) & 0x03ffffff; /* the bits above tell about checksums */
    s->at += PCAP_HEADER;
    s->format = PCAP;
    return true;
}

static bool next_in_pcap(struct stream *s, struct stream_packet *packet)
{
    if (!has(s, PCAP_RECORD))
        return false;
    const uint8_t *p = here(s);
    uint32_t fraction = get32(s, p + 4), captured = get32(s, p + 8);
    if (captured > PACKET_MAX)
        return fail(s, "the stream is damaged: a packet is longer than any can be");
    if (!has(s, PCAP_RECORD + captured))
        return false;
    *packet = (struct stream_packet){
        .bytes = { .data = p + PCAP_RECORD, .captured = captured, .on_wire = get32(s, p + 12) },
        .seconds = get32(s, p),
        .nanoseconds = (int)(s->nanoseconds ? fraction % NS_PER_SECOND : (uint64_t)fraction % 1000000 * 1000),
        .link_type = s->link_type,
    };
    s->at += PCAP_RECORD + captured;
    return true;
}

/* ---- pcapng ---------------------------------------------------------------------------------------- */

/* 10 or 2 to the power of what the option says; more than 64 bits hold is not taken. */
static uint64_t units_of(uint8_t resolution)
{
    uint64_t units = 1, base = resolution & 0x80 ? 2 : 10;

    for (unsigned i = resolution & 0x7f; i > 0; i--) {
        if (units > UINT64_MAX / base / 2)
            return 1000000;
        units *= base;
    }
    return units;
}

static void take_option(const struct stream *s, struct interface *interface, uint32_t code, const uint8_t *value,
                        size_t size)
{
    enum { NAME = 2, RESOLUTION = 9, OFFSET = 14 };

    if (code == NAME && interface->name == NULL)
        interface->name = g_strndup((const char *)value, size);
    else if (code == RESOLUTION && size == 1)
        interface->units = units_of(value[0]);
    else if (code == OFFSET && size == 8)
        interface->offset = (int64_t)get64(s, value);
}

/* body: of an interface description block. */
static void add_interface(struct stream *s, const uint8_t *body, size_t size)
{
    struct interface interface = { .units = 1000000 };

    if (size < 8 || s->interfaces->len >= INTERFACES_MAX)
        return;
    interface.link_type = get16(s, body);
    for (size_t at = 8; size - at >= 4;) {
        uint32_t code = get16(s, body + at), length = get16(s, body + at + 2);
        at += 4;
        if (code == 0 || length > size - at)
            break;
        take_option(s, &interface, code, body + at, length);
        length = (length + 3) & ~3U;
        at += MIN(length, size - at);
    }
    g_array_append_val(s->interfaces, interface);
}

static void set_time(const struct interface *interface, uint64_t time, struct stream_packet *packet)
{
    uint64_t rest = time % interface->units;

    packet->seconds = (int64_t)(time / interface->units);
    /* A year of 2^33 s is beyond what matters; the sum must not overflow. */
    packet->seconds =
        CLAMP(packet->seconds, 0, INT64_C(1) << 40) + CLAMP(interface->offset, -(INT64_C(1) << 40), INT64_C(1) << 40);
    packet->nanoseconds = (int)MIN((double)rest / (double)interface->units * 1e9, 999999999);
    if (interface->units == 1000000)
        packet->nanoseconds = (int)rest * 1000;
    else if (interface->units == NS_PER_SECOND)
        packet->nanoseconds = (int)rest;
}

/* body: of a packet block, whose interface is known; the bytes follow the header. */
static bool fill_packet(struct stream *s, uint32_t number_of_interface, const uint8_t *bytes, size_t captured,
                        uint32_t on_wire, struct stream_packet *packet)
{
    if (number_of_interface >= s->interfaces->len)
        return fail(s, "the stream is damaged: a packet names an interface that there is not");
    const struct interface *interface = &g_array_index(s->interfaces, struct interface, number_of_interface);
    *packet = (struct stream_packet){
        .bytes = { .data = bytes, .captured = captured, .on_wire = on_wire },
        .seconds = s->last_seconds,
        .nanoseconds = s->last_nanoseconds,
        .interface = number_of_interface,
        .section = s->sections - 1,
        .link_type = interface->link_type,
        .interface_name = interface->name != NULL ? interface->name : "unknown",
    };
    return true;
}

static void take_packet_option(const struct stream *s, uint32_t code, const uint8_t *value, size_t size,
                               struct stream_packet *packet)
{
    enum { FLAGS = 2, DROPS = 4, DIRECTION_BITS = 3, INBOUND = 1, OUTBOUND = 2 };

    if (code == DROPS && size == 8)
        packet->drops = get64(s, value);
    if (code != FLAGS || size != 4)
        return;
    uint32_t direction = get32(s, value) & DIRECTION_BITS;
    packet->direction = direction == INBOUND ? DIRECTION_IN : direction == OUTBOUND ? DIRECTION_OUT : DIRECTION_UNKNOWN;
}

/* p: the bytes of a packet and what follows them in its block. */
static void read_packet_options(const struct stream *s, const uint8_t *p, size_t size, struct stream_packet *packet)
{
    size_t at = (packet->bytes.captured + 3) & ~(size_t)3;

    while (at <= size && size - at >= 4) {
        uint32_t code = get16(s, p + at), length = get16(s, p + at + 2);
        at += 4;
        if (code == 0 || length > size - at)
            return;
        take_packet_option(s, code, p + at, length, packet);
        at += (length + 3) & ~3U;
    }
}

static bool take_packet_block(struct stream *s, const uint8_t *body, size_t size, struct stream_packet *packet)
{
    enum { HEADER = 20 };

    if (size < HEADER || get32(s, body + 12) > size - HEADER || get32(s, body + 12) > PACKET_MAX)
        return fail(s, "the stream is damaged: a packet is longer than its block");
    if (!fill_packet(s, get32(s, body), body + HEADER, get32(s, body + 12), get32(s, body + 16), packet))
        return false;
    const struct interface *interface = &g_array_index(s->interfaces, struct interface, packet->interface);
    set_time(interface, (uint64_t)get32(s, body + 4) << 32 | get32(s, body + 8), packet);
    read_packet_options(s, body + HEADER, size - HEADER, packet);
    s->last_seconds = packet->seconds;
    s->last_nanoseconds = packet->nanoseconds;
    return true;
}

/* It has no time: that of the packet before is taken. */
static bool take_simple_block(struct stream *s, const uint8_t *body, size_t size, struct stream_packet *packet)
{
    if (size < 4)
        return fail(s, "the stream is damaged: a block is too short");
    uint32_t on_wire = get32(s, body);
    return fill_packet(s, 0, body + 4, MIN(on_wire, size - 4), on_wire, packet);
}

/* Returns false at the end of what has come, or if it is damaged. is_packet: the block was one. */
static bool take_block(struct stream *s, struct stream_packet *packet, bool *is_packet)
{
    enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, SIMPLE = 3, ENHANCED = 6, ORDER_MARK = 0x1a2b3c4d };

    *is_packet = false;
    if (!has(s, BLOCK_HEADER + BLOCK_TRAILER))
        return false;
    const uint8_t *p = here(s);
    uint32_t type = get32(s, p);
    if (type == SECTION) {
        s->big_endian = number(true, p + 8, 4) == ORDER_MARK;
        if (!s->big_endian && number(false, p + 8, 4) != ORDER_MARK)
            return fail(s, "the stream is damaged: a section begins without its mark");
    }
    uint32_t length = get32(s, p + 4);
    if (length < BLOCK_HEADER + BLOCK_TRAILER || length % 4 != 0 || length > BLOCK_MAX)
        return fail(s, "the stream is damaged: a block has no such length");
    if (!has(s, length))
        return false;
    size_t size = length - BLOCK_HEADER - BLOCK_TRAILER;
    s->at += length;
    if (type == SECTION) {
        g_array_set_size(s->interfaces, 0);
        s->sections++;
    } else if (type == INTERFACE) {
        add_interface(s, p + BLOCK_HEADER, size);
    } else if (type == ENHANCED) {
        *is_packet = take_packet_block(s, p + BLOCK_HEADER, size, packet);
    } else if (type == SIMPLE) {
        *is_packet = take_simple_block(s, p + BLOCK_HEADER, size, packet);
    }
    return s->error == NULL;
}

static bool next_in_pcapng(struct stream *s, struct stream_packet *packet)
{
    bool is_packet = false;

    while (!is_packet)
        if (!take_block(s, packet, &is_packet))
            return false;
    return true;
}

/* ---- both ------------------------------------------------------------------------------------------ */

static bool begin(struct stream *s)
{
    enum { MICROSECONDS = (int)0xa1b2c3d4, NANOSECONDS = (int)0xa1b23c4d, SECTION = 0x0a0d0d0a };

    if (!has(s, 4))
        return false;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        int magic = (int)number(big_endian, here(s), 4);
        s->big_endian = big_endian;
        s->nanoseconds = magic == NANOSECONDS;
        if (magic == MICROSECONDS || magic == NANOSECONDS)
            return begin_pcap(s);
        if (magic == SECTION) {
            s->format = PCAPNG;
            return true;
        }
    }
    return fail(s, "it is neither a pcap nor a pcapng stream");
}

bool stream_next(struct stream *s, struct stream_packet *packet)
{
    if (s->error != NULL || (s->format == NOT_KNOWN && !begin(s)))
        return false;
    return s->format == PCAP ? next_in_pcap(s, packet) : next_in_pcapng(s, packet);
}

const char *stream_error(const struct stream *s, bool ended)
{
    if (s->error == NULL && ended && has(s, 1))
        return "the stream ends within a packet";
    return s->error;
}
