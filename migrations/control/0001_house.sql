-- The control plane: tree, people who operate it, contracts, pools, ledgers, jobs, rollups. No end user's name or address.
-- One text for both engines; $-tokens and $FENCE lines are spelled per engine by crates/store/src/migrate.rs.

-- The tree and access's own tables: read before a scope is known, so not fenced. ---------------------------------------
CREATE TABLE org_node (
  node_id $UUID NOT NULL PRIMARY KEY,
  parent_id $UUID REFERENCES org_node (node_id),
  kind TEXT NOT NULL CHECK (kind IN ('platform', 'distributor', 'partner', 'customer', 'site')),
  partner_id $UUID,
  customer_id $UUID,
  region TEXT
)$STRICT;

CREATE TABLE org_tree (
  node_id $UUID NOT NULL REFERENCES org_node (node_id),
  ancestor_id $UUID NOT NULL REFERENCES org_node (node_id),
  depth $BIG NOT NULL,
  PRIMARY KEY (node_id, ancestor_id)
)$STRICT;
CREATE INDEX org_tree_below ON org_tree (ancestor_id, node_id);

CREATE TABLE scope_partner (
  node_id $UUID NOT NULL,
  partner_id $UUID NOT NULL,
  PRIMARY KEY (node_id, partner_id)
)$STRICT;

CREATE TABLE staff (
  staff_id $UUID NOT NULL PRIMARY KEY,
  home_id $UUID NOT NULL REFERENCES org_node (node_id),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
  password_hash TEXT,
  totp_secret TEXT,
  totp_confirmed_at $BIG,
  totp_last_step $BIG NOT NULL,
  language TEXT,
  created_at $BIG NOT NULL,
  version $BIG NOT NULL
)$STRICT;
CREATE INDEX staff_home ON staff (home_id, staff_id);

CREATE TABLE recovery_code (
  staff_id $UUID NOT NULL REFERENCES staff (staff_id),
  code_hash $BYTES NOT NULL,
  used_at $BIG,
  PRIMARY KEY (staff_id, code_hash)
)$STRICT;

-- Whether an article of the help was found helpful: a person's last word on it.
CREATE TABLE help_vote (
  article TEXT NOT NULL,
  staff_id $UUID NOT NULL REFERENCES staff (staff_id),
  helpful $BOOL NOT NULL,
  comment TEXT,
  at $BIG NOT NULL,
  PRIMARY KEY (article, staff_id)
)$STRICT;

CREATE TABLE membership (
  membership_id $UUID NOT NULL PRIMARY KEY,
  holder_id $UUID NOT NULL,
  node_id $UUID NOT NULL REFERENCES org_node (node_id),
  role TEXT NOT NULL,
  may_create_customers $BOOL NOT NULL,
  may_purchase $BOOL NOT NULL,
  reach TEXT NOT NULL CHECK (reach IN ('all', 'only', 'except')),
  created_at $BIG NOT NULL,
  ended_at $BIG
)$STRICT;
CREATE INDEX membership_holder ON membership (holder_id, node_id);
CREATE INDEX membership_node ON membership (node_id, holder_id);

CREATE TABLE membership_target (
  membership_id $UUID NOT NULL REFERENCES membership (membership_id),
  target_id $UUID NOT NULL,
  PRIMARY KEY (membership_id, target_id)
)$STRICT;

CREATE TABLE credential (
  secret_hash $BYTES NOT NULL PRIMARY KEY,
  credential_id $UUID NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('session', 'token', 'scim')),
  holder_id $UUID NOT NULL,
  -- A directory's token (SCIM) is nobody's: it goes on when whoever made it leaves.
  staff_id $UUID REFERENCES staff (staff_id) CHECK (kind = 'scim' OR staff_id IS NOT NULL),
  label TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at $BIG NOT NULL,
  last_used_at $BIG,
  idle_until $BIG NOT NULL,
  expires_at $BIG NOT NULL,
  ended_at $BIG
)$STRICT;
CREATE INDEX credential_staff ON credential (staff_id, kind, created_at);

CREATE TABLE link (
  secret_hash $BYTES NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('setup', 'invite', 'reset')),
  staff_id $UUID,
  created_at $BIG NOT NULL,
  expires_at $BIG NOT NULL,
  used_at $BIG
)$STRICT;
CREATE INDEX link_staff ON link (staff_id, kind);

CREATE TABLE attempt (
  bucket $BYTES NOT NULL PRIMARY KEY,
  window_start $BIG NOT NULL,
  attempts $BIG NOT NULL
)$STRICT;

CREATE TABLE installation (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
)$STRICT;

-- Who did what; what was answered; what happens next. ------------------------------------------------------------------
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
  PRIMARY KEY (chain_id, seq)
)$STRICT;
-- Holds all that a list is filtered by, so that counting reads no entry.
CREATE INDEX audit_entry_at ON audit_entry (chain_id, at, seq, staff_id, command, node_id);
$FENCE audit_entry chain_id;

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

-- An outbox row is a job: one mechanism carries news, mail and background work.
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

CREATE TABLE schedule (
  name TEXT NOT NULL PRIMARY KEY,
  next_at $BIG NOT NULL,
  last_at $BIG,
  fence $BIG NOT NULL
)$STRICT;

CREATE TABLE operation (
  partner_id $UUID NOT NULL,
  operation_id $UUID NOT NULL,
  customer_id $UUID,
  kind TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'canceled')),
  done $BIG NOT NULL,
  total $BIG NOT NULL,
  result TEXT,
  error TEXT,
  created_by $UUID NOT NULL,
  created_at $BIG NOT NULL,
  finished_at $BIG,
  -- When somebody called it off; its steps are then taken back.
  cancel_asked_at $BIG,
  PRIMARY KEY (partner_id, operation_id)
)$STRICT;
CREATE INDEX operation_customer ON operation (partner_id, customer_id);
$FENCE operation partner_id;

-- Which node an operation belongs to (its customer, or else its partner): asked before a scope is known, so not fenced.
CREATE TABLE operation_place (
  operation_id $UUID NOT NULL PRIMARY KEY,
  partner_id $UUID NOT NULL,
  node_id $UUID NOT NULL
)$STRICT;

