//! Sabotage: row tests that prove nothing, and a page that lies.

use super::*;

const SOUND: &str = "#[test]\nfn f2_36_allocate() { let a = door.post(\"/v1/licenses/allocate\"); assert_eq!(a.status, 200); }\n";

struct House(tempfile::TempDir);

impl House {
    fn new(rust: &str, journey: &str) -> Self {
        let house = Self(tempfile::tempdir().expect("a folder"));
        house.put(NAMES, "2.36\tAllocate API\n2.37\tRelease | API\n");
        house.put("app/tests/it/scenes/seats.rs", rust);
        house.put("tests/browser/seats.spec.ts", journey);
        house
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    fn write(&self) -> Faults {
        write(self.0.path()).expect("a table of names")
    }

    fn check(&self) -> Faults {
        check(self.0.path()).expect("a table of names")
    }
}

fn refused(rust: &str, journey: &str, word: &str) {
    let faults = House::new(rust, journey).write();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains(word), "{faults:?}");
}

#[test]
fn the_page_lists_what_has_a_test() {
    let journey = "test('f2_37 release', async ({ page }) => { await page.goto('/'); await expect(page).toHaveURL('/'); });";
    let house = House::new(SOUND, journey);
    assert_eq!(house.write(), Faults::new());
    assert_eq!(house.check(), Faults::new());
    let page = read(&house.0.path().join(PAGE)).expect("the page");
    assert!(page.contains("2 of 2 capabilities"));
    assert!(page.contains("| 2.36 | Allocate API | [f2_36_allocate](../app/tests/it/scenes/seats.rs) |"));
    assert!(page.contains("| 2.37 | Release \\| API | [f2_37 release](../tests/browser/seats.spec.ts) |"));
}

#[test]
fn a_row_that_loses_its_test_makes_the_page_stale() {
    let house = House::new(SOUND, "");
    assert_eq!(house.write(), Faults::new());
    house.put("app/tests/it/scenes/seats.rs", "");
    let faults = house.check();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("stale"));
}

#[test]
fn a_missing_page_is_stale() {
    assert_eq!(House::new(SOUND, "").check().len(), 1);
}

#[test]
fn a_test_without_a_request_is_refused() {
    refused("fn f2_36_x() { let a = list.get(0); assert!(a); }", "", "no request");
    refused("fn f2_36_x() { // door.post(\"/v1\")\n assert!(true); }", "", "no request");
    refused("", "test('f2_36 x', async () => { expect(1).toBe(1); });", "no request");
}

#[test]
fn a_test_without_an_assertion_is_refused() {
    refused("fn f2_36_x() { door.get(\"/v1/me\").expect(\"an answer\"); }", "", "asserts nothing");
    refused("", "test('f2_36 x', async ({ page }) => { await page.goto('/?expect'); });", "asserts nothing");
}

#[test]
fn a_test_that_is_never_run_is_refused() {
    refused(&SOUND.replace("#[test]", "#[test]\n#[ignore]"), "", "never run");
    refused("", "test.skip('f2_36 x', async ({ page }) => { expect(page.url()).toBe('/'); });", "never run");
}

#[test]
fn a_test_of_an_unknown_row_is_refused() {
    refused(&SOUND.replace("f2_36", "f9_99"), "", "no row 9.99");
}

#[test]
fn the_committed_names_can_be_read() {
    let text = read(&crate::root().join(NAMES)).expect("the table");
    assert_eq!(names(&text).expect("rows").len(), 153);
    assert!(names("2.36 no tab").is_err());
    assert!(names("x.y\tname").is_err());
}
