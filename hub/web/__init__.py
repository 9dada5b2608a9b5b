"""The screens: the whereabouts board, its forms and its JSON. Writes only through the inbox."""