CREATE TABLE operation_step (
  partner_id $UUID NOT NULL,
  operation_id $UUID NOT NULL,
  position $BIG NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at $BIG,
  finished_at $BIG,
  result TEXT,
  error TEXT,
  PRIMARY KEY (partner_id, operation_id, position)
)$STRICT;
$FENCE operation_step partner_id;

-- The hierarchy. --------------------------------------------------------------------------------------------------------
CREATE TABLE distributor (
  distributor_id $UUID NOT NULL PRIMARY KEY REFERENCES org_node (node_id),
  name TEXT NOT NULL,
  created_at $BIG NOT NULL
)$STRICT;

CREATE TABLE partner (
  partner_id $UUID NOT NULL PRIMARY KEY REFERENCES org_node (node_id),
  distributor_id $UUID NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  zone TEXT NOT NULL,
  currency TEXT NOT NULL,
  region TEXT NOT NULL,
  language TEXT NOT NULL,
  max_customers $BIG NOT NULL,
  max_members $BIG NOT NULL,
  default_max_mau $BIG NOT NULL,
  product_name TEXT,
  accent TEXT,
  terms_url TEXT,
  privacy_url TEXT,
  logo_url TEXT,
  allowed_vendors TEXT,
  internal_customer_id $UUID NOT NULL,
  next_number $BIG NOT NULL,
  -- Days after which inactive members of new customers are removed; none: never.
  member_retention_days $BIG,
  low_pass_percent $BIG NOT NULL,
  stale_campaign_days $BIG NOT NULL,
  near_limit_percent $BIG NOT NULL,
  -- An agent not heard for so many days is silent; for longer than so many, inactive.
  agent_silent_days $BIG NOT NULL DEFAULT 7,
  agent_active_days $BIG NOT NULL DEFAULT 30,
  -- Calendar months that the list of expiring licences looks ahead.
  expiring_months $BIG NOT NULL DEFAULT 2,
  -- How often, and by how many days at most, it may extend a trial itself; beyond that its distributor decides.
  trial_extensions $BIG NOT NULL DEFAULT 2,
  trial_extension_days $BIG NOT NULL DEFAULT 30,
  created_at $BIG NOT NULL,
  version $BIG NOT NULL
)$STRICT;
$FENCE partner partner_id;

-- Logos by the hash of their content: small PNGs, here so that both engines and every backup carry them.
CREATE TABLE logo (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  hash TEXT NOT NULL,
  png $BYTES NOT NULL,
  created_at $BIG NOT NULL,
  PRIMARY KEY (partner_id, hash)
)$STRICT;
$FENCE logo partner_id;

-- The thresholds by which health was judged, as intervals: as-of pages use those in force that day.
CREATE TABLE partner_threshold (
  partner_id $UUID NOT NULL,
  since $BIG NOT NULL,
  until $BIG NOT NULL,
  low_pass_percent $BIG NOT NULL,
  stale_campaign_days $BIG NOT NULL,
  near_limit_percent $BIG NOT NULL,
  PRIMARY KEY (partner_id, since)
)$STRICT;
$FENCE partner_threshold partner_id;

-- For how many days a month stays a draft after its end, since when: for months that end later. Without a row five.
CREATE TABLE partner_draft (
  partner_id $UUID NOT NULL,
  since $BIG NOT NULL,
  draft_days $BIG NOT NULL CHECK (draft_days BETWEEN 0 AND 15),
  PRIMARY KEY (partner_id, since)
)$STRICT;
$FENCE partner_draft partner_id;

CREATE TABLE customer (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  customer_id $UUID NOT NULL REFERENCES org_node (node_id),
  account_number TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('paid', 'trial', 'free', 'internal')),
  lifecycle TEXT NOT NULL CHECK (lifecycle IN ('provisioning', 'setup', 'active', 'disabled', 'removed', 'purged')),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  -- What it is called in contracts, where that is another name.
  legal_name TEXT,
  domain TEXT,
  domain_verified_at $BIG,
  -- Reserved in the whole installation: reserved_subdomain says for whom.
  subdomain TEXT,
  tier TEXT NOT NULL,
  region TEXT NOT NULL,
  country TEXT,
  sector TEXT,
  time_zone TEXT NOT NULL,
  language TEXT NOT NULL,
  reference TEXT,
  admin_email TEXT,
  max_mau $BIG NOT NULL,
  -- What its people read instead of its name.
  display_name TEXT,
  accent TEXT,
  terms_url TEXT,
  privacy_url TEXT,
  logo_url TEXT,
  allowed_vendors TEXT,
  trial_ends_at $BIG,
  launched_at $BIG,
  import_id $UUID,
  -- Days after which its inactive members are removed; none: never.
  member_retention_days $BIG,
  created_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (partner_id, customer_id)
)$STRICT;
CREATE UNIQUE INDEX customer_number ON customer (partner_id, account_number);
-- The few that are gone, so that a list of the others need not look at each.
CREATE INDEX customer_gone ON customer (partner_id, lifecycle, customer_id) WHERE lifecycle = 'removed' OR lifecycle = 'purged';
CREATE UNIQUE INDEX customer_domain ON customer (partner_id, domain) WHERE lifecycle <> 'removed' AND lifecycle <> 'purged';
CREATE INDEX customer_import ON customer (partner_id, import_id);
CREATE INDEX customer_name ON customer (partner_id, name_key, customer_id);
$FENCE customer partner_id;

-- A wizard before its first step was sent (ADR 0024): a half-filled form, in which nothing is judged until it is sent. After that
-- the row holds no answers any more and leads to the customer: whoever sends it again finds what was made.
CREATE TABLE draft (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  draft_id $UUID NOT NULL,
  -- Whose it is.
  staff_id $UUID,
  answers TEXT NOT NULL,
  customer_id $UUID,
  operation_id $UUID,
  created_at $BIG NOT NULL,
  changed_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (partner_id, draft_id)
)$STRICT;
CREATE INDEX draft_customer ON draft (partner_id, customer_id);
$FENCE draft partner_id;

