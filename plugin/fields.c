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
    NUMBER(attempt, "Attempt", "attempt",
           "Number of the connection attempt in the capture, from 1; "
           "retransmitted SYNs belong to the attempt of the first"),
    NUMBER(use, "Use of the port pair", "use",
           "How often these two addresses and ports have been used for a connection so far, from 1"),
    NUMBER(syn_number, "SYN number", "syn_number", "1: the first SYN of the attempt, 2 and up: retransmissions"),
    NUMBER(retries, "Retries", "retries", "Retransmitted SYNs of the attempt so far"),
    TOKEN(fate, "Fate", "fate",
          "What became of the SYN: established, rejected, refused, unreachable, no_answer, stuck, aborted or pending"),
    TOKEN(cause, "Cause", "cause",
          "Why it became so: a token such as time_wait_paws, for which synfate.summary has a sentence"),
    TOKEN(basis, "Basis", "basis",
          "observed: packets in the capture prove the verdict; inferred: the rules of the peer's system say it, "
          "the packet that would prove it is not in the capture"),
    TOKEN(summary, "Summary", "summary", "The verdict on the attempt in one line, made for a column"),
    TOKEN(advice, "Advice", "advice", "What to change so that this does not happen again, and what to check next"),
    NUMBER(
        call, "Call", "call",
        "Number of the call in the capture, from 1: one connect() and its first request, whatever number of attempts "
        "it took behind a NAT, on both of its sides, or to several addresses"),
    TOKEN(outcome, "Outcome of the call", "outcome",
          "in_time, late, failed or unknown; on one frame of each call, so that counting these frames counts calls"),
    FLAG(failed, "Failed", "failed", "The call failed: none of its attempts got in, and none is pending"),
    FLAG(delayed, "Delayed", "delayed", "The call got in, but late: a retry, a rejection or a slow answer cost time"),
    TIME(lost, "Time lost", "lost",
         "What the call lost, if it was late or failed; add it up over the frames that have synfate.outcome"),
    LINK(retry_of, "Retry of", "retry_of", FT_FRAMENUM_NONE,
         "First SYN of the same call on the port pair before this one, behind a NAT that changed the port"),
    LINK(retried_as, "Retried as", "retried_as", FT_FRAMENUM_NONE,
         "First SYN of the same call on the port pair after this one, behind a NAT that changed the port"),
    LINK(syn, "First SYN", "syn", FT_FRAMENUM_REQUEST, "The frame of the attempt's first SYN"),
    LINK(
        decided_by, "Decided by", "decided_by", FT_FRAMENUM_RESPONSE,
        "The frame that decided the fate: the client's ACK of the SYN/ACK, the rejecting ACK, the RST or the ICMP error"),
    TIME(connect_time, "Connect time", "connect_time",
         "Time from the first SYN to the client's ACK of the SYN/ACK; only if established"),
    TIME(wait, "Waiting time", "wait",
         "Time from the first SYN to the deciding frame or, if there is none, to the last SYN seen"),
    TIME(served, "Served after", "served",
         "Time from the first SYN to the first segment that shows that the server took the connection, where that came "
         "late"),
    TOKEN(reuse, "Reuse of the port pair", "reuse",
          "How the SYN got in beside the old connection: time_wait_recycled_timestamp, time_wait_recycled_sequence, "
          "time_wait_expired, after_close or after_reset"),
    TOKEN(predicted, "Predicted answer", "predicted",
          "The answer that the state of the SYN's receiver calls for: syn_ack, ack, rst, silence or unknown"),
    DELTA(
        isn_delta, "ISN - RCV.NXT", "isn_delta",
        "Sequence number of the SYN minus the one that its receiver, still holding the old connection, expected next"),
    DELTA(tsval_delta, "TSval - TS.Recent", "tsval_delta",
          "Timestamp of the first SYN minus the last one that its receiver accepted on the old connection; "
          "below 0, PAWS rejects it"),
    DELTA(synack_isn_delta, "SYN/ACK ISN - SND.NXT", "synack_isn_delta",
          "Sequence number of the SYN/ACK minus the one its sender would have sent next on the old connection; "
          "65537: Linux reopened a TIME_WAIT"),
    LINK(old_first, "First frame", "old.first", FT_FRAMENUM_NONE,
         "First frame of the previous connection on this port pair"),
    LINK(old_last, "Last frame", "old.last", FT_FRAMENUM_NONE,
         "Last frame of the previous connection on this port pair"),
    LINK(old_closed_in, "Closed in", "old.closed_in", FT_FRAMENUM_NONE,
         "First FIN or RST of the previous connection on this port pair"),
    TOKEN(old_closed_by, "Closed by", "old.closed_by",
          "Address and port of the side that closed the previous connection first"),
    TIME(old_idle_before_close, "Idle before close", "old.idle_before_close",
         "Time from the last data of the previous connection to its first FIN: a keep-alive timeout shows here"),
    TIME(old_age, "Age", "old.age", "Time from the last segment of the previous connection to this SYN"),
    TOKEN(old_peer_state, "Peer's state", "old.peer_state",
          "State (RFC 9293) in which the previous connection had left the receiver of the SYN"),
    TOKEN(
        peer_stack, "Peer's stack", "peer.stack",
        "TCP stack whose rules were applied to the receiver of the SYN: as its packets show, or as a preference says"),
    NUMBER(peer_rcv_nxt, "Peer's RCV.NXT", "peer.rcv_nxt",
           "Sequence number that the receiver of the SYN expected next on the old connection"),
    NUMBER(peer_snd_nxt, "Peer's SND.NXT", "peer.snd_nxt",
           "Sequence number that the receiver of the SYN would have sent next on the old connection"),
    NUMBER(peer_ts_recent, "Peer's TS.Recent", "peer.ts_recent",
           "Last timestamp that the receiver of the SYN accepted in order on the old connection"),
    LINK(time_wait_since, "Since", "time_wait.since", FT_FRAMENUM_NONE,
         "The frame that put the receiver of the SYN into TIME_WAIT"),
    TIME(time_wait_elapsed, "Elapsed", "time_wait.elapsed",
         "Time in TIME_WAIT at this frame, since its begin or its last restart"),
    TIME(time_wait_remaining, "Remaining", "time_wait.remaining",
         "Time until TIME_WAIT ends, unless a SYN restarts it (length: a preference)"),
    NUMBER(time_wait_restarts, "Restarts", "time_wait.restarts",
           "How often a rejected SYN has restarted TIME_WAIT so far"),
    FLAG(
        other_host, "Other host", "other_host",
        "Options, TTL, timestamp clock, the address before NAT, or the old connection's going on say that the SYN comes "
        "from another host than the old connection"),
    LINK(leg, "Same SYN beyond NAT", "leg", FT_FRAMENUM_NONE,
         "The same SYN on the other side of a NAT or load balancer"),
    LINK(stray_answer, "Answered from elsewhere in", "stray_answer", FT_FRAMENUM_NONE,
         "The answer to the SYN that came from another address or port than the SYN went to"),
    TOKEN(
        shared, "What they share", "shared",
        "What the failed or late calls of the same service, client or networks have in common, and none of those that "
        "got in at once has, with both counts"),
    LINK(
        alarm, "No answer so far to", "alarm", FT_FRAMENUM_NONE,
        "First SYN of an attempt that has gone 3 s without an answer; on the next frame that comes, whatever it is, and only "
        "while a capture is read for the first time"),
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
