"""Who works here: accounts, the roles they hold and where, their keys to the API."""
