use crate::migrate::Migration;

/// A database with a schema of its own: the control plane, or a region. A type, so that a handle to one cannot be
/// passed where the other is meant.
pub trait Home: Sized + Send + Sync + 'static {
    /// Its name in logs, in registered SQL and as PostgreSQL schema prefix.
    const NAME: &'static str;
    /// The numbered, append-only migrations: one text for both engines.
    const MIGRATIONS: &'static [Migration];
    /// PostgreSQL's text that keeps a node of the tree at its partner until the transaction ends; none without a tree.
    const HOLD: Option<&'static str> = None;
    /// The PostgreSQL row policy of a fenced table, over the given scope column.
    fn policy(column: &str) -> String;
}

/// The control plane: tree, contracts, pools, ledgers, jobs, placement, rollups. No personal data of end users.
#[derive(Debug, Clone, Copy)]
pub enum Control {}

/// A region: members, events, tenant audit detail.
#[derive(Debug, Clone, Copy)]
pub enum Region {}

macro_rules! migrations {
    ($($version:literal $name:literal $path:literal),* $(,)?) => {
        &[$(Migration { version: $version, name: $name, text: include_str!(concat!("../../../migrations/", $path)) }),*]
    };
}

impl Home for Control {
    const NAME: &'static str = "control";
    const MIGRATIONS: &'static [Migration] = migrations![1 "house" "control/0001_house.sql"];
    // Shared, so that commands on one customer do not wait for each other; a move needs the row for itself. What lies above
    // the partners is left alone: everybody would meet there.
    const HOLD: Option<&'static str> = Some("SELECT 1 FROM org_node WHERE node_id = $1 AND partner_id IS NOT NULL FOR SHARE");
    // The ARRAY form keeps the index; IN and EXISTS lose it. An unset scope fails closed: '' is no uuid.
    fn policy(column: &str) -> String {
        format!("{column} = ANY (ARRAY(SELECT partner_id FROM scope_partner WHERE node_id = current_setting('app.scope')::uuid))")
    }
}

impl Home for Region {
    const NAME: &'static str = "region";
    const MIGRATIONS: &'static [Migration] = migrations![1 "house" "region/0001_house.sql"];
    // A region has no tree: the list of customers comes from the grant made in control. Every text names its customer, so this only
    // tests what was found. Written as an equality, it is counted twice with the text's own: PostgreSQL then takes a tenant for a
    // handful of rows, and any index that begins with it for as good as the right one. CASE keeps it out of that.
    fn policy(column: &str) -> String {
        let scope = "(SELECT string_to_array(current_setting('app.scope'), ','))::uuid[]";
        format!("CASE WHEN {column} = ANY ({scope}) THEN TRUE ELSE FALSE END")
    }
}
