/* facts.h - what the evidence of an attempt shows: one named predicate each
 *
 * A fact holds if the packets, or the rules of the peer's stack, show it. If it does not hold, that proves nothing: the
 * capture may lack the packet that would show it. Rules ask for facts, never for records.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FACTS_H
#define SYNFATE_FACTS_H

#include "dossier.h"

/* If data is repeated for so long, more than a single packet was lost. */
#define STUCK_PATIENCE NS_PER_SECOND

/* On whose packets a fact rests, besides the attempt's own and those of the old connection on its port pair: HOST, any
 * packets of the server's address; SERVICE, answers of the server's address and port to other SYNs; CAPTURE, on all of it. */
enum fact_kind { FACT_OWN, FACT_HOST, FACT_SERVICE, FACT_CAPTURE };

/* clang-format off */
#define FACTS(FACT) \
    /* the handshake */ \
    FACT(CONNECTED, OWN, "the handshake is complete") \
    FACT(ANSWERED, OWN, "a SYN/ACK acknowledged the SYN") \
    FACT(ANSWER_REPEATED, OWN, "a SYN, or the SYN/ACK, was repeated after the SYN/ACK") \
    FACT(ACK_LATE, OWN, "the SYN/ACK was repeated after the client's ACK") \
    FACT(STUCK, OWN, "the client's data, or FIN, was repeated twice, or for a second, or until it ended, and never taken") \
    FACT(CLIENT_RST_ACK, OWN, "the client's first segment after the SYN/ACK was a RST that acknowledges it") \
    FACT(PROXIED, OWN, "a box answered for the server: its SYN came after the client's ACK, or its SYN/ACK took no data") \
    FACT(SERVER_RST, OWN, "the server's RST came within 3 s of the client's ACK, before the server acknowledged or sent data") \
    FACT(RST_BEFORE_DATA, OWN, "data, an acknowledgment of data, or the SYN/ACK again, of the server followed that RST") \
    FACT(RST_TOO_SOON, OWN, "that RST came sooner than a packet can go to the server and back") \
    FACT(DATA_TAKEN, OWN, "the SYN/ACK acknowledged data of the SYN (RFC 7413)") \
    FACT(CROSSED, OWN, "both sides sent SYNs, and each took the other's (RFC 9293, 3.5)") \
    FACT(GIVEN_UP, OWN, "the SYN is 3 s old, repeated, or replaced by a new one") \
    FACT(ENDED, OWN, "the capture has ended") \
    FACT(WAYS_SHOWN, HOST, "the capture says which way packets went through its host") \
    FACT(SYN_LOST_HERE, HOST, "the host that captured received the SYN and did not send it on, as it does with others") \
    FACT(SYN_ACK_LOST_HERE, HOST, "the host that captured received the SYN/ACK and did not send it on, as it does with others") \
    FACT(CLIENT_LOST_HERE, HOST, "the host that captured received what the client sent behind its SYN and did not send it on, as it does with others") \
    /* what the capture lacks */ \
    FACT(HEARD, CAPTURE, "nothing shows that the capture lacks packets, or shows them under other numbers") \
    FACT(ACKS_KEPT, CAPTURE, "other packets than SYNs, FINs and RSTs are in the capture: it was not filtered by flags") \
    FACT(ANSWERS_KEPT, CAPTURE, "the capture holds more than SYNs to many hosts, SYNs of which this or most are not repeated, or SYNs and their answers: it was not filtered to those") \
    /* what ended it */ \
    FACT(REFUSED, OWN, "a RST acknowledged the SYN") \
    FACT(RST_BY_FIN_WAIT_2, OWN, "an old connection in FIN_WAIT_2 made the RST") \
    FACT(RST_BY_TIME_WAIT, OWN, "an old connection in TIME_WAIT made the RST") \
    FACT(RST_BY_SYN_RECEIVED, OWN, "an old connection in SYN_RECEIVED made the RST") \
    FACT(RST_MAKER_CERTAIN, OWN, "the packets prove what made the RST") \
    FACT(RST_OF_NO_OLD, OWN, "no old connection in the capture can have made the RST, by the rules of any stack that the peer may run") \
    FACT(ICMP_NET, OWN, "ICMP: no route to the network") \
    FACT(ICMP_HOST, OWN, "ICMP: host unreachable") \
    FACT(ICMP_PORT, OWN, "ICMP: port unreachable") \
    FACT(ICMP_ADMIN_PROHIBITED, OWN, "ICMP: administratively prohibited") \
    FACT(ICMP_OTHER, OWN, "another ICMP error") \
    FACT(CLIENT_RST, OWN, "the client's RST ended its attempt") \
    FACT(RST_IGNORED, OWN, "a RST acknowledged something else than the SYN") \
    FACT(TTL_ODD, HOST, "the RST's TTL is not that of the host's other packets") \
    FACT(STRAY, OWN, "an answer came from another address or port") \
    FACT(SERVICE_ANSWERS, SERVICE, "the service answered another SYN with a SYN/ACK within 10 s") \
    FACT(SERVICE_GOES_ON, SERVICE, "the service answered other SYNs with SYN/ACKs before the first SYN and after the last") \
    FACT(OTHERS_REFUSED, SERVICE, "the service refused the first SYNs of several port pairs: no old connection was on all of them") \
    FACT(SYN_DAMAGED, HOST, "each SYN, or each before the one that was taken, had a wrong checksum, far from its sender") \
    FACT(SYN_ACK_DAMAGED, HOST, "each SYN/ACK had a wrong checksum, far from its sender") \
    FACT(TUNNEL_DAMAGED, HOST, "it is the UDP checksum of the tunnel that they came in") \
    FACT(HOST_SEEN, HOST, "the server's address sent packets") \
    /* a bare ACK, or a SYN/ACK with a wrong ack number */ \
    FACT(REJECTED, OWN, "a bare ACK, or a SYN/ACK with a wrong ack number, rejected the SYN") \
    FACT(BY_SYN_ACK, OWN, "a SYN/ACK with a wrong ack number rejected the SYN") \
    FACT(BY_SOCKET, OWN, "a live socket made the rejecting ACK: its IP ID is not 0") \
    FACT(BY_TIME_WAIT, OWN, "a TIME_WAIT made the rejecting ACK") \
    FACT(BY_LIVE, OWN, "a connection that was not closed made the rejecting ACK") \
    FACT(BY_ESTABLISHED, OWN, "a connection in ESTABLISHED made the rejecting ACK") \
    FACT(BY_CLOSE_WAIT, OWN, "a connection in CLOSE_WAIT made the rejecting ACK") \
    FACT(BY_LAST_ACK, OWN, "a connection in LAST_ACK made the rejecting ACK") \
    FACT(BY_FIN_WAIT_1, OWN, "a connection in FIN_WAIT_1 or CLOSING made the rejecting ACK") \
    FACT(BY_FIN_WAIT_2, OWN, "a connection in FIN_WAIT_2 made the rejecting ACK") \
    FACT(BY_SYN_RECEIVED, OWN, "a connection in SYN_RECEIVED made the rejecting ACK") \
    FACT(STATE_CERTAIN, OWN, "the packets prove the state that rejected it") \
    FACT(TIMESTAMP_BEHIND, OWN, "TIME_WAIT rejects the SYN's timestamp") \
    FACT(SEQUENCE_BEHIND, OWN, "TIME_WAIT rejects the SYN's sequence number") \
    FACT(WOULD_TAKE, OWN, "TIME_WAIT would take the SYN if somebody listened") \
    FACT(HIDES_CLOSED_PORT, HOST, "the rejecting ACK may be what a TIME_WAIT of the peer's stack gives where nobody listens") \
    FACT(TIMESTAMP_KEPT, OWN, "the SYN's timestamp was captured, or its port pair had no connection before") \
    FACT(TIMESTAMPS_CUT, OWN, "the captured bytes end before the SYN's timestamp") \
    FACT(MAYBE_TIME_WAIT, OWN, "the peer was in TIME_WAIT, and the capture does not tell what made the rejecting ACK") \
    FACT(RESET_REMOVES, HOST, "a RST removes a TIME_WAIT of the peer's stack") \
    FACT(CLIENT_RESET, OWN, "the client's RST followed the rejection") \
    FACT(RAN_OUT_SINCE, OWN, "TIME_WAIT had run out since it rejected the SYN, when the latest came") \
    FACT(TAKEN_LATER, OWN, "the TIME_WAIT that rejected one SYN took a later one") \
    /* the old connection */ \
    FACT(OLD, OWN, "an old connection was seen on the port pair") \
    FACT(OLD_RESET_NOW, OWN, "the client's RST ended the old connection while the SYN waited") \
    FACT(OLD_RESET, OWN, "a RST had ended the old connection") \
    FACT(OLD_CLOSED, OWN, "the old connection was closed, without TIME_WAIT at the peer") \
    FACT(IN_TIME_WAIT, OWN, "the peer was in TIME_WAIT when the first SYN came") \
    FACT(HAD_TIME_WAIT, OWN, "the peer was, or had been, in TIME_WAIT") \
    FACT(RAN_OUT, OWN, "TIME_WAIT had run out when the latest SYN came") \
    FACT(SURELY_RAN_OUT, OWN, "nothing but the end of TIME_WAIT can have let it in") \
    FACT(NEWER_TIMESTAMP, OWN, "only the SYN's newer timestamp can have let it in") \
    FACT(HIGHER_SEQUENCE, OWN, "the SYN's higher sequence number let it in") \
    FACT(FORBIDDEN, OWN, "TIME_WAIT takes none of the attempt's SYNs, by the rules of its stack") \
    FACT(FORBIDDEN_STILL, OWN, "a proven TIME_WAIT, which had not run out, takes none of the attempt's SYNs, by the rules of its stack") \
    FACT(MAY_DROP, OWN, "the SYN is not beyond RCV.NXT of a proven TIME_WAIT, whose stack is not known") \
    FACT(STACK_KNOWN, HOST, "the peer's stack is known") \
    FACT(NOT_RECYCLED, HOST, "the SYN/ACK lacks the number with which this host reopens a TIME_WAIT elsewhere") \
    FACT(RECYCLED_ISN, OWN, "the SYN/ACK has the number with which the stack reopens a TIME_WAIT")
