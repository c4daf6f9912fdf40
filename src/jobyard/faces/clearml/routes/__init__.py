"""The actions of this face: one function each, with what it takes and what it gives."""
