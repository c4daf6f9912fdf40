"""How large shapes are and how much two of them agree, in numbers. Only code that calculates imports this room."""
