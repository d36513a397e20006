/* source.c - one capture file, read record by record with Wireshark's file library
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "source.h"

#include "intake.h"

enum { AHEAD_MAX = 65536 }; /* records that are kept for their turn */

static struct wtap_packet *packet_new(void)
{
    struct wtap_packet *packet = g_new0(struct wtap_packet, 1);

    wtap_packet_init(packet);
    return packet;
}

static void packet_free(struct wtap_packet *packet)
{
    wtap_packet_cleanup(packet);
    g_free(packet);
}

struct source *source_new(const char *path)
{
    struct source *s = g_new0(struct source, 1);

    s->path = path;
    g_queue_init(&s->ahead);
    return s;
}

static void forget_packets(struct source *s)
{
    struct wtap_packet *packet;

    while ((packet = g_queue_pop_head(&s->ahead)) != NULL)
        packet_free(packet);
    if (s->packet != NULL)
        packet_free(s->packet);
    s->packet = NULL;
    s->has_packet = false;
}

void source_close(struct source *s)
{
    forget_packets(s);
    if (s->wth != NULL)
        wtap_close(s->wth);
    s->wth = NULL;
}

void source_free(struct source *s)
{
    source_close(s);
    g_free(s->error);
    g_free(s);
}

/* More about an error is in parentheses. Takes err_info. */
static void set_error(struct source *s, int err, char *err_info)
{
    const char *what = err > 0 ? g_strerror(err) : wtap_strerror(err);

    g_free(s->error);
    s->error = err_info == NULL ? g_strdup(what) : g_strdup_printf("%s (%s)", what, err_info);
    g_free(err_info);
}

static bool is_pcap(wtap *wth)
{
    int type = wtap_file_type_subtype(wth);

    return type == wtap_pcap_file_type_subtype() || type == wtap_pcap_nsec_file_type_subtype();
}

bool source_open(struct source *s)
{
    char *err_info = NULL;
    int err = 0;

    s->wth = wtap_open_offline(s->path, WTAP_TYPE_AUTO, &err, &err_info, FALSE);
    if (s->wth == NULL) {
        set_error(s, err, err_info);
        return false;
    }
    s->size = MAX(wtap_file_size(s->wth, &err), 0);
    s->packet = packet_new();
    s->has_options = !is_pcap(s->wth);
    s->has_packet = s->at_end = false;
    s->records = 0;
    s->last_time = s->ahead_time = s->when = INT64_MIN;
    return true;
}

/* Reads a record from the file. */
static bool read_record(struct source *s, struct wtap_packet *packet)
{
    char *err_info = NULL;
    int err = 0;

    if (s->at_end)
        return false;
    wtap_packet_reset(packet);
    if (wtap_packet_read(s->wth, packet, &err, &err_info))
        return true;
    s->at_end = true;
    if (err != 0)
        set_error(s, err, err_info);
    return false;
}

static bool has_time(const struct wtap_packet *packet)
{
    return packet->rec.presence_flags & WTAP_HAS_TS;
}

static int64_t time_of(const struct wtap_packet *packet)
{
    return intake_time((int64_t)packet->rec.ts.secs, packet->rec.ts.nsecs);
}

bool source_read_next(struct source *s)
{
    if (s->ahead.length == 0) {
        s->has_packet = read_record(s, s->packet);
    } else {
        packet_free(s->packet);
        s->packet = g_queue_pop_head(&s->ahead);
        s->has_packet = true;
    }
    if (!s->has_packet)
        return false;
    s->time = time_of(s->packet);
    if (has_time(s->packet))
        s->when = s->time;
    return true;
}

bool source_find_first_time(struct source *s)
{
    while (source_peek(s) && !has_time(s->packet))
        source_take(s);
    s->first_time = s->when;
    return s->has_packet;
}

/* A program that writes one file after the other may put the last packets of one behind the first of the next. */
bool source_ends_by(struct source *s, int64_t time)
{
    int64_t limit = time + NS_PER_SECOND / 10;

    while (!s->at_end && MAX(s->when, s->ahead_time) <= limit && s->ahead.length < AHEAD_MAX) {
        struct wtap_packet *packet = packet_new();
        if (!read_record(s, packet)) {
            packet_free(packet);
            break;
        }
        g_queue_push_tail(&s->ahead, packet);
        if (has_time(packet))
            s->ahead_time = MAX(s->ahead_time, time_of(packet));
    }
    return s->at_end && MAX(s->when, s->ahead_time) <= limit;
}

/* The record says which way the packet went, as Wireshark takes it: pcapng with an option, some link types by themselves. */
enum direction source_direction(const struct source *s)
{
    const wtap_rec *rec = &s->packet->rec;
    uint32_t flags = 0;

