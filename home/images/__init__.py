"""Images of editors: originals are stored without the metadata of the camera."""
