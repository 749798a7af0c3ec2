// Journeys on the real binary: a demo of its own on a free port with a data folder of its own, removed afterwards.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "@playwright/test";

const root = path.resolve(import.meta.dirname, "../..");
const binary = process.env.TENANTRY_BINARY ?? path.join(root, "target/debug/tenantry");

// This file is read once more in each worker: what the first reading chose travels through the environment.
process.env.TENANTRY_BROWSER_PORT ??= freePort();
process.env.TENANTRY_BROWSER_DATA ??= dataFolder();
const origin = `http://127.0.0.1:${process.env.TENANTRY_BROWSER_PORT}`;

// The program reads every TENANTRY_… variable as a setting: ours are none of its business.
const ours = Object.keys(process.env).filter((name) => name.startsWith("TENANTRY_")).map((name) => `-u ${name}`);

function freePort(): string {
  const ask = "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })";
  return execFileSync(process.execPath, ["-e", ask], { encoding: "utf8" }).trim();
}

function dataFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tenantry-browser-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: path.join(root, "target/check/browser"),
  // One demo, one clock: journeys run one after the other.
  workers: 1,
  retries: 0,
  forbidOnly: process.env.CI === "true",
  timeout: 30_000,
  reporter: [["list"], ["json", { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? path.join(root, "target/check/browser.json") }]],
  use: {
    baseURL: origin,
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1360, height: 900 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.TENANTRY_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `env ${ours.join(" ")} "${binary}" demo --port ${process.env.TENANTRY_BROWSER_PORT} --data "${process.env.TENANTRY_BROWSER_DATA}"`,
    url: `${origin}/readyz`,
    timeout: 60_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: "SIGTERM", timeout: 5_000 },
    stdout: "ignore",
    stderr: "pipe",
  },
});
