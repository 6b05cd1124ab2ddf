"""The pages of imports in the browser: upload, preview, progress, report; problems; teaching addresses."""
