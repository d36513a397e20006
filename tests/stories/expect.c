/* expect.c - checks what a story expects: of an attempt ("=> FATE CAUSE ..."), and of a frame
 *
 * A word that may stand in such a line is a row of one of the two tables below.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "play.h"

/* The attempt that a line is about, and what the line says of it so far. */
struct expectation {
    struct play *p;
    const struct tracker *t;
    const struct pair *pair; /* whose numbers have names */
    uint32_t record;         /* 0: there is none */
    const struct attempt *attempt;
    struct verdict verdict;
    bool so_far; /* the capture goes on */
    struct story_verdict said;
};

/* ---- comparisons ---- */

static void compare_text(struct play *p, const char *what, const char *expected, const char *found)
{
    if (strcmp(expected, found == NULL ? "-" : found) != 0)
        play_differs(p, what, expected, found == NULL ? "-" : found);
}

static void compare_number(struct play *p, const char *what, uint64_t expected, uint64_t found)
{
    char a[24], b[24];

    g_snprintf(a, sizeof a, "%" G_GUINT64_FORMAT, (guint64)expected);
    g_snprintf(b, sizeof b, "%" G_GUINT64_FORMAT, (guint64)found);
    compare_text(p, what, a, b);
}

/* Of two copies it may be either. */
static void compare_frame(struct play *p, const char *what, uint32_t expected, uint32_t found)
{
    if (!(p->way->twice && expected != 0 && found == expected + 1))
        compare_number(p, what, expected, found);
}

/* Times are compared only where each frame is captured once: copies take time. */
static void compare_time(struct play *p, const char *what, const char *expected, int64_t found)
{
    const int64_t wanted = strcmp(expected, "-") == 0 ? -1 : play_time(p, expected);
    char text[32];

    if (p->stopped || p->way->twice || wanted == found)
        return;
    g_snprintf(text, sizeof text, "%.9f", (double)found / 1e9);
    play_differs(p, what, expected, found == -1 ? "-" : text);
}

static uint32_t frame_of(struct play *p, const char *label)
{
    gpointer frame;

    if (strcmp(label, "-") == 0)
        return 0;
    if (!g_hash_table_lookup_extended(p->frames, label, NULL, &frame)) {
        play_stop(p, "no packet is called \"%s\"", label);
        return 0;
    }
    return GPOINTER_TO_UINT(frame);
}

/* The record of the attempt that a frame belongs to; 0: none. */
static uint32_t record_of(const struct tracker *t, uint32_t frame)
{
    size_t n;
    const struct note *notes = tracker_notes(t, frame, &n);

    return notes == NULL || n == 0 ? 0 : notes[0].attempt;
}

/* ---- texts for people ---- */

/* Replaces each end's address as played by the one that is written in the story. */
static char *as_written(const struct play *p, const char *text)
{
    char *out = g_strdup(text);

    for (guint i = 0; i < p->ends->len; i++) {
        const struct end *end = p->ends->pdata[i];
        GString *played = g_string_new(NULL), *written = g_string_new(NULL);
        append_address(played, end->family, &end->address, false);
        append_address(written, end->family, &end->written, false);
        char **parts = g_strsplit(out, played->str, -1);
        g_free(out);
        out = g_strjoinv(written->str, parts);
        g_strfreev(parts);
        g_string_free(played, TRUE);
        g_string_free(written, TRUE);
    }
    return out;
}

static void check_text(struct play *p, const char *what, const char *text, const char *wanted, bool there)
{
    char *written = as_written(p, text);

    if (wanted[0] == '"')
        wanted++;
    if ((strstr(written, wanted) != NULL) != there) {
        char *expected = g_strdup_printf("%s \"%s\"", there ? "one with" : "one without", wanted);
        char *found = g_strdup_printf("\"%s\"", written);
        play_differs(p, what, expected, found);
        g_free(expected);
        g_free(found);
    }
    g_free(written);
}

static void check_summary(struct expectation *e, const char *wanted, bool there)
{
    GString *text = g_string_new(NULL);

    tracker_summary(e->t, e->record, &e->verdict, text);
    check_text(e->p, "the summary", text->str, wanted, there);
    g_string_free(text, TRUE);
}

static void check_advice(struct expectation *e, const char *wanted, bool there)
{
    const struct verdict_row *row = verdict_row(e->verdict.fate, e->verdict.cause);

    check_text(e->p, "the advice", row == NULL ? "" : row->advice, wanted, there);
}

/* ---- words about an attempt ---- */

static void word_observed(struct expectation *e, const char *argument)
{
    (void)argument;
    e->said.inferred = false;
}

static void word_inferred(struct expectation *e, const char *argument)
{
    (void)argument;
    e->said.inferred = true;
}

