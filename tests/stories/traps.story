# Packets that look like something else. Each story fails if synfate walks into its trap.

# ---- ICMP ----

beginning ipv6
end c [fd09::1]:57011
end s [fd09::2]:8080
end router fd09::fe

# An ICMP error repeats the SYN with all its bytes; and it comes twice.
story quoted_syn_is_no_syn
   > S                                  syn_number 1
   icmp host                            decides
+1 > S                                  syn_number 2
   icmp host
=> unreachable icmp_host retries 1 attempts 1

story icmp_with_eight_quoted_bytes
> S
icmp admin_prohibited quote 8           decides
=> unreachable icmp_admin_prohibited

story icmpv6_with_eight_quoted_bytes
use ipv6
> S
icmp admin_prohibited quote 8           decides
=> unreachable icmp_admin_prohibited

# Path MTU discovery, in the middle of a handshake that succeeds.
story fragmentation_needed_in_a_handshake
> S
icmp fragmentation_needed
< S.
> .                                     decides
use exchange
=> established ok

story packet_too_big_in_a_handshake
use ipv6
> S
icmp fragmentation_needed
< S.
> .                                     decides
use exchange
=> established ok

# Forged by someone who knows the ports only (RFC 5927): it decides nothing.
story icmp_about_another_sequence_number
   > S
+1 > S
   icmp port seq I+1000000 quote 8
=> no_answer silent_host retries 1

story icmp_after_the_handshake
use conversation
icmp host
=> established ok decided_by handshake

# ---- Which SYN an answer answers ----

# The server takes the SYN and not its data: an ordinary handshake follows.
story fast_open_without_the_data
> S (29) fast_open
< S. ack I+1
> . I+1                                 decides
> P. I+1 (29)
< .
=> established ok

# The server acknowledges the SYN first and sends its own SYN afterwards (RFC 9293, 3.5): no rejection.
story split_handshake_with_a_syn
> S                                     as first
< . ack I+1 no_socket
=> pending in_progress so_far
< S
> S.
< .                                     as ack
use exchange
=> first: established simultaneous_open decided_by ack

# Another capture queue: SYN/ACK before SYN, data before the ACK that completes the handshake.
story reordered_exchange
> S hide
< S.
> S                                     as syn
> . hide
> P. (29)                               decides
> . -29
< . hide
< P. (40)
< . -40
> .
=> established ok

# Data that acknowledges the SYN looks like an ACK without SYN.
story first_data_overtakes_the_syn_ack
> S
< S. hide
< .
=> pending in_progress so_far
< S.
> .                                     decides
use exchange
=> established ok

# Overtaken by the SYN; the SYN is accepted a moment later, without another SYN.
story late_data_of_the_old_connection
use closed_by_server
+2    > S N-500000
      < P. X-41 (40)
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp

# The server probes the old connection just when the SYN gets lost: it answers the second SYN only.
story keep_alive_probe_is_no_rejection
use conversation
+100  > S I+1352641000 ts 40643665
      < . -1
+1    > S
      < .                               decides
=> rejected old_established retries 1

# Linux answers once in 500 ms: the silence between two rejecting ACKs changes neither cause nor deciding frame, and the
# SYNs that got no answer restart TIME_WAIT like the others.
story rate_limited_rejections
use closed_by_server
+9    > S N+352641030 ts R-1159862
      < . no_socket                     decides

+0.2  > S
again +0.2 +0.2 +0.2
+0.2  > S                               restarts 5
      < . no_socket
=> rejected time_wait_paws retries 5

# The ACK for another SYN was sent just before: this attempt's own answer comes with its first retransmission.
story rate_limited_first_rejection
use closed_by_server
+9    > S N+352641030 ts R-1159862
      < . no_socket
+0.1  > S I+5000                        states SYN_SENT/TIME_WAIT
+1    > S
      < . no_socket                     decides
=> rejected time_wait_paws retries 1 old_last time_wait

