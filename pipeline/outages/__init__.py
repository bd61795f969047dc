"""Detection and attribution as pure functions on arrays."""
