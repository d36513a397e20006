/* trace.c - writes down what is handed to the engine, on its way there
 *
 * A plugin and a command are compiled so that they call these functions instead of the engine's: tests compare what each
 * of them hands over. SYNFATE_TRACE names the file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns.h"
#include "tracker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void traced_begin_frame(struct tracker *t, const struct sighting *seen);
void traced_segment(struct tracker *t, const struct segment *seg);
void traced_icmp(struct tracker *t, const struct sighting *seen, uint8_t family, const struct packet_bytes *bytes,
                 size_t offset);
void traced_udp(struct tracker *t, const struct packet_bytes *bytes, size_t offset);
void traced_setup(struct tracker *t, const struct sighting *seen, uint8_t proto, const struct packet_bytes *bytes,
                  size_t offset, const struct envelope *envelope);
void traced_other_packet(struct tracker *t, const struct sighting *seen, uint8_t family, const uint8_t ip[16],
                         bool icmp);
void traced_name_point(struct tracker *t, uint16_t point, const char *name, uint32_t recorder);
void traced_note_drops(struct tracker *t, uint64_t packets);

static FILE *trace(void)
{
    static FILE *file;

    if (file == NULL && getenv("SYNFATE_TRACE") != NULL)
        file = fopen(getenv("SYNFATE_TRACE"), "w");
    if (file == NULL) {
        perror("SYNFATE_TRACE");
        exit(3);
    }
    return file;
}

static void put_ip(uint8_t family, const uint8_t *ip)
{
    fprintf(trace(), " %u:", family);
    for (int i = 0; i < 16; i++)
        fprintf(trace(), "%02x", ip[i]);
}

static void put_ends(uint8_t family, const struct tcp_address *src, const struct tcp_address *dst)
{
    put_ip(family, src->ip);
    fprintf(trace(), ".%u", src->port);
    put_ip(family, dst->ip);
    fprintf(trace(), ".%u", dst->port);
}

void traced_begin_frame(struct tracker *t, const struct sighting *seen)
{
    fprintf(trace(), "frame %u point %u time %" PRId64 "\n", seen->frame, seen->point, seen->time);
    tracker_begin_frame(t, seen);
}

static void put_sighting(const struct sighting *seen)
{
    fprintf(trace(), " frame %u point %u time %" PRId64 " direction %u interface %u", seen->frame, seen->point,
            seen->time, seen->direction, seen->interface);
}

static void put_link(const struct segment *seg)
{
    if (!(seg->flags & TCP_SYN)) /* only theirs is set */
        return;
    fprintf(trace(), " vlan %u ", seg->link.vlan);
    for (int i = 0; i < 6; i++)
        fprintf(trace(), "%02x", seg->link.src[i]);
    fprintf(trace(), ">");
    for (int i = 0; i < 6; i++)
        fprintf(trace(), "%02x", seg->link.dst[i]);
}

void traced_segment(struct tracker *t, const struct segment *seg)
{
    fprintf(trace(), "segment");
    put_sighting(&seg->seen);
    put_link(seg);
    put_ends(seg->family, &seg->src, &seg->dst);
    fprintf(trace(), " ttl %u traffic %02x flow %05x id %d %u df %d payload %u seq %u ack %u window %u flags %02x",
            seg->ttl, seg->traffic, seg->flow_label, seg->has_ip_id, seg->has_ip_id ? seg->ip_id : 0,
            seg->has_ip_id && seg->df, seg->payload, seg->seq, seg->ack, seg->window, seg->flags);
    fprintf(trace(), " cut %d ts %d %u %u wscale %u mss %u layout %u kinds %" PRIx64 " checksum %u\n", seg->options_cut,
            seg->has_ts, seg->tsval, seg->tsecr, seg->wscale, seg->mss, seg->option_layout, seg->option_kinds,
            seg->checksum);
    tracker_segment(t, seg);
}

void traced_icmp(struct tracker *t, const struct sighting *seen, uint8_t family, const struct packet_bytes *bytes,
                 size_t offset)
{
    struct icmp_error error = { .seen = *seen, .family = family };

    if (icmp_error_parse(bytes, offset, &error)) {
        fprintf(trace(), "icmp kind %d", (int)error.kind);
        put_sighting(&error.seen);
        put_ends(error.family, &error.src, &error.dst);
        fprintf(trace(), " seq %u\n", error.seq);
    } else if (icmp_error_is_cut(bytes, offset, family)) {
        fprintf(trace(), "icmp cut\n");
    }
    tracker_icmp(t, seen, family, bytes, offset);
}

void traced_udp(struct tracker *t, const struct packet_bytes *bytes, size_t offset)
{
    struct dns_answer answer;
    uint8_t family, ip[16];

    if (dns_answer_parse(bytes, offset, &answer)) {
        fprintf(trace(), "name %" PRIx64, answer.name);
        while ((family = dns_next_address(&answer, ip)) != 0)
            put_ip(family, ip);
        fputc('\n', trace());
    }
    tracker_udp(t, bytes, offset);
}

void traced_setup(struct tracker *t, const struct sighting *seen, uint8_t proto, const struct packet_bytes *bytes,
                  size_t offset, const struct envelope *envelope)
{
    struct setup_packet packet;

    if (setup_packet_parse(proto, bytes, offset, envelope, &packet)) {
        fprintf(trace(), "setup kind %u answer %d frame %u owner ", packet.kind, packet.answer, seen->frame);
        for (int i = 0; i < 6; i++)
            fprintf(trace(), "%02x", packet.owner[i]);
        put_ip(packet.family, packet.asker);
        put_ip(packet.family, packet.asked);
        fputc('\n', trace());
    }
    tracker_setup(t, seen, proto, bytes, offset, envelope);
}

void traced_other_packet(struct tracker *t, const struct sighting *seen, uint8_t family, const uint8_t ip[16],
                         bool icmp)
{
    fprintf(trace(), "other %u %u icmp %d", seen->frame, seen->point, icmp);
    put_ip(family, ip);
    fputc('\n', trace());
    tracker_other_packet(t, seen, family, ip, icmp);
}

void traced_note_drops(struct tracker *t, uint64_t packets)
{
    if (packets > 0)
        fprintf(trace(), "lost %" PRIu64 "\n", packets);
    tracker_note_drops(t, packets);
}

void traced_name_point(struct tracker *t, uint16_t point, const char *name, uint32_t recorder)
{
    fprintf(trace(), "point %u is %s\n", point, name);
    tracker_name_point(t, point, name, recorder);
}
