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
  held $BIG NOT NULL DEFAULT 0 CHECK (held >= 0),
  -- How many more would be active if the runs of its sources that wait for a decision were applied.
  arriving $BIG NOT NULL DEFAULT 0 CHECK (arriving >= 0),
  -- Control's terms besides seats (MAX MAU, the zone its partner cuts months in), numbered; 0: not said yet.
  terms_version $BIG NOT NULL DEFAULT 0,
  zone TEXT NOT NULL DEFAULT 'UTC',
  -- From when on it is on the free plan: one of the terms. The largest number: never.
  free_at $BIG NOT NULL DEFAULT 9223372036854775807,
  -- Who stays active there, where somebody chose: a JSON list of members.
  stays TEXT NOT NULL DEFAULT '[]',
  -- The address of the primary administrator, the first who stays there: one of the terms. Empty: none.
  administrator TEXT NOT NULL DEFAULT '',
  -- What its plan says about people beyond the seats, as JSON: one of the terms. Empty: nobody.
  usage_terms TEXT NOT NULL DEFAULT '',
  -- Since when more are active than seats; none while they fit.
  exceeded_at $BIG,
  -- The month in which members were last counted, and how many different ones were active in it; end 0: before the first change.
  month_start $BIG NOT NULL DEFAULT 0,
  month_end $BIG NOT NULL DEFAULT 0,
  month_users $BIG NOT NULL DEFAULT 0 CHECK (month_users >= 0),
  usage_seq $BIG NOT NULL
)$STRICT;
$FENCE tenant_policy customer_id;

-- Months that are over, as they were counted. A month is named by months since the year 0; it ends where the next begins.
CREATE TABLE tenant_month (
  customer_id $UUID NOT NULL,
  month $BIG NOT NULL,
  starts_at $BIG NOT NULL,
  ends_at $BIG NOT NULL,
  -- Different members active in it, and members active at its end.
  users $BIG NOT NULL CHECK (users >= 0),
  active_users $BIG NOT NULL CHECK (active_users >= 0),
  PRIMARY KEY (customer_id, month)
)$STRICT;
$FENCE tenant_month customer_id;

CREATE TABLE member (
  customer_id $UUID NOT NULL,
  member_id $UUID NOT NULL,
  -- Empty for one whose directory gave none: it is held.
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  -- What a directory calls it (SCIM); where none did, its address stands for it.
  user_name TEXT,
  user_name_key TEXT NOT NULL,
  display_key TEXT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  external_id TEXT,
  status TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'waiting', 'held')),
  -- Since when it is inactive, waits or is held, where it was not so when it was made.
  stands_since $BIG NOT NULL DEFAULT 0,
  -- A person decided the status: a directory that meets the member for the first time leaves it.
  by_hand $BOOL NOT NULL DEFAULT FALSE,
  department TEXT,
  title TEXT,
  -- Of what type it is: an employee, a visitor, a device …
  kind TEXT NOT NULL DEFAULT 'employee',
  -- The site it was made for; never changes.
  site_id $UUID,
  language TEXT,
  -- Further attributes by name, and the groups its directory names: JSON.
  attributes TEXT NOT NULL DEFAULT '{}',
  directory_groups TEXT NOT NULL DEFAULT '[]',
  -- Department, title, attributes and groups as they are looked for: folded, a JSON object with its names in order.
  texts_key TEXT NOT NULL DEFAULT '{}',
  source TEXT NOT NULL,
  import_id $UUID,
  -- When it got the seat it had waited for: the one change that nobody made by hand.
  seated_at $BIG,
  -- Until when it was last active; none: never, or not since it last became so.
  active_until $BIG,
  -- When anybody or anything but a rule last changed it: what rules take for activity.
  seen_at $BIG NOT NULL DEFAULT 0,
  created_at $BIG NOT NULL,
  updated_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (customer_id, member_id)
)$STRICT;
CREATE UNIQUE INDEX member_email ON member (customer_id, email_key);
CREATE UNIQUE INDEX member_user_name ON member (customer_id, user_name_key);
CREATE INDEX member_display ON member (customer_id, display_key) WHERE display_key IS NOT NULL;
CREATE INDEX member_changed ON member (customer_id, updated_at, member_id);
CREATE INDEX member_name ON member (customer_id, name_key, member_id);
CREATE INDEX member_status ON member (customer_id, status, name_key, member_id);
CREATE INDEX member_external ON member (customer_id, external_id);
CREATE INDEX member_import ON member (customer_id, import_id);
-- It holds what decides who of those who wait comes in first, so that nobody else is read.
CREATE INDEX member_waiting ON member (customer_id, member_id, active_until) WHERE status = 'waiting';
CREATE INDEX member_waiting_again ON member (customer_id, active_until) WHERE status = 'waiting';
CREATE INDEX member_held ON member (customer_id, member_id) WHERE status = 'held';
$FENCE member customer_id;

