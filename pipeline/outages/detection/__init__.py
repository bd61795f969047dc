"""In which windows does a group of senders fail or fall silent? The null model of a group's month, and what it rejects.

Everything about one group at one vantage belongs here. Comparing groups, to name the layer that failed, belongs to
`attribution`, from which nothing is imported here.
"""
