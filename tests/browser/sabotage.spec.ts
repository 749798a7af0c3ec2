// Sabotage: pages that hinder people, which the guard against barriers must report.
import { expect, test } from "@playwright/test";
import { barriers } from "./support/axe";

const page = (body: string, style = "") =>
  `<!DOCTYPE html><html lang="en"><head><title>Sabotage</title><style>${style}</style></head><body><main><h1>Sabotage</h1>${body}</main></body></html>`;

test("a sound page has no barrier", async ({ page: tab }) => {
  await tab.setContent(page("<p>Words</p>"));
  expect(await barriers(tab)).toEqual([]);
});

test("sabotage: a picture without words and a field without a name are reported in both themes", async ({ page: tab }) => {
  await tab.setContent(page("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><input type='text'>"));
  const found = await barriers(tab);
  for (const theme of ["light", "dark"]) {
    expect(found.some((line) => line.startsWith(`${theme}: image-alt`)), theme).toBe(true);
    expect(found.some((line) => line.startsWith(`${theme}: label`)), theme).toBe(true);
  }
});

test("sabotage: faint text in one theme only is reported there", async ({ page: tab }) => {
  const style = "body { background: #fff; color: #000 } @media (prefers-color-scheme: dark) { body { background: #000; color: #222 } }";
  await tab.setContent(page("<p>Words</p>", style));
  const found = await barriers(tab);
  expect(found.some((line) => line.startsWith("dark: color-contrast"))).toBe(true);
  expect(found.some((line) => line.startsWith("light"))).toBe(false);
});
