"""The visit table: what visits brought, day by day, two communities side by side."""
