/* test_notes.c - what is remembered for each frame: attempts, and what becomes of a frame that is not in the file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segments.h"

static const struct note *only_note(const struct scene *s, uint32_t frame)
{
    size_t n = 0;
    const struct note *note = tracker_notes(s->t, frame, &n);

    g_assert_nonnull(note);
    g_assert_cmpuint(n, ==, 1);
    return note;
}

static void assert_note(const struct scene *s, uint32_t frame, uint32_t attempt, enum note_role role,
                        unsigned syn_number)
{
    const struct note *note = only_note(s, frame);

    g_assert_cmpuint(note->attempt, ==, attempt);
    g_assert_cmpint(note->role, ==, role);
    g_assert_cmpuint(note->syn_number, ==, syn_number);
}

static bool has_notes(const struct scene *s, uint32_t frame)
{
    size_t n;

    return tracker_notes(s->t, frame, &n) != NULL;
}

static uint32_t syn(struct scene *s, uint32_t isn, uint32_t tsval)
{
    wait_ms(s, 1000);
    return CLIENT(s, .flags = TCP_SYN, .seq = isn, .tsval = tsval, .wscale = 7);
}

static void test_roles(struct scene *s)
{
    g_assert_null(tracker_last_note(s->t));
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    syn(s, C_ISN, C_TS + 1000);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS + 1000);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS + 1000, .payload = 10);
    assert_note(s, 1, 1, NOTE_SYN, 1);
    assert_note(s, 2, 1, NOTE_DUPLICATE, 0);
    assert_note(s, 3, 1, NOTE_SYN, 2);
    assert_note(s, 4, 1, NOTE_ANSWER, 0);
    assert_note(s, 5, 1, NOTE_ANSWER, 0);
    g_assert_false(has_notes(s, 6)); /* data is not notable */
    g_assert_false(has_notes(s, 0));
    g_assert_false(has_notes(s, 7));
    g_assert_true(tracker_last_note(s->t) == only_note(s, 5));
}

/* A tunnel may carry several segments in one frame. */
static void test_two_segments_in_a_frame(struct scene *s)
{
    size_t n = 0;

    next_frame(s);
    for (uint16_t i = 0; i < 2; i++) {
        struct segment seg = { .seen = s->now, .family = 4, .src = s->client, .dst = s->server, .flags = TCP_SYN };
        seg.src.port += i;
        seg.seq = 100U + i;
        tracker_segment(s->t, &seg);
    }
    const struct note *notes = tracker_notes(s->t, 1, &n);
    g_assert_cmpuint(n, ==, 2);
    g_assert_cmpuint(notes[0].attempt, ==, 1);
    g_assert_cmpuint(notes[1].attempt, ==, 2);
}

/* The clock is found for the attempt that is asked about. */
static void test_clock_of_another_attempt(struct scene *s)
{
    struct note other;

    closed_by_server(s);
    other = *only_note(s, syn(s, S_RCV_NXT + 1000, C_FIN_TS - 5000));
    g_assert_nonnull(tracker_time_wait(s->t, &other));
    other.attempt++;
    g_assert_null(tracker_time_wait(s->t, &other));
}

static void assert_states(const struct scene *s, uint32_t frame, enum tcp_state src, enum tcp_state dst)
{
    enum tcp_state got_src, got_dst;

    tracker_states(s->t, frame, &got_src, &got_dst);
    g_assert_cmpstr(tcp_state_name(got_src), ==, tcp_state_name(src));
    g_assert_cmpstr(tcp_state_name(got_dst), ==, tcp_state_name(dst));
}

/* Frames without TCP in between have no states. */
static void test_frames_between(struct scene *s)
{
    handshake(s);
    for (int i = 0; i < 100; i++) {
        next_frame(s);
        tracker_other_packet(s->t, &s->now, 4, s->client.ip, false);
    }
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .payload = 1);
    assert_states(s, 50, STATE_UNKNOWN, STATE_UNKNOWN);
    assert_states(s, 104, STATE_ESTABLISHED, STATE_ESTABLISHED);
}

/* ---- a read filter: the frame before is not in the file ---- */

static void test_hidden_frame_has_no_notes(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    hide_last_frame(s);
    next_frame(s);
    tracker_other_packet(s->t, &s->now, 4, s->client.ip, false);
    g_assert_false(has_notes(s, 2));
    assert_states(s, 2, STATE_UNKNOWN, STATE_UNKNOWN);
    assert_note(s, 1, 1, NOTE_SYN, 1);
}

/* What a hidden frame showed still counts, but no number says it. */
static void test_hidden_frame_decides_without_a_number(struct scene *s)
{
    handshake(s);
    hide_last_frame(s);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .payload = 5);
    assert_verdict(s, 1, FATE_ESTABLISHED, CAUSE_OK, 0);
    s->client.port++;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = C_ISN + 1);
    hide_last_frame(s);
    next_frame(s);
    assert_verdict(s, 2, FATE_REFUSED, CAUSE_REFUSED_THOUGH_OPEN, 0);
}

static void test_hidden_clock(struct scene *s)
{
    closed_by_server(s);
    uint32_t frame = syn(s, S_RCV_NXT + 1000, C_FIN_TS - 5000);
    struct note note = *only_note(s, frame);
    hide_last_frame(s);
    next_frame(s);
    g_assert_false(has_notes(s, frame));
    g_assert_null(tracker_time_wait(s->t, &note));
}

/* The frame of the other leg has another frame's number now, or none. */
static void test_hidden_leg(void)
{
    const struct tcp_address inside = { .ip = { 192, 168, 0, 7 }, .port = 40000 };
    const struct tcp_address service = { .ip = { 192, 0, 2, 1 }, .port = 80 };

    for (unsigned hidden = 1; hidden <= 2; hidden++) {
        struct scene *s = scene_new(&LINUX);
        send_segment(s, &inside, &service, (struct segment){ .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS });
        if (hidden == 1)
            hide_last_frame(s);
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
        if (hidden == 2)
            hide_last_frame(s);
        next_frame(s);
        g_assert_cmpuint(sibling_after(s->t, 1, 1), ==, 2);
        g_assert_cmpuint(tracker_leg(s->t, 1), ==, 0);
        g_assert_cmpuint(tracker_leg(s->t, 2), ==, 0);
        scene_free(s);
    }
}

static const struct scene_test tests[] = {
    { "/notes/roles", test_roles },
    { "/notes/two_segments_in_a_frame", test_two_segments_in_a_frame },
    { "/notes/clock_of_another_attempt", test_clock_of_another_attempt },
    { "/notes/frames_between", test_frames_between },
    { "/notes/hidden_frame_has_no_notes", test_hidden_frame_has_no_notes },
    { "/notes/hidden_frame_decides_without_a_number", test_hidden_frame_decides_without_a_number },
    { "/notes/hidden_clock", test_hidden_clock },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_scene_tests(tests, G_N_ELEMENTS(tests));
    g_test_add_func("/notes/hidden_leg", test_hidden_leg);
    return g_test_run();
}
