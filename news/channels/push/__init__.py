"""News as push notifications of browsers: subscriptions and sending."""