static void word_delayed(struct expectation *e, const char *argument)
{
    (void)argument;
    e->said.delayed = true;
}

static void word_retries(struct expectation *e, const char *argument)
{
    e->said.retries = play_count(e->p, argument);
}

static void word_decided_by(struct expectation *e, const char *argument)
{
    e->said.decided_by = frame_of(e->p, argument);
}

static void word_so_far(struct expectation *e, const char *argument)
{
    (void)argument;
    e->so_far = true;
    tracker_verdict(e->t, e->record, false, &e->verdict);
}

static void word_not_as_rules(struct expectation *e, const char *argument)
{
    compare_text(e->p, "whether it is as the rules are", argument, e->verdict.not_as_rules ? "yes" : "no");
}

static void word_decided_at(struct expectation *e, const char *argument)
{
    const char *found = e->verdict.from_twin ? "point" : e->verdict.from_leg ? "leg" : "here";

    compare_text(e->p, "where it is decided", argument, found);
}

static void word_connect(struct expectation *e, const char *argument)
{
    compare_time(e->p, "the connect time", argument, e->verdict.connect_time);
}

static void word_wait(struct expectation *e, const char *argument)
{
    compare_time(e->p, "the waiting time", argument, e->verdict.wait);
}

static void word_number(struct expectation *e, const char *argument)
{
    compare_number(e->p, "the attempt's number", play_count(e->p, argument), e->attempt->number);
}

static void word_use(struct expectation *e, const char *argument)
{
    compare_number(e->p, "the use", play_count(e->p, argument), e->attempt->use);
}

static void word_other_host(struct expectation *e, const char *argument)
{
    compare_text(e->p, "whether it is another host", argument,
                 signs_suffice(tracker_other_host_signs(e->t, e->record)) ? "yes" : "no");
}

/* Such as clock,ttl; - is none. */
static void word_signs(struct expectation *e, const char *argument)
{
    static const char *const names[] = { "clock", "ttl", "options", "sizes", "leg" };
    const uint8_t signs = tracker_other_host_signs(e->t, e->record);
    GString *found = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (signs >> i & 1)
            g_string_append_printf(found, "%s%s", found->len > 0 ? "," : "", names[i]);
    compare_text(e->p, "the signs of another host", argument, found->len > 0 ? found->str : "-");
    g_string_free(found, TRUE);
}

static void word_leg(struct expectation *e, const char *argument)
{
    compare_frame(e->p, "the other leg", frame_of(e->p, argument), tracker_leg(e->t, e->attempt->first_frame));
}

/* The client's end before the translation, of the old connection and of this attempt. */
static void compare_client(struct expectation *e, const char *what, bool found, const struct tcp_address *client,
                           const char *argument)
{
    const char *name = "-";

    for (guint i = 0; found && i < e->p->ends->len; i++) {
        const struct end *end = e->p->ends->pdata[i];
        if (end->address.port == client->port && same_ip(end->family, end->address.ip, client->ip))
            name = end->name;
    }
    compare_text(e->p, what, argument, name);
}

static void word_client(struct expectation *e, const char *argument)
{
    struct tcp_address client;
    const bool found = tracker_new_leg(e->t, e->record, &client);

    compare_client(e, "the client", found, &client, argument);
}

static void word_old_client(struct expectation *e, const char *argument)
{
    struct tcp_address client;
    const bool found = tracker_old_leg(e->t, e->attempt, &client);

    compare_client(e, "the old connection's client", found, &client, argument);
}

/* What the engine keeps of the old connection; NULL: nothing. */
static const struct history *old_connection(const struct expectation *e)
{
    return tracker_history(e->t, e->attempt);
}

static void compare_old(struct expectation *e, const char *what, const char *argument, bool known, uint32_t found)
{
    char text[16];

    g_snprintf(text, sizeof text, "%u", found);
    char *expected = strcmp(argument, "-") == 0 ? g_strdup(argument)
                                                : g_strdup_printf("%u", play_number(e->p, e->pair, argument, 0));
    compare_text(e->p, what, expected, known ? text : "-");
    g_free(expected);
}

static void word_old_rcv_nxt(struct expectation *e, const char *argument)
{
    const struct history *h = old_connection(e);

    compare_old(e, "RCV.NXT", argument, h != NULL && h->flags & HISTORY_RCV_NXT, h == NULL ? 0 : h->rcv_nxt);
}

static void word_old_snd_nxt(struct expectation *e, const char *argument)
{
    const struct history *h = old_connection(e);

    compare_old(e, "SND.NXT", argument, h != NULL && h->flags & HISTORY_SND_NXT, h == NULL ? 0 : h->snd_nxt);
}

static void word_old_ts_recent(struct expectation *e, const char *argument)
{
    const struct history *h = old_connection(e);

    compare_old(e, "TS.Recent", argument, h != NULL && h->flags & HISTORY_TS_RECENT, h == NULL ? 0 : h->ts_recent);
}

