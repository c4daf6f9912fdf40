"""What a column may hold: the types of the original, their sizes, and what happens where a value does not fit."""
