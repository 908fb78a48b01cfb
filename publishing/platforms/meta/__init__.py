"""What Instagram and Facebook share: Graph calls, error envelope, usage headers, Facebook Login, Pages of a person."""