/* clang-format on */

#define FACT_ENUM(NAME, KIND, MEANING) F_##NAME,

enum fact { F_NONE, FACTS(FACT_ENUM) F_COUNT };

#undef FACT_ENUM

/* A set of facts: a bit each. */
enum { FACT_WORDS = F_COUNT / 64 + 1 };

struct facts {
    uint64_t bits[FACT_WORDS];
};

/* Adds a fact if it holds; F_NONE: adds nothing that a rule asks for. */
static inline void facts_add(struct facts *facts, enum fact fact, bool holds)
{
    facts->bits[fact / 64] |= (uint64_t)holds << fact % 64;
}

static inline bool facts_have(const struct facts *facts, enum fact fact)
{
    return facts->bits[fact / 64] >> fact % 64 & 1;
}

/* Whether all of these hold, or any. */
static inline bool facts_have_all(const struct facts *facts, const struct facts *these)
{
    uint64_t missing = 0;

    for (int i = 0; i < FACT_WORDS; i++)
        missing |= these->bits[i] & ~facts->bits[i];
    return missing == 0;
}

static inline bool facts_have_any(const struct facts *facts, const struct facts *these)
{
    uint64_t common = 0;

    for (int i = 0; i < FACT_WORDS; i++)
        common |= these->bits[i] & facts->bits[i];
    return common != 0;
}

/* What a fact says, and on what it rests. */
struct fact_row {
    const char *name;
    const char *meaning; /* a sentence that is understood by itself; only "that RST" refers to another fact */
    enum fact_kind kind;
};

/* The row of a fact, for documentation and tests. */
const struct fact_row *fact_row(enum fact fact);

/* All facts that hold. */
void facts_read(const struct dossier *d, struct facts *facts);

#endif
