"""PostgreSQL and Redis of our own on a data folder, for a machine without servers: started, shared, stopped."""

from opsdesk.lib.engines.places import Addresses, EngineError, addresses
from opsdesk.lib.engines.use import stop, using

__all__ = ["Addresses", "EngineError", "addresses", "stop", "using"]
