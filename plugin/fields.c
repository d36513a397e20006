/* fields.c - registers the fields
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fields.h"

#include "synfate.h"

#include <epan/proto.h>

#if WIRESHARK_AT_LEAST(4, 6)
#include <epan/tfs.h>
#endif

struct synfate_fields field;

/* A field of proto_register_field_array: all are generated, none has a bit mask. */
#define FIELD(MEMBER, NAME, ABBREV, TYPE, DISPLAY, STRINGS, BLURB)           \
    {                                                                        \
        &field.MEMBER,                                                       \
        {                                                                    \
            NAME, "synfate." ABBREV, TYPE, DISPLAY, STRINGS, 0, BLURB, HFILL \
        }                                                                    \
    }
#define TOKEN(MEMBER, NAME, ABBREV, BLURB) FIELD(MEMBER, NAME, ABBREV, FT_STRING, BASE_NONE, NULL, BLURB)
#define NUMBER(MEMBER, NAME, ABBREV, BLURB) FIELD(MEMBER, NAME, ABBREV, FT_UINT32, BASE_DEC, NULL, BLURB)
#define DELTA(MEMBER, NAME, ABBREV, BLURB) FIELD(MEMBER, NAME, ABBREV, FT_INT32, BASE_DEC, NULL, BLURB)
#define TIME(MEMBER, NAME, ABBREV, BLURB) FIELD(MEMBER, NAME, ABBREV, FT_RELATIVE_TIME, BASE_NONE, NULL, BLURB)
#define FLAG(MEMBER, NAME, ABBREV, BLURB) FIELD(MEMBER, NAME, ABBREV, FT_BOOLEAN, BASE_NONE, TFS(&tfs_yes_no), BLURB)
#define LINK(MEMBER, NAME, ABBREV, KIND, BLURB) \
    FIELD(MEMBER, NAME, ABBREV, FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(KIND), BLURB)

static hf_register_info registrations[] = {
    NUMBER(attempt, "Attempt", "attempt", "Number of the connection attempt in the capture"),
    NUMBER(use, "Use of the port pair", "use", "How often this port pair has been used so far"),
    NUMBER(syn_number, "SYN number", "syn_number", "1: the first SYN of the attempt, 2 and up: retransmissions"),
    NUMBER(retries, "Retries", "retries", "Retransmitted SYNs of the attempt so far"),
    TOKEN(fate, "Fate", "fate",
          "What became of the SYN: established, rejected, refused, unreachable, no_answer, stuck, aborted or pending"),
    TOKEN(cause, "Cause", "cause", "Why: a token such as time_wait_paws"),
    TOKEN(basis, "Basis", "basis",
          "observed: packets in the capture prove it; inferred: rules say it, the proving packet is missing"),
    TOKEN(summary, "Summary", "summary", "The verdict in one line, for a column"),
    TOKEN(advice, "Advice", "advice", "What to change, and what to check next"),
    FLAG(failed, "Failed", "failed", "The connection was not established"),
    FLAG(delayed, "Delayed", "delayed", "The connection was established, but only after a retry or a rejection"),
    LINK(syn, "First SYN", "syn", FT_FRAMENUM_REQUEST, "The frame of the attempt's first SYN"),
    LINK(decided_by, "Decided by", "decided_by", FT_FRAMENUM_RESPONSE,
         "The frame that decided: the client's ACK, the rejecting ACK, the RST or the ICMP error"),
    TIME(connect_time, "Connect time", "connect_time", "First SYN to established"),
    TIME(wait, "Waiting time", "wait", "First SYN to the deciding frame, else to the last SYN seen"),
    TOKEN(predicted, "Predicted answer", "predicted",
          "The answer that the peer's state calls for: syn_ack, ack, rst, silence or unknown"),
    DELTA(isn_delta, "ISN - RCV.NXT", "isn_delta",
          "Sequence number of the SYN less the next one the old connection's peer expected"),
    DELTA(tsval_delta, "TSval - TS.Recent", "tsval_delta",
          "Timestamp of the first SYN less the last one the old connection's peer accepted; below 0, PAWS rejects it"),
    DELTA(synack_isn_delta, "SYN/ACK ISN - SND.NXT", "synack_isn_delta",
          "ISN of the SYN/ACK less the old connection's SND.NXT; 65537: Linux reopened a TIME_WAIT"),
    LINK(old_first, "First frame", "old.first", FT_FRAMENUM_NONE, "First frame of the old connection"),
    LINK(old_last, "Last frame", "old.last", FT_FRAMENUM_NONE, "Last frame of the old connection"),
    LINK(old_closed_in, "Closed in", "old.closed_in", FT_FRAMENUM_NONE, "First FIN or RST of the old connection"),
    TOKEN(old_closed_by, "Closed by", "old.closed_by", "Address and port of the side that closed first"),
    TIME(old_idle_before_close, "Idle before close", "old.idle_before_close",
         "Last data to the first FIN: a keep-alive timeout shows here"),
    TIME(old_age, "Age", "old.age", "Last segment of the old connection to this SYN"),
    TOKEN(old_peer_state, "Peer's state", "old.peer_state", "State (RFC 9293) of the peer when the SYN came"),
    NUMBER(peer_rcv_nxt, "Peer's RCV.NXT", "peer.rcv_nxt", "The number the old connection's peer expected next"),
    NUMBER(peer_snd_nxt, "Peer's SND.NXT", "peer.snd_nxt", "The number the old connection's peer would send next"),
    NUMBER(peer_ts_recent, "Peer's TS.Recent", "peer.ts_recent", "The last TSval the old connection's peer accepted"),
    LINK(time_wait_since, "Since", "time_wait.since", FT_FRAMENUM_NONE, "The frame that put the peer into TIME_WAIT"),
    TIME(time_wait_elapsed, "Elapsed", "time_wait.elapsed",
         "Time in TIME_WAIT at this frame, since its begin or its last restart"),
    TIME(time_wait_remaining, "Remaining", "time_wait.remaining", "Time until TIME_WAIT ends, unless restarted"),
    NUMBER(time_wait_restarts, "Restarts", "time_wait.restarts", "How often a SYN has restarted TIME_WAIT"),
    FLAG(other_host, "Other host", "other_host",
         "Options, TTL, timestamp clock or the address before NAT say that the SYN comes from another host than the "
         "old connection"),
    LINK(leg, "Same SYN beyond NAT", "leg", FT_FRAMENUM_NONE,
         "The same SYN on the other side of a NAT or load balancer"),
    LINK(stray_answer, "Answered from elsewhere in", "stray_answer", FT_FRAMENUM_NONE,
         "The answer that came from another address or port"),
    TOKEN(src_state, "Sender's state", "src_state", "State (RFC 9293) of the sender after this frame"),
    TOKEN(dst_state, "Receiver's state", "dst_state", "State (RFC 9293) of the receiver after this frame"),
};

void fields_register(void)
{
    int *numbers = (int *)&field;

    for (size_t i = 0; i < sizeof field / sizeof *numbers; i++)
        numbers[i] = -1; /* Wireshark before 4.2 takes 0 for a registered field */
    proto_register_field_array(proto_synfate, registrations, array_length(registrations));
}
