"""Registrations at extension points: population registers, and the transport that monitors the configured one.

A file ``integrations.py`` of any app adds connections to other systems: see ``home.extensions.integrations``.
"""

from eservices.deliveries.transports import transports

from .contrib.demo import DemoRegister
from .contrib.json_api import JsonApiRegister
from .population_register import NoRegister, population_registers
from .register_transport import RegisterTransport

population_registers.register("demo")(DemoRegister)
population_registers.register("http")(JsonApiRegister)
population_registers.register("none")(NoRegister)

transports.register("register")(RegisterTransport())
