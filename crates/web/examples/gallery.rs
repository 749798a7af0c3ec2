//! Writes the gallery, a page and a sign-in page with their assets into a folder, to look at them:
//! `cargo run -p web --example gallery -- /tmp/gallery de`

use std::{env, fs, io, path::Path};

use maud::{Markup, html};
use web::{Action, Brand, Frame, Lang, NavGroup, NavItem, Person, Theme, bare, gallery, page, parts, problem_page};

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let folder = args.next().unwrap_or_else(|| "gallery".into());
    let lang = args.next().and_then(|tag| Lang::from_tag(&tag)).unwrap_or_default();
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for path in assets::paths() {
        if let Some(file) = assets::find(path) {
            fs::write(folder.join(path.trim_start_matches('/')), file.bytes)?;
        }
    }
    for (name, theme) in [("light", Theme::Light), ("dark", Theme::Dark)] {
        let frame = frame(lang, theme);
        let write = |page: &str, made: Markup| fs::write(folder.join(format!("{page}-{name}.html")), made.into_string());
        write(
            "gallery",
            page(&Frame { title: lang.t("ui-gallery"), context_line: lang.t("ui-gallery-line"), ..frame.clone() }, gallery(lang)),
        )?;
        write("overview", page(&frame, overview(lang)))?;
        write(
            "signin",
            bare(&Frame { title: "Sign in".into(), context_line: "To Meridian MSP".into(), ..frame.clone() }, parts::form::sample(lang)),
        )?;
        write("problem", problem_page(&frame, 503, "Too busy right now", "The request waited too long. Nothing was changed.", "req_8f2k"))?;
    }
    Ok(())
}

fn overview(lang: Lang) -> Markup {
    html! {
        div.stack {
            (parts::kpi::sample(lang))
            div.grid-aside {
                (parts::card::card("Monthly active people and licensed seats", "Last 12 months", html! {}, parts::chart::line::sample(lang)))
                (parts::card::card("Provisioning: Alder Clinics", "New customer, 85 people", html! {}, parts::stepper::sample(lang)))
            }
            (parts::filters::sample(lang))
            (parts::table_sample::sample(lang))
            div.grid-2 {
                (parts::card::card("Health", "", html! {}, parts::chart::donut::sample(lang)))
                (parts::card::card("Simulations", "", html! {}, parts::chart::bar::sample(lang)))
            }
        }
    }
}

fn frame(lang: Lang, theme: Theme) -> Frame {
    let item = |label: &str, icon, badge| NavItem { label: label.into(), href: "#".into(), icon, active: icon == "overview", badge };
    let group = |label: &str, items| NavGroup { label: label.into(), items };
    Frame {
        lang,
        theme,
        path: "/".into(),
        title: "Portfolio overview".into(),
        context_line: "All customers · updated 2 minutes ago".into(),
        brand: Brand { product: "Tenantry".into(), name: "Meridian MSP".into(), initials: "M".into(), ..Brand::default() },
        nav: vec![
            group(
                "Portfolio",
                vec![
                    item("Overview", "overview", None),
                    item("Customers", "customers", None),
                    item("Alerts", "alert", Some(38)),
                    item("Licence pool", "key", None),
                ],
            ),
            group("Awareness", vec![item("Phishing", "phish", None), item("Training", "training", None)]),
            group("Business", vec![item("Reports", "report", None), item("Distributor", "store", None)]),
            group("Settings", vec![item("Team and roles", "team", None), item("Branding", "palette", None), item("Audit", "audit", None)]),
        ],
        person: Some(Person { name: "Anna Kessler".into(), role: "MSP administrator".into(), initials: "AK".into() }),
        clock: Some("21 Nov 2026, 09:00".into()),
        alerts: 38,
        primary: Some(Action { label: "New customer".into(), href: "#".into(), icon: Some("plus") }),
        actions: vec![Action { label: "Export".into(), href: "#".into(), icon: Some("download") }],
        ..Frame::default()
    }
}
