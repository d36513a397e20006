/* judge.c - the verdict on an attempt, from what has been seen of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "seq.h"
#include "tracker_impl.h"

/* An attempt that nothing answers for so long, or that is repeated, has failed. */
#define PATIENCE (3 * NS_PER_SECOND)
/* What is measured in a capture may be less than the peer's own clock tells. */
#define TIME_WAIT_EARLY (NS_PER_SECOND / 2)
enum { RING_MAX = 16 };

/* All that is known about one attempt. */
struct dossier {
    const struct tracker *t;
    const struct attempt *a;
    const struct history *h;
    const struct evidence *e;
    const struct trouble *trouble;
};

static struct dossier open_dossier(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);

    return (struct dossier){ t, a, get_history(t, a), get_evidence(t, a), get_trouble(t, a) };
}

static void say(struct verdict *v, enum fate fate, enum cause cause)
{
    v->fate = fate;
    v->cause = cause;
}

static void decide_at(struct verdict *v, const struct attempt *a, uint32_t frame, int64_t time)
{
    v->decided_by = frame;
    v->wait = MAX(time - a->first_time, 0);
}

/* ---- established: why only now, or why at all ------------------------------------------------------ */

/* The SYN/ACK's ISN shows that Linux reopened a TIME_WAIT: SND.NXT + 65537. */
static bool isn_shows_recycling(const struct dossier *d)
{
    return d->h != NULL && (d->h->flags & HISTORY_SND_NXT) && (d->e->flags & EV_SYNACK)
           && d->e->synack_isn - d->h->snd_nxt == LINUX_RECYCLED_ISN_STEP;
}

/* What a TIME_WAIT that was reopened took the SYN for; CAUSE_OK if the numbers that were captured do not say. */
static enum cause recycled_cause(const struct dossier *d)
{
    const struct history *h = d->h;
    bool newer = (h->flags & HISTORY_SYN_TS) && seq_after(d->a->tsval, h->ts_recent);
    bool higher = (h->flags & HISTORY_RCV_NXT) && seq_after(d->a->isn, h->rcv_nxt);
    bool cut = (h->flags & HISTORY_RCV_NXT) && (d->a->flags & ATTEMPT_OPTIONS_CUT);

    if (newer && (h->flags & HISTORY_TIMESTAMPS))
        return CAUSE_TIME_WAIT_RECYCLED_TIMESTAMP;
    if (higher)
        return CAUSE_TIME_WAIT_RECYCLED_SEQUENCE;
    return newer || cut ? CAUSE_TIME_WAIT_RECYCLED_TIMESTAMP : CAUSE_OK; /* nothing else can have let it in */
}

/* To every SYN seen, the peer's TIME_WAIT says no by the rules. */
static bool rules_forbid(const struct dossier *d)
{
    const struct history *h = d->h;

    return h != NULL && h->state == STATE_TIME_WAIT && !(h->flags & HISTORY_ANSWER_CHANGED)
           && (h->answer == ANSWER_ACK || h->answer == ANSWER_SILENCE);
}

/* False if nothing can be said: a SYN that the rules forbid was taken by another kind of stack, or what the capture
 * lacks has removed or changed the TIME_WAIT. */
static bool judge_recycled(const struct dossier *d, struct verdict *v)
{
    enum cause cause = recycled_cause(d);

    if (cause == CAUSE_OK || rules_forbid(d))
        return false;
    say(v, FATE_ESTABLISHED, cause);
    v->inferred = !isn_shows_recycling(d);
    return true;
}

/* How long TIME_WAIT had lasted when the last SYN came. */
static int64_t time_wait_elapsed(const struct dossier *d)
{
    return d->h->tw_elapsed + (d->a->last_time - d->a->first_time);
}

/* The SYN that was accepted found a TIME_WAIT that had ended. While the peer's timer may be late, a new ISN says so,
 * although Linux before 6.10 takes one for a recycled TIME_WAIT too. */
static bool time_wait_was_over(const struct dossier *d)
{
    int64_t length = d->t->options.time_wait;

    if (isn_shows_recycling(d))
        return false;
    return time_wait_elapsed(d) > (rules_forbid(d) ? length - TIME_WAIT_EARLY : length);
}

/* ... and nothing else can have happened. */
static bool time_wait_was_surely_over(const struct dossier *d)
{
    return (d->h->flags & HISTORY_TW_PROVEN)
           && (rules_forbid(d) || time_wait_elapsed(d) > d->t->options.time_wait + TIME_WAIT_LATE);
}

static bool judge_after_time_wait(const struct dossier *d, struct verdict *v)
{
    if (!time_wait_was_over(d))
        return judge_recycled(d, v);
    say(v, FATE_ESTABLISHED, CAUSE_TIME_WAIT_EXPIRED);
    v->inferred = !time_wait_was_surely_over(d);
    return true;
}

