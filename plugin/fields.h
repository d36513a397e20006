/* fields.h - the fields: names and types are a contract with filters, scripts and tests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FIELDS_H
#define SYNFATE_FIELDS_H

/* Wireshark's numbers of the fields, in the order of the documentation. */
struct synfate_fields {
    int attempt, use, syn_number, retries;
    int fate, cause, basis, summary, advice;
    int call, outcome, failed, delayed, lost, retry_of, retried_as;
    int syn, decided_by;
    int connect_time, wait, served;
    int reuse;
    int predicted;
    int isn_delta, tsval_delta, synack_isn_delta;
    int old_first, old_last, old_closed_in, old_closed_by, old_idle_before_close, old_age, old_peer_state;
    int peer_stack;
    int peer_rcv_nxt, peer_snd_nxt, peer_ts_recent;
    int time_wait_since, time_wait_elapsed, time_wait_remaining, time_wait_restarts;
    int other_host, leg, stray_answer, shared;
    int alarm;
    int src_state, dst_state;
};

extern struct synfate_fields field;

#endif
