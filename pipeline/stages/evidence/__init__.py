"""What happened to each late, early or missing side, and which input lines show it."""