    if (!source_is_packet(s))
        return DIRECTION_UNKNOWN;
    if (source_encap(s) == WTAP_ENCAP_PPP_WITH_PHDR)
        return rec->rec_header.packet_header.pseudo_header.p2p.sent ? DIRECTION_OUT : DIRECTION_IN;
    if (!s->has_options || rec->block == NULL
        || wtap_block_get_uint32_option_value(rec->block, OPT_PKT_FLAGS, &flags) != WTAP_OPTTYPE_SUCCESS)
        return DIRECTION_UNKNOWN;
    switch (PACK_FLAGS_DIRECTION(flags)) {
    case PACK_FLAGS_DIRECTION_INBOUND:
        return DIRECTION_IN;
    case PACK_FLAGS_DIRECTION_OUTBOUND:
        return DIRECTION_OUT;
    default:
        return DIRECTION_UNKNOWN;
    }
}

uint64_t source_drops(const struct source *s)
{
    const wtap_rec *rec = &s->packet->rec;
    guint64 drops = 0;

    if (!s->has_options || rec->block == NULL
        || wtap_block_get_uint64_option_value(rec->block, OPT_PKT_DROPCOUNT, &drops) != WTAP_OPTTYPE_SUCCESS)
        return 0;
    return drops;
}

/* The file's description of the interface of the record at hand; NULL: there is none. */
static wtap_block_t find_description(const struct source *s)
{
    wtapng_iface_descriptions_t *all = wtap_file_get_idb_info(s->wth);
    uint32_t number = wtap_global_interface(s->wth, source_section(s), source_interface(s));
    wtap_block_t found = NULL;

    if (number < all->interface_data->len)
        found = g_array_index(all->interface_data, wtap_block_t, number);
    g_free(all);
    return found;
}

const char *source_interface_name(const struct source *s)
{
    static const unsigned options[] = { OPT_IDB_NAME, OPT_IDB_DESCRIPTION, OPT_IDB_HARDWARE };
    wtap_block_t description = source_has_interface(s) ? find_description(s) : NULL;
    char *name;

    if (!source_has_interface(s))
        return NULL;
    for (size_t i = 0; description != NULL && i < G_N_ELEMENTS(options); i++)
        if (wtap_block_get_string_option_value(description, options[i], &name) == WTAP_OPTTYPE_SUCCESS)
            return name;
    return "unknown"; /* as Wireshark says */
}

wtap_block_t source_interface_description(const struct source *s)
{
    wtap_block_t description = find_description(s);

    if (description != NULL)
        return wtap_block_make_copy(description);
    description = wtap_block_create(WTAP_BLOCK_IF_ID_AND_INFO);
    wtapng_if_descr_mandatory_t *mandatory = wtap_block_get_mandatory_data(description);
    mandatory->wtap_encap = source_is_packet(s) ? source_encap(s) : WTAP_ENCAP_UNKNOWN;
    mandatory->time_units_per_second = NS_PER_SECOND;
    mandatory->tsprecision = WTAP_TSPREC_NSEC;
    mandatory->snap_len = WTAP_MAX_PACKET_SIZE_STANDARD;
    return description;
}

static uint64_t count_of(wtap_block_t statistics, unsigned option)
{
    guint64 packets = 0;

    if (wtap_block_get_uint64_option_value(statistics, option, &packets) != WTAP_OPTTYPE_SUCCESS)
        return 0;
    return MIN(packets, UINT32_MAX); /* of a damaged file it may be any number: the sum must hold */
}

/* Each statistics block counts all that its interface has captured so far. */
static uint64_t lost_at(wtap_block_t description)
{
    const wtapng_if_descr_mandatory_t *mandatory = wtap_block_get_mandatory_data(description);

    if (mandatory->num_stat_entries == 0)
        return 0;
    wtap_block_t last = g_array_index(mandatory->interface_statistics, wtap_block_t, mandatory->num_stat_entries - 1);
    return count_of(last, OPT_ISB_IFDROP) + count_of(last, OPT_ISB_OSDROP);
}

uint64_t source_lost(const struct source *s)
{
    wtapng_iface_descriptions_t *all = wtap_file_get_idb_info(s->wth);
    uint64_t lost = 0;

    for (guint i = 0; i < all->interface_data->len; i++)
        lost += lost_at(g_array_index(all->interface_data, wtap_block_t, i));
    g_free(all);
    return lost;
}

int64_t source_position(const struct source *s)
{
    return s->wth == NULL ? 0 : wtap_read_so_far(s->wth);
}
