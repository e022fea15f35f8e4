"""The screens and the JSON they ask for: one module each."""
