/* expect.c - checks what a story expects: of an attempt ("=> FATE CAUSE ..."), and of a frame
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "observed.h"
#include "play.h"

/* The attempt that a line is about, and what the line says of it so far. */
struct expectation {
    struct play *p;
    struct judged judged;
    struct story_verdict said;
    bool so_far; /* the capture goes on: nothing for a reader of the whole of it */
};

/* ---- comparisons ---- */

static void compare_text(struct play *p, const char *what, const char *expected, const char *found)
{
    if (strcmp(expected, found) != 0)
        play_differs(p, what, expected, found);
}

static void compare_number(struct play *p, const char *what, uint32_t expected, uint32_t found)
{
    char a[16], b[16];

    g_snprintf(a, sizeof a, "%u", expected);
    g_snprintf(b, sizeof b, "%u", found);
    compare_text(p, what, a, b);
}

/* Times are compared only where each frame is captured once: copies take time. */
static void compare_time(struct play *p, const char *what, const char *expected, int64_t found)
{
    char text[32];

    g_snprintf(text, sizeof text, "%.9f", (double)found / 1e9);
    if (play_time(p, expected) != found && !p->way->twice)
        play_differs(p, what, expected, text);
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

static void compare_end(struct play *p, const char *what, const char *expected, const struct tcp_address *found)
{
    const char *name = "somebody else";

    for (guint i = 0; i < p->ends->len; i++) {
        const struct end *end = p->ends->pdata[i];
        if (end->address.port == found->port && same_ip(end->family, end->address.ip, found->ip))
            name = end->name;
    }
    compare_text(p, what, expected, name);
}

/* ---- texts for people ---- */

static char *replaced(const char *text, const char *from, const char *to)
{
    char **parts = g_strsplit(text, from, -1);
    char *out = g_strjoinv(to, parts);

    g_strfreev(parts);
    return out;
}

/* Replaces each end's address as played by the one that is written in the story. */
static char *as_written(const struct play *p, const char *text)
{
    char *out = g_strdup(text);

    for (guint i = 0; i < p->ends->len; i++) {
        const struct end *end = p->ends->pdata[i];
        GString *played = g_string_new(NULL), *written = g_string_new(NULL);
        append_address(played, end->family, &end->address, false);
        append_address(written, end->family, &end->written, false);
        char *before = out;
        out = replaced(before, played->str, written->str);
        g_free(before);
        g_string_free(played, TRUE);
        g_string_free(written, TRUE);
    }
    return out;
}

/* As with times, a whole text is compared only where each frame is captured once. */
static void check_text(struct play *p, const struct observed_row *row, const char *wanted, const char *text)
{
    const char *how = row->kind == FACT_WITH ? "one with " : row->kind == FACT_WITHOUT ? "one without " : "";
    char *written = as_written(p, text);

    wanted += wanted[0] == '"' ? 1 : 0;
    const bool good = row->kind == FACT_TEXT ? p->way->twice || strcmp(written, wanted) == 0
                                             : (strstr(written, wanted) != NULL) == (row->kind == FACT_WITH);
    if (!good) {
        char *expected = g_strdup_printf("%s\"%s\"", how, wanted);
        char *found = g_strdup_printf("\"%s\"", written);
        play_differs(p, row->what, expected, found);
        g_free(expected);
        g_free(found);
    }
    g_free(written);
}

/* ---- attempts ---- */

static void compare_fact(struct play *p, const struct observed_row *row, const char *expected,
                         const struct observed *found)
{
    if (row->kind == FACT_FRAME) {
        compare_number(p, row->what, frame_of(p, expected), (uint32_t)found->number);
    } else if (row->kind == FACT_TEXT || row->kind == FACT_WITH || row->kind == FACT_WITHOUT) {
        check_text(p, row, expected, found->text->str);
    } else if (found->none || strcmp(expected, "-") == 0) {
        if (!found->none || strcmp(expected, "-") != 0)
            play_differs(p, row->what, expected, found->none ? "-" : "known");
    } else if (row->kind == FACT_NUMBER) {
        const struct pair *pair = play_pair(p, p->left, p->right);
        compare_number(p, row->what, play_number(p, pair, expected, 0), (uint32_t)found->number);
    } else if (row->kind == FACT_YES) {
        compare_text(p, row->what, expected, found->number != 0 ? "yes" : "no");
    } else if (row->kind == FACT_TIME) {
        compare_time(p, row->what, expected, found->number);
    } else if (row->kind == FACT_END) {
        compare_end(p, row->what, expected, &found->address);
    } else {
        compare_text(p, row->what, expected, found->text->str);
    }
}

static void check_fact(struct expectation *e, const char *word, char ***words)
{
    const struct observed_row *row = observed_row(word);

    if (row == NULL) {
        play_stop(e->p, "nothing is known of \"%s\"", word);
        return;
    }
    const char *expected = play_argument(e->p, words);
    if (e->judged.record == 0)
        play_stop(e->p, "there is no attempt");
    if (e->p->stopped)
        return;
    struct observed fact = { .text = g_string_new(NULL) };
    row->get(&e->judged, &fact);
    compare_fact(e->p, row, expected, &fact);
    g_string_free(fact.text, TRUE);
}

/* What is compared together with a fate and a cause. Returns false if the word is none of these. */
static bool read_verdict_word(struct expectation *e, const char *word, char ***words)
{
    if (strcmp(word, "observed") == 0 || strcmp(word, "inferred") == 0)
        e->said.inferred = word[0] == 'i';
    else if (strcmp(word, "delayed") == 0)
        e->said.delayed = true;
    else if (strcmp(word, "retries") == 0)
        e->said.retries = play_count(e->p, play_argument(e->p, words));
    else if (strcmp(word, "decided_by") == 0)
        e->said.decided_by = frame_of(e->p, play_argument(e->p, words));
    else if (strcmp(word, "so_far") == 0 && e->judged.record != 0) {
        tracker_verdict(e->judged.t, e->judged.record, false, &e->judged.verdict);
        e->so_far = true;
    } else
        return false;
    if (e->said.fate[0] == '\0')
        play_stop(e->p, "%s comes behind a fate and a cause", word);
    return true;
}

static void check_word(struct expectation *e, char ***words)
{
    const char *word = *(*words)++;

    if (strcmp(word, "attempts") == 0)
        compare_number(e->p, "the number of attempts", play_count(e->p, play_argument(e->p, words)),
                       tracker_attempts(e->judged.t));
    else if (!read_verdict_word(e, word, words))
        check_fact(e, word, words);
}

/* A fate and a cause: then all that is not said is checked too. */
static void check_verdict(struct expectation *e)
{
    struct play *p = e->p;
    const struct verdict *v = &e->judged.verdict;
    char *expected = g_strdup_printf("%s %s", e->said.fate, e->said.cause);
    char *found = g_strdup_printf("%s %s", fate_token(v->fate), cause_token(v->cause));

    compare_text(p, "the verdict", expected, found);
    g_free(expected);
    g_free(found);
    compare_text(p, "the basis", e->said.inferred ? "inferred" : "observed", v->inferred ? "inferred" : "observed");
    compare_text(p, "whether it is delayed", e->said.delayed ? "yes" : "no", v->delayed ? "yes" : "no");
    compare_number(p, "the number of retries", e->said.retries, e->judged.attempt->retries);
    compare_number(p, "the deciding frame", e->said.decided_by, v->decided_by);
    e->said.syn = e->judged.attempt->frame[SYN_FIRST];
    if (!e->so_far && p->listener != NULL && p->listener->verdict != NULL)
        p->listener->verdict(p->listener->user, &e->said);
}

static bool is_fate(const char *word)
{
    for (int fate = 0; fate < FATE_COUNT; fate++)
        if (strcmp(fate_token((enum fate)fate), word) == 0)
            return true;
    return false;
}

static bool is_verdict(const char *fate, const char *cause)
{
    const struct verdict_row *row;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++)
        if (strcmp(fate_token(row->fate), fate) == 0 && strcmp(cause_token(row->cause), cause) == 0)
            return true;
    return false;
}

