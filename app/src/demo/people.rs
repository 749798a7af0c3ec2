//! Plausible members: names from the north, the same for the same number every time. Pure.

use crate::{
    directory::{NewMember, attributes::Values},
    noun::{Email, Name},
};

const FIRST: [&str; 48] = [
    "Anna",
    "Erik",
    "Maja",
    "Lars",
    "Ingrid",
    "Johan",
    "Sofia",
    "Olav",
    "Freja",
    "Mikkel",
    "Aino",
    "Juhani",
    "Elsa",
    "Anders",
    "Karin",
    "Bjørn",
    "Linnea",
    "Henrik",
    "Åsa",
    "Magnus",
    "Signe",
    "Kasper",
    "Helmi",
    "Eino",
    "Astrid",
    "Nils",
    "Ebba",
    "Håkon",
    "Ida",
    "Søren",
    "Tuuli",
    "Matti",
    "Elin",
    "Gustav",
    "Kristin",
    "Torbjörn",
    "Wilma",
    "Jens",
    "Päivi",
    "Ville",
    "Sigrid",
    "Oskar",
    "Tove",
    "Ragnar",
    "Lovisa",
    "Emil",
    "Saga",
    "Axel",
];
const LAST: [&str; 61] = [
    "Lindqvist",
    "Berg",
    "Nyström",
    "Solheim",
    "Korhonen",
    "Holm",
    "Hansen",
    "Virtanen",
    "Åkesson",
    "Dahl",
    "Jensen",
    "Mäkinen",
    "Sjöberg",
    "Lund",
    "Nielsen",
    "Laine",
    "Ekström",
    "Haugen",
    "Pedersen",
    "Heikkinen",
    "Öberg",
    "Moen",
    "Sørensen",
    "Koskinen",
    "Wallin",
    "Bakken",
    "Rasmussen",
    "Lehtonen",
    "Forsberg",
    "Strand",
    "Møller",
    "Niemi",
    "Hedlund",
    "Vik",
    "Poulsen",
    "Salonen",
    "Engström",
    "Aas",
    "Kjær",
    "Rantala",
    "Norberg",
    "Eide",
    "Bech",
    "Turunen",
    "Sandström",
    "Lie",
    "Thomsen",
    "Hiltunen",
    "Bergman",
    "Ness",
    "Kristensen",
    "Savolainen",
    "Hellström",
    "Myhre",
    "Olsen",
    "Järvinen",
    "Blomqvist",
    "Tangen",
    "Madsen",
    "Kallio",
    "Falk",
];
const PLACES: [(&str, &str); 10] = [
    ("Finance", "Controller"),
    ("Sales", "Sales manager"),
    ("Operations", "Planner"),
    ("IT", "System administrator"),
    ("HR", "HR partner"),
    ("Production", "Team lead"),
    ("Support", "Agent"),
    ("Marketing", "Designer"),
    ("Logistics", "Dispatcher"),
    ("Management", "Director"),
];

/// The n-th member of a customer; `customer` shifts the names, so that two customers do not list the same people.
///
/// # Errors
/// Names the noun that is not one: a mistake in the lists or in the domain.
pub fn member(customer: usize, n: usize, domain: &str) -> Result<NewMember, String> {
    let at = (n + customer * 131) % (FIRST.len() * LAST.len());
    let first = FIRST[at % FIRST.len()];
    let last = LAST[(at / FIRST.len() + at % FIRST.len() * 7) % LAST.len()];
    // Beyond all pairs of names the addresses are numbered.
    let round = n / (FIRST.len() * LAST.len());
    let number = if round == 0 { String::new() } else { (round + 1).to_string() };
    let (department, title) = PLACES[at % PLACES.len()];
    Ok(NewMember {
        email: Email::parse(format!("{}.{}{number}@{domain}", store::fold(first), store::fold(last)))?,
        name: Name::parse(format!("{first} {last}"))?,
        external_id: Some(Name::parse(format!("{}", 100_000 + n))?),
        department: Some(Name::parse(department)?),
        title: Some(Name::parse(title)?),
        language: None,
        kind: None,
        site: None,
        attributes: Values::new(),
        active: true,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nobody_shares_an_address() {
        let all: HashSet<String> = (0..6_000).map(|n| member(7, n, "example.se").expect("a member").email_key()).collect();
        assert_eq!(all.len(), 6_000);
    }
}