CREATE TABLE member_interval (
  customer_id $UUID NOT NULL,
  member_id $UUID NOT NULL,
  since $BIG NOT NULL,
  until $BIG NOT NULL,
  source TEXT NOT NULL,
  -- What ended it; none while it lasts.
  ended_by TEXT,
  PRIMARY KEY (customer_id, member_id, since)
)$STRICT;
$FENCE member_interval customer_id;

-- What was said of a member's activity, and what others decided meanwhile: the changes through which its intervals are the straight
-- line. A word is known again by its time and what it says, or by its name at the sender.
CREATE TABLE member_event (
  customer_id $UUID NOT NULL,
  member_id $UUID NOT NULL,
  at $BIG NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('active', 'inactive', 'other')),
  active $BOOL NOT NULL,
  -- From when it counts: not later than it came.
  counts_at $BIG NOT NULL,
  event_id TEXT,
  source TEXT NOT NULL,
  PRIMARY KEY (customer_id, member_id, at, kind)
)$STRICT;
CREATE UNIQUE INDEX member_event_id ON member_event (customer_id, event_id) WHERE event_id IS NOT NULL;
-- What counts no more is forgotten every day.
CREATE INDEX member_event_at ON member_event (customer_id, at);
$FENCE member_event customer_id;

-- Attributes a customer declared for its members.
CREATE TABLE member_attribute (
  customer_id $UUID NOT NULL,
  attribute_id $UUID NOT NULL,
  name TEXT NOT NULL,
  takes TEXT NOT NULL CHECK (takes IN ('text', 'number', 'date', 'choice')),
  -- The values of a choice: a JSON list.
  choices TEXT NOT NULL,
  created_at $BIG NOT NULL,
  PRIMARY KEY (customer_id, attribute_id)
)$STRICT;
CREATE UNIQUE INDEX member_attribute_name ON member_attribute (customer_id, name);
$FENCE member_attribute customer_id;

-- Groups of a customer's members: with a rule (JSON), or chosen by hand.
CREATE TABLE member_group (
  customer_id $UUID NOT NULL,
  group_id $UUID NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  rule TEXT,
  created_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (customer_id, group_id)
)$STRICT;
CREATE UNIQUE INDEX member_group_name ON member_group (customer_id, name_key);
$FENCE member_group customer_id;

-- Who was chosen by hand.
CREATE TABLE member_group_member (
  customer_id $UUID NOT NULL,
  group_id $UUID NOT NULL,
  member_id $UUID NOT NULL,
  PRIMARY KEY (customer_id, group_id, member_id)
)$STRICT;
CREATE INDEX member_group_of ON member_group_member (customer_id, member_id, group_id);
$FENCE member_group_member customer_id;

-- Rules by which members become active or inactive, asked in the order in which they were made: the first that fits decides.
CREATE TABLE status_rule (
  customer_id $UUID NOT NULL,
  rule_id $UUID NOT NULL,
  name TEXT NOT NULL,
  idle_days $BIG,
  department TEXT,
  title TEXT,
  source TEXT,
  kind TEXT,
  -- By name: JSON.
  attributes TEXT NOT NULL DEFAULT '{}',
  lets_in $BOOL NOT NULL,
  created_at $BIG NOT NULL,
  PRIMARY KEY (customer_id, rule_id)
)$STRICT;
$FENCE status_rule customer_id;

