//! Pieces of a customer's page.
