"""The file formats that departments write: delimited text, workbooks, map features, databases, records."""