/* The old connection had ended, or else says nothing about this one: false. */
static bool judge_reuse(const struct dossier *d, struct verdict *v)
{
    const struct history *h = d->h;

    if (h == NULL || !(h->flags & HISTORY_CONNECTION))
        return false;
    if ((d->a->flags & ATTEMPT_RESET_OLD) && h->state != STATE_UNKNOWN && !isn_shows_recycling(d)) {
        /* the rejection was not captured */
        say(v, FATE_ESTABLISHED,
            h->state == STATE_TIME_WAIT ? CAUSE_AFTER_TIME_WAIT_RESET : CAUSE_AFTER_OLD_CONNECTION_RESET);
        v->inferred = true;
        return true;
    }
    if (h->state == STATE_TIME_WAIT || (h->flags & HISTORY_TW_EXPIRED) || isn_shows_recycling(d))
        return judge_after_time_wait(d, v);
    if (h->flags & HISTORY_RESET)
        say(v, FATE_ESTABLISHED, CAUSE_REUSE_AFTER_RESET);
    else if (h->state == STATE_CLOSED || h->state == STATE_LAST_ACK || h->state == STATE_FIN_WAIT_2)
        say(v, FATE_ESTABLISHED, CAUSE_REUSE_AFTER_CLOSE);
    else
        return false;
    return true;
}

static bool is_time_wait(enum cause cause)
{
    return cause == CAUSE_TIME_WAIT_PAWS || cause == CAUSE_TIME_WAIT_SEQUENCE;
}

/* TIME_WAIT rejected the first SYN, and took a later one: the SYN/ACK shows it, or its timestamp if there was no RST. */
static bool later_syn_was_taken(const struct dossier *d)
{
    if (isn_shows_recycling(d))
        return true;
    return d->trouble->client_reset_frame == 0 && d->h != NULL
           && recycled_cause(d) == CAUSE_TIME_WAIT_RECYCLED_TIMESTAMP;
}

/* A rejection was overcome: by the client's RST, or because TIME_WAIT ran out. */
static bool judge_after_rejection(const struct dossier *d, struct verdict *v)
{
    const struct trouble *trouble = d->trouble;

    if (trouble == NULL || trouble->rejection_frame == 0)
        return false;
    enum cause cause = (enum cause)trouble->rejection_cause;
    bool reset = trouble->client_reset_frame != 0;
    bool time_wait =
        is_time_wait(cause) || (cause == CAUSE_OLD_UNKNOWN && d->h != NULL && d->h->state == STATE_TIME_WAIT);
    if (cause == CAUSE_TIME_WAIT_NO_LISTENER || (time_wait && later_syn_was_taken(d)))
        return judge_recycled(d, v); /* CAUSE_TIME_WAIT_NO_LISTENER: a listener has come */
    v->inferred = !reset || (trouble->flags & TROUBLE_INFERRED);
    if (time_wait) {
        int64_t since = d->a->last_time - (cause == CAUSE_TIME_WAIT_PAWS ? trouble->rejection_time : d->a->first_time);
        if (cause == CAUSE_TIME_WAIT_SEQUENCE && d->h != NULL && (d->h->flags & HISTORY_CONNECTION))
            since += d->h->tw_elapsed;
        bool over = since > d->t->options.time_wait - TIME_WAIT_EARLY;
        say(v, FATE_ESTABLISHED, over && !reset ? CAUSE_TIME_WAIT_EXPIRED : CAUSE_AFTER_TIME_WAIT_RESET);
        if (over && !reset)
            v->inferred = trouble->flags & TROUBLE_INFERRED;
    } else if (cause == CAUSE_WRONG_ACK || (cause == CAUSE_OLD_UNKNOWN && !(trouble->flags & TROUBLE_BY_SOCKET))) {
        say(v, FATE_ESTABLISHED, CAUSE_AFTER_WRONG_ACK);
        v->inferred = cause == CAUSE_OLD_UNKNOWN;
    } else {
        say(v, FATE_ESTABLISHED, CAUSE_AFTER_OLD_CONNECTION_RESET);
    }
    return true;
}

static void judge_plain(const struct dossier *d, struct verdict *v)
{
    const struct evidence *e = d->e;

    if (d->a->flags & ATTEMPT_RETRIED_UNANSWERED)
        say(v, FATE_ESTABLISHED, CAUSE_SYN_RETRANSMITTED);
    else if (e->flags & EV_SYNACK_AGAIN || d->a->retries > 0)
        say(v, FATE_ESTABLISHED, CAUSE_SYNACK_RETRANSMITTED);
    else if (e->synack_again_frame != 0)
        say(v, FATE_ESTABLISHED, CAUSE_ACK_RETRANSMITTED);
    else if (d->a->flags & ATTEMPT_FAST_OPEN)
        say(v, FATE_ESTABLISHED, CAUSE_FAST_OPEN);
    else if (d->a->flags & ATTEMPT_SIMULTANEOUS)
        say(v, FATE_ESTABLISHED, CAUSE_SIMULTANEOUS_OPEN);
    else
        say(v, FATE_ESTABLISHED, CAUSE_OK);
}

