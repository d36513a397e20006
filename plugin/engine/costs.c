/* costs.c - what an attempt that got in spent its time on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "costs.h"

#include "rejection.h"
#include "seq.h"

/* What comes so soon after a SYN that was sent again is the answer to it. */
#define AT_ONCE (NS_PER_SECOND / 10)

const char *cost_meaning(enum cost cost)
{
#define COST_MEANING(NAME, MEANING) [COST_##NAME] = (MEANING),
    static const char *const meanings[COSTS] = { COST_LIST(COST_MEANING) };
#undef COST_MEANING

    return meanings[cost];
}

/* The SYN that was taken: the latest before the first SYN/ACK. */
static int64_t taken_time(const struct dossier *d)
{
    return d->trouble != NULL && d->trouble->frame[TROUBLE_TAKEN] != 0 ? d->trouble->taken_time : d->a->last_time;
}

/* The SYN/ACK echoes the timestamp of a SYN that was not the latest: it was on its way when that was sent. A request
 * that is still held also echoes its first SYN when a later one calls for its SYN/ACK again (Linux 6.18, tcp_check_req),
 * but at once. */
static bool answers_earlier_syn(const struct dossier *d)
{
    const struct trouble *trouble = d->trouble;

    if (trouble != NULL && d->e != NULL && d->e->syn_ack_time - trouble->taken_time < AT_ONCE)
        return false;
    return trouble != NULL && trouble->frame[TROUBLE_TAKEN] != 0 && (d->a->flags & ATTEMPT_HAS_TS)
           && trouble->taken_tsecr != 0 && seq_after(trouble->taken_tsval, trouble->taken_tsecr);
}

/* The client's RST against a rejection that the capture lacks, of a connection that it shows. */
static const struct packet_seen *reset_of_unseen_rejection(const struct dossier *d)
{
    const struct packets_seen *reset = d->seen[SEEN_CLIENT_RST_OLD];

    if (reset == NULL || !old_was_reset(d) || d->past == NULL || d->past->state == STATE_UNKNOWN
        || rejection_of(d) != NULL)
        return NULL;
    return &reset->first;
}

static int64_t cost_of_syns(const struct dossier *d)
{
    if (d->trouble != NULL && reset_of_unseen_rejection(d) != NULL)
        return 0;
    if (d->trouble == NULL || d->trouble->unanswered_time == 0 || answers_earlier_syn(d))
        return 0;
    return MAX(d->trouble->unanswered_time - d->a->first_time, 1); /* also if the clock was set back */
}

static int64_t since(const struct dossier *d, const struct packet_seen *answer)
{
    return answer == NULL ? 0 : MAX(taken_time(d) - answer->time, 0);
}

/* The server chose anew, and the client acknowledged that SYN/ACK. */
static const struct packet_seen *chosen_anew(const struct dossier *d)
{
    const struct packets_seen *others = d->seen[SEEN_SYN_ACK_OTHER];

    if (others == NULL)
        return NULL;
    if (others->first.seq == d->e->syn_ack_isn)
        return &others->first;
    return packets_last(others)->seq == d->e->syn_ack_isn ? packets_last(others) : NULL;
}

/* The server's timer may repeat a SYN/ACK that is on its way: the client's ACK echoes which of them it answers. */
static int64_t cost_of_syn_acks(const struct dossier *d)
{
    const struct packets_seen *again = d->seen[SEEN_SYN_ACK_AGAIN];
    const struct packet_seen *anew = chosen_anew(d);

    if (anew != NULL && anew->time - d->e->syn_ack_time > AT_ONCE)
        return anew->time - d->e->syn_ack_time;
    const struct packet_seen *reset = reset_that_connects(d);
    if (again == NULL || (reset == NULL && d->e->frame[EV_ACK] == 0) || (d->e->flags & EV_ACK_OF_FIRST))
        return 0;
    return MAX(MIN(again->last.time, reset != NULL ? reset->time : d->e->ack_time) - d->e->syn_ack_time, 0);
}

/* When the client had the SYN/ACK at the latest. One that acknowledges it with its first data alone may have waited for that
 * data, or the capture lacks its ACK, as it does where the first that it holds is a later one; one that resets it then may
 * have waited for its end. */
static int64_t known_time(const struct dossier *d)
{
    const struct evidence *e = d->e;
    bool with_data = (e->flags & EV_CLIENT_DATA) && e->data_time == e->ack_time;
    bool at_once = (e->flags & EV_EXACT) && !with_data && reset_that_connects(d) == NULL;

    return at_once ? e->ack_time : e->syn_ack_time;
}

/* The SYN was repeated, but not before the answer to the first one was there. */
static bool is_answered_first(const struct dossier *d)
{
    return d->a->retries > 0 && d->trouble->frame[TROUBLE_TAKEN] == d->a->frame[SYN_FIRST];
}

static int64_t cost_of_slowness(const struct dossier *d)
{
    if (!shows_syn_ack(d->e))
        return 0;
    if (answers_earlier_syn(d)) {
        bool first = d->trouble->taken_tsecr == d->trouble->first_tsval;
        return MAX(d->e->syn_ack_time - (first ? d->a->first_time : d->trouble->previous_time), 0);
    }
    bool first = is_answered_first(d);
    bool repeated = (d->a->retries > 0 && !first) || d->seen[SEEN_SYN_ACK_AGAIN] != NULL;
    if (repeated || (first ? d->e->syn_ack_time : known_time(d)) - d->a->first_time < d->t->options.slow_connect)
        return 0;
    return MAX(d->e->syn_ack_time - d->a->first_time, 1);
}

static int64_t cost_of_acceptance(const struct dossier *d)
{
    if (d->trouble == NULL || d->trouble->served_time == 0 || d->e->frame[EV_ACK] == 0)
        return 0;
    return MAX(d->trouble->served_time - d->e->ack_time, 0);
}

/* From the first rejecting answer on; where the capture lacks it, from the client's RST against it. */
static int64_t cost_of_rejection(const struct dossier *d)
{
    const struct packet_seen *rejection = rejection_of(d);

    return since(d, rejection != NULL ? rejection : reset_of_unseen_rejection(d));
}

struct costs costs_read(const struct dossier *d)
{
    struct costs costs = { { 0 } };

    costs.of[COST_SLOW] = cost_of_slowness(d);
    if (d->trouble == NULL)
        return costs;
    costs.of[COST_SYN] = cost_of_syns(d);
    costs.of[COST_REJECTION] = cost_of_rejection(d);
    costs.of[COST_REFUSAL] = since(d, d->seen[SEEN_RST] == NULL ? NULL : &d->seen[SEEN_RST]->first);
    costs.of[COST_SYN_ACK] = cost_of_syn_acks(d);
    costs.of[COST_ACCEPT] = cost_of_acceptance(d);
    return costs;
}

int64_t success_time(const struct dossier *d, const struct costs *costs)
{
    int64_t time = answers_earlier_syn(d) ? d->a->first_time : taken_time(d);

    if (costs->of[COST_SLOW] > 0 && shows_syn_ack(d->e))
        time = MAX(time, d->e->syn_ack_time);
    if (costs->of[COST_SYN_ACK] > 0)
        time = MAX(time, d->e->syn_ack_time + costs->of[COST_SYN_ACK]);
    if (costs->of[COST_ACCEPT] > 0)
        time = MAX(time, d->seen[SEEN_DATA_AGAIN]->last.time);
    return time;
}
