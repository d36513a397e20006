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
other router
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
=> pending unacknowledged

# ... for a long time; but who misses it repeats.
story crossed_and_unanswered_for_long
end other 10.9.0.9:57012
end another 10.9.0.3:80
> S I                                   as first
< S J
> S. I ack J+1
between other another
+300 > S
=> first: pending unacknowledged

story crossed_and_unanswered_so_far
> S I                                   as first
< S J
> S. I ack J+1
=> first: pending in_progress so_far

story only_syns_crossed_and_repeated
> S I                                   as first
< S J
> S. I ack J+1
+1 > S I
=> first: no_answer silent_port inferred retries 1

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
options peer_rules linux
use handshake hide
use exchange
< F.
> .
+2    > S N+10                          states SYN_SENT/FIN_WAIT_2
      < R.                              decides
=> refused old_fin_wait_2 inferred

story refused_by_time_wait_of_unknown_window
options peer_rules lwip
use handshake hide
use exchange
use server_closes
+5    > S N+100                         predicts rst
      < R.                              decides
=> refused time_wait_sequence inferred

story refused_by_syn_received_of_unknown_window
use unfiltered
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

# Others were dropped on the server's side before: this one was seen to come in, and its SYN is fresh.
story syn_dropped_here_just_now
use forwarded_by_a_router
end other 10.9.0.1:57012
between other s
+1 > S in
=> pending capture_ended

story answer_dropped_here_just_now
use forwarded_by_a_router
end other 10.9.0.1:57012
between other s
+1 > S through
   < S. in lost
=> pending unacknowledged

# In one pass, before the client's ACK is read.
story answered_so_far
   > S
+1 > S
   < S.
=> pending in_progress so_far retries 1
=> pending unacknowledged retries 1

story may_have_dropped_just_now
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+0.5  > S N-1000 ts R+5000
=> pending capture_ended

# ---- a router that translates, and captures all of its interfaces ----

beginning forwarded_by_a_nat
at any
end inside 192.168.0.7:40000
timestamps on
inside > s S 1000000 ts 300000 in
> S 1000000 ts 300000 out ttl 63
< S. in
s > inside S. out
inside > s . in
> . out

beginning answer_dropped_by_a_nat
end other_inside 192.168.0.7:40001
end other 10.9.0.1:57012
other_inside > s S 5000000 ts 400000 in           as inner
other > s S 5000000 ts 400000 out ttl 63          as outer
s > other S. in lost

story answer_dropped_by_a_nat_just_now
use forwarded_by_a_nat
+1 use answer_dropped_by_a_nat
=> inner: pending capture_ended
=> outer: pending unacknowledged

story answers_dropped_by_a_nat
use forwarded_by_a_nat
+1 use answer_dropped_by_a_nat
+3 other router
=> inner: no_answer dropped_here

story lossy_answers_dropped_by_a_nat
use lossy_capture
use forwarded_by_a_nat
+1 use answer_dropped_by_a_nat
+3 other router
=> inner: no_answer dropped_here inferred

# It drops the answer and refuses by itself: that is what the client has got.
story refused_by_a_nat
use forwarded_by_a_nat
+1 use answer_dropped_by_a_nat
s > other_inside R. ack 5000001 out                as refusal
+3 other router
=> inner: refused refused_though_open inferred decided_by refusal

# ---- the handshake, and the server's RST ----

# The server's data came later than what is said to be its RST.
story reset_in_path_before_data
> S
< S.
> .
< R J+1 forged                          decides
< P. (40)
=> refused reset_in_path inferred

story reset_in_path_with_another_ttl
end s 10.9.0.2:8080 ttl 61
> S
< S.
> .
< R ttl 254                             decides
=> refused reset_in_path inferred

# The server is 20 ms away, the RST comes at once.
story reset_in_path_too_soon
      > S
+0.02 < S.
      > .
      < R                               decides
=> refused reset_in_path inferred

# The host is said to be unreachable, then refuses, then takes the SYN.
story after_refusal_behind_an_icmp_error
      > S
      icmp host
+0.1  > S
      < R.
+0.5  > S
      < S.
      > .                               decides
=> established after_refusal delayed retries 2

# ---- in time, and the old connection ended while the SYN waited: the capture lacks the SYN that got in ----

story old_connection_reset_in_time
use conversation
+100  > S I+1352641000 ts 40643665
      < . hide
      > R
      > S hide
      < S. 900000000
      > .                               decides
=> established reuse_after_reset reuse after_reset

# The number that tells, and no ACK of the client.
story too_many_time_waits_unacknowledged
use closed_by_server
+5    > S N+1000 ts R+5000
      < S. X+65537
      > .
end other 10.9.0.1:57012
between other s
use closed_by_server
+5    > S N+1000 ts R+5000
      < S. 77
=> pending unacknowledged

# FreeBSD's TIME_WAIT ignores a RST: it removed nothing.
story reset_against_an_unseen_rejection_on_freebsd
options peer_rules freebsd
use closed_by_server
+9    > S N+5000 ts R-5
      < . no_socket hide
      > R
