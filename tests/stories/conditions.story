# What a rule needs besides that which makes its cause, and what it excludes.

# ---- a rejection, then a SYN/ACK that the client never acknowledges: it is no rejection any more ----

story answered_after_paws
use closed_by_server
+9.1  > S N+1000 ts R-1159862
      < . no_socket
      > R N
+0.01 > S
      < S. 900000000
+1.02 < S.
=> no_answer synack_lost retries 1

story answered_after_sequence
timestamps off
use closed_by_server
+9.1  > S N-1000
      < . no_socket
      > R N
+0.01 > S
      < S. 900000000
+1.02 < S.
=> no_answer synack_lost retries 1

# The service is back.
story answered_after_no_listener
timestamps off
use closed_by_server
+9.1  > S N+1000
      < . no_socket
+1    > S
      < S. X+65537
+1.02 < S.
=> no_answer synack_lost retries 1

story answered_after_old_established
use conversation
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
+1.02 < S.
=> no_answer synack_lost retries 1

story answered_after_old_close_wait
use conversation
      > F.
      < .
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
+1.02 < S.
=> no_answer synack_lost retries 1

story answered_after_old_last_ack
use conversation
      > F.
      < .
      < F. lost
+0.2  < F. -1 lost
+1    > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
+1.02 < S.
=> no_answer synack_lost retries 1

story answered_after_old_fin_wait_1
use conversation
      < F. lost
+0.2  < F. -1 lost
+1    > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
+1.02 < S.
=> no_answer synack_lost retries 1

story answered_after_old_fin_wait_2
use half_closed_by_server
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
+1.02 < S.
=> no_answer synack_lost retries 1

story answered_after_old_syn_received
use half_open
+0.5  > S I+352641030
      < . no_socket
      > R
+0.01 > S
      < S. 900000000
+1.02 < S.
=> no_answer synack_lost retries 1

story answered_after_wrong_ack
      > S
      < S. ack I-4711 lost
      > R
+0.01 > S
      < S. J+64000
+1.02 < S.
=> no_answer synack_lost retries 1

story answered_after_unknown
use conversation hide
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
+1.02 < S.
=> no_answer synack_lost retries 1

# ---- established: nothing but the handshake ----

# The SYN/ACK takes the data, the client never acknowledges it.
story fast_open_unacknowledged
> S (100) fast_open
< S. (0) ack I+101
=> pending unacknowledged

# The SYNs crossed, and no acknowledgment came.
story crossed_and_unanswered
> S
< S
< S. J lost
=> pending capture_ended

# Without timestamps, a higher number after a connection that the client closed: there was no TIME_WAIT.
story higher_number_without_time_wait
timestamps off
use closed_by_client
+9.1  > S N+1000
      < S.
      > .                               decides
=> established reuse_after_close

# FreeBSD's TIME_WAIT does not look at timestamps: a newer one has not let the SYN in.
story newer_timestamp_against_the_rules_of_freebsd
options peer_rules freebsd
use closed_by_server
+9.1  > S N-1000 ts R+5000              predicts silence
      < S. 900000000
      > .                               decides
=> established ok not_as_rules yes

# The client closed first, or reset the connection, and yet the SYN/ACK has a TIME_WAIT's next number: nothing tells what
# let in a SYN with a lower one.
story recycled_isn_after_close
timestamps off
use closed_by_client
+9.1  > S N-1000
      < S. X+65537
      > .                               decides
=> established ok

story recycled_isn_after_reset
timestamps off
use conversation
      > R.
+9.1  > S N-1000
      < S. X+65537
      > .                               decides
=> established ok

# ---- refused ----

# The capture began after the handshake: how far the window reaches is not known.
story refused_by_fin_wait_2_of_unknown_window
use handshake hide
use exchange
< F.
> .
+2    > S N+10                          states SYN_SENT/FIN_WAIT_2
      < R.                              decides
=> refused old_fin_wait_2 inferred

story refused_by_syn_received_of_unknown_window
> S cut_options
< S.
+1.02 < S.
+0.5  > S I+10
      < R.                              decides
=> refused old_syn_received inferred

# ---- rejected ----

# The last ACK is not in the capture: TIME_WAIT is likely.
story no_listener_without_proof
timestamps off
use conversation
      < F.
      > .
      > F.
      < . hide

+9.1  > S N+1000                        predicts syn_ack
      < . no_socket                     decides
again +1 +2 +4
=> rejected time_wait_no_listener inferred retries 3

# Both closed, and neither FIN arrived.
story rejected_by_fin_wait_1_as_its_answer_says
use conversation
      < F. lost
      > F. lost
+0.2  < F. -1 lost
+1    > S I+1352641000 ts 40643665
      < .                               decides
=> rejected old_fin_wait_1 inferred

# ---- too early to say ----

story answered_from_elsewhere_just_now
end member 10.9.0.3:8080
let syn I
> S
member > c S. ack syn+1 lost            as stray
=> pending capture_ended stray stray

story forbidden_by_timestamp_just_now
use closed_by_server
+9.1  > S N+1000 ts R-1159862           predicts ack
=> pending capture_ended

story forbidden_by_number_just_now
timestamps off
use closed_by_server
+9.1  > S N-1000                        predicts ack
=> pending capture_ended

# TIME_WAIT may have been over when the last SYN came.
story forbidden_by_number_no_longer
timestamps off
use closed_by_server
+59   > S N-1000                        predicts ack
again +1.02 +2
=> no_answer silent_port retries 2
