"""A double of clamd: a socket server that speaks INSTREAM and knows one virus, the EICAR test file."""

import socketserver
import struct
import threading
from contextlib import contextmanager

# Harmless by agreement of all scanners. Split in two parts, so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


class Double(socketserver.StreamRequestHandler):
    """Handler of one command per connection, as clamd does for commands with the prefix z."""

    def handle(self):
        if self.rfile.read(10) != b"zINSTREAM\0":
            return
        content = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.heard.append(content)
        verdict = b"stream: Eicar-Test FOUND\0" if EICAR in content else b"stream: OK\0"
        self.wfile.write(self.server.says or verdict)


@contextmanager
def running(family=socketserver.ThreadingTCPServer, address=("127.0.0.1", 0), *, most=10**8, says=b""):
    """Run the double; ``heard`` lists the contents that it scanned."""
    with family(address, Double) as server:
        server.daemon_threads, server.most, server.says, server.heard = True, most, says, []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def url(server) -> str:
    return "tcp://{}:{}".format(*server.server_address)