-- What new customers begin with: a named set of answers of the wizard that are nobody's own.
CREATE TABLE template (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  template_id $UUID NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  settings TEXT NOT NULL,
  created_by $UUID NOT NULL,
  created_at $BIG NOT NULL,
  changed_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (partner_id, template_id)
)$STRICT;
CREATE UNIQUE INDEX template_name ON template (partner_id, name_key);
$FENCE template partner_id;

-- A customer that was removed: who did it and why, what it held, until when it can be restored; and when it was purged.
CREATE TABLE removal (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  removed_at $BIG NOT NULL,
  removed_by $UUID NOT NULL,
  reason TEXT,
  -- Where it stood before.
  stood TEXT NOT NULL,
  seats $BIG NOT NULL,
  undo_until $BIG NOT NULL,
  -- When its region was closed and its seats were back.
  closed_at $BIG,
  -- The work that purges it, once somebody asked for it or its time was over.
  purge_operation_id $UUID,
  purged_at $BIG,
  PRIMARY KEY (partner_id, customer_id),
  FOREIGN KEY (partner_id, customer_id) REFERENCES customer (partner_id, customer_id)
)$STRICT;
CREATE INDEX removal_listed ON removal (partner_id, removed_at, customer_id);
$FENCE removal partner_id;

-- Files with everything a customer owns, until they expire.
CREATE TABLE export (
  partner_id $UUID NOT NULL,
  export_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  operation_id $UUID NOT NULL,
  bytes $BIG,
  -- Of the file; none while it is being made.
  sha256 TEXT,
  created_by $UUID NOT NULL,
  created_at $BIG NOT NULL,
  expires_at $BIG NOT NULL,
  PRIMARY KEY (partner_id, export_id)
)$STRICT;
CREATE INDEX export_customer ON export (partner_id, customer_id);
$FENCE export partner_id;

-- Slow facts of a customer, as intervals. Closing one is the only UPDATE of a fact. They stay with the partner of their time
-- when the customer moves, so they name all that a past day shows and refer to no row of customer.
CREATE TABLE customer_state (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  since $BIG NOT NULL,
  until $BIG NOT NULL,
  account_number TEXT NOT NULL,
  name TEXT NOT NULL,
  domain TEXT,
  kind TEXT NOT NULL,
  lifecycle TEXT NOT NULL,
  tier TEXT NOT NULL,
  launched_at $BIG,
  -- When the trial of that time ends: from then on it is on the free plan, whether or not that was booked.
  trial_ends_at $BIG,
  PRIMARY KEY (partner_id, customer_id, since)
)$STRICT;
$FENCE customer_state partner_id;

-- The row of the customer list: what is known of a customer's health and seats, kept in the transaction of each fact.
CREATE TABLE standing (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  name_key TEXT NOT NULL,
  search_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  lifecycle TEXT NOT NULL,
  tier TEXT NOT NULL,
  listed $BOOL NOT NULL,
  counted $BOOL NOT NULL,
  status $BIG,
  status_order $BIG NOT NULL,
  settled_until $BIG NOT NULL,
  setup_done $BOOL NOT NULL,
  email_ok $BOOL NOT NULL,
  email_at $BIG,
  sync_ok $BOOL,
  sync_at $BIG,
  sync_reason TEXT,
  -- One of our own reasons: its code, and what the source said. Worded when it is read.
  sync_own_reason TEXT,
  launched_at $BIG,
  passed $BIG NOT NULL,
  delivered $BIG NOT NULL,
  passed_before $BIG NOT NULL,
  delivered_before $BIG NOT NULL,
  pass_rate $REAL,
  last_campaign_at $BIG,
  allocated $BIG NOT NULL,
  active_users $BIG NOT NULL,
  members $BIG NOT NULL,
  waiting $BIG NOT NULL,
  held $BIG NOT NULL DEFAULT 0,
  -- The MAX MAU for which members wait; none: they wait for seats, or nobody waits.
  waiting_cap $BIG,
  -- Different members active in the month its region last counted, and where that ends. Behind it they are those who are active.
  month_users $BIG NOT NULL DEFAULT 0,
  month_until $BIG,
  -- Its agents, as its region last counted them, and until when that holds unless one is heard.
  agents $BIG NOT NULL DEFAULT 0,
  agents_silent $BIG NOT NULL DEFAULT 0,
  agents_inactive $BIG NOT NULL DEFAULT 0,
  agents_seq $BIG NOT NULL DEFAULT 0,
  agents_until $BIG NOT NULL DEFAULT 9223372036854775807,
  -- When its trial ends, or ended.
  trial_ends_at $BIG,
  PRIMARY KEY (partner_id, customer_id)
)$STRICT;
-- Holds what the list is filtered by, so that a filter that fits few rows reads no others.
CREATE INDEX standing_default ON standing (partner_id, listed, status_order, name_key, customer_id, tier, kind, lifecycle, search_key);
CREATE INDEX standing_name ON standing (partner_id, listed, name_key, customer_id);
CREATE INDEX standing_agents ON standing (partner_id, agents_until);
CREATE INDEX standing_settle ON standing (partner_id, settled_until);
$FENCE standing partner_id;

-- The partner's totals over its standing rows.
CREATE TABLE totals (
  partner_id $UUID NOT NULL PRIMARY KEY,
  counted $BIG NOT NULL,
  month_start $BIG NOT NULL,
  counted_at_month_start $BIG NOT NULL,
  listed $BIG NOT NULL,
  sync_failed $BIG NOT NULL,
  email_unverified $BIG NOT NULL,
  low_engagement $BIG NOT NULL,
  setup_incomplete $BIG NOT NULL,
  active $BIG NOT NULL,
  passed $BIG NOT NULL,
  delivered $BIG NOT NULL,
  passed_before $BIG NOT NULL,
  delivered_before $BIG NOT NULL,
  members $BIG NOT NULL,
  -- Rises when a fact of a past month becomes known: month ends kept before no longer hold.
  past_seq $BIG NOT NULL
)$STRICT;
$FENCE totals partner_id;

-- What the charts show of a month's last instant, as it follows from the facts known at past_seq.
CREATE TABLE month_end (
  partner_id $UUID NOT NULL,
  ends_at $BIG NOT NULL,
  past_seq $BIG NOT NULL,
  seats $BIG NOT NULL,
  counted $BIG NOT NULL,
  passed $BIG NOT NULL,
  delivered $BIG NOT NULL,
  PRIMARY KEY (partner_id, ends_at)
)$STRICT;
$FENCE month_end partner_id;

