//! Staff with API tokens, planted without mail and passwords.

use access::{permissions::Operate, secret};
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, CustomerId, Timestamp, Uuid, p, sql};
use tenantry::{app::App, hierarchy::create_distributor::PLATFORM};

#[derive(Serialize)]
struct Plant {
    email: String,
    node: Uuid,
    role: String,
    #[serde(skip)]
    secret: [u8; 32],
}

impl Command for Plant {
    const NAME: &'static str = "test.plant";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let (staff, membership, credential) = (cx.new_id::<()>().0, cx.new_id::<()>().0, cx.new_id::<()>().0);
        cx.tx.exec(
            sql!(
                Control,
                "INSERT INTO staff (staff_id, home_id, email, email_key, name, name_key, status, totp_last_step, created_at, version)
                 VALUES ($1, $2, $3, $3, $3, $3, 'active', 0, $4, 1)"
            ),
            p![staff, self.node, &self.email, cx.now],
        )?;
        for holder in [staff, credential] {
            let id = if holder == staff { membership } else { cx.new_id::<()>().0 };
            cx.tx.exec(
                sql!(
                    Control,
                    "INSERT INTO membership (membership_id, holder_id, node_id, role, may_create_customers, may_purchase, reach, created_at)
                     VALUES ($1, $2, $3, $4, FALSE, FALSE, 'all', $5)"
                ),
                p![id, holder, self.node, &self.role, cx.now],
            )?;
        }
        cx.tx.exec(
            sql!(
                Control,
                "INSERT INTO credential (secret_hash, credential_id, kind, holder_id, staff_id, label, address, created_at, idle_until, expires_at)
                 VALUES ($1, $2, 'token', $2, $3, 'test1', '', $4, $5, $5)"
            ),
            p![token_hash(self.secret), credential, staff, cx.now, Timestamp::FOREVER],
        )?;
        cx.changed("staff", staff, "email", (), &self.email);
        Ok(())
    }
}

fn token_hash(random: [u8; 32]) -> [u8; 32] {
    secret::hash(secret::TOKEN, &secret::spell(secret::TOKEN, random)).expect("well-formed").0
}

/// Plants a person and gives their API token.
pub async fn plant(app: &App, who: &str, node: Uuid, role: &str) -> String {
    let random = app.house.random();
    let plant = Plant { email: format!("{who}@staff.example"), node, role: role.to_owned(), secret: random };
    app.house.execute(Call::operator(), plant).await.expect("planted");
    secret::spell(secret::TOKEN, random)
}

#[derive(Serialize)]
struct Assign {
    email: String,
    customers: Vec<CustomerId>,
}

impl Command for Assign {
    const NAME: &'static str = "test.assign";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let rows = cx.tx.rows(
            sql!(
                Control,
                "SELECT m.membership_id FROM membership m WHERE m.holder_id IN (SELECT staff_id FROM staff WHERE email = $1
                 UNION SELECT c.credential_id FROM credential c JOIN staff s ON s.staff_id = c.staff_id WHERE s.email = $1)"
            ),
            p![&self.email],
        )?;
        for row in rows {
            let membership: Uuid = row.get("membership_id")?;
            cx.tx.exec(sql!(Control, "UPDATE membership SET reach = 'only' WHERE membership_id = $1"), p![membership])?;
            for customer in &self.customers {
                cx.tx.exec(
                    sql!(Control, "INSERT INTO membership_target (membership_id, target_id) VALUES ($1, $2)"),
                    p![membership, *customer],
                )?;
            }
        }
        cx.changed("staff", &self.email, "reach", "all", "only");
        Ok(())
    }
}

/// Limits a person (and their token) to these customers.
pub async fn assign(app: &App, who: &str, customers: &[CustomerId]) {
    let assign = Assign { email: format!("{who}@staff.example"), customers: customers.to_vec() };
    app.house.execute(Call::operator(), assign).await.expect("assigned");
}

#[derive(Serialize)]
struct Open {
    email: String,
    #[serde(skip)]
    secret: [u8; 32],
}

impl Command for Open {
    const NAME: &'static str = "test.open";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let id = cx.new_id::<()>().0;
        let hash = secret::hash(secret::SESSION, &secret::spell(secret::SESSION, self.secret)).expect("well-formed").0;
        cx.tx.exec(
            sql!(
                Control,
                "INSERT INTO credential (secret_hash, credential_id, kind, holder_id, staff_id, label, address, created_at, idle_until, expires_at)
                 SELECT $1, $2, 'session', staff_id, staff_id, 'test1', '', $3, $4, $4 FROM staff WHERE email = $5"
            ),
            p![hash, id, cx.now, Timestamp::FOREVER, &self.email],
        )?;
        cx.changed("session", id, "state", (), "open");
        Ok(())
    }
}

/// Opens a session for a person and gives the cookie's text.
pub async fn session(app: &App, who: &str) -> String {
    let random = app.house.random();
    app.house.execute(Call::operator(), Open { email: format!("{who}@staff.example"), secret: random }).await.expect("opened");
    secret::spell(secret::SESSION, random)
}

#[derive(Serialize)]
struct Spoil {
    who: String,
    email: String,
}

impl Command for Spoil {
    const NAME: &'static str = "test.spoil";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let text = match self.who.as_str() {
            "expired" => {
                sql!(Control, "UPDATE credential SET expires_at = $1 WHERE staff_id IN (SELECT staff_id FROM staff WHERE email = $2)")
            }
            "idle" => {
                sql!(Control, "UPDATE credential SET idle_until = $1 WHERE staff_id IN (SELECT staff_id FROM staff WHERE email = $2)")
            }
            "revoked" => {
                sql!(Control, "UPDATE credential SET ended_at = $1 WHERE staff_id IN (SELECT staff_id FROM staff WHERE email = $2)")
            }
            _ => sql!(
                Control,
                "UPDATE staff SET status = 'disabled', version = version + CASE WHEN CAST($1 AS BIGINT) > 0 THEN 1 ELSE 0 END WHERE email = $2"
            ),
        };
        cx.tx.exec(text, p![cx.now, &self.email])?;
        cx.changed("staff", &self.email, "credentials", (), &self.who);
        Ok(())
    }
}

/// Makes the credentials of a person worthless, in the manner their name says: `expired`, `idle`, `revoked`, else disabled.
pub async fn spoil(app: &App, who: &str) {
    let spoil = Spoil { who: who.to_owned(), email: format!("{who}@staff.example") };
    app.house.execute(Call::operator(), spoil).await.expect("spoiled");
}
