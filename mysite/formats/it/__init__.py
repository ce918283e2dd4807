"""Italian as Switzerland writes it: short dates with full stops."""
