// The running stack: the line of `cargo xtask serve --json`.

const line = process.env.TELESTACK_SERVE_JSON;
if (!line) throw new Error("TELESTACK_SERVE_JSON is missing: run this by `cargo xtask test`");

export const stack = JSON.parse(line);

/** Waits until `condition` gives something, at most for `patience` milliseconds. */
export async function until(what, condition, patience = 30_000) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
