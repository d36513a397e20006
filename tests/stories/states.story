# What both ends are known to be after each segment, and what a SYN is predicted to meet.

story states_when_the_server_closes
> S                                     states SYN_SENT/-
< S.                                    states SYN_RECEIVED/ESTABLISHED
> .                                     states ESTABLISHED/ESTABLISHED
use exchange
+30 < F.                                states FIN_WAIT_1/CLOSE_WAIT as server_fin
    > .                                 states CLOSE_WAIT/FIN_WAIT_2
    > F.                                states LAST_ACK/TIME_WAIT
    < . no_socket                       states TIME_WAIT/CLOSED
+5  > S N+1000 ts R-5000                states SYN_SENT/TIME_WAIT
    < . no_socket                       states TIME_WAIT/SYN_SENT decides
=> rejected time_wait_paws closed_in server_fin

# A FIN that acknowledges the peer's: three segments close the connection.
story states_when_three_segments_close
use handshake
> F.                                    states FIN_WAIT_1/CLOSE_WAIT as client_fin
< F.                                    states LAST_ACK/TIME_WAIT
> .                                     states TIME_WAIT/CLOSED
+5 > S N+1000000                        states SYN_SENT/CLOSED
   < S. 900000000
   > .                                  decides
=> established reuse_after_close closed_in client_fin

story states_without_the_syn_ack
> S
< S. hide
> .                                     states ESTABLISHED/ESTABLISHED

# What the server acknowledges and no frame shows may hold a FIN.
story states_without_the_client
> S
< S.
> . hide
< .                                     states SYN_RECEIVED/ESTABLISHED
> P. (100) hide
< .                                     states -/-

story states_without_the_handshake
use handshake hide
> P. (10)                               states -/-
< P. (10)                               states ESTABLISHED/ESTABLISHED
< F.                                    states FIN_WAIT_1/CLOSE_WAIT
> F.                                    states LAST_ACK/TIME_WAIT
< .                                     states TIME_WAIT/CLOSED

# The server acknowledges a number that no frame shows: it may be that of a FIN. The FIN was captured late.
story states_where_a_fin_is_late
use handshake
< F. ack I+2                            states -/-
> F. ack J+1                            states TIME_WAIT/LAST_ACK

# Sequence numbers wrap round at 2^32.
story states_where_numbers_wrap
> S 4294967295
< S. 4294967291
> .
< F. (10)                               states FIN_WAIT_1/CLOSE_WAIT
> F.                                    states LAST_ACK/TIME_WAIT
< . no_socket                           states TIME_WAIT/CLOSED
+5 > S N+1000 ts R-5000
   < . no_socket                        decides
=> rejected time_wait_paws rcv_nxt 1

# RFC 5961, 3.2: which RST of the client its server believes, while 100 bytes are not acknowledged yet.
beginning data_under_way
use handshake
< .
> P. (100)

story reset_at_rcv_nxt
use data_under_way
> R I+1                                 states CLOSED/CLOSED

story reset_at_snd_nxt
use data_under_way
> R I+101                               states CLOSED/CLOSED

# Inside the window, behind what was captured: data may be missing.
story reset_behind_what_was_seen
use data_under_way
> R I+200                               states CLOSED/CLOSED

story reset_before_rcv_nxt
use data_under_way
> R I                                   states ESTABLISHED/ESTABLISHED

story reset_within_the_data
use data_under_way
> R I+50                                states ESTABLISHED/ESTABLISHED

story reset_beyond_the_window
use data_under_way
> R I+65253                             states ESTABLISHED/ESTABLISHED

story reset_half_the_numbers_away
use data_under_way
> R I+2147483749                        states ESTABLISHED/ESTABLISHED

# After a FIN nothing unseen can follow: only the number behind it counts.
story reset_behind_the_fin
use handshake
> F.
> R I+2                                 states CLOSED/CLOSED

story reset_beyond_the_fin
use handshake
> F.
> R I+3                                 states FIN_WAIT_1/CLOSE_WAIT

# RFC 7323, 5.3, as Linux has it: a RST with an older timestamp is dropped.
story reset_with_the_newest_timestamp
use handshake
> R I+1 ts R                            states CLOSED/CLOSED

story reset_with_an_older_timestamp
use handshake
> R I+1 ts R-1                          states ESTABLISHED/ESTABLISHED

# Nothing of the sender was captured: then only what the receiver acknowledged tells.
story reset_by_the_other_ends_word
use handshake hide
< .
> R I+1                                 states CLOSED/CLOSED

story reset_against_the_other_ends_word
use handshake hide
< .
> R I                                   states -/-

# A segment of the other side restarts the clock of TIME_WAIT, one of its own does not, and a rejection by PAWS does.
story clock_of_time_wait
use closed_by_server
+10 > F. -1 ts R
+3  < . no_socket
+2  > S N+1000 ts R-5000                time_wait 5.0001 restarts 0 restarts_it yes
    < . no_socket                       time_wait 0.00005 restarts 1 restarts_it no
+1  > S ts R-4000                       time_wait 1.0001 restarts 1 restarts_it yes
+1  > S N-1000 ts R                     time_wait 1.00005 restarts 2 restarts_it no
+1  > S N-2000 ts R                     time_wait 2.0001 restarts 2 restarts_it no

story time_wait_has_run_out
use closed_by_server
+62 > S N+2000 ts R-5000                predicts syn_ack states SYN_SENT/CLOSED
    < S. 900000000
    > .                                 decides
=> established time_wait_expired

# A connection request is answered again, an open connection with a challenge ACK; a new port as the service did last.
story predicted_by_the_connection_and_the_service
end b 10.9.0.1:57012
end d 10.9.0.1:57013
   > S                                  predicts unknown
   < S.
+1 > S                                  predicts syn_ack
   > .
+1 > S                                  predicts ack
   b > s S                              predicts syn_ack
   s > b R.
   d > s S                              predicts rst

# Whether a socket still holds FIN_WAIT_2 is not to be seen: a SYN in the window gets a challenge ACK or a RST.
story predicted_in_fin_wait_2
use half_closed_by_server
+1 > S N+200 ts R+1                     predicts unknown
+1 > S N+500000 ts R+1                  predicts ack

story predicted_where_options_are_cut
use closed_by_server
+1 > S N+1000 cut_options               predicts unknown
