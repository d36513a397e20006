# Peers that are not Linux, and what shows it.

# A marked host is judged by its own rules: FreeBSD's options follow each other in another order, and all its IDs are 0.
story freebsd_drops_what_is_not_beyond
use closed_by_freebsd
+5    > S N-500 ts R+5000               predicts silence
+1    > S                               predicts silence
=> no_answer time_wait_sequence inferred retries 1 stack freebsd

# A router has the TTL and the options of lwIP; its sequence numbers do not begin near 0.
story looks_like_lwip
end s 10.9.0.2:8080 ttl 255
> S
< S. 2660600824 win 4128 opts M no_df id 58113
> .                             decides
=> established ok stack unknown

# Over IPv6 a proxy orders its options as FreeBSD does: the window is not FreeBSD's.
story looks_like_freebsd_over_ipv6
end c [2001:db8::1]:57011
end s [2001:db8::2]:8080
> S
< S. win 22400 opts MnWST
> .                             decides
=> established ok stack unknown

story freebsd_over_ipv6
end c [2001:db8::1]:57011
end s [2001:db8::2]:8080
> S
< S. win 65535 opts MnWST
> .                             decides
=> established ok stack freebsd

# The TTL of this host is nobody's: Linux is assumed, and said to be.
story rests_on_linux
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+0.5  > S N+1000 ts R-5000              predicts ack
      < . no_socket                     decides
=> rejected time_wait_paws inferred stack unknown summary "if it is Linux"

# It takes what Linux would reject: from then on nothing is assumed of it, also for what came before.
story answers_as_linux_would_not
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+0.5  > S N+1000 ts R-5000              predicts ack
      < S. 900000000
      > .                               decides
=> established time_wait_recycled_sequence inferred stack unknown

# One answer that does not fit may be a packet that the capture lacks: a host that looks like Linux still is.
story marked_host_answers_oddly_once
use closed_by_server
+0.5  > S N+1000 ts R-5000
      < S. 900000000
      > .                               decides
=> established ok stack linux not_as_rules yes

# A TIME_WAIT with an IP ID: it is not that of Linux.
story time_wait_with_an_ip_id
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+0.5  > S N+1000 ts R-5000
      < . id 77                         decides
=> rejected time_wait_paws inferred stack unknown

# Nobody answers, and the number is not beyond RCV.NXT: a stack that drops such SYNs in TIME_WAIT may hold one.
story silence_of_an_unknown_stack
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+0.5  > S N-1000 ts R+5000
+1    > S
=> no_answer time_wait_sequence inferred retries 1 stack unknown

# tcp_rfc1337, or a RST that was lost behind the capture point: the same ACK again shows that TIME_WAIT is there.
story reset_did_not_remove_time_wait
use closed_by_server
+9    > S N+5000 ts R-5
      < . no_socket as rejection
      > R N as reset
+1    > S
      < . no_socket
=> rejected time_wait_paws decided_by rejection retries 1 summary "did not remove"

story reset_did_not_remove_time_wait_before_the_next_attempt
use closed_by_server
+9    > S N+5000 ts R-5
      < . no_socket
      > R N
+1    > S N+9000 ts R-4
      < . no_socket                     decides
=> rejected time_wait_paws

# A box shifts the client's timestamps: what the peer compares with is in its ACK.
story timestamps_shifted_on_the_way
use closed_by_server
+9    > S N+5000 ts R+5
      < . no_socket ecr R+90000         decides
=> rejected time_wait_paws ts_recent R+90000

# The host has shown how it reopens a TIME_WAIT; here it held none (tcp_max_tw_buckets).
story too_many_time_waits
use closed_by_server
+5    > S N+1000 ts R+5000
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp
end other 10.9.0.1:57012
between other s
use closed_by_server
+5    > S N+1000 ts R+5000
      < S. 77
      > .                               decides
=> established reuse_after_close inferred reuse after_close

