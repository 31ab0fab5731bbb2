// The running stack: the line of `cargo xtask serve --json`; and what several suites ask with.
import assert from "node:assert/strict";

const line = process.env.TELESTACK_SERVE_JSON;
if (!line) throw new Error("TELESTACK_SERVE_JSON is missing: run this by `cargo xtask test`");

export const stack = JSON.parse(line);

/** One call with the administrator's key, for what only an administrator may do. */
export async function admin(method, path, body) {
  const answer = await fetch(stack.appwrite.endpoint + path, {
    method,
    headers: {
      "content-type": "application/json",
      "x-appwrite-project": stack.appwrite.project,
      "x-appwrite-key": stack.appwrite.key,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok && answer.status !== 409) {
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
  return answer.status === 204 || answer.status === 409 ? null : answer.json();
}

/** Waits until `condition` gives something, at most 15 seconds. */
export async function until(what, condition) {
  const end = Date.now() + 15_000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Tells Appwrite's type of the error that a promise ends with; each SDK has an exception of its own. */
export function refusals(AppwriteException) {
  return async (promise) => {
    try {
      await promise;
    } catch (error) {
      assert.ok(error instanceof AppwriteException, String(error));
      return error.type;
    }
    return "nothing was refused";
  };
}
