//! The pgbench script: the program's own texts, found among those it has registered, with pgbench's variables in place of
//! their parameters. What the program changes, the script follows; a text that is not found any more is an error.

use super::Shape;
use crate::world::World;

/// Later than any clock: the worker never sees these jobs.
const FAR: &str = "9000000000000000000";

/// A registered text by its beginning and something it holds, parameters replaced in order.
fn text(home: &str, starts: &str, holds: &str, values: &[&str]) -> Result<String, String> {
    let squeeze = |sql: &str| sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found: Vec<String> =
        store::registered(home).iter().map(|t| squeeze(t.sql)).filter(|s| s.starts_with(starts) && s.contains(holds)).collect();
    found.sort();
    found.dedup();
    let [sql] = &found[..] else { return Err(format!("{} texts begin with {starts} and hold {holds}", found.len())) };
    let mut sql = sql.clone();
    // From the last on, so that $1 does not eat the beginning of $12.
    for (n, value) in values.iter().enumerate().rev() {
        sql = sql.replace(&format!("${}", n + 1), value);
    }
    if sql.contains('$') { Err(format!("a parameter is left: {sql}")) } else { Ok(sql) }
}

fn uuids(of: impl Iterator<Item = store::Uuid>) -> String {
    of.map(|u| u.to_string()).collect::<Vec<_>>().join(",")
}

/// What every script begins with: a customer and a key by chance, and the customer as SQL.
fn begun(shape: &Shape) -> (Vec<String>, String) {
    let lines = vec![
        format!("\\set c random(1, {})", shape.customers.len()),
        "\\set k random(1, 9000000000000000000)".into(),
        "\\set j random(1, 9000000000000000000)".into(),
        "\\set now 1800000000000000".into(),
        "BEGIN;".into(),
    ];
    let list = uuids(shape.customers.iter().map(|c| c.0));
    (lines, format!("(CAST('{{{list}}}' AS UUID[]))[CAST(:c AS INT)]"))
}

/// The script of one request: the command's transaction and, with `delivery`, what brings its news to the region.
pub fn of(world: &World, shape: &Shape, delivery: bool) -> Result<String, String> {
    let access::Credential::Secret(hash) = world.staff.credential() else { return Err("the world's owner has no token".into()) };
    let secret = format!("CAST('\\x{}' AS BYTEA)", hash.0.iter().map(|b| format!("{b:02x}")).collect::<String>());
    let (mut lines, node) = begun(shape);
    lines.push(format!("{} \\aset", text("control", "SELECT c.holder_id", "LEFT JOIN membership", &[&secret, &node, ":now"])?));
    lines.extend(command(delivery)?);
    lines.push("COMMIT;".into());
    if delivery {
        lines.extend(deliver()?);
    }
    Ok(lines.join("\n") + "\n")
}

/// The plain way on the first partner's pool: a transaction a request that locks the pool's row, looks, writes and commits. It keeps
/// key, saved answer and ledger, as the program does; it asks for no grant and keeps no audit chain, no standing and no news.
pub fn plain(world: &World, shape: &Shape) -> Result<String, String> {
    let pool = format!("CAST('{}' AS UUID)", world.first()?.id.0);
    let (mut lines, customer) = begun(shape);
    let line = [&pool, "gen_random_uuid()", &customer, "1", ":seats", "NULL", ":now", NOBODY, "TRUE"];
    let answer = [&pool, NOBODY, ALLOCATE, KEY, HASH, "repeat('a', 190)", ":now", &pool];
    lines.extend([
        "\\startpipeline".into(),
        format!("SELECT set_config('app.scope', CAST({pool} AS TEXT), true);"),
        text("control", "SELECT body_hash, answer FROM idempotency", "", &[&pool, NOBODY, ALLOCATE, KEY])? + ";",
        "\\endpipeline".into(),
        format!("SELECT allocated FROM pool WHERE partner_id = {pool} FOR UPDATE \\gset"),
        format!(
            "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) AS capacity FROM pool_order
             WHERE partner_id = {pool} AND unit = 'seat' AND starts_at <= :now AND ends_at > :now \\gset"
        ),
        "\\if :allocated < :capacity".into(),
        format!("UPDATE pool SET allocated = allocated + 1 WHERE partner_id = {pool};"),
        text("control", "UPDATE allocation SET seats = seats + $3", "", &[&pool, &customer, "1"])? + " \\gset",
        text("control", "INSERT INTO allocation_change", "", &line)? + ";",
        text("control", "INSERT INTO idempotency", "", &answer)? + ";",
        "\\endif".into(),
        "COMMIT;".into(),
    ]);
    Ok(lines.join("\n") + "\n")
}

