/**
 * What a folder says of the system in it: a program that can be started, one that is yet to be
 * built, a description of containers. Nothing is run; what is found is said, so that a wrong guess
 * is seen.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { isObject, type Json } from '../base/json.ts';

/** The system, as far as it can be told. */
export type FoundSystem =
  /** Speaks JSON lines as Maelstrom has it. */
  | {
      readonly kind: 'bin';
      readonly bin: string;
      readonly workload: string;
      readonly build: string | null;
    }
  /** A server, on a port. */
  | {
      readonly kind: 'server';
      readonly run: string;
      readonly port: number;
      readonly build: string | null;
    }
  /** One that dsx knows. */
  | { readonly kind: 'target'; readonly target: string }
  | { readonly kind: 'nothing' };

export interface Findings {
  /** Name of the folder. */
  readonly name: string;
  readonly system: FoundSystem;
  /** One a line: what was found, and what was made of it. */
  readonly notes: readonly string[];
  readonly next: string;
}

/** Bytes of a program that are looked at. */
const headMax = 64 * 2 ** 20;
const defaultPort = 8080;

export function examineFolder(folder: string): Findings {
  const looks = [programs, builds, containers];
  for (const look of looks) {
    const found = look(folder);
    if (found !== undefined) return { name: basename(folder), ...found };
  }
  return {
    name: basename(folder),
    system: { kind: 'nothing' },
    notes: ['nothing here that dsx knows how to start'],
    next: 'fill in dsx.yaml where it says so, then: dsx test',
  };
}

type Found = Omit<Findings, 'name'>;

/** Programs that may be executed, those that speak JSON lines first. */
function programs(folder: string): Found | undefined {
  const candidates = ['', 'bin', 'build', 'target/release', 'dist']
    .flatMap((inner) => programsIn(folder, inner))
    .map((path) => ({ path, text: textOf(join(folder, path)) }));
  const node = candidates.find(({ text }) => text.includes('init_ok'));
  if (node !== undefined) return nodeFound(`./${node.path}`, node.text, null);
  const [server] = candidates;
  if (server === undefined) return undefined;
  const port = portIn(folder);
  return {
    system: { kind: 'server', run: `./${server.path}`, port, build: null },
    notes: [
      `./${server.path}, a program that does not speak JSON lines: taken for a server on port ${port}`,
    ],
    next: 'fill in the requests of its clients in dsx.yaml, then: dsx test --nemesis none',
  };
}

function programsIn(folder: string, inner: string): readonly string[] {
  const place = join(folder, inner);
  if (!existsSync(place) || !statSync(place).isDirectory()) return [];
  return readdirSync(place)
    .filter((name) => !name.startsWith('.') && !/\.(sh|so|dylib|d|o)$/.test(name))
    .map((name) => join(inner, name))
    .filter((path) => isProgram(join(folder, path)))
    .toSorted();
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    if (!statSync(path).isFile()) return false;
    return /^(?:\x7fELF|#!|\xca\xfe|\xcf\xfa|\xce\xfa)/.test(textOf(path).slice(0, 4));
  } catch {
    // A link that leads nowhere, a file of somebody else.
    return false;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path).subarray(0, headMax).toString('latin1');
  } catch {
    return '';
  }
}

/** The first answer in this list that a program knows says what it is. */
const answers: readonly (readonly [answer: string, workload: string])[] = [
  ['cas_ok', 'lin-kv'],
  ['poll_ok', 'kafka'],
  ['broadcast_ok', 'broadcast'],
  ['generate_ok', 'unique-ids'],
  ['enqueue_ok', 'queue'],
  ['acquire_ok', 'lock'],
  ['txn_ok', 'txn-list-append'],
  ['element', 'g-set'],
  ['delta', 'g-counter'],
  ['echo_ok', 'echo'],
];

function nodeFound(bin: string, text: string, build: string | null): Found {
  const workload = answers.find(([answer]) => text.includes(answer))?.[1] ?? 'lin-kv';
  const first = build === null ? '' : `${build} && `;
  return {
    system: { kind: 'bin', bin, workload, build },
    notes: [`${bin}, which speaks JSON lines as Maelstrom's nodes do; workload ${workload}`],
    next: `${first}dsx test`,
  };
}

/** Sources that a tool makes a program of. */
function builds(folder: string): Found | undefined {
  const has = (name: string): boolean => existsSync(join(folder, name));
  const sources = sourceText(folder);
  const name = basename(folder);
  if (has('go.mod')) return built(folder, './node', 'go build -o node .', sources);
  if (has('Cargo.toml')) {
    const [, crate = name] =
      /\[package\][^[]*?\nname\s*=\s*"([^"]+)"/.exec(textOf(join(folder, 'Cargo.toml'))) ?? [];
    return built(folder, `./target/release/${crate}`, 'cargo build --release', sources);
  }
  if (has('package.json')) return nodePackage(folder, sources);
  if (has('Makefile')) return built(folder, './node', 'make', sources);
  return undefined;
}

