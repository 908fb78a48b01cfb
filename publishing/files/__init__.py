"""Files that posts show: the copies that platforms are given, and their deletion."""
