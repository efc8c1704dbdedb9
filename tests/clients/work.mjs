// What the drivers share: the clients where scripts/install-clients put them, and the work to do.
//
// A driver is given a file of JSON, {url, key, token, intents: [{name, …}]}, makes one call after the
// other and prints {name: "ok" or what went wrong} for all of them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";

const clients = createRequire(resolve(process.env.PEEL_CLIENTS, "package.json"));
export const load = (name) => clients(name);
export const work = JSON.parse(readFileSync(process.argv[2], "utf8"));

export const picture = (path) => ({ name: basename(path), bytes: readFileSync(path) });

export async function carryOut (call) {
  const said = {};
  for (const intent of work.intents) {
    try {
      await call(intent);
      said[intent.name] = "ok";
    } catch (error) {
      said[intent.name] = String(error.message ?? error);
    }
  }
  console.log(JSON.stringify(said));
}
