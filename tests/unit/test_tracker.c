/* test_tracker.c - packet sequences and the verdict on the last attempt in them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segments.h"

/* A new connection on the old port pair: SYN with these numbers, which lie behind the old connection's unless added to. */
enum { NEW_C_ISN = S_RCV_NXT, NEW_C_TS = C_FIN_TS, NEW_S_ISN = 900000000 };

static uint32_t new_syn(struct scene *s, int32_t isn_delta, int32_t tsval_delta)
{
    wait_ms(s, 500);
    return CLIENT(s, .flags = TCP_SYN, .seq = NEW_C_ISN + (uint32_t)isn_delta,
                  .tsval = NEW_C_TS + (uint32_t)tsval_delta, .mss = 1460, .wscale = 7);
}

/* SYN/ACK and ACK for it; returns the ACK's frame. */
static uint32_t accept(struct scene *s, int32_t isn_delta, uint32_t server_isn)
{
    uint32_t isn = NEW_C_ISN + (uint32_t)isn_delta;

    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = server_isn, .ack = isn + 1, .tsval = S_TS + 99000, .wscale = 7);
    return CLIENT(s, .flags = TCP_ACK, .seq = isn + 1, .ack = server_isn + 1, .tsval = C_TS + 99000);
}

/* The client's RST for the rejecting ACK: seq = SEG.ACK, no timestamps. */
static void reset_old(struct scene *s)
{
    CLIENT(s, .flags = TCP_RST, .seq = S_RCV_NXT);
}

/* A challenge ACK of a live socket: its IP ID counts. */
static uint32_t challenge_ack(struct scene *s, uint32_t seq, uint32_t ack)
{
    return SERVER(s, .flags = TCP_ACK, .seq = seq, .ack = ack, .tsval = S_TS + 5000, .tsecr = C_TS, .has_ip_id = true,
                  .ip_id = 0x3735, .df = true);
}

/* ---- established ---- */

static uint32_t ok(struct scene *s)
{
    uint32_t ack = handshake(s);

    exchange(s);
    return ack;
}

static uint32_t syn_retransmitted(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    wait_ms(s, 1020);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS + 1020);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS + 1020);
}

static uint32_t synack_retransmitted(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS);
    wait_ms(s, 1020);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS + 1020);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS + 1020);
}

static uint32_t ack_retransmitted(struct scene *s)
{
    uint32_t ack = handshake(s);

    wait_ms(s, 1020);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS + 1020);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS + 1020);
    SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 1, .ack = C_ISN + 1, .tsval = S_TS + 1020, .payload = 40);
    return ack;
}

static uint32_t after_wrong_ack(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = 77, .ack = C_ISN - 4711);
    CLIENT(s, .flags = TCP_RST, .seq = C_ISN - 4711);
    wait_ms(s, 1000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
}

static uint32_t after_time_wait_reset(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 9000);
    new_syn(s, 1000, -5000);
    time_wait_ack(s);
    reset_old(s);
    wait_ms(s, 10);
    new_syn(s, 1000, -4990);
    return accept(s, 1000, NEW_S_ISN);
}

static uint32_t after_old_connection_reset(struct scene *s)
{
    handshake(s);
    exchange(s);
    wait_ms(s, 100000);
    new_syn(s, 700000, 100000);
    challenge_ack(s, S_ISN + 201, C_ISN + 101);
    CLIENT(s, .flags = TCP_RST, .seq = C_ISN + 101);
    wait_ms(s, 10);
    new_syn(s, 700000, 100010);
    return accept(s, 700000, NEW_S_ISN);
}

static uint32_t recycled_timestamp(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 9000);
    new_syn(s, -500, 9000);
    return accept(s, -500, S_SND_NXT + 65537);
}

/* The timestamp did not move on, the sequence number did. */
static uint32_t recycled_sequence(struct scene *s)
{
    closed_by_server(s);
    new_syn(s, 1000, 0);
    return accept(s, 1000, S_SND_NXT + 65537);
}

/* A first SYN is rejected, a later one has a newer timestamp than TS.Recent. */
static void rejected_then_newer(struct scene *s)
{
    new_syn(s, -500, -500);
    time_wait_ack(s);
    wait_ms(s, 1020);
    new_syn(s, -500, 520);
}

static uint32_t recycled_by_a_later_syn(struct scene *s)
{
    closed_by_server(s);
    rejected_then_newer(s);
    return accept(s, -500, S_SND_NXT + 65537);
}

/* Linux before 6.10 takes a new ISN, as for any connection: no RST was sent, so that the rules have let the SYN in. */
static uint32_t recycled_by_a_later_syn_before_6_10(struct scene *s)
{
    closed_by_server(s);
    rejected_then_newer(s);
    return accept(s, -500, NEW_S_ISN);
}

/* The old connection was not captured: its numbers are those of the rejecting ACK. */
static uint32_t recycled_by_a_later_syn_without_history(struct scene *s)
{
    rejected_then_newer(s);
    return accept(s, -500, NEW_S_ISN);
}

/* The same without the SYN/ACK: no RST was sent, and the rules let the later SYN in. */
static uint32_t recycled_by_a_later_syn_unanswered(struct scene *s)
{
    closed_by_server(s);
    rejected_then_newer(s);
    return CLIENT(s, .flags = TCP_ACK, .seq = NEW_C_ISN - 499, .ack = NEW_S_ISN + 1, .tsval = C_TS + 99000);
}

/* By the rules this TIME_WAIT takes no such SYN: the capture lacks what removed it. */
static uint32_t accepted_against_the_rules(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 5000);
    new_syn(s, 1000, -1000);
    return accept(s, 1000, NEW_S_ISN);
}

/* The SYN/ACK shows that TIME_WAIT was reopened; the number is not higher, so the timestamp must be newer. */
static uint32_t recycled_after_unseen_options(struct scene *s)
{
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 201, .tsval = C_FIN_TS);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 201, .ack = S_RCV_NXT);
    wait_ms(s, 5000);
    new_syn(s, 0, 5000);
    return accept(s, 0, S_SND_NXT + 65537);
}

static uint32_t time_wait_expired(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 63000);
    new_syn(s, -500, -5000);
    return accept(s, -500, NEW_S_ISN);
}

/* Near 60 s the ISN of the SYN/ACK decides. */
static void new_syn_at_60_s(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 60500);
    new_syn(s, 1000, 60000);
}

static uint32_t recycled_at_60_s(struct scene *s)
{
    new_syn_at_60_s(s);
    return accept(s, 1000, S_SND_NXT + 65537);
}

static uint32_t expired_at_60_s(struct scene *s)
{
    new_syn_at_60_s(s);
    return accept(s, 1000, NEW_S_ISN);
}

