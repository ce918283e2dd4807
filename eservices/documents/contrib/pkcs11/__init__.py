"""Seal key in a token: ``SEAL_URL=pkcs11:/usr/lib/softhsm/libsofthsm2.so?token=commune&label=seal``.

The path is the token's PKCS#11 module, ``label`` that of the key and its certificate; the PIN is in
``SEAL_PASSWORD``. ``&raw=1`` for a token that signs a digest and cannot compute one.
"""

from contextlib import contextmanager
from urllib.parse import parse_qs

from pkcs11 import PKCS11Error
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from home.web.error_messages import describe_error

from ...sealing import SealError


class Key:
    """A key in a token. Each seal opens its own session, so that a reinserted token works again."""

    is_test = False

    def __init__(self, url, password: str):
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.module, self.token, self.label = url.path, asked.get("token"), asked.get("label")
        self.pin, self.raw = password, asked.get("raw") == "1"

    @contextmanager
    def signer(self):
        try:
            criteria = TokenCriteria(label=self.token)
            with open_pkcs11_session(self.module, token_criteria=criteria, user_pin=self.pin) as session:
                yield PKCS11Signer(session, cert_label=self.label, use_raw_mechanism=self.raw)
        except PKCS11Error as fault:
            raise SealError(f"The seal's token does not answer: {describe_error(fault)}.") from fault