CREATE TABLE verified_domain (
  domain TEXT NOT NULL PRIMARY KEY,
  customer_id $UUID NOT NULL,
  verified_at $BIG NOT NULL
)$STRICT;
CREATE INDEX verified_domain_customer ON verified_domain (customer_id, domain);

-- Each for one customer of the installation, until that is removed.
CREATE TABLE reserved_subdomain (
  subdomain TEXT NOT NULL PRIMARY KEY,
  customer_id $UUID NOT NULL
)$STRICT;
CREATE INDEX reserved_subdomain_customer ON reserved_subdomain (customer_id);

-- The domains a customer has beside its primary one. Those of a removed customer are kept for its return, and claim nothing.
CREATE TABLE extra_domain (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  domain TEXT NOT NULL,
  added_at $BIG NOT NULL,
  verified_at $BIG,
  PRIMARY KEY (partner_id, customer_id, domain),
  FOREIGN KEY (partner_id, customer_id) REFERENCES customer (partner_id, customer_id)
)$STRICT;
CREATE INDEX extra_domain_claim ON extra_domain (partner_id, domain);
$FENCE extra_domain partner_id;

-- A removed site stays known to history, also to that of a partner whose customer has moved away: no reference to customer.
CREATE TABLE site (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  site_id $UUID NOT NULL REFERENCES org_node (node_id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  created_at $BIG NOT NULL,
  removed_at $BIG,
  PRIMARY KEY (partner_id, customer_id, site_id)
)$STRICT;
CREATE INDEX site_standing ON site (partner_id, customer_id) WHERE removed_at IS NULL;
$FENCE site partner_id;

CREATE TABLE customer_group (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  group_id $UUID NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  rule TEXT,
  created_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (partner_id, group_id)
)$STRICT;
CREATE UNIQUE INDEX customer_group_name ON customer_group (partner_id, name_key);
$FENCE customer_group partner_id;

CREATE TABLE group_member (
  partner_id $UUID NOT NULL,
  group_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  PRIMARY KEY (partner_id, group_id, customer_id),
  FOREIGN KEY (partner_id, group_id) REFERENCES customer_group (partner_id, group_id),
  FOREIGN KEY (partner_id, customer_id) REFERENCES customer (partner_id, customer_id)
)$STRICT;
CREATE INDEX group_member_customer ON group_member (partner_id, customer_id);
$FENCE group_member partner_id;

-- Licensing. ---------------------------------------------------------------------------------------------------------------
CREATE TABLE pool (
  partner_id $UUID NOT NULL PRIMARY KEY REFERENCES partner (partner_id),
  allocated $BIG NOT NULL CHECK (allocated >= 0),
  active_users $BIG NOT NULL CHECK (active_users >= 0),
  -- What is claimed at most: the sum of pool_claim, those included whose time is over and that nobody has looked at since.
  claimed $BIG NOT NULL DEFAULT 0 CHECK (claimed >= 0)
)$STRICT;
$FENCE pool partner_id;

-- Seats put by for a while, for what is no customer yet. They return by the clock alone.
CREATE TABLE pool_claim (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  claim_id $UUID NOT NULL,
  seats $BIG NOT NULL CHECK (seats > 0),
  until $BIG NOT NULL,
  PRIMARY KEY (partner_id, claim_id)
)$STRICT;
$FENCE pool_claim partner_id;

-- What a distributor sells to its partners: every version that was ever made, none of them ever changed. The SKUs an installation
-- comes with stand in the program until a distributor makes a version of its own.
CREATE TABLE sku_version (
  distributor_id $UUID NOT NULL REFERENCES org_node (node_id),
  sku TEXT NOT NULL,
  version $BIG NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  -- The same in all versions.
  unit TEXT NOT NULL CHECK (unit IN ('seat', 'maa')),
  units $BIG NOT NULL CHECK (units > 0),
  term_months $BIG NOT NULL CHECK (term_months > 0),
  -- Price of one piece by currency, as JSON.
  prices TEXT NOT NULL,
  made_at $BIG NOT NULL,
  PRIMARY KEY (distributor_id, sku, version)
)$STRICT;
$FENCE sku_version distributor_id;

-- From when on nobody can order it, also of what comes with an installation; null: it is sold again.
CREATE TABLE sku_end (
  distributor_id $UUID NOT NULL REFERENCES org_node (node_id),
  sku TEXT NOT NULL,
  end_of_sale_at $BIG,
  PRIMARY KEY (distributor_id, sku)
)$STRICT;
$FENCE sku_end distributor_id;

-- What was sold: version, name, units and price stay as they were when it was ordered.
CREATE TABLE pool_order (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  order_id $UUID NOT NULL,
  sku TEXT NOT NULL,
  version $BIG NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  -- What it counts: seats fill the pool, monthly active accounts the allowance.
  unit TEXT NOT NULL CHECK (unit IN ('seat', 'maa')),
  quantity $BIG NOT NULL CHECK (quantity > 0),
  units $BIG NOT NULL CHECK (units > 0),
  starts_at $BIG NOT NULL,
  ends_at $BIG NOT NULL,
  placed_at $BIG NOT NULL,
  placed_by $UUID NOT NULL,
  price_minor $BIG NOT NULL,
  currency TEXT NOT NULL,
  PRIMARY KEY (partner_id, order_id)
)$STRICT;
$FENCE pool_order partner_id;

-- Orders asked for by those who may not place them: decided once, by one who may.
CREATE TABLE order_request (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  request_id $UUID NOT NULL,
  sku TEXT NOT NULL,
  -- What it was asked for as: version, name, units, term and price, as JSON.
  offer TEXT NOT NULL,
  quantity $BIG NOT NULL CHECK (quantity > 0),
  note TEXT,
  asked_by $UUID,
  asked_at $BIG NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'approved', 'declined')),
  decided_by $UUID,
  decided_at $BIG,
  -- Why it was declined.
  reason TEXT,
  -- What came of it.
  order_id $UUID,
  PRIMARY KEY (partner_id, request_id)
)$STRICT;
CREATE INDEX order_request_listed ON order_request (partner_id, asked_at, request_id);
$FENCE order_request partner_id;

