/* details.c - shows what the tracker knows about a frame: subtree, expert infos, Info column
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "engine/advice.h"
#include "fields.h"
#include "synfate.h"

#include <epan/column-info.h>
#include <epan/column-utils.h>
#include <epan/expert.h>
#include <epan/proto.h>
#include <epan/tap.h>

static int ett_synfate = -1, ett_verdict = -1, ett_call = -1, ett_old = -1, ett_time_wait = -1, ett_comparison = -1;
static int ett_states = -1, ett_advice = -1, ett_line = -1;
static expert_field experts[EXPERT_COUNT];
static int proto_expert_info = -1;

/* What is shown on one frame about one attempt. */
struct frame_view {
    const struct tracker *t;
    tvbuff_t *tvb;
    packet_info *pinfo;
    const struct note *note;
    const struct attempt *a;
    const struct past *h;     /* NULL: no old connection */
    const struct evidence *e; /* NULL: no answer */
    struct verdict verdict;
    struct call call;
};

void details_register(void)
{
    static int *subtrees[] = { &ett_synfate,    &ett_verdict, &ett_call,   &ett_old, &ett_time_wait,
                               &ett_comparison, &ett_states,  &ett_advice, &ett_line };
    static ei_register_info infos[EXPERT_COUNT];
    static const int severities[] = {
        [SEVERITY_CHAT] = PI_CHAT,
        [SEVERITY_NOTE] = PI_NOTE,
        [SEVERITY_WARNING] = PI_WARN,
        [SEVERITY_ERROR] = PI_ERROR,
    };
    expert_module_t *module = expert_register_protocol(proto_synfate);

    for (size_t i = 0; i < EXPERT_COUNT; i++) {
        const struct expert_row *row = expert_row((enum expert_kind)i);
        expert_field unset = EI_INIT;
        experts[i] = unset;
        infos[i].ids = &experts[i];
        infos[i].eiinfo.name = wmem_strdup_printf(wmem_epan_scope(), "synfate.expert.%s", row->token);
        infos[i].eiinfo.group = PI_SEQUENCE;
        infos[i].eiinfo.severity = severities[row->severity];
        infos[i].eiinfo.summary = row->summary;
    }
    proto_register_subtree_array(subtrees, array_length(subtrees));
    expert_register_field_array(module, infos, array_length(infos));
}

/* ---- one item each --------------------------------------------------------------------------------- */

static proto_item *add_token(const struct frame_view *v, proto_tree *tree, int hfid, const char *token)
{
    proto_item *item = proto_tree_add_string(tree, hfid, v->tvb, 0, 0, token);

    proto_item_set_generated(item);
    return item;
}

static void add_number(const struct frame_view *v, proto_tree *tree, int hfid, uint32_t number)
{
    proto_item_set_generated(proto_tree_add_uint(tree, hfid, v->tvb, 0, 0, number));
}

static void add_link(const struct frame_view *v, proto_tree *tree, int hfid, uint32_t frame)
{
    if (frame != 0 && frame != FRAME_HIDDEN)
        add_number(v, tree, hfid, frame);
}

static void add_flag(const struct frame_view *v, proto_tree *tree, int hfid, bool flag)
{
    proto_item_set_generated(proto_tree_add_boolean(tree, hfid, v->tvb, 0, 0, flag));
}

/* ns below 0: not known. */
static void add_time(const struct frame_view *v, proto_tree *tree, int hfid, int64_t ns)
{
    nstime_t duration = { .secs = (time_t)(ns / NS_PER_SECOND), .nsecs = (int)(ns % NS_PER_SECOND) };

    if (ns >= 0)
        proto_item_set_generated(proto_tree_add_time(tree, hfid, v->tvb, 0, 0, &duration));
}

static void add_delta(const struct frame_view *v, proto_tree *tree, int hfid, int32_t delta, const char *name,
                      uint32_t a, const char *other_name, uint32_t b)
{
    proto_item *item = proto_tree_add_int_format_value(tree, hfid, v->tvb, 0, 0, delta, "%d (%s %u, %s %u)", delta,
                                                       name, a, other_name, b);

    proto_item_set_generated(item);
}

/* ---- groups of items: each says in its title what it comes to ---------------------------------------- */