/* The record of the attempt that a frame belongs to; 0: none. */
static uint32_t record_of(const struct tracker *t, uint32_t frame)
{
    size_t n;
    const struct note *notes = tracker_notes(t, frame, &n);

    return notes == NULL || n == 0 ? 0 : notes[0].attempt;
}

static void choose_attempt(struct expectation *e, const char *label)
{
    struct judged *j = &e->judged;

    if (label == NULL) {
        j->record = tracker_attempts(j->t);
        e->said.decided_by = GPOINTER_TO_UINT(g_hash_table_lookup(e->p->frames, DECIDES));
    } else {
        char *name = g_strndup(label, strlen(label) - 1);
        j->record = record_of(j->t, frame_of(e->p, name));
        g_free(name);
    }
    if (j->record != 0) {
        j->attempt = tracker_attempt(j->t, j->record);
        tracker_verdict(j->t, j->record, true, &j->verdict);
    }
}

/* => [LABEL:] [FATE CAUSE] [word]...: about the attempt of a labelled packet, or the last one. */
void expect_line(struct play *p, char **words)
{
    struct expectation e = { .p = p, .judged.t = play_tracker(p) };
    const bool labelled = *words != NULL && g_str_has_suffix(*words, ":");

    choose_attempt(&e, labelled ? *words++ : NULL);
    if (*words == NULL)
        play_stop(p, "nothing is expected of it");
    const bool judged = *words != NULL && is_fate(*words);
    if (judged) {
        g_strlcpy(e.said.fate, *words++, sizeof e.said.fate);
        g_strlcpy(e.said.cause, play_argument(p, &words), sizeof e.said.cause);
        if (!is_verdict(e.said.fate, e.said.cause))
            play_stop(p, "there is no verdict \"%s %s\"", e.said.fate, e.said.cause);
    }
    while (*words != NULL && !p->stopped)
        check_word(&e, &words);
    if (judged && e.judged.record == 0)
        play_stop(p, "there is no attempt");
    else if (judged && !p->stopped)
        check_verdict(&e);
}

