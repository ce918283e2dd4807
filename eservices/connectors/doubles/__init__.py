"""Doubles of other systems as servers, for suppliers and for the demo. They keep nothing and decide by rules."""
