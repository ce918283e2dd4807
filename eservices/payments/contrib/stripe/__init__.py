"""Cards and TWINT through Stripe."""
