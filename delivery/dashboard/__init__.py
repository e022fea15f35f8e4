"""The pipeline's pages inside the administration: what is going on, and what a person may do about it."""
