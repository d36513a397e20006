# The verdict in words, as it stands in a column.

story words_of_a_quick_handshake
use handshake
=> reads "Established, 0.1 ms"

story words_of_a_slow_client
     > S
     < S.
+1.5 > .
=> reads "Established late: the handshake took long, 1.5 s"

# The SYN/ACK is not in the capture: no time is known.
story words_without_connect_time
> S
< S. hide
> .
=> reads "Established" connect -

# The case that synfate was made for, in its words.
story words_of_paws
use closed_by_server
+10 > S N+352641030 ts R-100000
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 100000 behind); another clock than before (of another host or port)"
+2  > S
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 100000 behind), 1 retry, 2.0 s; another clock than before (of another host or port)"
+1  > S
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 100000 behind), 2 retries, 3.0 s; another clock than before (of another host or port)"

story words_of_inferred_paws
use closed_by_server
+1  > S N+1000 ts R-500
+1  > S ts R-400
=> reads "SYN never answered: TIME_WAIT peer rejects it (PAWS: TSval 500 behind, inferred), 1 retry, 1.0 s"

story words_of_an_old_sequence
use closed_by_server
+1  > S N-12 ts R
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (old sequence number: 12 behind)"

# macOS wants a number beyond the window: one that is ahead, and not enough, is not behind.
story words_of_a_sequence_ahead
options peer_rules macos
use closed_by_server
+1  > S N+1 ts R
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (old sequence number)"

story words_of_an_inferred_old_sequence
timestamps off
use closed_by_server hide
+1  > S N-7
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (old sequence number: 7 behind, inferred); if it is Linux"

story words_of_an_old_connection
timestamps off
> S
< . 77 ack 78 no_df no_socket
=> reads "SYN rejected: the peer holds an old connection (its state is not in the capture)"

story words_of_a_live_socket
timestamps off
> S
< . 77 ack 78
=> reads "SYN rejected: the peer holds an old connection (of a live socket, its state is not in the capture)"

story words_of_all_signs_of_another_host
use closed_by_server
+1  > S N+50000 ts R-90010 ttl 60 mss 536 opts MnWSTn
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 90010 behind); another host than before (TTL, TCP options, MSS or window)"

story words_of_an_answer_against_the_rules
use closed_by_server
+1  > S N+50000 ts R-510
    < S. 99
    > .
=> reads "Established, 0.1 ms; answered as Linux would not"

# ... its timestamp shows that it answers another SYN, which the capture lacks: nothing is against the rules.
story words_of_an_answer_to_another_syn
use closed_by_server
+1  > S N+50000 ts R-510
+1  > S N+50000 ts R+490 hide
    < S. 99
    > .
=> reads "Established late: the handshake took long, 1.0 s"

# Both legs of the NAT are in the capture: who became whom.
story words_of_a_collision
use behind_a_nat
let old_isn I
inside > service S old_isn ts 3000000
use closed_by_server
let isn N+77000000
let tsval R-510
+1  other_inside > service S isn ts tsval
    > S isn ts tsval
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 510 behind); 192.168.0.8 and 192.168.0.7 both became 10.9.0.1:57011"

# The ACK was seen at one interface and not at the other: there it gets lost.
story words_of_where_the_ack_was_seen
at eth-server
use closed_by_server
at eth-client
+1  > S N+50000 ts R-510                as at_the_client
at eth-server
    > S ts R-510                        as at_the_server
    < . no_socket
=> at_the_client: reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 510 behind); the peer's ACK was seen at interface eth-server and never reached interface eth-client"
=> at_the_server: reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 510 behind); the peer's ACK was seen at interface eth-server and never reached interface eth-client"

# ---- the call ----

# A NAT gives the flow up after the client's RST, and sends the same SYN through another port.
story words_of_a_retry_through_a_nat
use closed_by_server
+1    > S 5000 ts R-500                 as first
      < . no_socket
      > R N
      end again 10.9.0.1:40000
      between again s
+0.01 > S 5000
      < S.
      > .
=> reads "Established, 0.1 ms; was sent before as frame 12 from port 57011"
=> first: reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 500 behind); came again as frame 15 from port 40000 and got in"

# curl, for a name with two addresses.
story words_of_a_race
> S                                     as first
end other 10.9.0.3:8080
between c other
+0.2 > S
     < S.
     > .
=> reads "Established, 0.1 ms; 10.9.0.2:8080 cost this call 200 ms: its SYN (frame 1) got no connection"
=> first: reads "Not answered when the capture ended; its caller tried 10.9.0.3:8080 after 200 ms (frame 2) and got in there" advice "The address that was tried first"

# Three addresses of one name: the last one gets in.
story words_of_a_race_of_three
> S                                     as first
end other 10.9.0.3:8080
between c other
+0.25 > S                               as second
end third 10.9.0.4:8080
between c third
+0.25 > S
      < S.
      > .
