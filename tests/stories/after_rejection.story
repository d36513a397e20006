# A rejection that was overcome: what made it, what removed that, and whether the capture shows both.

# ---- TIME_WAIT ----

# Nobody listened when the first SYN came: the TIME_WAIT answered. Then the service is back, and the number lets it in.
story recycled_by_sequence_after_a_rejection
timestamps off
use closed_by_server
+9.1  > S N+1000                        predicts syn_ack
      < . no_socket
+1    > S
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_sequence delayed retries 1

# The same of a Linux before 6.10.
story recycled_by_sequence_after_a_rejection_before_6_10
timestamps off
use closed_by_server
+9.1  > S N+1000
      < . no_socket
+1    > S
      < S. 900000000
      > .                               decides
=> established time_wait_recycled_sequence inferred delayed retries 1

# The first SYN's timestamp is behind, the second one's is TS.Recent. The capture began with the first.
story recycled_by_sequence_after_a_rejection_without_history
use closed_by_server hide
+9.1  > S N+1000 ts R-1000
      < . no_socket
+1    > S ts R
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_sequence delayed retries 1

# The SYN/ACK's number says that TIME_WAIT took a SYN that it must not take: by the rules, something removed it.
story taken_later_against_the_rules
use closed_by_server
+9.1  > S N+1000 ts R-1159862           predicts ack
      < . no_socket
+1    > S
      < S. X+65537
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

story taken_later_against_the_rules_by_sequence
timestamps off
use closed_by_server
+9.1  > S N-1000                        predicts ack
      < . no_socket
+1    > S
      < S. X+65537
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

# The peer does not look at timestamps by the rules, and yet its TIME_WAIT took the newer one.
story taken_later_against_the_rules_of_macos
options peer_rules macos
use closed_by_server
+9.1  > S N-1000 ts R+100               predicts ack
      < . no_socket
+1    > S
      < S. 900000000
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

# 61 s after it, and still the old TIME_WAIT's next number.
story taken_late_against_the_rules
use closed_by_server
+9.1  > S N+1000 ts R-1159862
      < . no_socket
+61   > S
      < S. X+65537
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

# Two clocks: the first SYN's timestamp is behind, a later one's is TS.Recent; its number is too low. By the
# rules neither lets it in.
story taken_later_for_no_reason
use closed_by_server
+9.1  > S N-1000 ts R-1000              predicts ack
      < . no_socket
+1    > S ts R                          predicts ack
      < S. X+65537
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

# TIME_WAIT does not last for ever: while each SYN is rejected by its number, it runs out.
story rejected_until_it_ran_out
timestamps off
use closed_by_server
+9.1  > S N-1000
      < . no_socket                     decides
again +1 +2 +4 +8 +16 +32
=> rejected time_wait_sequence retries 6

# The client's RST removed it, although the SYN came so late that it would have been over anyway.
story reset_before_it_ran_out
use closed_by_server
+9.1  > S N+1000 ts R-1159862
      < . no_socket
      > R N
+61   > S
      < S. 900000000
      > .                               decides
=> established after_time_wait_reset delayed retries 1

# The ACK alone says that there was a TIME_WAIT.
story ran_out_without_history
use closed_by_server hide
+9.1  > S N+1000 ts R-1159862
      < . no_socket
+61   > S
      < S. 900000000
      > .                               decides
=> established time_wait_expired inferred delayed retries 1

# The RST got lost before the capture point, or the client is behind a device that sends it.
story time_wait_reset_unseen
use closed_by_server
+9.1  > S N+1000 ts R-1159862
      < . no_socket
      > R N hide
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

story time_wait_reset_without_history
use closed_by_server hide
+9.1  > S N+1000 ts R-1159862
      < . no_socket
      > R N
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

# The SYN's options are not in the capture: whether TIME_WAIT made the ACK cannot be told.
story perhaps_time_wait_reset
use closed_by_server
+9.1  > S N+1000 ts R-1159862 cut_options
      < . no_socket
      > R N
+0.01 > S cut_options
      < S. 900000000
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

# The ACK's number shows that the capture lacks data of the server: its TIME_WAIT is not proven to have made it.
story perhaps_time_wait_ran_out
timestamps off
use closed_by_server
+9.1  > S N-1000
      < . X+100
+61   > S
      < S. 900000000
      > .                               decides
=> established time_wait_expired inferred delayed retries 1

story perhaps_time_wait_reset_before_it_ran_out
use closed_by_server
+9.1  > S N-1000 ts R-1159862 cut_options
      < . no_socket
      > R N
+61   > S cut_options
      < S. 900000000
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

# ... and its next number shows that it took the later SYN.
story perhaps_time_wait_recycled
use closed_by_server
+9.1  > S N-1000 ts R-1159862 cut_options
      < . no_socket
