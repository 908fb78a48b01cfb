"""What Instagram and Facebook share: error envelope, usage headers, Facebook Login, the upload host."""
