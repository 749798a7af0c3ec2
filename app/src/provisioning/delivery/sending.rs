//! What this installation's mail is known by, and what a mail system has to be told to let it in.

use serde::Serialize;
use store::CustomerId;

use super::Step;
use crate::app::App;

/// A header.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Mark {
    /// Its name.
    pub name: &'static str,
    /// What it says in mail to this customer; in mail to others it says something else.
    pub value: String,
}

/// What our mail is known by.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Sending {
    /// The sender's address, which bounces go to as well.
    pub sender: String,
    /// Its domain.
    pub domain: String,
    /// Addresses and ranges mail leaves from; empty while the installation does not name them.
    pub addresses: Vec<String>,
    /// The header in every mail.
    pub header: Mark,
}

impl Sending {
    /// Of this installation, to a customer.
    #[must_use]
    pub fn of(app: &App, customer: CustomerId) -> Sending {
        let sender = app.sender().to_owned();
        let domain = sender.rsplit('@').next().unwrap_or_default().to_owned();
        let addresses = app.config.smtp.as_ref().map(|smtp| smtp.addresses.clone()).unwrap_or_default();
        Sending { sender, domain, addresses, header: Mark { name: mail::MARK, value: app.keys.mark(customer) } }
    }

    /// The commands that do a step, where there are any. Those that name our addresses are left out while there are none.
    #[must_use]
    pub fn commands(&self, step: Step) -> Vec<String> {
        let list = self.addresses.join(",");
        let known = !self.addresses.is_empty();
        match step {
            Step::MicrosoftAdvancedDelivery if known => vec![
                "Connect-ExchangeOnline".into(),
                "New-PhishSimOverridePolicy -Name PhishSimOverridePolicy".into(),
                format!("New-ExoPhishSimOverrideRule -Policy PhishSimOverridePolicy -Domains {} -SenderIpRanges {list}", self.domain),
            ],
            Step::MicrosoftConnectionFilter if known => {
                let quoted: Vec<String> = self.addresses.iter().map(|a| format!("\"{a}\"")).collect();
                vec![
                    "Connect-ExchangeOnline".into(),
                    format!("Set-HostedConnectionFilterPolicy -Identity Default -IPAllowList @{{Add={}}}", quoted.join(",")),
                ]
            }
            Step::MicrosoftMailFlowRule => {
                let from = if known { format!(" -SenderIpRanges {list}") } else { String::new() };
                let Mark { name, value } = &self.header;
                vec![
                    "Connect-ExchangeOnline".into(),
                    format!(
                        "New-TransportRule -Name \"Simulations\" -HeaderContainsMessageHeader \"{name}\" -HeaderContainsWords \"{value}\"{from} -SetSCL -1"
                    ),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// The values a step asks for, each to be copied.
    #[must_use]
    pub fn values(&self, step: Step) -> Vec<(&'static str, String)> {
        let addresses = || self.addresses.iter().map(|a| ("provisioning-delivery-address", a.clone()));
        match step {
            Step::MicrosoftAdvancedDelivery => {
                [("provisioning-delivery-domain", self.domain.clone())].into_iter().chain(addresses()).collect()
            }
            Step::MicrosoftConnectionFilter | Step::GoogleAllowlist | Step::GoogleInboundGateway => addresses().collect(),
            Step::MicrosoftMailFlowRule => vec![
                ("provisioning-delivery-header", self.header.name.to_owned()),
                ("provisioning-delivery-header-value", self.header.value.clone()),
            ],
            Step::GoogleContentCompliance => {
                vec![("provisioning-delivery-header-line", format!("{}: {}", self.header.name, self.header.value))]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sending(addresses: &[&str]) -> Sending {
        Sending {
            sender: "console@mail.example".into(),
            domain: "mail.example".into(),
            addresses: addresses.iter().map(|a| (*a).to_owned()).collect(),
            header: Mark { name: mail::MARK, value: "abc".into() },
        }
    }

    #[test]
    fn commands_name_this_installations_values() {
        let s = sending(&["203.0.113.7", "198.51.100.0/28"]);
        let rule = s.commands(Step::MicrosoftAdvancedDelivery).pop().expect("a command");
        assert_eq!(
            rule,
            "New-ExoPhishSimOverrideRule -Policy PhishSimOverridePolicy -Domains mail.example -SenderIpRanges 203.0.113.7,198.51.100.0/28"
        );
        let filter = s.commands(Step::MicrosoftConnectionFilter).pop().expect("a command");
        assert!(filter.ends_with(r#"@{Add="203.0.113.7","198.51.100.0/28"}"#), "{filter}");
        assert!(sending(&[]).commands(Step::MicrosoftConnectionFilter).is_empty(), "nothing is made up");
        assert_eq!(sending(&[]).values(Step::GoogleAllowlist), []);
    }
}
