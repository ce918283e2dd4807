"""Case work: states, stages, case queue, messages, decisions and audit log."""