static proto_tree *add_group(const struct frame_view *v, proto_tree *parent, int ett, const char *title,
                             proto_item **item)
{
    proto_tree *tree = proto_tree_add_subtree(parent, v->tvb, 0, 0, ett, item, title);

    proto_item_set_generated(*item);
    return tree;
}

static void show_attempt(const struct frame_view *v, proto_tree *tree)
{
    add_number(v, tree, field.attempt, v->a->number);
    add_number(v, tree, field.use, v->a->use);
    if (v->note->role == NOTE_SYN && !(v->a->flags & ATTEMPT_TWIN))
        add_number(v, tree, field.syn_number, v->note->syn_number);
    add_number(v, tree, field.retries, v->a->retries);
    add_link(v, tree, field.syn, v->a->frame[SYN_FIRST]);
    if (v->note->role == NOTE_SYN)
        add_token(v, tree, field.predicted, peer_answer_name((enum peer_answer)v->note->predicted));
}

/* The outcome stands on one frame of a call, and on none that a second capture point shows. */
static void show_call(const struct frame_view *v, proto_tree *parent)
{
    const struct call *call = &v->call;
    bool carries = call->carrier == v->note->attempt && v->note->role == NOTE_SYN && v->note->syn_number == 1;
    bool is_bad = call_failed(call) || call_was_late(call);
    proto_item *item;
    proto_tree *tree = add_group(v, parent, ett_call, "Call", &item);

    proto_item_append_text(item, " %u: %s", call->number, outcome_token(call->outcome));
    add_number(v, tree, field.call, call->number);
    if (carries)
        add_token(v, tree, field.outcome, outcome_token(call->outcome));
    add_flag(v, tree, field.failed, call_failed(call));
    add_flag(v, tree, field.delayed, call_was_late(call));
    if (is_bad) {
        proto_item_append_text(item, ", %.3f s lost", (double)call->lost / (double)NS_PER_SECOND);
        add_time(v, tree, field.lost, call->lost);
    }
    add_link(v, tree, field.retry_of, call->retry_of);
    add_link(v, tree, field.retried_as, call->retried_as);
    show_attempt(v, tree);
}

static void show_stack(const struct frame_view *v, proto_tree *tree)
{
    struct peer_rules rules = tracker_peer_rules(v->t, v->a);
    proto_item *item = add_token(v, tree, field.peer_stack, rules.stack->token);

    proto_item_append_text(item, " (%s)", recognised_text(rules.how));
}

/* Not on the first pass: what others come to is not known then. */
static void show_shared(const struct frame_view *v, proto_tree *tree)
{
    bool known = v->pinfo->fd->visited && (call_failed(&v->call) || call_was_late(&v->call));
    const char *shared = known ? tracker_shared(v->t, v->note->attempt) : NULL;

    if (shared != NULL)
        add_token(v, tree, field.shared, shared);
}

static proto_item *show_verdict(const struct frame_view *v, proto_tree *parent, const char *summary)
{
    const struct verdict *verdict = &v->verdict;
    const struct packets_seen *strays = tracker_packets(v->t, v->a, SEEN_STRAY);
    const char *fate = fate_token(verdict->fate), *cause = cause_token(verdict->cause);
    const char *basis = verdict->inferred ? "inferred" : "observed";
    proto_item *item;
    proto_tree *tree = add_group(v, parent, ett_verdict, "Verdict", &item);

    proto_item_append_text(item, ": %s, %s (%s)", fate, cause, basis);
    add_token(v, tree, field.summary, summary);
    add_token(v, tree, field.fate, fate);
    add_token(v, tree, field.cause, cause);
    add_token(v, tree, field.basis, basis);
    add_link(v, tree, field.decided_by, verdict->decided_by);
    add_time(v, tree, field.connect_time, verdict->connect_time);
    add_time(v, tree, field.wait, verdict->wait);
    add_time(v, tree, field.served, verdict->served);
    if (verdict->reuse != NULL)
        add_token(v, tree, field.reuse, verdict->reuse);
    if (strays != NULL)
        add_link(v, tree, field.stray_answer, strays->first.frame);
    add_link(v, tree, field.leg, tracker_leg(v->t, v->note->frame));
    show_shared(v, tree);
    show_stack(v, tree);
    return item;
}

