"""How likely somebody opens, orders, answers: by hour, building, class and channel, from our own visits."""
