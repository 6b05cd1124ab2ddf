"""The customer list and the profile: everything known of a person, from every slice."""
