"""Formats of files that are exchanged with business software: transmissions out, receipts in. Pure."""
