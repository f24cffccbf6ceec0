"""Where things are: the face map, layers under the skin, muscles and margins, in millimetres."""
