"""Transports by e-mail, SMS and post, and gateways for SMS."""

from .demo_mailbox import DemoMailboxSmsGateway
from .sms_gateway import HttpSmsGateway
from .transports import EmailTransport, PrintTransport, SmsTransport, sms_gateways, transports

transports.register("email")(EmailTransport())
transports.register("sms")(SmsTransport())
transports.register("print")(PrintTransport())

sms_gateways.register("http")(HttpSmsGateway)
sms_gateways.register("demo_mailbox")(DemoMailboxSmsGateway)
