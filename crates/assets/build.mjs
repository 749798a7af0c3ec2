// Bundles our TypeScript and CSS, copies the font, joins the icons into one sprite, and writes
// every file under a name with a hash of its content, with a brotli twin where that saves bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";

const dist = process.argv[2] ?? "dist";
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const manifest = [];
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 10);

function emit(constant, name, bytes) {
  writeFileSync(join(dist, name), bytes);
  manifest.push(`${constant} ${name}`);
  if (name.endsWith(".woff2")) return; // already brotli inside
  const small = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  if (small.length < bytes.length) writeFileSync(join(dist, `${name}.br`), small);
}

function emitHashed(constant, stem, end, bytes) {
  emit(constant, `${stem}-${hashOf(bytes)}.${end}`, bytes);
}

// 1. scripts, styles, font
const result = await build({
  entryPoints: { main: "src/main.ts", style: "src/css/main.css" },
  bundle: true,
  minify: true,
  write: false,
  outdir: dist,
  format: "esm",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  publicPath: "/assets",
  loader: { ".woff2": "file" },
  legalComments: "none", // the notices page below carries the licences
  // light-dark() and color-mix() must reach the browser untouched: the theme is switched there.
  target: ["es2022", "chrome123", "firefox128", "safari17.5"],
  logLevel: "warning",
});
const constantFor = { main: "SCRIPT", style: "STYLE", "inter-latin-wght-normal": "FONT" };
for (const file of result.outputFiles) {
  const name = basename(file.path);
  emit(constantFor[name.replace(/-[A-Z0-9]{8}\.\w+$/, "")] ?? "-", name, file.contents);
}

// 2. one sprite of all icons
const icons = readdirSync("icons").filter((f) => f.endsWith(".svg")).map((f) => f.slice(0, -4)).sort();
const symbols = icons.map((id) => {
  const body = readFileSync(join("icons", `${id}.svg`), "utf8").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").trim();
  return `<symbol id="${id}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
});
emitHashed("ICONS", "icons", "svg", Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`));
manifest.push(`ICON_NAMES ${icons.join(" ")}`);
emitHashed("FAVICON", "favicon", "svg", readFileSync("src/favicon.svg"));

// 3. the licences of what is bundled
const bundled = Object.keys(JSON.parse(readFileSync("package.json", "utf8")).dependencies);
const notices = bundled.map((name) => {
  const home = join("node_modules", name);
  const licence = readdirSync(home).find((f) => /^licen[cs]e/i.test(f));
  const { version, license } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  return `${name} ${version} (${license})\n\n${licence ? readFileSync(join(home, licence), "utf8").trim() : ""}\n`;
});
emitHashed("NOTICES", "notices", "txt", Buffer.from(notices.join("\n\n----\n\n")));

writeFileSync(join(dist, "manifest.txt"), manifest.join("\n") + "\n");
