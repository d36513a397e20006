# What each part of a fact, and of what a verdict takes from the same SYN elsewhere, is there for.

# ---- the handshake, and what follows it ----

# Repeated once, but a second later: one lost packet does not explain that.
story data_repeated_after_a_second
     > S
     < S.
     > . lost
     > P. (29) lost
+1.2 > P. -29 (29) lost     decides
=> stuck unanswered_data inferred

story data_repeated_before_a_second
     > S
     < S.
     > .                    decides
     > P. (29) lost
+0.8 > P. -29 (29) lost
=> established ok

# The RST comes after more than half of a round trip: a packet can go to the server and back.
story reset_after_a_round_trip
       > S
+0.02  < S.
       > .
+0.012 < R                  decides
=> refused reset_after_handshake

# The SYN/ACK took as long as no round trip does.
story reset_after_a_slow_answer
     > S
+3.5 < S.
     > .
+0.5 < R                    decides
=> refused reset_after_handshake

# Captured at two places: at which of them the RST was seen, and how far that is from the server, is not known.
story reset_at_two_places
end s 10.9.0.2:8080 ttl 61
end before 10.9.0.1:57010
between before s
use conversation
between c s
+1    > S
+0.02 > S ts -20            copy
      < R. ttl 254          decides
=> refused refused_though_open inferred

# The client has acknowledged the answer: its SYN, which comes once more, is no sign that it misses that.
story syn_again_after_the_ack
     > S
     < S.
     > .                    decides
+1.5 > S
=> established ok retries 1

# These TTLs are the sender's own: it is where its packets are captured, and its network card fills in the checksum.
story checksums_at_their_senders
end c1 10.9.0.1:57012 ttl 32
end c2 10.9.0.3:57013 ttl 128
end c3 10.9.0.4:57014 ttl 255
     c1 > s S damaged       as first
     c2 > s S damaged       as second
     c3 > s S damaged       as third
+3.1 other router
=> first: no_answer silent_host no_summary "checksum"
=> second: no_answer silent_host no_summary "checksum"
=> third: no_answer silent_host no_summary "checksum"

# The client waits for an answer to its data until it resets.
story lost_until_the_reset
     > S
     < S.
     > . lost
     > P. (29) lost
+0.3 > P. -29 (29) lost     decides
+5   > R lost
=> stuck unanswered_data inferred outcome failed lost 5.30025

# ---- TIME_WAIT ----

# It ends by the peer's clock: a little early by that of the capture, where nothing else explains the answer.
story expired_at_59_8_s_against_the_rules
use closed_by_server
+59.8 > S N-500 ts R-500
      < S. 900000000
      > .                   decides
=> established time_wait_expired

# No TIME_WAIT drops a SYN beyond the old connection.
story nobody_drops_a_higher_number
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+20  > S N+1000 ts R+25000
+1   > S
=> no_answer silent_port retries 1

# ---- the same SYN elsewhere ----

# One point lacks the server's RST.
story points_disagree_on_a_reset
at inside outside
> S                         as seen_inside
< S.
> .                         as handshake
at outside
< R                         as reset
=> seen_inside: refused reset_after_handshake decided_by reset decided_at point

# The SYN was damaged between the two points.
story damaged_between_two_points
end c 10.9.0.1:57011 ttl 63
at inside
> S                         as seen_inside
at outside
> S ts +0 damaged lost
+3.1 other router
=> seen_inside: no_answer silent_host decided_at here summary "wrong TCP checksum"

# What one point shows weighs more than what the rules say at the other.
story a_point_that_shows_more
at outside
use closed_by_server
at inside
+1 > S N+50000 ts R-5000
at outside
   > S ts R-5000            as seen_outside
at inside
+1 > S
   < R. ack I+41
at outside
   > S
=> seen_outside: no_answer ignored_reset retries 1 decided_at point

# A leg that shows why nothing came of its SYN needs no other.
story a_leg_that_knows
end inside 192.168.0.7:40000
end other_inside 192.168.0.8:41000
end service 192.0.2.1:80
use closed_by_server
let isn N+50000
let tsval R-5000
+9 other_inside > service S isn ts tsval        as inner
   service > other_inside R. ack isn+41
   > S isn ts tsval
   < . no_socket
+1 other_inside > service S
   > S
=> inner: no_answer ignored_reset retries 1 decided_at here

# Each SYN with an older timestamp restarts it: after a minute of them it is still there.
story paws_restarts_the_silent_time_wait
use closed_by_server
+9   > S N+1000 ts R-500000
again +20 +40
=> no_answer time_wait_paws inferred retries 2

# It had run for 40 s since the SYN that it rejected, which restarted it: that it ran out is no explanation.
story rejected_late
use closed_by_server
+9   > S N+1000 ts R-500000
+35  > S
     < . no_socket
+40  > S
     < S. 900000000
     > .                    decides
=> established after_time_wait_reset inferred delayed retries 2

story expired_under_retries_a_little_early
use closed_by_server
+40   > S N-500 ts R
      < . no_socket
+19.7 > S N-500 ts R
      < S. 900000000
      > .                   decides
