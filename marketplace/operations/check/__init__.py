"""Is the data of an instance whole: every invariant, and one look at all of them in one snapshot."""
