"""Posts and their files for programs: routes, and what requests may say. What needs the person."""
