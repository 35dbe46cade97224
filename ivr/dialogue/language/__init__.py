"""How a plan is written: shapes of values, lines that are declared once, and the schema and reference made of them."""
