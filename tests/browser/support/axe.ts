import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What hinders people on the page as it stands, in the light theme and in the dark one. */
export async function barriers(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    for (const { id, help, nodes } of violations) {
      found.push(`${colorScheme}: ${id}: ${help}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return found;
}

/** The page as it stands has no accessibility violation in either theme. */
export async function axe(page: Page): Promise<void> {
  expect(await barriers(page)).toEqual([]);
}
