"""How often anybody may ask for what writes, or for what costs much to read (docs/limits.md)."""
