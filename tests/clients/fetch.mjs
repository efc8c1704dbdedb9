// Asks @google/genai for many pictures at once and writes each to a file: what a script of a page does.
//
//   {url, key, folder, requests: [{prompt, config}]}
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { load, work } from "./work.mjs";

const { GoogleGenAI } = load("@google/genai");
const client = new GoogleGenAI({ apiKey: work.key, httpOptions: { baseUrl: work.url } });

await Promise.all(work.requests.map(async ({ prompt, config }, i) => {
  const answer = await client.models.generateContent({
    model: "gemini-3-pro-image", contents: prompt, config,
  });
  const part = answer.candidates[0].content.parts.find(({ inlineData }) => inlineData);
  await writeFile(join(work.folder, `${i}.png`), Buffer.from(part.inlineData.data, "base64"));
}));
