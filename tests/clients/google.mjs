// Carries intents out with @google/genai.
import { carryOut, load, picture, work } from "./work.mjs";

const { GoogleGenAI } = load("@google/genai");
const { OAuth2Client } = load("google-auth-library");

function client ({ surface }) {
  const httpOptions = { baseUrl: work.url };
  if (surface === "developer") {
    return new GoogleGenAI({ apiKey: work.key, httpOptions });
  }
  if (surface === "express") {
    return new GoogleGenAI({ vertexai: true, apiKey: work.key, httpOptions });
  }
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: work.token, expiry_date: Date.now() + 3600 * 1000 });
  return new GoogleGenAI({
    vertexai: true, project: work.project, location: "global", httpOptions,
    googleAuthOptions: { authClient },
  });
}

const inline = (path) =>
  ({ inlineData: { mimeType: "image/png", data: picture(path).bytes.toString("base64") } });

await carryOut(async (intent) => {
  const references = (intent.references ?? []).map(inline);
  const answer = await client(intent).models.generateContent({
    model: "gemini-3-pro-image",
    contents: references.length > 0 ? [...references, intent.prompt] : intent.prompt,
    config: intent.config,
  });
  if (!answer.candidates?.[0]?.content?.parts?.some((part) => part.inlineData?.data)) {
    throw new Error("an answer without a picture");
  }
});
