"""What a service asks: definitions, field types, conditions, checks, fees and frozen versions."""
