"""What has to be looked at before people are let in, and afterwards: one file a subject."""
