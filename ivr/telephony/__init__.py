"""The line: control of one call (`agi`) and of what spans calls (`ami`)."""
