# SPDX-License-Identifier: GPL-2.0-or-later
"""A cable that a test can make long or lossy: copies frames between two interfaces of its own namespace."""

import heapq
import itertools
import select
import threading
import time

import capture

PACKET_OUTGOING = 4


class Wire:
    """drop(segment) says which packets get lost, late(segment) how many seconds one is on its way; what was lost is kept
    as evidence."""

    def __init__(self, namespace, left, right):
        self.drop = lambda segment: False
        self.delay = 0.0
        self.late = lambda segment: self.delay
        self.dropped = []
        ends = namespace.packet_socket(left), namespace.packet_socket(right)
        for source, target in (ends, ends[::-1]):
            threading.Thread(target=self.copy, args=(source, target), daemon=True).start()

    def copy(self, source, target):
        waiting, order = [], itertools.count()
        while True:
            rest = max(0, waiting[0][0] - time.monotonic()) if waiting else None
            if select.select([source], [], [], rest)[0]:
                data, address = source.recvfrom(65536)
                if address[2] != PACKET_OUTGOING:
                    self.take(data, waiting, order)
            while waiting and waiting[0][0] <= time.monotonic():
                target.send(heapq.heappop(waiting)[2])

    def take(self, data, waiting, order):
        segment = capture.frame(0, data).segment
        if segment and self.drop(segment):
            self.dropped.append(segment)
            return
        due = time.monotonic() + (self.late(segment) if segment else self.delay)
        heapq.heappush(waiting, (due, next(order), data))

    def lose(self, count, flags, src):
        """The next packets with these flags from this address get lost."""
        left = [count]

        def drop(segment):
            if not left[0] or not segment.has(flags) or segment.src != src:
                return False
            left[0] -= 1
            return True
        self.drop = drop