-- Whose orders draw on their distributor's pool; all others are billed, and take from no stock.
CREATE TABLE order_terms (
  partner_id $UUID NOT NULL PRIMARY KEY REFERENCES partner (partner_id),
  terms TEXT NOT NULL CHECK (terms IN ('on_account', 'from_pool'))
)$STRICT;
$FENCE order_terms partner_id;

-- A distributor's pool: its row is what draws wait for, and counts them.
CREATE TABLE distributor_pool (
  distributor_id $UUID NOT NULL PRIMARY KEY REFERENCES org_node (node_id),
  draws $BIG NOT NULL
)$STRICT;
$FENCE distributor_pool distributor_id;

-- What a distributor ordered itself, as stretches of time. Immutable.
CREATE TABLE distributor_order (
  distributor_id $UUID NOT NULL,
  order_id $UUID NOT NULL,
  unit TEXT NOT NULL CHECK (unit IN ('seat', 'maa')),
  units $BIG NOT NULL CHECK (units > 0),
  starts_at $BIG NOT NULL,
  ends_at $BIG NOT NULL CHECK (ends_at > starts_at),
  placed_at $BIG NOT NULL,
  placed_by $UUID NOT NULL,
  PRIMARY KEY (distributor_id, order_id)
)$STRICT;
$FENCE distributor_order distributor_id;

-- The ledger of its pool: what each order of a partner drew, for how long. Lines are only ever added.
CREATE TABLE distributor_draw (
  distributor_id $UUID NOT NULL,
  draw_id $UUID NOT NULL,
  partner_id $UUID NOT NULL,
  order_id $UUID NOT NULL,
  unit TEXT NOT NULL CHECK (unit IN ('seat', 'maa')),
  units $BIG NOT NULL CHECK (units > 0),
  starts_at $BIG NOT NULL,
  ends_at $BIG NOT NULL CHECK (ends_at > starts_at),
  at $BIG NOT NULL,
  PRIMARY KEY (distributor_id, draw_id)
)$STRICT;
CREATE UNIQUE INDEX distributor_draw_order ON distributor_draw (distributor_id, partner_id, order_id);
$FENCE distributor_draw distributor_id;
-- What customers can subscribe to: every version that was ever sold, none of them ever changed but in when its sale and its life end.
-- The plans an installation comes with stand in the program until a partner makes a version of its own.
CREATE TABLE plan (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  code TEXT NOT NULL,
  version $BIG NOT NULL CHECK (version > 0),
  name TEXT NOT NULL,
  product TEXT NOT NULL,
  units $BIG NOT NULL CHECK (units > 0),
  term_months $BIG NOT NULL CHECK (term_months > 0),
  -- Months by which it renews itself; none: it ends with its term.
  renew_months $BIG CHECK (renew_months > 0),
  notice_days $BIG NOT NULL CHECK (notice_days >= 0),
  grace_days $BIG NOT NULL CHECK (grace_days >= 0),
  -- People beyond the seats: hard, soft_overage or grace, and for that how many days.
  usage_policy TEXT NOT NULL,
  usage_days $BIG CHECK (usage_days > 0),
  -- Which units of a customer's month are charged.
  meter TEXT NOT NULL CHECK (meter IN ('provisioned', 'peak', 'distinct_month', 'end_of_month')),
  price_minor $BIG CHECK (price_minor >= 0),
  currency TEXT NOT NULL,
  end_of_sale_at $BIG,
  end_of_life_at $BIG,
  made_at $BIG NOT NULL,
  PRIMARY KEY (partner_id, code, version)
)$STRICT;
$FENCE plan partner_id;

-- A customer's subscription: the term that was booked last, and what was sold. Terms that follow by themselves are worked out from
-- this row (the n-th ends so many months after the anchor) and booked when somebody looks; nothing waits for that.
CREATE TABLE subscription (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  subscription_id $UUID NOT NULL,
  product TEXT NOT NULL,
  -- The plan's code in this partner's catalogue; empty once it was sold by another partner. What was sold stands in terms.
  plan TEXT NOT NULL,
  terms TEXT NOT NULL,
  -- No term of it begins from then on: the plan's end of life.
  stops_at $BIG,
  -- The plan that follows at the end of the term, where another one shall.
  next_plan TEXT,
  next_terms TEXT,
  next_stops_at $BIG,
  anchor_at $BIG NOT NULL,
  months $BIG NOT NULL CHECK (months >= 0),
  starts_at $BIG NOT NULL,
  -- Exclusive. A trial's end is customer.trial_ends_at.
  ends_at $BIG NOT NULL,
  renew_months $BIG CHECK (renew_months > 0),
  -- Until when nothing about it is news by the clock alone.
  settled_until $BIG NOT NULL,
  opened_at $BIG NOT NULL,
  version $BIG NOT NULL,
  PRIMARY KEY (partner_id, customer_id, subscription_id),
  FOREIGN KEY (partner_id, customer_id) REFERENCES customer (partner_id, customer_id)
)$STRICT;
CREATE UNIQUE INDEX subscription_product ON subscription (partner_id, customer_id, product);
CREATE INDEX subscription_settle ON subscription (partner_id, settled_until);
$FENCE subscription partner_id;

-- What happened to subscriptions, one line a term or decision. It stays with the partner of its time.
CREATE TABLE subscription_event (
  partner_id $UUID NOT NULL,
  event_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  subscription_id $UUID NOT NULL,
  at $BIG NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('begun', 'renewed', 'changed', 'planned', 'renewal', 'upgraded', 'aligned', 'arrived')),
  plan TEXT NOT NULL,
  plan_version $BIG NOT NULL,
  -- What was sold: which plan was in force in a month that is over is read from here.
  terms TEXT NOT NULL,
  starts_at $BIG NOT NULL,
  ends_at $BIG NOT NULL,
  renew_months $BIG,
  PRIMARY KEY (partner_id, event_id)
)$STRICT;
CREATE INDEX subscription_event_customer ON subscription_event (partner_id, customer_id, at, event_id);
$FENCE subscription_event partner_id;

