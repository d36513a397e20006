/* store.c - the tracker's memory: all records, and how they are reached
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store.h"

#include "note.h"

void store_init(struct tracker *t, const struct tracker_options *options)
{
    t->options = *options;
    port_pairs_init(&t->pairs);
    peers_init(&t->peers);
    prints_init(&t->prints);
    t->shared = g_new0(struct shared, 1);
    pool_init(&t->connections, sizeof(struct connection));
    pool_init(&t->attempts, sizeof(struct attempt));
    pool_init(&t->evidence, sizeof(struct evidence));
    pool_init(&t->troubles, sizeof(struct trouble));
    pool_init(&t->packets, sizeof(struct packets_seen));
    pool_init(&t->histories, sizeof(struct history));
    t->notes = g_array_new(FALSE, FALSE, sizeof(struct note));
    t->clocks = g_array_new(FALSE, FALSE, sizeof(struct time_wait_clock));
    t->noted = g_byte_array_new();
    t->states = g_byte_array_new();
    t->legs = g_hash_table_new(NULL, NULL);
    t->recent = g_array_new(FALSE, FALSE, sizeof(struct recent_attempt));
    t->expecting = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    t->alarms = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    t->races = g_hash_table_new(NULL, NULL);
    t->racers = g_hash_table_new(NULL, NULL);
    t->translated = g_hash_table_new(NULL, NULL);
    t->renumbered = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    t->links = g_hash_table_new(NULL, NULL);
    t->shared_isns = g_hash_table_new(NULL, NULL);
    t->points = g_ptr_array_new_with_free_func(g_free);
    t->recorders = g_array_new(FALSE, TRUE, sizeof(uint32_t));
    index_init(&t->by_isn);
    index_init(&t->by_client);
    hash_key_init(&t->key);
}

void store_clear(struct tracker *t)
{
    port_pairs_free(&t->pairs);
    peers_free(&t->peers);
    prints_free(&t->prints);
    if (t->shared->all != NULL)
        t->shared->release(t->shared->all);
    g_free(t->shared);
    pool_clear(&t->connections);
    pool_clear(&t->attempts);
    pool_clear(&t->evidence);
    pool_clear(&t->troubles);
    pool_clear(&t->packets);
    pool_clear(&t->histories);
    g_array_free(t->notes, TRUE);
    g_array_free(t->clocks, TRUE);
    g_byte_array_free(t->noted, TRUE);
    g_byte_array_free(t->states, TRUE);
    g_hash_table_destroy(t->legs);
    g_hash_table_destroy(t->races);
    g_hash_table_destroy(t->racers);
    g_hash_table_destroy(t->translated);
    g_hash_table_destroy(t->renumbered);
    g_hash_table_destroy(t->links);
    g_hash_table_destroy(t->shared_isns);
    if (t->probers != NULL)
        g_hash_table_destroy(t->probers);
    if (t->names != NULL)
        g_hash_table_destroy(t->names);
    g_array_free(t->recent, TRUE);
    g_array_free(t->expecting, TRUE);
    g_array_free(t->alarms, TRUE);
    g_ptr_array_free(t->points, TRUE);
    g_array_free(t->recorders, TRUE);
    index_free(&t->by_isn);
    index_free(&t->by_client);
    g_free(t->closings);
    g_free(t->skew);
    if (t->setups.of_attempt != NULL)
        g_hash_table_destroy(t->setups.of_attempt);
    g_free(t->setups.recent);
    if (t->tunnels.ends != NULL) {
        g_hash_table_destroy(t->tunnels.ends);
        g_hash_table_destroy(t->tunnels.damaged);
    }
}

struct evidence *need_evidence(struct tracker *t, struct attempt *a)
{
    if (a->evidence == 0)
        a->evidence = pool_add(&t->evidence);
    return get_evidence(t, a);
}

struct trouble *need_trouble(struct tracker *t, struct attempt *a)
{
    struct evidence *e = need_evidence(t, a);

    if (e->trouble == 0)
        e->trouble = pool_add(&t->troubles);
    return get_trouble(t, a);
}

void note_taken_syn(const struct attempt *a, struct trouble *trouble, uint32_t tsecr)
{
    if (trouble->frame[TROUBLE_TAKEN] != 0)
        return;
    trouble->taken_tsval = a->tsval;
    trouble->taken_tsecr = tsecr;
    trouble->frame[TROUBLE_TAKEN] = a->frame[SYN_LAST];
    trouble->taken_time = a->last_time;
}

uint32_t keep_history(struct tracker *t, const struct connection *c)
{
    uint32_t record = pool_add(&t->histories);
    struct history *h = pool_get(&t->histories, record);

    h->old = *c;
    return record;
}

struct packets_seen *packets_of(const struct tracker *t, const struct trouble *trouble, enum seen_kind kind)
{
    struct packets_seen *packets;

    for (uint32_t record = trouble == NULL ? 0 : trouble->packets; record != 0; record = packets->next) {
        packets = pool_get(&t->packets, record);
        if (packets->kind == kind)
            return packets;
    }
    return NULL;
}

struct packet_seen *see_packet(struct tracker *t, struct attempt *a, enum seen_kind kind,
                               const struct packet_seen *packet)
{
    struct trouble *trouble = need_trouble(t, a);
    struct packets_seen *packets = packets_of(t, trouble, kind);

    if (packets == NULL) {
        uint32_t record = pool_add(&t->packets);
        packets = pool_get(&t->packets, record);
        packets->kind = (uint8_t)kind;
        packets->next = trouble->packets;
        packets->first = *packet;
        trouble->packets = record;
    }
    packets->last = *packet;
    packets->count++;
    return packets->count == 1 ? &packets->first : &packets->last;
}

/* The packet of which this one is a copy, on a mirror port or on its way out of the host that captured it: the last of its
 * kind; NULL: it is none. */
