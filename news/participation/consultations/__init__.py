"""Consultations and idea boxes."""