function built(folder: string, bin: string, build: string, sources: string): Found {
  if (/init_ok|maelstrom/.test(sources)) return nodeFound(bin, sources, build);
  const port = portIn(folder);
  return {
    system: { kind: 'server', run: bin, port, build },
    notes: [`sources that \`${build}\` makes a program of: taken for a server on port ${port}`],
    next: `fill in the requests of its clients in dsx.yaml, then: ${build} && dsx test --nemesis none`,
  };
}

function nodePackage(folder: string, sources: string): Found | undefined {
  let about: Json;
  try {
    about = JSON.parse(textOf(join(folder, 'package.json'))) as Json;
  } catch {
    return undefined;
  }
  if (!isObject(about)) return undefined;
  const { bin, main } = about;
  const [file] = [bin, isObject(bin) ? Object.values(bin)[0] : undefined, main].filter(
    (one) => typeof one === 'string',
  );
  const script = file ?? ['server.js', 'index.js'].find((one) => existsSync(join(folder, one)));
  if (script === undefined) return undefined;
  const path = `./${script.replace(/^\.\//, '')}`;
  if (sources.includes('init_ok')) return nodeFound(path, sources, `chmod +x ${path}`);
  const port = portIn(folder);
  return {
    system: { kind: 'server', run: `node ${path}`, port, build: null },
    notes: [`package.json: \`node ${path}\`, taken for a server on port ${port}`],
    next: 'fill in the requests of its clients in dsx.yaml, then: dsx test --nemesis none',
  };
}

/** What the sources of this folder say, not of those beneath it but `src` and `cmd`. */
function sourceText(folder: string): string {
  const texts: string[] = [];
  for (const inner of ['', 'src', 'cmd', 'lib']) {
    const place = join(folder, inner);
    if (!existsSync(place) || !statSync(place).isDirectory()) continue;
    for (const name of readdirSync(place))
      if (/\.(go|rs|[cm]?[jt]s|py|java|kt|rb|c|cc|cpp|ex|hs)$|^go\.mod$|^Cargo\.toml$/.test(name))
        texts.push(textOf(join(place, name)));
  }
  return texts.join('\n');
}

const composeFiles = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yaml',
  'docker-compose.yml',
] as const;

/** Images whose programs dsx starts by itself, without containers. */
const knownImages: readonly (readonly [pattern: RegExp, target: string])[] = [
  [/(^|\/)etcd(:|$)/, 'etcd'],
  [/(^|\/)redis(:|$)/, 'redis-sentinel'],
];

/** dsx starts processes and no containers; but what runs in them, and on which port, is useful. */
function containers(folder: string): Found | undefined {
  const file = composeFiles.find((name) => existsSync(join(folder, name)));
  if (file === undefined) return undefined;
  const images = servicesIn(join(folder, file)).flatMap(({ image }) =>
    typeof image === 'string' ? [image] : [],
  );
  const target = knownImages.find(([pattern]) => images.some((image) => pattern.test(image)))?.[1];
  if (target !== undefined)
    return {
      system: { kind: 'target', target },
      notes: [`${file}, with an image that dsx has a target for: ${target}`],
      next: 'dsx doctor, and if it allows: dsx test',
    };
  return {
    system: { kind: 'server', run: '<fill in: the program>', port: portIn(folder), build: null },
    notes: [`${file}: dsx starts processes, not containers; name the program that runs in them`],
    next: 'fill in dsx.yaml where it says so, then: dsx test --nemesis none',
  };
}

function servicesIn(file: string): readonly Readonly<Record<string, Json>>[] {
  let text: Json;
  try {
    text = parse(readFileSync(file, 'utf8')) as Json;
  } catch {
    return [];
  }
  const services = isObject(text) ? text['services'] : undefined;
  return isObject(services) ? Object.values(services).filter(isObject) : [];
}

/** The port that a description of containers names; else 8080. */
function portIn(folder: string): number {
  for (const file of composeFiles) {
    const [service] = existsSync(join(folder, file)) ? servicesIn(join(folder, file)) : [];
    const ports = service?.['ports'];
    const port = Number(
      String(Array.isArray(ports) ? ports[0] : '')
        .split(':')
        .at(-1),
    );
    if (Number.isInteger(port) && port > 0) return port;
  }
  const [, exposed] = /^EXPOSE\s+(\d+)/m.exec(textOf(join(folder, 'Dockerfile'))) ?? [];
  return exposed === undefined ? defaultPort : Number(exposed);
}
