"""Every notebook in a new process that is already warm (`ketcontent_engine.engine`)."""