static const char *closer_text(const struct frame_view *v)
{
    struct tcp_address client, server;
    uint8_t family = tracker_addresses(v->t, v->a, &client, &server);
    GString *text = g_string_new(NULL);

    append_address(text, family, v->h->closer == attempt_side(v->a) ? &client : &server, true);
    const char *copy = wmem_strdup(v->pinfo->pool, text->str);
    g_string_free(text, TRUE);
    return copy;
}

static void show_old_connection(const struct frame_view *v, proto_tree *parent)
{
    proto_item *item;
    const char *state = tcp_state_name((enum tcp_state)v->h->state);

    if (!(v->h->flags & PAST_CONNECTION))
        return;
    proto_tree *tree = add_group(v, parent, ett_old, "Old connection", &item);
    if (state != NULL)
        proto_item_append_text(item, ": peer in %s", state);
    add_link(v, tree, field.old_first, v->h->first);
    add_link(v, tree, field.old_last, v->h->last);
    add_link(v, tree, field.old_closed_in, v->h->closed_in);
    if (v->h->closer != SIDE_NONE) {
        const char *closer = closer_text(v);
        proto_item_append_text(item, "%s closed by %s", state == NULL ? ":" : ",", closer);
        add_token(v, tree, field.old_closed_by, closer);
    }
    add_time(v, tree, field.old_idle_before_close, v->h->idle);
    add_time(v, tree, field.old_age, v->h->age);
    if (state != NULL)
        add_token(v, tree, field.old_peer_state, state);
    uint8_t signs = tracker_other_host_signs(v->t, v->note->attempt);
    if (!signs_are_unsure(signs))
        add_flag(v, tree, field.other_host, signs_suffice(signs));
}

static void show_time_wait(const struct frame_view *v, proto_tree *parent)
{
    const struct time_wait_clock *clock = tracker_time_wait(v->t, v->note);
    proto_item *item;

    if (v->h->tw_frame == 0 || clock == NULL)
        return;
    proto_tree *tree = add_group(v, parent, ett_time_wait, "TIME_WAIT of the peer", &item);
    GString *age = g_string_new(NULL);
    append_duration(age, clock->elapsed);
    proto_item_append_text(item, ": for %s, restarts: %u", age->str, clock->restarts);
    g_string_free(age, TRUE);
    add_link(v, tree, field.time_wait_since, v->h->tw_frame);
    add_time(v, tree, field.time_wait_elapsed, clock->elapsed);
    add_time(v, tree, field.time_wait_remaining, MAX(tracker_peer_rules(v->t, v->a).time_wait - clock->elapsed, 0));
    add_number(v, tree, field.time_wait_restarts, clock->restarts);
}

static void show_comparison(const struct frame_view *v, proto_tree *parent)
{
    const struct past *h = v->h;
    const uint16_t known = PAST_RCV_NXT | PAST_SND_NXT | PAST_TS_RECENT;
    proto_item *item;

    if (!(h->flags & known))
        return;
    const char *title = h->flags & PAST_FROM_ANSWER ? "Compared with the peer's numbers (read from its ACK)"
                                                    : "Compared with the peer's numbers";
    proto_tree *tree = add_group(v, parent, ett_comparison, title, &item);
    if (h->flags & PAST_RCV_NXT)
        add_number(v, tree, field.peer_rcv_nxt, h->rcv_nxt);
    if (h->flags & PAST_SND_NXT)
        add_number(v, tree, field.peer_snd_nxt, h->snd_nxt);
    if (h->flags & PAST_TS_RECENT)
        add_number(v, tree, field.peer_ts_recent, h->ts_recent);
    if (h->flags & PAST_RCV_NXT) {
        int32_t delta = (int32_t)(v->a->isn - h->rcv_nxt);
        proto_item_append_text(item, ": ISN %+d", delta);
        add_delta(v, tree, field.isn_delta, delta, "ISN", v->a->isn, "RCV.NXT", h->rcv_nxt);
    }
    if ((h->flags & PAST_SYN_TS) && (h->flags & PAST_TS_RECENT)) {
        proto_item_append_text(item, ", TSval %+d", h->tsval_delta);
        add_delta(v, tree, field.tsval_delta, h->tsval_delta, "TSval", h->ts_recent + (uint32_t)h->tsval_delta,
                  "TS.Recent", h->ts_recent);
    }
    if ((h->flags & PAST_SND_NXT) && v->e != NULL && (v->e->flags & EV_SYN_ACK))
        add_delta(v, tree, field.synack_isn_delta, (int32_t)(v->e->syn_ack_isn - h->snd_nxt), "ISN", v->e->syn_ack_isn,
                  "SND.NXT", h->snd_nxt);
}

