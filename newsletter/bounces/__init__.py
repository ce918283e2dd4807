"""Bounces and complaints, from a mailbox or from a mail service."""