-- Plans asked for by those who may not change them: decided once, by one who may. While one is open nobody changes or renews the
-- subscription; what the clock brings comes all the same. They refer to no row of customer: they stay with the partner of their time.
CREATE TABLE plan_request (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  request_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  subscription_id $UUID NOT NULL,
  plan TEXT NOT NULL,
  -- What it was asked for as: version, terms, price and end of life, as JSON.
  offer TEXT NOT NULL,
  -- Not before the term ends that runs when it is approved.
  at_term_end $BOOL NOT NULL,
  note TEXT,
  asked_by $UUID,
  asked_at $BIG NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'approved', 'declined', 'withdrawn')),
  decided_by $UUID,
  decided_at $BIG,
  -- Why it was declined.
  reason TEXT,
  PRIMARY KEY (partner_id, request_id)
)$STRICT;
CREATE UNIQUE INDEX plan_request_open ON plan_request (partner_id, customer_id, subscription_id) WHERE status = 'open';
CREATE INDEX plan_request_customer ON plan_request (partner_id, customer_id, asked_at, request_id);
CREATE INDEX plan_request_listed ON plan_request (partner_id, asked_at, request_id);
$FENCE plan_request partner_id;

CREATE TABLE allocation (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  pooled $BOOL NOT NULL,
  seats $BIG NOT NULL CHECK (seats >= 0),
  releasing $BIG NOT NULL CHECK (releasing >= 0),
  version $BIG NOT NULL,
  active_users $BIG NOT NULL CHECK (active_users >= 0),
  usage_seq $BIG NOT NULL,
  usage_as_of $BIG,
  -- Since when more are active than its region holds seats, as that last said; none while they fit.
  exceeded_at $BIG,
  -- How many more would be active once the runs of its sources that wait for a decision are applied, as its region last said.
  arriving $BIG NOT NULL DEFAULT 0 CHECK (arriving >= 0),
  PRIMARY KEY (partner_id, customer_id),
  FOREIGN KEY (partner_id, customer_id) REFERENCES customer (partner_id, customer_id)
)$STRICT;
-- In the order of the pool's list, which is read and counted from it alone.
CREATE INDEX allocation_size ON allocation (partner_id, pooled, seats DESC, customer_id);
$FENCE allocation partner_id;

-- The ledger: each line gives seats to one customer or takes them; the sum of its lines is its allocation at that partner.
-- Pooled lines moved the pool: their sum is what the pool has allocated.
CREATE TABLE allocation_change (
  partner_id $UUID NOT NULL,
  ledger_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  pooled $BOOL NOT NULL,
  seats $BIG NOT NULL CHECK (seats <> 0),
  balance $BIG NOT NULL,
  reason TEXT,
  at $BIG NOT NULL,
  actor_id $UUID NOT NULL,
  PRIMARY KEY (partner_id, ledger_id)
)$STRICT;
CREATE INDEX allocation_change_customer ON allocation_change (partner_id, customer_id, at);
$FENCE allocation_change partner_id;

-- Extensions of trials: granted within what the partner may, or asked of its distributor. They refer to no row of customer: they stay
-- with the partner that asked.
CREATE TABLE trial_request (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  request_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  days $BIG NOT NULL CHECK (days > 0),
  reason TEXT,
  status TEXT NOT NULL CHECK (status IN ('granted', 'waiting', 'approved', 'declined', 'withdrawn')),
  asked_by $UUID NOT NULL,
  asked_at $BIG NOT NULL,
  decided_by $UUID,
  decided_at $BIG,
  -- What whoever declined it said.
  answer TEXT,
  -- The end it gave the trial.
  ends_at $BIG,
  PRIMARY KEY (partner_id, request_id)
)$STRICT;
CREATE INDEX trial_request_customer ON trial_request (partner_id, customer_id, asked_at);
CREATE UNIQUE INDEX trial_request_waiting ON trial_request (partner_id, customer_id) WHERE status = 'waiting';
$FENCE trial_request partner_id;

-- Somebody asked for a trial on the public page. It lies with the partner under which such trials come, for a day, and becomes a customer
-- only by the link that was mailed.
CREATE TABLE sign_up (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  sign_up_id $UUID NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  -- What its mails are counted by: the address without what stands behind a plus.
  mailbox TEXT NOT NULL,
  language TEXT NOT NULL,
  link_hash $BYTES NOT NULL,
  -- Of the network it came from, where that is known, under the installation's key: one has only a share of the day.
  source_hash $BYTES,
  asked_at $BIG NOT NULL,
  used_at $BIG,
  PRIMARY KEY (partner_id, sign_up_id)
)$STRICT;
CREATE UNIQUE INDEX sign_up_link ON sign_up (partner_id, link_hash);
CREATE INDEX sign_up_asked ON sign_up (partner_id, asked_at);
CREATE INDEX sign_up_source ON sign_up (partner_id, source_hash, asked_at);
CREATE INDEX sign_up_mailbox ON sign_up (partner_id, mailbox, asked_at);
$FENCE sign_up partner_id;

-- A customer of another partner that a partner asked for, by its account number and the address of its administrator. Nothing in the row
-- says whether there is one, until all have consented.
CREATE TABLE link_request (
  partner_id $UUID NOT NULL REFERENCES partner (partner_id),
  request_id $UUID NOT NULL,
  account_number TEXT NOT NULL,
  -- Whole until it was looked up, then its first letter and the domain.
  administrator TEXT NOT NULL,
  looked_up_at $BIG,
  status TEXT NOT NULL CHECK (status IN ('open', 'approved', 'stopped', 'linked', 'withdrawn', 'ended')),
  asked_by $UUID NOT NULL,
  asked_at $BIG NOT NULL,
  expires_at $BIG NOT NULL,
  -- From the last consent until the request is over.
  giver_id $UUID,
  -- From the last consent on, unless it did not come.
  customer_id $UUID,
  -- Why it could not come.
  stopped TEXT,
  ended_at $BIG,
  PRIMARY KEY (partner_id, request_id)
)$STRICT;
CREATE INDEX link_request_asked ON link_request (partner_id, asked_at);
$FENCE link_request partner_id;

