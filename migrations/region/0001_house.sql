-- A region: members and what they did. Rows lead with customer_id only; the partner comes from the tree in control.

-- What control decides and a region obeys: one versioned row per tenant, beside the counters that obey it.
CREATE TABLE tenant_policy (
  customer_id $UUID NOT NULL PRIMARY KEY,
  version $BIG NOT NULL,
  seats $BIG NOT NULL CHECK (seats >= 0),
  max_mau $BIG NOT NULL,
  serving $BOOL NOT NULL,
  active_users $BIG NOT NULL CHECK (active_users >= 0),
  members $BIG NOT NULL CHECK (members >= 0),
  waiting $BIG NOT NULL CHECK (waiting >= 0),
  usage_seq $BIG NOT NULL
)$STRICT;
$FENCE tenant_policy customer_id;

CREATE TABLE member (
  customer_id $UUID NOT NULL,
  member_id $UUID NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  external_id TEXT,
  status TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'waiting')),
  department TEXT,
  title TEXT,
  site_id $UUID,
  language TEXT,
  source TEXT NOT NULL,
  import_id $UUID,
  -- When it got the seat it had waited for: the one change that nobody made by hand.
  seated_at $BIG,
  created_at $BIG NOT NULL,
  updated_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (customer_id, member_id)
)$STRICT;
CREATE UNIQUE INDEX member_email ON member (customer_id, email_key);
CREATE INDEX member_name ON member (customer_id, name_key, member_id);
CREATE INDEX member_status ON member (customer_id, status, name_key, member_id);
CREATE INDEX member_external ON member (customer_id, external_id);
CREATE INDEX member_import ON member (customer_id, import_id);
CREATE INDEX member_waiting ON member (customer_id, member_id) WHERE status = 'waiting';
$FENCE member customer_id;

CREATE TABLE member_interval (
  customer_id $UUID NOT NULL,
  member_id $UUID NOT NULL,
  since $BIG NOT NULL,
  until $BIG NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (customer_id, member_id, since)
)$STRICT;
$FENCE member_interval customer_id;

CREATE TABLE audit_head (
  chain_id $UUID NOT NULL PRIMARY KEY,
  seq $BIG NOT NULL,
  hash $BYTES NOT NULL
)$STRICT;

CREATE TABLE audit_entry (
  chain_id $UUID NOT NULL,
  seq $BIG NOT NULL,
  audit_id $UUID NOT NULL,
  at $BIG NOT NULL,
  actor_id $UUID NOT NULL,
  staff_id $UUID,
  command TEXT NOT NULL,
  node_id $UUID NOT NULL,
  detail_hash $BYTES NOT NULL,
  salt $BYTES,
  detail TEXT,
  hash $BYTES NOT NULL,
  -- In whose list it stands: one index reads what was done at all customers of a partner.
  partner_id $UUID NOT NULL,
  PRIMARY KEY (chain_id, seq)
)$STRICT;
CREATE INDEX audit_entry_listed ON audit_entry (partner_id, at, chain_id, seq, staff_id, command);
$FENCE audit_entry chain_id partner_id;

CREATE TABLE idempotency (
  chain_id $UUID NOT NULL,
  actor_id $UUID NOT NULL,
  command TEXT NOT NULL,
  idem_key TEXT NOT NULL,
  body_hash $BYTES NOT NULL,
  answer TEXT NOT NULL,
  -- What the request was about: its answers go with it.
  node_id $UUID NOT NULL,
  created_at $BIG NOT NULL,
  PRIMARY KEY (chain_id, actor_id, command, idem_key)
)$STRICT;
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE job (
  job_id $UUID NOT NULL PRIMARY KEY,
  chain_id $UUID NOT NULL,
  node_id $UUID NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  holder_id $UUID NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'dead')),
  run_at $BIG NOT NULL,
  attempts $BIG NOT NULL,
  fence $BIG NOT NULL,
  lease_until $BIG NOT NULL,
  last_error TEXT,
  created_at $BIG NOT NULL,
  finished_at $BIG
)$STRICT;
CREATE INDEX job_due ON job (status, run_at, job_id);
CREATE INDEX job_chain ON job (chain_id, status, created_at);
