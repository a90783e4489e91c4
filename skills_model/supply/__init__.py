"""Supply: staff in post, the rates at which they leave, age, rise and join, and what becomes of them."""