static struct packet_seen *copied_packet(const struct tracker *t, const struct attempt *a, enum seen_kind kind,
                                         const struct packet_seen *packet)
{
    struct packets_seen *packets = packets_of(t, get_trouble(t, a), kind);

    if (packets == NULL)
        return NULL;
    struct packet_seen *last = packets->count == 1 ? &packets->first : &packets->last;
    bool same = last->seq == packet->seq && last->ack == packet->ack && last->tsval == packet->tsval
                && last->ip_id == packet->ip_id;
    bool stamped = packet_stamp(packet) != 0 || t->capture.apart > 0;
    return same && packet->time - last->time < (stamped ? SAME_STAMP_WINDOW : DUPLICATE_WINDOW) ? last : NULL;
}

struct packet_seen *see_segment(struct tracker *t, struct attempt *a, enum seen_kind kind, const struct segment *seg)
{
    const struct packet_seen packet = {
        .time = seg->seen.time,
        .frame = seg->seen.frame,
        .seq = seg->seq,
        .ack = seg->ack,
        .tsval = seg->tsval,
        .tsecr = seg->tsecr,
        .ip_id = seg->ip_id,
        .ttl = seg->ttl,
        .bits = (uint8_t)((seg->has_ts ? PACKET_HAS_TS : 0) | (seg->has_ip_id ? PACKET_HAS_IP_ID : 0)
                          | (seg->df ? PACKET_DF : 0) | (seg->flags & TCP_ACK ? PACKET_HAS_ACK : 0)
                          | (seg->seen.direction == DIRECTION_IN ? PACKET_IN : 0)
                          | (seg->seen.direction == DIRECTION_OUT ? PACKET_OUT : 0)),
    };
    struct packet_seen *before = copied_packet(t, a, kind, &packet);

    if (before != NULL) {
        before->bits |= packet.bits;
        return before;
    }
    return see_packet(t, a, kind, &packet);
}
