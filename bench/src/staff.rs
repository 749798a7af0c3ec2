//! The one who calls: a person who owns every partner of a world, with an API token and a browser's session.

use access::{permissions::Operate, secret};
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, Timestamp, Uuid, p, sql};
use tenantry::{app::App, noun::PLATFORM};

/// Token and session of a person.
#[derive(Debug, Clone)]
pub struct Staff {
    /// The token's text.
    pub token: String,
    /// The session cookie's text.
    pub session: String,
}

impl Staff {
    /// The header of a program.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// The header of a browser.
    pub fn cookie(&self) -> String {
        format!("session={}", self.session)
    }

    /// The credential of a call in process.
    pub fn credential(&self) -> access::Credential {
        secret::hash(secret::TOKEN, &self.token).map_or(access::Credential::None, access::Credential::Secret)
    }
}

#[derive(Serialize)]
struct Plant {
    nodes: Vec<Uuid>,
    #[serde(skip)]
    token: [u8; 32],
    #[serde(skip)]
    session: [u8; 32],
}

impl Command for Plant {
    const NAME: &'static str = "bench.plant";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let (staff, token, session) = (cx.new_id::<()>().0, cx.new_id::<()>().0, cx.new_id::<()>().0);
        cx.tx.exec(
            sql!(
                Control,
                "INSERT INTO staff (staff_id, home_id, email, email_key, name, status, totp_last_step, created_at, version)
                 VALUES ($1, $2, 'bench@staff.example', 'bench@staff.example', 'Bench Owner', 'active', 0, $3, 1)"
            ),
            p![staff, self.nodes.first().copied().unwrap_or(PLATFORM), cx.now],
        )?;
        for node in &self.nodes {
            for holder in [staff, token] {
                cx.tx.exec(
                    sql!(
                        Control,
                        "INSERT INTO membership (membership_id, holder_id, node_id, role, may_create_customers, may_purchase, reach, created_at)
                         VALUES ($1, $2, $3, 'owner', FALSE, FALSE, 'all', $4)"
                    ),
                    p![cx.new_id::<()>().0, holder, *node, cx.now],
                )?;
            }
        }
        let token_hash = hashed(secret::TOKEN, self.token);
        let session_hash = hashed(secret::SESSION, self.session);
        for (id, hash, kind, holder) in [(token, token_hash, "token", token), (session, session_hash, "session", staff)] {
            cx.tx.exec(
                sql!(
                    Control,
                    "INSERT INTO credential (secret_hash, credential_id, kind, holder_id, staff_id, label, address, created_at, idle_until, expires_at)
                     VALUES ($1, $2, $3, $4, $5, 'bench', '', $6, $7, $7)"
                ),
                p![hash, id, kind, holder, staff, cx.now, Timestamp::FOREVER],
            )?;
        }
        cx.changed("staff", staff, "status", (), "active");
        Ok(())
    }
}

fn hashed(prefix: &str, random: [u8; 32]) -> Vec<u8> {
    secret::hash(prefix, &secret::spell(prefix, random)).map(|h| h.0.to_vec()).unwrap_or_default()
}

/// Plants the owner of these partners.
pub async fn plant(app: &App, nodes: Vec<Uuid>) -> Result<Staff, String> {
    let (token, session) = (app.house.random(), app.house.random());
    let command = Plant { nodes, token, session };
    app.house.execute(Call::operator(), command).await.map_err(|e| format!("staff: {e:?}"))?;
    Ok(Staff { token: secret::spell(secret::TOKEN, token), session: secret::spell(secret::SESSION, session) })
}
