"""The demo business: believable data for showing, trying out and measuring. GSTINs are made up."""
