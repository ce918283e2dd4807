"""The population registers that can be configured, a package each."""
