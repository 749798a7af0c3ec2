//! Names to addresses. The program's resolver is handed in; tests hand in one that lies.

use std::{future::Future, net::IpAddr, pin::Pin};

/// The addresses of a name, in time.
pub type Addresses<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, NoAnswer>> + Send + 'a>>;

/// No server answered: neither addresses nor the word that there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAnswer;

/// Asks the domain name system for addresses.
pub trait Resolve: Send + Sync + 'static {
    /// All addresses of a name (A and AAAA); none when the name has none.
    fn addresses<'a>(&'a self, name: &'a str) -> Addresses<'a>;
}
