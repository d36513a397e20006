# How stories begin: what other files use.

beginning handshake
> S                         as first_syn
< S.
> .                         as handshake

beginning exchange
> P. (29)
< .
< P. (40)
> .

# A connection that has been used and is open.
beginning conversation
use handshake
use exchange

# The IP ID of the last ACK shows that the server has no socket any more: it is in TIME_WAIT.
beginning server_closes
< F.                        as server_fin
> .
> F.
< . no_socket               as time_wait last_copy

beginning closed_by_server
use conversation
+0.03 use server_closes

# FreeBSD orders the options of its SYN/ACK in its own way, and sends IP ID 0 with each segment.
beginning closed_by_freebsd
> S
< S. win 65535 opts MnWST
> .
> P. (29)
< . id 0
< P. (40) id 0
> .
< F. id 0
> .
> F.
< . id 0

# lwIP with timestamps; its sequence numbers begin near 0.
beginning closed_by_lwip
> S
< S. 6510 opts MnnT no_df
> .
> P. (29)
< .
< P. (40)
> .
< F.
> .
> F.
< .

beginning closed_by_client
use conversation
> F.
< F.
> .

# The server's FIN is acknowledged, the client goes on.
beginning half_closed_by_server
use conversation
< F.
> .

# The client gave a handshake up after the SYN/ACK, without a word; the server waits in SYN_RECEIVED.
beginning half_open
> S
< S.
+1.02 < S.

# Whoever talks besides: a plain ACK shows that the capture was not filtered by flags.
beginning unfiltered
end somebody 10.9.0.7:40000
end elsewhere 10.9.0.8:22
somebody > elsewhere .