-- Programs on a customer's devices that report; only the last time each was heard is kept.
CREATE TABLE agent (
  customer_id $UUID NOT NULL,
  agent_id $UUID NOT NULL,
  name TEXT NOT NULL,
  -- By what its device is known again when it enrols anew.
  machine_id TEXT NOT NULL,
  user_name TEXT,
  user_key TEXT,
  platform TEXT,
  version TEXT,
  secret_hash $BYTES NOT NULL,
  enrolled_at $BIG NOT NULL,
  last_seen_at $BIG NOT NULL,
  PRIMARY KEY (customer_id, agent_id)
)$STRICT;
CREATE UNIQUE INDEX agent_machine ON agent (customer_id, machine_id);
CREATE UNIQUE INDEX agent_secret ON agent (customer_id, secret_hash);
CREATE INDEX agent_seen ON agent (customer_id, last_seen_at, agent_id);
CREATE INDEX agent_user ON agent (customer_id, user_key) WHERE user_key IS NOT NULL;
$FENCE agent customer_id;

-- Tokens by which agents come: to enrol them, or for a relay that reports for all.
CREATE TABLE agent_token (
  customer_id $UUID NOT NULL,
  token_id $UUID NOT NULL,
  name TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('enrol', 'relay')),
  secret_hash $BYTES NOT NULL,
  created_at $BIG NOT NULL,
  expires_at $BIG NOT NULL,
  PRIMARY KEY (customer_id, token_id)
)$STRICT;
CREATE UNIQUE INDEX agent_token_secret ON agent_token (customer_id, secret_hash);
$FENCE agent_token customer_id;

-- A tenant's agents as control was last told: whoever was last heard by silent_before was told as not reporting.
CREATE TABLE agent_count (
  customer_id $UUID NOT NULL PRIMARY KEY,
  seq $BIG NOT NULL,
  agents $BIG NOT NULL CHECK (agents >= 0),
  silent_before $BIG NOT NULL,
  dirty $BOOL NOT NULL
)$STRICT;
$FENCE agent_count customer_id;

-- What a directory says of a member in full, as it said it (SCIM), beside the member's own row.
CREATE TABLE scim_user (
  customer_id $UUID NOT NULL,
  member_id $UUID NOT NULL,
  resource TEXT NOT NULL,
  PRIMARY KEY (customer_id, member_id)
)$STRICT;
$FENCE scim_user customer_id;

-- Its addresses, by which it is found.
CREATE TABLE scim_address (
  customer_id $UUID NOT NULL,
  member_id $UUID NOT NULL,
  value_key TEXT NOT NULL,
  PRIMARY KEY (customer_id, member_id, value_key)
)$STRICT;
CREATE INDEX scim_address_value ON scim_address (customer_id, value_key, member_id);
$FENCE scim_address customer_id;

CREATE TABLE scim_group (
  customer_id $UUID NOT NULL,
  group_id $UUID NOT NULL,
  display_name TEXT NOT NULL,
  display_key TEXT NOT NULL,
  external_id TEXT,
  created_at $BIG NOT NULL,
  updated_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (customer_id, group_id)
)$STRICT;
CREATE INDEX scim_group_name ON scim_group (customer_id, display_key, group_id);
CREATE INDEX scim_group_external ON scim_group (customer_id, external_id);
$FENCE scim_group customer_id;

-- A member, or a group within the group.
CREATE TABLE scim_group_member (
  customer_id $UUID NOT NULL,
  group_id $UUID NOT NULL,
  value_id $UUID NOT NULL,
  nested $BOOL NOT NULL,
  PRIMARY KEY (customer_id, group_id, value_id)
)$STRICT;
CREATE INDEX scim_group_member_of ON scim_group_member (customer_id, value_id, group_id);
$FENCE scim_group_member customer_id;

-- The domains a tenant has proved to be its own, as control last said: an older version changes nothing.
CREATE TABLE tenant_domain (
  customer_id $UUID NOT NULL PRIMARY KEY,
  version $BIG NOT NULL,
  domains TEXT NOT NULL
)$STRICT;
$FENCE tenant_domain customer_id;

