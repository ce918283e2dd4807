"""What agents are told by e-mail: at once, in a daily digest, or not at all, as each of them chooses."""