static void word_old_first(struct expectation *e, const char *argument)
{
    const struct history *h = old_connection(e);

    compare_frame(e->p, "its first frame", frame_of(e->p, argument), h == NULL ? 0 : h->first);
}

static void word_old_last(struct expectation *e, const char *argument)
{
    const struct history *h = old_connection(e);

    compare_frame(e->p, "its last frame", frame_of(e->p, argument), h == NULL ? 0 : h->last);
}

static void word_closed_in(struct expectation *e, const char *argument)
{
    const struct history *h = old_connection(e);

    compare_frame(e->p, "its first FIN or RST", frame_of(e->p, argument), h == NULL ? 0 : h->closed_in);
}

static void word_stray(struct expectation *e, const char *argument)
{
    const struct trouble *trouble = tracker_trouble(e->t, e->attempt);

    compare_frame(e->p, "the answer from elsewhere", frame_of(e->p, argument),
                  trouble == NULL ? 0 : trouble->stray_frame);
}

static void word_twin(struct expectation *e, const char *argument)
{
    compare_text(e->p, "whether it is counted elsewhere", argument, e->attempt->flags & ATTEMPT_TWIN ? "yes" : "no");
}

static void word_point(struct expectation *e, const char *argument)
{
    compare_text(e->p, "the capture point", argument, tracker_point_name(e->t, tracker_point(e->t, e->attempt)));
}

static void word_summary(struct expectation *e, const char *argument)
{
    check_summary(e, argument, true);
}

static void word_no_summary(struct expectation *e, const char *argument)
{
    check_summary(e, argument, false);
}

static void word_advice(struct expectation *e, const char *argument)
{
    check_advice(e, argument, true);
}

static void word_no_advice(struct expectation *e, const char *argument)
{
    check_advice(e, argument, false);
}

static void word_attempts(struct expectation *e, const char *argument)
{
    compare_number(e->p, "the number of attempts", play_count(e->p, argument), tracker_attempts(e->t));
}

/* The first ones say what is compared with a fate and a cause. */
enum { WORDS_OF_VERDICT = 5 };

static const struct {
    const char *word;
    bool has_argument;
    void (*check)(struct expectation *e, const char *argument);
} attempt_words[] = {
    { "observed", false, word_observed },
    { "inferred", false, word_inferred },
    { "delayed", false, word_delayed },
    { "retries", true, word_retries },
    { "decided_by", true, word_decided_by },
    { "so_far", false, word_so_far },
    { "not_as_rules", true, word_not_as_rules },
    { "decided_at", true, word_decided_at },
    { "connect", true, word_connect },
    { "wait", true, word_wait },
    { "number", true, word_number },
    { "use", true, word_use },
    { "other_host", true, word_other_host },
    { "signs", true, word_signs },
    { "leg", true, word_leg },
    { "client", true, word_client },
    { "old_client", true, word_old_client },
    { "rcv_nxt", true, word_old_rcv_nxt },
    { "snd_nxt", true, word_old_snd_nxt },
    { "ts_recent", true, word_old_ts_recent },
    { "old_first", true, word_old_first },
    { "old_last", true, word_old_last },
    { "closed_in", true, word_closed_in },
    { "stray", true, word_stray },
    { "twin", true, word_twin },
    { "point", true, word_point },
    { "summary", true, word_summary },
    { "no_summary", true, word_no_summary },
    { "advice", true, word_advice },
    { "no_advice", true, word_no_advice },
    { "attempts", true, word_attempts },
};

static void check_word(struct expectation *e, char ***words)
{
    const char *word = *(*words)++;
    size_t i = 0;

    while (i < G_N_ELEMENTS(attempt_words) && strcmp(attempt_words[i].word, word) != 0)
        i++;
    if (i == G_N_ELEMENTS(attempt_words)) {
        play_stop(e->p, "nothing is known of \"%s\"", word);
        return;
    }
    const char *argument = attempt_words[i].has_argument ? play_argument(e->p, words) : NULL;
    if (e->p->stopped)
        return;
    if (e->record == 0 && strcmp(word, "attempts") != 0)
        play_stop(e->p, "there is no attempt");
    else if (i < WORDS_OF_VERDICT && e->said.fate[0] == '\0')
        play_stop(e->p, "%s comes behind a fate and a cause", word);
    else
        attempt_words[i].check(e, argument);
}