=> reads "Established, 0.1 ms; 2 other addresses cost this call 500 ms: the first SYN (frame 1) got no connection"
=> outcome late lost 0.5001
=> second: outcome late lost 0.5001
=> second: reads "Not answered when the capture ended; its caller tried 10.9.0.4:8080 after 250 ms (frame 3) and got in there"
=> first: outcome late lost 0.5001
=> first: reads "Not answered when the capture ended; its caller tried 10.9.0.4:8080 after 500 ms (frame 3) and got in there"

# The address that was not answered is lost to the first that was: what the client calls later is another call.
story race_that_is_over
> S                                     as first
end other 10.9.0.3:8080
between c other
+0.2 > S                                as second
     < S.
     > .
end later 10.9.0.4:8080
between c later
+0.5 > S
     < S.
     > .
=> outcome in_time
=> second: outcome late lost 0.20005
=> first: outcome late lost 0.20005

# A bare RST to each SYN/ACK, every two seconds.
story words_of_a_half_open_probe
> S
< S.
> R
end second 10.9.0.1:40002
between second s
+2 > S
   < S.
   > R
end third 10.9.0.1:40003
between third s
+2 > S
   < S.
   > R
=> reads "Half-open probe (health check): the client resets what the server answers, at a constant period"

story words_of_a_box_that_authenticates
      > S
      < S. 900000000 ack 77
      > R 77
+0.01 > S
      < S. 800000000
      > .
=> reads "Established after an answer with a wrong ack number (as a box does that authenticates each new source by its RST), 1 retry, 10.2 ms"

story words_of_resets_that_are_ignored
   > S
   < R. 0 ack I+41
+1 > S
   < R. 0 ack I+41
=> reads "SYN never answered but by RSTs that acknowledge something else (2 RSTs ignored: ISN +41 instead of ISN +1), 1 retry, 1.0 s"

story words_of_a_reset_without_a_socket
> S
< S.
> .
< R no_socket
=> reads "Connected, then reset by the server before it took any data (bare RST with IP ID 0: made without a socket, as by another member of a group or by tcp_abort_on_overflow)"

story words_of_a_reset_by_a_socket
> S
< S.
> .
< R.
=> reads "Connected, then reset by the server before it took any data (RST/ACK, as a socket makes it: closed with unread data, with SO_LINGER 0, or with the listener)"

# IPv6 has no IP ID.
story words_of_a_reset_without_a_socket_in_ipv6
end c6 [fd09::1]:57011
end s6 [fd09::2]:8080
between c6 s6
> S
< S.
> .
< R
=> reads "Connected, then reset by the server before it took any data (bare RST: made without a socket, as by another member of a group or by tcp_abort_on_overflow)"

# A proxy had answered for the server: what its RST looks like tells nothing of the server.
story words_of_a_refusal_behind_a_syn_proxy
at any
   > S in
   < S. out
   > . in
   > S out
   < R. 0 in
   < R. J+1 out ttl 63
=> summary "it is the server that did not take it" no_summary "SO_LINGER" advice "nobody listens"

# The TTL is that of the server's other packets: the advice does not rest on it alone.
story words_of_a_reset_in_the_path
> S
< S.
> .
< R J+1 forged
< P. (40)
=> reads "SYN refused by a RST that the peer seems not to have sent (the server's data came after it)" advice "or before data or a SYN/ACK that the peer goes on to send"

# The server defers accept: nobody waits.
story advice_for_a_deferred_accept
     > S
     < S.
     > .                    decides
+1   < S.
     > .
+0.5 > P. (29)
     < .
=> established ack_retransmitted advice "TCP_DEFER_ACCEPT" no_advice "was lost, or dropped"

story words_of_a_clock_that_ports_share
use closed_by_server
end second 10.9.0.1:40002
between second s
+1 > S ts 3001031
   < S.
   > .
between c s
+10 > S N+1000 ts -90000
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 79000 behind); another host than before (timestamp clock)" advice "Several hosts share"

# ---- advice names what the capture leaves open ----

story advice_for_a_port_that_was_open
use closed_by_server
end second 10.9.0.1:40002
between second s
+60 > S
again +1 +2
=> no_answer silent_port retries 2 advice "The port took other connections"

story advice_for_a_port_that_refuses_others
other router
> S
< R.
end second 10.9.0.1:40002
between second s
+60 > S
again +1 +2
=> no_answer silent_port retries 2 advice "answered with RST: nobody listens there"

story advice_for_a_port_that_never_answered
other s
+1 > S
again +1 +2
=> no_answer silent_port retries 2 advice "A packet filter drops this port"