# ---- Timestamps ----

# A clock that ticks otherwise than Linux' is no sign of another host, whether the old connection was long enough to tell
# or not.
beginning same_client_gets_in
use conversation
+0.03 use server_closes
+9.1  > S N-500000
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp other_host no

beginning same_client_gets_in_after_2_s
use conversation
+2    use server_closes
+9.1  > S N-500000
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp other_host no

story ticks_of_100_ms
hz 10
use same_client_gets_in

story ticks_of_100_ms_and_2_s
hz 10
use same_client_gets_in_after_2_s

story ticks_of_10_ms
hz 100
use same_client_gets_in

story ticks_of_10_ms_and_2_s
hz 100
use same_client_gets_in_after_2_s

story ticks_of_1_ms_and_2_s
use same_client_gets_in_after_2_s

story ticks_of_1_us
hz 1000000
use same_client_gets_in

story ticks_of_1_us_and_2_s
hz 1000000
use same_client_gets_in_after_2_s

story a_microsecond_behind
hz 1000000
use closed_by_server
+0.2  > S N+1000 ts R-1
      < . no_socket                     decides
=> rejected time_wait_paws

# Linux adds another offset to the timestamps of each port pair: only those of one pair can be compared.
story each_port_pair_has_its_own_clock
end c2 10.9.0.1:57012
end c3 10.9.0.1:57013
use closed_by_server
between c2 s
use closed_by_server
between c3 s
use closed_by_server
between c s
use same_client_gets_in

# The old connection did not use timestamps, so the new SYN's says nothing, and the other way round.
story timestamps_in_the_new_connection_only
timestamps off
use closed_by_server
+5    > S N+70000 ts 1                  predicts syn_ack
      < S. X+65537 ts +0
      > .                               decides
=> established time_wait_recycled_sequence

story timestamps_in_the_old_connection_only
use closed_by_server
+5    > S N+70000 no_ts                 predicts syn_ack
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_sequence

# ---- Other ways into TIME_WAIT, and a look-alike ----

# Both ends close at once: both pass CLOSING, both are in TIME_WAIT.
story simultaneous_close
use conversation
      < F. lost
      > F.                              states CLOSING/CLOSING
      < . no_socket
      > . ack X                         states TIME_WAIT/TIME_WAIT
+9    > S N+352641030 ts R-1159862
      < . no_socket                     decides
=> rejected time_wait_paws

# Out of its window, or with an older timestamp, a SYN gets an ACK without a socket, just as in TIME_WAIT: but the client
# has not closed.
story orphan_in_fin_wait_2_out_of_window
use half_closed_by_server
+5    > S N+352641030 ts R+9000         states SYN_SENT/FIN_WAIT_2
      < . no_socket                     decides
=> rejected old_fin_wait_2

story orphan_in_fin_wait_2_and_old_timestamp
use half_closed_by_server
+5    > S N+1000 ts R-1159862           states SYN_SENT/FIN_WAIT_2
      < . no_socket                     decides
=> rejected old_fin_wait_2

# Hardware offload: only its SYN and its end were captured.
story old_connection_mostly_missing
      > S                               as first
      < S. hide
      > . hide
use exchange hide
+0.03 use server_closes
+9    > S N+352641030 ts R-1159862      states SYN_SENT/TIME_WAIT
again +1 +2 +4
=> no_answer time_wait_paws inferred retries 3

# ---- Between 60 and 61.7 s, and rejections until TIME_WAIT has run out ----

story old_number_and_new_timestamp_recycled_at_60_s
use closed_by_server
+60.8 > S N-500000
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp

story old_number_and_new_timestamp_expired_at_60_s
use closed_by_server
+60.8 > S N-500000
      < S. X+995733925
      > .                               decides
=> established time_wait_expired inferred