/* It does not end early, whatever ISN is taken. */
static uint32_t recycled_before_60_s(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 59300);
    new_syn(s, 1000, 59800);
    return accept(s, 1000, NEW_S_ISN);
}

/* What it would have rejected was accepted. */
static uint32_t expired_at_60_s_against_the_rules(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 60500);
    new_syn(s, -500, -500);
    return accept(s, -500, NEW_S_ISN);
}

/* Rejected until TIME_WAIT ran out. */
static uint32_t expired_under_retries(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 40000);
    new_syn(s, -500, 0);
    time_wait_ack(s);
    wait_ms(s, 31000);
    new_syn(s, -500, 0);
    return accept(s, -500, NEW_S_ISN);
}

static uint32_t reuse_after_close(struct scene *s)
{
    handshake(s);
    exchange(s);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 201, .tsval = C_FIN_TS);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 102, .tsval = S_FIN_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 102, .ack = S_ISN + 202, .tsval = C_FIN_TS);
    wait_ms(s, 5000);
    new_syn(s, 65537, 5000);
    return accept(s, 65537, NEW_S_ISN);
}

static uint32_t reuse_after_reset(struct scene *s)
{
    handshake(s);
    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = S_ISN + 1, .ack = C_ISN + 1);
    wait_ms(s, 5000);
    new_syn(s, -500, 5000);
    return accept(s, -500, NEW_S_ISN);
}

static uint32_t fast_open(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .payload = 29, .fast_open = true);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 30);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 30, .ack = S_ISN + 1);
}

static uint32_t simultaneous_open(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN, .seq = S_ISN);
    uint32_t decides_the_servers = CLIENT(s, .flags = TCP_SYN | TCP_ACK, .seq = C_ISN, .ack = S_ISN + 1);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
    return decides_the_servers;
}

/* RFC 9293, figure 8: bare ACKs complete it. */
static uint32_t simultaneous_open_with_one_syn_ack(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN, .seq = S_ISN);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
}

/* The answer was captured before the question. */
static uint32_t reordered_handshake(struct scene *s)
{
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    uint32_t last_before_the_syn = CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1) + s->copies - 1;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    return last_before_the_syn;
}

static uint32_t reordered_syn_ack(struct scene *s)
{
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
}

/* The capture lacks the server's side: the client goes on behind its SYN. */
static uint32_t one_sided_client(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
}

static uint32_t one_sided_client_on_a_used_port(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 63000);
    new_syn(s, 700000, 63000);
    return CLIENT(s, .flags = TCP_ACK, .seq = NEW_C_ISN + 700101, .ack = NEW_S_ISN + 1, .tsval = C_TS + 99000);
}

/* The capture lacks the client's side behind its SYN: the server's data show that it accepted. */
static uint32_t one_sided_server(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    return SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 1, .ack = C_ISN + 101, .payload = 10);
}

/* A split handshake: ACK and SYN/ACK come apart. */
static uint32_t split_handshake(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
}

/* The server forgot its first SYN/ACK (a SYN cookie, a proxy) and chose anew. */
static uint32_t server_chose_anew(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS);
    wait_ms(s, 1020);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS + 1020);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN + 777, .ack = C_ISN + 1, .tsval = S_TS + 1020);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 778, .tsval = C_TS + 1020);
}

/* The old connection's last ACK came late; the SYN/ACK follows at once: no rejection. */
static uint32_t overtaken(struct scene *s)
{
    closed_by_server(s);
    new_syn(s, 1000, 500);
    time_wait_ack(s);
    return accept(s, 1000, S_SND_NXT + 65537);
}

/* The same ISN, after the connection was closed, is another attempt. */
static uint32_t isn_reused(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 70000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS + 70000);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = NEW_S_ISN, .ack = C_ISN + 1, .tsval = S_TS + 70000);
    return CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = NEW_S_ISN + 1, .tsval = C_TS + 70000);
}

/* A keep-alive probe of the old connection is no answer to the SYN. */
static uint32_t keep_alive(struct scene *s)
{
    handshake(s);
    exchange(s);
    new_syn(s, 700000, 5000);
    SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 200, .ack = C_ISN + 101, .tsval = S_TS + 5);
    return accept(s, 700000, NEW_S_ISN);
}

/* ---- rejected ---- */

static uint32_t time_wait_paws(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 9000);
    new_syn(s, 352641030, -5000);
    uint32_t frame = time_wait_ack(s);
    wait_ms(s, 1020);
    new_syn(s, 352641030, -3980);
    time_wait_ack(s);
    return frame;
}

static uint32_t time_wait_sequence(struct scene *s)
{
    closed_by_server(s);
    new_syn(s, -500, 0);
    return time_wait_ack(s);
}

static uint32_t no_listener(struct scene *s)
{
    closed_by_server(s);
    new_syn(s, 1000, 500);
    uint32_t frame = time_wait_ack(s);
    wait_ms(s, 1020);
    new_syn(s, 1000, 1520);
    return frame;
}

/* Without history the ACK itself shows the numbers, and the IP ID that no socket made it. */
static uint32_t paws_without_history(struct scene *s)
{
    new_syn(s, 1000, -5000);
    return time_wait_ack(s);
}

static uint32_t sequence_without_history(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = S_RCV_NXT - 7);
    return SERVER(s, .flags = TCP_ACK, .seq = S_SND_NXT, .ack = S_RCV_NXT, .has_ip_id = true, .df = true);
}

static uint32_t unknown_by_socket(struct scene *s)
{
    new_syn(s, 1000, -5000);
    return challenge_ack(s, S_SND_NXT, S_RCV_NXT);
}

/* The capture cuts the SYN's timestamp: PAWS or sequence number, nobody knows. */
static uint32_t options_cut(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 500);
    CLIENT(s, .flags = TCP_SYN, .seq = NEW_C_ISN + 1000, .options_cut = true);
    return time_wait_ack(s);
}

static uint32_t old_established(struct scene *s)
{
    handshake(s);
    exchange(s);
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 201, C_ISN + 101);
}

/* The server's number counts no FIN, so that it is in no TIME_WAIT, whatever its IP ID. The capture lacks ... */
static uint32_t socketless_ack(struct scene *s, uint32_t seq, uint32_t ack)
{
    return SERVER(s, .flags = TCP_ACK, .seq = seq, .ack = ack, .tsval = S_TS + 5000, .tsecr = C_TS, .has_ip_id = true,
                  .df = true);
}