static void show_states(const struct tracker *t, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, proto_item *title)
{
    enum tcp_state src, dst;
    struct frame_view v = { .tvb = tvb };

    tracker_states(t, pinfo->num, &src, &dst);
    if (src != STATE_UNKNOWN)
        add_token(&v, tree, field.src_state, tcp_state_name(src));
    if (dst != STATE_UNKNOWN)
        add_token(&v, tree, field.dst_state, tcp_state_name(dst));
    if (src == STATE_UNKNOWN && dst == STATE_UNKNOWN)
        return;
    proto_item_append_text(title, ": sender %s, receiver %s", src == STATE_UNKNOWN ? "not known" : tcp_state_name(src),
                           dst == STATE_UNKNOWN ? "not known" : tcp_state_name(dst));
}

/* Both in one line: below them is the advice, whose last line says what to look at, and a screen has few lines. */
static void show_states_of_attempt(const struct frame_view *v, proto_tree *parent)
{
    enum tcp_state src, dst;
    proto_item *item;

    tracker_states(v->t, v->pinfo->num, &src, &dst);
    if (src == STATE_UNKNOWN && dst == STATE_UNKNOWN)
        return;
    proto_tree *tree = add_group(v, parent, ett_states, "States after this frame", &item);
    show_states(v->t, v->tvb, v->pinfo, tree, item);
}

/* The details pane does not wrap, and the advice is long: a reader gets it in lines, everybody else in the field. */
static void show_advice(const struct frame_view *v, proto_tree *parent)
{
    enum { LINE_WIDTH = 110 };
    const char *advice = tracker_advice(v->t, v->note->attempt, &v->verdict);

    if (!PTREE_DATA(parent)->visible) {
        add_token(v, parent, field.advice, advice);
        return;
    }
    proto_item *item = proto_tree_add_string_format(parent, field.advice, v->tvb, 0, 0, advice, "Advice");
    proto_tree *tree = proto_item_add_subtree(item, ett_advice);
    GPtrArray *lines = wrap_text(advice, LINE_WIDTH);
    proto_item_set_generated(item);
    for (guint i = 0; i < lines->len; i++)
        proto_tree_add_subtree(tree, v->tvb, 0, 0, ett_line, NULL, g_ptr_array_index(lines, i));
    g_ptr_array_free(lines, TRUE);
}

/* ---- expert infos ---------------------------------------------------------------------------------- */

/* A late call is worth a warning whatever its cause. But if a rejected SYN made it late, that is no packet loss. */
static enum expert_kind expert_of(const struct frame_view *v)
{
    const struct verdict_row *row = verdict_row(v->verdict.fate, v->verdict.cause);

    if (!call_was_late(&v->call) || row->severity >= SEVERITY_WARNING)
        return row->expert;
    return v->call.verdict.fate == FATE_REJECTED ? EXPERT_AFTER_REJECTION : EXPERT_DELAYED;
}

/* While the capture is read: the frame that decides, as far as is known. Silence has no other frame to be seen on than
 * the SYN that is sent again; and what decides that a client is stuck may have come before what shows that it is. */
static bool decides_so_far(const struct frame_view *v)
{
    if (v->note->frame == v->verdict.decided_by || v->verdict.fate == FATE_STUCK)
        return true;
    return v->note->role == NOTE_SYN && v->verdict.fate == FATE_NO_ANSWER
           && (v->note->syn_number == 2 || v->note->syn_number == prefs_tracker_options().no_answer_retries + 1);
}

/* One frame of a call: that which decides the attempt that tells its outcome, or the first SYN of that attempt. */
static bool decides_the_call(const struct frame_view *v)
{
    struct verdict verdict = v->verdict;

    if (v->call.carrier != v->note->attempt)
        tracker_verdict(v->t, v->call.carrier, true, &verdict);
    if (verdict.decided_by != 0)
        return v->note->frame == verdict.decided_by && v->note->attempt == verdict.source;
    return v->call.carrier == v->note->attempt && v->note->role == NOTE_SYN && v->note->syn_number == 1;
}

