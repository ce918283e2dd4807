"""Letters that editors write: their text, what they say of a case, how they are tried and sent."""
