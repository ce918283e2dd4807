"""Form sessions: drafts, steps, uploads, resuming and sending."""
