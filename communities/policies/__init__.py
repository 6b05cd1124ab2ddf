"""Every threshold: the company's value, a community's own, who changed it, when, from what to what."""
