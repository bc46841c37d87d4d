"""Papers made from an edition alone: PDF, workbook, JSON.  None of them asks for a request or reads a live value."""
