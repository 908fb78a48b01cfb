"""The stage of the publishing runs: a sandbox of its own, people with accounts, workers that can be killed, a clock."""