+1    > S
      < S. 99
      > .                               decides
=> established syn_retransmitted delayed retries 1

# ---- rests on the rules of a stack: the TTL of this host is nobody's ----

beginning nobodys_ttl
end s 10.9.0.2:8080 ttl 200

story nobodys_time_wait_expired_since
use nobodys_ttl
timestamps off
use closed_by_server
+40.5 > S N-500
      < . no_socket
+31.5 > S N-500
      < S. 900000000
      > .                               decides
=> established time_wait_expired inferred delayed retries 1

story nobodys_time_wait_reset
use nobodys_ttl
use closed_by_server
+9.13 > S N+352641030 ts R-1159862
      < . no_socket
      > R N
+0.01 > S
      < S. X+159641486
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

story nobodys_time_wait_expired
use nobodys_ttl
use closed_by_server
+63.4 > S N+500000
      < S. X+995733925
      > .                               decides
=> established time_wait_expired inferred

story nobodys_fin_wait_2
use nobodys_ttl
use half_closed_by_server
+2    > S N+1000
      < R.                              decides
=> refused old_fin_wait_2 inferred

story nobodys_syn_received
use nobodys_ttl
use unfiltered
use half_open
+0.5  > S I+1000
      < R.                              decides
=> refused old_syn_received inferred

story nobodys_no_listener
use nobodys_ttl
use closed_by_server
+9.1  > S N-500000
      < . no_socket                     decides
=> rejected time_wait_no_listener inferred summary "if it is Linux"

story nobodys_silent_paws
use nobodys_ttl
use closed_by_server
+9.1  > S N+352641030 ts R-1159862
+1    > S
=> no_answer time_wait_paws inferred retries 1 summary "if it is Linux"

story nobodys_silent_sequence
use nobodys_ttl
timestamps off
use closed_by_server
+9.1  > S N-500000
+1    > S
=> no_answer time_wait_sequence inferred retries 1 summary "if it is Linux"

# ---- what a TIME_WAIT made ----

# The last ACK is not in the capture: TIME_WAIT is likely.
story sequence_without_proof
timestamps off
use conversation
      < F.
      > .
      > F.
      < . hide

+9.1  > S N-1000                        predicts ack
      < . no_socket                     decides
=> rejected time_wait_sequence inferred

# Others get in before and after: somebody listens, so that this TIME_WAIT is not as its supposed stack has it.
beginning another_gets_in
end another 10.9.0.1:57014
another > s S
s > another S.
another > s .

beginning yet_another_gets_in
end yet_another 10.9.0.1:57015
yet_another > s S
s > yet_another S.
yet_another > s .

story would_take_and_somebody_listens
use closed_by_server
use another_gets_in
+0.5  > S N-500000                      as rejected
      < . no_socket                     as rejection
use yet_another_gets_in
=> rejected: rejected time_wait_sequence inferred decided_by rejection

# lwIP would have reset it: what answered is not known.
story neither_reset_nor_taken
options peer_rules lwip
use closed_by_server
+5    > S N+100                         predicts rst
      < . no_socket                     decides
=> rejected old_unknown inferred not_as_rules yes

story neither_reset_nor_taken_and_somebody_listens
options peer_rules lwip
use closed_by_server
use another_gets_in
+5    > S N+100                         as rejected
      < . no_socket                     as rejection
use yet_another_gets_in
=> rejected: rejected old_unknown inferred decided_by rejection not_as_rules yes

# ---- the SYN's timestamp was not captured, and somebody listens all the time ----

story options_cut_of_somebodys_service
use nobodys_ttl
use closed_by_server
use another_gets_in
+0.5  > S N+1000 cut_options            as cut
      < . no_socket                     as rejection
use yet_another_gets_in
=> cut: rejected time_wait_paws inferred decided_by rejection summary "if it is Linux"

# The capture began with it: whether there was a TIME_WAIT is not known.
story options_cut_of_a_service_without_history
use closed_by_server hide
use another_gets_in
+0.5  > S N+1000 cut_options            as cut
      < . no_socket                     as rejection
use yet_another_gets_in
=> cut: rejected old_unknown inferred decided_by rejection

# There are no timestamps, and the ACK's number is not that of the TIME_WAIT.
story no_timestamps_of_a_service
timestamps off
use closed_by_server
use another_gets_in
+0.5  > S N+1000                        as whole
      < . X+100 no_socket               as rejection
use yet_another_gets_in
=> whole: rejected old_unknown inferred decided_by rejection

# The number is lower: it may have been that.
story options_cut_and_a_lower_number
use closed_by_server
use another_gets_in
+0.5  > S N-1000 cut_options            as cut
      < . no_socket                     as rejection
use yet_another_gets_in
=> cut: rejected old_unknown inferred decided_by rejection

# A socket made the ACK.
story options_cut_and_a_socket
use closed_by_server
use another_gets_in
+0.5  > S N+1000 cut_options            as cut
      < .                               as rejection
use yet_another_gets_in
=> cut: rejected old_unknown inferred decided_by rejection