/* A fate and a cause: then all that is not said is checked too. */
static void check_verdict(struct expectation *e)
{
    struct play *p = e->p;
    const struct verdict *v = &e->verdict;
    char *expected = g_strdup_printf("%s %s", e->said.fate, e->said.cause);
    char *found = g_strdup_printf("%s %s", fate_token(v->fate), cause_token(v->cause));

    compare_text(p, "the verdict", expected, found);
    g_free(expected);
    g_free(found);
    compare_text(p, "the basis", e->said.inferred ? "inferred" : "observed", v->inferred ? "inferred" : "observed");
    compare_text(p, "whether it is delayed", e->said.delayed ? "yes" : "no", v->delayed ? "yes" : "no");
    compare_number(p, "the number of retries", e->said.retries, e->attempt->retries);
    compare_frame(p, "the deciding frame", e->said.decided_by, v->decided_by);
    e->said.attempt = e->record;
    e->said.syn = e->attempt->first_frame;
    if (p->listener != NULL && p->listener->verdict != NULL)
        p->listener->verdict(p->listener->user, &e->said);
}

static bool is_fate(const char *word)
{
    for (int fate = 0; fate < FATE_COUNT; fate++)
        if (strcmp(fate_token((enum fate)fate), word) == 0)
            return true;
    return false;
}

static void choose_attempt(struct expectation *e, const char *label)
{
    gpointer decides = g_hash_table_lookup(e->p->frames, "");

    if (label == NULL) {
        e->record = tracker_attempts(e->t);
        e->said.decided_by = GPOINTER_TO_UINT(decides);
    } else {
        char *name = g_strndup(label, strlen(label) - 1);
        e->record = record_of(e->t, frame_of(e->p, name));
        g_free(name);
    }
    if (e->record != 0) {
        e->attempt = tracker_attempt(e->t, e->record);
        tracker_verdict(e->t, e->record, true, &e->verdict);
    }
}

/* => [LABEL:] [FATE CAUSE] [word]...: about the attempt of a labelled packet, or the last one. */
void expect_line(struct play *p, char **words)
{
    struct expectation e = { .p = p, .t = play_tracker(p), .pair = play_pair(p, p->left, p->right) };
    const bool labelled = *words != NULL && g_str_has_suffix(*words, ":");

    if (p->repeats > 0)
        return;
    choose_attempt(&e, labelled ? *words++ : NULL);
    const bool judged = *words != NULL && is_fate(*words);
    if (judged) {
        g_strlcpy(e.said.fate, *words++, sizeof e.said.fate);
        g_strlcpy(e.said.cause, play_argument(p, &words), sizeof e.said.cause);
    }
    while (*words != NULL && !p->stopped)
        check_word(&e, &words);
    if (!p->stopped && judged && e.record == 0)
        play_stop(p, "there is no attempt");
    else if (!p->stopped && judged)
        check_verdict(&e);
}

/* ---- words about a frame ---- */

static void check_states(struct play *p, const char *expected, uint32_t frame)
{
    enum tcp_state src, dst;

    tracker_states(p->t, frame, &src, &dst);
    const char *src_name = tcp_state_name(src), *dst_name = tcp_state_name(dst);
    char *found = g_strdup_printf("%s/%s", src_name == NULL ? "-" : src_name, dst_name == NULL ? "-" : dst_name);
    compare_text(p, "the states", expected, found);
    g_free(found);
}

static void check_clock(struct play *p, const struct packet *packet, const struct note *note)
{
    const struct time_wait_clock *clock = note == NULL ? NULL : tracker_time_wait(p->t, note);

    if (packet->time_wait != NULL)
        compare_time(p, "the age of TIME_WAIT", packet->time_wait, clock == NULL ? -1 : clock->elapsed);
    if (packet->restarts != NULL)
        compare_number(p, "the number of restarts", play_count(p, packet->restarts),
                       clock == NULL ? 0 : clock->restarts);
}

static void add_label(struct play *p, const char *label, uint32_t frame)
{
    if (p->repeats == 0)
        g_hash_table_insert(p->frames, g_strdup(label), GUINT_TO_POINTER(frame));
}

void expect_of_frame(struct play *p, const struct packet *packet, uint32_t frame)
{
    size_t n;
    const struct note *note = tracker_notes(p->t, frame, &n);

    if (packet->decides)
        add_label(p, "", frame);
    if (packet->label != NULL)
        add_label(p, packet->label, frame);
    if (p->repeats > 0)
        return;
    if (packet->predicts != NULL)
        compare_text(p, "the prediction", packet->predicts,
                     note == NULL ? NULL : peer_answer_name((enum peer_answer)note->predicted));
    if (packet->syn_number != NULL)
        compare_number(p, "the number of the SYN", play_count(p, packet->syn_number),
                       note == NULL ? 0 : note->syn_number);
    if (packet->copy)
        compare_text(p, "whether it is a copy", "yes", note != NULL && note->role == NOTE_DUPLICATE ? "yes" : "no");
    if (packet->states != NULL)
        check_states(p, packet->states, frame);
    check_clock(p, packet, note);
}
