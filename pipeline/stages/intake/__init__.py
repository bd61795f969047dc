"""From the workspace's files and policy to checked tables."""
