// Two validators of Content Credentials that share nothing with Peel, nor with each other: c2pa-rs
// (compiled to WebAssembly) and c2pa-ts. They stand where scripts/install-clients put them.
//
//   node credentials.mjs FILE [--sidecar STORE] [--anchors PEM] [FILE …]
//   node credentials.mjs < LINES        each {"file": …, "sidecar": …, "anchors": …}
//
// One line of JSON for each file, in order:
//   {"file", "wasm": {"state": "Trusted" | "Valid" | "Invalid" | "none", "failures": [codes], …},
//            "ts": {"isValid", "codes": [codes of failures]} or null for a kind it cannot read}
// c2pa-rs cannot take a file and a sidecar from here: `wasm` then tells of the store alone, and whether
// it belongs to the file is c2pa-ts's word. c2pa-ts knows nothing of trust.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const place = process.env.PEEL_CLIENTS ?? resolve(fileURLToPath(new URL(".", import.meta.url)), "../../build/clients");
const clients = createRequire(resolve(place, "package.json"));
// It has no entrance for `require`.
const part = (path) => import(pathToFileURL(resolve(place, "node_modules/@trustnxt/c2pa-ts/dist", path)));
const rs = await import(pathToFileURL(resolve(place, "node_modules/@contentauth/c2pa-wasm/pkg/c2pa.js")));
await rs.default({ module_or_path: readFileSync(clients.resolve("@contentauth/c2pa-wasm/c2pa.wasm")) });
const { BMFF, JPEG, PNG } = await part("asset/index.js");
const { SuperBox } = await part("jumbf/index.js");
const { ManifestStore, ValidationResult } = await part("manifest/index.js");

// What a certificate may be for. Without the list other signers' look invalid.
const PURPOSES = ["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9",
  "1.3.6.1.4.1.311.76.59.1.9", "1.3.6.1.4.1.62558.2.1"].join("\n");

function context (anchors) {
  const trust = { trust_config: PURPOSES };
  if (anchors) trust.trust_anchors = readFileSync(anchors, "utf8");
  return JSON.stringify({ version: 1, trust, verify: { verify_trust: true, remote_manifest_fetch: false } });
}

function typeOf (bytes) {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  if (head.startsWith("\x89PNG")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("RIFF")) return "image/webp";
  if (head.startsWith("%PDF-")) return "application/pdf";
  if (head.startsWith("II*\0") || head.startsWith("MM\0*")) return "image/tiff";
  if (head.slice(4, 8) === "ftyp") return head.slice(8, 12) === "avif" ? "image/avif" : "image/heic";
  if (head.slice(4, 8) === "jumb") return "application/c2pa";
  return "application/octet-stream";
}

const codes = (statuses) => (statuses ?? []).map((status) => status.code);

function describe (store) {
  const active = store.manifests[store.active_manifest] ?? {};
  const results = store.validation_results ?? {};
  const deltas = results.ingredientDeltas ?? [];
  return {
    state: store.validation_state,
    isTrusted: codes(results.activeManifest?.success).includes("signingCredential.trusted"),
    failures: codes(results.activeManifest?.failure),
    deltas: deltas.flatMap((delta) => codes(delta.validationDeltas?.failure)),
    manifests: Object.keys(store.manifests).length,
    title: active.title ?? null,
    actions: (active.assertions ?? []).filter((each) => each.label.startsWith("c2pa.actions"))
      .flatMap((each) => each.data.actions.map((action) => action.action)),
    parents: (active.ingredients ?? []).filter((each) => each.relationship === "parentOf")
      .map((each) => ({
        title: each.title ?? null, manifest: each.active_manifest ?? null,
        failures: codes(each.validation_results?.activeManifest?.failure),
      })),
  };
}

async function askRs (type, bytes, anchors) {
  let reader;
  try {
    reader = await rs.WasmReader.fromBytes(type, bytes, context(anchors));
    return describe(JSON.parse(reader.json()));
  } catch (error) {
    const words = String(error.message ?? error);
    return words.includes("JumbfNotFound") ? { state: "none", failures: [] }
      : { state: "Invalid", failures: [], error: words };
  } finally {
    reader?.free();
  }
}

// A file that stands beside its store, whatever kind it is.
class Pair {
  constructor (bytes, store) {
    Object.assign(this, { bytes, store, mimeType: typeOf(bytes) });
  }
  getDataLength () { return this.bytes.length; }
  async getDataRange (start = 0, length = this.bytes.length - start) {
    return this.bytes.subarray(start, start + length);
  }
  getManifestJUMBF () { return this.store; }
  dumpInfo () { return ""; }
}

async function askTs (bytes, store) {
  try {
    const Kind = [JPEG, PNG, BMFF].find((each) => each.canRead(bytes));
    const isBoxed = Kind === BMFF; // hashed by boxes, which a plain row of bytes does not have
    if (!Kind && !store) return null;
    const asset = store && !isBoxed ? new Pair(bytes, store) : new Kind(bytes);
    const jumbf = store ?? asset.getManifestJUMBF();
    if (!jumbf) return { isValid: false, codes: ["none"] };
    return tell(await ManifestStore.read(SuperBox.fromBuffer(jumbf)).validate(asset));
  } catch (error) {
    return tell(ValidationResult.fromError(error));
  }
}

function tell (result) {
  const failures = result.statusEntries.filter((entry) => entry.success === false);
  return { isValid: result.isValid, codes: failures.map((entry) => entry.code),
    words: failures.map((entry) => entry.explanation ?? "") };
}

// The store read as a file of its own is not what its binding is of.
function withoutBinding (told) {
  const failures = told.failures.filter((code) => !/^assertion\.(dataHash|bmffHash)\.mismatch$/.test(code));
  if (failures.length === told.failures.length) return told;
  const isFine = failures.every((code) => code === "signingCredential.untrusted");
  return { ...told, failures, state: !isFine ? "Invalid" : told.isTrusted ? "Trusted" : "Valid" };
}

async function judge ({ file, sidecar, anchors }) {
  const bytes = readFileSync(file);
  if (!sidecar) return { file, wasm: await askRs(typeOf(bytes), bytes, anchors), ts: await askTs(bytes) };
  const store = readFileSync(sidecar);
  const told = await askRs("application/c2pa", store, anchors);
  return { file, wasm: withoutBinding(told), ts: await askTs(bytes, store) };
}

function fromArguments (words) {
  const work = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--sidecar" || words[i] === "--anchors") work.at(-1)[words[i].slice(2)] = words[++i];
    else work.push({ file: words[i] });
  }
  return work;
}

const words = process.argv.slice(2);
const work = words.length > 0 ? fromArguments(words)
  : readFileSync(0, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
for (const each of work) console.log(JSON.stringify(await judge(each)));