+1    > S cut_options
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp delayed retries 1

# Nobody resets it, and it has not run out: the RST is not in the capture.
story perhaps_time_wait_reset_unseen
timestamps off
use closed_by_server
+9.1  > S N-1000
      < . X+100
+0.5  > S
      < S. 900000000
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

# The SYN/ACK has the next number of what rejected a SYN that it must not take.
story perhaps_taken_later_against_the_rules
timestamps off
use closed_by_server
+9.1  > S N-1000
      < . X+100
+0.5  > S
      < S. X+65637
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

story perhaps_taken_late_against_the_rules
timestamps off
use closed_by_server
+9.1  > S N-1000
      < . X+100
+61   > S
      < S. X+65637
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1

# It had time to run out, and rejects all the same: it is something else.
story perhaps_time_wait_rejects_for_long
timestamps off
use closed_by_server
+9.1  > S N-1000
      < . X+100                         decides
+61   > S
      < . X+100
=> rejected old_unknown inferred retries 1

# ---- a connection that is not closed ----

# The RST that the client answers with is not in the capture.
story old_established_reset_unseen
use conversation
+100  > S I+1352641000 ts 40643665
      < .
      > R hide
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

# The client's FIN is in the capture, and never reached the server.
story old_established_by_its_answer_reset
use conversation
      > F. lost
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

story old_close_wait_reset
use conversation
      > F.
      < .
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset delayed retries 1

story old_close_wait_reset_unseen
use conversation
      > F.
      < .
+100  > S I+1352641000 ts 40643665
      < .
      > R hide
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

story old_last_ack_reset
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
      > .                               decides
=> established after_old_connection_reset delayed retries 1

story old_last_ack_reset_unseen
use conversation
      > F.
      < .
      < F. lost
+0.2  < F. -1 lost
+1    > S I+1352641000 ts 40643665
      < .
      > R hide
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

# The last ACK is in the capture, and never reached the server.
story old_last_ack_by_its_answer_reset
use conversation
      > F.
      < F.
      > . lost
+1    > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

story old_fin_wait_1_reset
use conversation
      < F. lost
+0.2  < F. -1 lost
+1    > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset delayed retries 1

story old_fin_wait_1_reset_unseen
use conversation
      < F. lost
+0.2  < F. -1 lost
+1    > S I+1352641000 ts 40643665
      < .
      > R hide
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

# Both closed, and neither FIN arrived.
story old_fin_wait_1_by_its_answer_reset
use conversation
      < F. lost
      > F. lost
+0.2  < F. -1 lost
+1    > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

story old_fin_wait_2_reset
use half_closed_by_server
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset delayed retries 1

story old_fin_wait_2_reset_unseen
use half_closed_by_server
+100  > S I+1352641000 ts 40643665
      < .
      > R hide
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

# The client's FIN is in the capture, and never reached the server.
story old_fin_wait_2_by_its_answer_reset
use half_closed_by_server
      > F. lost
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

story old_syn_received_reset
use half_open
+0.5  > S I+352641030
      < . no_socket
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset delayed retries 1

story old_syn_received_reset_unseen
use half_open
+0.5  > S I+352641030
      < . no_socket
      > R hide
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

# The capture began later: the IP ID says that a socket made the ACK.
story unknown_socket_reset
use conversation hide
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

# In IPv6 there is no IP ID: what made the ACK is not known.
story unknown_maker_reset
end c [fd09::1]:57011
end s [fd09::2]:8080
use conversation hide
+100  > S I+1352641000 ts 40643665
      < .
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_wrong_ack inferred delayed retries 1

# ---- the RST is in the capture, the ACK is not ----

story old_connection_reset_against_an_unseen_rejection
use conversation
+100  > S I+1352641000 ts 40643665
      < . hide
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1

# All that the capture has of the old connection is one segment of the client: nothing says what the RST ended.
story unknown_connection_reset_while_the_syn_waits
use conversation hide
      > P. (29)
+100  > S I+1352641000 ts 40643665
      < . hide
      > R
+1.02 > S
      < S. 900000000
      > .                               decides
=> established syn_retransmitted delayed retries 1

# The SYN is never seen again.
story time_wait_reset_and_no_syn_again
use closed_by_server
+9.1  > S N+1000 ts R-1159862
      < . no_socket hide
      > R N
+4    other s
=> no_answer time_wait_paws inferred

# The old connection was not captured, and its SYN/ACK says what made the ACK before it.
story old_syn_received_without_history_reset
use half_open hide
+0.5  > S I+352641030
      < . no_socket
+0.5  < S. X-1 ack N
      > R
+0.01 > S
      < S. 900000000
      > .                               decides
=> established after_old_connection_reset inferred delayed retries 1
