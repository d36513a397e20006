# A use of a port pair of which the capture lacks the SYN, and what may be said after it.

# The use whose SYN is missing. The server's ISN is the one with which Linux reopens a TIME_WAIT.
beginning unseen_syn
+10 > S 500000000 no_ts hide
    < S. X+65537 hide
    > . hide

beginning unseen_use
use unseen_syn
> P. (100)
< P. (200)

beginning close_unseen_use
< F.
> F.
< . no_socket

# SYN and SYN/ACK are missing: not the TIME_WAIT of the use before answers, but the open connection.
story open_after_time_wait
use closed_by_server
use unseen_use
+0.5 > S I-20000000 ts R-1000
     < . id 77                          decides
=> rejected old_established use 3 rcv_nxt N

# The unseen use was closed too: its TIME_WAIT has no timestamps, so that PAWS does not apply.
story time_wait_after_time_wait
use closed_by_server
use unseen_use
use close_unseen_use
+0.5 > S N-20000000 ts 3000000
     < . no_ts no_socket                decides
=> rejected time_wait_sequence

# The RST that ended the first is missing too.
story open_after_open
use conversation
+10  > S 2500000000 no_ts hide
     < S. 500000000 hide
     > P. (100)
     < P. (200)
+0.5 > S 480000000 ts 3000000
     < . id 77                          decides
=> rejected old_established ts_recent -

# The same after an attempt that was rejected: what follows is neither its answer nor the old connection.
story open_after_a_rejection
use closed_by_server
+0.5 > S 42 ts R-5000                   as rejected
     < . no_socket                      as rejection
use unseen_use
+0.5 > S I-20000000 ts R-1000
     < . id 77                          decides
=> rejected: rejected time_wait_paws decided_by rejection
=> rejected old_established

# Only the client is captured: what the server holds is not known.
story unseen_use_on_one_side
     > S
     < S. hide
     > .
     < F. hide
     > .
     > F.
     > R
use unseen_syn
     > P. (100)
+0.5 > S 480000000 ts 3000000
+1   > S
=> no_answer silent_port inferred retries 1

# SYN and RST are missing, the connection before was open: its clock must not judge the next SYN.
story lone_syn_ack_in_open_connection
use conversation
+10  > S 500000000 no_ts hide
     < S. X+65537
     > P. (100)
     < P. (200)
let  old_rcv_nxt I+102
use close_unseen_use
     > S I+5000 ts 2999000              states SYN_SENT/TIME_WAIT
=> rcv_nxt old_rcv_nxt ts_recent -

# The same with numbers just beyond the open connection's, as a client has that counts on and a server that does.
story near_syn_ack_in_open_connection
use conversation
     > S N no_ts hide
     < S. X+10000000
     > P. (100)
let  old_rcv_nxt I+102
let  old_snd_nxt J+2
use close_unseen_use
     > S I+5000 ts 2999000              states SYN_SENT/TIME_WAIT
=> rcv_nxt old_rcv_nxt snd_nxt old_snd_nxt ts_recent -

# A single forged segment hides no verdict, whether it comes before the SYN or between the SYN and its answer.
story forged_client_data_before_the_syn
use closed_by_server
     > P. 500000001 ack X+65538 (100) no_ts forged
+0.5 > S 480000000 ts R-1000
     < . no_socket                      decides
=> rejected time_wait_paws use 2

story forged_server_data_before_the_syn
use closed_by_server
     < P. X+65538 ack 500000101 (200) no_ts forged
+0.5 > S 480000000 ts R-1000
     < . no_socket                      decides
=> rejected time_wait_paws use 2

story forged_client_data_after_the_syn
use closed_by_server
+0.5 > S 480000000 ts R-1000
     > P. 500000001 ack X+65538 (100) no_ts forged
     < . no_socket                      decides
=> rejected time_wait_paws use 2

story forged_server_data_after_the_syn
use closed_by_server
+0.5 > S 480000000 ts R-1000
     < P. X+65538 ack 500000101 (200) no_ts forged
     < . no_socket                      decides
=> rejected time_wait_paws use 2


# A forged SYN/ACK does not end a connection that goes on.
story forged_syn_ack
use handshake
     < S. X+65537 ack 500000001 forged
use exchange
     < S. X+65537 ack 500000001 forged
+0.5 > S 480000000 ts R-1000            states SYN_SENT/ESTABLISHED
=> first_syn: established ok decided_by handshake
=> rcv_nxt N use 2

story forged_near_syn_ack
use handshake
     < S. X+10000000 ack N+1 forged
use exchange
     < S. X+10000000 ack N+1 forged
+0.5 > S 480000000 ts R-1000            states SYN_SENT/ESTABLISHED
=> first_syn: established ok decided_by handshake
=> rcv_nxt N use 2

# The SYN comes behind its SYN/ACK: the use has its attempt, and stays one whatever else is captured late.
story syn_after_lone_syn_ack
use conversation
     < S. X+65537 ack 500000001 forged
let  rcv_nxt N
let  snd_nxt X
     > S 500000000 ts 3000000           as second
     < . snd_nxt ack rcv_nxt forged
+0.5 > S 480000000 ts 2999000           as third
=> first_syn: use 1
=> second: use 2
=> third: use 3
