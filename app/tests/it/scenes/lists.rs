//! Long lists: partners and staff are paged with true counts, and exports are sent from a file.

use serde_json::{Value, json};

use crate::{
    scenes,
    support::{Answer, Client, World},
};

/// Follows the links of a console list to its end; gives the lines met of which `is_line` holds.
async fn through(by: &Client, first: &str, mark: &str) -> (usize, Vec<String>) {
    let (mut path, mut seen, mut pages) = (first.to_owned(), Vec::new(), 0);
    loop {
        let page = by.get(&path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        pages += 1;
        seen.extend(lines(&page, mark));
        let next = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).find(|href| href.contains("after="));
        match next {
            Some(href) => path = href.replace("&amp;", "&"),
            None => return (pages, seen),
        }
    }
}

fn lines(page: &Answer, mark: &str) -> Vec<String> {
    page.text.split(mark).skip(1).filter_map(|rest| rest.split(['<', '"']).next()).map(str::to_owned).collect()
}

async fn api_names(by: &Client, path: &str) -> (Vec<String>, i64) {
    let (mut names, mut next) = (Vec::new(), None::<String>);
    loop {
        let sign = if path.contains('?') { '&' } else { '?' };
        let after = next.map_or_else(String::new, |n| format!("&page[after]={n}"));
        let page = by.get(&format!("{path}{sign}page[size]=20{after}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        names.extend(page.json["data"].as_array().expect("rows").iter().map(|r| r["name"].as_str().expect("a name").to_owned()));
        next = page.json["page"]["next"].as_str().map(str::to_owned);
        if next.is_none() {
            return (names, page.json["page"]["total"].as_i64().expect("a total"));
        }
    }
}

scenes! {
    async fn what_is_answered_whole_takes_no_parameter(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Whole", 0).await;
        let of_msp = ["orders", "order-requests", "plans", "expiring", "license-status", "licenses/summary", "skus"];
        let of_customer = ["status-rules", "status-rules/changes", "free-members", "members/retention"];
        let mut lists: Vec<_> = of_msp.iter().map(|list| ("owner", format!("/v1/msp/{}/{list}", w.partner))).collect();
        lists.extend(of_customer.iter().map(|list| ("owner", format!("/v1/tenants/{customer}/{list}"))));
        lists.push(("distributor_owner", format!("/v1/distributors/{}/skus", w.distributor)));
        for (who, path) in &lists {
            let by = w.client(who);
            assert_eq!(by.get(path).await.status, 200, "{path}");
            for (query, name) in [("page[size]=1", "page[size]"), ("page%5Bafter%5D=x", "page[after]"), ("foo=1", "foo"), ("sort=name", "sort"), ("q=x", "q")] {
                let refused = by.get(&format!("{path}?{query}")).await;
                let named = &refused.json["errors"][0]["pointer"];
                assert_eq!((refused.status, refused.code(), named), (400, "unknown-parameter", &json!(name)), "{path}: {}", refused.text);
                let told = [w.client("other_owner").get(&format!("{path}?{query}")).await.status, w.client("nobody").get(&format!("{path}?{query}")).await.status];
                assert_eq!(told, [404, 401], "{path}: who may not read it learns nothing");
            }
        }
    }

    async fn partners_are_paged_and_searched_with_sums_of_all(w: World) {
        let by = w.client("distributor_owner").keyed();
        let partners = format!("/v1/distributors/{}/partners", w.distributor);
        for n in 0..60 {
            let answer = by.post(&partners, &json!({ "name": format!("Reséller {n:02}") })).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        w.customer("One Customer", 0).await;
        let (names, total) = api_names(&by, &partners).await;
        assert_eq!((names.len(), total), (62, 62));
        assert!(names.is_sorted_by_key(|n| store::fold(n)), "{names:?}");
        let (found, total) = api_names(&by, &format!("{partners}?q=reseller%200")).await;
        assert_eq!((found.len(), total), (10, 10));
        assert_eq!(by.get(&format!("{partners}?q=50%25")).await.json["page"]["total"], 0, "a sign of a pattern stands for itself");
        let browser = w.browser("distributor_owner").await;
        let page = format!("/distributors/{}", w.distributor);
        let (pages, rows) = through(&browser, &page, "<a href=\"/msp/msp_").await;
        let rows = rows.iter().filter(|id| !id.contains('/')).count();
        assert_eq!((pages, rows), (2, 62), "every partner stands on one of two pages");
        let searched = browser.get(&format!("{page}?q=meridian")).await;
        assert!(searched.text.contains("Meridian MSP") && !searched.text.contains("Reséller"), "{}", searched.text);
        assert!(searched.text.contains(">62<"), "the sums are of all partners, whatever is searched for");
    }

    async fn names_a_language_would_sort_otherwise_stand_alike_on_page_and_in_file(w: World) {
        let made = ["Ab", "A_x", "A-y", "A z", "a'b"];
        for name in made {
            w.customer(name, 0).await;
        }
        let (names, _) = api_names(&w.client("owner"), &format!("/v1/msp/{}/customers?sort=name", w.partner)).await;
        let ours: Vec<&str> = names.iter().map(String::as_str).filter(|name| made.contains(name)).collect();
        assert_eq!(ours, ["A z", "a'b", "A-y", "A_x", "Ab"], "by the bytes of their keys");

        let file = w.client("owner").get(&format!("/v1/msp/{}/metering/maa/export?period=2026-11", w.partner)).await;
        let ids: Vec<&str> = file.text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert!(file.status == 200 && ids.len() > made.len(), "{}", file.text);
        let page = w.browser("owner").await.get(&format!("/msp/{}/metering?month=2026-11", w.partner)).await;
        let mut places: Vec<_> = ids.iter().map(|id| page.text.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}: {}", page.text))).collect();
        assert!(places.is_sorted(), "page and file: {places:?} {}", file.text);
        places.dedup();
        assert_eq!(places.len(), ids.len());
    }

    async fn staff_are_paged_and_searched(w: World) {
        let by = w.client("owner").keyed();
        let staff = format!("/v1/msp/{}/staff", w.partner);
        for n in 0..60 {
            let role = if n % 2 == 0 { "technician" } else { "auditor" };
            let person = json!({ "email": format!("p{n}@new.example"), "name": format!("Åsa Number {n:02}"), "role": role, "notify": false });
            let answer = by.post(&staff, &person).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        let (names, total) = api_names(&by, &staff).await;
        assert_eq!(i64::try_from(names.len()), Ok(total));
        let (found, total) = api_names(&by, &format!("{staff}?q=asa%20number&filter[role]=technician")).await;
        assert_eq!((found.len(), total), (30, 30));
        assert_eq!(by.get(&format!("{staff}?q=p7@new")).await.json["page"]["total"], 1);
        assert_eq!(by.get(&format!("{staff}?filter[role]=king")).await.status, 400);
        let browser = w.browser("owner").await;
        let page = format!("/msp/{}/staff", w.partner);
        let (pages, rows) = through(&browser, &page, "<a href=\"/msp/").await;
        let people = rows.iter().filter(|href| href.contains("/staff/stf_")).count();
        assert!(pages == 2 && people >= 60 + 4, "{pages} pages, {people} people");
        let searched = browser.get(&format!("{page}?q=number+07")).await;
        assert!(searched.text.contains("Åsa Number 07") && !searched.text.contains("Åsa Number 08"), "{}", searched.text);
    }

    async fn exports_are_whole_files(w: World) {
        for n in 0..30 {
            let body = json!({ "name": format!("Exported {n:02}"), "max_mau": 10 });
            assert_eq!(w.client("owner").keyed().post(&format!("/v1/msp/{}/customers", w.partner), &body).await.status, 202);
        }
        w.work().await;
        let base = format!("/v1/msp/{}/customers/export", w.partner);
        let csv = w.client("owner").get(&format!("{base}?sort=name")).await;
        assert_eq!((csv.status, csv.text.lines().count()), (200, 31), "{}", csv.text);
        assert!(csv.text.starts_with('\u{feff}') && csv.text.ends_with("\r\n") && csv.text.contains("Exported 29"));
        let book = w.client("owner").request(http::Method::GET, &format!("{base}?format=xlsx"), None, Vec::new()).await;
        assert!(book.status == 200 && book.text.starts_with("PK") && book.header("content-disposition").contains(".xlsx"));
        let list = w.get("auditor", "audit").await;
        let total = list["page"]["total"].as_u64().expect("a total");
        let trail = w.client("auditor").get(&format!("/v1/msp/{}/audit/export", w.partner)).await;
        assert_eq!(trail.text.lines().count() as u64, total + 1);
        assert_ne!(list["data"][0]["id"], Value::Null);
    }
}
