"""Where bytes live: one interface, a folder and an S3 API behind it."""
