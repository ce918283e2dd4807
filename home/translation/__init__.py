"""What editors see of translations: how far they are, their texts by name, what is refused."""
