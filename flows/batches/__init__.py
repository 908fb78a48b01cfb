"""A post for each of many videos: accounts, a pattern of times and words are chosen once, then each row is checked."""
