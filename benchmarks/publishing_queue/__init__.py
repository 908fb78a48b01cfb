"""Speed and fairness of the publishing queue on PostgreSQL."""
