"""When a post goes out: wall times, conflicts, the scan of what is due, why a post is late."""
