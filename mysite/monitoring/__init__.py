"""Monitoring of a running installation: formats of logs, probes, metrics, error reports."""
