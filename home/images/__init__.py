"""Images of editors: no original keeps what the camera wrote into it."""