/* ... the SYN/ACK ... */
static uint32_t old_established_without_answer(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS, .mss = 1460, .wscale = 7);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS, .tsecr = S_TS);
    new_syn(s, 700000, -5000);
    return socketless_ack(s, S_ISN + 1, C_ISN + 1);
}

/* ... or the server's data. */
static uint32_t old_without_fin(struct scene *s)
{
    handshake(s);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS, .tsecr = S_TS, .payload = 100);
    new_syn(s, 700000, -5000);
    return socketless_ack(s, S_ISN + 201, C_ISN + 101);
}

static uint32_t old_close_wait(struct scene *s)
{
    handshake(s);
    exchange(s);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 201, .tsval = C_FIN_TS);
    SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 102, .tsval = S_FIN_TS);
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 201, C_ISN + 102);
}

static uint32_t old_last_ack(struct scene *s)
{
    handshake(s);
    exchange(s);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 201, .tsval = C_FIN_TS);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 102, .tsval = S_FIN_TS);
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 202, C_ISN + 102);
}

/* The last ACK is in the capture, but did not reach the server. */
static uint32_t old_last_ack_lost(struct scene *s)
{
    handshake(s);
    exchange(s);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 201, .tsval = C_FIN_TS);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 102, .tsval = S_FIN_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 102, .ack = S_ISN + 202, .tsval = C_FIN_TS);
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 202, C_ISN + 102);
}

static void server_fin(struct scene *s, uint32_t ack)
{
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 201, .ack = ack, .tsval = S_FIN_TS);
}

/* The FIN is repeated: nobody acknowledges it. */
static uint32_t old_fin_wait_1(struct scene *s)
{
    handshake(s);
    exchange(s);
    server_fin(s, C_ISN + 101);
    wait_ms(s, 205);
    server_fin(s, C_ISN + 101);
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 202, C_ISN + 101);
}

/* It was sent just now. */
static uint32_t old_fin_wait_1_for_a_moment(struct scene *s)
{
    handshake(s);
    exchange(s);
    server_fin(s, C_ISN + 101);
    wait_ms(s, 100);
    CLIENT(s, .flags = TCP_SYN, .seq = NEW_C_ISN + 700000, .tsval = NEW_C_TS + 5000);
    return challenge_ack(s, S_ISN + 202, C_ISN + 101);
}

/* It is not repeated: the capture lacks its acknowledgment. */
static uint32_t old_fin_acknowledged_unseen(struct scene *s)
{
    handshake(s);
    exchange(s);
    server_fin(s, C_ISN + 101);
    server_fin(s, C_ISN + 101); /* the copy that a mirror port makes */
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 202, C_ISN + 101);
}

static void closing(struct scene *s)
{
    handshake(s);
    exchange(s);
    server_fin(s, C_ISN + 101);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 201, .tsval = C_FIN_TS);
    SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 202, .ack = C_ISN + 102, .tsval = S_FIN_TS);
}

static uint32_t old_closing(struct scene *s)
{
    closing(s);
    wait_ms(s, 205);
    server_fin(s, C_ISN + 102);
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 202, C_ISN + 102);
}

/* The last ACK is missing, and TIME_WAIT answers: its ACK is made without a socket. */
static uint32_t old_closing_acknowledged_unseen(struct scene *s)
{
    closing(s);
    new_syn(s, 700000, -5000);
    return time_wait_ack(s);
}

static uint32_t old_fin_wait_2(struct scene *s)
{
    handshake(s);
    exchange(s);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 101, .tsval = S_FIN_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 202, .tsval = C_FIN_TS);
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 202, C_ISN + 101);
}

/* The client's FIN is in the capture, but the server's ACK shows that it did not get it. */
static uint32_t fin_did_not_arrive(struct scene *s)
{
    handshake(s);
    exchange(s);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 201, .tsval = C_FIN_TS);
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 201, C_ISN + 101);
}

static uint32_t second_fin_did_not_arrive(struct scene *s)
{
    handshake(s);
    exchange(s);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 101, .tsval = S_FIN_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 202, .tsval = C_FIN_TS);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 202, .tsval = C_FIN_TS);
    new_syn(s, 700000, 5000);
    return challenge_ack(s, S_ISN + 202, C_ISN + 101);
}

static void half_open(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS, .wscale = 7);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS, .wscale = 7, .window = 65000);
}

static uint32_t old_syn_received(struct scene *s)
{
    half_open(s);
    wait_ms(s, 1020);
    new_syn(s, 352641030, 1020);
    return SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 1, .ack = C_ISN + 1, .tsval = S_TS + 1020, .has_ip_id = true,
                  .df = true);
}

/* The half-open connection repeats its SYN/ACK, which does not acknowledge the new SYN. */
static uint32_t old_syn_received_by_syn_ack(struct scene *s)
{
    half_open(s);
    wait_ms(s, 1020);
    new_syn(s, 352641030, 1020);
    return SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS + 1020);
}

/* The SYN/ACK that follows the rejecting ACK shows which state made it. */
static uint32_t old_syn_received_without_history(struct scene *s)
{
    new_syn(s, 352641030, 1020);
    uint32_t frame =
        SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 1, .ack = C_ISN + 1, .tsval = S_TS, .has_ip_id = true, .df = true);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS + 1);
    return frame;
}

/* It was in SYN_RECEIVED without a capture of the old SYN, and nothing shows it. */
static uint32_t wrong_ack(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    uint32_t frame = SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = 77, .ack = C_ISN - 4711);
    CLIENT(s, .flags = TCP_RST, .seq = C_ISN - 4711);
    wait_ms(s, 1020);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = 77, .ack = C_ISN - 4711);
    return frame;
}

/* ---- refused, unreachable, aborted ---- */

static uint32_t closed_port(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    return SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = C_ISN + 1);
}

/* A server that has sent a SYN/ACK refuses no more: its RST ends what the capture shows only in part. */
static uint32_t reset_after_syn_ack(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = S_ISN + 1, .ack = C_ISN + 1);
    return 0;
}

static uint32_t refused_old_fin_wait_2(struct scene *s)
{
    handshake(s);
    exchange(s);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 101, .tsval = S_FIN_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 101, .ack = S_ISN + 202, .tsval = C_FIN_TS);
    new_syn(s, 1000, 5000);
    return SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = NEW_C_ISN + 1001);
}

static uint32_t refused_old_syn_received(struct scene *s)
{
    half_open(s);
    wait_ms(s, 1020);
    new_syn(s, 1000, 1020);
    return SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = NEW_C_ISN + 1001);
}

static uint32_t reset_in_path(struct scene *s)
{
    s->client.port++;
    handshake(s);
    s->client.port--;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 9);
    return SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = C_ISN + 10, .ttl = 254);
}

