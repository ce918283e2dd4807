"""Retention of cases: archiving or erasure after approval by a named authority."""
