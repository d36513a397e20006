# A SYN that meets TIME_WAIT: what gets in, and what does not.

# The timestamp did not move on, the sequence number did.
story recycled_by_sequence_with_an_equal_timestamp
use closed_by_server
+0.5  > S N+1000 ts R                   predicts syn_ack
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_sequence not_as_rules no

# A first SYN is rejected, a later one has a newer timestamp than TS.Recent.
story recycled_by_a_later_syn
use closed_by_server
+0.5  > S N-500 ts R-500                predicts ack
      < . no_socket
+1.02 > S                               predicts syn_ack
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp delayed retries 1

# Linux before 6.10 takes a new ISN, as for any connection: no RST was sent, so that the rules have let the SYN in.
story recycled_by_a_later_syn_before_6_10
use closed_by_server
+0.5  > S N-500 ts R-500
      < . no_socket
+1.02 > S
      < S. 900000000
      > .                               decides
=> established time_wait_recycled_timestamp inferred delayed retries 1

# The old connection was not captured: its numbers are those of the rejecting ACK.
story recycled_by_a_later_syn_without_history
use closed_by_server hide
+0.5  > S N-500 ts R-500                predicts unknown
      < . no_socket
+1.02 > S
      < S. 900000000
      > .                               decides
=> established time_wait_recycled_timestamp inferred delayed retries 1

# The same without the SYN/ACK: no RST was sent, and the rules let the later SYN in.
story recycled_by_a_later_syn_unanswered
use closed_by_server
+0.5  > S N-500 ts R-500
      < . no_socket
+1.02 > S
      < S. 900000000 hide
      > .                               decides
=> established time_wait_recycled_timestamp inferred delayed retries 1

# By the rules this TIME_WAIT takes no such SYN: the capture lacks what removed it.
story accepted_against_the_rules
use closed_by_server
+5.5  > S N+1000 ts R-1000              predicts ack
      < S. 900000000
      > .                               decides
=> established ok not_as_rules yes

# FreeBSD would have taken it.
story accepted_as_freebsd_does
options peer_rules freebsd
use closed_by_server
+0.5  > S N+1000 ts R-5000              predicts syn_ack
      < S. 900000000
      > .                               decides
=> established time_wait_recycled_sequence inferred not_as_rules no
=> no_summary "would not"

# FreeBSD has no such ACK.
story rejected_as_freebsd_does_not
options peer_rules freebsd
use closed_by_server
+9.1  > S N+1000 ts R-5000              predicts syn_ack
      < . no_socket                     decides
=> rejected old_unknown inferred not_as_rules yes
=> summary "answered as FreeBSD would not"

# The SYN/ACK shows that TIME_WAIT was reopened; the number is not higher, so the timestamp must be newer.
story recycled_after_unseen_options
use conversation hide
      > F.
      < F. no_ts
      > . hide
+5.5  > S N ts R+5000
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp

# Near 60 s the ISN of the SYN/ACK decides.
story recycled_at_60_s
use closed_by_server
+61   > S N+1000 ts R+60000
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp

story expired_at_60_s
use closed_by_server
+61   > S N+1000 ts R+60000
      < S. 900000000
      > .                               decides
=> established time_wait_expired inferred

# It does not end early, whatever ISN is taken.
story recycled_before_60_s
use closed_by_server
+59.8 > S N+1000 ts R+59800
      < S. 900000000
      > .                               decides
=> established time_wait_recycled_timestamp inferred

# What it would have rejected was accepted.
story expired_at_60_s_against_the_rules
use closed_by_server
+61   > S N-500 ts R-500
      < S. 900000000
      > .                               decides
=> established time_wait_expired

# Rejected until TIME_WAIT ran out.
story expired_under_retries
use closed_by_server
+40.5 > S N-500 ts R
      < . no_socket
+31.5 > S N-500 ts R
      < S. 900000000
      > .                               decides
=> established time_wait_expired delayed retries 1

# The same ISN, after the connection was closed, is another attempt.
story isn_reused
use closed_by_server
+70   > S
      < S. 900000000
      > .                               decides
=> established time_wait_expired use 2

# The old connection's last ACK came late; the SYN/ACK follows at once: no rejection.
story overtaken
use closed_by_server
+0.5  > S N+1000 ts R+500
      < . no_socket
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp

# An attempt that failed leaves the old connection as it was: the next SYN is measured against that same one, and the
# first SYN restarted the TIME_WAIT.
story failed_attempt_leaves_the_old_connection
use closed_by_server
+0.5  > S N+1000 ts R-5000
      < . no_socket
+1.5  > S N+2000 ts R-4000              states SYN_SENT/TIME_WAIT time_wait 1.5001 restarts 1
=> rcv_nxt N snd_nxt X ts_recent R old_first first_syn old_last time_wait closed_in server_fin use 3

