"""The agency's tables and services, asked by name: CSV, SQL, HTTP."""