# A NetApp filer orders its options as OpenBSD does; its window is another.
story looks_like_openbsd
end s 10.9.0.2:8080 ttl 64
> S
< S. win 8760 opts MnnSnWnnT id 77
> .                             decides
=> established ok stack unknown

# Over IPv6 there is no ID that tells macOS from old FreeBSDs, and what was made of them.
story macos_over_ipv6
end c [2001:db8::1]:57011
end s [2001:db8::2]:8080
> S
< S. win 65535 opts MnWnnTS
> .                             decides
=> established ok stack unknown

# Without timestamps macOS and FreeBSD look the same.
story macos_or_freebsd
timestamps off
> S
< S. win 65535 opts MnWS
> .                             decides
=> established ok stack unknown

# ... until a client has timestamps, too.
story macos_shows_itself_later
timestamps off
> S
< S. win 65535 opts MnWS
> .
end other 10.9.0.1:57012
between other s
timestamps on
> S
< S. win 65535 opts MnWnnTS
> .                             decides
=> established ok stack macos

# illumos has no challenge ACK: a SYN in the window ends the old connection with RST, and one that is not gets an ACK.
beginning open_on_illumos
> S
< S. win 64436 wscale 1 opts STMnW id 5
> .
> P. (29)
< .
< P. (40)
> .

story illumos_resets_in_the_window
use open_on_illumos
+5    > S N+100                         predicts rst
      < R. seq X                        decides
=> refused refused_though_open inferred stack illumos

story illumos_rejects_beyond_the_window
use open_on_illumos
+5    > S N+1000000                     predicts ack
      < .                               decides
=> rejected old_established stack illumos

# OpenBSD takes any timestamp where the old connection had none, whatever the number.
story openbsd_without_old_timestamps
timestamps off
> S
< S. win 16384 id 7
> .
< F.
> .
> F.
< . id 9
timestamps on
end other 10.9.0.1:57012
between other s
> S
< S. win 16384 opts MnnSnWnnT id 77
> .
between c s
+0.5  > S N-1000 ts 9000000             predicts syn_ack
      < S. 900000000 win 16384 opts MnnSnWnnT id 78
      > .                               decides
=> established time_wait_recycled_timestamp inferred stack openbsd

# A counting IP ID tells nothing of a stack that gives one to all its packets: this may be its TIME_WAIT.
story openbsd_rejects_without_history
end other 10.9.0.1:57012
between other s
> S
< S. win 16384 opts MnnSnWnnT id 77
> .
between c s
use closed_by_server hide
+0.5  > S N-1000 ts R+50000
      < . id 78
      > R N
+1    > S
      < S. 900000000 win 16384 opts MnnSnWnnT id 79
      > .                               decides
=> established after_wrong_ack inferred delayed retries 1 stack openbsd

# macOS answers a number before that of the half-open connection with RST.
story macos_refuses_while_half_open
use unfiltered
> S
< S. win 65535 opts MnWnnTS
+0.5  > S I-1000000                     predicts rst
      < R.                              decides
=> refused old_syn_received stack macos

# The TTL of this host is nobody's: that of lwIP, or illumos, would reset a SYN in the window of its TIME_WAIT.
story time_wait_may_have_reset
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+15   > S N+100 ts R+15000
      < R.                              decides
=> refused time_wait_sequence inferred stack unknown

story time_wait_has_not_reset
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+15   > S N-100 ts R+15000
      < R.                              decides
=> refused closed_port stack unknown

# Not even its sockets give their segments an IP ID: it is not Linux, and this ACK does not say that nobody listens.
story sockets_without_id
end s 10.9.0.2:8080 ttl 200
use closed_by_freebsd
+15   > S N+1000 ts R+15000             predicts unknown
      < . id 0                          decides
=> rejected time_wait_sequence inferred stack unknown

# Not what FreeBSD does, whose rule would be the only reason that this is the sequence number: by its timestamp others
# reject it.
story answers_as_freebsd_would_not
use closed_by_freebsd
+5    > S N-500 ts R-5000               predicts silence
      < . id 0                          decides
