"""New papers meet the searches that readers follow."""
