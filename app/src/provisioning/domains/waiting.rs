//! By the clock: customers whose record appeared while nobody looked.

use ::store::{Control, CustomerId, Timestamp, View};
use command::{Call, Fail};
use futures_util::{StreamExt, stream};

use super::{look, record};
use crate::{
    app::App,
    hierarchy::{all_partners, noun::DomainName, verify_domain::VerifyDomain},
    provisioning::store as rows,
};

/// Days after which a customer's record is no longer looked for unasked.
const DAYS: i64 = 60;
/// Domains of one partner looked at in one turn: the youngest customers first.
const MOST: i64 = 500;
/// Questions under way at once.
const AT_ONCE: usize = 8;

/// Looks for the records of customers whose domain is not proved yet, and books those that are there.
///
/// # Errors
/// The store's, in words.
pub async fn verify_waiting(app: &App) -> Result<(), String> {
    let since = app.house.now().plus_days(-DAYS);
    let waiting = waiting(app, since).await.map_err(|e| e.to_string())?;
    let done: Vec<Result<(), String>> =
        stream::iter(waiting).map(|(customer, domain)| look_at(app, customer, domain)).buffer_unordered(AT_ONCE).collect().await;
    done.into_iter().collect()
}

async fn waiting(app: &App, since: Timestamp) -> ::store::Result<Vec<(CustomerId, String)>> {
    let control = app.house.control();
    let mut all = Vec::new();
    for partner in control.read(all_partners).await? {
        all.extend(control.read(move |view: &mut View<'_, Control>| rows::unverified(view, partner, since, MOST)).await?);
    }
    Ok(all)
}

async fn look_at(app: &App, customer: CustomerId, domain: String) -> Result<(), String> {
    if look::prove(&app.dns, &record(&app.keys, customer, &domain)).await.is_err() {
        return Ok(());
    }
    let Ok(domain) = DomainName::parse(domain) else { return Ok(()) };
    match app.house.execute(Call::operator(), VerifyDomain { customer, domain }).await {
        // Refused: somebody else has it, or the customer has another by now. Its page says so.
        Ok(_) | Err(Fail::Refused(_) | Fail::Denied(_)) => Ok(()),
        Err(fail) => Err(format!("{fail:?}")),
    }
}
