# The ISN is new enough, the timestamp is not. The ACK never reaches the client.
story rejected.time_wait_paws
use conversation
+30 use server_closes
+9.29 > S N+352641030 ts R-1159862      predicts ack states SYN_SENT/TIME_WAIT
      < . no_socket                     decides
again +1 +2 +4
=> rejected time_wait_paws retries 3 not_as_rules no other_host - signs maybe summary "PAWS: TSval 1159862 behind"

story rejected.time_wait_sequence
timestamps off
use closed_by_server
+9.1  > S N-500000                      predicts ack
      < . no_socket                     decides
again +1 +2 +4
=> rejected time_wait_sequence retries 3

# TIME_WAIT would let the SYN pass, but the service has been stopped.
story rejected.time_wait_no_listener
use closed_by_server
+9.1  > S N-500000                      predicts syn_ack
      < . no_socket                     decides
again +1 +2 +4
=> rejected time_wait_no_listener retries 3 not_as_rules no

# The server still has the old connection, and its ACK gets lost before it reaches the client.
story rejected.old_established
use conversation
+100  > S I+1352641000 ts 40643665      predicts ack states SYN_SENT/ESTABLISHED
      < .                               decides
again +1 +2 +4
=> rejected old_established retries 3

# The client closed, the server's program has not.
story rejected.old_close_wait
use conversation
      > F.
      < .

+100  > S I+1352641000 ts 40643665      predicts ack states SYN_SENT/CLOSE_WAIT
      < .                               decides
again +1 +2 +4
=> rejected old_close_wait retries 3

# The server's FIN is never acknowledged.
story rejected.old_last_ack
use conversation
      > F.
      < .
      < F. lost
+0.2  < F. -1 lost

+1    > S I+1352641000 ts 40643665      predicts ack states SYN_SENT/LAST_ACK
      < .                               decides
again +1 +2 +4
=> rejected old_last_ack retries 3

# The server closed first, and its FIN is never acknowledged.
story rejected.old_fin_wait_1
use conversation
      < F. lost
+0.2  < F. -1 lost

+1    > S I+1352641000 ts 40643665      predicts ack states SYN_SENT/FIN_WAIT_1
      < .                               decides
again +1 +2 +4
=> rejected old_fin_wait_1 retries 3

# The server has closed its half of the connection (shutdown), and still has the socket.
story rejected.old_fin_wait_2
use half_closed_by_server
+100  > S I+1352641000 ts 40643665      states SYN_SENT/FIN_WAIT_2
      < .                               decides
again +1 +2 +4
=> rejected old_fin_wait_2 retries 3

story rejected.old_syn_received
use half_open
+0.5  > S I+352641030                   predicts ack states SYN_SENT/SYN_RECEIVED
      < . no_socket                     decides
again +1 +2
=> rejected old_syn_received retries 2

# The capture began after the old connection; the IP ID says that a live socket rejects.
story rejected.old_unknown
> S
< . 3210136730 ack 1000000030 ecr 3000044    decides
again +1 +2 +4
=> rejected old_unknown inferred retries 3

# Something answers every SYN with a SYN/ACK for another one.
story rejected.wrong_ack
> S
< S. ack I-4711 lost                    decides
> R
again +0.01 +1
=> rejected wrong_ack retries 2

# A NAT has tried two ports, both in TIME_WAIT, and comes back to the first; then the program gives up. What the call lost
# ends with its last SYN, whichever port that has.
story rejected_on_two_ports
use closed_by_server
end c2 10.9.0.1:57012
between c2 s
use closed_by_server
let isn 352641030
let tsval 2000
between c s
+9.13 > S isn ts tsval          as first
      < . no_socket               as one
      > R N
between c2 s
+0.01 > S isn ts tsval+10       as second
      < . no_socket               as two
      > R N
between c s
+1.02 > S isn ts tsval+1030
=> first: rejected time_wait_paws decided_by one retries 1 outcome failed lost 1.0303
=> second: rejected time_wait_paws decided_by two outcome failed lost 1.0303 retry_of first
