/* setup.c - ARP, neighbour discovery and IKE that began while a SYN waited for its answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "setup.h"

/* As many packets as a network of some hundred hosts may send within the second until a SYN is repeated. */
enum { RECENT_MOST = 64 };

/* An attempt that waits, as the packets are compared with it. */
struct waiting {
    uint8_t family;
    struct tcp_address client, server;
    const struct syn_print *syn;
};

void setup_add(struct tracker *t, const struct setup_packet *packet)
{
    struct setups *s = &t->setups;

    if (t->shared->never)
        return;
    if (s->recent == NULL)
        s->recent = g_new(struct setup_packet, RECENT_MOST);
    s->recent[s->count++ % RECENT_MOST] = *packet;
}

/* The i-th packet, counted from the newest, which is 1; NULL: it is not kept. */
static const struct setup_packet *packet_at(const struct setups *s, uint32_t i)
{
    return i > s->count || i > RECENT_MOST ? NULL : &s->recent[(s->count - i) % RECENT_MOST];
}

void setup_hide(struct tracker *t, uint32_t frame)
{
    const struct setup_packet *newest;

    while ((newest = packet_at(&t->setups, 1)) != NULL && newest->frame >= frame)
        t->setups.recent[--t->setups.count % RECENT_MOST].frame = 0; /* where the oldest would be */
}

/* The answer among the packets that are newer than the i-th; NULL: there is none. */
static const struct setup_packet *answer_to(const struct setups *s, uint32_t i, const struct setup_packet *request)
{
    const struct setup_packet *p;

    while (--i > 0) {
        p = packet_at(s, i);
        if (p->answer && p->kind == request->kind && p->family == request->family
            && memcmp(p->asked, request->asked, sizeof p->asked) == 0
            && memcmp(p->asker, request->asker, sizeof p->asker) == 0)
            return p;
    }
    return NULL;
}

static bool is_end(const struct waiting *w, const uint8_t ip[16])
{
    return memcmp(ip, w->client.ip, sizeof w->client.ip) == 0 || memcmp(ip, w->server.ip, sizeof w->server.ip) == 0;
}

/* What an end of the call asked for is the router that its packets go through: it has the link address that the SYN comes
 * from, or goes to. */
static bool is_next_hop(const struct waiting *w, const struct setup_packet *answer)
{
    static const uint8_t unknown[6];

    return answer != NULL && memcmp(answer->owner, unknown, sizeof unknown) != 0
           && (memcmp(answer->owner, w->syn->link_src, sizeof answer->owner) == 0
               || memcmp(answer->owner, w->syn->link_dst, sizeof answer->owner) == 0);
}

/* Somebody asks for an end of the call, or an end begins IKE: with whom else the call has to do is not in the packets. */
static bool is_of_call(const struct waiting *w, const struct setup_packet *request)
{
    return is_end(w, request->asked) || (request->kind == SETUP_IKE && is_end(w, request->asker));
}

static struct waiting waiting_of(const struct tracker *t, const struct attempt *a)
{
    const struct port_pair *pair = pair_of(t, a);
    struct waiting w = { .family = pair->family, .syn = print_of(t, a) };

    port_pairs_address(&t->pairs, pair, attempt_side(a), &w.client);
    port_pairs_address(&t->pairs, pair, server_side(a), &w.server);
    return w;
}

/* The first packet behind the first SYN that has to do with the call. */
static bool find(const struct tracker *t, const struct attempt *a, struct setup *found)
{
    const struct setups *s = &t->setups;
    const struct setup_packet *p;
    struct waiting w = { .family = 0 };

    found->begun = 0;
    for (uint32_t i = 1; (p = packet_at(s, i)) != NULL && p->frame > a->frame[SYN_FIRST]; i++) {
        if (w.family == 0)
            w = waiting_of(t, a);
        if (p->answer || p->family != w.family)
            continue;
        const bool of_call = is_of_call(&w, p);
        if (!of_call && !is_end(&w, p->asker))
            continue;
        const struct setup_packet *answer = answer_to(s, i, p);
        if (!of_call && !is_next_hop(&w, answer))
            continue;
        *found = (struct setup){ .begun = p->frame,
                                 .answered = answer == NULL ? 0 : answer->frame,
                                 .kind = p->kind,
                                 .family = p->family,
                                 .next_hop = !of_call };
        memcpy(found->asker, p->asker, sizeof found->asker);
        memcpy(found->asked, p->asked, sizeof found->asked);
    }
    return found->begun != 0;
}

static void keep(struct tracker *t, uint32_t attempt, const struct setup *found)
{
    if (t->setups.of_attempt == NULL)
        t->setups.of_attempt = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_hash_table_insert(t->setups.of_attempt, GUINT_TO_POINTER(attempt), g_memdup2(found, sizeof *found));
}

void setup_see_retry(const struct work *w, uint32_t attempt)
{
    struct setup found;

    if (!find(w->t, get_attempt(w->t, attempt), &found))
        return;
    found.again = w->seg->seen.frame;
    keep(w->t, attempt, &found);
}

/* What began before the second SYN may have been answered since. */
void setup_see_answer(const struct work *w, uint32_t attempt)
{
    struct tracker *t = w->t;
    const struct attempt *a = get_attempt(t, attempt);
    const struct setup *kept = setup_of(t, attempt);
    struct setup found;

    if (kept == NULL && (a->retries > 0 || w->seg->seen.time - a->first_time < t->options.slow_connect))
        return;
    if (!find(t, a, &found) || (kept != NULL && kept->begun != found.begun))
        return;
    found.again = kept == NULL ? 0 : kept->again;
    keep(t, attempt, &found);
}

const struct setup *setup_of(const struct tracker *t, uint32_t attempt)
{
    return t->setups.of_attempt == NULL ? NULL : g_hash_table_lookup(t->setups.of_attempt, GUINT_TO_POINTER(attempt));
}

void setup_forget(struct tracker *t)
{
    if (t->setups.of_attempt != NULL)
        g_hash_table_remove_all(t->setups.of_attempt);
    t->setups.count = 0;
}
