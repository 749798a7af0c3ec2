//! Every source against something that answers: a real slapd, and twins of the services written after their public reference.

mod csv;
mod directory;
mod entra;
mod entra_twin;
mod google;
mod google_twin;
mod ldap;
mod twin;
