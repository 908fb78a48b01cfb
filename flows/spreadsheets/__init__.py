"""Posts as rows of a CSV file: reading one, saying what is wrong with it, making its posts, writing one."""