static uint32_t icmp(struct scene *s, enum icmp_kind kind)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    return send_icmp_error(s, kind, C_ISN);
}

static uint32_t icmp_net(struct scene *s)
{
    return icmp(s, ICMP_NET);
}

static uint32_t icmp_host(struct scene *s)
{
    return icmp(s, ICMP_HOST);
}

static uint32_t icmp_port(struct scene *s)
{
    return icmp(s, ICMP_PORT);
}

static uint32_t icmp_admin_prohibited(struct scene *s)
{
    return icmp(s, ICMP_ADMIN_PROHIBITED);
}

/* Of several errors the first counts. */
static uint32_t icmp_twice(struct scene *s)
{
    uint32_t first = icmp(s, ICMP_OTHER);

    send_icmp_error(s, ICMP_NET, C_ISN);
    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = C_ISN + 1);
    return first;
}

static uint32_t client_gave_up(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    wait_ms(s, 500);
    return CLIENT(s, .flags = TCP_RST, .seq = C_ISN + 1);
}

static uint32_t client_gave_up_after_syn_ack(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    return CLIENT(s, .flags = TCP_RST, .seq = C_ISN + 1);
}

/* ---- stuck, no answer, pending ---- */

static uint32_t accept_queue_full(struct scene *s)
{
    handshake(s);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS, .payload = 100);
    wait_ms(s, 1020);
    uint32_t frame = SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS + 1020);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS + 1020);
    return frame;
}

static uint32_t repeat_new_syn(struct scene *s, int32_t isn_delta, int32_t tsval_delta)
{
    for (int i = 0; i < 3; i++) {
        new_syn(s, isn_delta, tsval_delta + i);
        wait_ms(s, 1020);
    }
    return 0;
}

static uint32_t silent_paws(struct scene *s)
{
    closed_by_server(s);
    return repeat_new_syn(s, 1000, -5000);
}

/* It may be over: it is not known to be what keeps silent. */
static uint32_t silent_paws_after_60_s(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 60000);
    return repeat_new_syn(s, 1000, -5000);
}

static void repeat_old_sequence(struct scene *s)
{
    for (int i = 0; i < 2; i++) {
        wait_ms(s, 1020);
        CLIENT(s, .flags = TCP_SYN, .seq = NEW_C_ISN - 500);
    }
}

static uint32_t silent_sequence(struct scene *s)
{
    closed_by_server(s);
    repeat_old_sequence(s);
    return 0;
}

/* The TIME_WAIT lets a SYN of so new a timestamp pass: it is not what keeps silent. */
static uint32_t silent_although_accepted(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 20000);
    return repeat_new_syn(s, 1000, 20000);
}

static uint32_t synack_lost(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    for (uint32_t i = 0; i < 3; i++) {
        SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS + i * 1020);
        wait_ms(s, 1020);
    }
    return 0;
}

static uint32_t silent_flow(struct scene *s)
{
    s->client.port++;
    handshake(s);
    s->client.port--;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 9);
    wait_ms(s, 1020);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 9);
    return 0;
}

static uint32_t silent_port(struct scene *s)
{
    next_frame(s);
    tracker_other_packet(s->t, &s->now, 4, s->server.ip);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    wait_ms(s, 1020);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    return 0;
}

static uint32_t silent_host(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    wait_ms(s, 1020);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    return 0;
}

static uint32_t silent_for_three_seconds(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    wait_ms(s, 3000);
    next_frame(s);
    return 0;
}

static uint32_t capture_ended(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    wait_ms(s, 2999);
    return 0;
}

struct script {
    const char *name;
    uint32_t (*play)(struct scene *s); /* returns the deciding frame */
    enum fate fate;
    enum cause cause;
    bool inferred, delayed;
    uint16_t retries;
};

#define SCRIPT(PLAY, FATE, CAUSE, ...)                                                        \
    {                                                                                         \
        .name = #PLAY, .play = PLAY, .fate = FATE_##FATE, .cause = CAUSE_##CAUSE, __VA_ARGS__ \
    }

