# SPDX-License-Identifier: GPL-2.0-or-later
"""A cable that a test can make long or lossy: copies frames between two interfaces of its own namespace."""

import select
import threading
import time

import capture

PACKET_OUTGOING = 4


class Wire:
    """drop(segment) says which packets get lost; what was lost is kept as evidence."""

    def __init__(self, namespace, left, right):
        self.drop = lambda segment: False
        self.delay = 0.0
        self.dropped = []
        ends = namespace.packet_socket(left), namespace.packet_socket(right)
        for source, target in (ends, ends[::-1]):
            threading.Thread(target=self.copy, args=(source, target), daemon=True).start()

    def copy(self, source, target):
        while select.select([source], [], []):
            data, address = source.recvfrom(65536)
            if address[2] == PACKET_OUTGOING:
                continue
            segment = capture.frame(0, data).segment
            if segment and self.drop(segment):
                self.dropped.append(segment)
                continue
            time.sleep(self.delay)
            target.send(data)

    def lose(self, count, flags, src):
        """The next packets with these flags from this address get lost."""
        left = [count]

        def drop(segment):
            if not left[0] or not segment.has(flags) or segment.src != src:
                return False
            left[0] -= 1
            return True
        self.drop = drop