# Linux' timer may be 1.7 s late: after 61.2 s its ACK still comes from TIME_WAIT.
story time_wait_may_last_longer
use closed_by_server
+61.2 > S N+352641030 ts R-1159862      states SYN_SENT/TIME_WAIT
      < . no_socket                     decides
=> rejected time_wait_paws

# Sequence rejections do not restart it.
story rejected_until_time_wait_ran_out
timestamps off
use closed_by_server
+40   > S N-500000
      < . no_socket
again +1 +2 +4
+8    > S                               restarts 0
      < . no_socket
+16   > S
      < S. X+995733925
      > .                               decides
=> established time_wait_expired delayed retries 5 connect 31.0006

# 59 s after the first rejection the peer is still in TIME_WAIT, 90 s after the old connection's end.
story paws_rejections_restart_time_wait
use closed_by_server
+31   > S N+352641030 ts R-1159862
      < . no_socket
+59   > S I+10 ts R-5                   predicts ack time_wait 59.0001
      < . no_socket                     decides
=> rejected time_wait_paws use 3 old_last time_wait

# ---- RST ----

story reset_beyond_the_window_leaves_time_wait
use closed_by_server
+1    > R N+5000
+5    > S N+352641030 ts R-1159862      predicts ack
      < . no_socket                     decides
=> rejected time_wait_paws

# With the number that the peer expects next, as a client in SYN_SENT sends it.
story reset_makes_room
use closed_by_server
+1    > R N
+5    > S N+352641030 ts R-1159862      states SYN_SENT/CLOSED
      < S. X+995733925
      > .                               decides
=> established reuse_after_reset

story reset_with_an_old_timestamp_leaves_time_wait
use closed_by_server
+1    > R. ts R-1000
+5    > S N+352641030 ts R-1159862      predicts ack
      < . no_socket                     decides
=> rejected time_wait_paws

story forged_reset_alone
other router
   > S
   < R. ack I+6
+1 > S
+2 > S
=> no_answer ignored_reset retries 2

# A RST with the old connection's numbers, without ACK: a client in SYN_SENT ignores it.
story reset_in_the_old_connections_name
use conversation
+5    > S I+352641030
      < R X
      < S. X+77000000
      > .                               decides
use exchange
=> established ok

# Somebody who knows its numbers refuses and closes what the server then takes. The client resets that, and waits (RFC 9293,
# 3.10.7.3).
story established_behind_a_forged_close
      > S
+0.06 < R. 0 ack I+1 ts 100 ecr 100 forged
      < F. 0 ack I+1 ts 100 ecr 100 forged
      > R I+1
+0.01 < S.
      > .                     decides
      > P. (338)
      < P. (79)
=> established ok outcome in_time

story established_behind_a_forged_fin
      > S
+0.06 < F. 0 ack I+1 ts 100 ecr 100 forged
      > R I+1
+0.01 < S.
      > .                     decides
=> established ok outcome in_time

# The same, and the SYN/ACK is not in the capture.
story established_behind_a_forged_close_unseen
      > S
+0.06 < R. 0 ack I+1 ts 100 ecr 100 forged
      < F. 0 ack I+1 ts 100 ecr 100 forged
      > R I+1
+0.01 < S.                    hide
      > .                     decides
      > P. (338)
      < P. (79)
=> established ok outcome in_time

# ---- Where a SYN came from, and what it is not blamed on ----

# A clock that is 19 minutes behind, and TTL, MSS and window scale differ.
story another_host_is_seen
use closed_by_server
+9    > S N+352641030 ts R-1159862 ttl 60 mss 1400 wscale 9
      < . no_socket                     decides
=> rejected time_wait_paws signs ttl,sizes,maybe other_host yes

# No answer is seen: TIME_WAIT is named only if its rules reject this SYN.
story silent_although_the_timestamp_is_newer
use closed_by_server
+9    > S N-500000 ts R+9000            predicts syn_ack
again +1 +2 +4
=> no_answer silent_flow retries 3
