"""Seal key in a PKCS#12 file: ``SEAL_URL=pkcs12:/srv/commune/seal.p12``, its passphrase in ``SEAL_PASSWORD``."""

from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from pyhanko.sign.signers import SimpleSigner

from ...sealing import SealError


class Key:
    """A key in a file. It is read once per process: a new file is used after a restart."""

    is_test = False

    def __init__(self, url, password: str):
        self.path, self.password = Path(url.path), password

    @contextmanager
    def signer(self):
        yield self._signer

    @cached_property
    def _signer(self) -> SimpleSigner:
        try:
            content = self.path.read_bytes()
        except OSError as fault:
            raise SealError(f"The seal's key {self.path} cannot be read: {fault.strerror}.") from fault
        try:
            return SimpleSigner.load_pkcs12_data(content, [], self.password.encode() or None)
        except ValueError as fault:
            raise SealError(
                f"{self.path} is no PKCS#12 file, or SEAL_PASSWORD is not its passphrase."
            ) from fault