/* The client is connected; does the server know? (Linux: it does not while its accept queue is full.) */
static bool is_stuck(const struct evidence *e)
{
    return e->synack_again_frame != 0 && (e->flags & EV_CLIENT_DATA) && e->accepted_frame == 0;
}

static void judge_established(const struct dossier *d, struct verdict *v)
{
    const struct evidence *e = d->e;
    bool rejected = d->trouble != NULL && d->trouble->rejection_frame != 0;

    if (is_stuck(e)) {
        say(v, FATE_STUCK, CAUSE_ACCEPT_QUEUE_FULL);
        decide_at(v, d->a, e->synack_again_frame, e->synack_time);
        return;
    }
    if (e->ack_frame != 0) {
        decide_at(v, d->a, e->ack_frame, e->ack_time);
        if (e->flags & EV_SYNACK)
            v->connect_time = v->wait;
    } else {
        v->decided_by = e->accepted_frame;
    }
    v->delayed = rejected || d->a->retries > 0 || (e->flags & EV_SYNACK_AGAIN) || e->synack_again_frame != 0;
    if (!judge_after_rejection(d, v) && !judge_reuse(d, v))
        judge_plain(d, v);
}

/* ---- not established ------------------------------------------------------------------------------- */

static void judge_failure(const struct dossier *d, struct verdict *v)
{
    static const enum fate fates[] = {
        [FAILURE_RESET] = FATE_REFUSED,
        [FAILURE_ICMP] = FATE_UNREACHABLE,
        [FAILURE_CLIENT_RESET] = FATE_ABORTED,
    };
    const struct trouble *trouble = d->trouble;

    if (trouble->failure == FAILURE_CLIENT_RESET)
        say(v, FATE_ABORTED, CAUSE_CLIENT_GAVE_UP);
    else
        say(v, fates[trouble->failure], (enum cause)trouble->failure_cause);
    v->inferred = v->cause == CAUSE_RESET_IN_PATH || (trouble->flags & TROUBLE_FAILURE_INFERRED);
    decide_at(v, d->a, trouble->failure_frame, trouble->failure_time);
}

static void judge_rejection(const struct dossier *d, struct verdict *v)
{
    const struct trouble *trouble = d->trouble;

    say(v, FATE_REJECTED, (enum cause)trouble->rejection_cause);
    v->inferred = trouble->flags & TROUBLE_INFERRED;
    decide_at(v, d->a, trouble->rejection_frame, trouble->rejection_time);
}

/* The peer's TIME_WAIT is proven, and forbids the SYN. */
static bool time_wait_forbids(const struct dossier *d, enum cause *cause)
{
    const struct history *h = d->h;

    if (!rules_forbid(d) || !(h->flags & HISTORY_TW_PROVEN))
        return false;
    *cause = h->reason == REASON_PAWS ? CAUSE_TIME_WAIT_PAWS : CAUSE_TIME_WAIT_SEQUENCE;
    /* each SYN that PAWS rejects restarts it */
    int64_t elapsed = *cause == CAUSE_TIME_WAIT_PAWS ? h->tw_elapsed : time_wait_elapsed(d);
    return elapsed < d->t->options.time_wait;
}

static enum cause silent_cause(const struct dossier *d)
{
    const struct port_pair *pair = pair_of(d->t, d->a);
    struct tcp_address server;

    port_pairs_address(&d->t->pairs, pair, server_side(d->a), &server);
    const struct service *s = peers_service(&d->t->peers, pair->family, pair->point, &server);
    if (s != NULL && service_answered_near(s, d->a->first_time, d->a->last_time))
        return CAUSE_SILENT_FLOW;
    bool alive = peers_host(&d->t->peers, pair->family, pair->point, server.ip) != NULL;
    return alive ? CAUSE_SILENT_PORT : CAUSE_SILENT_HOST;
}

static void judge_silence(const struct dossier *d, struct verdict *v)
{
    enum cause cause;

    v->wait = MAX(d->a->last_time - d->a->first_time, 0);
    if (d->e != NULL && (d->e->flags & EV_SYNACK)) {
        say(v, FATE_NO_ANSWER, CAUSE_SYNACK_LOST);
    } else if (d->trouble != NULL && d->trouble->stray_frame != 0) {
        say(v, FATE_NO_ANSWER, CAUSE_ANSWERED_FROM_ELSEWHERE);
    } else if (time_wait_forbids(d, &cause)) {
        say(v, FATE_NO_ANSWER, cause);
        v->inferred = true;
    } else {
        say(v, FATE_NO_ANSWER, silent_cause(d));
    }
}