-- Where a tenant's people come from: what to ask, how often, and what its last answer was (sources). The secret is sealed for this row.
CREATE TABLE source (
  customer_id $UUID NOT NULL,
  source_id $UUID NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('upload', 'folder', 'csv', 'ldap', 'entra', 'google')),
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  secret TEXT,
  -- Minutes between two runs; none: by hand.
  every_minutes $BIG,
  -- A run that would let go of more than this share of the source's people stops.
  stop_percent $BIG NOT NULL,
  next_at $BIG,
  -- Turns of the schedule: a turn of an older schedule does nothing.
  turn $BIG NOT NULL,
  -- Where the source's news goes on, kept after a run succeeded.
  cursor TEXT,
  -- Why the last run failed; none while all is well.
  trouble TEXT,
  trouble_detail TEXT,
  created_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (customer_id, source_id)
)$STRICT;
$FENCE source customer_id;

CREATE TABLE source_run (
  customer_id $UUID NOT NULL,
  run_id $UUID NOT NULL,
  source_id $UUID NOT NULL,
  -- The reading whose changes count: one that was overtaken stages what nobody applies.
  reading_id $UUID NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('reading', 'judged', 'stopped', 'applying', 'done', 'failed', 'discarded')),
  -- Only to be looked at until somebody applies it.
  preview $BOOL NOT NULL,
  scheduled $BOOL NOT NULL,
  counts TEXT NOT NULL,
  applied TEXT NOT NULL,
  cursor TEXT,
  trouble TEXT,
  trouble_detail TEXT,
  created_at $BIG NOT NULL,
  ended_at $BIG,
  PRIMARY KEY (customer_id, run_id)
)$STRICT;
CREATE INDEX source_run_listed ON source_run (customer_id, source_id, created_at, run_id);
$FENCE source_run customer_id;

-- What a source last said of a person, and which member that is. The key is a hash: a directory's own may be an address.
CREATE TABLE feed_member (
  customer_id $UUID NOT NULL,
  source_id $UUID NOT NULL,
  key TEXT NOT NULL,
  member_id $UUID NOT NULL,
  -- 'removed': a person removed the member here; the source does not bring it back, and what it said is forgotten.
  state TEXT NOT NULL CHECK (state IN ('named', 'gone', 'removed')),
  user_name_key TEXT NOT NULL,
  said TEXT NOT NULL,
  -- The key before its source: given the source first, SQLite reads all of it for each user name that is looked for.
  PRIMARY KEY (customer_id, key, source_id)
)$STRICT;
CREATE UNIQUE INDEX feed_member_member ON feed_member (customer_id, member_id);
CREATE INDEX feed_member_name ON feed_member (customer_id, source_id, state, user_name_key);
$FENCE feed_member customer_id;

-- What a reading of a source would change, until the source is read again. Who is as before has no row.
CREATE TABLE feed_change (
  customer_id $UUID NOT NULL,
  source_id $UUID NOT NULL,
  reading_id $UUID NOT NULL,
  seq $BIG NOT NULL,
  key TEXT NOT NULL,
  class TEXT NOT NULL CHECK (class IN ('joins', 'moves', 'leaves', 'returns', 'conflict', 'nothing')),
  -- Who leaves frees a seat before somebody joins; who conflicts may find the way free in the end.
  place $BIG NOT NULL,
  why TEXT NOT NULL,
  want TEXT NOT NULL,
  email_key TEXT NOT NULL,
  user_name_key TEXT NOT NULL,
  -- Empty for somebody who is not named any more.
  said TEXT NOT NULL,
  done $BOOL NOT NULL,
  PRIMARY KEY (customer_id, key, source_id, reading_id)
)$STRICT;
CREATE INDEX feed_change_open ON feed_change (customer_id, source_id, reading_id, done, place, seq);
CREATE INDEX feed_change_class ON feed_change (customer_id, source_id, reading_id, class, seq);
-- They hold the class, so that looking for who is to get an address reads no row.
CREATE INDEX feed_change_email ON feed_change (customer_id, email_key, source_id, reading_id, class);
CREATE INDEX feed_change_name ON feed_change (customer_id, user_name_key, source_id, reading_id, class);
$FENCE feed_change customer_id;

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
-- Chains take turns.
CREATE INDEX job_turn ON job (chain_id, run_at, job_id) WHERE status = 'queued';
CREATE INDEX job_chain ON job (chain_id, status, created_at);
