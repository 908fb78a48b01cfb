"""When a post goes out and what is frozen then: wall times, conflicts, the scan of what is due, why one is late."""
