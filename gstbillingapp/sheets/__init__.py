"""Tables as files: rows out of CSV and XLSX, rows into them. Pure: no Django, no clock, no database."""