static bool is_over(const struct dossier *d)
{
    return d->a->retries >= d->t->options.no_answer_retries || d->t->now - d->a->first_time >= PATIENCE
           || (d->e != NULL && (d->e->flags & EV_SYNACK_AGAIN));
}

/* In TIME_WAIT the rules leave no choice; another answer means that the peer is another kind of stack. */
static bool is_not_as_rules(const struct dossier *d, const struct verdict *v)
{
    const struct history *h = d->h;
    bool rejected = d->trouble != NULL && d->trouble->rejection_frame != 0;

    if (h == NULL || h->state != STATE_TIME_WAIT || h->answer == ANSWER_UNKNOWN || (h->flags & HISTORY_ANSWER_CHANGED))
        return false;
    if (rejected) /* on Linux also if it would accept, but nobody listens */
        return h->answer != ANSWER_ACK && d->t->options.peer != PEER_LINUX;
    if (v->fate == FATE_ESTABLISHED)
        return d->a->retries == 0 && rules_forbid(d) && !time_wait_was_over(d);
    return v->fate == FATE_REFUSED;
}

/* What this capture point alone tells. */
static struct verdict judge_alone(const struct dossier *d, bool final)
{
    struct verdict v = { .connect_time = -1 };

    if (d->e != NULL && (d->e->ack_frame != 0 || d->e->accepted_frame != 0))
        judge_established(d, &v);
    else if (d->trouble != NULL && d->trouble->failure != FAILURE_NONE)
        judge_failure(d, &v);
    else if (d->trouble != NULL && d->trouble->rejection_frame != 0 && !(d->e->flags & EV_SYNACK))
        judge_rejection(d, &v);
    else if (is_over(d))
        judge_silence(d, &v);
    else
        say(&v, FATE_PENDING, final ? CAUSE_CAPTURE_ENDED : CAUSE_IN_PROGRESS);
    v.not_as_rules = is_not_as_rules(d, &v);
    return v;
}

/* ---- the same SYN elsewhere ------------------------------------------------------------------------ */

/* How much a verdict knows, to choose between what two capture points say. */
static int knowledge(const struct verdict *v)
{
    switch (v->fate) {
    case FATE_PENDING:
        return 0;
    case FATE_NO_ANSWER:
        if (v->cause == CAUSE_SILENT_FLOW || v->cause == CAUSE_SILENT_PORT || v->cause == CAUSE_SILENT_HOST)
            return 1;
        return v->inferred ? 2 : 3;
    case FATE_STUCK:
        return 5; /* what failed at the other point was overcome */
    case FATE_ESTABLISHED:
        return 6;
    default:
        return 4;
    }
}

static bool is_twin(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    return port_pairs_same_addresses(pair_of(t, a), pair_of(t, b));
}

/* Another point saw the same SYN on the same port pair: what it saw more counts here too. */
static void learn_from_twin(const struct verdict *theirs, struct verdict *v)
{
    if (knowledge(theirs) <= knowledge(v))
        return;
    int64_t connect_time = v->connect_time;
    *v = *theirs;
    v->connect_time = theirs->fate == FATE_ESTABLISHED ? theirs->connect_time : connect_time;
    v->from_twin = true;
}

/* The other side of a NAT: what stopped the SYN there left it without an answer here. */
static void learn_from_leg(const struct verdict *theirs, struct verdict *v)
{
    if (v->fate != FATE_NO_ANSWER || knowledge(v) > 1 || !is_time_wait(theirs->cause))
        return;
    v->cause = theirs->cause;
    v->inferred = true;
    v->from_leg = true;
    v->source = theirs->source;
}

void tracker_verdict(const struct tracker *t, uint32_t attempt, bool final, struct verdict *v)
{
    struct dossier own = open_dossier(t, attempt);
    uint32_t sibling = own.a->sibling;

    *v = judge_alone(&own, final);
    v->source = attempt;
    for (unsigned n = 0; sibling != 0 && sibling != attempt && n < RING_MAX; n++) {
        struct dossier other = open_dossier(t, sibling);
        struct verdict theirs = judge_alone(&other, final);
        theirs.source = sibling;
        if (is_twin(t, own.a, other.a))
            learn_from_twin(&theirs, v);
        else
            learn_from_leg(&theirs, v);
        sibling = other.a->sibling;
    }
    if (v->decided_by == FRAME_HIDDEN)
        v->decided_by = 0;
}
