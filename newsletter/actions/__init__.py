"""Every write that means something."""