static const struct script scripts[] = {
    SCRIPT(ok, ESTABLISHED, OK),
    SCRIPT(syn_retransmitted, ESTABLISHED, SYN_RETRANSMITTED, .delayed = true, .retries = 1),
    SCRIPT(synack_retransmitted, ESTABLISHED, SYNACK_RETRANSMITTED, .delayed = true),
    SCRIPT(ack_retransmitted, ESTABLISHED, ACK_RETRANSMITTED, .delayed = true),
    SCRIPT(after_wrong_ack, ESTABLISHED, AFTER_WRONG_ACK, .delayed = true, .retries = 1),
    SCRIPT(after_time_wait_reset, ESTABLISHED, AFTER_TIME_WAIT_RESET, .delayed = true, .retries = 1),
    SCRIPT(after_old_connection_reset, ESTABLISHED, AFTER_OLD_CONNECTION_RESET, .delayed = true, .retries = 1),
    SCRIPT(recycled_timestamp, ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP),
    SCRIPT(recycled_sequence, ESTABLISHED, TIME_WAIT_RECYCLED_SEQUENCE),
    SCRIPT(recycled_by_a_later_syn, ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP, .delayed = true, .retries = 1),
    SCRIPT(recycled_by_a_later_syn_before_6_10, ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP, .inferred = true,
           .delayed = true, .retries = 1),
    SCRIPT(recycled_by_a_later_syn_without_history, ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP, .inferred = true,
           .delayed = true, .retries = 1),
    SCRIPT(recycled_by_a_later_syn_unanswered, ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP, .inferred = true,
           .delayed = true, .retries = 1),
    SCRIPT(accepted_against_the_rules, ESTABLISHED, OK),
    SCRIPT(recycled_after_unseen_options, ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP),
    SCRIPT(time_wait_expired, ESTABLISHED, TIME_WAIT_EXPIRED),
    SCRIPT(recycled_at_60_s, ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP),
    SCRIPT(recycled_before_60_s, ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP, .inferred = true),
    SCRIPT(expired_at_60_s, ESTABLISHED, TIME_WAIT_EXPIRED, .inferred = true),
    SCRIPT(expired_at_60_s_against_the_rules, ESTABLISHED, TIME_WAIT_EXPIRED),
    SCRIPT(expired_under_retries, ESTABLISHED, TIME_WAIT_EXPIRED, .delayed = true, .retries = 1),
    SCRIPT(reuse_after_close, ESTABLISHED, REUSE_AFTER_CLOSE),
    SCRIPT(reuse_after_reset, ESTABLISHED, REUSE_AFTER_RESET),
    SCRIPT(fast_open, ESTABLISHED, FAST_OPEN),
    SCRIPT(simultaneous_open, ESTABLISHED, SIMULTANEOUS_OPEN),
    SCRIPT(simultaneous_open_with_one_syn_ack, ESTABLISHED, SIMULTANEOUS_OPEN),
    SCRIPT(reordered_handshake, ESTABLISHED, OK),
    SCRIPT(reordered_syn_ack, ESTABLISHED, OK),
    SCRIPT(one_sided_client, ESTABLISHED, OK),
    SCRIPT(one_sided_client_on_a_used_port, ESTABLISHED, TIME_WAIT_EXPIRED),
    SCRIPT(one_sided_server, ESTABLISHED, OK),
    SCRIPT(split_handshake, ESTABLISHED, OK),
    SCRIPT(server_chose_anew, ESTABLISHED, SYNACK_RETRANSMITTED, .delayed = true, .retries = 1),
    SCRIPT(overtaken, ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP),
    SCRIPT(isn_reused, ESTABLISHED, TIME_WAIT_EXPIRED),
    SCRIPT(keep_alive, ESTABLISHED, OK),

    SCRIPT(time_wait_paws, REJECTED, TIME_WAIT_PAWS, .retries = 1),
    SCRIPT(time_wait_sequence, REJECTED, TIME_WAIT_SEQUENCE),
    SCRIPT(no_listener, REJECTED, TIME_WAIT_NO_LISTENER, .retries = 1),
    SCRIPT(paws_without_history, REJECTED, TIME_WAIT_PAWS, .inferred = true),
    SCRIPT(sequence_without_history, REJECTED, TIME_WAIT_SEQUENCE, .inferred = true),
    SCRIPT(unknown_by_socket, REJECTED, OLD_UNKNOWN, .inferred = true),
    SCRIPT(options_cut, REJECTED, OLD_UNKNOWN, .inferred = true),
    SCRIPT(old_established, REJECTED, OLD_ESTABLISHED),
    SCRIPT(old_established_without_answer, REJECTED, OLD_ESTABLISHED),
    SCRIPT(old_without_fin, REJECTED, OLD_UNKNOWN, .inferred = true),
    SCRIPT(old_close_wait, REJECTED, OLD_CLOSE_WAIT),
    SCRIPT(old_last_ack, REJECTED, OLD_LAST_ACK),
    SCRIPT(old_last_ack_lost, REJECTED, OLD_LAST_ACK, .inferred = true),
    SCRIPT(old_fin_wait_1, REJECTED, OLD_FIN_WAIT_1),
    SCRIPT(old_fin_wait_1_for_a_moment, REJECTED, OLD_FIN_WAIT_1),
    SCRIPT(old_fin_acknowledged_unseen, REJECTED, OLD_UNKNOWN, .inferred = true),
    SCRIPT(old_closing, REJECTED, OLD_FIN_WAIT_1),
    SCRIPT(old_closing_acknowledged_unseen, REJECTED, TIME_WAIT_PAWS, .inferred = true),
    SCRIPT(old_fin_wait_2, REJECTED, OLD_FIN_WAIT_2),
    SCRIPT(fin_did_not_arrive, REJECTED, OLD_ESTABLISHED, .inferred = true),
    SCRIPT(second_fin_did_not_arrive, REJECTED, OLD_FIN_WAIT_2, .inferred = true),
    SCRIPT(old_syn_received, REJECTED, OLD_SYN_RECEIVED),
    SCRIPT(old_syn_received_by_syn_ack, REJECTED, OLD_SYN_RECEIVED),
    SCRIPT(old_syn_received_without_history, REJECTED, OLD_SYN_RECEIVED, .inferred = true),
    SCRIPT(wrong_ack, REJECTED, WRONG_ACK, .retries = 1),

    SCRIPT(closed_port, REFUSED, CLOSED_PORT),
    SCRIPT(refused_old_fin_wait_2, REFUSED, OLD_FIN_WAIT_2),
    SCRIPT(refused_old_syn_received, REFUSED, OLD_SYN_RECEIVED),
    SCRIPT(reset_in_path, REFUSED, RESET_IN_PATH, .inferred = true),
    SCRIPT(icmp_net, UNREACHABLE, ICMP_NET),
    SCRIPT(icmp_host, UNREACHABLE, ICMP_HOST),
    SCRIPT(icmp_port, UNREACHABLE, ICMP_PORT),
    SCRIPT(icmp_admin_prohibited, UNREACHABLE, ICMP_ADMIN_PROHIBITED),
    SCRIPT(icmp_twice, UNREACHABLE, ICMP_OTHER),
    SCRIPT(client_gave_up, ABORTED, CLIENT_GAVE_UP),
    SCRIPT(client_gave_up_after_syn_ack, ABORTED, CLIENT_GAVE_UP),

    SCRIPT(accept_queue_full, STUCK, ACCEPT_QUEUE_FULL),
    SCRIPT(silent_paws, NO_ANSWER, TIME_WAIT_PAWS, .inferred = true, .retries = 2),
    SCRIPT(silent_paws_after_60_s, NO_ANSWER, SILENT_PORT, .retries = 2),
    SCRIPT(silent_sequence, NO_ANSWER, TIME_WAIT_SEQUENCE, .inferred = true, .retries = 1),
    SCRIPT(silent_although_accepted, NO_ANSWER, SILENT_PORT, .retries = 2),
    SCRIPT(synack_lost, NO_ANSWER, SYNACK_LOST),
    SCRIPT(silent_flow, NO_ANSWER, SILENT_FLOW, .retries = 1),
    SCRIPT(silent_port, NO_ANSWER, SILENT_PORT, .retries = 1),
    SCRIPT(silent_host, NO_ANSWER, SILENT_HOST, .retries = 1),
    SCRIPT(silent_for_three_seconds, NO_ANSWER, SILENT_HOST),
    SCRIPT(capture_ended, PENDING, CAPTURE_ENDED),
    SCRIPT(reset_after_syn_ack, PENDING, CAPTURE_ENDED),
};

/* copies: of each frame, as a mirror port may take them; nothing else may come of it. */
static void check_script(const struct script *script, unsigned copies)
{
    struct scene *s = scene_new(&LINUX);

    s->copies = copies;
    uint32_t frame = script->play(s);
    uint32_t attempt = tracker_attempts(s->t);
    struct verdict v = verdict_on(s, attempt);
    assert_verdict(s, attempt, script->fate, script->cause, frame);
    g_assert_cmpint(v.inferred, ==, script->inferred);
    g_assert_cmpint(v.delayed, ==, script->delayed);
    g_assert_cmpuint(tracker_attempt(s->t, attempt)->retries, ==, script->retries);
    scene_free(s);
}

