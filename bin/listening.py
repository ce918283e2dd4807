"""How gunicorn listens where browsers come to it themselves, with no proxy between (gunicorn reads this file).

Browsers open connections in advance and leave them silent. A worker that has one request at a time would wait for
such a one as long as its time lasts, and all of them did as soon as two or three browsers were open. So the kernel
hands a connection over once it has said something.
"""

import socket

SILENCE = 600  # seconds


def when_ready(server):
    for listener in server.LISTENERS if hasattr(socket, "TCP_DEFER_ACCEPT") else []:
        listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENCE)