=> rejected time_wait_sequence inferred not_as_rules yes stack freebsd

# Not what Linux does: what no socket makes has no ID there.
story time_wait_of_a_marked_host_with_an_ip_id
use closed_by_server
+0.5  > S N+1000 ts R-5000
      < . id 77                         decides
=> rejected time_wait_paws inferred stack linux

# Half open, FreeBSD repeats its SYN/ACK: this may be a connection whose last ACK was not captured.
story half_open_freebsd_answers_otherwise
> S
< S. win 65535 opts MnWST
+0.5  > S I+352641030
      < . id 0                          decides
=> rejected old_syn_received inferred stack freebsd

# On illumos a connection that is open resets a SYN in its window: a RST does not say that nobody listens.
story rst_of_an_open_connection_on_illumos
use open_on_illumos
+30   > S N+100                         predicts rst
      < R. seq X                        decides
=> refused closed_port inferred stack illumos

story rst_of_an_open_connection
end s 10.9.0.2:8080 ttl 200
use conversation
+30   > S N+100
      < R.                              decides
=> refused closed_port inferred stack unknown

# Linux has no such rule, and a RST to a SYN beyond the window is nobody's.
story rst_of_no_connection
use conversation
+30   > S N+100
      < R.                              decides
=> refused closed_port stack linux

story rst_beyond_the_window
end s 10.9.0.2:8080 ttl 200
use conversation
+30   > S N+1000000
      < R.                              decides
=> refused closed_port stack unknown

# lwIP with random sequence numbers is not recognised; its TIME_WAIT lasts two minutes, and resets what falls into it.
story rst_of_a_long_time_wait
end s 10.9.0.2:8080 ttl 255
use closed_by_server
+90   > S N+100 ts R+90000
      < R.                              decides
=> refused closed_port inferred stack unknown

story rst_after_any_time_wait
end s 10.9.0.2:8080 ttl 255
use closed_by_server
+250  > S N+100 ts R+250000
      < R.                              decides
=> refused closed_port stack unknown

# macOS, which nothing shows over IPv6, resets what comes before the half-open connection's number.
story rst_of_a_half_open_connection
end c [2001:db8::1]:57011
end s [2001:db8::2]:8080
> S
< S. win 65535 opts MnWnnTS
+30   > S I-1000000
      < R.                              decides
=> refused closed_port inferred stack unknown

# macOS ignores a RST in TIME_WAIT: what let the second SYN in is not known.
beginning closed_by_macos
> S
< S. win 65535 opts MnWnnTS
> .
< F. id 0
> .
> F.
< . id 0

story reset_of_a_time_wait_of_macos
use closed_by_macos
+5    > S N-500 ts R+5000               predicts ack
      < . id 0
      > R N
+1    > S
      < S. 900000000 win 65535 opts MnWnnTS
      > .                               decides
=> established after_time_wait_reset inferred delayed retries 1 stack macos

# No source says what Windows answers to a SYN on an open connection; what it did is in the capture.
story open_on_windows
end s 10.9.0.2:8080 ttl 128
> S
< S. win 65535 opts MnWnnS id 4711
> .
> P. (29)
< .
+5    > S N+100                         predicts unknown
      < .                               decides
=> rejected old_established stack windows

# ... nor what somebody does who is not Linux.
story open_on_no_known_stack
end s 10.9.0.2:8080 ttl 200
use closed_by_freebsd
end other 10.9.0.1:57012
between other s
> S
< S. win 65535 opts MnWST id 0
> .
> P. (29)
< . id 0
+5    > S N+100                         predicts unknown
      < . id 0                          decides
=> rejected old_established stack unknown

# A number that only Linux gives, whatever the host looks like.
story reopens_as_linux_does
end s 10.9.0.2:8080 ttl 200
use closed_by_server
+5    > S N+1000 ts R+5000
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp stack linux
