"""Tables of the sandbox's SQLite file. Times are Unix seconds; `data` columns hold small JSON objects."""

DDL = """
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, platform TEXT NOT NULL, owner_id TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL,
    handle TEXT NOT NULL, name TEXT NOT NULL, followers INTEGER NOT NULL, timezone TEXT NOT NULL,
    position INTEGER NOT NULL, data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS accounts_platform ON accounts (platform, kind, position);
CREATE TABLE IF NOT EXISTS codes (
    hash TEXT PRIMARY KEY, platform TEXT NOT NULL, client_id TEXT NOT NULL, redirect_uri TEXT NOT NULL,
    account_id TEXT NOT NULL, scopes TEXT NOT NULL, challenge TEXT NOT NULL, challenge_method TEXT NOT NULL,
    offline INTEGER NOT NULL, expires_at REAL NOT NULL, used_at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY, platform TEXT NOT NULL, client_id TEXT NOT NULL, account_id TEXT NOT NULL,
    scopes TEXT NOT NULL, created_at REAL NOT NULL, revoked_at REAL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS grants_account ON grants (platform, account_id);
CREATE TABLE IF NOT EXISTS tokens (
    hash TEXT PRIMARY KEY, grant_id TEXT NOT NULL, kind TEXT NOT NULL, account_id TEXT NOT NULL,
    issued_at REAL NOT NULL, expires_at REAL, replaced_at REAL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tokens_grant ON tokens (grant_id);
CREATE TABLE IF NOT EXISTS units (
    id TEXT PRIMARY KEY, platform TEXT NOT NULL, kind TEXT NOT NULL, account_id TEXT NOT NULL, grant_id TEXT NOT NULL,
    state TEXT NOT NULL, created_at REAL NOT NULL, committed_at REAL, ready_at REAL, public_at REAL, expires_at REAL,
    failure TEXT NOT NULL DEFAULT '', post_id TEXT, caption TEXT NOT NULL DEFAULT '', data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS units_account ON units (platform, account_id, created_at);
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, unit_id TEXT NOT NULL, platform TEXT NOT NULL, total INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0, chunk_size INTEGER NOT NULL DEFAULT 0, content_type TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL, expires_at REAL NOT NULL, done_at REAL, sha256 TEXT NOT NULL DEFAULT '',
    probe TEXT NOT NULL DEFAULT '{}', data TEXT NOT NULL DEFAULT '{}') WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uploads_unit ON uploads (unit_id);
CREATE TABLE IF NOT EXISTS pulls (
    id TEXT PRIMARY KEY, unit_id TEXT NOT NULL, platform TEXT NOT NULL, position INTEGER NOT NULL, url TEXT NOT NULL,
    state TEXT NOT NULL, created_at REAL NOT NULL, size INTEGER NOT NULL DEFAULT 0, sha256 TEXT NOT NULL DEFAULT '',
    probe TEXT NOT NULL DEFAULT '{}', problem TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pulls_unit ON pulls (unit_id, position);
CREATE INDEX IF NOT EXISTS pulls_open ON pulls (state) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS posts (
    id TEXT PRIMARY KEY, platform TEXT NOT NULL, account_id TEXT NOT NULL, unit_id TEXT NOT NULL, kind TEXT NOT NULL,
    caption TEXT NOT NULL, visibility TEXT NOT NULL, committed_at REAL NOT NULL, live_at REAL NOT NULL,
    public_at REAL NOT NULL, media_sha256 TEXT NOT NULL, media_size INTEGER NOT NULL, duration REAL NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, content_key TEXT NOT NULL, deleted_at REAL,
    data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS posts_account ON posts (platform, account_id, live_at);
CREATE INDEX IF NOT EXISTS posts_content ON posts (account_id, content_key);
CREATE TABLE IF NOT EXISTS refused_duplicates (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, account_id TEXT NOT NULL, of_post TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS hits (id INTEGER PRIMARY KEY, key TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS hits_key ON hits (key, at);
CREATE TABLE IF NOT EXISTS spent (
    key TEXT NOT NULL, period TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (key, period)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL, probability REAL NOT NULL,
    seed INTEGER NOT NULL, remaining INTEGER, retry_after REAL, seconds REAL, status INTEGER,
    seen INTEGER NOT NULL DEFAULT 0, hit INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tags_fired (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, platform TEXT NOT NULL, step TEXT NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, status INTEGER NOT NULL, account_id TEXT NOT NULL, fault TEXT NOT NULL, note TEXT NOT NULL,
    elapsed_ms REAL NOT NULL);
CREATE TABLE IF NOT EXISTS call_counts (
    platform TEXT NOT NULL, step TEXT NOT NULL, status INTEGER NOT NULL, fault TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (platform, step, status, fault)) WITHOUT ROWID;
"""

TABLES = (
    "accounts",
    "codes",
    "grants",
    "tokens",
    "units",
    "uploads",
    "pulls",
    "posts",
    "refused_duplicates",
    "hits",
    "spent",
    "faults",
    "tags_fired",
    "calls",
    "call_counts",
    "settings",
)