-- The other side of such a request: what the customer's partner and its administrator said. It goes when the customer does.
CREATE TABLE link_consent (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  -- The partner that asks, and what it was called then.
  asker_id $UUID NOT NULL,
  asker_name TEXT NOT NULL,
  request_id $UUID NOT NULL,
  asked_at $BIG NOT NULL,
  expires_at $BIG NOT NULL,
  administrator_said TEXT CHECK (administrator_said IN ('yes', 'no')),
  administrator_by $UUID,
  administrator_at $BIG,
  partner_said TEXT CHECK (partner_said IN ('yes', 'no')),
  partner_by $UUID,
  partner_at $BIG,
  -- Both consented, and it could not come.
  stopped_at $BIG,
  PRIMARY KEY (partner_id, customer_id, asker_id),
  FOREIGN KEY (partner_id, customer_id) REFERENCES customer (partner_id, customer_id)
)$STRICT;
CREATE INDEX link_consent_asked ON link_consent (partner_id, asked_at);
$FENCE link_consent partner_id;

-- Fast gauge: one row per customer and day of the partner's zone, the day's last value, and the highest told of active members.
CREATE TABLE usage_day (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  day $BIG NOT NULL,
  active_users $BIG NOT NULL,
  peak $BIG NOT NULL DEFAULT 0,
  members $BIG NOT NULL,
  at $BIG NOT NULL,
  PRIMARY KEY (partner_id, customer_id, day)
)$STRICT;
$FENCE usage_day partner_id;

-- In which months a customer's people are billed to a partner: since it was made, or from the month after it came from another
-- partner, until the month in which it left. It refers to no row of customer: it stays when the customer moves or is purged.
CREATE TABLE metered (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  since_month $BIG NOT NULL,
  until_month $BIG,
  -- Who was billed for the months before; none for a customer that was made here.
  came_from $UUID,
  -- Members active when it began.
  active_users $BIG NOT NULL CHECK (active_users >= 0),
  -- The number of the news that said so.
  active_seq $BIG NOT NULL DEFAULT 0,
  PRIMARY KEY (partner_id, customer_id, since_month)
)$STRICT;
-- Of a month that is over these need not be looked at.
CREATE INDEX metered_begun ON metered (partner_id, since_month, customer_id);
CREATE INDEX metered_ended ON metered (partner_id, until_month, customer_id) WHERE until_month IS NOT NULL;
$FENCE metered partner_id;

-- What a region last said of a month: different members active in it, and members active at its end or, of the running one, when
-- it said so. A month of which it said nothing had no change: it began and ended with who was active before.
CREATE TABLE maa_month (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  month $BIG NOT NULL,
  users $BIG NOT NULL CHECK (users >= 0),
  active_users $BIG NOT NULL CHECK (active_users >= 0),
  -- What it counted when it was final, where something else was said after that: the number that stands.
  final_users $BIG CHECK (final_users >= 0),
  seq $BIG NOT NULL,
  as_of $BIG NOT NULL,
  PRIMARY KEY (partner_id, customer_id, month)
)$STRICT;
CREATE INDEX maa_month_listed ON maa_month (partner_id, month, customer_id);
$FENCE maa_month partner_id;

-- A partner's sums: by how many its customers' accounts of a month differ from those that were active when it began, and how many more
-- are active at its end; and how many stretches of metered began with it, and had ended before it. A month of which nothing was said
-- has no row.
CREATE TABLE maa_sum (
  partner_id $UUID NOT NULL,
  month $BIG NOT NULL,
  counted $BIG NOT NULL,
  active $BIG NOT NULL,
  began $BIG NOT NULL,
  ended $BIG NOT NULL,
  PRIMARY KEY (partner_id, month)
)$STRICT;
$FENCE maa_sum partner_id;

-- What was said of a month after it was final: by how much its number would differ. It belongs to the report of the month it came in.
CREATE TABLE maa_adjustment (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  month $BIG NOT NULL,
  at $BIG NOT NULL,
  seq $BIG NOT NULL,
  difference $BIG NOT NULL,
  -- Different members active in the month, as is known now.
  users $BIG NOT NULL CHECK (users >= 0),
  why TEXT NOT NULL CHECK (why IN ('activity', 'late')),
  PRIMARY KEY (partner_id, customer_id, month, at, seq)
)$STRICT;
CREATE INDEX maa_adjustment_listed ON maa_adjustment (partner_id, at);
$FENCE maa_adjustment partner_id;

-- Months that are final, each with the hash of its customers' numbers.
CREATE TABLE maa_close (
  partner_id $UUID NOT NULL,
  month $BIG NOT NULL,
  maa $BIG NOT NULL,
  customers $BIG NOT NULL,
  sha256 TEXT NOT NULL,
  closed_at $BIG NOT NULL,
  PRIMARY KEY (partner_id, month)
)$STRICT;
$FENCE maa_close partner_id;

-- Facts other rooms record about a customer. -----------------------------------------------------------------------------
CREATE TABLE sync_event (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  at $BIG NOT NULL,
  fact_id $UUID NOT NULL,
  ok $BOOL NOT NULL,
  source TEXT NOT NULL,
  reason TEXT,
  own_reason TEXT,
  PRIMARY KEY (partner_id, customer_id, at, fact_id)
)$STRICT;
$FENCE sync_event partner_id;

CREATE TABLE mail_check (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  at $BIG NOT NULL,
  fact_id $UUID NOT NULL,
  ok $BOOL NOT NULL,
  detail TEXT,
  PRIMARY KEY (partner_id, customer_id, at, fact_id)
)$STRICT;
$FENCE mail_check partner_id;

-- Tests whether mail reaches a customer: one mail with a link, passed when somebody says there that it came.
CREATE TABLE delivery_test (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  test_id $UUID NOT NULL,
  -- Whole while the test waits, then its first letter and the domain.
  recipient TEXT NOT NULL,
  link_hash $BYTES,
  status TEXT NOT NULL CHECK (status IN ('waiting', 'passed', 'failed', 'expired')),
  -- What the mail server said last.
  answer TEXT,
  created_by $UUID,
  created_at $BIG NOT NULL,
  sent_at $BIG,
  expires_at $BIG NOT NULL,
  ended_at $BIG,
  PRIMARY KEY (partner_id, customer_id, test_id)
)$STRICT;
$FENCE delivery_test partner_id;

