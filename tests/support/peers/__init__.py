"""Our answers to the cases of other attendance systems."""
