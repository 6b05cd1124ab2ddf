"""AARRR: acquired, activated, retained, revenue, referred."""
