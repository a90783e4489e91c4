"""Files for people: workbook and CSV."""
