"""From counts of requests to outages with a layer, a scope and a window."""