# The server's answer to another SYN comes so soon that the capture must be taken there. (Not played twice: copies take time.)
beginning answered_at_once
end early 10.9.0.1:40001
between early s
> S
-0.00003 < S.
> .
between c s

story advice_for_a_drop_at_the_server
use answered_at_once
+1 > S
+1 > S
   < S.
   > . decides
only as_written mirrored
=> established syn_retransmitted delayed retries 1 advice "SYNs without an answer: hardly a loss on the way" no_advice "was lost"

# A router lies between: what is in the capture may be lost behind it.
story advice_for_a_drop_behind_a_router
end early 10.9.0.1:40001
end s 10.9.0.2:8080 ttl 63
between early s
> S
-0.00003 < S.
> .
between c s
+1 > S
+1 > S
   < S.
   > . decides
only as_written mirrored
=> established syn_retransmitted delayed retries 1 advice "was lost, or dropped at the server"

# In one tick of a coarse clock.
story advice_for_a_drop_by_a_coarse_clock
end early 10.9.0.1:40001
between early s
> S
-0.00005 < S.
> .
between c s
+1 > S
+1 > S
   < S.
   > . decides
only as_written
=> established syn_retransmitted delayed retries 1 advice "was lost, or dropped at the server"

story advice_for_a_loss_at_the_client
use answered_at_once
+1 > S
   < S. lost
+1 < S.
   > . decides
only as_written mirrored
=> established synack_retransmitted delayed advice "lost or late on the way from or to the client"

story advice_for_a_filter_at_the_server
end early 10.9.0.1:40001
end other 10.9.0.2:8081
between early other
> S
-0.00003 < S.
> .
between c s
+1 > S
again +1 +2
only as_written mirrored
=> no_answer silent_port retries 2 advice "a packet filter there drops this port"

story advice_for_data_at_the_server
use answered_at_once
+1 > S
   < S.
   > .
   > P. (29) lost
+0.2 > P. (29) lost seq I+1
+0.4 > P. (29) lost seq I+1 decides
+0.8 > P. (29) lost seq I+1
only as_written
=> stuck unanswered_data inferred advice "and has what the client sent" no_advice "whether the data arrives"

# A filter lets SYNs through and rejects what follows: not the accept queue.
story advice_for_rejected_data
> S
< S.
> .
> P. (29) lost
icmp admin_prohibited seq I+1
+0.2 > P. (29) lost seq I+1
icmp admin_prohibited seq I+1
+0.4 > P. (29) lost seq I+1 decides
icmp admin_prohibited seq I+1
+0.8 > P. (29) lost seq I+1
=> stuck unanswered_data inferred summary "ICMP errors say that what it sends does not arrive" advice "rejects it" no_advice "accept queue"

# ... but an error about a number that the client has not used is not about what it sends.
story advice_beside_errors_about_other_numbers
> S
< S.
> .
icmp admin_prohibited seq I-1000
> P. (29) lost
+0.2 > P. (29) lost seq I+1
+0.4 > P. (29) lost seq I+1 decides
=> stuck unanswered_data inferred advice "accept queue" no_advice "rejects it"

# ---- what looks like half-open probes ----

beginning four_ports
end p1 10.9.0.1:40001
end p2 10.9.0.1:40002
end p3 10.9.0.1:40003
end p4 10.9.0.1:40004

# A program gave up all its calls at once, before the answers came: that is no period.
story given_up_at_once
use four_ports
use unfiltered
         p1 > s S
+0.003   p2 > s S
+0.007   p3 > s S
+1       s > p1 S.
         p1 > s R
+0.003   s > p2 S.
         p2 > s R
+0.007   s > p3 S.
         p3 > s R                               decides
=> aborted client_gave_up outcome failed

# ... nor is it one if a program gives up after a second, tries again, and is answered after two.
story given_up_time_and_again
use four_ports
use unfiltered
         p1 > s S
+1       p2 > s S
+1       p3 > s S
+0.2     s > p1 S.
         p1 > s R
+1       s > p2 S.
         p2 > s R
+1       s > p3 S.
         p3 > s R                               decides
=> aborted client_gave_up outcome failed

# One after the other, as fast as it goes.
story given_up_one_after_the_other
use four_ports
use unfiltered
         p1 > s S
         s > p1 S.
         p1 > s R
+0.003   p2 > s S
         s > p2 S.
         p2 > s R
+0.007   p3 > s S
         s > p3 S.
         p3 > s R                               decides
=> aborted client_gave_up outcome failed

# The service was down for two of its checks.
story half_open_probe_that_missed
use four_ports
use unfiltered
         p1 > s S
         s > p1 S.
         p1 > s R
+2       p2 > s S
         s > p2 S.
         p2 > s R
+2       p3 > s S
         s > p3 S.
         p3 > s R
+6       p4 > s S
         s > p4 S.
         p4 > s R
=> outcome in_time summary "health check"