static void test_script(gconstpointer script)
{
    check_script(script, 1);
}

static void test_mirrored_script(gconstpointer script)
{
    check_script(script, 2);
}

/* What the capture tests and the tests of sightings.c show instead. */
static void test_scripts_are_complete(void)
{
    const struct verdict_row *row;
    int missing = 0;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++) {
        bool shown = false;
        for (size_t k = 0; k < G_N_ELEMENTS(scripts); k++)
            shown = shown || (scripts[k].fate == row->fate && scripts[k].cause == row->cause);
        if (!shown)
            g_test_message("%s %s", fate_token(row->fate), cause_token(row->cause));
        missing += !shown;
    }
    g_assert_cmpint(missing, ==, 2); /* no_answer answered_from_elsewhere, pending in_progress */
}

/* ---- what must not decide ---- */

/* RFC 9293, 3.10.7.3: a RST must acknowledge the SYN. */
static void test_forged_resets(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = C_ISN);
    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = C_ISN + 2);
    SERVER(s, .flags = TCP_RST, .seq = 0);
    CLIENT(s, .flags = TCP_RST, .seq = C_ISN + 2);
    assert_verdict(s, 1, FATE_PENDING, CAUSE_CAPTURE_ENDED, 0);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    SERVER(s, .flags = TCP_RST, .seq = S_ISN + 5);  /* not RCV.NXT of the client */
    CLIENT(s, .flags = TCP_RST, .seq = C_ISN - 99); /* not RCV.NXT of the server */
    uint32_t ack = CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
    assert_verdict(s, 1, FATE_ESTABLISHED, CAUSE_OK, ack);
    scene_free(s);
}

/* The server is not captured: a RST with the old connection's next number is meant for that one, though it is also the
 * number behind the SYN. */
static void test_reset_of_an_unanswered_old_connection(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .payload = 100);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 100);
    CLIENT(s, .flags = TCP_RST, .seq = C_ISN + 101);
    assert_verdict(s, 2, FATE_PENDING, CAUSE_CAPTURE_ENDED, 0);
    scene_free(s);
}

/* RFC 5927, 4: the quoted number must be the SYN's; an error after the SYN/ACK is too late. */
static void test_forged_icmp_errors(void)
{
    struct scene *s = scene_new(&LINUX);

    send_icmp_error(s, ICMP_HOST, C_ISN); /* about a port pair that was never seen */
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    send_icmp_error(s, ICMP_HOST, C_ISN + 1);
    assert_verdict(s, 1, FATE_PENDING, CAUSE_CAPTURE_ENDED, 0);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    send_icmp_error(s, ICMP_HOST, C_ISN);
    uint32_t ack = CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
    send_icmp_error(s, ICMP_HOST, C_ISN);
    assert_verdict(s, 1, FATE_ESTABLISHED, CAUSE_OK, ack);
    scene_free(s);
}

/* Measured: a RST whose number is one off does not remove a TIME_WAIT. */
static void test_time_wait_reset_must_fit(void)
{
    for (uint32_t off = 0; off < 3; off++) {
        struct scene *s = scene_new(&LINUX);
        closed_by_server(s);
        CLIENT(s, .flags = TCP_RST, .seq = S_RCV_NXT - 1 + off);
        repeat_old_sequence(s);
        assert_verdict(s, 2, FATE_NO_ANSWER, off == 1 ? CAUSE_SILENT_FLOW : CAUSE_TIME_WAIT_SEQUENCE, 0);
        scene_free(s);
    }
}

/* The rejection is not in the capture, the client's RST against it is. What followed tells what the RST did: Linux with
 * tcp_rfc1337 keeps the TIME_WAIT, and reopens it for a SYN that is new enough. */
static void test_reset_against_an_unseen_rejection(void)
{
    for (unsigned kept = 0; kept < 2; kept++) {
        struct scene *s = scene_new(&LINUX);
        closed_by_server(s);
        wait_ms(s, 9000);
        CLIENT(s, .flags = TCP_SYN, .seq = S_RCV_NXT + 5000, .tsval = C_FIN_TS - 5, .wscale = 7);
        CLIENT(s, .flags = TCP_RST, .seq = S_RCV_NXT);
        wait_ms(s, 1000);
        CLIENT(s, .flags = TCP_SYN, .seq = S_RCV_NXT + 5000, .tsval = C_FIN_TS + 995, .wscale = 7);
        const uint32_t isn = kept ? S_SND_NXT + 65537 : 99;
        SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = isn, .ack = S_RCV_NXT + 5001, .tsval = S_TS + 9000, .wscale = 7);
        uint32_t ack = CLIENT(s, .flags = TCP_ACK, .seq = S_RCV_NXT + 5001, .ack = isn + 1, .tsval = C_FIN_TS + 995);
        assert_verdict(s, 2, FATE_ESTABLISHED, kept ? CAUSE_TIME_WAIT_RECYCLED_TIMESTAMP : CAUSE_AFTER_TIME_WAIT_RESET,
                       ack);
        g_assert_cmpint(verdict_on(s, 2).inferred, ==, !kept);
        scene_free(s);
    }
}

/* FreeBSD ignores such a RST. */
static void test_reset_on_freebsd(void)
{
    struct tracker_options freebsd = LINUX;
    freebsd.peer = PEER_FREEBSD;
    struct scene *s = scene_new(&freebsd);

    closed_by_server(s);
    CLIENT(s, .flags = TCP_RST, .seq = S_RCV_NXT);
    repeat_old_sequence(s);
    assert_verdict(s, 2, FATE_NO_ANSWER, CAUSE_TIME_WAIT_SEQUENCE, 0);
    scene_free(s);
}

/* A SYN that a half-open connection refuses ends that one, and leaves its numbers for the next SYN to compare. */
static void test_embryonic_reset(void)
{
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct scene *s = scene_new(&LINUX);
        struct tcp_address lower = s->client;
        if (swapped) {
            s->client = s->server;
            s->server = lower;
        }
        refused_old_syn_received(s);
        new_syn(s, 2000, 9000);
        struct past h = past_of(s, 3);
        g_assert_cmpint(h.state, ==, STATE_CLOSED);
        g_assert_true(h.flags & PAST_RCV_NXT);
        g_assert_cmpuint(h.rcv_nxt, ==, C_ISN + 1);
        scene_free(s);
    }
}

