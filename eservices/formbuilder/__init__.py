"""Form builder: definitions, field types, conditions, validation rules, fees and frozen versions."""