# Measured: a RST whose number is one off does not remove a TIME_WAIT.
story reset_removes_time_wait
use closed_by_server
      > R N
+1.02 > S N-500 no_ts
+1.02 > S no_ts
=> no_answer silent_flow retries 1

story reset_one_below_leaves_time_wait
use closed_by_server
      > R N-1
+1.02 > S N-500 no_ts
+1.02 > S no_ts
=> no_answer time_wait_sequence inferred retries 1

story reset_one_beyond_leaves_time_wait
use closed_by_server
      > R N+1
+1.02 > S N-500 no_ts
+1.02 > S no_ts
=> no_answer time_wait_sequence inferred retries 1

# FreeBSD ignores such a RST.
story reset_leaves_time_wait_of_freebsd
options peer_rules freebsd
use closed_by_server
      > R N
+1.02 > S N-500 no_ts
+1.02 > S no_ts
=> no_answer time_wait_sequence inferred retries 1

# The rejection is not in the capture, the client's RST against it is. What followed tells what the RST did.
story reset_against_an_unseen_rejection
use closed_by_server
+9    > S N+5000 ts R-5
      < . no_socket hide
      > R
+1    > S
      < S. 99
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1 reuse after_reset

# Linux with tcp_rfc1337 keeps the TIME_WAIT, and reopens it for a SYN that is new enough.
story reset_that_rfc1337_ignores
use closed_by_server
+9    > S N+5000 ts R-5
      < . no_socket hide
      > R
+1    > S
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp delayed retries 1 reuse time_wait_recycled_timestamp

# Without history the ACK itself shows the numbers, and the IP ID that no socket made it.
story paws_without_history
use closed_by_server hide
+0.5  > S N+1000 ts R-5000
      < . no_socket                     decides
=> rejected time_wait_paws inferred rcv_nxt N snd_nxt X ts_recent R

story sequence_without_history
timestamps off
use closed_by_server hide
+0.5  > S N-7
      < . no_socket                     decides
=> rejected time_wait_sequence inferred

# The numbers of an ACK mean something on Linux only.
story without_history_on_freebsd
options peer_rules freebsd
use closed_by_server hide
+0.5  > S N+1000 ts R-5000
      < . no_socket                     decides
=> rejected old_unknown inferred

story unknown_by_socket
use closed_by_server hide
+0.5  > S N+1000 ts R-5000
      < .                               decides
=> rejected old_unknown inferred

# The capture cuts the SYN's timestamp: PAWS or sequence number, nobody knows.
story options_cut
use closed_by_server
+0.5  > S N+1000 cut_options
      < . no_socket                     decides
=> rejected old_unknown inferred
=> summary "in TIME_WAIT; the captured bytes end before the timestamps"

# What is cut off comes behind the timestamp (MSTNW): that is all that PAWS looks at.
story options_cut_behind_the_timestamp
use closed_by_server
+0.5  > S N+1000 ts R-5000 options_left 16
      < . no_socket                     decides
=> rejected time_wait_paws

# ... but who listens all the time, and rejects a higher sequence number, rejects the timestamp.
story options_cut_of_a_service
end c2 10.9.0.1:57012
end c3 10.9.0.1:57013
use closed_by_server
c2 > s S
s > c2 S.
c2 > s .
+0.5  > S N+1000 cut_options            as cut
      < . no_socket                     as rejection
c3 > s S
s > c3 S.
c3 > s .
=> cut: rejected time_wait_paws inferred decided_by rejection

# FreeBSD would have accepted it; where nobody listens, it says so with a RST.
story paws_on_freebsd
options peer_rules freebsd
use closed_by_server
+0.5  > S N+1000 ts R-5000              predicts syn_ack
      < . no_socket                     decides
=> rejected old_unknown inferred not_as_rules yes

# The RFC wants silence.
story sequence_by_the_rfc
options peer_rules rfc
timestamps off
use closed_by_server
+0.5  > S N-500                         predicts silence
      < . no_socket                     decides
=> rejected time_wait_sequence inferred not_as_rules yes

story refused_by_time_wait
use closed_by_server
+0.5  > S N+1000 ts R-5000              predicts ack
      < R.                              decides
=> refused refused_though_open not_as_rules yes

# It may be over: it is not known to be what keeps silent.
story silent_after_60_s
use closed_by_server
+60.5 > S N+1000 ts R-5000
again +1.52 +1.52
=> no_answer silent_port retries 2

# The SYN has no timestamp, the old connection had.
story silent_sequence_without_timestamp
use closed_by_server
+1.02 > S N-500 no_ts
again +1.02
=> no_answer time_wait_sequence inferred retries 1

# The TIME_WAIT lets a SYN of so new a timestamp pass: it is not what keeps silent.
story silent_although_accepted
use closed_by_server
+20.5 > S N+1000 ts R+20000             predicts syn_ack
again +1.52 +1.52
=> no_answer silent_port retries 2
