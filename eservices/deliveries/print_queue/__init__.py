"""Letters on paper: what they are made of, their PDF, and what people do with them."""