/* While the capture is read: how severe the expert info was that each call had last. */
static GHashTable *told;

void details_forget(void)
{
    if (told != NULL)
        g_hash_table_remove_all(told);
}

/* That a call failed is told once, however many frames, ports of a NAT, and legs say so; and once that it got in late. */
static bool is_news(const struct frame_view *v, enum expert_kind kind)
{
    gpointer call = GUINT_TO_POINTER(v->call.number);
    enum severity severity = expert_row(kind)->severity;

    if (severity < SEVERITY_WARNING)
        return true;
    if (told == NULL)
        told = g_hash_table_new(NULL, NULL);
    if (g_hash_table_lookup(told, call) == GUINT_TO_POINTER((guint)severity))
        return false;
    g_hash_table_insert(told, call, GUINT_TO_POINTER((guint)severity));
    return true;
}

/* What the frame says among the expert infos; returns false if nothing: other frames of a call have its items only. */
static bool choose_expert(const struct frame_view *v, enum expert_kind *kind)
{
    *kind = expert_of(v);
    if (v->call.probe)
        return false;
    if (!v->pinfo->fd->visited)
        return decides_so_far(v) && is_news(v, *kind);
    if (expert_row(*kind)->severity == SEVERITY_ERROR && !call_failed(&v->call))
        return false;
    return decides_the_call(v);
}

/* Whether somebody collects expert infos that say that all is well: a listener, a column. The others matter always:
 * Wireshark's status bar shows the worst severity. */
static bool chats_are_read(const packet_info *pinfo)
{
    static int expert_tap;

    if (expert_tap == 0) /* Wireshark registers it after the protocols */
        expert_tap = find_tap_id("expert");
    return have_tap_listener(expert_tap) || (pinfo->cinfo != NULL && pinfo->cinfo->col_first[COL_EXPERT] >= 0);
}

/* ---- the frame ------------------------------------------------------------------------------------- */

/* Opens the verdict once, when the first is shown. If the user closes it, it stays closed on the next packet. */
static void open_once(proto_tree *parent)
{
    static bool opened;

    if (opened || !PTREE_DATA(parent)->visible)
        return;
    opened = true;
    tree_expanded_set(ett_synfate, TRUE);
    tree_expanded_set(ett_advice, TRUE);
}

/* Returns the item to which expert infos go: not the first, for Wireshark gives an item with expert infos a kind of its own
 * among those that it remembers as open or closed. */
static proto_item *show_items(const struct frame_view *v, proto_tree *parent, const char *summary)
{
    proto_item *item = proto_tree_add_protocol_format(parent, proto_synfate, v->tvb, 0, 0, "SYN fate: %s", summary);
    proto_tree *tree = proto_item_add_subtree(item, ett_synfate);

    open_once(parent);
    proto_item_set_generated(item);
    proto_item *verdict = show_verdict(v, tree, summary);
    show_call(v, tree);
    if (v->h != NULL) {
        show_old_connection(v, tree);
        show_time_wait(v, tree);
        show_comparison(v, tree);
    }
    show_states_of_attempt(v, tree);
    show_advice(v, tree);
    return verdict;
}

