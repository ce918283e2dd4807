"""What the administration does with a request: states, stages, queue, messages and trace."""
