"""The shop's exports read in: upload, map columns, look at problems, commit, take back."""
