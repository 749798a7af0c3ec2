//! What news means, case by case.

use store::{MemberId, SourceId, Timestamp, Uuid};

use super::{
    judge::{Around, Class, Owner, Person, Tie, Tied, Verdict, Why, changed, judge},
    said::{Named, News, Said},
};
use crate::directory::member::{Member, MemberStatus};

fn source(n: u128) -> SourceId {
    SourceId::new(Uuid::from_u128(n))
}

fn said(name: &str, active: bool) -> Said {
    let email = format!("{}@a.example", name.to_lowercase());
    Said::of(&Named { key: name, user_name: name, email: &email, name, active, ..Named::default() })
}

fn person(name: &str, status: MemberStatus, by_hand: bool, owner: Owner) -> Person {
    let member = Member {
        id: MemberId::new(Uuid::from_u128(7)),
        email: format!("{}@a.example", name.to_lowercase()),
        name: name.into(),
        external_id: None,
        status,
        department: Some("Sales".into()),
        title: None,
        kind: crate::directory::MemberType::Employee,
        site_id: None,
        language: None,
        attributes: crate::directory::attributes::Values::new(),
        directory_groups: Vec::new(),
        source: "ldap".into(),
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
        version: 1,
    };
    Person { member, by_hand, owner }
}

fn tie(state: Tied) -> Tie {
    Tie { member: MemberId::new(Uuid::from_u128(7)), state }
}

fn verdict(news: Said, tie: Option<&Tie>, own: Option<&Person>, holder: Option<&Person>) -> Option<Verdict> {
    let around = Around { source: source(1), tie, own, holder, name_taken: false, address_taken: false };
    judge(&News::Is("k".into(), Box::new(news)), &around)
}

fn is(class: Class, why: Why, turned: Option<bool>) -> Option<Verdict> {
    Some(Verdict { class, why, turned })
}

#[test]
fn a_stranger_joins_unless_the_source_keeps_it_out_or_somebody_has_its_address() {
    assert_eq!(verdict(said("Ann", true), None, None, None), is(Class::Joins, Why::Said, Some(true)));
    assert_eq!(verdict(said("Ann", false), None, None, None), None);
    let ours = person("Ann", MemberStatus::Active, false, Owner::Source(source(1)));
    assert_eq!(verdict(said("Ann", true), None, None, Some(&ours)), is(Class::Conflict, Why::AddressTaken, None));
    for owner in [Owner::Scim, Owner::Source(source(2))] {
        let other = person("Ann", MemberStatus::Active, false, owner);
        assert_eq!(verdict(said("Ann", true), None, None, Some(&other)), is(Class::Conflict, Why::OtherSource, None));
    }
}

#[test]
fn whoever_belongs_to_no_source_is_taken_over_and_keeps_what_a_person_decided() {
    let of = |status, by_hand| person("Ann", status, by_hand, Owner::Nobody);
    let put_out = of(MemberStatus::Inactive, true);
    assert_eq!(verdict(said("Ann", true), None, None, Some(&put_out)), is(Class::Moves, Why::Adopted, None));
    let left = of(MemberStatus::Inactive, false);
    assert_eq!(verdict(said("Ann", true), None, None, Some(&left)), is(Class::Returns, Why::Adopted, Some(true)));
    let imported = of(MemberStatus::Active, false);
    assert_eq!(verdict(said("Ann", false), None, None, Some(&imported)), is(Class::Leaves, Why::Adopted, Some(false)));
    let let_in = of(MemberStatus::Active, true);
    assert_eq!(verdict(said("Ann", false), None, None, Some(&let_in)), is(Class::Moves, Why::Adopted, None));
}

#[test]
fn whoever_a_person_put_out_is_let_in_by_no_source() {
    let own = person("Ann", MemberStatus::Inactive, true, Owner::Source(source(1)));
    for state in [Tied::Gone(said("Ann", true)), Tied::Named(said("Ann", false))] {
        assert_eq!(verdict(said("Ann", true), Some(&tie(state)), Some(&own), None), is(Class::Moves, Why::Said, None));
    }
    let left = person("Ann", MemberStatus::Inactive, false, Owner::Source(source(1)));
    let gone = tie(Tied::Gone(said("Ann", true)));
    assert_eq!(verdict(said("Ann", true), Some(&gone), Some(&left), None), is(Class::Returns, Why::Said, Some(true)));
    assert_eq!(verdict(said("Ann", true), Some(&tie(Tied::Removed)), None, None), None);
}

#[test]
fn the_old_word_is_no_news_and_another_changes_only_what_it_says() {
    let own = person("Anna", MemberStatus::Active, false, Owner::Source(source(1)));
    let named = tie(Tied::Named(said("Ann", true)));
    assert_eq!(verdict(said("Ann", true), Some(&named), Some(&own), None), None);
    let promoted = Said { title: Some("Head".into()), ..said("Ann", true) };
    assert_eq!(verdict(promoted.clone(), Some(&named), Some(&own), None), is(Class::Moves, Why::Said, None));
    let after = changed(&own.member, Some(&said("Ann", true)), &promoted);
    assert_eq!((after.name.as_str(), after.title.as_deref(), after.department.as_deref()), ("Anna", Some("Head"), Some("Sales")));
    let around = Around { source: source(1), tie: Some(&named), own: Some(&own), holder: None, name_taken: false, address_taken: false };
    assert_eq!(judge(&News::Gone("k".into()), &around), is(Class::Leaves, Why::Gone, Some(false)));
}

#[test]
fn groups_are_the_sources_own_and_an_attribute_changes_where_its_word_does() {
    let of = |groups: &[&str], badge: &str| {
        let groups: Vec<String> = groups.iter().map(|g| (*g).to_owned()).collect();
        let attributes = [("badge".to_owned(), badge.to_owned())].into_iter().collect();
        Said::of(&Named { key: "1", user_name: "ann", active: true, groups: &groups, attributes: Some(&attributes), ..Named::default() })
    };
    assert_eq!(of(&["Sales", "Board", "Sales"], "7"), of(&["Board", "Sales"], "7"), "in any order, each once");
    let mut member = person("Ann", MemberStatus::Active, false, Owner::Source(source(1))).member;
    member.attributes.insert("badge".into(), "by hand".into());
    let after = changed(&member, Some(&of(&["Sales"], "7")), &of(&["Board"], "7"));
    assert_eq!((after.directory_groups.as_slice(), after.attributes["badge"].as_str()), (&["Board".to_owned()][..], "by hand"));
    assert_eq!(changed(&member, Some(&of(&[], "7")), &of(&[], "8")).attributes["badge"], "8");
    let before: Said = Said::parse(
        r#"{"external_id":null,"user_name":"ann","email":"","name":"ann","active":true,"department":null,"title":null,"language":null}"#,
    )
    .expect("what an earlier version kept");
    assert!(before.groups.is_empty() && before.attributes.is_empty() && !before.text().contains("groups"));
}

#[test]
fn nobody_is_lost_for_the_sake_of_a_bad_field() {
    let said =
        Said::of(&Named { key: "1", user_name: "ann", email: "no address", language: "not a tag", active: true, ..Named::default() });
    assert_eq!((said.email.as_str(), said.name.as_str(), said.language), ("", "ann", None));
}
