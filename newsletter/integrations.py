"""Registrations at extension points: backends that send campaigns, and the transport to Mailchimp.

A file ``integrations.py`` of any app adds connections to other systems: see ``home.extensions.integrations``.
"""

from eservices.deliveries.transports import transports

from .backends.builtin.backend import BuiltinBackend
from .backends.mailchimp.backend import MailchimpBackend
from .mail_backend import mail_backends
from .mailchimp_transport import MailchimpTransport

mail_backends.register("builtin")(BuiltinBackend)
mail_backends.register("mailchimp")(MailchimpBackend)

transports.register("mailchimp")(MailchimpTransport())