/* ---- frames ---- */

static void check_states(struct play *p, const char *expected, uint32_t frame)
{
    enum tcp_state src, dst;

    tracker_states(p->t, frame, &src, &dst);
    const char *src_name = tcp_state_name(src), *dst_name = tcp_state_name(dst);
    char *found = g_strdup_printf("%s/%s", src_name == NULL ? "-" : src_name, dst_name == NULL ? "-" : dst_name);
    compare_text(p, "the pair of states", expected, found);
    g_free(found);
}

static void check_clock(struct play *p, const struct packet *packet, const struct note *note)
{
    const struct time_wait_clock *clock = note == NULL ? NULL : tracker_time_wait(p->t, note);

    if (packet->time_wait == NULL && packet->restarts == NULL && packet->restarts_it == NULL)
        return;
    if (clock == NULL) {
        play_differs(p, "the peer's state", "TIME_WAIT", "another");
        return;
    }
    if (packet->time_wait != NULL)
        compare_time(p, "the age of TIME_WAIT", packet->time_wait, clock->elapsed);
    if (packet->restarts != NULL)
        compare_number(p, "the number of restarts", play_count(p, packet->restarts), clock->restarts);
    if (packet->restarts_it != NULL)
        compare_text(p, "whether it restarts TIME_WAIT", packet->restarts_it, clock->is_restarted ? "yes" : "no");
}

static void check_note(struct play *p, const struct packet *packet, const struct note *note)
{
    if (packet->predicts != NULL)
        compare_text(p, "the prediction", packet->predicts,
                     note == NULL ? "-" : peer_answer_name((enum peer_answer)note->predicted));
    if (packet->syn_number != NULL)
        compare_number(p, "the number of the SYN", play_count(p, packet->syn_number),
                       note == NULL ? 0 : note->syn_number);
    if (packet->copy)
        compare_text(p, "whether it is a copy", "yes", note != NULL && note->role == NOTE_DUPLICATE ? "yes" : "no");
}

/* What a beginning calls a frame may be said again, where a story uses it twice. */
static void name_frame(struct play *p, const char *label, gpointer frame)
{
    if (!stories_is_name(label))
        play_stop(p, "no packet can be called \"%s\"", label);
    else if (p->depth == 0 && g_hash_table_contains(p->frames, label))
        play_stop(p, "another packet is called \"%s\"", label);
    g_hash_table_insert(p->frames, g_strdup(label), frame);
}

void expect_of_frame(struct play *p, const struct packet *packet, uint32_t frame)
{
    size_t n;
    const struct note *note = tracker_notes(p->t, frame, &n);

    gpointer labelled = GUINT_TO_POINTER(packet->last_copy ? p->frame : frame);

    if (p->repeats > 0)
        return;
    if (packet->decides)
        g_hash_table_insert(p->frames, g_strdup(DECIDES), labelled);
    if (packet->label != NULL)
        name_frame(p, packet->label, labelled);
    check_note(p, packet, note);
    check_clock(p, packet, note);
    if (packet->states != NULL)
        check_states(p, packet->states, frame);
}