const NOBODY: &str = "CAST('00000000-0000-0000-0000-000000000000' AS UUID)";
const JOB: &str = "CAST(lpad(to_hex(CAST(:j AS BIGINT)), 32, '0') AS UUID)";
const ALLOCATE: &str = "'licensing.pools.allocate'";
const KEY: &str = "CAST(:k AS TEXT)";
const HASH: &str = "CAST(repeat('h', 32) AS BYTEA)";

fn command(delivery: bool) -> Result<Vec<String>, String> {
    let (p, c, actor) = (":partner_id", ":customer_id", ":holder_id");
    // Written as begun by its teller. Without delivery nobody comes for the job; it must not look like work to a worker either.
    let status = if delivery { "'running'" } else { "'done'" };
    let job = [JOB, p, c, "'licensing.push_seats'", "repeat('p', 110)", actor, status, FAR, "1", FAR, ":now"];
    let head = [":now", actor, ":staff_id", ALLOCATE, c];
    let entry = [p, ":seq", "gen_random_uuid()", head[0], head[1], head[2], head[3], head[4], HASH, HASH, "repeat('d', 380)", HASH];
    Ok(vec![
        "\\startpipeline".into(),
        format!("SELECT set_config('app.scope', CAST({p} AS TEXT), true);"),
        text("control", "SELECT body_hash, answer FROM idempotency", "", &[p, actor, ALLOCATE, KEY])? + ";",
        "\\endpipeline".into(),
        text("control", "UPDATE allocation SET seats = seats + $3", "", &[p, c, "1"])? + " \\gset",
        text("control", "INSERT INTO allocation_change", "", &[p, "gen_random_uuid()", c, "1", ":seats", "NULL", ":now", actor, "TRUE"])?
            + ";",
        text("control", "UPDATE standing SET allocated = $3", "", &[p, c, ":seats"])? + ";",
        text("control", "UPDATE pool SET allocated = allocated + $2", "", &[p, "1", ":now"])? + ";",
        text("control", "UPDATE audit_head SET seq", "", &[p])? + " \\gset",
        text("control", "INSERT INTO audit_entry", "", &entry)? + ";",
        text("control", "UPDATE audit_head SET hash", "", &[p, HASH])? + ";",
        text("control", "INSERT INTO job", "", &job)? + ";",
        text("control", "INSERT INTO idempotency", "", &[p, actor, ALLOCATE, KEY, HASH, "repeat('a', 190)", ":now", p])? + ";",
    ])
}

/// Grants, applies the seats in the region with its own audit chain, and books the news as arrived. The program books many in
/// one transaction of their own; here each rides in the region's, so that pgbench pays no commit more than the program.
fn deliver() -> Result<Vec<String>, String> {
    let c = ":customer_id";
    let region = |sql: String| {
        ["tenant_policy", "audit_head", "audit_entry"].iter().fold(sql, |sql, table| {
            ["UPDATE ", "INTO ", "FROM "]
                .iter()
                .fold(sql, |sql, word| sql.replace(&format!("{word}{table}"), &format!("{word}region_eu.{table}")))
        })
    };
    let command = "'licensing.policy.apply_seats'";
    let entry = [c, ":seq", "gen_random_uuid()", ":now", NOBODY, "NULL", command, c, HASH, HASH, "repeat('d', 260)", HASH, ":partner_id"];
    Ok(vec![
        text("control", "SELECT kind, partner_id, customer_id, region FROM org_node", "", &[c])? + ";",
        "BEGIN;".into(),
        "\\startpipeline".into(),
        format!("SELECT set_config('app.scope', CAST({c} AS TEXT), true);"),
        region(text("region", "SELECT version FROM tenant_policy", "", &[c])?) + ";",
        "\\endpipeline".into(),
        region(text("region", "UPDATE tenant_policy SET seats = $2, version = $3", "", &[c, ":seats", ":version", ":now", "FALSE"])?) + ";",
        region(text("region", "UPDATE audit_head SET seq", "", &[c])?) + " \\gset",
        region(text("region", "INSERT INTO audit_entry", "", &entry)?) + ";",
        region(text("region", "UPDATE audit_head SET hash", "", &[c, HASH])?) + ";",
        text("control", "DELETE FROM job WHERE job_id", "fence = 1", &[JOB])? + ";",
        "COMMIT;".into(),
    ])
}