/* A scan of many ports neither hides nor changes what became of others. */
static void test_port_scan(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    uint32_t syn = new_syn(s, 1000, -5000);
    uint16_t port = s->client.port;
    for (uint16_t i = 1; i <= 5000; i++) {
        s->client.port = i;
        CLIENT(s, .flags = TCP_SYN, .seq = i);
        SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = i + 1U);
    }
    s->client.port = port;
    uint32_t frame = time_wait_ack(s);
    assert_verdict(s, 2, FATE_REJECTED, CAUSE_TIME_WAIT_PAWS, frame);
    g_assert_cmpuint(tracker_attempts(s->t), ==, 5002);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->frame[SYN_FIRST], ==, syn);
    scene_free(s);
}

/* No stack sends these; what a scanner hopes for does not matter. */
static void test_impossible_flags(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN | TCP_FIN, .seq = C_ISN);
    CLIENT(s, .flags = TCP_SYN | TCP_RST, .seq = C_ISN);
    CLIENT(s, .flags = TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK | TCP_PSH, .seq = C_ISN);
    CLIENT(s, .flags = 0, .seq = C_ISN);
    g_assert_cmpuint(tracker_attempts(s->t), ==, 0);
    scene_free(s);
}

/* ---- attempts ---- */

static void test_numbers_and_uses(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    new_syn(s, 1000, -5000);
    time_wait_ack(s);
    new_syn(s, 2000, -5000); /* another ISN: another attempt */
    s->client.port++;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    g_assert_cmpuint(tracker_attempts(s->t), ==, 4);
    static const uint32_t uses[] = { 1, 2, 3, 1 };
    for (uint32_t i = 1; i <= 4; i++) {
        g_assert_cmpuint(tracker_attempt(s->t, i)->number, ==, i);
        g_assert_cmpuint(tracker_attempt(s->t, i)->use, ==, uses[i - 1]);
    }
    scene_free(s);
}

/* An attempt that failed leaves the old connection as it was: the next SYN is measured against that same one. */
static void test_failed_attempt_leaves_the_old_connection(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    new_syn(s, 1000, -5000);
    time_wait_ack(s);
    wait_ms(s, 1000);
    new_syn(s, 2000, -4000);
    struct past h = past_of(s, 3);
    g_assert_cmpuint(h.first, ==, 1);
    g_assert_cmpuint(h.last, ==, 11);
    g_assert_cmpuint(h.closed_in, ==, 8);
    g_assert_cmpuint(h.rcv_nxt, ==, S_RCV_NXT);
    g_assert_cmpuint(h.snd_nxt, ==, S_SND_NXT);
    g_assert_cmpuint(h.ts_recent, ==, C_FIN_TS);
    g_assert_cmpint(h.tsval_delta, ==, -4000);
    g_assert_cmpint(h.state, ==, STATE_TIME_WAIT);
    g_assert_cmpuint(h.attempt, ==, 1);
    g_assert_cmpuint(h.tw_elapsed, ==,
                     NS_PER_SECOND + 500 * NS_PER_MS + 2 * FRAME_GAP); /* the first SYN restarted it */
    scene_free(s);
}

/* Both SYNs of a simultaneous open are attempts of one use. */
static void test_both_sides_of_a_simultaneous_open(void)
{
    struct scene *s = scene_new(&LINUX);

    simultaneous_open(s);
    assert_verdict(s, 1, FATE_ESTABLISHED, CAUSE_SIMULTANEOUS_OPEN, 4);
    assert_verdict(s, 2, FATE_ESTABLISHED, CAUSE_SIMULTANEOUS_OPEN, 3);
    g_assert_cmpuint(tracker_attempt(s->t, 1)->use, ==, 1);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->use, ==, 1);
    scene_free(s);
}

/* What acknowledges the client's SYN is missing, but the client goes on. */
static void test_simultaneous_open_without_ack(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN, .seq = S_ISN);
    CLIENT(s, .flags = TCP_SYN | TCP_ACK, .seq = C_ISN, .ack = S_ISN + 1);
    uint32_t data = CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .payload = 100);
    assert_verdict(s, 1, FATE_ESTABLISHED, CAUSE_SIMULTANEOUS_OPEN, data);
    scene_free(s);
}

/* More SYNs than the counter holds. */
static void test_many_retries(void)
{
    struct scene *s = scene_new(&LINUX);
    size_t n;

    for (int i = 0; i < 70000; i++) {
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
        wait_ms(s, 1000);
    }
    g_assert_cmpuint(tracker_attempts(s->t), ==, 1);
    g_assert_cmpuint(tracker_attempt(s->t, 1)->retries, ==, UINT16_MAX);
    g_assert_cmpuint(tracker_notes(s->t, 70000, &n)->syn_number, ==, UINT16_MAX);
    assert_verdict(s, 1, FATE_NO_ANSWER, CAUSE_SILENT_HOST, 0);
    scene_free(s);
}

/* A copy of an old SYN is no retransmission: by its timestamp, its IP ID, or its time. */
static void test_copies_of_a_syn(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    wait_ms(s, 100);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    wait_ms(s, 1000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS - 1); /* reordered */
    s->client.port++;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 1, .has_ip_id = true, .ip_id = 5);
    wait_ms(s, 100);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 1, .has_ip_id = true, .ip_id = 5);
    s->client.port++;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 2);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 2);
    for (uint32_t i = 1; i <= 3; i++)
        g_assert_cmpuint(tracker_attempt(s->t, i)->retries, ==, 0);
    wait_ms(s, 6);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 2);
    g_assert_cmpuint(tracker_attempt(s->t, 3)->retries, ==, 1);
    scene_free(s);
}

static void test_in_progress(void)
{
    struct scene *s = scene_new(&LINUX);
    struct verdict v;

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    tracker_verdict(s->t, 1, false, &v);
    g_assert_cmpint(v.fate, ==, FATE_PENDING);
    g_assert_cmpint(v.cause, ==, CAUSE_IN_PROGRESS);
    g_assert_false(verdict_is_failure(&v));
    g_assert_cmpint(v.connect_time, ==, -1);
    scene_free(s);
}

