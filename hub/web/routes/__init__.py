"""The routes, one module per area. They read, ask the inbox and render; they decide nothing."""
