"""Numbers of the whole house: the metric dictionary, the dashboard, the value of any metric in any place."""
