import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What hinders people on the page as it stands, in the light theme and in the dark one. */
export async function barriers(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await drawn(page);
    let seen = await read(page);
    // On a busy machine one reading can fall between two themes: a barrier is what is still there when the page has come to rest.
    if (seen.length > 0) {
      await page.waitForTimeout(300);
      await drawn(page);
      seen = await read(page);
    }
    found.push(...seen.map((barrier) => `${colorScheme}: ${barrier}`));
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return found;
}

/** Waits until the page was painted twice, so that what a theme changes is on the screen. */
const drawn = (page: Page) =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

async function read(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, help, nodes }) => {
    // The colours of a contrast stand beside the place, so that a failure can be understood from its line.
    const places = nodes.map(({ target, any }) => {
      const of = any.find((check) => check.data?.contrastRatio)?.data;
      return of ? `${target.join(" ")} (${of.fgColor} on ${of.bgColor})` : target.join(" ");
    });
    return `${id}: ${help}: ${places.join(", ")}`;
  });
}

/** The page as it stands has no accessibility violation in either theme. */
export async function axe(page: Page): Promise<void> {
  expect(await barriers(page)).toEqual([]);
}
