"""The post room: agents print the letters of their teams, post them and keep what proves it."""