/* Items and texts cost more than all the tracking: they are made only for somebody who reads them. */
static void show_note(const struct tracker *t, tvbuff_t *tvb, packet_info *pinfo, proto_tree *parent,
                      const struct note *note, bool read)
{
    struct frame_view v = { .t = t, .tvb = tvb, .pinfo = pinfo, .note = note, .a = tracker_attempt(t, note->attempt) };
    enum expert_kind kind;
    struct past past;

    if (!read && tracker_is_uneventful(t, note->attempt, pinfo->fd->visited) && !chats_are_read(pinfo))
        return;
    v.h = tracker_past(t, v.a, &past) ? &past : NULL;
    v.e = tracker_evidence(t, v.a);
    tracker_verdict(t, note->attempt, pinfo->fd->visited, &v.verdict);
    tracker_call_of(t, note->attempt, pinfo->fd->visited, &v.verdict, &v.call);
    bool is_bad = call_failed(&v.call) || call_was_late(&v.call);
    bool has_expert = choose_expert(&v, &kind);
    if (has_expert && !read && expert_row(kind)->severity == SEVERITY_CHAT)
        has_expert = chats_are_read(pinfo);
    if (!read && !has_expert && !(is_bad && prefs_append_info()))
        return;

    GString *summary = g_string_new(NULL);
    tracker_summary(t, note->attempt, &v.verdict, summary);
    proto_item *item = read ? show_items(&v, parent, summary->str) : NULL;
    if (has_expert)
        expert_add_info_format(pinfo, item, &experts[kind], "%s", summary->str);
    if (is_bad && prefs_append_info()) /* first: of a repeated SYN, TCP's own remarks fill the column */
        col_prepend_fstr(pinfo->cinfo, COL_INFO, "[%s] ", summary->str);
    g_string_free(summary, TRUE);
}

enum { ALARMS_SHOWN = 8 };

static void show_alarm(const struct tracker *t, tvbuff_t *tvb, packet_info *pinfo, proto_tree *parent, uint32_t attempt,
                       uint32_t more)
{
    const struct attempt *a = tracker_attempt(t, attempt);
    GString *text = g_string_new("SYN not answered for 3 s: ");
    struct tcp_address client, server;
    uint8_t family = tracker_addresses(t, a, &client, &server);
    struct frame_view v = { .t = t, .tvb = tvb, .pinfo = pinfo };

    append_address(text, family, &client, true);
    g_string_append(text, " -> ");
    append_address(text, family, &server, true);
    if (more > 0)
        g_string_append_printf(text, "; and %u more", more);
    proto_item *item = proto_tree_add_protocol_format(parent, proto_synfate, tvb, 0, 0, "SYN fate: %s", text->str);
    proto_tree *tree = proto_item_add_subtree(item, ett_synfate);
    proto_item_set_generated(item);
    add_link(&v, tree, field.alarm, a->frame[SYN_FIRST]);
    expert_add_info_format(pinfo, item, &experts[EXPERT_NO_ANSWER], "%s", text->str);
    g_string_free(text, TRUE);
}

/* A frame that is read again is looked at by somebody who can see what came later. */
static void show_alarms(const struct tracker *t, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    uint32_t n;
    const uint32_t *attempts = tracker_alarms(t, &n);

    for (uint32_t i = 0; i < n && i < ALARMS_SHOWN && !pinfo->fd->visited; i++)
        show_alarm(t, tvb, pinfo, tree, attempts[i], i == ALARMS_SHOWN - 1 ? n - ALARMS_SHOWN : 0);
}

/* A segment without an attempt shows its states only. */
static void show_plain(const struct tracker *t, tvbuff_t *tvb, packet_info *pinfo, proto_tree *parent)
{
    enum tcp_state src, dst;

    tracker_states(t, pinfo->num, &src, &dst);
    if (src == STATE_UNKNOWN && dst == STATE_UNKNOWN)
        return;
    proto_item *item = proto_tree_add_protocol_format(parent, proto_synfate, tvb, 0, 0, "SYN fate");
    proto_item_set_generated(item);
    show_states(t, tvb, pinfo, proto_item_add_subtree(item, ett_synfate), item);
}

/* Whether anything can come of items in this tree: it is displayed, or a filter, column or rule asks for a field. */
static bool is_read(proto_tree *tree)
{
    if (proto_expert_info == -1) /* Wireshark registers it after the plugins */
        proto_expert_info = proto_get_id_by_filter_name("_ws.expert");
    return proto_field_is_referenced(tree, proto_synfate) || proto_field_is_referenced(tree, proto_expert_info);
}

void details_show(const struct tracker *t, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                  const struct note *notes, size_t n)
{
    bool read = tree != NULL && is_read(tree);

    pinfo->current_proto = "SYN fate"; /* whose the expert infos are */
    for (size_t i = 0; i < n; i++)
        show_note(t, tvb, pinfo, tree, &notes[i], read);
    if (n == 0 && read)
        show_plain(t, tvb, pinfo, tree);
    if (read)
        show_alarms(t, tvb, pinfo, tree);
}
