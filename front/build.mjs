// Builds the committed bundle from these sources, or checks that it is the one built from them.
import * as esbuild from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../taihu/site/static/vendor");

// What decides the bundle: our sources, the lock (which pins every package by hash), and this file.
// tests/site repeats this sum in Python, so that a stale bundle is found without Node.
function hashSources() {
  const names = readdirSync(join(here, "src")).filter((name) => name.endsWith(".js")).sort();
  const files = ["build.mjs", "package-lock.json", ...names.map((name) => `src/${name}`)];
  const sum = createHash("sha256");
  for (const file of files) sum.update(`${file}\0`).update(readFileSync(join(here, file))).update("\0");
  return sum.digest("hex");
}

function readTexts(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile() && /^(licen[cs]e|notice|copying)/i.test(file.name))
    .map((file) => readFileSync(join(folder, file.name), "utf8").trim())
    .sort();
}

function readLicences() {
  const lock = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf8"));
  const parts = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path || entry.dev || entry.devOptional) continue;
    const folder = join(here, path);
    const texts = [folder, join(folder, "licenses")].flatMap(readTexts);
    parts.push(`${path.replace(/^.*node_modules\//, "")} ${entry.version} (${entry.license ?? "see text"})\n\n${texts.join("\n\n")}`);
  }
  return `The files of this folder contain, wholly or in part, the packages below.\n\n${parts.join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

const manifest = join(out, "bundle.json");
if (process.argv.includes("--check")) {
  const recorded = JSON.parse(readFileSync(manifest, "utf8")).sources;
  if (recorded !== hashSources()) {
    console.error("taihu/site/static/vendor is not built from front/: run `npm run build` there and commit the result");
    process.exit(1);
  }
  console.log("the bundle is built from these sources");
  process.exit(0);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const common = { bundle: true, minify: true, target: ["chrome105", "firefox110", "safari16"], legalComments: "none", logLevel: "info" };
await esbuild.build({
  ...common,
  entryPoints: ["site", "charts", "maps"].map((name) => join(here, `src/${name}.js`)),
  outdir: out,
  format: "esm",
  outExtension: { ".js": ".mjs" },
});
// MapLibre's worker imports its shared half by a relative name; bundled it is one file.
await esbuild.build({
  ...common,
  entryPoints: [join(here, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs")],
  outfile: join(out, "maps-worker.mjs"),
  format: "esm",
});
copyFileSync(join(here, "node_modules/maplibre-gl/dist/maplibre-gl.css"), join(out, "maps.css"));
writeFileSync(join(out, "LICENCES.txt"), readLicences());
writeFileSync(manifest, `${JSON.stringify({ sources: hashSources() }, null, 2)}\n`);