-- Which steps of letting our mail in are done at a customer: by whom, since when, as intervals.
CREATE TABLE mail_step (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  step TEXT NOT NULL,
  since $BIG NOT NULL,
  until $BIG NOT NULL,
  done_by $UUID,
  PRIMARY KEY (partner_id, customer_id, step, since)
)$STRICT;
$FENCE mail_step partner_id;

CREATE TABLE campaign_run (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  at $BIG NOT NULL,
  run_id $UUID NOT NULL,
  name TEXT NOT NULL,
  external_ref TEXT NOT NULL,
  delivered $BIG NOT NULL CHECK (delivered >= 0),
  passed $BIG NOT NULL CHECK (passed >= 0 AND passed <= delivered),
  recorded_at $BIG NOT NULL,
  import_id $UUID,
  PRIMARY KEY (partner_id, customer_id, at, run_id)
)$STRICT;
CREATE UNIQUE INDEX campaign_run_ref ON campaign_run (partner_id, customer_id, external_ref);
CREATE INDEX campaign_run_import ON campaign_run (partner_id, import_id, customer_id);
$FENCE campaign_run partner_id;

-- Campaigns that run elsewhere: when each does. What it came to is told apart, as a run.
CREATE TABLE campaign (
  partner_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  external_ref TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('phishing', 'training')),
  starts_at $BIG NOT NULL,
  ends_at $BIG NOT NULL CHECK (ends_at > starts_at),
  recorded_at $BIG NOT NULL,
  PRIMARY KEY (partner_id, customer_id, external_ref)
)$STRICT;
CREATE INDEX campaign_running ON campaign (partner_id, ends_at);
$FENCE campaign partner_id;

CREATE TABLE alert (
  partner_id $UUID NOT NULL,
  alert_id $UUID NOT NULL,
  customer_id $UUID NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('critical', 'warning', 'info')),
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  opened_at $BIG NOT NULL,
  resolved_at $BIG,
  resolved_by $UUID,
  resolution TEXT,
  -- When what it tells of ceased; a person may resolve it before. Until then it is watched.
  cleared_at $BIG,
  PRIMARY KEY (partner_id, alert_id)
)$STRICT;
-- In its order, or a partner's whole list would be walked for the order's sake.
CREATE INDEX alert_watched ON alert (partner_id, customer_id, opened_at, alert_id) WHERE cleared_at IS NULL;
CREATE UNIQUE INDEX alert_open ON alert (partner_id, customer_id, code, subject) WHERE resolved_at IS NULL;
CREATE INDEX alert_listed ON alert (partner_id, opened_at, alert_id);
$FENCE alert partner_id;

CREATE TABLE alert_subscription (
  partner_id $UUID NOT NULL,
  staff_id $UUID NOT NULL,
  severity TEXT NOT NULL,
  PRIMARY KEY (partner_id, staff_id)
)$STRICT;
$FENCE alert_subscription partner_id;

-- Who is mailed what ends soon, and the day of the digest that was told last: by the partner's calendar, so that clocks put back tell none twice.
CREATE TABLE expiry_digest (
  partner_id $UUID NOT NULL,
  staff_id $UUID NOT NULL,
  every TEXT NOT NULL,
  told_day TEXT NOT NULL,
  PRIMARY KEY (partner_id, staff_id)
)$STRICT;
$FENCE expiry_digest partner_id;

-- Work on lists. ---------------------------------------------------------------------------------------------------------
CREATE TABLE saved_view (
  partner_id $UUID NOT NULL,
  view_id $UUID NOT NULL,
  staff_id $UUID NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  shared $BOOL NOT NULL,
  created_at $BIG NOT NULL,
  PRIMARY KEY (partner_id, view_id)
)$STRICT;
$FENCE saved_view partner_id;

CREATE TABLE import (
  partner_id $UUID NOT NULL,
  import_id $UUID NOT NULL,
  customer_id $UUID,
  kind TEXT NOT NULL CHECK (kind IN ('customers', 'members', 'results')),
  file_name TEXT NOT NULL,
  file_hash $BYTES NOT NULL,
  bytes $BIG NOT NULL,
  mapping TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('uploaded', 'running', 'done', 'failed', 'undone')),
  partial $BOOL NOT NULL,
  operation_id $UUID,
  total $BIG NOT NULL,
  next_line $BIG NOT NULL,
  created $BIG NOT NULL,
  updated $BIG NOT NULL,
  waiting $BIG NOT NULL,
  duplicates $BIG NOT NULL,
  refused $BIG NOT NULL,
  verdicts TEXT,
  -- What taking it back came to, as far as it is.
  undone TEXT,
  created_by $UUID NOT NULL,
  created_at $BIG NOT NULL,
  PRIMARY KEY (partner_id, import_id)
)$STRICT;
CREATE INDEX import_listed ON import (partner_id, created_at);
$FENCE import partner_id;

-- An export brought into this partner: what the archive holds, and the customer it became. Its id is an import's: members and
-- results name it as what brought them.
CREATE TABLE transfer (
  partner_id $UUID NOT NULL,
  transfer_id $UUID NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('uploaded', 'running', 'done', 'failed', 'undone')),
  file_name TEXT NOT NULL,
  file_hash $BYTES NOT NULL,
  bytes $BIG NOT NULL,
  -- What was found in it.
  contents TEXT NOT NULL,
  customer_id $UUID,
  operation_id $UUID,
  members_done $BIG NOT NULL,
  -- How the customer stood when the work had ended: as long as it stands so, all of it can be taken back.
  stood TEXT,
  created_by $UUID NOT NULL,
  created_at $BIG NOT NULL,
  PRIMARY KEY (partner_id, transfer_id)
)$STRICT;
CREATE INDEX transfer_customer ON transfer (partner_id, customer_id);
$FENCE transfer partner_id;

CREATE TABLE column_mapping (
  partner_id $UUID NOT NULL,
  kind TEXT NOT NULL,
  header_hash $BYTES NOT NULL,
  mapping TEXT NOT NULL,
  PRIMARY KEY (partner_id, kind, header_hash)
)$STRICT;
$FENCE column_mapping partner_id;
