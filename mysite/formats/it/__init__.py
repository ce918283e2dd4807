"""Italian formats for Switzerland: short dates with full stops."""
