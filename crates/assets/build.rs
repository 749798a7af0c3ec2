//! Installs the locked npm packages when the lock changed, bundles scripts, styles, font and icons,
//! and writes `assets.rs`, which embeds every file. One leaf crate does this, so no other waits for npm.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to a build script through its environment")]

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, exit},
};

const SOURCES: [&str; 6] = ["src", "icons", "build.mjs", "build.rs", "package.json", "package-lock.json"];
const PREBUILT: &str = "TENANTRY_UI_DIST";

fn main() {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rerun-if-env-changed={PREBUILT}");
    if let Err(reason) = build() {
        println!("cargo::error={reason}");
        exit(1);
    }
}

fn build() -> Result<(), String> {
    let home = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(|e| e.to_string())?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|e| e.to_string())?);
    let dist = match env::var_os(PREBUILT) {
        Some(folder) => PathBuf::from(folder),
        None => bundle(&home, &out.join("dist"))?,
    };
    let code = embed(&dist)?;
    fs::write(out.join("assets.rs"), code).map_err(|e| format!("assets.rs: {e}"))
}

/// Runs npm (only when the lock differs from the stamp of the last install) and the bundler.
fn bundle(home: &Path, dist: &Path) -> Result<PathBuf, String> {
    let lock = fs::read(home.join("package-lock.json")).map_err(|e| format!("package-lock.json: {e}"))?;
    let stamp = home.join("node_modules/.tenantry-lock");
    if fs::read(&stamp).ok().as_deref() != Some(&lock) {
        run(home, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"].map(OsStr::new).as_slice())?;
        fs::write(&stamp, &lock).map_err(|e| format!("{}: {e}", stamp.display()))?;
    }
    let _ = fs::remove_dir_all(dist); // may not exist yet; a stale file would be embedded
    run(home, "node", &[OsStr::new("build.mjs"), dist.as_os_str()])?;
    Ok(dist.to_path_buf())
}

fn run(home: &Path, program: &str, args: &[&OsStr]) -> Result<(), String> {
    let output = Command::new(program).args(args).current_dir(home).output().map_err(|_| {
        format!("The web assets need Node 20 or newer ({program} was not found): install Node, or set {PREBUILT} to a folder that `npm run build` made elsewhere.")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("The web assets could not be built ({program}): {}", said.trim().replace('\n', " | ")))
}

/// `manifest.txt` has one line per file: a constant's name or `-`, then the file's name.
fn embed(dist: &Path) -> Result<String, String> {
    let manifest = dist.join("manifest.txt");
    let list = fs::read_to_string(&manifest).map_err(|e| format!("{}: {e}", manifest.display()))?;
    let (mut consts, mut rows) = (String::new(), Vec::new());
    for line in list.lines() {
        let Some((name, file)) = line.split_once(' ') else {
            continue;
        };
        if name == "ICON_NAMES" {
            let names: Vec<String> = file.split(' ').map(|n| format!("{n:?}")).collect();
            consts += &format!("/// The icons in the sprite, sorted.\npub const ICON_NAMES: &[&str] = &[{}];\n", names.join(", "));
            continue;
        }
        if name != "-" {
            consts += &format!("/// URL path of `{file}`.\npub const {name}: &str = \"/assets/{file}\";\n");
        }
        rows.push(row(dist, file));
    }
    rows.sort(); // `find` searches by halves
    Ok(format!("{consts}\nstatic FILES: &[(&str, Asset)] = &[\n{}\n];\n", rows.join("\n")))
}

fn row(dist: &Path, file: &str) -> String {
    let path = dist.join(file);
    let twin = dist.join(format!("{file}.br"));
    let brotli = if twin.exists() { format!("Some(include_bytes!({twin:?}))") } else { "None".into() };
    format!("    ({:?}, Asset {{ bytes: include_bytes!({path:?}), brotli: {brotli}, mime: {:?} }}),", format!("/assets/{file}"), mime(file))
}

fn mime(file: &str) -> &'static str {
    match file.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
