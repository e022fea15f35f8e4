"""An invoice as PDF: from words and figures to bytes. Knows neither Django nor a rule of law."""
