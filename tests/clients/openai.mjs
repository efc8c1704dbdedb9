// Carries intents out with openai.
import { File } from "node:buffer";
import { carryOut, load, picture, work } from "./work.mjs";

// Node 18 has it, but not under the name that the client looks for.
globalThis.File ??= File;
const { OpenAI, toFile } = load("openai");
const client = new OpenAI({ apiKey: work.key, baseURL: `${work.url}/v1`, maxRetries: 0 });

function file (path) {
  const { name, bytes } = picture(path);
  return toFile(bytes, name, { type: "image/png" });
}

await carryOut(async ({ prompt, fields, references, mask }) => {
  const body = { model: "gpt-image-2", prompt, ...fields };
  if (references !== undefined) {
    const files = await Promise.all(references.map(file));
    body.image = files.length > 1 ? files : files[0];
  }
  if (mask !== undefined) {
    body.mask = await file(mask);
  }
  const answer = await (references === undefined ? client.images.generate(body)
    : client.images.edit(body));
  if (!answer.data?.[0]?.b64_json) {
    throw new Error("an answer without a picture");
  }
});
