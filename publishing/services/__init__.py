"""Every change of publishing, by verb family: `connections`, `posts`, `schedule`, `targets`; numbers by `metrics`.

`preflight` says beforehand what a platform would refuse."""
