"""The registers that can be chosen, a folder each."""
