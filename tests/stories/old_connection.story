# A SYN that meets a connection that is not closed, as the capture shows it or does not show it.

# The server's number counts no FIN, so that it is in no TIME_WAIT, whatever its IP ID. The capture lacks the SYN/ACK ...
story old_established_without_answer
      > S
      < S. hide
      > .
+0.5  > S N+700000 ts R-5000
      < . no_socket                     decides
=> rejected old_established

# ... or the server's data.
story old_without_fin
use handshake
      > P. (100)
      < P. (200) hide
+0.5  > S N+700000 ts R-5000
      < . no_socket                     decides
=> rejected old_unknown inferred

story old_last_ack_at_once
use conversation
      > F.
      < F. lost
+0.5  > S N+700000 ts R+5000
      < .                               decides
=> rejected old_last_ack

# The last ACK is in the capture, but did not reach the server.
story old_last_ack_lost
use conversation
      > F.
      < F.
      > . lost
+0.5  > S N+700000 ts R+5000
      < .                               decides
=> rejected old_last_ack inferred

# The FIN was sent just now.
story old_fin_wait_1_for_a_moment
use conversation
      < F. lost
+0.1  > S N+700000 ts R+5000
      < .                               decides
=> rejected old_fin_wait_1

# The FIN is not repeated: the capture lacks its acknowledgment.
story old_fin_acknowledged_unseen
use conversation
      < F.
      > . hide
+0.5  > S N+700000 ts R+5000
      < .                               decides
=> rejected old_unknown inferred

story old_closing
use conversation
      < F. lost
      > F.
      < .
+0.2  < F. -1 lost
+0.5  > S N+700000 ts R+5000
      < .                               decides
=> rejected old_fin_wait_1

# The last ACK is missing, and TIME_WAIT answers: its ACK is made without a socket.
story old_closing_acknowledged_unseen
use conversation
      < F. lost
      > F.
      < .
+0.5  > S N+700000 ts R-5000
      < . no_socket                     decides
=> rejected time_wait_paws inferred

# The client's FIN is in the capture, but the server's ACK shows that it did not get it.
story fin_did_not_arrive
use conversation
      > F. lost
+0.5  > S N+700000 ts R+5000
      < .                               decides
=> rejected old_established inferred

story second_fin_did_not_arrive
use half_closed_by_server
      > F. lost
+0.5  > S N+700000 ts R+5000
      < .                               decides
=> rejected old_fin_wait_2 inferred

# The half-open connection repeats its SYN/ACK, which does not acknowledge the new SYN.
story old_syn_received_by_syn_ack
use half_open
+1.02 > S I+352641030
      < S. J ack N lost                 decides
=> rejected old_syn_received

# The SYN/ACK that follows the rejecting ACK shows which state made it.
story old_syn_received_without_history
use half_open hide
+1.02 > S I+352641030
      < . no_socket                     decides
      < S. J ack N lost
=> rejected old_syn_received inferred

# Measured on Linux 6.18: a half-open connection has no socket, one of Fast Open none that answers. An IP ID says that the
# capture lacks the client's last ACK; there is no FIN in these numbers.
story socket_where_the_last_ack_is_missing
use half_open
+100  > S I+352641030                   predicts ack
      < .                               decides
=> rejected old_established inferred

# ... of a host that may not be Linux it says nothing of the kind.
story half_open_with_an_ip_id
end s 10.9.0.2:8080 ttl 200
use half_open
+0.5  > S I+352641030
      < .                               decides
=> rejected old_syn_received inferred stack unknown

# A SYN that a half-open connection refuses ends that one, and leaves its numbers for the next SYN to compare.
story refusal_ends_a_half_open_connection
use half_open
let rcv_nxt N
+1.02 > S N+1000
      < R.
+0.5  > S N+2000                        states SYN_SENT/CLOSED
=> rcv_nxt rcv_nxt
