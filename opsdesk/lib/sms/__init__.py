"""Text messages through a provider: two thin signers over the standard library, and what an answer proves."""
