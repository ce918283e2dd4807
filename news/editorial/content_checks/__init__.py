"""What is checked before a page is published: pure rules over what was read from the page."""
