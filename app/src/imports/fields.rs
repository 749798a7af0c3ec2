//! What a file can hold: our fields, and what people call them in English, German and Swedish.

use sheets::Field;

use super::import::ImportKind;

/// A field an import can fill.
pub struct Wanted {
    /// Our word and its other names.
    pub field: Field<'static>,
    /// Whether a file without it is refused.
    pub required: bool,
}

const fn must(key: &'static str, aliases: &'static [&'static str]) -> Wanted {
    Wanted { field: Field { key, aliases }, required: true }
}

const fn may(key: &'static str, aliases: &'static [&'static str]) -> Wanted {
    Wanted { field: Field { key, aliases }, required: false }
}

const MEMBERS: &[Wanted] = &[
    must(
        "email",
        &[
            "e-mail",
            "mail",
            "e-mail address",
            "email address",
            "E-Mail-Adresse",
            "Mailadresse",
            "e-post",
            "e-postadress",
            "user principal name",
            "upn",
            "primary email",
        ],
    ),
    may("name", &["full name", "display name", "Anzeigename", "vollständiger Name", "namn", "visningsnamn"]),
    may("first_name", &["given name", "forename", "Vorname", "förnamn"]),
    may("last_name", &["surname", "family name", "Nachname", "Familienname", "efternamn"]),
    may("external_id", &["employee id", "employee number", "id", "user id", "object id", "Personalnummer", "anställningsnummer"]),
    may("department", &["team", "Abteilung", "avdelning"]),
    may("title", &["job title", "role", "position", "Titel", "befattning"]),
    may("language", &["locale", "Sprache", "språk"]),
    may("type", &["member type", "Typ", "Art"]),
    may("site", &["network", "location", "Standort", "Netz", "plats", "nätverk"]),
    may("status", &["state", "active", "account enabled", "Zustand", "aktiv"]),
];

const CUSTOMERS: &[Wanted] = &[
    must(
        "name",
        &[
            "company",
            "customer",
            "customer name",
            "company name",
            "organisation",
            "organization",
            "Firma",
            "Kunde",
            "Unternehmen",
            "företag",
            "kund",
            "namn",
        ],
    ),
    may("legal_name", &["legal entity", "registered name", "juristischer Name", "eingetragener Name", "juridiskt namn"]),
    may("domain", &["primary domain", "email domain", "Domäne", "domän"]),
    may("tier", &["plan", "product", "Paket", "Tarif"]),
    may("seats", &["licenses", "licences", "users", "Lizenzen", "Plätze", "licenser", "platser"]),
    may("max_mau", &["mau", "max monthly active users"]),
    may("kind", &["type", "Art", "typ"]),
    may("admin_email", &["contact", "contact email", "admin", "administrator", "Ansprechpartner", "kontakt"]),
    may("country", &["Land"]),
    may("sector", &["industry", "Branche", "bransch"]),
    may("language", &["locale", "Sprache", "språk"]),
    may("template", &["customer template", "Vorlage", "mall"]),
    may("reference", &["ref", "internal reference", "customer number", "Kundennummer", "kundnummer"]),
];

const RESULTS: &[Wanted] = &[
    must("customer", &["domain", "account number", "account", "customer number", "Kunde", "Kundennummer", "kund", "domän"]),
    must("campaign", &["name", "campaign name", "Kampagne", "kampanj"]),
    must("date", &["at", "day", "sent", "sent at", "launched", "Datum"]),
    must("delivered", &["recipients", "sent count", "Empfänger", "zugestellt", "levererade", "mottagare"]),
    must("compromised", &["failed", "clicked", "fell", "kompromittiert", "komprometterade"]),
];

/// The fields of a kind of file.
#[must_use]
pub const fn fields(kind: ImportKind) -> &'static [Wanted] {
    match kind {
        ImportKind::Customers => CUSTOMERS,
        ImportKind::Members => MEMBERS,
        ImportKind::Results => RESULTS,
    }
}
