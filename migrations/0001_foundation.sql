-- One folder of migrations serves SQLite and PostgreSQL; {id}, {time}, {json} and {text_c} are put in by the runner.

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value {json} NOT NULL,
  updated_at {time} NOT NULL
);

-- The day counters behind TKTyyyymmddNNN and its siblings.
CREATE TABLE counters (
  kind TEXT NOT NULL,
  day TEXT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (kind, day)
);

-- People

CREATE TABLE users (
  id {id},
  username TEXT NOT NULL UNIQUE,
  email TEXT UNIQUE,
  full_name TEXT NOT NULL,
  phone TEXT,
  role TEXT NOT NULL,
  password_hash TEXT,
  must_change_password BOOLEAN NOT NULL DEFAULT FALSE,
  totp_secret TEXT,
  totp_confirmed_at {time},
  totp_last_step BIGINT NOT NULL DEFAULT 0,
  locale TEXT NOT NULL DEFAULT 'id',
  active BOOLEAN NOT NULL DEFAULT TRUE,
  locked_at {time},
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
);
CREATE INDEX users_role ON users (role, id);

CREATE TABLE recovery_codes (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL,
  used_at {time}
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

CREATE TABLE sign_in_attempts (
  id {id},
  login TEXT NOT NULL,
  ip TEXT NOT NULL,
  succeeded BOOLEAN NOT NULL,
  at {time} NOT NULL
);
CREATE INDEX sign_in_attempts_login ON sign_in_attempts (login, at);
CREATE INDEX sign_in_attempts_ip ON sign_in_attempts (ip, at);
CREATE INDEX sign_in_attempts_at ON sign_in_attempts (at);

-- Master data

CREATE TABLE areas (
  id {id},
  name TEXT NOT NULL UNIQUE,
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION
);

CREATE TABLE packages (
  id {id},
  name TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  down_mbps BIGINT NOT NULL,
  up_mbps BIGINT NOT NULL,
  monthly_price BIGINT NOT NULL,
  setup_fee BIGINT NOT NULL,
  sla_level TEXT NOT NULL,
  active BOOLEAN NOT NULL DEFAULT TRUE,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
);

CREATE TABLE odps (
  id {id},
  name TEXT NOT NULL UNIQUE,
  location TEXT NOT NULL,
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION,
  area_id BIGINT REFERENCES areas (id),
  ports_total BIGINT NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
);

-- Days on which the SLA clock of a working-hours calendar stands still.
CREATE TABLE holidays (
  day TEXT PRIMARY KEY,
  name TEXT NOT NULL
);

CREATE TABLE customers (
  id {id},
  number TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key {text_c} NOT NULL,
  phone TEXT NOT NULL UNIQUE,
  email TEXT,
  pic_name TEXT,
  pic_phone TEXT,
  address TEXT NOT NULL,
  area_id BIGINT REFERENCES areas (id),
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION,
  odp_id BIGINT REFERENCES odps (id),
  odp_port BIGINT,
  package_id BIGINT REFERENCES packages (id),
  pppoe_username TEXT UNIQUE,
  ip_mode TEXT NOT NULL DEFAULT 'dynamic',
  ip_address TEXT,
  status TEXT NOT NULL,
  portal_enabled BOOLEAN NOT NULL DEFAULT TRUE,
  locale TEXT NOT NULL DEFAULT 'id',
  notify_whatsapp {json} NOT NULL DEFAULT '["progress", "answers", "results"]',
  notify_email {json} NOT NULL DEFAULT '["progress", "answers", "results"]',
  auto_answers BOOLEAN NOT NULL DEFAULT TRUE,
  notes TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  activated_at {time},
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
);
CREATE UNIQUE INDEX customers_odp_port ON customers (odp_id, odp_port) WHERE odp_port IS NOT NULL;
CREATE INDEX customers_name ON customers (name_key, id);
CREATE INDEX customers_status ON customers (status, name_key, id);
CREATE INDEX customers_area ON customers (area_id, name_key, id);
CREATE INDEX customers_package ON customers (package_id, name_key, id);

-- One row per word of a customer's name, number, phone and address; a search is a prefix range over it.
CREATE TABLE customer_terms (
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  term {text_c} NOT NULL,
  PRIMARY KEY (customer_id, term)
);
CREATE INDEX customer_terms_term ON customer_terms (term, customer_id);

CREATE TABLE customer_tags (
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  tag {text_c} NOT NULL,
  PRIMARY KEY (customer_id, tag)
);
CREATE INDEX customer_tags_tag ON customer_tags (tag, customer_id);

CREATE TABLE technicians (
  id {id},
  user_id BIGINT NOT NULL UNIQUE REFERENCES users (id),
  level TEXT NOT NULL,
  availability TEXT NOT NULL,
  daily_maximum BIGINT NOT NULL DEFAULT 8,
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION,
  updated_at {time} NOT NULL
);
CREATE TABLE technician_skills (
  technician_id BIGINT NOT NULL REFERENCES technicians (id) ON DELETE CASCADE,
  skill TEXT NOT NULL,
  PRIMARY KEY (technician_id, skill)
);
CREATE TABLE technician_areas (
  technician_id BIGINT NOT NULL REFERENCES technicians (id) ON DELETE CASCADE,
  area_id BIGINT NOT NULL REFERENCES areas (id) ON DELETE CASCADE,
  PRIMARY KEY (technician_id, area_id)
);

-- Access

CREATE TABLE sessions (
  id {id},
  user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
  customer_id BIGINT REFERENCES customers (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at {time} NOT NULL,
  last_seen_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  revoked_at {time},
  CHECK ((user_id IS NULL) <> (customer_id IS NULL))
);
CREATE INDEX sessions_user ON sessions (user_id, id);
CREATE INDEX sessions_customer ON sessions (customer_id, id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE api_tokens (
  id {id},
  name TEXT NOT NULL,
  user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  scopes {json} NOT NULL,
  created_at {time} NOT NULL,
  created_by TEXT NOT NULL,
  expires_at {time},
  last_used_at {time},
  use_recorded_at {time},
  revoked_at {time}
);

-- Password resets, start-up sign-in links and the like: single use, stored as a hash. The link that makes the first
-- administrator belongs to nobody yet.
CREATE TABLE one_time_tokens (
  id {id},
  purpose TEXT NOT NULL,
  user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  used_at {time}
);
CREATE INDEX one_time_tokens_expires ON one_time_tokens (expires_at);

-- Rights that an administrator changed; a role's other rights are the program's defaults.
CREATE TABLE role_permissions (
  role TEXT NOT NULL,
  permission TEXT NOT NULL,
  granted BOOLEAN NOT NULL,
  PRIMARY KEY (role, permission)
);

CREATE TABLE otp_codes (
  id {id},
  phone TEXT NOT NULL,
  customer_id BIGINT REFERENCES customers (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  browser_hash TEXT NOT NULL,
  ip TEXT NOT NULL,
  wrong_tries BIGINT NOT NULL DEFAULT 0,
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  used_at {time},
  dead_at {time}
);
CREATE INDEX otp_codes_phone ON otp_codes (phone, created_at);
CREATE INDEX otp_codes_ip ON otp_codes (ip, created_at);
CREATE INDEX otp_codes_created ON otp_codes (created_at);
CREATE INDEX otp_codes_customer ON otp_codes (customer_id) WHERE customer_id IS NOT NULL;
-- A new code kills the old one, also when two are asked for at once.
CREATE UNIQUE INDEX otp_codes_live ON otp_codes (purpose, phone) WHERE used_at IS NULL AND dead_at IS NULL;

-- Answers already given to requests with an Idempotency-Key.
CREATE TABLE idempotency_keys (
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status BIGINT,
  response TEXT,
  content_type TEXT,
  created_at {time} NOT NULL,
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE files (
  id {id},
  sha256 TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  width BIGINT,
  height BIGINT,
  subject_kind TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  customer_visible BOOLEAN NOT NULL,
  purpose TEXT NOT NULL,
  uploaded_by TEXT NOT NULL,
  created_at {time} NOT NULL
);
CREATE INDEX files_subject ON files (subject_kind, subject_id, id);
CREATE INDEX files_sha256 ON files (sha256);

-- Tickets

CREATE TABLE tickets (
  id {id},
  number {text_c} NOT NULL UNIQUE,
  customer_id BIGINT REFERENCES customers (id),
  type TEXT NOT NULL,
  category TEXT NOT NULL,
  priority TEXT NOT NULL,
  status TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  channel TEXT NOT NULL,
  contact_preference TEXT NOT NULL,
  preferred_at {time},
  area_id BIGINT REFERENCES areas (id),
  lead_id BIGINT REFERENCES technicians (id),
  eta_at {time},
  sla_level TEXT NOT NULL,
  response_minutes BIGINT NOT NULL,
  resolution_minutes BIGINT NOT NULL,
  sla_started_at {time} NOT NULL,
  response_due_at {time} NOT NULL,
  resolution_due_at {time} NOT NULL,
  at_risk_at {time} NOT NULL,
  responded_at {time},
  started_at {time},
  held_at {time},
  hold_reason TEXT,
  paused_ms BIGINT NOT NULL DEFAULT 0,
  completed_at {time},
  cancelled_at {time},
  cancel_reason TEXT,
  resolution TEXT,
  parent_id BIGINT REFERENCES tickets (id),
  merged_into_id BIGINT REFERENCES tickets (id),
  rating BIGINT,
  rating_comment TEXT,
  rated_at {time},
  reopened_count BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  created_by TEXT NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
);
CREATE INDEX tickets_status ON tickets (status, id);
CREATE INDEX tickets_status_due ON tickets (status, resolution_due_at, id);
CREATE INDEX tickets_priority ON tickets (priority, status, id);
CREATE INDEX tickets_customer ON tickets (customer_id, id);
CREATE INDEX tickets_lead ON tickets (lead_id, status, id);
CREATE INDEX tickets_area ON tickets (area_id, status, id);
CREATE INDEX tickets_type ON tickets (type, status, id);
CREATE INDEX tickets_created ON tickets (created_at, id);
CREATE INDEX tickets_parent ON tickets (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX tickets_merged ON tickets (merged_into_id, id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX tickets_completed ON tickets (completed_at) WHERE completed_at IS NOT NULL;

-- One row per word of a ticket's title and number; a search is a prefix range over it.
CREATE TABLE ticket_terms (
  ticket_id BIGINT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
  term {text_c} NOT NULL,
  PRIMARY KEY (ticket_id, term)
);
CREATE INDEX ticket_terms_term ON ticket_terms (term, ticket_id);

CREATE TABLE ticket_team (
  ticket_id BIGINT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
  technician_id BIGINT NOT NULL REFERENCES technicians (id),
  role TEXT NOT NULL,
  PRIMARY KEY (ticket_id, technician_id)
);
CREATE INDEX ticket_team_technician ON ticket_team (technician_id, ticket_id);

CREATE TABLE ticket_comments (
  id {id},
  ticket_id BIGINT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
  visibility TEXT NOT NULL,
  author_kind TEXT NOT NULL,
  author_id BIGINT,
  author_name TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at {time} NOT NULL
);
CREATE INDEX ticket_comments_ticket ON ticket_comments (ticket_id, id);

CREATE TABLE ticket_checklist (
  id {id},
  ticket_id BIGINT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  code TEXT NOT NULL,
  required BOOLEAN NOT NULL,
  done_at {time},
  done_by TEXT
);
CREATE INDEX ticket_checklist_ticket ON ticket_checklist (ticket_id, position);

CREATE TABLE ticket_completions (
  ticket_id BIGINT PRIMARY KEY REFERENCES tickets (id) ON DELETE CASCADE,
  attenuation_dbm DOUBLE PRECISION,
  otdr_file_id BIGINT REFERENCES files (id),
  attenuation_file_id BIGINT REFERENCES files (id),
  modem_serial TEXT,
  modem_file_id BIGINT REFERENCES files (id),
  odp_id BIGINT REFERENCES odps (id),
  odp_port BIGINT,
  wifi_name TEXT,
  speed_down_mbps DOUBLE PRECISION,
  speed_up_mbps DOUBLE PRECISION,
  completed_by TEXT NOT NULL,
  completed_at {time} NOT NULL
);

-- A report that a customer is filling in on the portal, one per customer. The token lets it be sent once.
CREATE TABLE portal_drafts (
  customer_id BIGINT PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
  token TEXT NOT NULL,
  draft {json} NOT NULL,
  updated_at {time} NOT NULL
);
CREATE INDEX portal_drafts_updated ON portal_drafts (updated_at);

-- The content that reports being filled in refer to, so that it is not taken for given up.
CREATE TABLE portal_draft_files (
  customer_id BIGINT NOT NULL REFERENCES portal_drafts (customer_id) ON DELETE CASCADE,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (customer_id, sha256)
);
CREATE INDEX portal_draft_files_sha256 ON portal_draft_files (sha256);

-- Events, which are also the audit trail. `payload` is text, not a document, because the hash covers its very bytes.
-- `seq` and `hash` are given by the sealer right after the commit: a gap-free order that no transactions fight over.
CREATE TABLE events (
  id {id},
  seq BIGINT UNIQUE,
  at {time} NOT NULL,
  kind {text_c} NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT,
  actor_name TEXT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  request_id TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id BIGINT,
  subject_label TEXT NOT NULL,
  customer_id BIGINT,
  outcome TEXT NOT NULL,
  payload TEXT NOT NULL,
  hash TEXT
);
CREATE INDEX events_unsealed ON events (id) WHERE seq IS NULL;
CREATE INDEX events_subject ON events (subject_kind, subject_id, id);
CREATE INDEX events_customer ON events (customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX events_kind ON events (kind, id);
CREATE INDEX events_actor ON events (actor_name, id);
CREATE INDEX events_at ON events (at, id);

-- What retention cuts off the audit trail and the timelines of tickets and customers still tell, under the event's own
-- identifier: without address and program, which nobody needs to understand what happened.
CREATE TABLE history (
  id BIGINT PRIMARY KEY,
  at {time} NOT NULL,
  kind {text_c} NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT,
  actor_name TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id BIGINT,
  subject_label TEXT NOT NULL,
  customer_id BIGINT,
  outcome TEXT NOT NULL,
  payload TEXT NOT NULL
);
CREATE INDEX history_subject ON history (subject_kind, subject_id, id);
CREATE INDEX history_customer ON history (customer_id, id) WHERE customer_id IS NOT NULL;

-- Where the chain begins (rows before it were cut off by retention) and where it ends.
CREATE TABLE event_chain (
  id BIGINT PRIMARY KEY,
  base_seq BIGINT NOT NULL,
  base_hash TEXT NOT NULL,
  head_seq BIGINT NOT NULL,
  head_hash TEXT NOT NULL
);
INSERT INTO event_chain (id, base_seq, base_hash, head_seq, head_hash) VALUES (1, 0, '', 0, '');

-- Jobs and messages

CREATE TABLE jobs (
  id {id},
  kind TEXT NOT NULL,
  queue TEXT NOT NULL,
  priority BIGINT NOT NULL,
  payload {json} NOT NULL,
  unique_key TEXT,
  batch_id BIGINT,
  run_at {time} NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  max_attempts BIGINT NOT NULL,
  -- The claim under which it is being done; its number is the fencing token.
  claim_id BIGINT,
  -- NULL while it is to be done or being done.
  outcome TEXT,
  last_error TEXT,
  created_at {time} NOT NULL,
  finished_at {time}
);
CREATE INDEX jobs_live ON jobs (queue, priority, run_at, id) WHERE outcome IS NULL;
CREATE INDEX jobs_finished ON jobs (finished_at, id) WHERE outcome IN ('done', 'cancelled', 'discarded');
CREATE INDEX jobs_dead ON jobs (finished_at, id) WHERE outcome = 'dead';
CREATE UNIQUE INDEX jobs_unique ON jobs (kind, unique_key) WHERE unique_key IS NOT NULL AND outcome IS NULL;
CREATE INDEX jobs_batch ON jobs (batch_id, id) WHERE batch_id IS NOT NULL;
-- What staff called off, which would be far between among all that ended.
CREATE INDEX jobs_called_off ON jobs (finished_at, id) WHERE outcome IN ('cancelled', 'discarded');

-- Processes that do jobs. One whose time has run out is taken for dead.
CREATE TABLE workers (
  id {id},
  name TEXT NOT NULL,
  pid BIGINT NOT NULL,
  host TEXT NOT NULL,
  places BIGINT NOT NULL,
  started_at {time} NOT NULL,
  alive_until {time} NOT NULL
);

-- What a worker took at once: the ids of the jobs. Gone when the last of them has ended.
CREATE TABLE claims (
  id {id},
  worker_id BIGINT NOT NULL REFERENCES workers (id),
  jobs {json} NOT NULL,
  claimed_at {time} NOT NULL
);
CREATE INDEX claims_worker ON claims (worker_id);

-- Queues that staff paused; one that is not here goes on.
CREATE TABLE queues (
  queue TEXT PRIMARY KEY,
  paused_at {time},
  paused_by TEXT,
  pause_reason TEXT,
  updated_at {time} NOT NULL
);

-- What the workers did, minute by minute: the figures that nobody has to count.
CREATE TABLE job_minutes (
  minute {time} NOT NULL,
  kind TEXT NOT NULL,
  done BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  retried BIGINT NOT NULL,
  PRIMARY KEY (minute, kind)
);

-- Jobs that belong together, with counters that are kept as their jobs end.
CREATE TABLE batches (
  id {id},
  name TEXT NOT NULL,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL DEFAULT 0,
  dead BIGINT NOT NULL DEFAULT 0,
  cancelled BIGINT NOT NULL DEFAULT 0,
  created_by TEXT NOT NULL,
  created_at {time} NOT NULL,
  cancelled_at {time}
);
CREATE INDEX batches_created ON batches (created_at);

-- One row per thing that only one process may do at a time (the scheduler, the sealer).
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  token BIGINT NOT NULL,
  expires_at {time} NOT NULL
);

CREATE TABLE schedule_runs (
  name TEXT PRIMARY KEY,
  last_due_at {time} NOT NULL,
  last_run_at {time} NOT NULL
);

CREATE TABLE messages (
  id {id},
  direction TEXT NOT NULL,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,
  address TEXT NOT NULL,
  customer_id BIGINT REFERENCES customers (id),
  user_id BIGINT REFERENCES users (id),
  ticket_id BIGINT REFERENCES tickets (id),
  template TEXT NOT NULL,
  locale TEXT NOT NULL,
  subject TEXT,
  body TEXT NOT NULL,
  buttons {json},
  approved {json},
  status TEXT NOT NULL,
  provider TEXT,
  provider_id TEXT,
  provider_state_id TEXT,
  error_code TEXT,
  error TEXT,
  cost BIGINT,
  created_at {time} NOT NULL,
  expires_at {time},
  sent_at {time},
  delivered_at {time},
  read_at {time},
  failed_at {time}
);
CREATE INDEX messages_customer ON messages (customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX messages_ticket ON messages (ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX messages_provider ON messages (provider, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX messages_provider_state ON messages (provider, provider_state_id) WHERE provider_state_id IS NOT NULL;
CREATE INDEX messages_status ON messages (status, id);
CREATE INDEX messages_inbound ON messages (address, created_at) WHERE direction = 'in';
CREATE INDEX messages_channel ON messages (channel, id);
CREATE INDEX messages_template ON messages (template, id);
CREATE INDEX messages_address ON messages (address, id);
CREATE INDEX messages_created ON messages (created_at);

-- One row per try, written as `sending` before the provider is called.
CREATE TABLE message_attempts (
  id {id},
  message_id BIGINT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  provider TEXT NOT NULL,
  outcome TEXT NOT NULL,
  provider_id TEXT,
  code TEXT,
  error TEXT,
  cost BIGINT,
  started_at {time} NOT NULL,
  finished_at {time},
  UNIQUE (message_id, number)
);
CREATE INDEX message_attempts_provider ON message_attempts (provider, started_at);
CREATE INDEX message_attempts_sending ON message_attempts (provider, started_at) WHERE outcome = 'sending';

-- What providers told us about deliveries, also before we knew of the message.
CREATE TABLE message_callbacks (
  id {id},
  provider TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  provider_id TEXT,
  provider_state_id TEXT,
  status TEXT NOT NULL,
  code TEXT,
  error TEXT,
  message_id BIGINT REFERENCES messages (id) ON DELETE CASCADE,
  received_at {time} NOT NULL,
  UNIQUE (provider, dedupe_key)
);
CREATE INDEX message_callbacks_newest ON message_callbacks (id) WHERE message_id IS NULL;
CREATE INDEX message_callbacks_message ON message_callbacks (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX message_callbacks_waiting ON message_callbacks (received_at) WHERE message_id IS NULL;
CREATE INDEX message_callbacks_unmatched ON message_callbacks (provider, provider_id) WHERE message_id IS NULL;
CREATE INDEX message_callbacks_unmatched_state ON message_callbacks (provider, provider_state_id) WHERE message_id IS NULL;

-- What administrators set for a provider's account while it runs; NULL is what the configuration says.
CREATE TABLE providers (
  name TEXT PRIMARY KEY,
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  rank BIGINT,
  rate_limit BIGINT,
  window_s BIGINT,
  concurrency BIGINT,
  daily_cap BIGINT,
  cost BIGINT NOT NULL DEFAULT 0,
  connection TEXT NOT NULL DEFAULT 'unknown',
  connection_reason TEXT,
  connection_at {time},
  updated_at {time} NOT NULL,
  version BIGINT NOT NULL DEFAULT 0
);

-- What the sandbox provider was asked to send, as a phone would show it.
CREATE TABLE sandbox_messages (
  id {id},
  direction TEXT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  subject TEXT,
  body TEXT NOT NULL,
  provider_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  created_at {time} NOT NULL
);
CREATE INDEX sandbox_messages_address ON sandbox_messages (address, id);
CREATE INDEX sandbox_messages_created ON sandbox_messages (created_at);

-- Notification centre

CREATE TABLE notifications (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  event_id BIGINT,
  type TEXT NOT NULL,
  priority TEXT NOT NULL,
  title TEXT NOT NULL,
  message TEXT NOT NULL,
  link TEXT,
  data {json} NOT NULL,
  read_at {time},
  expires_at {time},
  created_at {time} NOT NULL
);
CREATE INDEX notifications_user ON notifications (user_id, id);
CREATE INDEX notifications_unread ON notifications (user_id, id) WHERE read_at IS NULL;
CREATE INDEX notifications_expires ON notifications (expires_at) WHERE expires_at IS NOT NULL;

-- Texts that staff have begun to write, by the form they belong to.
CREATE TABLE drafts (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  text TEXT NOT NULL,
  updated_at {time} NOT NULL,
  PRIMARY KEY (user_id, key)
);
CREATE INDEX drafts_updated ON drafts (updated_at);

CREATE TABLE notification_preferences (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  channel TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  PRIMARY KEY (user_id, type, channel)
);

-- What staff wrote over the built-in texts of messages; the highest version of a name and language is in force. A version
-- without a text goes back to the built-in one.
CREATE TABLE template_versions (
  id {id},
  name TEXT NOT NULL,
  locale TEXT NOT NULL,
  version BIGINT NOT NULL,
  body TEXT,
  subject TEXT,
  note TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at {time} NOT NULL,
  UNIQUE (name, locale, version)
);
CREATE INDEX template_versions_name ON template_versions (name, id);

-- One thread per WhatsApp address, kept by the writes of its messages. Message ids order the list: they only grow.
CREATE TABLE conversations (
  id {id},
  address {text_c} NOT NULL UNIQUE,
  customer_id BIGINT REFERENCES customers (id),
  state TEXT NOT NULL,
  assigned_to BIGINT REFERENCES users (id),
  unanswered BIGINT NOT NULL,
  last_message_id BIGINT NOT NULL,
  last_direction TEXT NOT NULL,
  last_text TEXT NOT NULL,
  last_at {time} NOT NULL,
  last_inbound_at {time},
  created_at {time} NOT NULL
);
CREATE INDEX conversations_newest ON conversations (last_message_id);
CREATE INDEX conversations_unanswered ON conversations (last_message_id) WHERE unanswered > 0;
CREATE INDEX conversations_state ON conversations (state, last_message_id);
CREATE INDEX conversations_assigned ON conversations (assigned_to, last_message_id) WHERE assigned_to IS NOT NULL;
CREATE INDEX conversations_customer ON conversations (customer_id, last_message_id) WHERE customer_id IS NOT NULL;
CREATE INDEX conversations_last ON conversations (last_at);
