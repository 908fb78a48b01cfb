-- The application's own role: it owns its tables, and row-level security binds it all the same.
CREATE ROLE elevoai LOGIN PASSWORD 'elevoai' NOSUPERUSER NOBYPASSRLS;
CREATE DATABASE elevoai OWNER elevoai;
