"""The life of a month in a workspace: its status, closing and purging, and what earlier months hand to it."""
