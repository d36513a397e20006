# Linux' rules at their edges: at RCV.NXT, at TS.Recent, and half the number space away. Where the rules take the SYN, but an
# ACK comes, nobody listens any more.

story edge_isn_equal_tsval_equal
use closed_by_server
+0.5 > S N ts R                         predicts ack
     < . no_socket                      decides
=> rejected time_wait_sequence

story edge_isn_equal_tsval_one_ahead
use closed_by_server
+0.5 > S N ts R+1                       predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_equal_tsval_one_behind
use closed_by_server
+0.5 > S N ts R-1                       predicts ack
     < . no_socket                      decides
=> rejected time_wait_paws

story edge_isn_one_ahead_tsval_equal
use closed_by_server
+0.5 > S N+1 ts R                       predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_one_ahead_tsval_one_behind
use closed_by_server
+0.5 > S N+1 ts R-1                     predicts ack
     < . no_socket                      decides
=> rejected time_wait_paws

story edge_isn_one_behind_tsval_equal
use closed_by_server
+0.5 > S N-1 ts R                       predicts ack
     < . no_socket                      decides
=> rejected time_wait_sequence

story edge_isn_one_behind_tsval_one_ahead
use closed_by_server
+0.5 > S N-1 ts R+1                     predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_far_ahead_tsval_equal
use closed_by_server
+0.5 > S N+2147483647 ts R              predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_half_the_numbers_away_tsval_equal
use closed_by_server
+0.5 > S N-2147483648 ts R              predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_half_the_numbers_away_tsval_one_ahead
use closed_by_server
+0.5 > S N-2147483648 ts R+1            predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_half_the_numbers_away_tsval_far_ahead
use closed_by_server
+0.5 > S N-2147483648 ts R+2147483647   predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_ahead_tsval_far_behind
use closed_by_server
+0.5 > S N+5 ts R-2147483647            predicts ack
     < . no_socket                      decides
=> rejected time_wait_paws

story edge_isn_behind_tsval_half_the_numbers_away
use closed_by_server
+0.5 > S N-5 ts R-2147483648            predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_equal_tsval_absent
timestamps off
use closed_by_server
+0.5 > S N                              predicts ack
     < . no_socket                      decides
=> rejected time_wait_sequence

story edge_isn_one_ahead_tsval_absent
timestamps off
use closed_by_server
+0.5 > S N+1                            predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_far_ahead_tsval_absent
timestamps off
use closed_by_server
+0.5 > S N+2147483647                   predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener

story edge_isn_half_the_numbers_away_tsval_absent
timestamps off
use closed_by_server
+0.5 > S N-2147483648                   predicts syn_ack
     < . no_socket                      decides
=> rejected time_wait_no_listener