/* The preference: how many retransmissions before "no answer" is said. */
static void test_no_answer_retries(void)
{
    struct tracker_options options = LINUX;
    options.no_answer_retries = 2;
    struct scene *s = scene_new(&options);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    wait_ms(s, 1000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    assert_verdict(s, 1, FATE_PENDING, CAUSE_CAPTURE_ENDED, 0);
    wait_ms(s, 1000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    assert_verdict(s, 1, FATE_NO_ANSWER, CAUSE_SILENT_HOST, 0);
    struct verdict v = verdict_on(s, 1);
    g_assert_true(verdict_is_failure(&v));
    g_assert_cmpint(v.wait, ==, 2 * NS_PER_SECOND + 2 * FRAME_GAP);
    scene_free(s);
}

static void test_times(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    wait_ms(s, 20);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS);
    struct verdict v = verdict_on(s, 1);
    g_assert_cmpint(v.connect_time, ==, 20 * NS_PER_MS + 2 * FRAME_GAP);
    g_assert_cmpint(v.wait, ==, v.connect_time);
    scene_free(s);
}

/* While tracking is off there is no tracker. */
static void test_no_tracker(void)
{
    tracker_free(NULL);
}

/* A capture can have its frames in any order of time. */
static void test_time_goes_back(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    wait_ms(s, -5000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS + 1000);
    struct verdict v = verdict_on(s, 1);
    assert_verdict(s, 1, FATE_NO_ANSWER, CAUSE_SILENT_HOST, 0);
    g_assert_cmpint(v.wait, ==, 0);
    scene_free(s);
}

/* The first and the last time that the plugin hands over: no difference of two overflows. */
static void test_ends_of_time(void)
{
    const int64_t first = -(INT64_C(1) << 61), last = INT64_C(1) << 62;
    struct scene *s = scene_new(&LINUX);

    s->now.time = first;
    closed_by_server(s);
    s->now.time = last - 4 * NS_PER_SECOND;
    new_syn(s, -500, -5000);
    uint32_t ack = accept(s, -500, NEW_S_ISN);
    assert_verdict(s, 2, FATE_ESTABLISHED, CAUSE_TIME_WAIT_EXPIRED, ack);
    g_assert_cmpint(past_of(s, 2).age, >, 0);
    s->now.time = first;
    CLIENT(s, .flags = TCP_SYN, .seq = NEW_C_ISN + 900000, .tsval = NEW_C_TS);
    s->now.time = last;
    CLIENT(s, .flags = TCP_SYN, .seq = NEW_C_ISN + 900000, .tsval = NEW_C_TS + 9);
    g_assert_cmpint(verdict_on(s, 3).wait, >, 0);
    scene_free(s);
}

/* ---- another kind of peer than the rules suppose ---- */

static bool answers_not_as_rules(enum peer_stack peer, uint32_t (*play)(struct scene *s))
{
    struct tracker_options options = LINUX;
    options.peer = peer;
    struct scene *s = scene_new(&options);
    play(s);
    struct verdict v = verdict_on(s, tracker_attempts(s->t));

    scene_free(s);
    return v.not_as_rules;
}

static uint32_t accepted_in_spite_of_paws(struct scene *s)
{
    closed_by_server(s);
    new_syn(s, 1000, -5000);
    return accept(s, 1000, NEW_S_ISN);
}

static uint32_t refused_by_time_wait(struct scene *s)
{
    closed_by_server(s);
    new_syn(s, 1000, -5000);
    return SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = NEW_C_ISN + 1001);
}

static void test_not_as_rules(void)
{
    g_assert_true(answers_not_as_rules(PEER_LINUX, accepted_in_spite_of_paws));
    g_assert_false(answers_not_as_rules(PEER_FREEBSD, accepted_in_spite_of_paws));
    g_assert_true(answers_not_as_rules(PEER_LINUX, refused_by_time_wait));
    g_assert_true(answers_not_as_rules(PEER_FREEBSD, time_wait_paws)); /* FreeBSD would have accepted it */
    g_assert_true(answers_not_as_rules(PEER_RFC, time_wait_sequence)); /* the RFC wants silence */
    g_assert_false(answers_not_as_rules(PEER_LINUX, time_wait_paws));
    g_assert_false(answers_not_as_rules(PEER_LINUX, no_listener));
    g_assert_false(answers_not_as_rules(PEER_LINUX, ok));
}

/* Without history the numbers of an ACK mean something on Linux only. */
static void test_without_history_on_freebsd(void)
{
    struct tracker_options freebsd = LINUX;
    freebsd.peer = PEER_FREEBSD;
    struct scene *s = scene_new(&freebsd);
    uint32_t frame = paws_without_history(s);

    assert_verdict(s, 1, FATE_REJECTED, CAUSE_OLD_UNKNOWN, frame);
    scene_free(s);
}

/* ---- main ---- */

static void add_scripts(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
        char *path = g_strdup_printf("/tracker/script/%s", scripts[i].name);
        char *mirrored = g_strdup_printf("/tracker/mirrored/%s", scripts[i].name);
        g_test_add_data_func(path, &scripts[i], test_script);
        g_test_add_data_func(mirrored, &scripts[i], test_mirrored_script);
        g_free(path);
        g_free(mirrored);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_scripts();
    g_test_add_func("/tracker/scripts_are_complete", test_scripts_are_complete);
    g_test_add_func("/tracker/forged_resets", test_forged_resets);
    g_test_add_func("/tracker/reset_of_an_unanswered_old_connection", test_reset_of_an_unanswered_old_connection);
    g_test_add_func("/tracker/forged_icmp_errors", test_forged_icmp_errors);
    g_test_add_func("/tracker/time_wait_reset_must_fit", test_time_wait_reset_must_fit);
    g_test_add_func("/tracker/reset_against_an_unseen_rejection", test_reset_against_an_unseen_rejection);
    g_test_add_func("/tracker/reset_on_freebsd", test_reset_on_freebsd);
    g_test_add_func("/tracker/embryonic_reset", test_embryonic_reset);
    g_test_add_func("/tracker/port_scan", test_port_scan);
    g_test_add_func("/tracker/impossible_flags", test_impossible_flags);
    g_test_add_func("/tracker/numbers_and_uses", test_numbers_and_uses);
    g_test_add_func("/tracker/failed_attempt_leaves_the_old_connection", test_failed_attempt_leaves_the_old_connection);
    g_test_add_func("/tracker/both_sides_of_a_simultaneous_open", test_both_sides_of_a_simultaneous_open);
    g_test_add_func("/tracker/simultaneous_open_without_ack", test_simultaneous_open_without_ack);
    g_test_add_func("/tracker/many_retries", test_many_retries);
    g_test_add_func("/tracker/copies_of_a_syn", test_copies_of_a_syn);
    g_test_add_func("/tracker/in_progress", test_in_progress);
    g_test_add_func("/tracker/no_answer_retries", test_no_answer_retries);
    g_test_add_func("/tracker/times", test_times);
    g_test_add_func("/tracker/no_tracker", test_no_tracker);
    g_test_add_func("/tracker/time_goes_back", test_time_goes_back);
    g_test_add_func("/tracker/ends_of_time", test_ends_of_time);
    g_test_add_func("/tracker/not_as_rules", test_not_as_rules);
    g_test_add_func("/tracker/without_history_on_freebsd", test_without_history_on_freebsd);
    return g_test_run();
}