=> established time_wait_expired delayed retries 1

# The server's last ACK is not in the capture: that it reached TIME_WAIT is not proven.
beginning perhaps_closed_by_server
use conversation
+0.03 < F.
      > .
      > F.
      < . no_socket hide

story perhaps_expired
use perhaps_closed_by_server
+70  > S N+1000 ts R+70000
     < S. 900000000
     > .                    decides
=> established time_wait_expired inferred

story perhaps_forbidden
use perhaps_closed_by_server
+20  > S N+1000 ts R-500000
+1   > S
=> no_answer silent_port retries 1

story perhaps_dropped
end s 10.9.0.2:8080 ttl 200
use perhaps_closed_by_server
+20  > S N-1000 ts R+25000
+1   > S
=> no_answer silent_port retries 1

# It may be over.
story dropped_no_longer
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+61  > S N-1000 ts R+65000
+0.3 > S
=> no_answer silent_port retries 1

# The old connection had no timestamps: that of the SYN is newer than none.
story recycled_without_timestamps
> S
< S. no_ts
> .
> P. (29)
< .
use server_closes
+5   > S N+1000 ts 3100000
     < S. X+65537
     > .                    decides
=> established time_wait_recycled_sequence

# The client's RST removed what rejected its SYN: that its timestamp is newer by then says nothing.
story newer_timestamp_after_the_reset
use closed_by_server
+9   > S N+1000 ts R-500
     < . no_socket
     > R N
+1   > S
     < S. 900000000
     > .                    decides
=> established after_time_wait_reset delayed retries 1

# A SYN/ACK for another SYN comes of no TIME_WAIT.
story wrong_ack_beside_time_wait
use closed_by_server
+9   > S N+1000 ts R+9000
     < S. 77 ack 78
     > R 78
+0.5 > S
     < S. 900000000
     > .                    decides
=> established after_wrong_ack delayed retries 1

# ---- what ends an attempt ----

# Replaced by a SYN with another number.
story replaced
     > S                    as first
+0.5 > S I+77777
other router
=> first: no_answer silent_host

story acknowledged_after_the_reset
     > S
     < S.
     > R                    decides
     > .
=> aborted client_gave_up

# A RST that acknowledges the number 0, or one that is not the SYN/ACK's, does not say that the client had connected.
story reset_that_acknowledges_nothing
+0.1 > S
     > R. I+1 ack 0         decides
other router
=> aborted client_gave_up

story reset_that_acknowledges_another_number
     > S
     < S.
     > R. ack J-5           decides
other router
=> aborted client_gave_up

# The server closes what nobody uses.
story reset_of_an_idle_connection
     > S
     < S.
     > .                    decides
+5   < R
=> established ok

# What came first counts.
story refused_before_an_icmp_error
> S
< R.                        decides
icmp host
=> refused closed_port inferred

# ---- dropped here ----

# The server has the ACK that did not leave: it sends data.
story taken_although_an_ack_did_not_leave
at any
     > S through
     < S. through
     > . in                 decides
+1.1 < S. through
     > . in
     < P. (40) through
=> established ack_retransmitted

# The client had connected, and closed with a RST at once, as one with SO_LINGER 0 does: it waits for nothing. Measured on
# Linux 6.18 behind a filter that drops 15 of 100 packets.
story left_before_the_answer_came_again
at any
     > S through
     < S. through
     > . in lost            decides
     > R. in lost
+1.1 < S. through
     > R I+1 through
=> established ok

# The client says again that it has the answer, then sends its data again.
story data_dropped_here_after_an_ack
at any
     > S through
     < S. through
     > . in lost
     > P. (29) in lost
+1.1 < S. through
     > . in lost
+0.3 > P. -29 (29) in lost
+0.6 > P. -29 (29) in lost  decides
=> stuck dropped_here

# ---- what it cost ----

story lost_until_the_client_says_something_else
     > S
     < S.
     > . lost
     > P. (29) lost
+1.2 > P. -29 (29) lost     decides
+5   > P. (10) lost
=> stuck unanswered_data inferred outcome failed lost 6.20025

story lost_until_the_reset_of_the_rejection
use closed_by_server
+9   > S N+1000 ts R-500000
     < . no_socket          decides
+0.5 > R N
=> rejected time_wait_paws outcome failed lost 0.5001

story lost_until_an_odd_acknowledgment
     > S
     < S. lost
+1   < S. lost              as last
+2   > . ack J+5000
=> no_answer synack_lost outcome failed lost 3.00015

# ---- what made the rejection ----

# The client reset the first rejection, and not the last.
story reset_before_the_last_rejection
use closed_by_server
+9   > S N+1000 ts R-500000
     < . no_socket
     > R N
+1   > S
     < . no_socket
+1   > S
     < S. 900000000
     > .                    decides
=> established after_time_wait_reset inferred delayed retries 2

# It may be fragmented: its IP ID of 0 was drawn, and does not say that no socket made it.
story rejection_that_may_be_fragmented
> S
< . 77 ack I-1000 ecr 3100000 no_socket no_df  decides
=> rejected old_unknown inferred
