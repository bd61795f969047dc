"""The payroll batch: its lines, files and foreign formats, and what earlier batches issued."""
