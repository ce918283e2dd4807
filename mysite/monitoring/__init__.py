"""What operators see of a running installation: logs, health, metrics, error reports."""
