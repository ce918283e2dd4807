"""Registrations at extension points: transports by e-mail, SMS and post, and gateways for SMS.

A file ``integrations.py`` of any app adds connections to other systems: see ``home.extensions.integrations``.
"""

from .demo_mailbox import DemoMailboxSmsGateway
from .sms_gateway import HttpSmsGateway
from .transports import EmailTransport, PrintTransport, SmsTransport, sms_gateways, transports

transports.register("email")(EmailTransport())
transports.register("sms")(SmsTransport())
transports.register("print")(PrintTransport())

sms_gateways.register("http")(HttpSmsGateway)
sms_gateways.register("demo_mailbox")(DemoMailboxSmsGateway)
